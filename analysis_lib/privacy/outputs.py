"""Whether what was made and stored is as it was written: outputs, snapshots, access log (floor 9).

A manifest names every file of a folder with its hash; a file that was changed, lost or put there by someone
else is told. Source: docs/PRIVACY.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure import archive
from analysis_lib.errors import SkolbankError
from analysis_lib.report.freeze import damaged_files, locked_everything
from analysis_lib.report.manifest import MANIFEST, file_hash
from analysis_lib.report.output_seals import broken_output_seals
from analysis_lib.snapshots.access_log import AccessLog
from analysis_lib.snapshots.encryption import is_encrypted
from analysis_lib.snapshots.store import Snapshot, Store
from analysis_lib.vocabulary.workspace import Workspace

_REMEDY = "Kör skolbank run för seminariet, då görs det som har ändrats om."


def check_kept(workspace: Workspace) -> list[SkolbankError]:
    """Everything not as it was written: output, locked seminars, snapshots, statements, access log."""
    outputs = [*_outputs(workspace), *broken_output_seals(workspace)]
    faults = [*outputs, *_locked(workspace), *_snapshots(workspace), *archive.faults(workspace)]
    return faults + [fault.as_error() for fault in AccessLog(workspace).verify()]


def _outputs(workspace: Workspace) -> Iterator[SkolbankError]:
    for manifest in sorted(workspace.output.glob(f"*/*/{MANIFEST}")):
        where = workspace.shown(manifest)
        try:
            documents: Mapping[str, Any] = json.loads(manifest.read_text("utf-8"))["documents"]
            known = {name: each for entry in documents.values() for name, each in entry["outputs"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            yield _fault("manifest-unreadable", "Manifestet går inte att läsa", where)
            continue
        yield from _folder(workspace, manifest.parent, known)


def _folder(
    workspace: Workspace, folder: Path, known: Mapping[str, Mapping[str, Any]]
) -> Iterator[SkolbankError]:
    for name, told in sorted(known.items()):
        path = folder / name
        where = workspace.shown(path)
        if not path.is_file():
            yield _fault("output-missing", "Filen står i manifestet men finns inte", where)
        elif file_hash(path) != told.get("sha256"):
            yield _fault("output-changed", "Filen har ändrats sedan den gjordes", where)
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name != MANIFEST and path.name not in known:
            yield SkolbankError(
                "output-extra",
                "Filen står inte i manifestet",
                where=workspace.shown(path),
                remedy="Flytta den från output; där ska bara det ligga som Skolbänken har gjort.",
                exit_status=1,
            )


def _locked(workspace: Workspace) -> Iterator[SkolbankError]:
    for lock in locked_everything(workspace):
        for path in damaged_files(workspace, lock):
            what = "En låst fil saknas eller har ändrats sedan seminariet låstes"
            yield _fault("lock-changed", what, workspace.shown(path), _LOCK)


def _snapshots(workspace: Workspace) -> Iterator[SkolbankError]:
    """Files of rows that are lost, changed or not to be opened; files that no key has opened are counted."""
    store = Store(workspace)
    wrong: list[SkolbankError] = []
    current = {each.relative_path for each in store.current()}
    for path, snapshot in {store.path(each): each for each, _, _ in store.everything()}.items():
        where = workspace.shown(path)
        if not path.is_file():
            if snapshot.relative_path in current:  # else they may have been deleted by a decision
                yield _fault("snapshot-missing", "Inlästa uppgifter saknas på disken", where, _BACKUP)
        elif is_encrypted(path):
            wrong += _unreadable(store, snapshot, where)
        elif file_hash(path) != snapshot.hash:
            yield _fault("snapshot-changed", "Inlästa uppgifter har ändrats på disken", where, _BACKUP)
    yield from _together(wrong)


def unread_files(workspace: Workspace) -> int:
    """How many encrypted files can not be checked, since there is no key in the environment."""
    store = Store(workspace)
    paths = [store.path(snapshot) for snapshot in store.current()]
    return 0 if store.key else sum(path.is_file() and is_encrypted(path) for path in paths)


_BACKUP = "Lägg tillbaka filen från säkerhetskopian, eller läs in källfilen igen."
_LOCK = "Lägg tillbaka filen från säkerhetskopian: ett låst seminarium görs om av just dessa filer."
_FEW = 3


def _unreadable(store: Store, snapshot: Snapshot, where: str) -> Iterator[SkolbankError]:
    """A file that its key opens is whole: every part of it is authenticated. Without a key it is not read."""
    if store.key:
        try:
            store.read(snapshot)
        except SkolbankError as error:
            yield _fault(error.code, error.what, where, error.remedy)


def _together(wrong: Sequence[SkolbankError]) -> Iterator[SkolbankError]:
    """Many files that the key does not open are one fault: the key is another."""
    if len(wrong) <= _FEW:
        yield from wrong
        return
    what = f"{text.count(len(wrong))} filer med elevuppgifter går inte att läsa med den här nyckeln"
    yield _fault(wrong[0].code, what, f"{wrong[0].where} med flera", wrong[0].remedy)


def _fault(code: str, what: str, where: str, remedy: str = _REMEDY) -> SkolbankError:
    return SkolbankError(code, what, where=where, remedy=remedy, exit_status=1)
