"""Djupdykning: a schedule that reaches every unit once per mandatperiod, its coverage, the board's questions.

Register floor; seeds S2–S4. The participants per skolform are the seed municipality's and can be others.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.visits import GROUPS, BoardQuestion, Visit, VisitNote
from analysis_lib.register.log import Draft
from analysis_lib.text import EN_DASH, sort_key
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.working_days import day_off, next_working_day

PARTICIPANTS: Mapping[str, tuple[str, ...]] = {
    "fsk": ("Arbetsutskottet", "Avdelningschef", "Administratör"),
    "pedoms": ("Arbetsutskottet", "Avdelningschef", "Administratör"),
    "gr": ("Arbetsutskottet", "Utbildningschef", "Utbildningsstrateg"),
}
_OTHERWISE = PARTICIPANTS["gr"]
_ELECTIONS = 2022  # an election year; the others lie four years apart
_MONTHS = (9, 10, 11, 2, 3, 4, 5)


@dataclass(frozen=True)
class VisitStatus:
    """One unit in the mandatperiod: its visit, the groups not heard, and what else is missing."""

    unit: str
    visit: Record[Visit] | None
    missing_groups: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        return self.visit is not None and self.visit.entry.held_on is not None


@dataclass(frozen=True)
class AgendaPack:
    """What the kvalitetsnämnd starts from at a meeting; ``from_notes``: questions that wait in a note."""

    visits: tuple[Record[Visit], ...]
    notes: tuple[Record[VisitNote], ...]
    open_questions: tuple[Record[BoardQuestion], ...]
    answered: tuple[Record[BoardQuestion], ...]
    follow_up: tuple[Record[BoardQuestion], ...]
    from_notes: tuple[tuple[Record[VisitNote], str], ...] = ()


def mandate_of(day: datetime.date) -> str:
    """The mandatperiod of a nämnd: four years from 1 January after the election.

    >>> mandate_of(datetime.date(2026, 11, 22)), mandate_of(datetime.date(2027, 1, 1))
    ('2023–2026', '2027–2030')
    """
    first = _ELECTIONS + 1 + (day.year - _ELECTIONS - 1) // 4 * 4
    return f"{first}{EN_DASH}{first + 3}"


def schedule(
    units: Mapping[str, Unit],
    visits: Sequence[Record[Visit]],
    *,
    mandate: str,
    participants: Mapping[str, tuple[str, ...]] = PARTICIPANTS,
) -> list[Draft]:
    """Visits to save so that each open unit has exactly one in the mandatperiod, spread over its terms.

    Units that have a visit keep it. Units that close come first and new ones last, then by area and name; no
    visit is put on a day off or in the weeks when schools are closed.
    """
    first = int(mandate[:4])
    have = {visit.unit for visit in visits if visit.entry.mandate == mandate}
    waiting = sorted(
        (unit for unit in units.values() if _exists(unit, first) and unit.code not in have),
        key=lambda unit: (unit.closed or "~", unit.opened or "", sort_key(unit.area), sort_key(unit.name)),
    )
    days = [
        _when_open(unit, day) for unit, day in zip(waiting, _visit_days(first, len(waiting)), strict=True)
    ]
    return [
        Draft(
            Visit(mandate=mandate, planned_on=day, participants=_participants(unit, participants)),
            unit.code,
            str(SchoolYear.of_date(day)),
        )
        for unit, day in zip(waiting, days, strict=True)
    ]


def visit_coverage(
    units: Mapping[str, Unit],
    visits: Sequence[Record[Visit]],
    notes: Iterable[Record[VisitNote]],
    *,
    mandate: str,
    today: datetime.date,
    participants: Mapping[str, tuple[str, ...]] = PARTICIPANTS,
) -> list[VisitStatus]:
    """Every unit with its visit and what is missing: a second visit, a group, a participant, the note."""
    noted = {note.entry.visit for note in notes}
    rows = []
    for code, unit in units.items():
        mine = [visit for visit in visits if visit.unit == code and visit.entry.mandate == mandate]
        if not mine and not _exists(unit, int(mandate[:4])):
            continue
        visit = mine[0] if mine else None
        faults = list(_faults(visit, noted, _participants(unit, participants), today))
        faults += ["fler än ett besök"] if len(mine) > 1 else []
        held = visit is not None and visit.entry.held_on is not None
        missing = tuple(g for g in GROUPS if held and visit and g not in visit.entry.heard)
        rows.append(VisitStatus(code, visit, missing, tuple(faults)))
    return rows


def agenda_pack(
    visits: Iterable[Record[Visit]],
    notes: Iterable[Record[VisitNote]],
    questions: Sequence[Record[BoardQuestion]],
    *,
    since: datetime.date,
    meeting: datetime.date,
) -> AgendaPack:
    """The visits held since the last meeting with their notes, and the questions in three heaps."""
    held = tuple(v for v in visits if v.entry.held_on and since < v.entry.held_on <= meeting)
    known = {visit.thing for visit in held}
    answered = tuple(q for q in questions if q.entry.answered_on and since < q.entry.answered_on <= meeting)
    follow_up = tuple(q for q in questions if q.entry.follow_up and not q.entry.followed_up)
    noted = tuple(note for note in notes if note.entry.visit in known)
    return AgendaPack(
        held,
        noted,
        tuple(q for q in questions if not q.entry.answered_on),
        answered,
        tuple(sorted(follow_up, key=lambda q: (q.entry.follow_up_due or meeting, q.id))),
        tuple(waiting_questions(noted, questions)),
    )


def waiting_questions(
    notes: Iterable[Record[VisitNote]], questions: Iterable[Record[BoardQuestion]]
) -> list[tuple[Record[VisitNote], str]]:
    """The notes' questions to the kvalitetsnämnd that nobody has put to a meeting in the same words yet."""
    put = {(one.entry.visit, _plain(one.entry.question)) for one in questions}
    return [
        (note, question)
        for note in notes
        for question in note.entry.questions
        if (note.entry.visit, _plain(question)) not in put
    ]


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def _exists(unit: Unit, first: int) -> bool:
    """Whether the unit is open at any time of the mandatperiod that it could be visited in."""
    years = [str(SchoolYear(year)) for year in range(first, first + 4)]
    return any(unit.is_open(year) for year in years)


