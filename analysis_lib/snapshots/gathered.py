"""Rows of one long file gathered on disk and put in order there, within a fixed memory (floor 2).

A file too long for memory gives its rows in portions. They lie in a private folder inside the store
(encrypted when the store is), are sorted outside memory and become snapshots that hold the very rows a
whole reading would give. The folder is gone when the transaction ends, however it ends.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from analysis_lib.snapshots import encryption
from analysis_lib.snapshots.changes import Change
from analysis_lib.snapshots.encryption import SnapshotKey
from analysis_lib.snapshots.schemas import TABLES
from analysis_lib.snapshots.table_schema import TableSchema

ROW_GROUP = 122_880
PART_ROWS = 1_500_000
RUN_ROWS = 250_000  # sorted at once
WIDE = 5  # a row of a published table takes the memory of so many rows about a pupil
_PREFIX_SIGNS = 2
_MEMORY = "128MB"
_PREFIX = ".gathered-"


@dataclass(frozen=True)
class Part:
    """Sorted rows of one partition on disk, ready to be a snapshot."""

    schema: TableSchema
    partition: str
    values: tuple[Any, ...]
    keys: tuple[str, ...]
    rows: int
    digest: str
    path: Path


class Gathered:
    """Frames that are checked one by one and sorted together; use it as a context."""

    def __init__(self, folder: Path, key: SnapshotKey) -> None:
        _sweep(folder)
        place = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=folder if folder.is_dir() else None)
        self._folder = Path(place)
        self._key = key
        self._files: dict[tuple[str, tuple[Any, ...]], list[Path]] = {}  # by table and partition

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, table: str, frame: pd.DataFrame) -> None:
        """Keeps the rows of one portion; raises SkolbankError when they break the table's schema."""
        if frame.empty:
            return
        schema = TABLES[table]
        checked = schema.check(frame)
        for values, some in checked.groupby(list(schema.partition), sort=True, observed=True):
            rows = pa.Table.from_pandas(some, schema=schema.arrow, preserve_index=False)
            place = self._folder / f"{table}-{secrets.token_hex(8)}.rows"
            properties = self._properties(schema, place.name)
            pq.write_table(
                rows.replace_schema_metadata(None),
                place,
                compression="zstd",
                encryption_properties=properties,
            )
            plain = tuple(value.item() if hasattr(value, "item") else value for value in values)
            self._files.setdefault((table, plain), []).append(place)

    def parts(self) -> Iterator[Part]:
        """The gathered rows as sorted parts, each with whole keys (units) of one partition."""
        for table, values in sorted(self._files):
            schema = TABLES[table]
            part_rows = PART_ROWS if schema.holds_pupils else PART_ROWS // WIDE
            with self._database(schema, values) as database:
                counted = database.execute(
                    f"SELECT {schema.key_sql} AS k, count(*) FROM rows GROUP BY ALL ORDER BY ALL"
                ).fetchall()
                for keys, number in _portioned(counted, part_rows):
                    yield self._part(database, schema, values, keys, number)

    def change(self, part: Part, before_sql: str, register: dict[str, Any]) -> Change:
        """What a part changes against the rows that ``before_sql`` gives, counted by the identity."""
        with self._database(part.schema, part.values) as database:
            for name, data in register.items():
                database.register(name, data)
            names = ", ".join(f'"{name}"' for name in part.schema.names)
            identity = ", ".join(f'"{name}"' for name in part.schema.identity)
            one = f"SELECT {identity}, sum(hash({names})::HUGEINT) AS content FROM"
            inside = _between(part.schema, part.keys)
            among = f"{part.schema.key_sql} IN (SELECT {part.schema.key_sql} FROM rows WHERE {inside})"
            found = database.execute(
                f"WITH new AS ({one} rows WHERE {inside} GROUP BY {identity}), "
                f"old AS ({one} ({before_sql}) WHERE {among} GROUP BY {identity}) "
                "SELECT count(*) FILTER (old.content IS NULL), count(*) FILTER (new.content IS NULL), "
                "count(*) FILTER (old.content <> new.content), count(old.content) "
                f"FROM new FULL JOIN old USING ({identity})"
            ).fetchone()
        added, removed, changed, before = found or (0, 0, 0, 0)
        return Change(added=added, removed=removed, changed=changed, before=before)

    def _part(
        self,
        database: duckdb.DuckDBPyConnection,
        schema: TableSchema,
        values: tuple[Any, ...],
        keys: tuple[str, ...],
        number: int,
    ) -> Part:
        place = self._folder / f"part-{secrets.token_hex(8)}.parquet"
        is_secret = bool(self._key) and schema.holds_pupils
        sink = _Digesting(None if is_secret else place)
        inside = _between(schema, keys)
        _write(database, schema, inside, pa.PythonFile(sink, mode="w"), None)
        sink.finish()
        if is_secret:  # the content's hash makes the key, so it must be known before anything is written
            properties = pe.create_encryption_properties(footer_key=self._key.of_file(sink.digest))
            with place.open("wb") as stream:
                _write(database, schema, inside, stream, properties)
        partition = partition_name(values)
        return Part(schema, partition, values, keys, number, sink.digest, place)

    @contextlib.contextmanager
    def _database(self, schema: TableSchema, values: tuple[Any, ...]) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(":memory:") as database:
            database.execute(f"SET memory_limit = '{_MEMORY}'")
            database.execute("SET threads = 1")
            database.execute("SET enable_progress_bar = false")
            database.execute("SET temp_directory = ''")  # no row is ever spilled in the clear
            files = self._files[schema.name, values]
            if self._key and schema.holds_pupils:
                for number, place in enumerate(files):
                    database.register(f"rows_{number}", encryption.dataset(place, place.name, self._key))
                rows = " UNION ALL ".join(f"SELECT * FROM rows_{number}" for number in range(len(files)))
            else:
                rows = f"SELECT * FROM read_parquet([{', '.join(_literal(str(p)) for p in files)}])"
            database.execute(f"CREATE VIEW rows AS {rows}")
            yield database

    def _properties(self, schema: TableSchema, name: str) -> Any:
        if not (self._key and schema.holds_pupils):
            return None
        return pe.create_encryption_properties(footer_key=self._key.of_file(name))


