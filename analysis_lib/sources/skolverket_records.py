"""What the rows of one of Skolverket's tables became: records with checked keys and values (floor 3).

Every row read is a record, a refusal with its reason, or ignored for a stated cause.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from analysis_lib.sources.numbers import CellValue
from analysis_lib.sources.shapes import Message


@dataclass(frozen=True)
class RowKeys:
    """Whom a row is about; the columns of ``core_skolverket__statistics`` before subject and measure."""

    level: str
    unit_code: str
    unit_name: str
    municipality_code: str
    municipality_name: str
    organiser: str
    authority_name: str
    authority_number: str
    sex: str
    subject: str

    @property
    def identity(self) -> tuple[str, ...]:
        """What two rows may not share."""
        name = self.municipality_name if not self.municipality_code else ""
        return (
            self.level,
            self.unit_code,
            self.municipality_code,
            name,
            self.organiser,
            self.authority_number,
            self.sex,
            self.subject,
        )


@dataclass(frozen=True)
class Record:
    """An accepted row: its number, keys and one value per measure column."""

    row: int
    keys: RowKeys
    values: tuple[CellValue, ...]
    texts: tuple[str, ...]


@dataclass
class RowsRead:
    """What became of the data rows: read = records + refused + ignored."""

    read: int = 0
    ignored: int = 0
    records: list[Record] = field(default_factory=list)
    refused: list[tuple[int, list[str], str]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def settle_repeats(result: RowsRead, rows: dict[int, list[str]]) -> None:
    """A row that stands twice is read once; rows that contradict each other are all refused."""
    by_identity: dict[tuple[str, ...], list[Record]] = {}
    for record in result.records:
        by_identity.setdefault(record.keys.identity, []).append(record)
    if len(by_identity) == len(result.records):
        return
    kept: set[int] = set()
    for records in by_identity.values():
        first = records[0]
        if all(record.values == first.values for record in records):
            kept.add(first.row)
            for record in records[1:]:
                result.ignored += 1
                result.messages.append(
                    Message(
                        "warning",
                        "row-repeated",
                        f"Raden upprepar rad {first.row} och lästes en gång.",
                        row=record.row,
                    )
                )
            continue
        for record in records:
            others = ", ".join(str(other.row) for other in records if other is not record)
            reason = f"Raden har samma nycklar men andra värden än rad {others}"
            result.refused.append((record.row, rows[record.row], reason))
            result.messages.append(
                Message("error", "row-contradicted", f"Raden togs inte in. {reason}.", row=record.row)
            )
    result.records = [record for record in result.records if record.row in kept]
