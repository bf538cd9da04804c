"""R8 and R14: no line and no change across a break of any kind; M10: renamed, merged and split units."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.lineage import Origin, Succession, joined_results, origin_of
from analysis_lib.statistics.series import BreakKind, Point, cut


def _year(start: int) -> str:
    return f"{start}/{(start + 1) % 100:02d}"


@pytest.mark.parametrize(
    ("earlier", "later", "kind"),
    [
        ({"question_set": "2015"}, {"question_set": "2018"}, BreakKind.QUESTION_SET),
        ({"scale": "four-step"}, {"scale": "five-step"}, BreakKind.SCALE),
        ({"year_group": "9"}, {"year_group": "8"}, BreakKind.YEAR_GROUP),
        ({"grade_system": "kursbetyg"}, {"grade_system": "gy25"}, BreakKind.GRADE_SYSTEM),
    ],
)
def test_R8_R14_every_change_of_measurement_begins_a_new_segment(
    earlier: dict[str, str], later: dict[str, str], kind: BreakKind
) -> None:
    series = cut([Point("2023/24", **earlier), Point("2024/25", **later), Point("2025/26", **later)])  # type: ignore[arg-type]
    assert series.segments == (("2023/24",), ("2024/25", "2025/26"))
    assert series.breaks[0].kinds == (kind,)
    assert series.breaks[0].words
    assert not series.comparable("2023/24", "2025/26")
    assert series.before("2025/26") == "2024/25"
    assert series.before("2024/25") is None


def test_R8_two_years_between_is_normal_for_skolenkaten_three_is_a_break() -> None:
    normal = cut([Point("2021/22"), Point("2023/24")], usual_step=2)
    assert normal.segments == (("2021/22", "2023/24"),)
    assert normal.open_gaps == ()
    broken = cut([Point("2020/21"), Point("2023/24")], usual_step=2)
    assert broken.breaks[0].kinds == (BreakKind.GAP,)


def test_a_missing_year_in_a_yearly_series_leaves_the_line_open() -> None:
    series = cut([Point("2021/22"), Point("2022/23", has_value=False), Point("2023/24")])
    assert series.open_gaps == (("2021/22", "2023/24"),)
    assert series.comparable("2021/22", "2023/24")


def test_R11_a_year_of_secrecy_is_told_as_such() -> None:
    series = cut([Point("2018/19"), Point("2019/20", is_secret=True), Point("2020/21")])
    assert series.breaks[0].kinds == (BreakKind.SECRECY,)
    assert series.breaks[0].words == "uppgifter under sekretess"


def test_several_reasons_at_once_are_all_told() -> None:
    series = cut([
                  Point("2018/19", question_set="a", year_group="9"),
                  Point("2022/23", question_set="b", year_group="8")],
                 changed={"2022/23": BreakKind.MERGED})  # fmt: skip
    assert series.breaks[0].words == "nya frågor, annan årskurs, sammanslagen enhet, uppehåll"


@given(st.lists(st.tuples(st.integers(2000, 2040), st.booleans(), st.sampled_from("ab")),
                unique_by=lambda row: row[0], max_size=15))  # fmt: skip
def test_segments_hold_every_value_once_in_order(rows: list[tuple[int, bool, str]]) -> None:
    points = [Point(_year(start), has_value, scale=scale) for start, has_value, scale in rows]
    series = cut(points)
    told = [year for segment in series.segments for year in segment]
    assert told == sorted(_year(start) for start, has_value, _ in rows if has_value)
    assert len(series.breaks) == max(len(series.segments) - 1, 0)
    scales = {_year(start): scale for start, _, scale in rows}
    assert all(len({scales[year] for year in segment}) == 1 for segment in series.segments)


def test_bad_series_are_refused() -> None:
    with pytest.raises(SkolbankError, match="series-invalid"):
        cut([Point("2023/24"), Point("2023/24")])
    with pytest.raises(SkolbankError, match="school-year-unreadable"):
        cut([Point("2023")])
    assert cut([]).segments == ()


TABLE = [
    Succession("old", "renamed", "2023/24"),
    Succession("a", "merged", "2024/25"),
    Succession("b", "merged", "2024/25"),
    Succession("big", "half1", "2022/23"),
    Succession("big", "half2", "2022/23"),
]


def test_M10_a_renamed_unit_keeps_its_series() -> None:
    origin = origin_of("renamed", TABLE)
    assert (origin.kind, origin.breaks, origin.predecessors) == (None, {}, ("old",))


def test_M10_a_merged_unit_is_the_sum_of_its_parts_and_a_hidden_part_hides_it() -> None:
    origin = origin_of("merged", TABLE)
    assert origin.kind is BreakKind.MERGED
    results = pd.DataFrame(
        [("a", "2022/23", 20, 15), ("b", "2022/23", 30, 20), ("a", "2023/24", 20, 15),
         ("b", "2023/24", 30, None), ("merged", "2024/25", 48, 40)],
        columns=["unit_code", "school_year", "n", "numerator"],
    ).astype({"numerator": "Int64"})  # fmt: skip
    joined = joined_results(results, origin)
    assert joined["school_year"].tolist() == ["2022/23", "2024/25"]
    assert joined["numerator"].tolist() == [35, 40]
    assert set(joined["unit_code"]) == {"merged"}


def test_M10_the_halves_of_a_split_unit_begin_anew() -> None:
    origin = origin_of("half1", TABLE)
    assert origin.breaks == {"2022/23": BreakKind.SPLIT}
    results = pd.DataFrame(
        [("big", "2021/22", 50, 40), ("half1", "2022/23", 25, 20)],
        columns=["unit_code", "school_year", "n", "numerator"],
    )
    assert joined_results(results, origin)["unit_code"].tolist() == ["half1"]


def test_impossible_successions_are_refused() -> None:
    assert origin_of("alone", TABLE) == Origin("alone")
    for table in ([Succession("x", "x", "2023/24")], [*TABLE, Succession("c", "merged", "2025/26")]):
        with pytest.raises(SkolbankError, match="succession-invalid"):
            origin_of("merged", table)
