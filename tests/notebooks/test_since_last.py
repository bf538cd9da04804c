"""What units' changes stand when all are judged together (M5, R17)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analysis_lib.disclosure.release import RELEASED_COLUMNS, open_released
from analysis_lib.report.scope import Scope
from analysis_lib.report.since_last import unit_changes
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

CATALOG = Catalog(Workspace(builtin_root()))
PASSED = CATALOG.indicators["results.all_passed_9"]
CODES = [f"9901{number:04d}" for number in range(1, 21)]
CHANGED = CODES[3]


def _scope(now: dict[str, int]) -> Scope:
    """Twenty units with 100 pupils: 70 passed the year before, and now as told (else 70)."""
    rows: list[dict[str, Any]] = []
    for code in CODES:
        for year, passed in (("2024/25", 70), ("2025/26", now.get(code, 70))):
            keys = {"indicator": PASSED.id, "school_year": year, "level": "unit", "code": code, "sex": "T"}
            row: dict[str, Any] = dict.fromkeys(RELEASED_COLUMNS, "") | keys
            row |= {"population": f"ak9-20{year[-2:]}", "decimals": 1, "rounding": 1, "basis": "own"}
            row |= {"state": "shown", "n_state": "shown", "value": float(passed), "low": None, "high": None}
            rows.append(row | {"numerator": passed, "n": 100})
    frame = pd.DataFrame(rows)
    for name in ("value", "low", "high"):
        frame[name] = frame[name].astype("Float64")
    for name in ("n", "numerator"):
        frame[name] = frame[name].astype("Int64")
    units = {code: Unit(code=code, name=f"Skola {code}", municipality_code="9901") for code in CODES}
    years = ("2024/25", "2025/26")
    return Scope(open_released(frame, "internal"), CATALOG.settings, units, None, years[-1], years)


def test_M5_a_large_change_at_one_unit_is_said_with_how_many_were_judged() -> None:
    block = unit_changes(_scope({CHANGED: 95}), [PASSED])
    (line,) = [{key: cell["text"] for key, cell in row["cells"].items()} for row in block.data["rows"]]
    assert line["unit"] == f"Skola {CHANGED}"
    assert line["change"] == "+25,0"
    assert "Säker ökning mot 2024/25" in line["verdict"]
    assert "20 förändringar" in block.data["notes"][0]["text"]
    assert {fact.cell["unit"] for fact in block.facts} == {CHANGED}


def test_M5_what_is_sure_alone_may_not_be_sure_among_many() -> None:
    alone = _scope({CHANGED: 83})
    one = Scope(
        alone.table, alone.settings, {CHANGED: alone.units[CHANGED]}, None, alone.school_year, alone.years
    )
    assert unit_changes(one, [PASSED]).kind == "table"
    told = unit_changes(alone, [PASSED])
    assert told.kind == "paragraph"
    assert told.data["text"].startswith("Ingen av 20 förändringar")


@pytest.mark.parametrize("indicators", [[], [CATALOG.indicators["results.merit_rating_17"]]])
def test_nothing_to_judge_is_said(indicators: list[Any]) -> None:
    assert "inga förändringar" in unit_changes(_scope({}), indicators).data["text"]
