"""The append-only log of what has been stored, and which of it is current (floor 2).

One line is one committed file; a line that was cut by a crash never counts. The log alone says
what is current, so any earlier moment can be read again.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Snapshot:
    """One stored Parquet file: its table, slot, content hash and the keys (units) it holds."""

    table: str
    slot: str
    hash: str
    keys: tuple[str, ...]
    rows: int
    imported_at: str
    replaced: frozenset[str] = frozenset()  # keys that later snapshots have taken over

    @property
    def partition(self) -> str:
        return self.slot.rsplit("/", 1)[0]

    @property
    def relative_path(self) -> str:
        """Where the Parquet file lies, from the snapshot folder."""
        return f"{self.table}/{self.slot}-{self.hash[:12]}.parquet"

    def as_json(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "slot": self.slot,
            "hash": self.hash,
            "rows": self.rows,
            "keys": list(self.keys),
        }


def append(path: Path, at: str, snapshots: Iterable[Snapshot], source: dict[str, Any]) -> None:
    """One whole line on disk: the moment at which a file counts as imported."""
    line = {"at": at, "source": source, "snapshots": [snapshot.as_json() for snapshot in snapshots]}
    data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if _ends_cut(path):
            data = b"\n" + data
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _ends_cut(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        if stream.tell() == 0:
            return False
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) != b"\n"


def read(path: Path, as_of: datetime.datetime | None = None) -> list[Snapshot]:
    """All committed snapshots in order of import, up to a moment."""
    if not path.is_file():
        return []
    limit = stamp(as_of) if as_of else ""
    found: list[Snapshot] = []
    with path.open(encoding="utf-8") as lines:
        for text in lines:
            line = _whole(text)
            if line is None or (limit and line["at"] > limit):
                continue
            for entry in line["snapshots"]:
                found.append(
                    Snapshot(
                        entry["table"],
                        entry["slot"],
                        entry["hash"],
                        tuple(entry["keys"]),
                        entry["rows"],
                        line["at"],
                    )
                )
    return found


def _whole(text: str) -> dict[str, Any] | None:
    try:
        line: dict[str, Any] = json.loads(text)
    except ValueError:
        return None
    return line


def resolve(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """The snapshots that still hold current rows, each with the keys that others replaced."""
    ordered = list(snapshots)
    owner: dict[tuple[str, str, str], int] = {}
    for index, snapshot in enumerate(ordered):
        for key in snapshot.keys:
            owner[(snapshot.table, snapshot.partition, key)] = index
    current: list[Snapshot] = []
    for index, snapshot in enumerate(ordered):
        replaced = frozenset(
            key for key in snapshot.keys if owner[(snapshot.table, snapshot.partition, key)] != index
        )
        if len(replaced) < len(snapshot.keys):
            current.append(
                Snapshot(
                    snapshot.table,
                    snapshot.slot,
                    snapshot.hash,
                    snapshot.keys,
                    snapshot.rows,
                    snapshot.imported_at,
                    replaced,
                )
            )
    return current


def stamp(moment: datetime.datetime) -> str:
    """A moment as sortable UTC text."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process commits at a time; the lock goes with the process, however it ends."""
    with path.open("a+b") as stream:
        try:
            import fcntl
        except ImportError:  # Windows
            import msvcrt

            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
        else:
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield
