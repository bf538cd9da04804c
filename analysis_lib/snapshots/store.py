"""The one door to stored data: immutable Parquet snapshots, their log, and SQL over them (floor 2).

A file is stored whole or not at all: Parquet files appear under names made of their content, and the
single line in ``data/snapshots/log.jsonl`` is the moment at which they count. Source of the layout:
docs/ARCHITECTURE.md.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots import encryption, log
from analysis_lib.snapshots.changes import Change, compare
from analysis_lib.snapshots.encryption import SnapshotKey
from analysis_lib.snapshots.gathered import ROW_GROUP, Gathered, Part, partition_name, slug
from analysis_lib.snapshots.log import Snapshot
from analysis_lib.snapshots.missing import MissingRows, RefusedRows
from analysis_lib.snapshots.schemas import TABLES, TableSchema
from analysis_lib.vocabulary.whole_files import write_private
from analysis_lib.vocabulary.workspace import Workspace

__all__ = ["Change", "Reading", "Snapshot", "SourceInfo", "Store", "Transaction"]

_MEMORY_LIMIT = "1500MB"
_THREADS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class SourceInfo:
    """Where a stored table comes from: what its metadata twin tells (no personal data)."""

    format: str
    file: str
    sha256: str
    marks: dict[str, int] = field(default_factory=dict)
    legal_basis: str = ""
    licence: str = ""
    header: dict[str, str] = field(default_factory=dict)
    messages: tuple[dict[str, Any], ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    workbook: str = ""  # the correction workbook of the file's refused rows


@dataclass(frozen=True, eq=False)
class Reading:
    """The current rows of one moment: a view per table, and the snapshots that hold them."""

    database: duckdb.DuckDBPyConnection
    snapshots: dict[str, list[Snapshot]]

    def query(self, sql: str, /) -> pd.DataFrame:
        """The frame that a SQL query over the tables gives."""
        frame: pd.DataFrame = self.database.execute(sql).df()
        return frame

    def current(self, table: str, /) -> list[Snapshot]:
        """The snapshots that hold the current rows of a table, in order of import."""
        return self.snapshots[table]


class Store:
    """The snapshots of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.folder = workspace.snapshots
        self.log_path = self.folder / "log.jsonl"
        self._history = log.History(self.log_path)
        self.key = SnapshotKey.from_environment()

    @contextlib.contextmanager
    def transaction(self, source: SourceInfo) -> Iterator[Transaction]:
        """Stores all tables of one file, or none when the block ends in an error."""
        work = self.begin(source)
        yield work
        work.commit()

    def begin(self, source: SourceInfo) -> Transaction:
        """A transaction that the caller commits; one that is never committed leaves no trace."""
        return Transaction(self, source)

    def current(self, table: str | None = None, as_of: datetime.datetime | None = None) -> list[Snapshot]:
        """The snapshots that hold current rows, in order of import, now or at an earlier moment."""
        history = self._history if as_of is None else log.History(self.log_path, as_of)
        return history.current(table)

    def in_partition(self, table: str, partition: str) -> list[Snapshot]:
        """The current snapshots of one partition, e.g. of ``9/2024-25`` in the pupils' grades."""
        return self._history.in_partition(table, partition)

    def missing_rows(self) -> list[MissingRows]:
        """The refused rows of current files that no corrected file has brought yet."""
        return self._history.missing()

    def would_settle(self, snapshots: Sequence[Snapshot]) -> bool:
        """Whether storing these snapshots would change which refused rows are waited for."""
        return self._history.would_settle(snapshots)

    @property
    def key_version(self) -> int:
        """The version of the pseudonym key that the current rows were made with."""
        return self._history.key_version

    def everything(self) -> list[tuple[Snapshot, dict[str, Any], bool]]:
        """Every snapshot ever stored, with the source in its log line and whether it is still current."""
        return self._history.everything()

    def with_hash(self, short: str) -> list[tuple[Snapshot, dict[str, Any]]]:
        """The snapshots whose content hash starts so, current or not, with their sources."""
        return [(s, source) for s, source, _ in self._history.everything() if s.hash.startswith(short)]

    def path(self, snapshot: Snapshot) -> Path:
        """Where a snapshot's Parquet file lies."""
        return self.folder / snapshot.relative_path

    def metadata(self, snapshot: Snapshot) -> dict[str, Any]:
        """The metadata twin of a snapshot."""
        twin: dict[str, Any] = json.loads(self.path(snapshot).with_suffix(".json").read_text("utf-8"))
        return twin

    def fingerprint(self, tables: Sequence[str] | None = None, as_of: datetime.datetime | None = None) -> str:
        """A text that changes exactly when the current rows of the tables may have changed."""
        digest = hashlib.sha256()
        for snapshot in sorted(self.current(as_of=as_of), key=lambda s: (s.table, s.slot, s.hash)):
            if tables is None or snapshot.table in tables:
                replaced = ",".join(sorted(snapshot.replaced))
                digest.update(f"{snapshot.table}\t{snapshot.slot}\t{snapshot.hash}\t{replaced}\n".encode())
        return digest.hexdigest()

    @contextlib.contextmanager
    def reading(self, as_of: datetime.datetime | None = None) -> Iterator[Reading]:
        """Many queries over the rows of one moment, through one connection, bounded in memory."""
        current = {name: self.current(name, as_of) for name in TABLES}
        with duckdb.connect(":memory:") as database:
            database.execute(f"SET memory_limit = '{_MEMORY_LIMIT}'")
            database.execute(f"SET threads = {_THREADS}")
            database.execute("SET enable_progress_bar = false")
            for name, schema in TABLES.items():
                rows = self.rows_sql(schema, current[name], database.register)
                database.execute(f'CREATE VIEW "{name}" AS {rows}')
            yield Reading(database, current)

    def query(self, sql: str, as_of: datetime.datetime | None = None) -> pd.DataFrame:
        """The frame that one SQL query over the current rows of the tables gives."""
        with self.reading(as_of) as tables:
            return tables.query(sql)

    def arrow(self, sql: str, as_of: datetime.datetime | None = None) -> pa.Table:
        """The same as an Arrow table, for large results."""
        with self.reading(as_of) as tables:
            return tables.database.sql(sql).to_arrow_table()

    def rows(self, table: str, partition: str, keys: Sequence[str]) -> pd.DataFrame:
        """The current rows of some keys (units) in one partition of a table."""
        schema = TABLES[table]
        wanted = set(keys)
        parts = [s for s in self.in_partition(table, partition) if wanted & set(s.keys)]
        if not parts:
            return pd.DataFrame(columns=schema.names)
        frames = []
        for part in parts:
            frame: pd.DataFrame = self.read(part).to_pandas()
            frames.append(frame[schema.key(frame).isin(wanted - part.replaced)])
        return pd.concat(frames, ignore_index=True)

    def read(self, snapshot: Snapshot, columns: list[str] | None = None) -> pa.Table:
        """The rows of one snapshot, decrypted when they are encrypted."""
        return encryption.read_rows(self.path(snapshot), snapshot.hash, self.key, columns=columns)

    def readable_by_others(self) -> bool:
        """Whether other users of the machine may read the stored data."""
        if os.name != "posix" or not self.folder.is_dir():
            return False
        return bool(stat.S_IMODE(self.folder.stat().st_mode) & 0o077)

    def put(self, snapshot: Snapshot, data: bytes, twin: bytes) -> None:
        """Writes a snapshot's file and its metadata twin; nothing counts before the log's line says so."""
        target = self.path(snapshot)
        self._prepare(target)
        if self.key and TABLES[snapshot.table].holds_pupils:
            data = encryption.encrypted(data, snapshot.hash, self.key, row_group=ROW_GROUP)
        write_private(target, data)
        write_private(target.with_suffix(".json"), twin)

    def put_file(self, snapshot: Snapshot, ready: Path, twin: bytes) -> None:
        """The same for a file that lies ready (encrypted if need be) inside the store's folder."""
        target = self.path(snapshot)
        self._prepare(target)
        with ready.open("rb") as stream:
            os.fsync(stream.fileno())
        ready.chmod(0o600)
        ready.replace(target)
        write_private(target.with_suffix(".json"), twin)

    def _prepare(self, target: Path) -> None:
        _private_folder(self.folder, target.parent)
        _sweep(target.parent)

    def gather(self, *, is_trial: bool = False) -> Gathered:
        """A place for the rows of a file too long for memory; a trial leaves the store's folder alone."""
        return Gathered(self.folder if is_trial else _private_folder(self.folder, self.folder), self.key)

    def rows_sql(
        self, schema: TableSchema, snapshots: Iterable[Snapshot], register: Callable[[str, Any], object]
    ) -> str:
        """A query over the rows of these snapshots that count; encrypted files are registered by name."""
        whole: list[str] = []
        selects: list[str] = []
        for snapshot in snapshots:
            path = self.path(snapshot)
            place = _quoted(str(path))
            rows = f"read_parquet({place})"
            is_encrypted = schema.holds_pupils and encryption.is_encrypted(path)
            if is_encrypted:
                rows = f"encrypted_{snapshot.hash}"
                register(rows, encryption.dataset(path, snapshot.hash, self.key))
            if snapshot.replaced:
                gone = ", ".join(_quoted(key) for key in sorted(snapshot.replaced))
                selects.append(f"SELECT * FROM {rows} WHERE {schema.key_sql} NOT IN ({gone})")
            elif is_encrypted:
                selects.append(f"SELECT * FROM {rows}")
            else:
                whole.append(place)
        if whole:
            selects.insert(0, f"SELECT * FROM read_parquet([{', '.join(whole)}])")
        return " UNION ALL ".join(selects) if selects else schema.empty_sql