def _participants(unit: Unit, participants: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    found = (participants[form] for form in unit.school_forms if form in participants)
    return next(found, participants.get("gr", _OTHERWISE))


def _visit_days(first: int, count: int) -> list[datetime.date]:
    """Working days spread evenly over the mandatperiod's visiting months, the last year until May."""
    months = [
        (year, month)
        for year in range(first, first + 4)
        for month in sorted(_MONTHS)
        if year < first + 3 or month <= 5
    ]
    days = []
    for place in range(count):
        year, month = months[place * len(months) // max(count, 1)]
        day = next_working_day(datetime.date(year, month, 6 + place % 3 * 7))
        days.append(day)
    return days


def _when_open(unit: Unit, day: datetime.date) -> datetime.date:
    """The day, or the first October day of a unit that opens later."""
    if unit.opened and not unit.is_open(str(SchoolYear.of_date(day))):
        return next_working_day(datetime.date(SchoolYear.parse(unit.opened).start, 10, 6))
    return day


def _faults(
    visit: Record[Visit] | None, noted: set[str], expected: tuple[str, ...], today: datetime.date
) -> Iterable[str]:
    if visit is None:
        yield "inget besök planerat"
        return
    absent = [role for role in expected if role not in visit.entry.participants]
    if absent:
        yield f"deltagare saknas: {', '.join(absent)}"
    if visit.entry.held_on is None and visit.entry.planned_on < today:
        yield "besöket är försenat"
    if visit.entry.held_on and not visit.entry.fact_pack:
        yield "faktaunderlag saknas"
    if visit.entry.held_on and visit.thing not in noted:
        yield "minnesanteckning saknas"
    if visit.entry.held_on and day_off(visit.entry.held_on):
        yield "besöksdagen är en ledig dag"
