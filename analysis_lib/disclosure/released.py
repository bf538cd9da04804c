"""What may be shown: cells that have passed disclosure control (floor 5).

Everything above this floor draws ``ReleasedCell`` values and nothing else. A hidden number is not in a
released cell at all, so no chart, sentence or workbook can leak it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from analysis_lib import text

State = Literal["shown", "suppressed", "nearly_all", "nearly_none", "missing"]
SizeState = Literal["shown", "whole", "suppressed", "nearly_all", "nearly_none", "missing"]
KEYS = (
    "indicator",
    "school_year",
    "level",
    "code",
    "organiser",
    "population",
    "sex",
    "subject",
    "category",
)
_SIGNS: dict[str, str] = {
    "suppressed": "..",
    "nearly_all": "~100",
    "nearly_none": "~0",
    "missing": ".",
}
_SEAL = object()


@dataclass(frozen=True)
class Fact:
    """One published statement, in the form that ``audit --facts`` exports (``docs/METHOD.md``)."""

    pop: str
    cell: Mapping[str, str]
    what: str
    kind: Literal["count", "share", "mean"]
    shown: float | str
    decimals: int = 0
    maximum: float | None = None
    quantum: float | None = None
    origin: ReleasedCell | None = field(default=None, compare=False, repr=False)  # never exported

    def as_json(self, doc: str) -> dict[str, Any]:
        """The fact as one line of the export, said by the document ``doc``."""
        line: dict[str, Any] = {
            "pop": self.pop,
            "cell": dict(self.cell),
            "what": self.what,
            "kind": self.kind,
        }
        if self.kind != "count":
            line["decimals"] = self.decimals
        if self.kind == "mean":
            line |= {"max": self.maximum, "quantum": self.quantum}
        return line | {"shown": self.shown, "doc": doc}


@dataclass(frozen=True)
class ReleasedCell:
    """One indicator value that may be shown, or the sign that stands in its place."""

    indicator: str
    school_year: str
    level: str
    code: str
    organiser: str
    population: str
    sex: str
    subject: str
    category: str
    state: State
    reason: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    n_state: SizeState
    numerator: int | None
    decimals: int
    basis: str
    sources: tuple[str, ...] = ()

    @property
    def is_shown(self) -> bool:
        return self.state == "shown"

    @property
    def has_n(self) -> bool:
        """Whether a number of pupils may be told beside the value."""
        return self.n is not None and self.n_state in ("shown", "whole")

    @property
    def text(self) -> str:
        """The value as a reader sees it: ``89,6``, ``..``, ``~100``, ``~0`` or ``.``."""
        if self.state == "shown" and self.value is not None:
            return text.number(self.value, self.decimals)
        return _SIGNS.get(self.state, ".")

    @property
    def n_text(self) -> str:
        """The denominator as a reader sees it, or the head count around it when it is hidden itself."""
        if self.has_n and self.n is not None:
            return text.count(self.n)
        return _SIGNS.get(self.n_state, ".")

    @property
    def interval_text(self) -> str:
        """The 95 % interval as a reader sees it, or the value's sign."""
        if self.is_shown and self.low is not None and self.high is not None:
            return text.interval(self.low, self.high, self.decimals)
        return "" if self.is_shown else self.text


@dataclass(frozen=True)
class ReleasedTable:
    """Released cells of one audience; only ``analysis_lib.disclosure`` can make one."""

    frame: pd.DataFrame
    audience: str
    _seal: object = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
            raise TypeError("a ReleasedTable is made by analysis_lib.disclosure.release only")

    def __len__(self) -> int:
        return len(self.frame)

    def select(self, **keys: Any) -> ReleasedTable:
        """The rows whose key columns equal the given values (a list: are among them)."""
        wanted = pd.Series(True, index=self.frame.index)
        for name, value in keys.items():
            column = self.frame[name]
            wanted &= column.isin(value) if isinstance(value, list | tuple | set) else column == value
        frame = self.frame[wanted]
        return ReleasedTable(frame, self.audience, _SEAL)

    def cells(self) -> Iterator[ReleasedCell]:
        """The cells in the order of the frame."""
        for row in self.frame.itertuples(index=False):
            yield _cell(row)

    def one(self, **keys: Any) -> ReleasedCell | None:
        """The only cell with these keys, or None; two are a fault of the caller."""
        rows = self.select(**keys).frame
        if len(rows) > 1:
            raise ValueError(f"{len(rows)} released cells fit {keys}")
        return _cell(next(rows.itertuples(index=False))) if len(rows) else None


def _cell(row: Any) -> ReleasedCell:
    return ReleasedCell(
        **{name: getattr(row, name) for name in KEYS},
        state=row.state,
        reason=row.reason,
        value=_float(row.value),
        low=_float(row.low),
        high=_float(row.high),
        n=_int(row.n),
        n_state=row.n_state,
        numerator=_int(row.numerator),
        decimals=int(row.decimals),
        basis=row.basis,
        sources=tuple(part for part in str(row.sources or "").split(";") if part),
    )


def _float(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _int(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
