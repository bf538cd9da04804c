"""What the årshjul asks for today: late, due now, and next (floor 1).

Whether a moment is done is told by whoever knows (the register's ``views.handed_in``); a moment that hands
in nothing can be passed but never late.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from analysis_lib.text import EN_DASH, NBSP, date
from analysis_lib.vocabulary.wheel import Occasion

State = Literal["late", "due", "next", "done", "passed"]
STATE_WORDS: dict[State, str] = {
    "late": "Försenad",
    "due": "Pågår",
    "next": "Kommer",
    "done": "Klart",
    "passed": "Passerat",
}


@dataclass(frozen=True)
class Handed:
    """How many have handed in of those who should, and the names of those who haven't."""

    done: int
    expected: int
    missing: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return self.done >= self.expected


@dataclass(frozen=True)
class Agendum:
    """An occasion with its state on a day, and who has handed in when that is known."""

    occasion: Occasion
    state: State
    handed: Handed | None = None

    @property
    def told(self) -> str:
        """When, what, who and how far, as one line of the list.

        The day that was moved off a holiday is told with the reason.
        """
        occasion = self.occasion
        parts = [f"{when(occasion)}: {occasion.moment.name}", f"ansvarig: {occasion.moment.responsible}"]
        if self.handed is not None:
            parts.append(f"{self.handed.done} av {self.handed.expected} inlämnade")
        if occasion.moved:
            parts.append(occasion.moved)
        return " · ".join(parts)


def when(occasion: Occasion) -> str:
    """The day or the period in words: ``1 oktober 2026 – 30 oktober 2026``."""
    if not occasion.is_period:
        return date(occasion.due)
    return f"{date(occasion.start)}{NBSP}{EN_DASH} {date(occasion.due)}"


def agenda(
    occasions: Iterable[Occasion],
    today: datetime.date,
    *,
    handed: Mapping[tuple[str, str], Handed] | None = None,
    ahead_days: int = 14,
) -> list[Agendum]:
    """Each occasion with its state on ``today``, in order of date.

    ``handed`` tells by calendar and moment id who has handed in. ``due`` are those whose period has begun or
    whose deadline lies within ``ahead_days``; ``late`` those past their tolerance and not complete.
    """
    known = handed or {}
    return [
        Agendum(one, _state(one, today, known.get((one.calendar, one.moment.id)), ahead_days), told)
        for one in sorted(occasions, key=lambda one: (one.due, one.calendar, one.moment.id))
        for told in [known.get((one.calendar, one.moment.id))]
    ]


def _state(occasion: Occasion, today: datetime.date, handed: Handed | None, ahead_days: int) -> State:
    if handed is not None and handed.expected and handed.is_complete:
        return "done"
    if today > occasion.latest:
        return "late" if handed is not None and handed.expected else "passed"
    if today > occasion.due and handed is None:
        return "passed"
    begins = min(occasion.start, occasion.due - datetime.timedelta(days=ahead_days))
    return "due" if today >= begins else "next"
