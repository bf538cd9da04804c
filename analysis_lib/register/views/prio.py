"""PRIO over all schools: coverage, phases overdue, evidence per sub-area, follow-up (register floor)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.measures import ImprovementArea
from analysis_lib.register.kinds.prio import PHASES, Observation, PrioPhase, Proposal, TimeLog
from analysis_lib.register.kinds.ratings import Rating
from analysis_lib.register.kinds.voices import ThemeNote
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.self_rating import SelfRating
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.working_days import add_months

Progress = Literal["done", "under_way", "not_started"]
_FOUR_TERMS = 24  # months


@dataclass(frozen=True)
class PrioCoverage:
    """How far a school has come in its period, what is overdue, and when the follow-up is due."""

    unit: str
    progress: Progress
    phase: str
    overdue: tuple[str, ...]
    follow_up_due: datetime.date | None
    follow_up_overdue: bool


@dataclass(frozen=True)
class PartEvidence:
    """What each source says of one sub-area: levels as they were given, never weighed into one number."""

    part: str
    name: str
    dimension: str
    survey: float | None
    observed: tuple[int, ...]
    leadership: int | None
    team: tuple[int, ...]
    said: int
    disagrees: bool


@dataclass(frozen=True)
class TimeChange:
    """Hours a week for one activity at the start and at the follow-up, as means over those who logged."""

    activity: str
    start: float | None
    follow_up: float | None


def prio_coverage(
    phases: Iterable[Record[PrioPhase]], units: Mapping[str, Unit], *, today: datetime.date
) -> list[PrioCoverage]:
    """Every school that is to go through a period: done, under way or not started (seed B5).

    A period is done when its improvements are introduced; the survey and time log are repeated four terms
    after the start (rule R10).
    """
    known = list(phases)
    return [
        _coverage(code, [one for one in known if one.unit == code], today)
        for code, unit in units.items()
        if "gr" in unit.school_forms and unit.is_open(str(SchoolYear.of_date(today)))
    ]


def without_area(
    proposals: Iterable[Record[Proposal]], areas: Iterable[Record[ImprovementArea]]
) -> list[Record[Proposal]]:
    """Chosen proposals that no improvement area has been written from yet (seed B9).

    They stand among the improvement areas as they are, until somebody says who and when.
    """
    have = {area.entry.proposal for area in areas}
    return [one for one in proposals if one.entry.state == "chosen" and one.thing not in have]


def ranked_proposals(proposals: Iterable[Record[Proposal]], *, unit: str) -> list[Record[Proposal]]:
    """A unit's proposals by votes, most first; equal ones in the order they were written."""
    mine = [one for one in proposals if one.unit == unit]
    return sorted(mine, key=lambda one: (-one.entry.votes, one.id))


def part_evidence(
    instrument: SelfRating,
    *,
    ratings: Sequence[Record[Rating]],
    observations: Sequence[Record[Observation]] = (),
    notes: Sequence[Record[ThemeNote]] = (),
    survey: Mapping[str, float] | None = None,
) -> list[PartEvidence]:
    """Each sub-area of the instrument with what every source says (seed B8); records of one unit and year.

    ``survey`` holds the staff survey's index per part. ``disagrees`` when the leadership's level and any
    other on the same scale lie two steps or more apart.
    """
    rows = []
    for area in instrument.areas:
        for part in area.parts:
            mine = [r.entry for r in ratings if r.entry.part == part.id]
            leader = next((r.level for r in mine if r.rater == "leadership"), None)
            team = tuple(r.level for r in mine if r.rater == "team")
            seen = tuple(o.entry.level for o in observations if o.entry.part == part.id)
            said = sum(note.entry.code == part.id for note in notes)
            apart = leader is not None and any(abs(leader - level) >= 2 for level in (*team, *seen))
            index = (survey or {}).get(part.id)
            rows.append(
                PartEvidence(part.id, part.name, area.dimension, index, seen, leader, team, said, apart)
            )
    return rows


def time_changes(logs: Sequence[Record[TimeLog]]) -> list[TimeChange]:
    """Hours per activity before and after, weighted by persons; activities in order of writing."""
    activities = dict.fromkeys(log.entry.activity for log in logs)
    return [
        TimeChange(name, _mean_hours(logs, name, "start"), _mean_hours(logs, name, "follow_up"))
        for name in activities
    ]


def _mean_hours(logs: Sequence[Record[TimeLog]], activity: str, occasion: str) -> float | None:
    mine = [log.entry for log in logs if (log.entry.activity, log.entry.occasion) == (activity, occasion)]
    people = sum(log.people for log in mine)
    return sum(log.hours * log.people for log in mine) / people if people else None


def _coverage(unit: str, phases: Sequence[Record[PrioPhase]], today: datetime.date) -> PrioCoverage:
    if not phases:
        return PrioCoverage(unit, "not_started", "", (), None, False)
    period = max(one.entry.period for one in phases)
    mine = sorted(
        (one.entry for one in phases if one.entry.period == period), key=lambda one: PHASES.index(one.phase)
    )
    done = {one.phase for one in mine if one.done}
    is_done = "introduced" in done
    started = [one for one in mine if one.started or one.done]
    begun = min((one.started or one.done or today for one in started), default=None)
    due = add_months(begun, _FOUR_TERMS) if begun else None
    progress: Progress = "done" if is_done else "under_way" if started else "not_started"
    late = tuple(one.phase for one in mine if not one.done and one.due < today)
    missed = due is not None and today > due and "followed_up" not in done
    return PrioCoverage(unit, progress, started[-1].phase if started else "", late, due, missed)
