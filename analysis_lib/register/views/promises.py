"""The promise tracker: from skolanalys through resultatsamtal to the next skolanalys (register; S5–S7)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.measures import Measure, Promise
from analysis_lib.register.kinds.seminars import Answer, PeerFeedback, ResultTalk, SchoolAnalysis
from analysis_lib.vocabulary.questions import Question, QuestionSet
from analysis_lib.vocabulary.working_days import add_months, next_working_day

TalkState = Literal["held", "held_late", "waiting", "overdue"]


@dataclass(frozen=True)
class Talk:
    """The resultatsamtal that a skolanalys leads to: when it should be, and whether it was."""

    analysis: Record[SchoolAnalysis]
    due: datetime.date
    latest: datetime.date
    held: Record[ResultTalk] | None
    state: TalkState


@dataclass(frozen=True)
class TalkPack:
    """What a resultatsamtal starts from: the promises, how the measures stand, and what is overdue."""

    talk: Talk
    promises: tuple[Record[Promise], ...]
    measures: tuple[Record[Measure], ...]
    overdue: tuple[Record[Promise], ...]


@dataclass(frozen=True)
class AnalysisStatus:
    """A skolanalys with its questions, the unanswered ones and the colleagues' feedback."""

    analysis: Record[SchoolAnalysis]
    answers: tuple[Record[Answer], ...]
    unanswered: tuple[Question, ...]
    feedback: tuple[Record[PeerFeedback], ...]


def talks(
    analyses: Iterable[Record[SchoolAnalysis]],
    held: Sequence[Record[ResultTalk]],
    *,
    today: datetime.date,
    months: int = 2,
    tolerance_days: int = 14,
) -> list[Talk]:
    """One per skolanalys, in order of date: due ``months`` calendar months after it, on a working day."""
    found = []
    for analysis in sorted(analyses, key=lambda one: (one.entry.held_on, one.unit)):
        due = next_working_day(add_months(analysis.entry.held_on, months))
        latest = next_working_day(due + datetime.timedelta(days=tolerance_days))
        talk = next((one for one in held if one.entry.analysis == analysis.thing), None)
        found.append(Talk(analysis, due, latest, talk, _talk_state(talk, latest, today)))
    return found


def talk_pack(
    talk: Talk,
    promises: Iterable[Record[Promise]],
    measures: Mapping[str, Record[Measure]],
    *,
    today: datetime.date,
) -> TalkPack:
    """The unit's promises of the round with the measures they point to; ``measures`` by thing."""
    mine = [
        one
        for one in promises
        if one.unit == talk.analysis.unit
        and one.school_year == talk.analysis.school_year
        and one.entry.round == talk.analysis.entry.round
    ]
    known = tuple(measures[one.entry.measure] for one in mine if one.entry.measure in measures)
    return TalkPack(talk, tuple(mine), known, tuple(overdue_promises(mine, today=today)))


def overdue_promises(promises: Iterable[Record[Promise]], *, today: datetime.date) -> list[Record[Promise]]:
    """Open promises past their day, the oldest first."""
    late = [one for one in promises if one.entry.state == "open" and one.entry.due < today]
    return sorted(late, key=lambda one: (one.entry.due, one.unit, one.thing))


def carried_promises(
    promises: Iterable[Record[Promise]], *, unit: str, before: datetime.date
) -> list[Record[Promise]]:
    """What the next skolanalys must come back to: the unit's promises that are open or not kept in full."""
    return [
        one for one in promises if one.unit == unit and one.entry.state != "kept" and one.at.date() < before
    ]


def analysis_status(
    analysis: Record[SchoolAnalysis],
    questions: QuestionSet,
    answers: Iterable[Record[Answer]],
    feedback: Iterable[Record[PeerFeedback]],
) -> AnalysisStatus:
    """A skolanalys with its unanswered questions; an answer of blanks is none."""
    mine = [
        one
        for one in answers
        if one.unit == analysis.unit
        and one.school_year == analysis.school_year
        and one.entry.question_set == questions.id
        and one.entry.text.strip()
    ]
    answered = {one.entry.question for one in mine}
    unanswered = tuple(question for question in questions.questions if question.id not in answered)
    about = tuple(one for one in feedback if one.entry.analysis == analysis.thing)
    return AnalysisStatus(analysis, tuple(mine), unanswered, about)


def _talk_state(talk: Record[ResultTalk] | None, latest: datetime.date, today: datetime.date) -> TalkState:
    if talk is not None:
        return "held" if talk.entry.held_on <= latest else "held_late"
    return "overdue" if today > latest else "waiting"
