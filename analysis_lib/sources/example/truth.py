"""The planted truths and true indicator values, to test the analyses and disclosure control (floor 3).

Written to ``truth/``; no analysis reads it. Protected and temporary identities count everywhere here, and the
cells by sex that they are in are among those that must be hidden (R21).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from analysis_lib.sources.example.grading import Grades, Results
from analysis_lib.sources.example.identity import Booleans, Integers
from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan
from analysis_lib.sources.example.pupils import Pupils

_YEARS = len(SCHOOL_YEARS)
_PUBLIC_LEAST, _FEW = 10, 4


@dataclass
class Truth:
    """What is gathered while parts are drawn: true values per unit, and numbers of planted cases."""

    values: list[pd.DataFrame] = field(default_factory=list)
    cases: list[pd.DataFrame] = field(default_factory=list)
    sources: list[pd.DataFrame] = field(default_factory=list)

    def add(self, plan: Plan, pupils: Pupils, grades: Grades, reached: Results) -> None:
        """The true values of one year group, per school, school year and sex."""
        girl = pupils.girl[grades.pupil]
        uncertain = (pupils.is_protected | pupils.is_temporary)[grades.pupil]
        everyone = np.ones(grades.pupil.size, dtype=bool)
        for sex, chosen in (("T", everyone), ("F", girl), ("P", ~girl)):
            for indicator, among, numerator, total in _measured(grades.year_group, reached):
                frame = _by_unit(plan, grades, indicator, sex, chosen & among, numerator, total)
                key = grades.unit * _YEARS + grades.year
                cells = len(plan.schools) * _YEARS
                frame["uncertain"] = np.bincount(key[uncertain & among], minlength=cells)
                self.values.append(frame[frame["n"] > 0])

    def count_cases(self, plan: Plan, pupils: Pupils) -> None:
        """How many pupils of each planted kind the files hold, per year group and school year."""
        for year_group, unit, year in (
            (9, pupils.unit_9, pupils.cohort),
            (6, pupils.unit_6, pupils.cohort - 3),
        ):
            kinds = {
                "pupils": np.ones(len(pupils), dtype=bool),
                "protected": pupils.is_protected,
                "temporary_number": pupils.is_temporary,
                "new_from_abroad": pupils.new_from_abroad,
                "second_language": pupils.second_language,
                "also_in_other_year_group": (pupils.unit_6 >= 0) & (pupils.unit_9 >= 0),
                "changed_school": (pupils.unit_6 >= 0)
                & (pupils.unit_9 >= 0)
                & (pupils.unit_9 != _expected(plan)[pupils.unit_6]),
                "arrived_after_year_6": pupils.unit_6 < 0,
            }
            here = (unit >= 0) & (year >= 0) & (year < _YEARS)
            counts = {kind: np.bincount(year[here & mask], minlength=_YEARS) for kind, mask in kinds.items()}
            years = {"year_group": year_group, "school_year": [str(each) for each in SCHOOL_YEARS]}
            self.cases.append(pd.DataFrame({**years, **counts}))


def _expected(plan: Plan) -> Integers:
    place = {school.unit.code: index for index, school in enumerate(plan.schools)}
    return np.array([place[school.next_code] for school in plan.schools])


def _measured(
    year_group: int, reached: Results
) -> list[tuple[str, Booleans, Booleans | None, Integers | None]]:
    """Indicator, who is counted, who reached it (shares), half points (means)."""
    everyone = np.ones(reached.missed.size, dtype=bool)
    if year_group == 6:
        return [("results.all_passed_6", everyone, reached.all_passed, None)]
    has_merit = reached.merit_17 >= 0
    return [
        ("results.all_passed_9", everyone, reached.all_passed, None),
        ("results.eligible_vocational", everyone, reached.vocational, None),
        ("results.eligible_arts", everyone, reached.arts, None),
        ("results.eligible_humanities", everyone, reached.humanities, None),
        ("results.eligible_science", everyone, reached.science, None),
        ("results.merit_rating_16", has_merit, None, reached.merit_16),
        ("results.merit_rating_17", has_merit, None, reached.merit_17),
    ]


def _by_unit(
    plan: Plan,
    grades: Grades,
    indicator: str,
    sex: str,
    chosen: Booleans,
    numerator: Booleans | None,
    half_points: Integers | None,
) -> pd.DataFrame:
    key = grades.unit * _YEARS + grades.year
    cells = len(plan.schools) * _YEARS
    n = np.bincount(key[chosen], minlength=cells)
    frame = pd.DataFrame(
        {
            "indicator": indicator,
            "level": "unit",
            "code": np.repeat([school.unit.code for school in plan.schools], _YEARS),
            "school_year": np.tile([str(year) for year in SCHOOL_YEARS], len(plan.schools)),
            "sex": sex,
            "n": n,
        }
    )
    if numerator is not None:
        frame["numerator"] = np.bincount(key[chosen & numerator], minlength=cells)
    if half_points is not None:
        frame["half_points"] = np.bincount(key[chosen], half_points[chosen], minlength=cells).astype(np.int64)
    return frame


_README = """# Facit till exempelkommunen

