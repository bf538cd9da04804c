"""Every indicator's specification: rows in, value out, and a case without a number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from indicator_tables import (
    DEFAULT_UNIT,
    MemoryTables,
    answer_rows,
    attendance_rows,
    course_rows,
    figure_rows,
    grade_rows,
    make_units,
    month_rows,
    national_test_3_rows,
    national_test_rows,
    published_rows,
)

from analysis_lib.indicators.cube import compute_cube
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

SPECS = Path(__file__).resolve().parents[1] / "spec" / "indicators"
CATALOG = Catalog(Workspace(builtin_root()))


def _cases() -> list[Any]:
    found = []
    for path in sorted(SPECS.glob("*.yaml")):
        document = yaml.safe_load(path.read_text("utf-8"))
        found += [
            pytest.param(path.stem, case, id=f"{path.stem}: {case['case']}") for case in document["cases"]
        ]
    return found


@pytest.mark.parametrize(("indicator", "case"), _cases())
def test_indicator_follows_its_specification(indicator: str, case: dict[str, Any]) -> None:
    year_group = CATALOG.indicators[indicator].year_group
    pupils = [each for each in case.get("pupils", []) for _ in range(each.get("times", 1))]
    store = MemoryTables(
        core_scb__pupil_grades=grade_rows((p for p in pupils if "tests" not in p), year_group=year_group),
        core_scb__national_tests=national_test_rows(
            (p for p in pupils if "tests" in p), year_group=year_group
        ),
        core_scb__national_tests_3=national_test_3_rows(case.get("tests_3", [])),
        core_skolverket__statistics=published_rows(case.get("published", [])),
        core_survey__answers_by_unit=answer_rows(case.get("answers", [])),
        core_attendance__periods=attendance_rows(case.get("attendance", [])),
        core_ss12000__attendance=month_rows(case.get("months", [])),
        core_local__course_results=course_rows(case.get("courses", [])),
        core_local__figures=figure_rows(case.get("figures", [])),
    )
    codes = {str(pupil.get("unit", DEFAULT_UNIT)) for pupil in pupils} | {DEFAULT_UNIT}
    others = [*case.get("answers", []), *case.get("figures", [])]
    codes |= {str(each.get("unit_code", "")) for each in others} - {""}
    rows = compute_cube(store, _catalog_of(indicator), make_units(sorted(codes)))
    for expected in case["expect"]:
        _check(rows, expected)


def _catalog_of(indicator: str) -> Catalog:
    catalog = Catalog(CATALOG.workspace)
    catalog.indicators = {indicator: CATALOG.indicators[indicator].model_copy(update={"implied_by": ()})}
    return catalog


def _check(rows: pd.DataFrame, expected: dict[str, Any]) -> None:
    keys = {"level": "unit", "sex": "T", "subject": "", "category": "", **expected.get("row", {})}
    found = rows
    for name, wanted in keys.items():
        found = found[found[name] == wanted]
    if expected.get("absent"):
        assert found.empty, f"{keys}: a row that should not be there"
        return
    assert len(found) == 1, f"{keys}: {len(found)} rows"
    row = found.iloc[0]
    for name, wanted in expected.items():
        if name in ("row", "absent"):
            continue
        if wanted is None:
            assert pd.isna(row[name]), f"{keys}: {name} is {row[name]}"
        elif isinstance(wanted, int | float) and not isinstance(wanted, bool):
            assert row[name] == pytest.approx(wanted, abs=0.05), f"{keys}: {name}"
        else:
            assert row[name] == wanted, f"{keys}: {name}"


def test_every_indicator_has_a_specification_with_a_case_without_a_number() -> None:
    specified = {path.stem: yaml.safe_load(path.read_text("utf-8"))["cases"] for path in SPECS.glob("*.yaml")}
    assert set(specified) == set(CATALOG.indicators)
    for indicator, cases in specified.items():
        expected = [each for case in cases for each in case["expect"]]
        is_numberless = [each for each in expected if each.get("absent") or each.get("value", 0) is None]
        assert is_numberless, f"{indicator} lacks a case without a number"
