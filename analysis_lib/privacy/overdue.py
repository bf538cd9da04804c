"""Finds what is older than a day, for each kind of thing that has a retention rule (floor 9)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis_lib.disclosure import archive
from analysis_lib.report.manifest import file_hash
from analysis_lib.snapshots.access_log import AccessLog
from analysis_lib.snapshots.keys import KeyStore
from analysis_lib.snapshots.schemas import TABLES
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.found_files import harmless_name
from analysis_lib.vocabulary.workspace import Workspace

_SCHOOL_YEAR = re.compile(r"(?:^|/)(\d{4})-(\d{2})(?:/|$)")


@dataclass(frozen=True)
class Thing:
    """One file (or key version) that is too old: ``name`` may be shown, ``hash`` tells it apart."""

    path: Path
    name: str
    hash: str = ""
    rows: int = 0
    lines: tuple[str, ...] = ()  # of an entry in the register: the ids of what is too old


def find(workspace: Workspace, kind: str, limit: datetime.date) -> list[Thing]:
    """The things of a kind that are older than the limit."""
    return list(_FINDERS[kind](workspace, limit))


def derived(workspace: Workspace) -> list[Thing]:
    """What was reckoned from pupil rows and can be made again, whatever its age."""
    folders = (workspace.work / "cube", workspace.work / "batch")
    return [_thing(workspace, path) for folder in folders for path in _files(folder)]


def _source_files(workspace: Workspace, limit: datetime.date) -> Iterator[Thing]:
    """Files in the inbox that held pupil rows, or that were never imported and may hold some."""
    imported: dict[str, tuple[str, bool]] = {}
    for snapshot, source, _ in Store(workspace).everything():
        sha256 = str(source.get("sha256", ""))
        holds = TABLES[snapshot.table].holds_pupils or imported.get(sha256, ("", False))[1]
        imported[sha256] = (snapshot.imported_at, holds)
    for path in _files(workspace.inbox):
        sha256 = file_hash(path)
        at, holds_pupils = imported.get(sha256, (_changed(path).isoformat(), True))
        if holds_pupils and at[:10] < limit.isoformat():
            yield Thing(path, harmless_name(workspace.shown(path)), sha256)


def _refused_rows(workspace: Workspace, limit: datetime.date) -> Iterator[Thing]:
    return _old(workspace, workspace.data / "refused", limit)


def _pupil_rows(workspace: Workspace, limit: datetime.date) -> Iterator[Thing]:
    """Stored pupil rows of school years that ended before the limit, current or not."""
    for thing, slot, _, _ in _stored(workspace):
        year = _SCHOOL_YEAR.search(slot)
        if year and datetime.date(int(year[1]) + 1, 6, 30) < limit:
            yield thing


def _replaced_rows(workspace: Workspace, limit: datetime.date) -> Iterator[Thing]:
    for thing, _, at, is_current in _stored(workspace):
        if not is_current and at[:10] < limit.isoformat():
            yield thing


def _stored(workspace: Workspace) -> Iterator[tuple[Thing, str, str, bool]]:
    store = Store(workspace)
    current = {snapshot.relative_path for snapshot in store.current()}
    seen: set[Path] = set()
    for snapshot, _, _ in store.everything():
        path = store.path(snapshot)
        if TABLES[snapshot.table].holds_pupils and path.is_file() and path not in seen:
            seen.add(path)
            thing = Thing(path, workspace.shown(path), snapshot.hash, snapshot.rows)
            yield thing, snapshot.slot, snapshot.imported_at, snapshot.relative_path in current


def _key_versions(workspace: Workspace, limit: datetime.date) -> Iterator[Thing]:
    """Versions that are no longer used, since the version after them was made."""
    keys = KeyStore(workspace)
    for version in keys.versions():
        later = keys.path(version + 1)
        if version != keys.current_version and later.is_file() and _changed(later) < limit:
            yield Thing(keys.path(version), f"nyckelversion {version}")


def _work_files(workspace: Workspace, limit: datetime.date) -> Iterator[Thing]:
    """Caches that can be made again; the newest release to each circle stays, later ones depend on it."""
    for folder in (workspace.work / "cube", workspace.work / "batch", workspace.work / "audit"):
        yield from _old(workspace, folder, limit)
    for circle in sorted((workspace.work / "release").glob("*/*")):
        releases = [path for path in circle.iterdir() if path.is_dir()] if circle.is_dir() else []
        newest = max(releases, key=lambda path: path.stat().st_mtime_ns, default=None)
        for release in releases:
            if release != newest:
                yield from _old(workspace, release, limit)
    for left in sorted(workspace.data.rglob(".*.part")):
        if _changed(left) < limit:
            yield _thing(workspace, left)


def _failed_notebooks(workspace: Workspace, limit: datetime.date) -> Iterator[Thing]:
    for folder in sorted(workspace.output.glob("*/failed")):
        yield from _old(workspace, folder, limit)


def _access_log(workspace: Workspace, limit: datetime.date) -> Iterator[Thing]:
    for path in AccessLog(workspace).months_before(limit):
        yield Thing(path, path.stem, rows=len(path.read_bytes().splitlines()))


def _statements(workspace: Workspace, limit: datetime.date) -> Iterator[Thing]:
    """What has been released: whatever its age, since every later release is judged against it."""
    return (_thing(workspace, path) for path in _files(archive.folder(workspace)) if path.name != ".lock")


def _old(workspace: Workspace, folder: Path, limit: datetime.date) -> Iterator[Thing]:
    for path in _files(folder):
        if _changed(path) < limit:
            yield _thing(workspace, path)


def _thing(workspace: Workspace, path: Path) -> Thing:
    return Thing(path, harmless_name(workspace.shown(path)))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def _changed(path: Path) -> datetime.date:
    return datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC).date()


_FINDERS: dict[str, Callable[[Workspace, datetime.date], Iterator[Thing]]] = {
    "source_files": _source_files,
    "refused_rows": _refused_rows,
    "pupil_rows": _pupil_rows,
    "replaced_rows": _replaced_rows,
    "key_versions": _key_versions,
    "work_files": _work_files,
    "failed_notebooks": _failed_notebooks,
    "access_log": _access_log,
    "statements": _statements,
}
