"""SALSA: a school's result beside what its intake lets one expect (floor 3).

Skolverket's published coefficients for the years that ``params/rules/salsa.yaml`` holds, and a model of our
own for any other year, fitted on imported public data. Neither is a ranking: half of all schools lie below 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field
from scipy.special import stdtrit

from analysis_lib import text
from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.regression import Regression, fit_ols
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.rules import rules_of
from analysis_lib.vocabulary.settings import SchoolYearText, Strict
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

BACKGROUND = ("parents_education", "boys", "newly_arrived")
_BOUNDS = {"parents_education": (1.0, 3.0), "boys": (0.0, 1.0), "newly_arrived": (0.0, 1.0)}
_SWEDISH = {
    "parents_education": "Föräldrarnas utbildningsnivå",
    "boys": "Andelen pojkar",
    "newly_arrived": "Andelen nyinvandrade",
}


class SalsaModel(Strict):
    """The published model of one school year."""

    school_year: SchoolYearText
    measure: str
    intercept: float
    coefficients: dict[str, float]
    standard_errors: dict[str, float] = Field(default_factory=dict)
    r_squared: float | None = None
    residual_error: float | None = None
    unit_count: int | None = None
    reference: tuple[str, ...] = ()


class SalsaPopulation(Strict):
    """Which schools a model holds for."""

    least_pupils: int
    least_known: float
    reference: tuple[str, ...] = ()


class SalsaRules(Strict):
    """``params/rules/salsa.yaml``."""

    models: tuple[SalsaModel, ...]
    population: SalsaPopulation


def expected(
    year: str | int,
    parents_education: float,
    boys: float,
    newly_arrived: float,
    *,
    measure: str = "merit_rating",
) -> float:
    """Skolverket's model-expected result of a school, in the measure's unit (points of merit rating).

    ``year`` is a school year (``2015/16``, or its spring as a number); ``parents_education`` the mean level
    1-3, ``boys`` and ``newly_arrived`` shares 0-1. Raises ``salsa-year-unknown`` for a year whose
    coefficients are not published here, and ``salsa-out-of-range`` for per cent in the place of shares.

    >>> round(expected("2015/16", parents_education=2.20, boys=0.55, newly_arrived=0.08), 2)
    221.14
    """
    model = _model(year, measure)
    given = dict(zip(BACKGROUND, (parents_education, boys, newly_arrived), strict=True))
    for name, value in given.items():
        _check_range(name, value)
    return model.intercept + sum(model.coefficients[name] * float(value) for name, value in given.items())


def residual(
    year: str | int,
    actual: float,
    parents_education: float,
    boys: float,
    newly_arrived: float,
    *,
    measure: str = "merit_rating",
) -> float:
    """The school's result minus what Skolverket's model expects."""
    return actual - expected(year, parents_education, boys, newly_arrived, measure=measure)


@dataclass(frozen=True)
class OwnModel:
    """A model of our own for one school year: coefficients with robust errors, and each school's residual.

    ``residuals`` has a row per school: ``actual``, ``expected``, ``residual``, ``usual`` (95 % of schools
    with such an intake deviate by less) and ``is_unusual``. ``left_out`` counts schools outside the
    population rules or with a figure missing.
    """

    school_year: str
    regression: Regression
    residuals: pd.DataFrame
    left_out: int

    @property
    def wording(self) -> str:
        """What must stand beside every such figure."""
        return wording(self.school_year, is_own=True)


def fit_own(
    schools: pd.DataFrame, year: str, *, outcome: str = "merit_rating", rules: SalsaRules | None = None
) -> OwnModel:
    """A residual model of our own for a school year: least squares over schools, HC3 errors.

    ``schools`` is indexed by unit code with ``outcome``, ``parents_education``, ``boys``, ``newly_arrived``,
    ``pupils`` (in year 9) and ``known`` (share 0-1 with known background). Raises ``SkolbankError`` with too
    few schools or a background that does not vary.
    """
    school_year = str(SchoolYear.parse(year))
    population = (rules or load_rules()).population
    needed = [outcome, *BACKGROUND, "pupils", "known"]
    absent = [name for name in needed if name not in schools]
    if absent:
        raise SkolbankError(
            "column-missing", f"Kolumnen {absent[0]} finns inte", where="skolorna till SALSA-modellen"
        )
    numbers = schools[needed].astype("Float64").astype(float)
    fits = (numbers["pupils"] >= population.least_pupils) & (numbers["known"] >= population.least_known)
    chosen = numbers[fits & numbers.notna().all(axis=1)]
    for name in BACKGROUND:
        for extreme in (chosen[name].min(), chosen[name].max()) if len(chosen) else ():
            _check_range(name, float(extreme))
    regression = fit_ols(chosen, outcome, BACKGROUND)
    return OwnModel(
        school_year, regression, _residuals(chosen, outcome, regression), len(schools) - len(chosen)
    )


def _residuals(chosen: pd.DataFrame, outcome: str, regression: Regression) -> pd.DataFrame:
    """Each school against the model of the others, so that an odd school does not pull its own line."""
    actual = chosen[outcome].to_numpy()
    left = actual - regression.fitted
    degrees = regression.n - regression.p - 1
    spare = 1 - regression.leverage
    others = np.sqrt(np.maximum(regression.residual_error**2 * (degrees + 1) - left**2 / spare, 0) / degrees)
    usual = float(stdtrit(degrees, 0.975)) * others * np.sqrt(spare)
    return pd.DataFrame(
        {
            "actual": actual,
            "expected": regression.fitted,
            "residual": left,
            "usual": usual,
            "is_unusual": np.abs(left) > usual,
        },
        index=chosen.index,
    )


def wording(year: str, *, is_own: bool = False) -> str:
    """The sentences that stand beside every SALSA figure (R6)."""
    source = "en egen modell efter SALSA:s principer" if is_own else "Skolverkets modell SALSA"
    return (
        f"Det modellberäknade värdet kommer från {source} för läsåret {year}. Avvikelsen är skolans "
        "resultat minus det värde som elevernas bakgrund brukar hänga ihop med. Den visar inte hur bra "
        "skolan är: omkring hälften av alla skolor ligger under noll, och mycket annat än undervisningen "
        "påverkar. Skolor ska inte rangordnas efter avvikelsen, och avvikelser från olika år jämförs bara "
        "med försiktighet."
    )


def sentence(unit: str, actual: float, model_expected: float) -> str:
    """One school's figures in words, without a verdict.

    >>> sentence("Strandskolan", 215.0, 221.14)
    'Strandskolan: meritvärde 215,0, modellberäknat 221,1, avvikelse −6,1 poäng.'
    """
    return (
        f"{unit}: meritvärde {text.number(actual)}, modellberäknat {text.number(model_expected)}, "
        f"avvikelse {text.number(actual - model_expected, signed=True)} poäng."
    )


@lru_cache(maxsize=1)
def load_rules() -> SalsaRules:
    """The built-in rules."""
    return read_rules(Catalog(Workspace(builtin_root())).rules("salsa"))


def read_rules(document: Mapping[str, Any]) -> SalsaRules:
    """Rules from a document; a fault has the code ``rule-invalid``."""
    return rules_of(SalsaRules, document, where="params/rules/salsa.yaml")


def _model(year: str | int, measure: str) -> SalsaModel:
    models = load_rules().models
    asked = str(SchoolYear(year - 1)) if isinstance(year, int) else str(SchoolYear.parse(str(year)))
    found = next((m for m in models if m.school_year == asked and m.measure == measure), None)
    if found:
        return found
    known = _known(models)
    raise SkolbankError(
        "salsa-year-unknown",
        f"SALSA för läsåret {asked} ({measure[:30]}) finns inte: koefficienterna skiljer sig mellan åren",
        where="params/rules/salsa.yaml",
        remedy=f"Det finns: {known}. Lägg till årets koefficienter eller räkna en egen modell.",
    )


def _known(models: Sequence[SalsaModel]) -> str:
    return ", ".join(f"{model.school_year} ({model.measure})" for model in models)


def _check_range(name: str, value: float) -> None:
    low, high = _BOUNDS[name]
    if not (
        isinstance(value, int | float | np.number) and math.isfinite(float(value)) and low <= value <= high
    ):
        raise SkolbankError(
            "salsa-out-of-range",
            f"{_SWEDISH[name]} ska ligga mellan {low:g} och {high:g}",
            where=name,
            remedy="Skriv andelar som tal mellan 0 och 1."
            if high == 1
            else "Skriv medelvärdet av nivåerna 1–3.",
        )
