"""One question's answers as the pieces of a bar: which side, how far out, what is told (floor 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.vocabulary.indicators import Indicator


@dataclass(frozen=True)
class Part:
    """One piece of a bar: its answers in words and its cell.

    ``side`` is 1 for positive answers, -1 for others and 0 for "vet ej"; ``is_middle`` marks the step that is
    neither.
    """

    words: str
    cell: ReleasedCell
    side: int
    is_outermost: bool = False
    is_middle: bool = False
    is_merged: bool = False

    @property
    def share(self) -> float:
        return float(self.cell.value or 0) if self.cell.is_shown else 0.0

    @property
    def fill(self) -> str:
        if self.side > 0:
            return theme.LAKE if self.is_outermost else theme.DIVERGING[3]
        if self.is_middle:
            return theme.DIVERGING[2]
        return theme.HATCH_MOST_NEGATIVE if self.is_outermost else theme.HATCH_NEGATIVE


@dataclass(frozen=True)
class LikertRow:
    """One question: its wording and area, its pieces from the most positive to the most negative.

    ``positive`` is the share positive; ``others`` the same in the kommun and in riket, by name.
    """

    words: str
    area: str
    parts: Sequence[Part]
    positive: ReleasedCell | None = None
    others: tuple[tuple[str, ReleasedCell], ...] = ()

    @property
    def is_shown(self) -> bool:
        return bool(self.parts) and all(part.cell.is_shown for part in self.parts)

    def on(self, side: int) -> list[Part]:
        """The pieces of one side, from zero outwards."""
        found = [part for part in self.parts if part.side == side]
        return found[::-1] if side > 0 else found

    def reach(self, side: int) -> float:
        return sum(part.share for part in self.on(side))

    @property
    def unknown(self) -> str:
        """The share that does not know, or that so few did that they stand in the last piece."""
        found = self.on(0)
        if found:
            return narrative.with_unit(found[0].cell, SHARE) if found[0].cell.is_shown else ".."
        return "få" if self.is_shown else ""


SHARE = Indicator(
    id="surveys.answers", title="-", short="-", finding="-", kind="share", population="-", formula="-",
    definition="-", source="-",
)  # fmt: skip


def is_tail(row: LikertRow) -> bool:
    """Whether only this is told of a question: that nearly all, or nearly none, answered positively."""
    return row.positive is not None and row.positive.state in ("nearly_all", "nearly_none")
