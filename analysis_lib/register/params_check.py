"""What an entry says of the workspace's ``params/`` must be true there: instrument, level, question, code.

Register floor. Each file is read once, when the first entry needs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.register.entry import Entry
from analysis_lib.register.kinds.goals import Goal
from analysis_lib.register.kinds.prio import Observation
from analysis_lib.register.kinds.ratings import Rating, RatingChoice, Routine
from analysis_lib.register.kinds.seminars import AnalysisSeminar, Answer, SchoolAnalysis
from analysis_lib.register.kinds.voices import Interview
from analysis_lib.vocabulary.questions import (
    QuestionSet,
    load_codebooks,
    load_handbooks,
    load_national_goals,
    load_question_sets,
    prompts,
)
from analysis_lib.vocabulary.self_rating import SelfRating, load_self_ratings
from analysis_lib.vocabulary.workspace import Workspace


class ParamsCheck:
    """Raises SeveralErrors for an entry that names what ``params/`` doesn't have."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    @cached_property
    def instruments(self) -> dict[str, SelfRating]:
        return load_self_ratings(self.workspace)

    @cached_property
    def question_sets(self) -> dict[str, QuestionSet]:
        return load_question_sets(self.workspace)

    @cached_property
    def codebooks(self) -> list[str]:
        return list(load_codebooks(self.workspace))

    @cached_property
    def national_goals(self) -> list[str]:
        return list(load_national_goals(self.workspace))

    def __call__(self, entry: Entry) -> None:
        faults = [fault for fault in self._faults(entry) if fault is not None]
        if faults:
            raise SeveralErrors(faults)

    def _faults(self, entry: Entry) -> Iterable[SkolbankError | None]:
        match entry:
            case Rating() | Observation():
                yield from self._rated(entry.instrument, (entry.part,), entry.level)
            case RatingChoice():
                yield from self._rated(entry.instrument, entry.parts, None)
            case Routine():
                yield from self._rated(entry.instrument, (entry.part,), None)
            case Interview():
                yield _unknown("Kodboken", entry.codebook, self.codebooks, "codebooks")
            case Answer():
                yield from self._answered(entry)
            case SchoolAnalysis() | AnalysisSeminar():
                yield _unknown("Frågorna", entry.question_set, self.question_sets, "questions")
            case Goal() if entry.national_goal:
                yield _unknown("Målet", entry.national_goal, self.national_goals, "national_goals.yaml")

    def _rated(self, name: str, parts: Iterable[str], level: int | None) -> Iterable[SkolbankError | None]:
        if name not in self.instruments:
            yield _unknown("Instrumentet", name, self.instruments, "instruments")
            return
        instrument = self.instruments[name]
        for part in parts:
            yield _unknown("Delen", part, instrument.parts, f"instruments/{name}.yaml")
        steps = [step.value for step in instrument.scale]
        if level is not None and level not in steps:
            yield SkolbankError(
                "rating-level",
                f"Nivån {level} finns inte på skalan",
                where=f"params/instruments/{name}.yaml",
                remedy=f"Skalan går från {steps[0]} till {steps[-1]}.",
            )

    @cached_property
    def handbook_prompts(self) -> dict[str, list[str]]:
        """What can be answered in each version of a handbook."""
        books = load_handbooks(self.workspace)
        return {name: [p.id for one in book.sections for p in prompts(one)] for name, book in books.items()}

    def _answered(self, answer: Answer) -> Iterable[SkolbankError | None]:
        if answer.question_set in self.handbook_prompts:
            headings = self.handbook_prompts[answer.question_set]
            yield _unknown("Rubriken", answer.question, headings, f"handbook/{answer.question_set}.yaml")
            return
        if answer.question_set not in self.question_sets:
            yield _unknown("Frågorna", answer.question_set, self.question_sets, "questions")
            return
        known = [question.id for question in self.question_sets[answer.question_set].questions]
        yield _unknown("Frågan", answer.question, known, f"questions/{answer.question_set}.yaml")


def _unknown(what: str, name: str, known: Iterable[str], file: str) -> SkolbankError | None:
    names = list(known)
    if name in names:
        return None
    return SkolbankError(
        "params-unknown",
        f"{what} {name[:40]} finns inte",
        where=f"params/{file}",
        remedy=did_you_mean(name, names) or f"Det finns: {', '.join(names)}.",
    )
