"""What a whole survey file decides: how many gave each answer, and if its numbers are per cent (floor 3).

Both are gathered cell by cell, so that a long file is decided as a short one is: over all of its rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.survey_layout import MEAN
from analysis_lib.sources.survey_places import Respondents

Unit = Literal["share", "part", "count"]
_SUM_TOLERANCE = 2.6  # per cent: five or six rounded shares


@dataclass(frozen=True)
class Cell:
    """One stored row before it is written: an answer step of a question, or its published mean."""

    who: Respondents
    question: str
    area: str
    step: str
    number: float | None
    mark: str = ""
    answers_n: int | None = None
    invited_n: int | None = None
    response_rate: float | None = None


@dataclass
class Counts:
    """Single answers summed per group, question and step; those who told their sex count by sex too."""

    _steps: dict[tuple[Respondents, str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    _invited: dict[Respondents, int] = field(default_factory=dict)

    def see(self, answers: Iterable[Cell]) -> None:
        """Takes answers into account, and how many were asked where each row tells it."""
        for cell in answers:
            everyone = replace(cell.who, sex="T")
            if cell.invited_n is not None:
                self._invited[everyone] = max(self._invited.get(everyone, 0), cell.invited_n)
            for who in {everyone, cell.who}:
                self._steps[who, cell.question, cell.area][cell.step] += 1

    def cells(self) -> list[Cell]:
        """The sums, a cell per group, question and step."""
        return [
            Cell(
                who,
                question,
                area,
                step,
                float(count),
                answers_n=steps.total(),
                invited_n=self._invited.get(who),
            )
            for (who, question, area), steps in self._steps.items()
            for step, count in sorted(steps.items())
        ]


@dataclass
class Sums:
    """What the answers to each question sum to; cells of one question must be seen together."""

    complete: int = 0  # questions with all their answers told, and any of them above none
    to_hundred: int = 0
    to_one: int = 0
    are_whole: bool = True
    largest: float | None = None

    def see(self, cells: Iterable[Cell]) -> None:
        """Takes whole questions into account."""
        sums: dict[tuple[Respondents, str, str], list[float]] = defaultdict(list)
        hidden = set()
        for cell in cells:
            key = (cell.who, cell.question, cell.area)
            if cell.step == MEAN.code:
                continue
            if cell.number is None:
                hidden.add(key)
                continue
            sums[key].append(cell.number)
            self.are_whole = self.are_whole and cell.number == int(cell.number)
            self.largest = cell.number if self.largest is None else max(self.largest, cell.number)
        for key, numbers in sums.items():
            if key not in hidden and any(numbers):
                self.complete += 1
                self.to_hundred += abs(sum(numbers) - 100) <= _SUM_TOLERANCE
                self.to_one += abs(sum(numbers) - 1) <= _SUM_TOLERANCE / 100

    def unit(self) -> Unit:
        """Whether the numbers of the table are per cent, parts of one or counts.

        Raises SkolbankError when they could be either.
        """
        if self.largest is None:
            return "share"
        if self.complete and self.to_hundred >= 0.8 * self.complete:
            return "share"
        if self.complete and self.to_one >= 0.8 * self.complete:
            return "part"
        if self.complete and self.are_whole:
            return "count"
        if not self.complete and self.largest > 1:
            return "share"
        raise SkolbankError(
            "share-ambiguous",
            "Svarens tal summerar varken till 100 procent, till 1 eller är antal",
            remedy="Kontrollera att alla svarsalternativ, även Vet ej, är med, och skriv andelar i procent.",
        )
