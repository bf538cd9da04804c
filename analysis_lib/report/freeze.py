"""A seminar locked: its numbers, parameters, notebooks and the moment of the register (floor 7).

``data/frozen/<seminar>/<edition>/`` keeps the released numbers themselves, so a re-run next year gives the
same tables whatever has been imported, redefined or upgraded since. A correction is a new edition.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.definitions import numbers_code_hash
from analysis_lib.errors import SkolbankError
from analysis_lib.report.manifest import file_hash, versions
from analysis_lib.report.prepare import MISSING, Prepared, prepare
from analysis_lib.snapshots.log import locked
from analysis_lib.snapshots.store import Store
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import FROZEN, Workspace, builtin_root

RECORD = "freeze.json"
_LAYERS = ("params", "notebooks/reports")


@dataclass(frozen=True)
class Freeze:
    """What a seminar is locked to. ``moment`` is of both snapshots and register (UTC, ISO 8601)."""

    seminar: str
    edition: str
    moment: str
    school_year: str
    releases: dict[str, str]
    snapshots: tuple[str, ...]
    library: str
    versions: dict[str, str]
    files: dict[str, str]
    note: str = ""

    @property
    def at(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(self.moment)


def freeze(workspace: Workspace, seminar_id: str, *, note: str = "") -> Freeze:
    """Locks the seminar's edition as it stands now; whole or not at all.

    Raises ``SkolbankError`` when the edition is locked already, or when a later edition has no ``note``
    that says what was corrected.
    """
    live = Workspace(workspace.root)
    seminar = Catalog(live).seminar(seminar_id)
    earlier = editions(live, seminar_id)
    if any(each.edition == seminar.edition for each in earlier):
        raise _locked_already(earlier, seminar_id, seminar.edition)
    if earlier and not note:
        raise SkolbankError(
            "freeze-note-missing",
            f"Utgåva {seminar.edition} rättar en tidigare utgåva, men inget säger vad som rättas",
            where=f"params/seminars/{seminar_id}.yaml",
            remedy="Kör skolbank freeze igen med --note och en mening om vad som har rättats.",
        )
    with locked(live.work / "freeze.lock"):
        prepared = prepare(live, seminar_id)
        return _write(live, seminar_id, seminar.edition, prepared, note)


def editions(workspace: Workspace, seminar: str) -> list[Freeze]:
    """All locked editions of a seminar, the oldest first."""
    root = frozen_folder(workspace, seminar)
    found = [_read(path) for path in root.glob(f"*/{RECORD}")] if root.is_dir() else []
    return sorted(found, key=lambda each: each.moment)


def frozen(workspace: Workspace, seminar: str) -> Freeze | None:
    """The lock that holds for the seminar's edition in params, if there is one."""
    if seminar not in (known := Catalog(Workspace(workspace.root)).seminars):
        return None
    edition = known[seminar].edition
    path = frozen_folder(workspace, seminar) / edition / RECORD
    return _read(path) if path.is_file() else None


def at_freeze(workspace: Workspace, seminar: str) -> Workspace:
    """The workspace as the seminar was locked: its params and notebooks; the same one when it is not."""
    lock = frozen(workspace, seminar)
    if lock is None:
        return workspace
    return Workspace(workspace.root, frozen_folder(workspace, seminar) / lock.edition)


def frozen_folder(workspace: Workspace, seminar: str) -> Path:
    """Where a seminar's locked editions lie."""
    return workspace.data / FROZEN / seminar


def locked_everything(workspace: Workspace) -> list[Freeze]:
    """Every locked edition of every seminar, also of seminars that are no longer in params."""
    root = workspace.data / FROZEN
    names = sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    return [lock for name in names for lock in editions(workspace, name)]


def damaged_files(workspace: Workspace, lock: Freeze) -> list[Path]:
    """Files of a locked edition that are lost or no longer as they were locked."""
    folder = frozen_folder(workspace, lock.seminar) / lock.edition
    wrong = (name for name, known in lock.files.items() if _hash_or_none(folder / name) != known)
    return [folder / name for name in wrong]


def _hash_or_none(path: Path) -> str | None:
    return file_hash(path) if path.is_file() else None


def _write(workspace: Workspace, seminar: str, edition: str, prepared: Prepared, note: str) -> Freeze:
    folder = frozen_folder(workspace, seminar) / edition
    part = folder.with_name(f".{edition}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    for layer in _LAYERS:
        _copy(workspace, layer, part / layer)
    place = part / "release" / prepared.audience
    place.mkdir(parents=True)
    for name in ("released.parquet", "meta.json"):
        shutil.copyfile(prepared.released_path.with_name(name), place / name)
    waited = [asdict(rows) for rows in prepared.missing]
    (place / MISSING).write_text(json.dumps(waited, ensure_ascii=False) + "\n", "utf-8")
    lock = Freeze(
        seminar=seminar,
        edition=edition,
        moment=datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds"),
        school_year=prepared.school_year,
        releases={prepared.audience: prepared.fingerprint},
        snapshots=tuple(sorted(each.hash for each in Store(workspace).current())),
        library=numbers_code_hash(),
        versions=versions(),
        files={
            str(path.relative_to(part)): file_hash(path) for path in sorted(part.rglob("*")) if path.is_file()
        },
        note=note,
    )
    (part / RECORD).write_text(json.dumps(asdict(lock), ensure_ascii=False, indent=1) + "\n", "utf-8")
    part.replace(folder)
    return lock


def _copy(workspace: Workspace, layer: str, target: Path) -> None:
    """The files of a layer as they hold: the workspace's own over the built-in ones."""
    own_only = layer == "params" and not workspace.is_builtin
    for root in (builtin_root(), workspace.root):
        if (root / layer).is_dir():
            shutil.copytree(root / layer, target, dirs_exist_ok=True, ignore=_unneeded(own_only, root))


def _unneeded(own_only: bool, root: Path) -> Any:
    """A workspace's own units and settings hold; the example's must not shine through where it has none."""
    skipped = {"settings.yaml", "units.yaml", "groups.yaml", "targets.yaml", "seminars"}

    def ignore(folder: str, names: list[str]) -> set[str]:
        hidden = {
            name for name in names if name.startswith((".", "__pycache__")) or name in ("schema", "access")
        }
        is_example = own_only and root == builtin_root() and Path(folder).name == "params"
        return hidden | (skipped & set(names) if is_example else set())

    return ignore


def _read(path: Path) -> Freeze:
    try:
        told = json.loads(path.read_text("utf-8"))
        return Freeze(**{**told, "snapshots": tuple(told["snapshots"])})
    except (ValueError, TypeError, KeyError) as error:
        raise SkolbankError(
            "freeze-damaged",
            "Låsningen går inte att läsa",
            where=f"{path.parents[1].name}/{path.parent.name}/{path.name}",
            remedy="Hämta filen från säkerhetskopian. Inget har gjorts.",
        ) from error


def _locked_already(earlier: list[Freeze], seminar: str, edition: str) -> SkolbankError:
    lock = next(each for each in earlier if each.edition == edition)
    day = text.date(lock.at.date())
    return SkolbankError(
        "freeze-exists",
        f"Utgåva {edition} av {seminar} låstes {day}",
        where=f"params/seminars/{seminar}.yaml",
        remedy="Vill du rätta något: ange en ny utgåva i filen (edition) och lås den med --note.",
    )
