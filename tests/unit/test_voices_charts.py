"""Likert bars, response and a survey's line: what each says, hides and never joins (R8, F5, grammar 9)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import voices_example as voices

from analysis_lib.present import theme
from analysis_lib.present.charts.answered import answered_words
from analysis_lib.present.charts.survey_trend import draw_survey_trend
from analysis_lib.present.svg import render_svg

BOTH = pytest.mark.parametrize("width", ["wide", "narrow"])


def words_of(svg: str) -> list[str]:
    return [part.split(">")[1].split("<")[0] for part in svg.split("<text")[1:]]


def boxes(spec: dict[str, Any], fill: str) -> list[dict[str, float]]:
    return [
        row for layer in spec["layer"] if layer["mark"].get("fill") == fill for row in layer["data"]["values"]
    ]


@BOTH
def test_F5_positive_answers_lie_right_of_zero_and_the_hatched_negative_left(width: str) -> None:
    spec = voices.likert().data["charts"][width]
    zero = next(
        row["x"]
        for layer in spec["layer"]
        if layer["mark"]["type"] == "rule" and layer["mark"]["color"] == theme.INK
        for row in layer["data"]["values"]
    )
    legend = 20
    for fill in (theme.LAKE, theme.DIVERGING[3]):
        bars = [row for row in boxes(spec, fill) if row["y2"] - row["y"] > legend]
        assert bars
        assert all(row["x"] >= zero - 0.1 for row in bars)
    for fill in (theme.HATCH_NEGATIVE, theme.HATCH_MOST_NEGATIVE):
        bars = [row for row in boxes(spec, fill) if row["y2"] - row["y"] > legend]
        assert bars
        assert all(row["x2"] <= zero + 0.1 for row in bars)
    svg = render_svg(spec, id_prefix="x")
    assert 'id="x-most-negative"' in svg
    assert 'id="x-negative"' in svg


@BOTH
def test_F5_the_strongest_answer_is_outermost(width: str) -> None:
    spec = voices.likert().data["charts"][width]
    bars = {fill: boxes(spec, fill) for fill in (theme.LAKE, theme.DIVERGING[3])}
    first_strong = next(row for row in bars[theme.LAKE] if row["y2"] - row["y"] > 20)
    first_weak = next(row for row in bars[theme.DIVERGING[3]] if row["y2"] - row["y"] > 20)
    assert first_strong["x"] == pytest.approx(first_weak["x2"], abs=0.1)


@BOTH
def test_F5_those_who_did_not_answer_have_a_bar_of_their_own_above(width: str) -> None:
    words = " ".join(words_of(render_svg(voices.likert().data["charts"][width], id_prefix="x")))
    assert "90 av 104 elever i åk 8 svarade" in words.replace("\u00a0", " ")
    assert "14 svarade inte" in words


def test_F5_a_response_that_may_not_be_told_is_not_told_in_words() -> None:
    assert answered_words(voices.answered(None, 12)) == ""
    assert "svarade inte" not in answered_words(voices.answered(20, 20))
    assert answered_words(replace(voices.answered(19, 27), people="pedagogisk personal")).startswith(
        "19 av 27 tillfrågade"
    )


def test_F5_few_who_do_not_know_are_not_counted_in_the_open() -> None:
    words = words_of(render_svg(voices.likert().data["charts"]["wide"], id_prefix="x"))
    assert "få" in words
    assert "7\u00a0%" in words
    merged = voices.likert().data["table"]["rows"][2]["cells"]["answers"]["text"]
    assert "till viss del, inte alls eller vet inte 13\u00a0%" in merged


def test_F5_a_question_that_nearly_all_like_has_no_bar_and_says_so() -> None:
    block = voices.likert()
    assert block.data["finding"].startswith("Nästan alla svarade positivt på en fråga om trygghet")
    assert block.data["table"]["rows"][3]["cells"]["answers"]["text"] == ".."
    assert "Nästan alla svarade positivt" in words_of(render_svg(block.data["charts"]["wide"], id_prefix="x"))


def test_F5_hidden_answers_give_a_sentence_with_the_response_and_no_chart() -> None:
    block = voices.likert(rows=[voices.likert_rows()[-1]])
    assert block.kind == "gap"
    assert "90 av 104 elever" in block.data["why"]
    assert "skyddas" in block.data["why"]


@BOTH
def test_F5_no_line_runs_across_new_questions_or_a_hidden_wave(width: str) -> None:
    spec = voices.trend().data["charts"][width]
    lake = [
        row
        for layer in spec["layer"]
        if layer["mark"]["type"] == "rule" and layer["mark"].get("strokeWidth") == 3.2
        for row in layer["data"]["values"]
        if row["y"] > 0
    ]
    # Trygghet joins three waves after the break, Studiero has a hidden wave between two, the third has three.
    assert len(lake) == 2 + 0 + 2
    dashes = [layer for layer in spec["layer"] if layer["mark"].get("strokeDash") == [4.0, 4.0]]
    assert sum(len(layer["data"]["values"]) for layer in dashes) == 3


def test_F5_the_line_says_higher_but_never_sure_without_an_interval() -> None:
    block = voices.trend()
    assert block.data["finding"] == "Index är högre än förra gången i ett av två områden"
    assert "säker" not in str(block.data["finding"])
    assert any("Nya frågor från och med läsåret 2021/22" in note["text"] for note in block.data["notes"])


def test_F5_one_wave_is_no_line() -> None:
    panels = [replace(panel, own={"2025/26": panel.own["2025/26"]}) for panel in voices.panels()]
    setting = voices.example.setting(1)
    drawn = draw_survey_trend(
        panels, setting=setting, indicator=voices.INDEX, years=("2025/26",), people="elever"
    )
    assert drawn is None


def test_B6_the_figure_of_response_names_the_lowest_and_hides_the_few() -> None:
    block = voices.responses()
    assert block.data["finding"] == (
        "Lägst av dem som visas är svarsfrekvensen bland vårdnadshavare: 50,5\u00a0procent"
    )
    last = block.data["table"]["rows"][-1]["cells"]
    assert (last["rate"]["text"], last["answers"]["text"]) == ("..", "..")
    assert any("uppskattning" in note["text"] for note in block.data["notes"])


def test_R6_a_finding_speaks_only_of_the_questions_that_are_shown() -> None:
    shown = [row for row in voices.likert_rows() if row.positive is not None and row.positive.is_shown]
    hidden = voices.likert_rows()[-1]
    whole, part = (voices.likert(rows).data["finding"] for rows in (shown, [*shown, hidden]))
    assert "som visas" not in whole
    assert part.startswith("Av frågorna som visas får en om ")
