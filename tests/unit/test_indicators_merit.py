"""R1-R4: merit rating, eligibility and passes against a slow reference written from the rules."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from indicator_tables import FULL_TIMETABLE, MemoryTables, grade_rows, make_units

from analysis_lib.errors import SkolbankError
from analysis_lib.indicators.cube import COLUMNS, compute_cube
from analysis_lib.snapshots.log import Snapshot
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

CATALOG = Catalog(Workspace(builtin_root()))
POINTS = {"A": Fraction(20), "B": Fraction(35, 2), "C": Fraction(15), "D": Fraction(25, 2), "E": Fraction(10)}
SIGNS = ["A", "B", "C", "D", "E", "F", "9", "3", "2"]
LANGUAGES = ["M1", "M2", "ML", "TN", "OVR"]
CODES = ["11111111", "22222222", "33333333", "44444444"]


@st.composite
def pupils(draw: st.DrawFn) -> dict[str, object]:
    grades = {subject: draw(st.sampled_from(SIGNS[:-1])) for subject in FULL_TIMETABLE}
    for subject in draw(st.sets(st.sampled_from(LANGUAGES))):
        grades[subject] = draw(st.sampled_from(SIGNS))
    for subject in draw(st.sets(st.sampled_from(FULL_TIMETABLE), max_size=10)):
        del grades[subject]
    if "SV" in grades and draw(st.booleans()):
        grades["SVA"], grades["SV"] = grades["SV"], "2"
    return {
        "unit": draw(st.sampled_from(CODES)),
        "sex": draw(st.sampled_from(["F", "P", ""])),
        "grades": ", ".join(f"{subject} {sign}" for subject, sign in grades.items()),
    }


def _grades(pupil: dict[str, object]) -> dict[str, str]:
    pairs = (part.split() for part in str(pupil["grades"]).split(", ") if part)
    return {subject: sign for subject, sign in pairs}


def reference(pupil: dict[str, object]) -> dict[str, Fraction | bool | None]:
    """One pupil's results, written straight from rules R1-R4 with exact fractions."""
    grades = _grades(pupil)
    if grades.get("SV", "2") == "2" and "SVA" in grades:
        grades["SV"] = grades["SVA"]
    grades.pop("SVA", None)
    due = {subject for subject, sign in grades.items() if sign != "2"}
    passed = {subject for subject, sign in grades.items() if sign in POINTS}
    points = {subject: POINTS.get(grades[subject], Fraction(0)) for subject in grades}
    others = sorted((points[s] for s in points if s != "M2"), reverse=True)[:16]
    has_core = {"SV", "EN", "MA"} <= passed
    return {
        "results.merit_rating_16": sum(sorted(points.values(), reverse=True)[:16], Fraction(0))
        if passed
        else None,
        "results.merit_rating_17": sum(others, Fraction(0)) + points.get("M2", 0) if passed else None,
        "results.all_passed_9": bool(due) and due == passed,
        "results.eligible_vocational": has_core and len(passed) >= 8,
        "results.eligible_arts": has_core and len(passed) >= 12,
        "results.eligible_humanities": has_core and len(passed) >= 12 and {"GE", "HI", "RE", "SH"} <= passed,
        "results.eligible_science": has_core and len(passed) >= 12 and {"BI", "FY", "KE"} <= passed,
    }


def cube_of(rows: list[dict[str, object]]) -> pd.DataFrame:
    store = MemoryTables(core_scb__pupil_grades=grade_rows(rows))
    return compute_cube(store, CATALOG, make_units(CODES))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(pupils(), min_size=1, max_size=30))
def test_every_figure_equals_the_slow_reference(rows: list[dict[str, object]]) -> None:
    cube = cube_of(rows)
    results = [(pupil, reference(pupil)) for pupil in rows]
    for code, level in [(CODES[0], "unit"), ("Norra", "area"), ("9901", "authority")]:
        for sex in ("T", "F", "P"):
            chosen = [
                found
                for pupil, found in results
                if (level != "unit" or pupil["unit"] == code) and sex in ("T", pupil["sex"])
            ]
            for name in results[0][1]:
                _compare(cube, name, level, code, sex, [each[name] for each in chosen])


