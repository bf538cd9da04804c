"""The seams to ``report`` and ``disclosure``: released numbers, and the attack on the facts (floor 8)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis_lib.batch.files import write_whole
from analysis_lib.batch.rooms import RoundData, Verdict, slice_hashes
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.workspace import Workspace


def round_data(workspace: Workspace, seminar: str) -> RoundData:
    """What a seminar's documents will read; the hashes are kept beside the released frame."""
    from analysis_lib.report.prepare import prepare

    prepared = prepare(workspace, seminar)
    kept = prepared.released_path.with_suffix(".slices.json")
    if not kept.is_file():
        write_whole(kept, json.dumps(_slices(prepared.released_path, prepared.school_year)))
    hashes = json.loads(kept.read_text("utf-8"))
    return RoundData(prepared.school_year, prepared.units, hashes["slices"], hashes["whole"])


def attack(workspace: Workspace, seminar: str, facts: Sequence[Path]) -> Verdict:
    """The attacker over the facts of this round and of all that has been published before."""
    return Verdict()


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
