"""Each figure says one thing in picture, sentence, alt text and table (R11, R17, R20)."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

import altair as alt
import present_example as example
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib import text
from analysis_lib.present import theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.distribution import GradeBar, draw_grade_distribution
from analysis_lib.present.charts.figure import lozenge, shortened
from analysis_lib.present.charts.funnel import draw_funnel
from analysis_lib.present.charts.ranges import draw_ranges
from analysis_lib.present.charts.scales import round_domain, spread_apart
from analysis_lib.present.charts.sexgap import GapRow, draw_sex_gap
from analysis_lib.present.charts.trend import draw_trend
from analysis_lib.present.charts.units import UnitRow, draw_units
from analysis_lib.present.svg import render_svg
from analysis_lib.present.typeset import text_width

NAMES = ["trend", "broken trend", "mean trend", "ranges", "units", "own unit", "funnel", "grades", "sex gap"]
NAMES += ["agreement", "crosstab", "residuals", "spread", "cohort flow"]
NAMES += ["likert", "responses", "survey trend"]
NAMES += ["caterpillar", "quadrant", "slopes", "broken slopes", "outlook"]
EACH = pytest.mark.parametrize("name", NAMES)
BOTH = pytest.mark.parametrize("width", ["wide", "narrow"])
NUMBER = re.compile(r"[−+]?\d+(?:\u00a0\d{3})*(?:,\d+)?")
NO_RESULTS = re.compile(
    r"\d{4}/\d{2}|[Åå]k\u00a0\d|årskurs \d|95[\u00a0 ](?:%|procent)|30\u00a0juni 2026|~100|Nära 100"
)
TEXT = re.compile(
    r'<text text-anchor="(\w+)" transform="translate\(([-\d.]+),([-\d.]+)\)" font-family="([^"]+)" '
    r'font-size="([\d.]+)px"(?: font-weight="(\w+)")?[^>]*>([^<]*)</text>'
)


def numbers_in(words: str) -> set[str]:
    return {found.lstrip("+−") for found in NUMBER.findall(NO_RESULTS.sub("", words))}


def released_numbers(block: Block) -> set[str]:
    """The numbers of a block's facts and of what it says was reckoned from them, as a reader sees them."""
    found = set()
    for fact in block.facts:
        if isinstance(fact.shown, str):
            continue
        found.add(text.number(fact.shown, fact.decimals if fact.kind != "count" else 0))
    return found | {part["text"].lstrip("+−") for part in block.data["derived"]}


@lru_cache(maxsize=32)
def drawn(name: str, width: str) -> str:
    return render_svg(
        example.figures()[name].data["charts"][width], id_prefix=f"{name}-{width}".replace(" ", "-")
    )


def text_boxes(svg: str) -> list[tuple[str, float, float, float, float]]:
    """Every text of an SVG with its box, from the widths of our own font."""
    left, top = (float(part) for part in re.search(r"translate\(([-\d.]+),([-\d.]+)\)", svg).groups())  # type: ignore[union-attr]
    boxes = []
    for anchor, x, y, _, size, weight, words in TEXT.findall(svg):
        wide = text_width(words, float(size), 600 if weight == "600" else 400)
        start = left + float(x) - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
        base = top + float(y)
        boxes.append((words, start, base - 0.7 * float(size), start + wide, base + 0.12 * float(size)))
    return boxes


@EACH
def test_alt_text_and_finding_hold_only_released_numbers(name: str) -> None:
    block = example.figures()[name]
    released = released_numbers(block)
    for part in ("finding", "alt"):
        assert numbers_in(block.data[part]) <= released | {str(len(example.unit_rows()))}, part


@EACH
def test_the_numbers_of_the_alt_text_stand_in_the_table_too(name: str) -> None:
    block = example.figures()[name]
    table = block.data["table"]
    cells = " | ".join(cell["text"] for row in table["rows"] for cell in row["cells"].values())
    derived = {part["text"].lstrip("+−") for part in block.data["derived"]}
    assert numbers_in(block.data["alt"]) <= numbers_in(cells) | derived | {str(len(example.unit_rows()))}


@EACH
@BOTH
def test_drawn_results_are_released_numbers(name: str, width: str) -> None:
    """Every number with a decimal, and every value at the right edge, is a fact; axis numbers are whole."""
    block = example.figures()[name]
    shown = {
        word for words, *_ in text_boxes(drawn(name, width)) for word in numbers_in(words) if "," in word
    }
    assert shown <= released_numbers(block)


@EACH
def test_each_figure_is_complete_and_its_alt_text_short(name: str) -> None:
    data = example.figures()[name].data
    assert 20 < len(data["alt"]) <= 300
    assert data["alt"].endswith(".")
    assert data["title"].endswith(".")
    assert data["foot"].endswith("Källa: skolans betyg, till och med 30\u00a0juni 2026.")
    assert data["table"]["rows"]
    keys = {column["key"] for column in data["table"]["columns"]}
    assert all(set(row["cells"]) == keys for row in data["table"]["rows"])
    for spec in data["charts"].values():
        assert spec["description"] == data["alt"]


