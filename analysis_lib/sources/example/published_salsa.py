"""The example's SALSA tables: results beside what a school's intake lets one expect, as published (floor 3).

Follows Skolverket's rules: fifteen pupils in year 9 and whole numbers; residuals are rounded by themselves.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis_lib.sources.example.plan import Plan
from analysis_lib.sources.example.published_form import UNIT_KEYS, Form

_LEAST = 15
_FEW = 5
_BACKGROUND = ["Föräldrarnas genomsnittliga utb.nivå", "Andel (%) nyinvandrade", "Andel (%) pojkar"]
_RESULT = ["Faktiskt värde (F)", "Modell- beräknat värde (B)", "Residual (R=F-B)"]
_GROUPS = ("Bakgrundsinformation", "Andel (%) som uppn. kunskapskraven", "Genomsnittligt meritvärde")
_FOOT = (
    "Uppgifterna är påhittade och hör till exempelkommunen i Skolbänken.",
    "Skolenheter med färre än 15 elever ingår inte i modellen.",
)
_TITLE = (
    "Grundskolan - Salsa, skolenheters resultat av slutbetygen i årskurs 9 med hänsyn till "
    "elevsammansättningen"
)


def salsa_form(plan: Plan, nines: pd.DataFrame, year: int, rng: np.random.Generator) -> Form:
    """The table of one school year; ``nines`` has a row per school with the sums of its year 9."""
    intake = {school.unit.code: school.intake for school in plan.schools}
    rows = []
    chosen = nines[nines["year"] == year].sort_values(["kommunkod", "name"])
    for row in chosen.to_dict("records"):
        key = [str(row[n]) for n in ("name", "code", "kommun", "kommunkod", "typ", "huvudman", "orgnr")]
        drawn = rng.standard_normal(4)
        rows.append([*key, *_cells({str(name): value for name, value in row.items()}, intake, drawn)])
    groups = ["", *[""] * (len(UNIT_KEYS) - 1), *[name for name in _GROUPS for _ in range(3)]]
    header = [*UNIT_KEYS, *_BACKGROUND, *_RESULT, *_RESULT]
    return Form(_TITLE, year, "Skolnivå", header, rows, notes=_FOOT, groups=groups, end_year_in_name=True)


def _cells(row: dict[str, object], intake: dict[str, float], drawn: np.ndarray) -> list[str]:
    n, merit_n = int(str(row["n"])), int(str(row["merit_n"]))
    if n < _LEAST or not merit_n:
        return [".", "..", *["."] * 7]
    parents = float(np.clip(2.24 + 0.45 * intake.get(str(row["code"]), 0.0) + 0.06 * drawn[0], 1.6, 2.8))
    arrived = float(np.clip(0.05 + 0.02 * drawn[1], 0, 0.2))
    boys = 1 - float(str(row["girls"])) / n if "girls" in row else 0.51
    merit = float(str(row["merit"])) / 2 / merit_n
    expected = 93.6 + 69.8 * parents - 35.3 * boys - 83.6 * arrived
    passed = 100 * float(str(row["passed"])) / n
    passed_expected = float(np.clip(passed * 0.35 + 0.65 * (expected - 165) * 1.25, 30, 96))
    told = [f"{parents:.2f}".replace(".", ","), str(round(100 * arrived)), str(round(100 * boys))]
    missed = n - int(str(row["passed"]))
    for actual, model in ((passed, passed_expected), (merit, expected)):
        if actual is passed and 1 <= missed < _FEW:
            told += [".."] * 3
            continue
        told += [str(round(actual)), str(round(model)), str(round(actual - model))]
    return told
