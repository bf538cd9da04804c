"""The attacker over everything that has been published, and the export of every statement (floor 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis_lib.batch.files import write_whole
from analysis_lib.batch.index import as_text
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
        write_whole(lattice, as_text(_lattice(workspace, chosen)))
    used = rooms or real_rooms()
    by_seminar = {name: [path for path in files if path.parents[1].name == name] for name in chosen}
    verdicts = [used.audit(workspace, name, found) for name, found in by_seminar.items() if found]
    findings = tuple(dict.fromkeys(text for verdict in verdicts for text in verdict.findings))
    count = sum(path.read_bytes().count(b"\n") for path in files)
    summary = f"{count} uppgifter i {len(files)} dokument, {len(findings)} fynd."
    return AuditResult(findings, summary, EXIT_DISCLOSURE if findings else EXIT_DONE)


def _lattice(workspace: Workspace, seminars: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """The seminars' lattices as one: the same units lie in the same areas in all of them."""
    from analysis_lib.batch.released import lattice_of

    merged: dict[str, dict[str, list[str]]] = {}
    for seminar in seminars:
        for dimension, parents in lattice_of(workspace, seminar).items():
            kept = merged.setdefault(dimension, {})
            for parent, children in parents.items():
                kept[parent] = list(dict.fromkeys([*kept.get(parent, ()), *children]))
    return merged
