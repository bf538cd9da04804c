"""What a stored table is: columns, kinds, allowed values and what one file replaces (floor 2).

Every frame is checked against its schema before it is stored, so the rooms above can rely on the
columns of docs/ARCHITECTURE.md. A breach is a fault of a reader, never of a person's file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd
import pyarrow as pa

from analysis_lib.errors import SkolbankError

Kind = Literal["text", "integer", "float", "truth"]
_ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int32(),
    "float": pa.float64(),
    "truth": pa.bool_(),
}
_SQL: dict[Kind, str] = {"text": "VARCHAR", "integer": "INTEGER", "float": "DOUBLE", "truth": "BOOLEAN"}

UNIT_CODE = r"\d{8}"
SCHOOL_YEAR = r"\d{4}/\d{2}"
PSEUDONYM = r"[0-9a-f]{32}"


@dataclass(frozen=True)
class Column:
    """One column: its kind and, where they are few or formed, the values it may hold."""

    name: str
    kind: Kind = "text"
    values: tuple[str | int, ...] = ()
    pattern: str = ""


PUPIL_COLUMNS = (
    Column("pupil", pattern=PSEUDONYM),
    Column("unit_code", pattern=UNIT_CODE),
    Column("school_year", pattern=SCHOOL_YEAR),
    Column("year_group", "integer"),
    Column("class_name"),
    Column("sex", values=("F", "P", "")),
)


@dataclass(frozen=True)
class TableSchema:
    """One stored table.

    ``partition`` names the columns whose values form the first part of a slot; within a partition a
    new file replaces exactly the keys (units) that it holds. ``identity`` names what one thing is
    when two versions are compared: a pupil, or a published cell.
    """

    name: str
    columns: tuple[Column, ...]
    partition: tuple[str, ...]
    identity: tuple[str, ...]
    key_sql: str
    key: Callable[[pd.DataFrame], pd.Series] = field(repr=False, default=lambda frame: frame["unit_code"])
    purpose: str = "grades"  # the purpose of the pseudonyms in the column ``pupil``

    @property
    def holds_pupils(self) -> bool:
        """Whether each row is about a person."""
        return "pupil" in self.names

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def arrow(self) -> pa.Schema:
        """The Arrow schema of the stored Parquet files."""
        return pa.schema([(column.name, _ARROW[column.kind]) for column in self.columns])

    @property
    def empty_sql(self) -> str:
        """A query that gives no rows and the right columns."""
        columns = ", ".join(f'CAST(NULL AS {_SQL[c.kind]}) AS "{c.name}"' for c in self.columns)
        return f"SELECT {columns} WHERE false"

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with exactly the table's columns in order, or an error that names the column."""
        absent = [name for name in self.names if name not in frame.columns]
        if absent:
            raise _breach(self.name, ", ".join(absent), "saknas")
        for column in self.columns:
            fault = _fault(frame[column.name], column)
            if fault:
                raise _breach(self.name, column.name, fault)
        return frame[self.names]


def _fault(values: pd.Series, column: Column) -> str:
    if column.kind in {"text", "truth"} and values.isna().any():
        return "har tomma celler"
    if not (column.values or column.pattern):
        return ""
    distinct = values.unique().tolist()
    if column.values and not set(distinct) <= set(column.values):
        return "har ett värde utanför de tillåtna"
    if column.pattern and not all(re.fullmatch(column.pattern, str(value)) for value in distinct):
        return "har ett värde av fel form"
    return ""


def _breach(table: str, column: str, fault: str) -> SkolbankError:
    return SkolbankError(
        "schema-broken",
        f"Kolumnen {column} {fault}",
        where=f"tabellen {table}",
        remedy="Det är ett fel i programmet, inte i din fil. Inget har sparats.",
    )