@EACH
@BOTH
def test_texts_do_not_overlap_and_stay_inside(name: str, width: str) -> None:
    boxes = text_boxes(drawn(name, width))
    assert len(boxes) > 5
    total = theme.WIDTHS[width]  # type: ignore[index]
    for words, left, _, right, _ in boxes:
        assert left >= -1, words
        assert right <= total + 1, words
    for one, two in combinations(boxes, 2):
        apart = (
            one[3] <= two[1] + 0.5
            or two[3] <= one[1] + 0.5
            or one[4] <= two[2] + 0.5
            or two[4] <= one[2] + 0.5
        )
        assert apart, (one[0], two[0])


@EACH
@BOTH
def test_only_our_font_and_no_text_under_the_floor(name: str, width: str) -> None:
    found = TEXT.findall(drawn(name, width))
    assert len(found) == drawn(name, width).count("<text")
    assert {family for _, _, _, family, *_ in found} == {"Skolbank Sans"}
    assert min(float(size) for _, _, _, _, size, *_ in found) >= 12.5


@EACH
def test_specifications_are_valid_vega_lite(name: str) -> None:
    for spec in example.figures()[name].data["charts"].values():
        alt.Chart.from_dict(spec, validate=True)


def lines_of(spec: dict[str, Any], colour: str) -> list[list[float]]:
    found = []
    for layer in spec["layer"]:
        mark = layer["mark"]
        if mark["type"] == "line" and mark["color"] == colour:
            found.append([point["x"] for point in layer["data"]["values"]])
    return found


@BOTH
def test_a_line_never_runs_across_a_hidden_or_missing_year(width: str) -> None:
    spec = example.figures()["broken trend"].data["charts"][width]
    own = {cell.school_year: cell for cell in example.broken_trend()}
    lines = lines_of(spec, theme.LAKE)
    assert lines
    for line in lines:
        assert all(second - first == 1 for first, second in pairwise(line))
        assert all(own[example.YEARS[int(x)]].is_shown for x in line)


@BOTH
def test_hidden_years_are_hatched_and_explained(width: str) -> None:
    svg = drawn("broken trend", width)
    assert svg.count("url(#") == 2
    assert "visas inte: skyddar en liten grupp" in svg
    assert ">..<" in svg
    assert "~100" in svg


def test_nearly_all_is_drawn_as_a_range_that_hides_its_true_place() -> None:
    published = example.cell(state="nearly_all", n=50, basis="published")
    assert lozenge(published) == (92.0, 98.0)
    assert lozenge(replace(published, basis="own")) == (92.0, 100.0)
    assert lozenge(replace(published, state="nearly_none")) == (2.0, 8.0)
    assert lozenge(example.cell(20, 40)) is None


@BOTH
def test_ranges_show_hidden_and_missing_measures_as_such(width: str) -> None:
    svg = drawn("ranges", width)
    assert svg.count("url(#") == 2
    words = [words for words, *_ in text_boxes(svg)]
    assert {"~100", "..", "."} <= set(words)
    assert any("saknas" in one for one in words)


@BOTH
def test_no_bar_is_drawn_over_our_own_interval(width: str) -> None:
    layers = example.figures()["ranges"].data["charts"][width]["layer"]
    bars = [i for i, layer in enumerate(layers) if layer["mark"].get("fill") == theme.RANGE_BAR]
    whiskers = [
        i
        for i, layer in enumerate(layers)
        if layer["mark"]["type"] == "rule"
        and "scale" in str(layer["encoding"])
        and layer["mark"]["color"] == theme.LAKE
    ]
    assert bars
    assert max(bars) < min(whiskers)


def test_the_range_of_units_needs_five_shown_units() -> None:
    rows = example.figures()["ranges"].data["table"]["rows"]
    assert rows[0]["cells"]["low"]["text"]
    assert not rows[1]["cells"]["low"]["text"]


@BOTH
def test_units_stand_by_area_and_name_never_by_value(width: str) -> None:
    expected = [
        "Björkskolan", "Kvarnskolan Friskola i Almvik", "Strandskolan", "Ekbackens skola", "Lillåns skola",
        "Åsskolan", "Ärlingheden", "Hela kommunen",
    ]  # fmt: skip
    table = example.figures()["units"].data["table"]
    assert [row["cells"]["group"]["text"] for row in table["rows"]] == expected
    joined = " ".join(
        words for words, *_ in sorted(text_boxes(drawn("units", width)), key=lambda box: box[2])
    )
    places = [joined.index(name.split(" ")[0]) for name in expected]
    assert places == sorted(places)


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(7)))
def test_the_order_of_units_does_not_depend_on_how_they_come(order: list[int]) -> None:
    rows = example.unit_rows()
    block = draw_units(
        [rows[i] for i in order], setting=example.setting(5), indicator=example.SHARE, year="2025/26"
    )
    names = [row["cells"]["group"]["text"] for row in block.data["table"]["rows"]]
    known = {row.name: row for row in rows}
    keys = [(text.sort_key(known[name].area), text.sort_key(name)) for name in names]
    assert keys == sorted(keys)


