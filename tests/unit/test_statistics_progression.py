"""R7, R14, G1-G3: cohorts that survive new year numbers, progression in whole numbers, movers, Simpson."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.cohorts import leaving_year, load_cohort_rules, read_cohort_rules
from analysis_lib.statistics.intervals import Z95
from analysis_lib.statistics.paired import paired_difference
from analysis_lib.statistics.progression import COUNTS, class_counts, roll_up, shares


def row(pupil: str, unit: str, year: str, group: int, reached: bool, **more: Any) -> dict[str, Any]:
    base = {"pupil": pupil, "unit_code": unit, "class_name": "A", "school_year": year, "year_group": group}
    return {**base, "subject": "MA", "is_reached": reached, **more}


@pytest.mark.parametrize(
    ("school_year", "group", "leaving"),
    [
        ("2025/26", 9, 2026),
        ("2025/26", 6, 2029),
        ("2025/26", 0, 2035),
        ("2028/29", 10, 2029),
        ("2028/29", 1, 2038),
    ],
)
def test_R14_a_cohort_is_keyed_by_its_expected_leaving_year(
    school_year: str, group: int, leaving: int
) -> None:
    assert leaving_year(school_year, group) == leaving


@given(st.integers(0, 8))
def test_R14_a_pupil_keeps_the_cohort_when_the_school_gets_ten_years(group: int) -> None:
    assert leaving_year("2027/28", group) == leaving_year("2028/29", group + 2)


def test_R14_a_year_group_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SkolbankError, match="year-group-unknown"):
        leaving_year("2027/28", 10)
    with pytest.raises(SkolbankError, match="rule-missing"):
        leaving_year("1975/76", 3)
    with pytest.raises(SkolbankError, match="rule-invalid"):
        read_cohort_rules({"school": [{"id": "x"}]})
    assert load_cohort_rules().measure("2025/26", 3) == "national_test"


def test_R7_stayers_movers_and_new_pupils_are_told_apart() -> None:
    frame = pd.DataFrame(
        [
            row("a", "1", "2022/23", 6, False),
            row("a", "1", "2025/26", 9, True),
            row("b", "1", "2022/23", 6, True),
            row("b", "1", "2025/26", 9, False),
            row("c", "2", "2022/23", 6, True),
            row("c", "1", "2025/26", 9, True),
            row("d", "1", "2025/26", 9, True),
            row("e", "1", "2022/23", 6, True),
            row("f", "2", "2022/23", 6, False),
            row("f", "2", "2025/26", 9, False),
        ]
    )
    counts = class_counts(frame).set_index("unit_code")
    one = counts.loc["1"]
    assert (one["later_n"], one["stayer_n"], one["mover_n"], one["new_n"], one["left_n"]) == (4, 2, 1, 1, 1)
    assert (one["stayer_up"], one["stayer_down"], one["mover_later_k"]) == (1, 1, 1)
    found = shares(roll_up(class_counts(frame), ["unit_code"])).set_index("unit_code")
    assert found.loc["1", "coverage"] == 0.5
    assert bool(found.loc["1", "is_uncertain"])
    assert found.loc["1", "change"] == 0
    assert not bool(found.loc["1", "is_measure_changed"])


def test_R7_a_school_that_receives_the_whole_cohort_follows_its_pupils() -> None:
    frame = pd.DataFrame(
        [row(p, "5", "2022/23", 6, p in "ab") for p in "abcd"]
        + [row(p, "7", "2025/26", 9, p in "abc") for p in "abcd"]
    )
    found = shares(roll_up(class_counts(frame), [])).iloc[0]
    assert (found["stayer_n"], found["coverage"], found["change"]) == (4, 1, 25)


def test_R7_a_changing_measure_is_marked_and_steps_go_to_the_next_measured_year() -> None:
    frame = pd.DataFrame(
        [
            row("a", "1", "2019/20", 3, True),
            row("a", "1", "2022/23", 6, True),
            row("a", "1", "2025/26", 9, True),
        ]
    )
    found = shares(roll_up(class_counts(frame), []))
    assert found[["earlier_year_group", "later_year_group"]].to_numpy().tolist() == [[3, 6], [6, 9]]
    assert found["is_measure_changed"].tolist() == [True, False]
    assert found["earlier_measure"].tolist() == ["national_test", "grade"]


def test_a_pupil_with_two_rows_for_one_measurement_is_not_linked() -> None:
    frame = pd.DataFrame(
        [
            row("a", "1", "2022/23", 6, True),
            row("a", "1", "2025/26", 9, True),
            row("a", "2", "2025/26", 9, False),
        ]
    )
    counts = roll_up(class_counts(frame), [])
    assert (counts["new_n"].iloc[0], counts["stayer_n"].iloc[0], counts["later_n"].iloc[0]) == (2, 0, 2)


def drawn(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 60))
    rows = []
    for pupil in range(n):
        unit = int(rng.integers(0, 3))
        for year, group in (("2022/23", 6), ("2025/26", 9)):
            if rng.random() < 0.9:
                unit = int(rng.integers(0, 3)) if rng.random() < 0.15 else unit
                kind = {"class_name": f"{group}{'AB'[int(rng.integers(0, 2))]}", "subject": "MA"}
                rows.append(row(f"p{pupil}", f"{unit}", year, group, bool(rng.random() < 0.7), **kind))
    return pd.DataFrame(rows)


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_G2_class_unit_and_huvudman_agree_exactly(seed: int) -> None:
    frame = drawn(seed)
    classes = class_counts(frame)
    units, whole = roll_up(classes, ["unit_code"]), roll_up(classes, [])
    for name in COUNTS:
        assert units[name].sum() == whole[name].sum() == classes[name].sum()
    assert whole["later_n"].sum() == (frame["year_group"] == 9).sum() or frame["year_group"].nunique() < 2
    assert (classes["later_n"] == classes["stayer_n"] + classes["mover_n"] + classes["new_n"]).all()
    moved = classes["stayer_later_k"] - classes["stayer_earlier_k"]
    assert (moved == classes["stayer_up"] - classes["stayer_down"]).all()
    linked = whole["stayer_n"] + whole["mover_n"]
    assert (whole["earlier_n"] - whole["left_n"] == linked).all()


def test_R7_a_level_without_stayers_has_no_change_and_is_uncertain() -> None:
    frame = pd.DataFrame([row("a", "1", "2022/23", 6, True), row("b", "1", "2025/26", 9, True)])
    found = shares(roll_up(class_counts(frame), [])).iloc[0]
    assert np.isnan(found["change"])
    assert bool(found["is_uncertain"])


def test_rows_that_cannot_be_counted_are_refused() -> None:
    frame = pd.DataFrame([row("a", "1", "2022/23", 6, True)])
    assert class_counts(frame).empty
    with pytest.raises(SkolbankError, match="column-missing"):
        class_counts(frame.drop(columns="pupil"))
    with pytest.raises(SkolbankError, match="progression-empty-cells"):
        class_counts(frame.assign(class_name=None))


@given(st.integers(1, 200), st.data())
@settings(deadline=None)
def test_paired_bounds_hold_the_difference_and_mirror(n: int, data: st.DataObject) -> None:
    up = data.draw(st.integers(0, n))
    down = data.draw(st.integers(0, n - up))
    value, low, high = paired_difference(up, down, n)
    assert -1 <= low <= value <= high <= 1
    _, mirror_low, mirror_high = paired_difference(down, up, n)
    assert (mirror_low, mirror_high) == (pytest.approx(-high, abs=1e-9), pytest.approx(-low, abs=1e-9))
    assert low < high


def test_paired_bounds_cover_as_they_say_also_in_small_groups() -> None:
    rng = np.random.default_rng(7)
    for n, p_up, p_down in ((12, 0.1, 0.05), (25, 0.2, 0.1), (60, 0.05, 0.02)):
        drawn_counts = rng.multinomial(n, (p_up, p_down, 1 - p_up - p_down), size=4000)
        _, low, high = paired_difference(drawn_counts[:, 0], drawn_counts[:, 1], n)
        cover = float(((low <= p_up - p_down) & (p_up - p_down <= high)).mean())
        assert 0.935 < cover < (1 if n < 20 else 0.985), (n, cover)
    _, low, high = paired_difference(0, 0, 0)
    assert np.isnan(low)
    assert np.isnan(high)
    _, low, high = paired_difference(0, 0, 30)
    assert high == pytest.approx(Z95**2 / (30 + Z95**2), rel=1e-6)
