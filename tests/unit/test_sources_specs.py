"""Every file family by example: a small file in the real form gives exactly the expected table (issue 4)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from source_specs import NAMES, ROOT, as_csv, facts_of, frame_of, read_twin, twins

from analysis_lib.vocabulary.workspace import Workspace


@pytest.mark.parametrize("name", NAMES)
def test_file_gives_the_expected_table_in_every_form(name: str, tmp_path: Path) -> None:
    facts = json.loads((ROOT / name / "facts.json").read_text("utf-8"))
    expected = (ROOT / name / "expected.csv").read_text("utf-8")
    for file, data in twins(name).items():
        results = read_twin(data, file, Workspace(tmp_path))
        assert as_csv(frame_of(results), facts) == expected, file
        told = facts_of(results)
        told["codes"] = sorted(set(told["codes"]) - {"file-misnamed"})
        assert told == facts, file
        assert all(result.conserves_rows for result in results)