Här står det som är inplanterat i exempelkommunens filer. Inget i Skolbänken läser mappen: den finns
för att pröva att analyser och röjandekontroll ger rätt svar. Alla elever är påhittade.

| fil | innehåll |
|---|---|
| truth_indicators.csv | sanna värden per enhet och för huvudmannen: n, täljare eller halva poäng, värde. \
`uncertain`: elever med skyddade eller tillfälliga uppgifter bland alla i cellen |
| truth_hidden_cells.csv | enheternas celler som inte får visas som de är: `suppressed` (färre än 10), \
`nearly_all` och `nearly_none` (1–4 elever utanför eller innanför), \
`protected` (könsuppdelning med skyddad elev) |
| truth_unit_effects.csv | skolornas effekt i årskurs 9 och 6, elevunderlag, könsskillnad, andel flickor |
| truth_measure_effects.csv | åtgärder med effekt: enhet, från läsår, årskurs, storlek |
| truth_sources.csv | enkäternas sanna index, närvaro, prov i årskurs 3 och 9, personal och \
förskolegrupper per enhet |
| truth_cases.json | antal elever av varje slag per årskurs och läsår; celler med bestämt antal utan godkänt |
| files.json | filerna som skrevs, så att nästa körning kan ta bort dem |

Effekterna är på samma skala som elevens latenta resultat: 0,1 motsvarar ungefär 6 meritpoäng.
"""


def write_truth(folder: Path, plan: Plan, truth: Truth) -> None:
    """Indicator values, cells that must be hidden, effects of units and measures, planted cases."""
    values = _with_authority(pd.concat(truth.values, ignore_index=True), plan.settings.municipality_code)
    _csv(folder / "truth_indicators.csv", values)
    _csv(folder / "truth_hidden_cells.csv", _hidden(values))
    effects = ("effect_9", "effect_6", "intake", "girls_gap", "girl_share", "second_language")
    units = [
        {"unit_code": school.unit.code, **{name: getattr(school, name) for name in effects}}
        for school in plan.schools
    ]
    _csv(folder / "truth_unit_effects.csv", pd.DataFrame(units))
    _csv(folder / "truth_measure_effects.csv", pd.DataFrame([vars(measure) for measure in plan.measures]))
    if truth.sources:
        _csv(folder / "truth_sources.csv", pd.concat(truth.sources, ignore_index=True))
    exact = [
        {"unit_code": school.unit.code, "school_year": year, "pupils_without_all_passes": failing}
        for school in plan.schools
        for year, failing in school.exact_failing.items()
    ]
    counted = ["year_group", "school_year"]
    cases = pd.concat(truth.cases).groupby(counted, as_index=False).sum()
    document = {"cases": cases.to_dict("records"), "exact_cells": exact}
    text = json.dumps(document, ensure_ascii=False, indent=1)
    (folder / "README.md").write_bytes(_README.encode("utf-8"))
    (folder / "truth_cases.json").write_bytes(text.encode("utf-8"))


def _with_authority(values: pd.DataFrame, code: str) -> pd.DataFrame:
    """The units' rows and below them their sums for the huvudman, with values."""
    keys = ["indicator", "school_year", "sex"]
    whole = values.groupby(keys, as_index=False)[["n", "numerator", "half_points", "uncertain"]].sum(
        min_count=1
    )
    both = pd.concat([values, whole.assign(level="authority", code=code)], ignore_index=True)
    both = both.astype({"numerator": "Int64", "half_points": "Int64"})
    both["value"] = (both["numerator"] * 100 / both["n"]).fillna(both["half_points"] / 2 / both["n"]).round(6)
    return both.sort_values(["indicator", "level", "code", "school_year", "sex"])


def _hidden(values: pd.DataFrame) -> pd.DataFrame:
    """Cells of units that a public document must not show as they are, by the primary rules alone."""
    units = values[values["level"] == "unit"]
    failing = units["n"] - units["numerator"]
    small = units["n"] < _PUBLIC_LEAST
    nearly_all = failing.between(1, _FEW).fillna(False).astype(bool)
    nearly_none = units["numerator"].between(1, _FEW).fillna(False).astype(bool)
    split = (units["sex"] != "T") & (units["uncertain"] > 0)
    states = {"protected": split, "suppressed": small, "nearly_all": nearly_all, "nearly_none": nearly_none}
    state = np.select(list(states.values()), list(states), "")
    columns = ["indicator", "code", "school_year", "sex", "n"]
    hidden: pd.DataFrame = units.assign(state=state).loc[state != "", [*columns, "state"]]
    return hidden


def _csv(path: Path, frame: pd.DataFrame) -> None:
    path.write_bytes(frame.to_csv(index=False, lineterminator="\n").encode("utf-8"))
