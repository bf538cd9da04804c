"""The rows of one pupil table on their way in: what is accepted, refused or ignored, and why (floor 3).

Every row ends in exactly one of the three, each refusal has a row number and a reason, and no reason
ever repeats what a cell says unless it is known to be harmless.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis_lib.sources.shapes import Level, Message

SHOWN_PER_CODE = 100  # after that many rows of one kind the rest are counted; the workbook has them all


class Rows:
    """The data rows of a table as a frame of texts (one column per field) with their row numbers."""

    def __init__(self, cells: pd.DataFrame, numbers: list[int]) -> None:
        self.cells = cells.reset_index(drop=True)
        self.numbers = np.asarray(numbers, dtype=np.int64)
        self.messages: list[Message] = []
        self._refused: dict[int, list[str]] = {}
        self._ignored = np.zeros(len(self.numbers), dtype=bool)
        self._closed = np.zeros(len(self.numbers), dtype=bool)
        self._bad = np.zeros(len(self.numbers), dtype=bool)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def accepted(self) -> np.ndarray:
        """Which rows have passed everything so far."""
        return ~(self._bad | self._ignored)

    @property
    def refused(self) -> np.ndarray:
        """Which rows have been refused so far."""
        return self._bad.copy()

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Read, accepted, rejected, ignored: the law of conservation."""
        return len(self), int(self.accepted.sum()), int(self._bad.sum()), int(self._ignored.sum())

    def refuse(
        self,
        mask: np.ndarray,
        code: str,
        *,
        column: str | None,
        reason: str | Callable[[int], str],
        is_final: bool = False,
    ) -> None:
        """Refuses the rows of the mask; a row may gather several reasons but counts once.

        ``is_final`` says that the other cells mean nothing (a cut row), so that no more reasons follow.
        """
        chosen = np.flatnonzero(mask & ~self._ignored & ~self._closed)
        if is_final:
            self._closed[chosen] = True
        for index in chosen:
            text = reason if isinstance(reason, str) else reason(int(index))
            self._refused.setdefault(int(index), []).append(f"{text} [{code}]")
        self._bad[chosen] = True
        self._tell(chosen, "error", code, column, reason)

    def ignore(self, mask: np.ndarray, code: str, *, reason: str) -> None:
        """Leaves the rows of the mask out since they say nothing new, and tells it."""
        chosen = np.flatnonzero(mask & self.accepted)
        self._ignored[chosen] = True
        self._tell(chosen, "info", code, None, reason)

    def tell(self, level: Level, code: str, text: str, *, column: str | None = None) -> None:
        """A message about the whole table."""
        self.messages.append(Message(level, code, text, None, column))

    def tell_rows(self, mask: np.ndarray, code: str, *, column: str | None, text: str) -> None:
        """One warning about several rows, naming the first ones."""
        numbers = self.numbers[np.flatnonzero(mask & self.accepted)]
        if len(numbers):
            self.messages.append(
                Message("warning", code, f"{text} ({row_list(numbers)}).", int(numbers[0]), column)
            )

    def refused_rows(self) -> list[tuple[int, str]]:
        """All refused rows as (row number, reasons), in the order of the file."""
        return [(int(self.numbers[i]), " ".join(self._refused[i])) for i in sorted(self._refused)]

    def _tell(
        self,
        chosen: np.ndarray,
        level: Level,
        code: str,
        column: str | None,
        reason: str | Callable[[int], str],
    ) -> None:
        for index in chosen[:SHOWN_PER_CODE]:
            number = int(self.numbers[index])
            text = reason if isinstance(reason, str) else reason(int(index))
            place = f"Rad {number}" + (f", kolumnen {column}" if column else "")
            self.messages.append(Message(level, code, f"{place}: {text}", number, column))
        rest = self.numbers[chosen[SHOWN_PER_CODE:]]
        if len(rest):
            text = f"Samma sak gäller {len(rest)} rader till ({row_list(rest)})."
            self.messages.append(Message(level, code, text, int(rest[0]), column))


def row_list(numbers: np.ndarray, shown: int = 10) -> str:
    """Row numbers in running text, the first ones only.

    >>> row_list(np.array([2])), row_list(np.arange(2, 40), shown=3)
    ('rad 2', 'raderna 2, 3, 4 med flera')
    """
    if len(numbers) == 1:
        return f"rad {numbers[0]}"
    more = " med flera" if len(numbers) > shown else ""
    return f"raderna {', '.join(str(n) for n in numbers[:shown])}{more}"
