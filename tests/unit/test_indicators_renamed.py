"""A unit that only changed code has one series in the cube; merged, split and moved units have not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from indicator_tables import MemoryTables, published_rows

from analysis_lib.indicators.cube import compute_cube, cube_by_year
from analysis_lib.indicators.series_rules import load_series_rules
from analysis_lib.statistics.series import BreakKind
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.workspace import Workspace

OLD, NEW, OTHER = "10000001", "10000002", "10000003"


def unit(code: str, **more: Any) -> Unit:
    return Unit(code=code, name=f"Skola {code[-1]}", area="Norr", **more)


def catalog(root: Path, successors: str = "") -> Catalog:
    (root / "params").mkdir(parents=True)
    settings = 'municipality_code: "9901"\nmunicipality_name: Almvik\nauthority_name: Almviks kommun\n'
    (root / "params/settings.yaml").write_text(settings, "utf-8")
    (root / "params/successors.yaml").write_text(f"successors:\n{successors}", "utf-8")
    return Catalog(Workspace.find(root))


def row(old: str, new: str, since: str = "2023/24") -> str:
    return f'  - {{old: "{old}", new: "{new}", since: {since}}}\n'


def cube(made: Catalog, units: list[Unit], *years: tuple[str, str]) -> pd.DataFrame:
    cells = [
        {
            "table_id": "final_grades_9",
            "unit_code": code,
            "school_year": year,
            "municipality_code": "9901",
            "organiser": "municipal",
            "measures": {"pupil_count": 50, "all_passed_pct": 80},
        }
        for code, year in years
    ]
    store = MemoryTables(core_skolverket__statistics=published_rows(cells))
    whole = compute_cube(store, made, {each.code: each for each in units})
    by_year = pd.concat([f for _, f in cube_by_year(store, made, {each.code: each for each in units})])
    assert set(zip(whole["code"], whole["school_year"], strict=True)) == set(
        zip(by_year["code"], by_year["school_year"], strict=True)
    )
    return whole[(whole["level"] == "unit") & (whole["indicator"] == "results.all_passed_9")]


def held(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(rows["code"], rows["school_year"], strict=True))


def test_a_renamed_units_series_goes_on_under_the_new_code_without_a_break(tmp_path: Path) -> None:
    made = catalog(tmp_path, row(OLD, NEW))
    units = [unit(OLD, closed="2022/23"), unit(NEW, opened="2023/24")]
    rows = cube(made, units, (OLD, "2021/22"), (OLD, "2022/23"), (NEW, "2023/24"))
    assert held(rows) == {(NEW, "2021/22"), (NEW, "2022/23"), (NEW, "2023/24")}
    assert load_series_rules(made).unit_breaks(NEW, {each.code: each for each in units}) == {}


def test_a_rename_that_only_the_results_tell_is_one_series_with_a_break(tmp_path: Path) -> None:
    made = catalog(tmp_path, row(OLD, NEW))
    units = [unit(OLD), unit(NEW)]
    assert held(cube(made, units, (OLD, "2022/23"), (NEW, "2023/24"))) == {(NEW, "2022/23"), (NEW, "2023/24")}
    breaks = load_series_rules(made).unit_breaks(NEW, {each.code: each for each in units})
    assert breaks == {"2023/24": BreakKind.MERGED}


def test_a_chain_of_renames_is_followed_and_the_old_code_keeps_later_years(tmp_path: Path) -> None:
    made = catalog(tmp_path, row(OLD, NEW, "2021/22") + row(NEW, OTHER, "2023/24"))
    rows = cube(
        made, [unit(c) for c in (OLD, NEW, OTHER)], (OLD, "2020/21"), (NEW, "2021/22"), (NEW, "2024/25")
    )
    assert held(rows) == {(OTHER, "2020/21"), (OTHER, "2021/22"), (NEW, "2024/25")}


@pytest.mark.parametrize(
    ("successors", "units", "years"),
    [
        pytest.param(
            row(OLD, NEW), [unit(OLD), unit(NEW)], [(OLD, "2022/23"), (NEW, "2022/23")], id="into-another"
        ),
        pytest.param(
            row(OLD, NEW) + row(OTHER, NEW),
            [unit(OLD), unit(NEW), unit(OTHER)],
            [(OLD, "2022/23")],
            id="merged",
        ),
        pytest.param(
            row(OLD, NEW),
            [unit(OLD), Unit(code=NEW, name="Skola", area="Söder")],
            [(OLD, "2022/23"), (NEW, "2023/24")],
            id="moved",
        ),
        pytest.param(row(OLD, NEW), [unit(OLD)], [(OLD, "2022/23")], id="unknown-new-code"),
    ],
)
def test_units_that_did_not_only_change_code_keep_their_years(
    successors: str, units: list[Unit], years: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert held(cube(catalog(tmp_path, successors), units, *years)) == set(years)
