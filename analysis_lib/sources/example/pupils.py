"""Draws the pupils of a plan: who they are, their schools in years 6 and 9, and their ability (floor 3).

Each pupil is one row over all years, so the same number returns in year 9 three years after year 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis_lib.sources.example.identity import (
    Booleans,
    Integers,
    Strings,
    personal_numbers,
    rank_within,
    temporary_numbers,
)
from analysis_lib.sources.example.names import BOYS, GIRLS, LANGUAGES, LAST, MOTHER_TONGUES
from analysis_lib.sources.example.plan import COHORTS, SCHOOL_YEARS, Plan

NOBODY = -1
_MOVERS, _LEAVERS, _NEW_FROM_ABROAD = 0.04, 0.03, 0.45


@dataclass(frozen=True)
class Pupils:
    """Parallel arrays, one place per pupil; ``unit_6`` and ``unit_9`` index the plan's schools or are -1.

    ``cohort`` counts the school year in which the pupil is in year 9, 0 for the first one of the files.
    """

    cohort: Integers
    unit_6: Integers
    unit_9: Integers
    girl: Booleans
    ability: np.ndarray[tuple[int], np.dtype[np.float64]]
    new_from_abroad: Booleans
    second_language: Booleans
    number: Strings
    first_name: Strings
    last_name: Strings
    is_protected: Booleans
    is_temporary: Booleans
    language: Strings
    mother_tongue: Strings
    struggles: Booleans
    adapted: Booleans
    ungraded: Booleans

    def __len__(self) -> int:
        return self.cohort.size


def open_schools(plan: Plan, *, year_group: int) -> Booleans:
    """Which school is open when a cohort is in the year group: schools by cohorts."""
    is_open = np.ones((len(plan.schools), COHORTS), dtype=bool)
    for row, school in enumerate(plan.schools):
        for cohort in range(COHORTS):
            year = SCHOOL_YEARS[0].plus(cohort - (9 - year_group))
            is_open[row, cohort] = school.unit.is_open(str(year))
    return is_open


def _targets(plan: Plan, rng: np.random.Generator, year_group: int) -> Integers:
    """How many pupils each school has in the year group, schools by cohorts."""
    size = np.array([school.size_6 if year_group == 6 else school.size_9 for school in plan.schools])
    varies = np.array([0.0 if school.is_fixed else 0.07 for school in plan.schools])
    drawn = np.rint(size[:, None] * (1 + varies[:, None] * rng.standard_normal((size.size, COHORTS))))
    return np.maximum(drawn, 0).astype(np.int64) * open_schools(plan, year_group=year_group)


def _destinations(plan: Plan, unit_6: Integers, cohort: Integers, rng: np.random.Generator) -> Integers:
    """The school in year 9 of each pupil in year 6, before schools are filled or trimmed to size."""
    place = {school.unit.code: index for index, school in enumerate(plan.schools)}
    follows = np.array([place[school.next_code] for school in plan.schools])
    before = np.array([place[school.receiver_before or school.next_code] for school in plan.schools])
    is_open = open_schools(plan, year_group=9)
    unit_9 = np.where(is_open[follows[unit_6], cohort], follows[unit_6], before[unit_6])
    upper = np.array([index for index, school in enumerate(plan.schools) if school.size_9 > 10])
    elsewhere = upper[rng.integers(0, upper.size, unit_6.size)]
    draw = rng.random(unit_6.size)
    moves = (draw < _MOVERS) & is_open[elsewhere, cohort]
    unit_9 = np.where(moves, elsewhere, unit_9)
    return np.where(draw > 1 - _LEAVERS, NOBODY, unit_9)


def _sex(plan: Plan, origin: Integers, cohort: Integers, rng: np.random.Generator) -> Booleans:
    """Girls spread evenly by each school's share, which varies a little from cohort to cohort."""
    share = np.array([school.girl_share for school in plan.schools])[:, None]
    share = np.clip(share + 0.04 * rng.standard_normal((share.size, COHORTS)), 0.02, 0.98)
    rank = rank_within(origin * COHORTS + cohort)
    here = share[origin, cohort]
    girl: Booleans = np.floor((rank + 1) * here + 0.5) > np.floor(rank * here + 0.5)
    return girl


