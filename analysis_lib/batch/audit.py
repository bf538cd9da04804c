"""The attacker over everything that has been published, and the export of every statement (floor 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis_lib.batch.files import write_whole
from analysis_lib.batch.rooms import Rooms, real_rooms
from analysis_lib.batch.run import facts_folder
from analysis_lib.errors import EXIT_DISCLOSURE, EXIT_DONE
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace


@dataclass(frozen=True)
class AuditResult:
    """What the attacker found, in words, and the exit status that follows."""

    findings: tuple[str, ...]
    summary: str
    exit_status: int


def audit_published(
    workspace: Workspace,
    seminars: Sequence[str],
    *,
    facts: Path | None = None,
    lattice: Path | None = None,
    rooms: Rooms | None = None,
) -> AuditResult:
    """Attacks the seminars' published facts (all seminars when none is named)."""
    catalog = Catalog(workspace)
    chosen = [catalog.seminar(name).id for name in seminars] or list(catalog.seminars)
    root = facts_folder(workspace)
    files = [path for name in chosen for path in sorted((root / name).rglob("*.facts.jsonl"))]
    if facts:
        write_whole(facts, b"".join(path.read_bytes() for path in files))
    if lattice:
        from analysis_lib.batch.released import lattice_json

        write_whole(lattice, lattice_json(workspace, chosen))
    used = rooms or real_rooms()
    verdict = used.audit(workspace, chosen[0] if chosen else "", files)
    count = sum(path.read_bytes().count(b"\n") for path in files)
    summary = f"{count} uppgifter i {len(files)} dokument, {len(verdict.findings)} fynd."
    return AuditResult(verdict.findings, summary, EXIT_DISCLOSURE if verdict.findings else EXIT_DONE)