def _compare(
    cube: pd.DataFrame, name: str, level: str, code: str, sex: str, values: list[Fraction | bool | None]
) -> None:
    row = cube[
        (cube["indicator"] == name) & (cube["level"] == level) & (cube["code"] == code) & (cube["sex"] == sex)
    ]
    known = [value for value in values if value is not None]
    if not known:
        assert row.empty
        return
    assert len(row) == 1
    found = row.iloc[0]
    assert found["n"] == len(known)
    if "merit" in name:
        assert Fraction(float(found["total"])) == sum(known)
        assert Fraction(float(found["total_sq"])) == sum(value * value for value in known)
        assert found["value"] == pytest.approx(float(sum(known) / len(known)))
    else:
        assert found["numerator"] == sum(known)
        assert found["value"] == pytest.approx(100 * sum(known) / len(known))


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(pupils(), min_size=2, max_size=25))
def test_units_roll_up_to_area_and_authority_exactly(rows: list[dict[str, object]]) -> None:
    cube = cube_of(rows)
    cube = cube[cube["category"] == ""]
    keys = ["indicator", "school_year", "sex", "subject"]
    sums = {
        level: cube[cube["level"] == level].groupby(keys)[["n", "numerator", "total", "total_sq"]].sum()
        for level in ("unit", "area", "authority")
    }
    pd.testing.assert_frame_equal(sums["unit"], sums["area"])
    pd.testing.assert_frame_equal(sums["unit"], sums["authority"])


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(pupils(), min_size=1, max_size=30))
def test_implied_by_holds_for_every_group(rows: list[dict[str, object]]) -> None:
    cube = cube_of(rows)
    cube = cube[cube["level"] != "class"]
    counts = cube.set_index(["level", "code", "sex", "indicator"])["numerator"]
    for indicator in CATALOG.indicators.values():
        for narrower in indicator.implied_by:
            wide = counts.xs(indicator.id, level="indicator")
            narrow = counts.xs(narrower, level="indicator")
            assert (narrow <= wide).all()


def test_an_average_is_weighted_by_pupils_and_never_by_units() -> None:
    # Simpson: every unit rises from one year to the next while the authority falls.
    def group(unit: str, year: str, passed: int, failed: int) -> list[dict[str, object]]:
        base = {"unit": unit, "school_year": year}
        return [{**base, "grades": "ALL E", "pupil": f"{unit}{i}"} for i in range(passed)] + [
            {**base, "grades": "ALL F", "pupil": f"{unit}x{i}"} for i in range(failed)
        ]

    rows = (
        group(CODES[0], "2023/24", 18, 2)
        + group(CODES[1], "2023/24", 1, 4)
        + group(CODES[0], "2024/25", 5, 0)
        + group(CODES[1], "2024/25", 6, 14)
    )
    cube = cube_of(rows)
    cube = cube[(cube["indicator"] == "results.all_passed_9") & (cube["sex"] == "T")]
    values = cube.set_index(["code", "school_year"])["value"]
    for unit in CODES[:2]:
        assert values[unit, "2024/25"] > values[unit, "2023/24"]
    assert values["9901", "2023/24"] == pytest.approx(76)
    assert values["9901", "2024/25"] == pytest.approx(44)


