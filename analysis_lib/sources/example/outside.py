"""Schools that only published statistics know: independent ones and two invented kommuner (floor 3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis_lib.sources.example.grading import Floats
from analysis_lib.sources.example.identity import Integers
from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan


@dataclass(frozen=True)
class _Outside:
    county: str = "Almlands län"
    county_code: str = "99"


OUTSIDE = _Outside()

# name, unit code, kommun, kommunkod, typ, huvudman, orgnr, pupils in year 9, level of results
_SCHOOLS: tuple[tuple[str, str, str, str, str, str, str, int, float], ...] = (
    (
        "Almviks friskola",
        "99018001",
        "",
        "",
        "Enskild",
        "Almviks friskola ekonomisk förening",
        "7699990011",
        27,
        0.35,
    ),
    ("Lönnens waldorfskola", "99018002", "", "", "Enskild", "Stiftelsen Lönnen", "8029990022", 13, -9.0),
    ("Hamnskolan", "99028101", "Brånäs", "9902", "Kommunal", "Brånäs kommun", "2120099020", 118, 0.05),
    ("Kyrkbyns skola", "99028102", "Brånäs", "9902", "Kommunal", "Brånäs kommun", "2120099020", 41, -0.1),
    ("Yttre skärets skola", "99028103", "Brånäs", "9902", "Kommunal", "Brånäs kommun", "2120099020", 6, 0.0),
    (
        "Brånäs montessoriskola",
        "99028104",
        "Brånäs",
        "9902",
        "Enskild",
        "Montessori i Brånäs AB",
        "5569990033",
        19,
        0.6,
    ),
    (
        "Sjöryds centralskola",
        "99038101",
        "Sjöryd",
        "9903",
        "Kommunal",
        "Sjöryds kommun",
        "2120099030",
        86,
        -0.2,
    ),
    ("Vallby skola 7–9", "99038102", "Sjöryd", "9903", "Kommunal", "Sjöryds kommun", "2120099030", 33, 0.1),
)
_NO_GRADES = -5.0


def _frame(plan: Plan) -> pd.DataFrame:
    names = ("name", "code", "kommun", "kommunkod", "typ", "huvudman", "orgnr", "size", "level")
    schools = pd.DataFrame(_SCHOOLS, columns=list(names))
    own = schools["kommun"] == ""
    schools.loc[own, "kommun"] = plan.settings.municipality_name
    schools.loc[own, "kommunkod"] = plan.settings.municipality_code
    years = pd.DataFrame({"year": range(len(SCHOOL_YEARS))})
    return schools.merge(years, how="cross")


def _counts(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    frame["n"] = np.maximum(3, np.rint(frame["size"] * (1 + 0.06 * rng.standard_normal(len(frame))))).astype(
        int
    )
    frame["girls"] = rng.binomial(frame["n"], 0.49)
    return frame.assign(boys=frame["n"] - frame["girls"])


def _nested(n: pd.Series[int], chance: Floats, rng: np.random.Generator) -> dict[str, Integers]:
    """How many of ``n`` reach each level, the narrower within the wider."""
    count = n.to_numpy()
    passed = rng.binomial(count, chance)
    vocational = passed + rng.binomial(count - passed, 0.45)
    arts = passed + rng.binomial(vocational - passed, 0.75)
    humanities, science = (passed + rng.binomial(arts - passed, 0.85) for _ in range(2))
    return {
        "passed": passed,
        "vocational": vocational,
        "arts": arts,
        "humanities": humanities,
        "science": science,
    }


def draw_outside(plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """Final grades of year 9 at the outside schools, in the columns of the own units' counts."""
    frame = _counts(_frame(plan), rng)
    graded = frame["level"] > _NO_GRADES
    frame["subjects"] = np.where(graded, frame["n"] * 16, 0)
    level = np.where(graded, frame["level"], 0)
    chance = np.clip(0.72 + 0.18 * level, 0.3, 0.97)
    reached = {sex: _nested(frame["girls" if sex else "boys"], chance, rng) for sex in (True, False)}
    for kind, girls in reached[
        True
    ].items():  # each sex nested: all subjects, then wider and wider eligibility
        frame[kind] = girls + reached[False][kind]
        frame[f"{kind}_girls"] = girls
    left = frame["n"] - frame["passed"]
    frame["merit_n"] = frame["n"] - rng.binomial(left, 0.05)
    mean = 228 + 30 * level + 4 * rng.standard_normal(len(frame))
    frame["merit"] = np.rint(mean * 2 * frame["merit_n"]).astype(int)
    return frame.drop(columns=["size", "level", "boys"])


def draw_outside_6(plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """Grades of year 6 at the outside schools."""
    frame = _counts(_frame(plan).query("level > @_NO_GRADES").copy(), rng)
    frame["subjects"] = frame["n"] * 16 + rng.binomial(frame["n"], 0.8)
    frame["passed"] = rng.binomial(frame["n"], np.clip(0.72 + 0.18 * frame["level"], 0.3, 0.97))
    frame["one"] = rng.binomial(frame["n"] - frame["passed"], 0.42)
    frame["several"] = frame["n"] - frame["passed"] - frame["one"]
    return frame.drop(columns=["size", "level", "boys"])
