"""Whether a column's points part thousands or decimals, decided by all of its cells together (floor 3).

``1.212`` alone may be either. A column with decimal commas, or of whole numbers, needs no decimal point;
one with ``88.5`` or ``3 877`` in it shows otherwise. Without any evidence nothing is guessed, and the cell is
refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from analysis_lib.sources.numbers import DECIMALS, Kind

_GROUPS = re.compile(r"[-\u2212\u2013]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?")
_OTHER_GROUPS = re.compile(
    r"[-\u2212\u2013]?([0-9]{4,}|[0-9]{1,3}([ \u00a0\u202f\u2009][0-9]{3})+)(,[0-9]+)?"
)
_FEWEST = 2
_DECIMAL_POINT = re.compile(r"[-\u2212\u2013]?[0-9]+\.([0-9]{1,2}|[0-9]{4,})%?")
_DECIMAL_COMMA = re.compile(r"[-\u2212\u2013]?[0-9][0-9 .\u00a0]*,[0-9]+ ?%?")


class ColumnSigns:
    """What the cells of some columns have shown so far."""

    def __init__(self, kinds: Iterable[tuple[int, Kind]]) -> None:
        """``kinds`` are the columns and what their numbers are."""
        self._kinds = dict(kinds)
        self._groups: Counter[int] = Counter()
        self._otherwise: Counter[int] = Counter()  # thousands without a point
        self._points: Counter[int] = Counter()
        self._commas: Counter[int] = Counter()

    def see(self, cells: Sequence[str]) -> None:
        """Takes a row's texts into account."""
        for column in self._kinds:
            text = cells[column] if column < len(cells) else ""
            if (len(text) > 3 and text[-4:].isdecimal()) or " " in text or "\u00a0" in text:
                self._otherwise[column] += bool(_OTHER_GROUPS.fullmatch(text.strip()))
            if "." in text:
                plain = text.strip()
                self._groups[column] += bool(_GROUPS.fullmatch(plain))
                self._points[column] += bool(_DECIMAL_POINT.fullmatch(plain))
            if "," in text:
                self._commas[column] += bool(_DECIMAL_COMMA.fullmatch(text.strip()))

    @property
    def with_thousands(self) -> frozenset[int]:
        """The columns whose points part thousands."""
        return frozenset(column for column, kind in self._kinds.items() if self._has_thousands(column, kind))

    def _has_thousands(self, column: int, kind: Kind) -> bool:
        if self._groups[column] < _FEWEST or self._points[column] or self._otherwise[column]:
            return False
        return self._commas[column] > 0 or (kind in ("count", "money") and DECIMALS[kind] == 0)
