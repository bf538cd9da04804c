"""The attacker over everything that has been published, and the export of every statement (floor 8)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis_lib.batch.index import as_text
from analysis_lib.batch.places import facts_folder
from analysis_lib.batch.released import lattice_of, real_rooms
from analysis_lib.batch.rooms import Rooms
from analysis_lib.disclosure.archive import superseded
from analysis_lib.disclosure.facts import read_facts
from analysis_lib.disclosure.lattice import with_places
from analysis_lib.errors import EXIT_DISCLOSURE, EXIT_DONE
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.whole_files import write_whole
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
    said = [fact for path in files for fact in read_facts(path)]
    before = superseded(workspace, said) if set(chosen) == set(catalog.seminars) else []
    if facts:
        lines = "".join(json.dumps(fact, ensure_ascii=False, sort_keys=True) + "\n" for fact in before)
        write_whole(facts, b"".join(path.read_bytes() for path in files) + lines.encode())
    if lattice:
        places = [str(fact["cell"].get("unit", "")) for fact in (*said, *before)]
        write_whole(lattice, as_text(with_places(_lattice(workspace, chosen), filter(None, places))))
    used = rooms or real_rooms()
    by_seminar = {name: [path for path in files if path.parents[1].name == name] for name in chosen}
    verdicts = [used.audit(workspace, name, found) for name, found in by_seminar.items() if found]
    findings = tuple(dict.fromkeys(text for verdict in verdicts for text in verdict.findings))
    earlier = f" och {len(before)} i tidigare utgåvor" if before else ""
    summary = f"{len(said)} uppgifter i {len(files)} dokument{earlier}, {len(findings)} fynd."
    return AuditResult(findings, summary, EXIT_DISCLOSURE if findings else EXIT_DONE)


def _lattice(workspace: Workspace, seminars: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """The seminars' lattices as one: the same units lie in the same areas in all of them."""
    merged: dict[str, dict[str, list[str]]] = {}
    for seminar in seminars:
        for dimension, parents in lattice_of(workspace, seminar).items():
            kept = merged.setdefault(dimension, {})
            for parent, children in parents.items():
                kept[parent] = list(dict.fromkeys([*kept.get(parent, ()), *children]))
    return merged
