"""Survey measures from counts of answers: index, share positive, response, what silence could hide (floor 3).

Two measures live here that are never mixed (rule R8): the *index* weighs the steps of those who took a
stand, the *share positive* counts the positive steps among all who answered, "vet ej" included. Everything
takes counts or shares, never persons.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.reliability import (
    alpha_if_dropped,
    cronbach_alpha,
    standardised_alpha,
    turned_items,
)

__all__ = [
    "Answers",
    "Bounds",
    "DivergingStep",
    "HidingRule",
    "Response",
    "alpha_if_dropped",
    "area_index",
    "cronbach_alpha",
    "diverging",
    "index",
    "index_bounds",
    "index_sums",
    "joined_index",
    "positive_bounds",
    "share_positive",
    "standardised_alpha",
    "turned_items",
]

Numbers: TypeAlias = Sequence[float] | Mapping[str, float]
Weights: TypeAlias = Sequence[float | None] | Mapping[str, float | None]
# Our setting, falling limits in per cent: no source says where a rate becomes low.
RESPONSE_BANDS: tuple[tuple[float, str], ...] = (
    (80.0, "hög svarsfrekvens"),
    (60.0, "god svarsfrekvens"),
    (50.0, "något låg svarsfrekvens: läs med försiktighet"),
    (0.0, "låg svarsfrekvens: de som inte svarat kan tycka annorlunda"),
)


@dataclass(frozen=True)
class Answers:
    """The answers to one question in one group: a count per step, the most positive first, and "vet ej"."""

    counts: tuple[int, ...]
    dont_know: int = 0

    def __post_init__(self) -> None:
        if not self.counts or any(each < 0 for each in (*self.counts, self.dont_know)):
            raise _refused("antal svar ska vara noll eller fler i varje steg")

    @property
    def valid(self) -> int:
        """How many took a stand: all but "vet ej"."""
        return sum(self.counts)

    @property
    def answered(self) -> int:
        """All who answered, "vet ej" included."""
        return self.valid + self.dont_know

    def turned(self) -> Answers:
        """The same answers to a question asked the other way round: the steps in opposite order."""
        return Answers(self.counts[::-1], self.dont_know)


@dataclass(frozen=True)
class Response:
    """How many were asked and how many answered; ``is_estimate`` where the asked are not known by name."""

    asked: int
    answered: int
    is_estimate: bool = False

    def __post_init__(self) -> None:
        if self.asked < 0 or self.answered < 0:
            raise _refused("antal tillfrågade och svarande ska vara noll eller fler")
        if self.answered > self.asked and not self.is_estimate:
            raise _refused("fler har svarat än som har tillfrågats", "Kontrollera antalet tillfrågade.")

    @property
    def rate(self) -> float | None:
        """The response rate in per cent, at most 100; None when nobody was asked."""
        return min(100 * self.answered / self.asked, 100.0) if self.asked else None

    @property
    def silent(self) -> int:
        """How many were asked and did not answer."""
        return max(self.asked - self.answered, 0)

    def band(self, bands: Sequence[tuple[float, str]] = RESPONSE_BANDS) -> str:
        """The response rate in words: the first of the falling limits that it reaches; '' when unknown."""
        rate = self.rate
        return "" if rate is None else next((words for limit, words in bands if rate >= limit), "")


@dataclass(frozen=True)
class HidingRule:
    """When a survey's own rule hides a group: too few answers, or too low a response rate.

    Skolenkäten: fewer than 5 answers. Linköping: fewer than 10, or less than half. Never under 5 answers.
    """

    smallest: int = 5
    least_response_pct: float = 0.0

    def __post_init__(self) -> None:
        if self.smallest < 5 or not 0 <= self.least_response_pct <= 100:
            raise _refused("minst fem svar ska krävas, och en svarsfrekvens mellan 0 och 100 procent")

    def hides(self, response: Response) -> str:
        """Why the group is not shown, in Swedish; an empty text when it may be."""
        if response.answered < self.smallest:
            return f"färre än {self.smallest} har svarat"
        rate = response.rate
        if self.least_response_pct and (rate is None or rate < self.least_response_pct):
            return f"mindre än {self.least_response_pct:g} procent har svarat"
        return ""


@dataclass(frozen=True)
class Bounds:
    """A measure among those who answered, and what it would be if all silent ones were lowest or highest."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class DivergingStep:
    """One step of a diverging bar: its share of the valid answers (0-100) and where it lies around zero."""

    position: int
    share: float
    start: float
    stop: float


def index(shares: Numbers, weights: Weights) -> float:
    """The index of a question: the mean weight of the answers, on the scale of ``weights``, unrounded.

    ``shares`` are per cent, shares of one or counts, one per step; they are taken per valid answer, so
    rounded shares that do not sum to 100 do no harm. A weight of None (or NaN, as frames write it) marks "vet
    ej" and the like, which are left out. Both are sequences of equal length or both mappings by step. Raises
    ``SkolbankError`` (``survey-invalid``) for unequal lengths, negative or unknown numbers, and when nobody
    took a stand. Source: rule R8.

    >>> f"{index([35, 46, 13, 6], [10, 6.67, 3.33, 0]):.2f}"
    '7.00'
    >>> f"{index([28, 37, 10, 5, 20], [10, 6.67, 3.33, 0, None]):.1f}"
    '7.0'
    """
    pairs = [(share, weight) for share, weight in _paired(shares, weights) if weight is not None]
    valid = sum(share for share, _ in pairs)
    if valid <= 0:
        raise _refused("ingen har tagit ställning, så indexet går inte att räkna")
    return math.fsum(share * weight for share, weight in pairs) / valid