class _Digesting(io.RawIOBase):
    """Takes bytes, gives their SHA-256, and keeps them in a file unless there is none."""

    def __init__(self, place: Path | None) -> None:
        self._hash = hashlib.sha256()
        self._file = place.open("wb") if place else None

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._hash.update(data)
        if self._file:
            self._file.write(data)
        return len(data)

    def finish(self) -> None:
        if self._file:
            self._file.close()


def slug(text: str) -> str:
    """A value as a part of a file name."""
    return text.replace("/", "-").replace("|", "-")


def partition_name(values: Iterable[Any]) -> str:
    """The slot of a table's rows by the values of its partition columns; an empty value is the whole.

    >>> partition_name(["staff", "2025/26", ""])
    'staff/2025-26/hela'
    """
    return "/".join(slug(str(value)) or "hela" for value in values)


def _write(
    database: duckdb.DuckDBPyConnection, schema: TableSchema, inside: str, sink: Any, properties: Any
) -> None:
    order = ", ".join(f'"{name}" NULLS LAST' for name in dict.fromkeys((*schema.identity, *schema.names)))
    with pq.ParquetWriter(sink, schema.arrow, compression="zstd", encryption_properties=properties) as writer:
        waiting: list[pa.RecordBatch] = []
        for run in _runs(database, schema, inside):
            found = database.sql(f"SELECT * FROM rows WHERE {run} ORDER BY {order}")
            waiting += found.to_arrow_table().to_batches()
            if sum(map(len, waiting)) >= ROW_GROUP:
                table = pa.Table.from_batches(waiting)
                whole = len(table) // ROW_GROUP * ROW_GROUP
                for start in range(0, whole, ROW_GROUP):
                    writer.write_table(
                        _typed(table.slice(start, ROW_GROUP), schema), row_group_size=ROW_GROUP
                    )
                waiting = table.slice(whole).to_batches()
        if waiting:
            writer.write_table(_typed(pa.Table.from_batches(waiting), schema), row_group_size=ROW_GROUP)


def _runs(database: duckdb.DuckDBPyConnection, schema: TableSchema, inside: str) -> Iterator[str]:
    """Conditions that part the rows into runs that can be sorted in memory, in the order of sorting.

    Pupils are told apart by the beginning of their pseudonyms, which are spread evenly; other rows by the
    first columns of what they are.
    """
    if schema.holds_pupils:
        first, second = schema.identity[:2]
        signs = [f'"{first}"', f'substr("{second}", 1, {_PREFIX_SIGNS})']
        most = RUN_ROWS
    else:
        signs = [f'"{name}"' for name in schema.identity[:4]]
        most = RUN_ROWS // WIDE
    counted = database.execute(
        f"SELECT {', '.join(signs)}, count(*) FROM rows WHERE {inside} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    start, rows = 0, 0
    for number, (*_, count) in enumerate(counted):
        rows += count
        if number + 1 == len(counted) or rows + counted[number + 1][-1] > most:
            low, high = counted[start][:-1], counted[number][:-1]
            yield f"{inside} AND {_beyond(signs, low, '>')} AND {_beyond(signs, high, '<')}"
            start, rows = number + 1, 0


def _beyond(signs: list[str], values: Sequence[Any], sign: str) -> str:
    """The condition that the signs, taken in order, are not on the other side of the values."""
    first = f"{signs[0]} {sign} {_literal(values[0])}"
    same = f"{signs[0]} = {_literal(values[0])}"
    rest = _beyond(signs[1:], values[1:], sign) if len(signs) > 1 else "true"
    return f"({first} OR ({same} AND {rest}))"


def _typed(table: pa.Table, schema: TableSchema) -> pa.Table:
    return table.select(schema.names).cast(schema.arrow).combine_chunks()


def _portioned(counted: list[tuple[str, int]], most: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """Keys and row count of each part: whole keys, as many as ``most`` rows allow."""
    keys: list[str] = []
    rows = 0
    for place, (key, number) in enumerate(counted):
        keys.append(str(key))
        rows += number
        if place + 1 == len(counted) or rows + counted[place + 1][1] > most:
            yield tuple(keys), rows
            keys, rows = [], 0


def _between(schema: TableSchema, keys: tuple[str, ...]) -> str:
    """The condition of the rows of one part, whose keys are all that there are from the first to the last."""
    return f"({schema.key_sql}) BETWEEN {_literal(keys[0])} AND {_literal(keys[-1])}"


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _sweep(folder: Path) -> None:
    """Removes what an import that was killed left behind."""
    for left in folder.glob(f"{_PREFIX}*"):
        owner = left.name.removeprefix(_PREFIX).split("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
