"""R4, R11: published figures as they stand, and what is summed from them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indicator_tables import MemoryTables, grade_rows, make_units, published_rows

from analysis_lib.indicators.cube import KEYS, compute_cube
from analysis_lib.indicators.published import NATIONAL_MINIMUM, computed_cells
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

CATALOG = Catalog(Workspace(builtin_root()))
MEASURES = {
    "all_passed_pct": "results.all_passed_9",
    "eligible_vocational_pct": "results.eligible_vocational",
    "merit_rating_17": "results.merit_rating_17",
}


def cube_of(cells: list[dict[str, Any]]) -> pd.DataFrame:
    return compute_cube(MemoryTables(core_skolverket__statistics=published_rows(cells)), CATALOG, {})


def final_grades(unit: str, municipality: str, organiser: str, **measures: float | str) -> dict[str, Any]:
    return {
        "table_id": "final_grades_9",
        "unit_code": unit,
        "municipality_code": municipality,
        "organiser": organiser,
        "measures": measures,
    }


def kommun(table: str, code: str, *, sex: str = "T", **measures: float | str) -> dict[str, Any]:
    base = {"table_id": table, "level": "municipality", "municipality_code": code, "sex": sex}
    return {**base, "measures": measures}


def test_r4_golden_roll_up_of_2017_18() -> None:
    # Skolverket (SIRIS), final grades of year 9, 2017/18, riket: the organisers' rows and the row of both.
    cells = pd.DataFrame(
        [
            ("municipal", 89_604, 73.5, 82.7, 223.3),
            ("independent", 20_979, 84.6, 92.0, 252.0),
        ],
        columns=["organiser", "n", *MEASURES],
    )
    for measure, expected in (
        ("all_passed_pct", 75.6),
        ("eligible_vocational_pct", 84.4),
        ("merit_rating_17", 228.7),
    ):
        found = cells[["organiser", "n"]].assign(
            value=cells[measure],
            school_year="2017/18",
            level="unit",
            code=["1", "2"],
            part_of="0000",
            part_organiser=cells["organiser"],
            sex="T",
            subject="",
            category="",
            mark="",
            sources="",
            decimals=1,
        )
        computed = computed_cells(found, CATALOG.indicators[MEASURES[measure]], national_minimum=1)
        riket = computed[(computed["level"] == "national") & (computed["organiser"] == "all")].iloc[0]
        assert riket["n"] == 110_583
        assert riket["value"] == pytest.approx(expected, abs=0.1)
        assert riket["coverage"] == 1


def test_r11_marks_are_kept_and_never_become_numbers() -> None:
    # Final grades 2024/25, Ale and Östersund.
    cube = cube_of(
        [
            final_grades("71387206", "1440", "independent", pupil_count=25, all_passed_pct=88.0,
                         eligible_vocational_pct="nearly_all", merit_rating_17=237.7),
            final_grades("15086959", "2380", "municipal", pupil_count="suppressed", all_passed_pct="missing",
                         eligible_vocational_pct="missing", merit_rating_17="suppressed"),
        ]
    )  # fmt: skip
    units = cube[cube["level"] == "unit"].set_index(["indicator", "code"])
    marks = {"15086959": ("missing", "missing", "suppressed"), "71387206": ("", "nearly_all", "")}
    for code, wanted in marks.items():
        for name, mark in zip(MEASURES.values(), wanted, strict=True):
            row = units.loc[(name, code)]
            assert row["mark"] == mark
            assert pd.isna(row["value"]) == bool(mark)
            assert pd.isna(row["low"]) or not mark
    assert units.loc[("results.all_passed_9", "71387206"), "n"] == 25
    assert set(units["organiser"]) == {""}
    assert set(units["basis"]) == {"published"}


def test_a_published_share_gets_an_interval_from_its_rounded_value() -> None:
    cube = cube_of([final_grades("48529699", "1440", "municipal", pupil_count=174, all_passed_pct=76.4)])
    row = cube[(cube["indicator"] == "results.all_passed_9") & (cube["level"] == "unit")].iloc[0]
    assert (round(row["low"], 1), round(row["high"], 1)) == (69.6, 82.1)
    assert pd.isna(row["numerator"])


def test_a_municipality_is_summed_from_its_units_when_no_row_is_published() -> None:
    cube = cube_of(
        [
            final_grades("48529699", "1440", "municipal", pupil_count=174, all_passed_pct=76.4),
            final_grades("11043800", "1440", "municipal", pupil_count=88, all_passed_pct=73.9),
            final_grades("71387206", "1440", "independent", pupil_count=25, all_passed_pct="nearly_all"),
            final_grades(
                "00000001", "1440", "municipal", pupil_count="suppressed", all_passed_pct="suppressed"
            ),
            final_grades("00000002", "1440", "municipal", pupil_count=20, all_passed_pct="suppressed"),
        ]
    )
    rows = cube[(cube["indicator"] == "results.all_passed_9") & (cube["level"] == "municipality")]
    found = rows.set_index("organiser")
    assert set(found["basis"]) == {"computed"}
    # 133 of 174 and 65 of 88: the parts' rounded shares give the whole pupils back.
    assert found.loc["municipal", "value"] == pytest.approx(100 * (133 + 65) / 262)
    assert found.loc["municipal", "n"] == 262
    assert found.loc["municipal", "coverage"] == pytest.approx(262 / 282)
    # ~100 at 25 pupils means 1-4 short: 2.5 are reckoned, at most two pupils wrong.
    assert found.loc["all", "value"] == pytest.approx(100 * 220 / 287)
    assert cube[cube["level"] == "national"].empty


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(10, 120), st.floats(0.2, 0.95)), min_size=2, max_size=6))
def test_a_computed_share_is_the_true_one_of_its_pupils(schools: list[tuple[int, float]]) -> None:
    """Rounded parts never give a share that no number of pupils has, which would be a contradiction."""
    counts = [(n, round(n * share)) for n, share in schools]
    cells = [
        final_grades(f"{at:08d}", "1440", "municipal", pupil_count=n, all_passed_pct=round(100 * k / n, 1))
        for at, (n, k) in enumerate(counts, start=1)
    ]
    rows = cube_of(cells).query("indicator == 'results.all_passed_9' and level == 'municipality'")
    pupils, passed = (sum(each) for each in zip(*counts, strict=True))
    assert rows["value"].tolist() == pytest.approx([100 * passed / pupils] * len(rows))


def test_a_published_municipality_stands_and_nothing_is_computed_in_its_place() -> None:
    cube = cube_of(
        [
            final_grades("48529699", "1440", "municipal", pupil_count=174, eligible_vocational_pct=82.2),
            kommun("eligibility", "1440", pupil_count=434, eligible_vocational_pct="suppressed"),
        ]
    )
    rows = cube[(cube["indicator"] == "results.eligible_vocational") & (cube["level"] == "municipality")]
    assert list(rows["basis"]) == ["published"]
    assert list(rows["mark"]) == ["suppressed"]
    assert rows["value"].isna().all()


def test_riket_is_computed_only_from_nearly_all_municipalities() -> None:
    def country(count: int) -> pd.DataFrame:
        cells = [
            kommun(
                "grades_6", f"{code:04d}", pupil_count=100 + code, all_passed_pct=60.0 if code % 2 else 80.0
            )
            for code in range(count)
        ]
        cube = cube_of(cells)
        return cube[(cube["indicator"] == "results.all_passed_6") & (cube["code"] == "RIKET")]

    assert country(NATIONAL_MINIMUM - 1).empty
    (row,) = country(NATIONAL_MINIMUM).itertuples()
    weights = [(100 + code, 60.0 if code % 2 else 80.0) for code in range(NATIONAL_MINIMUM)]
    assert row.value == pytest.approx(sum(n * share for n, share in weights) / sum(n for n, _ in weights))
    assert row.basis == "computed"
    assert row.coverage == 1


def test_a_published_row_of_riket_is_used_as_it_stands() -> None:
    cells = [
        kommun("grades_6", f"{code:04d}", pupil_count=100, all_passed_pct=60.0)
        for code in range(NATIONAL_MINIMUM)
    ]
    cells.append(
        {"table_id": "grades_6", "level": "national", "organiser": "all",
         "measures": {"pupil_count": 122_009, "all_passed_pct": 70.4}}
    )  # fmt: skip
    cube = cube_of(cells)
    rows = cube[(cube["indicator"] == "results.all_passed_6") & (cube["level"] == "national")]
    assert list(rows["basis"]) == ["published"]
    assert list(rows["value"]) == [70.4]
    assert list(rows["code"]) == ["RIKET"]


def test_sexes_are_kept_apart() -> None:
    cells = [
        kommun("eligibility", "1440", sex=sex, pupil_count=n, eligible_arts_pct=value)
        for sex, n, value in (("F", 214, 81.8), ("P", 220, 79.5), ("T", 434, 80.6))
    ]
    rows = cube_of(cells)
    found = rows[rows["indicator"] == "results.eligible_arts"].set_index("sex")
    assert dict(found["value"]) == {"F": 81.8, "P": 79.5, "T": 80.6}
    assert dict(found["n"]) == {"F": 214, "P": 220, "T": 434}
    assert set(found["population"]) == {"ak9-2025-skolverket"}


def test_staff_of_riket_is_summed_from_posts_and_the_published_shares_stand() -> None:
    cells = [
        kommun("staff", f"{code:04d}", fte_total=100.0 + code, fte_certified=70.0, fte_certified_pct=69.9)
        for code in range(NATIONAL_MINIMUM)
    ]
    rows = cube_of(cells)
    rows = rows[rows["indicator"] == "staff.certified_pct"]
    (riket,) = rows[rows["level"] == "national"].itertuples()
    posts = sum(100.0 + code for code in range(NATIONAL_MINIMUM))
    assert riket.value == pytest.approx(100 * 70 * NATIONAL_MINIMUM / posts)
    assert riket.basis == "computed"
    municipalities = rows[rows["level"] == "municipality"]
    assert len(municipalities) == NATIONAL_MINIMUM
    assert set(municipalities["value"]) == {69.9}
    assert set(municipalities["basis"]) == {"published"}


def test_no_two_rows_have_the_same_keys() -> None:
    cells = [
        final_grades("48529699", "1440", "municipal", pupil_count=174, merit_rating_17=236.0),
        kommun("eligibility", "1440", pupil_count=434, eligible_vocational_pct=81.6),
        kommun("eligibility", "1440", sex="F", pupil_count=214, eligible_vocational_pct=83.2),
    ]
    pupils = grade_rows({"unit": "48529699", "sex": sex, "grades": "ALL E"} for sex in ("F", "P", ""))
    store = MemoryTables(core_skolverket__statistics=published_rows(cells), core_scb__pupil_grades=pupils)
    cube = compute_cube(store, CATALOG, make_units(["48529699"]))
    assert not cube.duplicated(KEYS).any()
    assert set(cube["basis"]) == {"own", "published", "computed"}
