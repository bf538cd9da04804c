"""The seams to ``report`` and ``disclosure``: released numbers, and the attack on the facts (floor 8)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis_lib.batch.rooms import Rooms, RoundData, Verdict, slice_hashes
from analysis_lib.snapshots.missing import waited_for
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.whole_files import write_whole
from analysis_lib.vocabulary.workspace import Workspace


def real_rooms() -> Rooms:
    """The rooms of the project."""
    return Rooms(prepare=round_data, audit=attack, release=release)


def round_data(workspace: Workspace, seminar: str) -> RoundData:
    """What a seminar's documents will read; the hashes are kept beside the released frame."""
    from analysis_lib.report.prepare import prepare

    prepared = prepare(workspace, seminar)
    kept = prepared.released_path.with_suffix(".slices.json")
    if not kept.is_file():
        write_whole(kept, json.dumps(_slices(prepared.released_path, prepared.school_year)))
    hashes = json.loads(kept.read_text("utf-8"))
    slices: dict[str, str] = hashes["slices"]
    for code in slices:
        awaited = waited_for(rows for rows in prepared.missing if rows.unit_code == code)
        slices[code] += json.dumps(awaited) if awaited else ""
    return RoundData(prepared.school_year, prepared.units, slices, hashes["whole"])


def attack(workspace: Workspace, seminar: str, facts: Sequence[Path]) -> Verdict:
    """The attacker over the facts of this round and of everything released that the same readers can see."""
    from analysis_lib.disclosure.gate import judge, read_facts_of

    reader = Catalog(workspace).seminar(seminar).audience
    tree = lattice_of(workspace, seminar)
    judgement = judge(workspace, read_facts_of(facts), audience=reader, lattice=tree)
    return Verdict(judgement.findings)


def release(workspace: Workspace, seminar: str, facts: Sequence[Path]) -> Verdict:
    """The attack, and for what is clean a certificate; from then on it counts as known to its readers."""
    from analysis_lib.disclosure.gate import read_facts_of, release_or_refuse
    from analysis_lib.report.prepare import prepare, remember_release

    prepared, said = prepare(workspace, seminar), read_facts_of(facts)
    judgement = release_or_refuse(
        workspace, said, audience=prepared.audience, scope=seminar, lattice=lattice_of(workspace, seminar)
    )
    if judgement.findings:
        return Verdict(judgement.findings)
    remember_release(workspace, prepared)
    return Verdict((), judgement.sha256)


def lattice_of(workspace: Workspace, seminar: str) -> dict[str, dict[str, list[str]]]:
    """Parents and children among the huvudman's own units, and between the sexes."""
    from analysis_lib.disclosure.lattice import Lattice
    from analysis_lib.report.prepare import prepare

    units = prepare(workspace, seminar).units.values()
    return Lattice.of_units({u.code: u.area for u in units if u.is_own}).as_json()


def _slices(path: Path, school_year: str) -> dict[str, Any]:
    """Hashes of units with a row in the school year or the one before: others have nothing to report."""
    import pandas as pd

    frame = pd.read_parquet(path)
    recent = {school_year, str(SchoolYear.parse(school_year).plus(-1))}
    alive = set(frame.loc[(frame["level"] == "unit") & frame["school_year"].isin(recent), "code"])
    slices = slice_hashes(frame)
    return {
        "slices": {code: slices[code] for code in sorted(slices) if code in alive},
        "whole": path.parent.name + path.name,
    }