def test_movers_closed_units_and_protected_pupils_count_where_they_are() -> None:
    rows: list[dict[str, object]] = [
        {"pupil": "a", "unit": CODES[0], "school_year": "2023/24", "grades": "ALL F"},
        {"pupil": "a", "unit": CODES[1], "school_year": "2024/25", "grades": "ALL E"},
        {"pupil": "b", "unit": CODES[1], "school_year": "2024/25", "grades": "ALL E", "is_protected": True},
    ]
    cube = cube_of(rows)
    found = cube[(cube["indicator"] == "results.all_passed_9") & (cube["sex"] == "T")]
    found = found[found["level"] != "class"]
    units = found[found["level"] == "unit"].set_index(["code", "school_year"])
    assert list(units["n"]) == [1, 2]
    assert list(units["has_protected"]) == [False, True]
    assert set(found.loc[found["school_year"] == "2023/24", "code"]) == {CODES[0], "Norra", "9901"}


def test_a_unit_that_is_not_known_stops_the_work() -> None:
    with pytest.raises(SkolbankError, match="99999999") as caught:
        cube_of([{"unit": "99999999", "grades": "ALL E"}])
    assert caught.value.code == "unit-unknown"
    assert "name: NAMN, school_forms: [gr]}" in str(caught.value)
    assert "skolbank fetch units" in str(caught.value)


def test_a_school_year_without_a_grade_scale_stops_the_work() -> None:
    with pytest.raises(SkolbankError, match="1997/98") as caught:
        cube_of([{"school_year": "1997/98", "grades": "ALL E"}])
    assert caught.value.code == "rule-missing"


def test_a_row_names_the_files_it_rests_on_and_a_sum_those_of_its_parts() -> None:
    store = MemoryTables(
        core_scb__pupil_grades=grade_rows({"unit": unit, "grades": "ALL E"} for unit in CODES[:3])
    )
    table = "core_scb__pupil_grades"
    slots = [("a" * 64, CODES[:2], CODES[:1]), ("b" * 64, CODES[:1], []), ("c" * 64, CODES[2:3], [])]
    store.snapshots[table] = [
        Snapshot(table, "9/2024-25/x", digest, tuple(keys), 1, "", frozenset(replaced))
        for digest, keys, replaced in slots
    ]
    cube = compute_cube(store, CATALOG, make_units(CODES))
    found = cube[(cube["indicator"] == "results.all_passed_9") & (cube["sex"] == "T")].set_index("code")
    assert [found.loc[code, "sources"] for code in CODES[:3]] == ["b" * 12, "a" * 12, "c" * 12]
    assert found.loc["9901", "sources"] == ";".join(letter * 12 for letter in "abc")


def test_independent_units_are_not_part_of_the_authority() -> None:
    rows = grade_rows([{"unit": CODES[0], "grades": "ALL E"}, {"unit": CODES[1], "grades": "ALL F"}])
    units = make_units(CODES[:1]) | make_units(CODES[1:2], organiser="independent", area="")
    cube = compute_cube(MemoryTables(core_scb__pupil_grades=rows), CATALOG, units)
    found = cube[(cube["indicator"] == "results.all_passed_9") & (cube["sex"] == "T")]
    found = found[found["level"] != "class"]
    assert dict(zip(found["code"], found["value"], strict=True)) == {
        CODES[0]: 100,
        CODES[1]: 0,
        "Norra": 100,
        "9901": 100,
    }


def test_the_cube_is_the_same_for_any_order_of_rows() -> None:
    rows = grade_rows(
        {"unit": CODES[i % 3], "sex": "FP"[i % 2], "grades": f"ALL {'ABCDEF'[i % 6]}"} for i in range(40)
    )
    first = compute_cube(MemoryTables(core_scb__pupil_grades=rows), CATALOG, make_units(CODES))
    second = compute_cube(MemoryTables(core_scb__pupil_grades=rows[::-1]), CATALOG, make_units(CODES))
    pd.testing.assert_frame_equal(first, second)
    assert list(first.columns) == COLUMNS


def test_no_input_gives_an_empty_cube_with_all_columns() -> None:
    cube = compute_cube(MemoryTables(), CATALOG, {})
    assert cube.empty
    assert list(cube.columns) == COLUMNS
