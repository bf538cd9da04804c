"""Turns ability and planted effects into grades, and grades into the true results (floor 3).

A subject's latent value is ability + the school's effect + a sex difference + noise; fixed cut points make
it a grade. They are set so that a plan without effects comes near riket: merit rating about 228, all subjects
72 per cent, eligible for a vocational programme 85 per cent (Skolverket, 2024/25).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis_lib.sources.example.identity import Booleans, Integers
from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan
from analysis_lib.sources.example.pupils import NOBODY, Pupils

Codes = NDArray[np.uint8]
Floats = NDArray[np.float64]

F, E, D, C, B, A, NOT_TAKEN, ADAPTED, DASH, NOT_TAUGHT = range(10)
LETTERS = np.array(["F", "E", "D", "C", "B", "A", "2", "3", "9", "Z"])
HALF_POINTS = np.array([0, 20, 25, 30, 35, 40, 0, 0, 0, 0], dtype=np.int64)  # R2: exact in half points


def _subjects(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SUBJECTS_9 = _subjects("BL EN HKK IDH MA M1 M2 ML MU BI FY KE GE HI RE SH SL SV SVA TN TK OVR")
SUBJECTS_6 = _subjects("BL EN HKK IDH MA M1 M2 ML MU NO BI FY KE SO GE HI RE SH SL SV SVA TN TK OVR")
_EASE = {
    **{
        "BL": 0.25,
        "EN": 0.3,
        "HKK": 0.2,
        "IDH": 0.3,
        "MA": -0.22,
        "M1": 0.0,
        "M2": -0.1,
        "ML": 0.5,
        "MU": 0.25,
    },
    **{
        "NO": -0.05,
        "BI": -0.05,
        "FY": -0.12,
        "KE": -0.12,
        "SO": 0.05,
        "GE": 0.0,
        "HI": 0.0,
        "RE": 0.0,
        "SH": 0.02,
    },
    **{"SL": 0.25, "SV": 0.05, "SVA": -0.1, "TN": 0.0, "TK": 0.0, "OVR": 0.0},
}
_SEX_GAP, _NOISE, _STRUGGLE = 0.34, 0.62, 1.1
_CUTS = {9: np.array([-1.92, -0.66, -0.12, 0.56, 1.16]), 6: np.array([-1.68, -0.36, 0.28, 1.0, 1.6])}


@dataclass(frozen=True)
class Grades:
    """The grades of one year group: rows of pupils (``pupil`` indexes ``Pupils``) by subjects, as codes."""

    year_group: int
    pupil: Integers
    unit: Integers
    year: Integers
    codes: Codes

    @property
    def subjects(self) -> tuple[str, ...]:
        return SUBJECTS_9 if self.year_group == 9 else SUBJECTS_6

    def column(self, subject: str) -> Codes:
        """The codes in one subject."""
        return self.codes[:, self.subjects.index(subject)]


def grade(plan: Plan, pupils: Pupils, rng: np.random.Generator, *, year_group: int) -> tuple[Grades, Floats]:
    """The grades of a year group in every school year of the files, and the latent level behind each row."""
    unit_of = pupils.unit_9 if year_group == 9 else pupils.unit_6
    year_of = pupils.cohort if year_group == 9 else pupils.cohort - 3
    pupil = np.flatnonzero((unit_of != NOBODY) & (year_of >= 0) & (year_of < len(SCHOOL_YEARS)))
    pupil = pupil[np.lexsort((year_of[pupil], unit_of[pupil]))]
    unit, year = unit_of[pupil], year_of[pupil]
    level = _level(plan, pupils, rng, pupil, unit, year, year_group)
    subjects = SUBJECTS_9 if year_group == 9 else SUBJECTS_6
    noise = _NOISE * rng.standard_normal((pupil.size, len(subjects)), dtype=np.float32)
    ease = np.array([_EASE[subject] for subject in subjects], dtype=np.float32)
    codes = np.searchsorted(_CUTS[year_group], level[:, None] + ease + noise).astype(np.uint8)
    grades = Grades(year_group, pupil, unit, year, codes)
    _absences(grades, pupils, rng)
    _timetable(grades, plan, pupils, rng)
    _exact(grades, plan, level)
    return grades, level


def _level(
    plan: Plan,
    pupils: Pupils,
    rng: np.random.Generator,
    pupil: Integers,
    unit: Integers,
    year: Integers,
    year_group: int,
) -> Floats:
    schools = plan.schools
    effect = np.array([school.effect_9 if year_group == 9 else school.effect_6 for school in schools])
    gap = _SEX_GAP + np.array([school.girls_gap for school in schools])
    drift = 0.06 * rng.standard_normal((len(schools), len(SCHOOL_YEARS)))
    own = 0.25 * rng.standard_normal(pupil.size)
    girl = np.where(pupils.girl[pupil], 0.5, -0.5)
    level = pupils.ability[pupil] + effect[unit] + drift[unit, year] + gap[unit] * girl + own
    level += measure_effects(plan, year_group)[unit, year]
    shaken: Floats = level - _STRUGGLE * pupils.struggles[pupil]
    return shaken


def measure_effects(plan: Plan, year_group: int) -> Floats:
    """The planted effect of measures, schools by school years."""
    place = {school.unit.code: index for index, school in enumerate(plan.schools)}
    effects = np.zeros((len(plan.schools), len(SCHOOL_YEARS)))
    for measure in plan.measures:
        if measure.year_group == year_group:
            since = [str(year) >= measure.school_year for year in SCHOOL_YEARS]
            effects[place[measure.unit_code], since] += measure.effect
    return effects


def _absences(grades: Grades, pupils: Pupils, rng: np.random.Generator) -> None:
    """Dashes, adapted study and pupils without a single grade, in place."""
    codes, pupil = grades.codes, grades.pupil
    draw = rng.random(codes.shape, dtype=np.float32)
    codes[(codes == F) & (draw < 0.3)] = DASH
    adapted = pupils.adapted[pupil][:, None] & (draw > 0.72)
    codes[adapted] = ADAPTED
    codes[pupils.ungraded[pupil]] = DASH


def _timetable(grades: Grades, plan: Plan, pupils: Pupils, rng: np.random.Generator) -> None:
    """Subjects that a pupil does not read get code 2 (or Z in year 6), in place."""
    pupil, unit = grades.pupil, grades.unit
    second = pupils.second_language[pupil]
    grades.column("SV")[second] = NOT_TAKEN
    grades.column("SVA")[~second] = NOT_TAKEN
    grades.column("M2")[pupils.language[pupil] == ""] = NOT_TAKEN
    grades.column("ML")[pupils.mother_tongue[pupil] == ""] = NOT_TAKEN
    for subject, share in (("M1", 0.02), ("TN", 0.0), ("OVR", 0.005)):
        grades.column(subject)[rng.random(pupil.size) >= share] = NOT_TAKEN
    grades.column("M1")[pupils.language[pupil] == "SPA"] = NOT_TAKEN  # the language of M1 is Spanish
    for subject in ("ML", "TN"):
        column = grades.column(subject)
        column[column == ADAPTED] = DASH if grades.year_group == 6 or subject == "TN" else ADAPTED
    if grades.year_group == 6:
        blocks = np.array([school.has_blocks for school in plan.schools])[unit]
        for subject in ("NO", "SO"):
            grades.column(subject)[~blocks] = NOT_TAKEN
        for subject in ("BI", "FY", "KE", "GE", "HI", "RE", "SH"):
            grades.column(subject)[blocks] = NOT_TAKEN
        grades.column("HKK")[unit % 4 == 2] = NOT_TAUGHT


def _exact(grades: Grades, plan: Plan, level: Floats) -> None:
    """The planted cells where exactly so many pupils miss a pass, in place: ~100 and a true 100."""
    if grades.year_group != 9:
        return
    codes, maths = grades.codes, grades.subjects.index("MA")
    for index, school in enumerate(plan.schools):
        for name, failing in school.exact_failing.items():
            year = [str(each) for each in SCHOOL_YEARS].index(name)
            rows = np.flatnonzero((grades.unit == index) & (grades.year == year))
            rows = rows[np.argsort(level[rows], kind="stable")]
            cell = codes[rows]
            cell[np.isin(cell, (F, DASH, ADAPTED))] = E
            cell[:failing, maths] = F
            codes[rows] = cell


@dataclass(frozen=True)
class Results:
    """True results, one row per row of ``Grades``; merit ratings in half points, -1 without any pass."""

    all_passed: Booleans
    vocational: Booleans
    arts: Booleans
    humanities: Booleans
    science: Booleans
    merit_16: Integers
    merit_17: Integers
    missed: Integers
    subjects: Integers


def results(grades: Grades) -> Results:
    """Rules R2-R4 straight from the codes; an independent check on the indicators, not used by them."""
    codes = grades.codes
    passed = (codes >= E) & (codes <= A)
    missed = (codes == F) | (codes == DASH) | (codes == ADAPTED)
    column = {subject: passed[:, place] for place, subject in enumerate(grades.subjects)}
    core = (column["SV"] | column["SVA"]) & column["EN"] & column["MA"]
    count = passed.sum(axis=1)
    count = count - (column["SV"] & column["SVA"])
    upper = core & (count >= 12)
    points = HALF_POINTS[codes]
    language = points[:, grades.subjects.index("M2")]
    sixteen = np.sort(points, axis=1)[:, -16:].sum(axis=1)
    others = np.delete(points, grades.subjects.index("M2"), axis=1)
    seventeen = np.sort(others, axis=1)[:, -16:].sum(axis=1) + language
    has_pass = passed.any(axis=1)
    return Results(
        all_passed=~missed.any(axis=1) & has_pass,
        vocational=core & (count >= 8),
        arts=upper,
        humanities=upper & column["GE"] & column["HI"] & column["RE"] & column["SH"],
        science=upper & column["BI"] & column["FY"] & column["KE"],
        merit_16=np.where(has_pass, sixteen, -1),
        merit_17=np.where(has_pass, seventeen, -1),
        missed=missed.sum(axis=1),
        subjects=missed.sum(axis=1) + passed.sum(axis=1),
    )