@dataclass
class _Part:
    snapshot: Snapshot
    data: bytes | Path  # the Parquet bytes, or a file that lies ready
    change: Change


class Transaction:
    """Collects the tables of one file; nothing counts before ``commit`` has written its log line."""

    def __init__(self, store: Store, source: SourceInfo) -> None:
        self.store = store
        self.source = source
        self._parts: list[_Part] = []
        self._key_version = store.key_version
        self.committed: list[Snapshot] = []

    @property
    def changes(self) -> list[tuple[Snapshot, Change]]:
        """What each slot's new content changes against what was current."""
        return [(part.snapshot, part.change) for part in self._parts]

    @property
    def is_unchanged(self) -> bool:
        """Whether everything is current already, row for row, and the same rows are waited for."""
        if not self._parts or not all(part.change.is_empty for part in self._parts):
            return False
        return not self.store.would_settle([part.snapshot for part in self._parts])

    def add(self, table: str, frame: pd.DataFrame, *, refused: Sequence[RefusedRows] = ()) -> None:
        """Adds rows of one table; they are split into slots by the table's partition.

        ``refused`` tells which rows of the same file are waited for; they are noted with the slot that
        they belong to, else with the first.
        """
        schema = TABLES[table]
        checked = schema.check(frame)
        slots = {
            partition_name(values): rows
            for values, rows in checked.groupby(list(schema.partition), sort=True, observed=True)
        }
        places = [each.partition if each.partition in slots else next(iter(slots)) for each in refused]
        for partition, rows in slots.items():
            here = tuple(each for each, place in zip(refused, places, strict=True) if place == partition)
            self._add_slot(schema, partition, rows, here)

    def _add_slot(
        self, schema: TableSchema, partition: str, rows: pd.DataFrame, refused: tuple[RefusedRows, ...]
    ) -> None:
        keys = tuple(sorted(schema.key(rows).unique()))
        order = [*dict.fromkeys((*schema.identity, *schema.names))]
        content = rows.sort_values(order, ignore_index=True, kind="stable")
        slot = f"{partition}/{slug(keys[0]) if len(keys) == 1 else f'{len(keys)}-units'}"
        data = as_parquet(content, schema)
        digest = hashlib.sha256(data).hexdigest()
        snapshot = Snapshot(schema.name, slot, digest, keys, len(content), "", refused=refused)
        self._parts.append(_Part(snapshot, data, self._change(schema, snapshot, content)))

    def add_gathered(self, gathered: Gathered, *, refused: Sequence[RefusedRows] = ()) -> None:
        """Adds everything that was gathered; what is current already is not written again."""
        parts = list(gathered.parts())
        first = {part.partition: part for part in reversed(parts)}
        for part in parts:
            keys = tuple(sorted(part.keys))
            slot = f"{part.partition}/{slug(keys[0]) if len(keys) == 1 else f'{len(keys)}-units'}"
            here = tuple(each for each in refused if first.get(each.partition, parts[0]) is part)
            snapshot = Snapshot(part.schema.name, slot, part.digest, keys, part.rows, "", refused=here)
            change = self._gathered_change(gathered, part, snapshot)
            self._parts.append(_Part(snapshot, part.path, change))

    def _gathered_change(self, gathered: Gathered, part: Part, snapshot: Snapshot) -> Change:
        known = self.store.in_partition(snapshot.table, snapshot.partition)
        if any(s.hash == snapshot.hash and not s.replaced for s in known):
            return Change(is_new=False)
        if not any(set(snapshot.keys) & (set(s.keys) - s.replaced) for s in known):
            return Change(is_new=True)
        register: dict[str, Any] = {}
        before = self.store.rows_sql(part.schema, known, register.__setitem__)
        return gathered.change(part, before, register)

    def _change(self, schema: TableSchema, snapshot: Snapshot, content: pd.DataFrame) -> Change:
        known = self.store.in_partition(snapshot.table, snapshot.partition)
        same = [s for s in known if s.hash == snapshot.hash and not s.replaced]
        if same:
            return Change(is_new=False)
        taken = set(snapshot.keys)
        if not any(taken & (set(s.keys) - s.replaced) for s in known):
            return Change(is_new=True)
        before = self.store.rows(snapshot.table, snapshot.partition, snapshot.keys)
        return compare(before, content, schema)

    def commit(self) -> list[Snapshot]:
        """Puts the files under their final names and makes them count with one line in the log."""
        if not self._parts or self.is_unchanged:
            return []
        now = log.stamp(datetime.datetime.now(datetime.UTC))
        root = self.store.folder
        with log.locked(_private_folder(root, root) / ".lock"):
            if self.store.key_version != self._key_version:
                raise _rotated_meanwhile()
            for part in self._parts:
                if isinstance(part.data, Path):
                    self.store.put_file(part.snapshot, part.data, self._twin(part, now))
                else:
                    self.store.put(part.snapshot, part.data, self._twin(part, now))
            self.committed = [part.snapshot for part in self._parts]
            source = {name: getattr(self.source, name) for name in ("format", "file", "sha256")}
            if any(part.snapshot.refused for part in self._parts):
                source["workbook"] = self.source.workbook
            log.append(self.store.log_path, now, self.committed, source)
        return self.committed

    def _twin(self, part: _Part, now: str) -> bytes:
        twin = {**part.snapshot.as_json(), "imported_at": now, "source": asdict(self.source)}
        return json.dumps(twin, ensure_ascii=False, indent=1).encode()


def _rotated_meanwhile() -> SkolbankError:
    return SkolbankError(
        "keys-rotated",
        "Nyckeln för pseudonymer byttes medan filen lästes in",
        where="data/snapshots",
        remedy="Läs in filen igen. Inget av den har sparats.",
    )


def as_parquet(rows: pd.DataFrame, schema: TableSchema) -> bytes:
    """The rows as Parquet: the same rows give the same bytes, so their hash names them."""
    table = pa.Table.from_pandas(rows, schema=schema.arrow, preserve_index=False)
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd", row_group_size=ROW_GROUP)
    return bytes(sink.getvalue())


def _sweep(folder: Path) -> None:
    """Removes what a killed import left; under the lock no other import is writing."""
    for left in folder.glob(".*.part"):
        left.unlink(missing_ok=True)


def _private_folder(root: Path, place: Path) -> Path:
    """The folder, made for its owner only as far up as the store's own root."""
    if not place.is_dir():
        missing = [p for p in (place, *place.parents) if p.is_relative_to(root) and not p.is_dir()]
        root.parent.mkdir(parents=True, exist_ok=True)
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
    return place


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
