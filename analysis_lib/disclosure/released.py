"""What may be shown: cells that have passed disclosure control (floor 5).

Everything above this floor draws ``ReleasedCell`` values and nothing else. A hidden number is not in a
released cell at all, so no chart, sentence or workbook can leak it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
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
VALUES = (
    "state",
    "reason",
    "value",
    "low",
    "high",
    "n",
    "n_state",
    "numerator",
    "decimals",
    "rounding",
    "basis",
    "sources",
)
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
    interval: tuple[float, float] | None = None
    rounded: int = 1
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
        if self.interval is not None:
            line["interval"] = list(self.interval)
        if self.rounded > 1:
            line["rounded"] = self.rounded
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
    rounding: int = 1

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


class ReleasedTable:
    """Released cells of one audience; only ``analysis_lib.disclosure`` can make one.

    A report asks for some thousand small selections. They share one index of the frame, so that each costs
    a comparison of small integers and no copy of the rows.
    """

    __slots__ = ("_index", "_rows", "audience")

    def __init__(
        self, index: _Index, audience: str, _seal: object = None, *, rows: np.ndarray | None = None
    ) -> None:
        if _seal is not _SEAL:
            raise TypeError("a ReleasedTable is made by analysis_lib.disclosure.release only")
        self._index = index
        self._rows = np.arange(len(index.frame)) if rows is None else rows
        self.audience = audience

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as a frame of their own."""
        return self._index.frame.iloc[self._rows]

    def select(self, **keys: Any) -> ReleasedTable:
        """The rows whose key columns equal the given values (a list: are among them)."""
        rows = self._rows
        for name, value in keys.items():
            wanted = value if isinstance(value, list | tuple | set) else (value,)
            rows = self._index.among(rows, name, wanted)
        return ReleasedTable(self._index, self.audience, _SEAL, rows=rows)

    def cells(self) -> Iterator[ReleasedCell]:
        """The cells in the order of the frame."""
        return map(self._index.cell, self._rows.tolist())

    def distinct(self, *names: str) -> set[tuple[Any, ...]]:
        """The different values that the columns hold together."""
        return self._index.distinct(self._rows, names)

    def one(self, **keys: Any) -> ReleasedCell | None:
        """The only cell with these keys, or None; two are a fault of the caller."""
        found = self.select(**keys)
        if len(found) > 1:
            raise ValueError(f"{len(found)} released cells fit {keys}")
        return next(found.cells(), None)


class _Index:
    """One released frame, its columns as lists and small integers, and the cells made of it so far."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._columns: dict[str, Sequence[Any] | np.ndarray] = {}
        self._codes: dict[str, tuple[np.ndarray, dict[Any, int]]] = {}
        self._cells: dict[int, ReleasedCell] = {}

    def column(self, name: str) -> Sequence[Any] | np.ndarray:
        """The column by row. Equal texts are one object: a live page's kernel has little memory."""
        if name not in self._columns:
            given = self.frame[name]
            if pd.api.types.is_float_dtype(given):
                self._columns[name] = given.to_numpy(float)
            else:
                codes, values = pd.factorize(given, use_na_sentinel=False)
                found = values.tolist()
                self._columns[name] = [found[code] for code in codes.tolist()]
        return self._columns[name]

    def among(self, rows: np.ndarray, name: str, wanted: Collection[Any]) -> np.ndarray:
        """Those of the rows whose column holds one of the wanted values."""
        codes, known = self._coded(name)
        numbers = [known[value] for value in wanted if value in known]
        here = codes[rows]
        chosen: np.ndarray = rows[here == numbers[0] if len(numbers) == 1 else np.isin(here, numbers)]
        return chosen

    def distinct(self, rows: np.ndarray, names: Sequence[str]) -> set[tuple[Any, ...]]:
        """The different values that the columns hold together in the rows."""
        together = np.zeros(len(rows), np.int64)
        for codes, known in map(self._coded, names):
            together = together * (len(known) + 1) + codes[rows] + 1  # an empty cell has the code -1
        first = np.unique(together, return_index=True)[1]
        columns = [self.column(name) for name in names]
        return {tuple(column[row] for column in columns) for row in rows[first].tolist()}

    def _coded(self, name: str) -> tuple[np.ndarray, dict[Any, int]]:
        """The column as small integers by row, and which value each of them is."""
        if name not in self._codes:
            codes, values = pd.factorize(self.frame[name])
            self._codes[name] = (codes, {value: code for code, value in enumerate(values.tolist())})
        return self._codes[name]

    def cell(self, row: int) -> ReleasedCell:
        if row not in self._cells:
            self._cells[row] = self._made(row)
        return self._cells[row]

    def _made(self, row: int) -> ReleasedCell:
        get = {name: self.column(name)[row] for name in (*KEYS, *VALUES) if name in self.frame}
        return ReleasedCell(
            **{name: get[name] for name in (*KEYS, "state", "reason", "n_state", "basis")},
            value=_float(get["value"]),
            low=_float(get["low"]),
            high=_float(get["high"]),
            n=_int(get["n"]),
            numerator=_int(get["numerator"]),
            decimals=int(get["decimals"]),
            rounding=int(get.get("rounding", 1)),
            sources=tuple(part for part in str(get["sources"] or "").split(";") if part),
        )


def seal(frame: pd.DataFrame, audience: str) -> ReleasedTable:
    """Wraps a frame that has passed disclosure control; called by ``disclosure.release`` only."""
    return ReleasedTable(_Index(frame), audience, _SEAL)


def _float(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _int(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