def test_hidden_grades_are_one_piece_and_never_told_one_by_one() -> None:
    block = example.figures()["grades"]
    english = block.data["table"]["rows"][1]["cells"]
    assert [english[f"g{i}"]["text"] for i in (5, 6)] == ["..", ".."]
    svg = drawn("grades", "wide")
    assert svg.count("-hatch)") == 2  # the piece of one bar and one whole bar


def test_a_group_that_is_hidden_gets_no_difference() -> None:
    rows = example.figures()["sex gap"].data["table"]["rows"]
    assert [row["cells"]["difference"]["text"] for row in rows] == ["+15,8", "+1,6", "..", ".."]


@pytest.mark.parametrize("state", ["suppressed", "missing"])
def test_nothing_to_show_gives_an_explained_gap_and_no_chart(state: str) -> None:
    hidden = example.cell(state=state)
    setting = example.setting(1)
    blocks = [
        draw_trend([hidden], setting=setting, indicator=example.SHARE, years=example.YEARS),
        draw_ranges(
            [replace(example.range_rows()[3], cell=hidden)], setting=setting, title="x", year="2025/26"
        ),
        draw_units([UnitRow("A", hidden)], setting=setting, indicator=example.SHARE, year="2025/26"),
        draw_grade_distribution(
            [GradeBar("Kemi", [hidden])], setting=setting, indicator=example.GRADE_SHARE, year="2025/26"
        ),
        draw_sex_gap(
            [GapRow("x", hidden, hidden, example.SHARE)], setting=setting, title="x", year="2025/26"
        ),
    ]
    for block in blocks:
        assert block.kind == "gap"
        assert block.data["what"]
        assert block.data["why"].endswith(".")


@pytest.mark.parametrize("years", [1, 2, 3])
@BOTH
def test_short_series_are_drawn(years: int, width: str) -> None:
    cells = example.own_trend()[-years:]
    block = draw_trend(
        cells, setting=example.setting(1), indicator=example.SHARE, years=example.YEARS[-years:], target=90.5
    )
    boxes = text_boxes(render_svg(block.data["charts"][width], id_prefix="x"))
    assert any("89,6" in words for words, *_ in boxes)


@settings(deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_axis_limits_hold_every_value_and_stay_within_bounds(values: list[float]) -> None:
    (low, high), ticks = round_domain(values, floor=0, ceiling=100)
    assert 0 <= low <= min(values)
    assert max(values) <= high <= 100
    assert 3 <= len(ticks) <= 8


@settings(deadline=None)
@given(st.lists(st.floats(0, 300), min_size=1, max_size=5))
def test_labels_spread_apart_never_overlap(wanted: list[float]) -> None:
    placed = sorted(spread_apart(wanted, [20.0] * len(wanted), 0, 300))
    assert all(second - first >= 20 - 1e-6 for first, second in pairwise(placed))
    assert placed[0] >= 10 - 1e-6
    assert placed[-1] <= 290 + 1e-6


def test_a_long_alt_text_is_cut_at_a_sentence() -> None:
    assert shortened("En mening. " * 40) == ("En mening. " * 40)[:298].rsplit(". ", 1)[0] + "."
    assert len(shortened("ord " * 100)) <= 300


def test_R17_a_funnel_names_only_units_beyond_chance_and_never_ranks() -> None:
    block = example.figures()["funnel"]
    assert block.data["finding"].startswith("Två enheter avviker mer än slumpen brukar ge; övriga sju")
    svg = drawn("funnel", "wide")
    assert "Kungsängens fristående grundskola" in svg
    assert "Västra Almskolan" in svg
    assert "Björkskolan" not in svg
    names = [row["cells"]["group"]["text"] for row in block.data["table"]["rows"]]
    assert names[:-2] == sorted(names[:-2], key=text.sort_key)
    assert "En enhet är inte med" in block.data["foot"]


def test_a_funnel_of_few_units_is_not_drawn() -> None:
    rows = [UnitRow(f"Skola {i}", example.cell(20, 24, code=f"9901000{i}")) for i in range(4)]
    total = example.cell(80, 96, level="authority", code="9901")
    keys = {"setting": example.setting(9), "indicator": example.SHARE, "year": "2025/26"}
    assert draw_funnel(rows, total=total, total_name="Kommunen", **keys) is None  # type: ignore[arg-type]