def index_sums(answers: Answers, weights: Sequence[float]) -> tuple[int, float, float]:
    """n, sum and sum of squares of the weights: what a mean with its interval is made of."""
    pairs = [(count, float(weight or 0)) for count, weight in _paired(answers.counts, weights)]
    total = math.fsum(count * weight for count, weight in pairs)
    return answers.valid, total, math.fsum(count * weight**2 for count, weight in pairs)


def share_positive(answers: Answers, positive: int = 2) -> float:
    """The share (0-100) with one of the ``positive`` first steps among **all who answered**.

    Another measure than the index and never compared with it. Source: rule R8 (SKR, Kolada).

    >>> share_positive(Answers((35, 40, 13, 2), dont_know=10))
    75.0
    """
    if not 0 < positive <= len(answers.counts):
        raise _refused("antalet positiva steg ska vara minst ett och högst alla")
    if not answers.answered:
        raise _refused("ingen har svarat, så andelen går inte att räkna")
    return 100 * sum(answers.counts[:positive]) / answers.answered


def area_index(indices: Sequence[float]) -> float:
    """The index of an area: the plain mean of its questions' indices (rule R8).

    >>> area_index([7.0, 8.0, 6.0])
    7.0
    """
    if not indices or not all(math.isfinite(each) for each in indices):
        raise _refused("området saknar frågor med index")
    return math.fsum(indices) / len(indices)


def joined_index(parts: Sequence[tuple[float | None, int | None]]) -> float | None:
    """The index of units put together, weighted by answers; None when any part is hidden (rule R8).

    >>> joined_index([(7.0, 30), (8.0, 10)]), joined_index([(7.0, 30), (None, 4)])
    (7.25, None)
    """
    known = [(value, n) for value, n in parts if value is not None and n is not None]
    answers = sum(n for _, n in known)
    if len(known) < len(parts) or answers <= 0:
        return None
    return math.fsum(value * n for value, n in known) / answers


def index_bounds(answers: Answers, weights: Sequence[float], response: Response) -> Bounds:
    """The index, and what it would be had every silent one chosen the lowest or the highest step.

    >>> bounds = index_bounds(Answers((10, 5, 3, 2)), [10, 6.67, 3.33, 0], Response(25, 20))
    >>> f"{bounds.value:.2f} {bounds.low:.2f} {bounds.high:.2f}"
    '7.17 5.73 7.73'
    """
    value = index(answers.counts, list(weights))
    known, silent = answers.valid, response.silent
    low, high = (
        (value * known + silent * extreme) / (known + silent) for extreme in (min(weights), max(weights))
    )
    return Bounds(value, low, high)


def positive_bounds(answers: Answers, response: Response, *, positive: int = 2) -> Bounds:
    """The share positive (0-100), and what it would be had no or every silent one been positive."""
    value = share_positive(answers, positive)
    chosen, everyone = sum(answers.counts[:positive]), answers.answered + response.silent
    return Bounds(value, 100 * chosen / everyone, 100 * (chosen + response.silent) / everyone)


def diverging(answers: Answers, *, positive: int | None = None) -> list[DivergingStep]:
    """Where each step of a diverging bar lies: positive to the right of zero, negative to the left.

    A middle step is halved by zero. ``positive`` is how many of the first steps are positive, by default the
    first half. Shares are of the valid answers, so "vet ej" stands beside the bar and never in it.

    >>> [(step.start, step.stop) for step in diverging(Answers((5, 3, 1, 1)))]
    [(30.0, 80.0), (0.0, 30.0), (-10.0, 0.0), (-20.0, -10.0)]
    """
    if not answers.valid:
        raise _refused("ingen har tagit ställning, så fördelningen går inte att visa")
    shares = [100 * count / answers.valid for count in answers.counts]
    steps = len(shares)
    above = steps // 2 if positive is None else positive
    middle = shares[above] if positive is None and steps % 2 else 0.0
    stop = math.fsum(shares[:above]) + middle / 2
    placed = []
    for position, share in enumerate(shares):
        edge = 0.0 if not middle and position == above - 1 else stop - share
        placed.append(DivergingStep(position, share, edge, stop))
        stop = edge
    return placed


def _paired(shares: Numbers, weights: Weights) -> list[tuple[float, float | None]]:
    pairs = _in_step(shares, weights)
    if any(not math.isfinite(share) or share < 0 for share, _ in pairs):
        raise _refused("en svarsandel är negativ eller saknas")
    if any(weight is not None and math.isinf(weight) for _, weight in pairs):
        raise _refused("en vikt är inte ett tal")
    return pairs


def _pair(share: object, weight: object) -> tuple[float, float | None]:
    try:
        told = None if weight is None else float(weight)  # type: ignore[arg-type]
        return float(share), None if told is None or math.isnan(told) else told  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise _refused("en svarsandel eller en vikt är inte ett tal") from None


def _in_step(shares: Numbers, weights: Weights) -> list[tuple[float, float | None]]:
    if isinstance(shares, Mapping) and isinstance(weights, Mapping):
        if set(shares) - set(weights):
            raise _refused("ett svarssteg saknar vikt", "Ange en vikt för varje steg; None för vet ej.")
        return [_pair(share, weights[step]) for step, share in shares.items()]
    if isinstance(shares, Mapping) or isinstance(weights, Mapping):
        raise _refused("svar och vikter ska båda vara listor eller båda ha namn")
    if len(shares) != len(weights) or not len(shares):
        what = f"{len(shares)} svarssteg men {len(weights)} vikter"
        raise _refused(what, "Ange en vikt för varje steg; None för vet ej.")
    return [_pair(share, weight) for share, weight in zip(shares, weights, strict=True)]


def _refused(what: str, remedy: str = "") -> SkolbankError:
    return SkolbankError("survey-invalid", f"Enkätsvaren går inte att räkna: {what}", remedy=remedy)
