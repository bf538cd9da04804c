"""Editions of a seminar: the earlier one stays reachable when a corrected one is locked (floor 8)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from analysis_lib.batch.released import lattice_of
from analysis_lib.disclosure.gate import judge
from analysis_lib.errors import EXIT_DISCLOSURE, SkolbankError
from analysis_lib.report.changes import Differences
from analysis_lib.report.changes_page import differences_page
from analysis_lib.report.freeze import Freeze, editions, freeze
from analysis_lib.report.html import write_document
from analysis_lib.vocabulary.whole_files import sync_folder, write_whole
from analysis_lib.vocabulary.workspace import Workspace

EARLIER = "utgavor"


def lock_edition(workspace: Workspace, seminar: str, *, note: str = "") -> Freeze:
    """Locks the seminar; the documents of the edition before are kept under ``utgavor/<edition>/``."""
    before = editions(workspace, seminar)
    lock = freeze(workspace, seminar, note=note)
    if before:
        _keep(workspace.output / seminar, before[-1].edition)
    return lock


def write_differences(workspace: Workspace, found: Differences, *, to: Path | None = None) -> Path:
    """The page of what differs, written only when its statements give nothing hidden away.

    Raises ``SkolbankError`` with exit status 3 when they would.
    """
    page = differences_page(workspace, found)
    seminar = found.after.seminar
    path = to or workspace.output / seminar.id / f"andringar-{found.before.seminar.id}.html"
    facts = [{**fact, "doc": f"{seminar.id}/{path.name}"} for fact in page.facts]
    verdict = judge(
        workspace, facts, audience=found.after.audience, lattice=lattice_of(workspace, seminar.id)
    )
    if verdict.findings:
        raise SkolbankError(
            "release-refused",
            f"Sidan gavs inte ut: {len(verdict.findings)} dolda uppgifter går att räkna ut med den",
            where=path.name,
            remedy="Kör skolbank audit för att se vilka.",
            exit_status=EXIT_DISCLOSURE,
        )
    write_whole(path, write_document(page))
    return path


def _keep(folder: Path, edition: str) -> None:
    """Copies the documents as they stand; an edition that is kept already is left alone."""
    target = folder / EARLIER / edition
    if not folder.is_dir() or target.is_dir():
        return
    part = folder / EARLIER / f".{edition}.{os.getpid()}.part"
    shutil.rmtree(part, ignore_errors=True)
    ignored = shutil.ignore_patterns(EARLIER, "failed", "*.ipynb", ".*.part")
    shutil.copytree(folder, part, ignore=ignored)
    part.replace(target)
    sync_folder(target.parent)
