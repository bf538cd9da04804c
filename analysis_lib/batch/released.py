"""The seams to ``report`` and ``disclosure``: released numbers, and the attack on the facts (floor 8)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis_lib.batch.files import write_whole
from analysis_lib.batch.rooms import RoundData, Verdict, slice_hashes
from analysis_lib.snapshots.missing import waited_for
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import CIRCLES, Audience
from analysis_lib.vocabulary.workspace import Workspace


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
    """The attacker over the facts of this round and of all published before that the same readers can see."""
    from analysis_lib.disclosure.audit import audit
    from analysis_lib.disclosure.facts import read_facts
    from analysis_lib.disclosure.policy import load_policy

    catalog = Catalog(workspace)
    reader = catalog.seminar(seminar).audience
    known = [*facts, *_published_to(workspace, catalog, reader, seminar)]
    report = audit(
        (fact for path in known for fact in read_facts(path)),
        lattice_of(workspace, seminar),
        nested={_short(i.id): [_short(name) for name in i.implied_by] for i in catalog.indicators.values()},
        within={i.population: i.within for i in catalog.indicators.values() if i.within},
        threshold=load_policy(workspace, reader).threshold,
    )
    return Verdict(tuple(finding.message for finding in report.findings))


def lattice_of(workspace: Workspace, seminar: str) -> dict[str, dict[str, list[str]]]:
    """Parents and children among the huvudman's own units, and between the sexes."""
    from analysis_lib.disclosure.lattice import Lattice
    from analysis_lib.report.prepare import prepare

    units = prepare(workspace, seminar).units.values()
    return Lattice.of_units({u.code: u.area for u in units if u.organiser == "municipal"}).as_json()


def _published_to(workspace: Workspace, catalog: Catalog, reader: Audience, seminar: str) -> list[Path]:
    """Facts of other seminars that the same readers can see: a wider circle sees less."""
    visible = CIRCLES[: CIRCLES.index(reader) + 1]
    others = [s.id for s in catalog.seminars.values() if s.audience in visible and s.id != seminar]
    root = workspace.work / "facts"
    return [path for other in others for path in sorted((root / other).rglob("*.facts.jsonl"))]


def _short(indicator: str) -> str:
    return indicator.split(".", 1)[1]


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
