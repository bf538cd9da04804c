"""G2: the followed pupils of the example municipality, counted by plain code from its own files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from indicator_tables import MemoryTables, grade_rows, make_units

from analysis_lib.indicators.cube import KEYS, compute_cube, cube_by_year
from analysis_lib.snapshots.log import Snapshot
from analysis_lib.statistics.progression import class_counts, roll_up
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

NAMES = ("progress.core_passed_6", "progress.core_passed_9", "progress.followed_9")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    """Two cohorts at four units; some pupils move, some come late, one unit has years 7-9 only."""
    found: list[dict[str, object]] = []
    for cohort, (then, now) in enumerate((("2020/21", "2023/24"), ("2021/22", "2024/25"))):
        for number in range(120):
            unit = f"{11111111 * (1 + number % 3)}"
            later = "44444444" if unit == "33333333" else unit
            later = "11111111" if number % 17 == 0 else later
            pupil = f"c{cohort}p{number:03d}"
            marks = f"SV {'EF'[number % 7 == 0]}, MA {'EF'[number % 5 == 0]}, EN A"
            if number % 11:
                found += grade_rows(
                    [{"pupil": pupil, "unit": unit, "school_year": then, "grades": marks}], year_group=6
                )
            marks = f"SV E, MA {'EF'[number % 4 == 0]}, EN A"
            found += grade_rows([{"pupil": pupil, "unit": later, "school_year": now, "grades": marks}])
    return found


@pytest.fixture(scope="module")
def cube(rows: list[dict[str, object]]) -> pd.DataFrame:
    catalog = Catalog(Workspace(builtin_root()))
    catalog.indicators = {name: catalog.indicators[name] for name in NAMES}
    store = MemoryTables(core_scb__pupil_grades=rows)
    store.snapshots["core_scb__pupil_grades"] = [
        Snapshot(
            "core_scb__pupil_grades",
            f"{group}/{year}/{code}",
            f"{group}{code}{end}" + "0" * 40,
            (code,),
            1,
            "",
        )
        for group, year, end in ((6, "2021-22", 22), (9, "2024-25", 25))
        for code in ("11111111", "22222222", "33333333", "44444444")
    ]
    return compute_cube(store, catalog, make_units(["11111111", "22222222", "33333333", "44444444"]))


def test_G2_units_agree_with_the_pure_progression(rows: list[dict[str, object]], cube: pd.DataFrame) -> None:
    """The same counts by the SQL of the cube and by the frames of ``statistics.progression``."""
    frame = pd.DataFrame(rows)
    keys = ["pupil", "unit_code", "class_name", "school_year", "year_group"]
    reached = frame.assign(is_reached=frame["grade"] != "F").groupby(keys, as_index=False)["is_reached"].min()
    counts = roll_up(class_counts(reached.assign(subject="core")), ["unit_code"])
    units = cube[(cube["level"] == "unit") & (cube["sex"] == "T")].set_index(
        ["indicator", "school_year", "code"]
    )
    for _, row in counts[counts["later_n"] > 0].iterrows():
        place = (f"{row['cohort'] - 1}/{row['cohort'] % 100}", row["unit_code"])
        followed = units.loc[("progress.followed_9", *place)]
        assert (followed["numerator"], followed["n"]) == (row["stayer_n"], row["later_n"])
        if row["stayer_n"]:
            for name, column in (("core_passed_9", "stayer_later_k"), ("core_passed_6", "stayer_earlier_k")):
                found = units.loc[(f"progress.{name}", *place)]
                assert (found["numerator"], found["n"]) == (row[column], row["stayer_n"])


def test_G3_the_huvudman_is_the_sum_of_its_units(cube: pd.DataFrame) -> None:
    keys = ["indicator", "school_year", "sex"]
    units = cube[cube["level"] == "unit"].groupby(keys)[["n", "numerator"]].sum()
    whole = cube[cube["level"] == "authority"].set_index(keys)[["n", "numerator"]]
    pd.testing.assert_frame_equal(units, whole.sort_index(), check_dtype=False)
    assert set(units.index.get_level_values("indicator")) == set(NAMES)


def test_a_step_names_the_files_of_both_years(cube: pd.DataFrame) -> None:
    row = cube[(cube["level"] == "unit") & (cube["code"] == "44444444") & (cube["school_year"] == "2024/25")]
    names = Counter(tuple(each.split(";")) for each in row["sources"])
    assert list(names) == [("633333333220", "944444444250")]


def test_only_units_and_the_huvudman_are_released_without_sexes() -> None:
    indicators = Catalog(Workspace(builtin_root())).indicators
    for name in NAMES:
        spans = dict(indicators[name].breakdowns)
        assert spans.pop("class", "T") == "T"
        assert spans == {"unit": "T", "authority": "T"}
    assert Path(builtin_root() / "params" / "indicators" / "progress.followed_9.yaml").is_file()


def test_a_nation_taken_year_by_year_gives_the_same_cube(
    rows: list[dict[str, object]], cube: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = Catalog(Workspace(builtin_root()))
    store, units = (
        MemoryTables(core_scb__pupil_grades=rows),
        make_units(sorted({str(r["unit_code"]) for r in rows})),
    )
    whole = compute_cube(store, catalog, units)
    monkeypatch.setattr("analysis_lib.indicators.own._MANY_ROWS", 10)
    by_year = compute_cube(store, catalog, units)
    pd.testing.assert_frame_equal(whole, by_year)
    each = pd.concat([frame for _, frame in cube_by_year(store, catalog, units)])
    pd.testing.assert_frame_equal(
        each.sort_values(KEYS, ignore_index=True), whole.sort_values(KEYS, ignore_index=True)
    )
    assert set(cube["indicator"]) <= set(whole["indicator"])
