"""Seminar packs: three groups × three rounds with questions, notes and what came out (register; M5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.register.kinds.seminars import AnalysisSeminar, Decision
from analysis_lib.vocabulary.questions import Question, QuestionSet
from analysis_lib.vocabulary.settings import Group, Unit

ROUNDS = ("1", "2", "3")


@dataclass(frozen=True)
class SeminarPack:
    """One of a läsår's nine seminars: before it questions and units, after it notes, decisions, measures."""

    group: str
    round: str
    units: tuple[str, ...]
    questions: tuple[Question, ...]
    seminar: Record[AnalysisSeminar] | None
    decisions: tuple[Record[Decision], ...]
    measures: tuple[Record[Measure], ...]

    @property
    def is_held(self) -> bool:
        return self.seminar is not None

    @property
    def decisions_without_measures(self) -> tuple[Record[Decision], ...]:
        """Decisions that nobody has made a measure of."""
        return tuple(one for one in self.decisions if not one.entry.measures)


def seminar_packs(
    groups: Mapping[str, Group],
    units: Mapping[str, Unit],
    question_sets: Mapping[str, QuestionSet],
    seminars: Sequence[Record[AnalysisSeminar]],
    decisions: Iterable[Record[Decision]] = (),
    measures: Iterable[Record[Measure]] = (),
    *,
    school_year: str,
) -> list[SeminarPack]:
    """Every group × round of the läsår, held or not, in the groups' order."""
    decided, by_thing = list(decisions), {m.thing: m for m in measures}
    packs = []
    for group in groups.values():
        codes = tuple(
            unit.code
            for unit in units.values()
            if set(unit.school_forms) & set(group.school_forms) and unit.is_open(school_year)
        )
        for number in ROUNDS:
            held = _held(seminars, group.id, number, school_year)
            mine = tuple(one for one in decided if held and one.entry.seminar == held.thing)
            led_to = tuple(by_thing[t] for one in mine for t in one.entry.measures if t in by_thing)
            questions = _questions(question_sets, number, held)
            packs.append(SeminarPack(group.id, number, codes, questions, held, mine, led_to))
    return packs


def _held(
    seminars: Iterable[Record[AnalysisSeminar]], group: str, number: str, school_year: str
) -> Record[AnalysisSeminar] | None:
    for one in seminars:
        if (one.entry.group, one.entry.round, one.school_year) == (group, number, school_year):
            return one
    return None


def _questions(
    sets: Mapping[str, QuestionSet], number: str, held: Record[AnalysisSeminar] | None
) -> tuple[Question, ...]:
    """The set that the seminar used, else the one of its round."""
    if held is not None and held.entry.question_set in sets:
        return sets[held.entry.question_set].questions
    found = (one for one in sets.values() if one.used_for == "analysis_seminar" and one.round == number)
    chosen = next(found, None)
    return chosen.questions if chosen else ()
