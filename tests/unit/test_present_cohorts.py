"""G2: årskullar and förädlingsvärde as figures and a heat table: never ranked, never colour alone."""

from __future__ import annotations

import re
from typing import Any

import cohorts_example as example
import pytest
from hypothesis import given
from hypothesis import strategies as st
from present_example import SHARE, cell, setting

from analysis_lib import text
from analysis_lib.present import theme
from analysis_lib.present.charts.caterpillar import caterpillar, growth_finding
from analysis_lib.present.charts.quadrant import QuadrantPoint, quadrant
from analysis_lib.present.charts.slopes import slopes
from analysis_lib.present.charts.slopes_drawing import Slope, Stop
from analysis_lib.present.heat import heat_ground, heat_step
from analysis_lib.present.html import block_html


def marks(spec: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [layer["mark"] for layer in spec["layer"] if layer["mark"]["type"] == kind]


@given(st.permutations(example.PLACES))
def test_G2_units_stand_by_area_and_name_whatever_their_values(places: list[tuple[Any, ...]]) -> None:
    shuffled = [
        example.estimate(name, value, half, area=area, is_sure=sure, is_uncertain=uncertain)
        for area, name, value, half, sure, uncertain in places
    ]
    block = caterpillar(shuffled, setting=setting(1), wording=example.WORDING, whole=example.whole())
    names = [row["cells"]["group"]["text"] for row in block.data["table"]["rows"]]
    expected = sorted(example.PLACES, key=lambda each: (text.sort_key(each[0]), text.sort_key(each[1])))
    assert names == [*(each[1] for each in expected), "Kommunen"]


def test_R17_the_finding_counts_only_what_is_sure() -> None:
    found = growth_finding(example.estimates(), example.WORDING)
    assert found == (
        "En av fyra skolor som visas ligger säkert över väntat och en ligger säkert under väntat"
    )
    none = [example.estimate("Asp", 3.0, 9.0), example.estimate("Ek", -2.0, 9.0)]
    assert growth_finding(none, example.WORDING) == "Ingen av två skolor skiljer sig säkert från noll"


def test_R7_too_few_followed_is_told_by_sign_words_and_a_dashed_line() -> None:
    block = caterpillar(example.estimates(), setting=setting(1), wording=example.WORDING)
    row = next(r for r in block.data["table"]["rows"] if "Kvarn" in r["cells"]["group"]["text"])
    assert row["cells"]["value"]["text"] == "≈\u00a0+7,9"
    assert row["cells"]["verdict"]["text"] == "för få följda elever"
    assert "färre än tre av fyra" in block.data["foot"]
    rules = marks(block.data["charts"]["wide"], "rule")
    assert [4.0, 3.0] in [each.get("strokeDash") for each in rules]


def test_a_hidden_unit_keeps_its_row_and_says_why() -> None:
    block = caterpillar(example.estimates(), setting=setting(1), wording=example.WORDING)
    row = next(r for r in block.data["table"]["rows"] if "Lillån" in r["cells"]["group"]["text"])
    assert row["cells"]["value"] == {"text": "..", "reason": "skyddar en liten grupp"}
    only_hidden = [example.estimate("Lillåns skola", None, 0.0)]
    assert caterpillar(only_hidden, setting=setting(1), wording=example.WORDING).kind == "gap"


def test_a_quadrant_needs_two_units_and_lies_at_the_kommuns_values() -> None:
    level = cell(352, 420, level="authority", code="9901")
    whole = QuadrantPoint(level, example.whole())
    one = [QuadrantPoint(cell(40, 60), example.estimate("Åsskolan", 5.0, 2.0))]
    told = {"setting": setting(2), "indicator": SHARE, "wording": example.WORDING, "whole": whole}
    assert quadrant(one, **told) is None
    block = example.figures()["quadrant"]
    assert block.data["finding"] == "Åsskolan ligger i bilden över kommunen i både nivå och ökning"
    assert not any(word in block.data["finding"] for word in ("bäst", "sämst"))


def test_no_line_is_drawn_where_the_measure_changes() -> None:
    broken = example.figures()["broken slopes"]
    assert marks(broken.data["charts"]["wide"], "line") == []
    assert "måttet byts" in str(broken.data["charts"]["wide"])
    whole = example.figures()["slopes"]
    assert len(marks(whole.data["charts"]["wide"], "line")) == 2
    assert whole.data["finding"].endswith("säker ökning")


def test_slopes_without_anything_to_show_say_why() -> None:
    hidden = Slope("Slutar 2029", "own", [(cell(state="suppressed"), SHARE)] * 2)
    block = slopes([hidden], [Stop(6, "betyg"), Stop(9, "betyg")], setting=setting(3), title="Andel.")
    assert block.kind == "gap"


def test_the_heat_table_is_a_real_table_with_heads_and_words() -> None:
    html = block_html("table", example.heat().data)
    assert len(re.findall(r'<th scope="col"', html)) == 5
    assert [int(n) for n in re.findall(r'<th scope="colgroup" colspan="(\d)"', html)] == [1, 1, 2]
    assert len(re.findall(r'<th scope="row"', html)) == 2
    assert "heat-0 heat-now" in html
    for words in (
        "mäts inte",
        "nationella prov ställdes in",
        "skyddar en liten grupp",
        "alla utom högst fyra",
    ):
        assert f"({words})" in html or f"({words}" in html
    last = html.rsplit("<tr", 1)[1]
    assert re.findall(r"data-label=\"åk\u00a09\">\s*</td>", last)  # not there yet: blank


@given(st.floats(0, 100))
def test_a_step_of_the_heat_table_reads_in_every_form(value: float) -> None:
    ground = heat_ground({"heat": str(heat_step(value))})
    assert ground in theme.SEQUENTIAL
    assert theme.contrast(theme.ink_on(ground), ground) >= 4.5


@pytest.mark.parametrize(
    ("told", "ground"), [({}, ""), ({"heat": "sign"}, ""), ({"heat": "hidden"}, theme.TONE)]
)
def test_what_is_not_shown_has_no_colour_of_the_scale(told: dict[str, str], ground: str) -> None:
    assert heat_ground(told) == ground
