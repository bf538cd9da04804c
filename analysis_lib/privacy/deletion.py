"""Deletes for good: files, stored rows, keys, old log months, and what databases still hold (floor 9)."""

from __future__ import annotations

import contextlib
import datetime
import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from analysis_lib.errors import SkolbankError
from analysis_lib.privacy.overdue import Thing
from analysis_lib.snapshots import log
from analysis_lib.snapshots.access_log import AccessLog
from analysis_lib.snapshots.keys import KeyStore
from analysis_lib.snapshots.store import Store
from analysis_lib.vocabulary.workspace import Workspace

_SQLITE = b"SQLite format 3\0"
_WAIT = 5.0  # seconds that a database may be busy


def delete(workspace: Workspace, kind: str, things: Sequence[Thing]) -> None:
    """Deletes the things of one kind."""
    if kind in ("pupil_rows", "replaced_rows"):
        _delete_snapshots(workspace, things)
    elif kind == "key_versions":
        for thing in things:
            KeyStore(workspace).destroy(int(re.sub(r"\D", "", thing.path.stem)))
    elif kind == "access_log":
        AccessLog(workspace).remove([thing.path for thing in things])
    else:
        for thing in things:
            _delete_file(thing.path)


def _delete_snapshots(workspace: Workspace, things: Sequence[Thing]) -> None:
    """First the log says that they are gone; files that a crash leaves are found the next time."""
    store = Store(workspace)
    now = log.stamp(datetime.datetime.now(datetime.UTC))
    with log.locked(store.folder / ".lock"):
        removed = sorted({thing.hash for thing in things})
        line = {"at": now, "source": {"format": "retention"}, "snapshots": [], "removed": removed}
        log.write_line(store.log_path, line)
        for thing in things:
            _delete_file(thing.path)


def _delete_file(path: Path) -> None:
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        path.parent.rmdir()  # only when it is empty


def clean_databases(workspace: Workspace) -> list[Path]:
    """Rewrites every database of the workspace, so that deleted rows are in no free page; their paths.

    Raises SkolbankError when one is in use.
    """
    cleaned = []
    for path in sorted(workspace.data.rglob("*")):
        if path.is_file() and _is_database(path):
            _vacuum(workspace, path)
            cleaned.append(path)
    return cleaned


def _is_database(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(_SQLITE)) == _SQLITE


def _vacuum(workspace: Workspace, path: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_WAIT, isolation_level=None)) as database:
            for statement in ("PRAGMA secure_delete=ON", "VACUUM"):
                database.execute(statement).fetchall()
            is_busy, *_ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if is_busy:  # somebody reads, so the log beside the database still holds what was deleted
                raise sqlite3.OperationalError
    except sqlite3.Error:
        raise SkolbankError(
            "database-busy",
            "Databasen används, så dess fria sidor kunde inte skrivas över",
            where=workspace.shown(path),
            remedy="Vänta tills körningen är klar och kör skolbank retain --apply igen.",
            exit_status=1,
        ) from None