def draw_pupils(
    plan: Plan, rng: np.random.Generator, *, part: int = 0, parts: int = 1, wide: bool = False
) -> Pupils:
    """All pupils of the plan; ``part`` of ``parts`` keeps personal numbers of chunks apart."""
    target_6, target_9 = _targets(plan, rng, 6), _targets(plan, rng, 9)
    schools = len(plan.schools)
    unit_6 = np.repeat(np.repeat(np.arange(schools), COHORTS), target_6.ravel())
    cohort = np.repeat(np.tile(np.arange(COHORTS), schools), target_6.ravel())
    unit_9 = _destinations(plan, unit_6, cohort, rng)
    full = rank_within(unit_9 * COHORTS + cohort) >= target_9[unit_9, cohort]
    unit_9 = np.where((unit_9 != NOBODY) & full, NOBODY, unit_9)
    stays = unit_9 != NOBODY
    have = np.bincount(unit_9[stays] * COHORTS + cohort[stays], minlength=schools * COHORTS)
    missing = np.maximum(target_9.ravel() - have, 0)
    arrived = int(missing.sum())
    unit_6 = np.r_[unit_6, np.full(arrived, NOBODY)]
    unit_9 = np.r_[unit_9, np.repeat(np.repeat(np.arange(schools), COHORTS), missing)]
    cohort = np.r_[cohort, np.repeat(np.tile(np.arange(COHORTS), schools), missing)]
    return _people(plan, rng, cohort, unit_6, unit_9, (part, parts, wide))


def _people(
    plan: Plan,
    rng: np.random.Generator,
    cohort: Integers,
    unit_6: Integers,
    unit_9: Integers,
    numbers: tuple[int, int, bool],
) -> Pupils:
    count = cohort.size
    origin = np.where(unit_6 == NOBODY, unit_9, unit_6)
    girl = _sex(plan, origin, cohort, rng)
    share = np.array([school.second_language for school in plan.schools])[origin]
    new = (unit_6 == NOBODY) & (rng.random(count) < _NEW_FROM_ABROAD)
    second = new | (rng.random(count) < share * 0.7)
    intake = np.array([school.intake for school in plan.schools])[origin]
    ability = 0.9 * rng.standard_normal(count) + intake - 0.35 * second - 0.8 * new
    usual = rng.random(count) >= 0.02  # the others are a year older
    birth_year = SCHOOL_YEARS[0].end + cohort - 17 + usual
    part, parts, wide = numbers
    number = personal_numbers(birth_year, girl, part=part, parts=parts, wide=wide)
    is_temporary, is_protected = _uncertain(plan, rng, (cohort, unit_6, unit_9), new, ~girl & usual)
    number = np.where(is_temporary, temporary_numbers(birth_year, girl), number)
    first = np.where(
        girl,
        np.array(GIRLS)[rng.integers(0, len(GIRLS), count)],
        np.array(BOYS)[rng.integers(0, len(BOYS), count)],
    )
    last = np.array(LAST)[rng.integers(0, len(LAST), count)]
    studies = ~new & (rng.random(count) < np.where(ability > -0.6, 0.86, 0.5))
    tongue = second & (rng.random(count) < 0.55)
    return Pupils(
        cohort=cohort,
        unit_6=unit_6,
        unit_9=unit_9,
        girl=girl,
        ability=ability,
        new_from_abroad=new,
        second_language=second,
        number=number,
        first_name=np.where(is_protected, "Skyddade", first),
        last_name=np.where(is_protected, "personuppgifter", last),
        is_protected=is_protected,
        is_temporary=is_temporary,
        language=np.where(studies, np.array(LANGUAGES)[rng.choice(3, count, p=(0.55, 0.25, 0.2))], ""),
        mother_tongue=np.where(
            tongue, np.array(MOTHER_TONGUES)[rng.integers(0, len(MOTHER_TONGUES), count)], ""
        ),
        struggles=rng.random(count) < 0.04 + 0.05 * (ability < -0.5),
        adapted=rng.random(count) < 0.012,
        ungraded=rng.random(count) < np.where(new, 0.04, 0.004),
    )


def _uncertain(
    plan: Plan,
    rng: np.random.Generator,
    places: tuple[Integers, Integers, Integers],
    new: Booleans,
    boy: Booleans,
) -> tuple[Booleans, Booleans]:
    """Who has a temporary number and who a protected identity, with the planted ones for any seed.

    None at a school with a planted gap between girls and boys: such a pupil hides the split (R21). Always
    boys with temporary numbers at the first school in the third school year, and one protected pupil in the
    last year 9 and one in the last year 6.
    """
    cohort, unit_6, unit_9 = places
    temporary = new & (rng.random(cohort.size) < 0.06)
    protected = ~temporary & (rng.random(cohort.size) < 0.002)
    gap = np.array([school.girls_gap > 0 for school in plan.schools] + [False])  # -1 is the last: elsewhere
    plain = ~gap[unit_6] & ~gap[unit_9]
    temporary, protected = temporary & plain, protected & plain
    first = unit_9[(unit_9 != NOBODY) & (cohort == 2)].min()
    temporary[np.flatnonzero((unit_9 == first) & (cohort == 2) & boy)[-2:]] = True
    protected &= ~temporary
    last = len(SCHOOL_YEARS) - 1
    for unit, year in ((unit_9, last), (unit_6, last + 3)):
        school = unit[(cohort == year) & plain].max()
        here = np.flatnonzero((unit == school) & (cohort == year) & ~temporary)
        protected[here[len(here) // 2]] = True
    return temporary, protected
