"""Figures out of an API into the rows that the same figures have when they come as files (floor 3).

Every cell that an answer holds is accepted with its number or mark, refused with a reason, or left out for a
stated cause; the sums are those of ``import``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from analysis_lib.snapshots.schemas import STATISTICS
from analysis_lib.sources.numbers import CellFault, CellValue, swedish
from analysis_lib.sources.shapes import Message, TableResult
from analysis_lib.vocabulary.marks import SIGNS, Mark

_DEFAULTS: dict[str, Any] = {"text": "", "integer": 0, "float": None, "truth": False}
_SHOWN = 20


@dataclass(frozen=True)
class Whose:
    """Whom a figure is about: the columns of ``core_skolverket__statistics`` that name a unit or an area."""

    level: str
    unit_code: str = ""
    unit_name: str = ""
    municipality_code: str = ""
    municipality_name: str = ""
    organiser: str = "all"
    authority_name: str = ""
    authority_number: str = ""

    @property
    def shown(self) -> str:
        """How a message names it."""
        return f"enhet {self.unit_code}" if self.unit_code else (self.municipality_code or "riket")


NATION = Whose("national")


@dataclass(frozen=True)
class Place:
    """Where a figure stands: its table, school year, measure and subject."""

    table: str
    school_year: str
    measure: str
    subject: str = ""
    sex: str = "T"


@dataclass
class PublishedCells:
    """The cells of one fetch on their way in."""

    format: str
    read: int = 0
    ignored: int = 0
    refused: int = 0
    marks: Counter[str] = field(default_factory=Counter)
    messages: list[Message] = field(default_factory=list)
    _records: list[dict[str, Any]] = field(default_factory=list)

    def take(self, whose: Whose, place: Place, value: CellValue, *, raw: str) -> None:
        """Accepts one figure or mark."""
        self.read += 1
        if value.mark is not Mark.NONE:
            self.marks[value.mark.value] += 1
        number = None if value.number is None else float(value.number)
        text = swedish(value.number, value.decimals) if value.number is not None else ""
        text = text or SIGNS.get(value.mark, raw)
        cell = {"value": number, "mark": value.mark.value, "decimals": value.decimals, "raw": text}
        record = asdict(whose) | asdict(place) | cell
        self._records.append(record | {"table_id": place.table})

    def refuse(self, whose: Whose, name: str, fault: CellFault) -> None:
        """Refuses one cell, told by its place and never by its text unless that is a plain number."""
        self.read += 1
        self.refused += 1
        if self.refused <= _SHOWN:
            text = f"{name[:60]}, {whose.shown}: {fault}."
            self.messages.append(Message("error", fault.code, text, column=name[:60]))

    def leave_out(self, code: str, why: str, *, count: int = 1) -> None:
        """Leaves cells out for a stated cause."""
        self.read += count
        self.ignored += count
        if not any(message.message == why for message in self.messages):
            self.messages.append(Message("info", code, why))

    def tell(self, code: str, text: str, *, is_warning: bool = False) -> None:
        """A message about the whole fetch."""
        self.messages.append(Message("warning" if is_warning else "info", code, text))

    def result(self, level: str, **metadata: Any) -> TableResult:
        """All that was accepted as rows of ``core_skolverket__statistics``, and the sums."""
        frame = self._frame()
        years = sorted(set(frame["school_year"]))
        if len(years) > 1:
            self.tell("years", f"Läsåren {years[0]}–{years[-1]}.")
        return TableResult(
            format=self.format,
            level=level,
            school_year=years[-1] if years else "",
            frames={STATISTICS.name: frame},
            slots={},
            rows_read=self.read,
            rows_accepted=len(frame),
            rows_rejected=self.refused,
            rows_ignored=self.ignored,
            columns=frame[["table_id", "measure", "subject"]].drop_duplicates().shape[0],
            marks=dict(self.marks),
            messages=self.messages,
            metadata=metadata,
        )

    def _frame(self) -> pd.DataFrame:
        defaults = {column.name: _DEFAULTS[column.kind] for column in STATISTICS.columns}
        frame = pd.DataFrame([defaults | record for record in self._records], columns=STATISTICS.names)
        frame = frame.astype({"value": "float64", "decimals": "int64"})
        same = ["table_id", "measure"]
        if len(frame):
            frame["decimals"] = frame.groupby(same)["decimals"].transform("max")
        identity = list(dict.fromkeys((*STATISTICS.partition, *STATISTICS.identity)))
        repeated = frame.duplicated(identity).to_numpy(dtype=bool)
        if repeated.any():
            self.ignored += int(repeated.sum())
            self.tell("cell-repeated", f"{int(repeated.sum())} uppgifter kom två gånger och räknas en gång.")
        return frame[~repeated].reset_index(drop=True)
