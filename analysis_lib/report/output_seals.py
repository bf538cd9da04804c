"""Manifests, index pages and what figures rest on are as we wrote them: hashes kept with the keys (floor 7).

A manifest tells whether a file has changed, but not whether both have. Their own hashes therefore lie outside
``data/`` and ``output/``, where only their owner writes. What an earlier version wrote has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from analysis_lib.errors import SkolbankError
from analysis_lib.report.manifest import MANIFEST
from analysis_lib.report.provenance import provenance_folder
from analysis_lib.snapshots.log import locked
from analysis_lib.vocabulary.seals import read_seals, seal_of, write_seals
from analysis_lib.vocabulary.workspace import Workspace

_SEALS = "output-seals.json"
_MADE_AGAIN = "Kör skolbank run för seminariet med --force, då görs dokumenten och sidan om."
_BACKUP = "Lägg tillbaka filen från säkerhetskopian: den visar vad utgivna figurer vilar på."


def seal_outputs(workspace: Workspace, paths: Iterable[Path]) -> None:
    """Note how the files are now; called where they are written."""
    with locked(workspace.keys / ".lock"):
        sealed = read_seals(workspace, _SEALS)
        sealed |= {workspace.shown(path): seal_of(path) for path in paths if path.is_file()}
        write_seals(workspace, _SEALS, sealed)


def broken_output_seals(workspace: Workspace) -> Iterator[SkolbankError]:
    """The files that are no longer as they were written; a whole seminar that was taken away is no fault."""
    for name, seal in sorted(read_seals(workspace, _SEALS).items()):
        path = workspace.root / name
        is_provenance = path.is_relative_to(provenance_folder(workspace))
        if not path.is_file() and not is_provenance and not path.parent.is_dir():
            continue
        # Editions are only ever added to what a figure rests on.
        if not seal.holds(path, may_grow=is_provenance):
            yield _broken(workspace, path, is_provenance=is_provenance)


def unsealed_outputs(workspace: Workspace) -> int:
    """How many manifests an earlier version wrote, which have no seal."""
    sealed = read_seals(workspace, _SEALS)
    manifests = workspace.output.glob(f"*/*/{MANIFEST}")
    return sum(workspace.shown(path) not in sealed for path in manifests)


def _broken(workspace: Workspace, path: Path, *, is_provenance: bool) -> SkolbankError:
    code, what = "index-changed", "Seminariets sida saknas eller har ändrats sedan den gjordes"
    if is_provenance:
        code, what = "provenance-changed", "Det som figurerna vilar på saknas eller har ändrats"
    elif path.name == MANIFEST:
        code, what = "manifest-changed", "Manifestet saknas eller har ändrats sedan det skrevs"
    remedy = _BACKUP if is_provenance else _MADE_AGAIN
    return SkolbankError(code, what, where=workspace.shown(path), remedy=remedy, exit_status=1)
