"""The append-only log of what has been stored, and which of it is current (floor 2).

One line is one committed file; a line that was cut by a crash never counts. The log alone says
what is current, so any earlier moment can be read again.
"""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from analysis_lib.snapshots.missing import MissingRows, RefusedRows, waited_for
from analysis_lib.vocabulary.whole_files import append_private


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
    refused: tuple[RefusedRows, ...] = ()  # rows of the same file that are waited for

    @property
    def partition(self) -> str:
        return self.slot.rsplit("/", 1)[0]

    @property
    def relative_path(self) -> str:
        """Where the Parquet file lies, from the snapshot folder."""
        return f"{self.table}/{self.slot}-{self.hash[:12]}.parquet"

    def as_json(self) -> dict[str, Any]:
        told = {
            "table": self.table,
            "slot": self.slot,
            "hash": self.hash,
            "rows": self.rows,
            "keys": list(self.keys),
        }
        return told | ({"refused": [asdict(each) for each in self.refused]} if self.refused else {})


def append(path: Path, at: str, snapshots: Iterable[Snapshot], source: dict[str, Any]) -> None:
    """One whole line on disk: the moment at which a file counts as imported."""
    write_line(
        path, {"at": at, "source": source, "snapshots": [snapshot.as_json() for snapshot in snapshots]}
    )


def write_line(path: Path, line: dict[str, Any]) -> None:
    """Any line of the log, whole.

    ``removed`` (hashes) takes snapshots away for good, ``key`` is the version of the pseudonym key from then
    on. A snapshot's own ``at`` and ``source`` go before those of the line.
    """
    append_private(path, (json.dumps(line, ensure_ascii=False) + "\n").encode())


class History:
    """The committed snapshots in order of import, and which keys of each are still current.

    Follows a growing log without reading it again from the start.
    """

    def __init__(self, path: Path, as_of: datetime.datetime | None = None) -> None:
        self._path = path
        self._limit = stamp(as_of) if as_of else ""
        self._reset()

    def _reset(self) -> None:
        self._offset = 0
        self._snapshots: list[Snapshot] = []
        self._replaced: list[set[str]] = []
        self._sources: list[dict[str, Any]] = []
        self._owner: dict[tuple[str, str, str], int] = {}
        self._places: dict[tuple[str, str], list[int]] = {}
        self._key_version = 1

    @property
    def key_version(self) -> int:
        """The version of the pseudonym key that the current rows were made with."""
        self._follow()
        return self._key_version

    def everything(self) -> list[tuple[Snapshot, dict[str, Any], bool]]:
        """Every snapshot ever stored, with its source and whether any of it is still current."""
        self._follow()
        told = zip(self._snapshots, self._sources, strict=True)
        return [(s, source, self._seen(index) is not None) for index, (s, source) in enumerate(told)]

    def current(self, table: str | None = None) -> list[Snapshot]:
        """The snapshots that hold current rows."""
        self._follow()
        found = (self._seen(i) for i, s in enumerate(self._snapshots) if table in (None, s.table))
        return [snapshot for snapshot in found if snapshot]

    def in_partition(self, table: str, partition: str) -> list[Snapshot]:
        """The same for one partition of a table."""
        self._follow()
        found = (self._seen(index) for index in self._places.get((table, partition), []))
        return [snapshot for snapshot in found if snapshot]

    def missing(self) -> list[MissingRows]:
        """The refused rows that are still waited for, in order of import.

        A unit's rows are waited for until a later file brings that unit; rows that do not tell their
        unit until everything else in their file has been replaced.
        """
        self._follow()
        found = []
        for index, snapshot in enumerate(self._snapshots):
            if not snapshot.refused or self._seen(index) is None:
                continue
            for rows in snapshot.refused:
                place = (snapshot.table, rows.partition or snapshot.partition, rows.unit_code)
                if self._owner.get(place, -1) <= index:
                    found.append(rows.of_file(snapshot.table, self._sources[index]))
        return found

    def would_settle(self, snapshots: Iterable[Snapshot]) -> bool:
        """Whether committing these would change which rows are waited for."""
        before = waited_for(self.missing())
        refused = [snapshot for snapshot in snapshots if snapshot.refused]
        if not before and not refused:
            return False
        trial = History(self._path)
        trial._follow()
        trial._take({"at": "", "source": {}, "snapshots": [s.as_json() for s in snapshots]})
        return waited_for(trial.missing()) != before

    def _seen(self, index: int) -> Snapshot | None:
        snapshot, replaced = self._snapshots[index], self._replaced[index]
        if len(replaced) == len(snapshot.keys):
            return None
        return replace(snapshot, replaced=frozenset(replaced)) if replaced else snapshot

    def _follow(self) -> None:
        if not self._path.is_file():
            return self._reset()
        size = self._path.stat().st_size
        if size < self._offset:
            self._reset()
        if size == self._offset:
            return None
        with self._path.open("rb") as stream:
            stream.seek(self._offset)
            for data in stream:
                if not data.endswith(b"\n"):
                    break  # cut by a crash, or being written
                self._offset += len(data)
                self._take(_whole(data))
        return None

    def _take(self, line: dict[str, Any] | None) -> None:
        if line is None:
            return
        self._remove(set(line.get("removed", ())))  # what is deleted is gone at every moment
        if self._limit and line["at"] > self._limit:
            return
        self._key_version = int(line.get("key", self._key_version))
        for entry in line["snapshots"]:
            keys = tuple(entry["keys"])
            snapshot = Snapshot(
                entry["table"],
                entry["slot"],
                entry["hash"],
                keys,
                entry["rows"],
                entry.get("at", line["at"]),
                refused=tuple(RefusedRows(**each) for each in entry.get("refused", ())),
            )
            index = len(self._snapshots)
            self._snapshots.append(snapshot)
            self._sources.append(entry.get("source", line["source"]))
            self._replaced.append(set())
            self._places.setdefault((snapshot.table, snapshot.partition), []).append(index)
            for key in keys:
                place = (snapshot.table, snapshot.partition, key)
                if place in self._owner:
                    self._replaced[self._owner[place]].add(key)
                self._owner[place] = index

    def _remove(self, hashes: set[str]) -> None:
        for index, snapshot in enumerate(self._snapshots if hashes else ()):
            if snapshot.hash in hashes:
                self._replaced[index] = set(snapshot.keys)
                for key in snapshot.keys:
                    place = (snapshot.table, snapshot.partition, key)
                    if self._owner.get(place) == index:
                        del self._owner[place]


def _whole(data: bytes) -> dict[str, Any] | None:
    try:
        line: dict[str, Any] = json.loads(data)
    except ValueError:
        return None
    return line


def stamp(moment: datetime.datetime) -> str:
    """A moment as sortable UTC text."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time goes on; the lock goes with the process, however it ends."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
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
