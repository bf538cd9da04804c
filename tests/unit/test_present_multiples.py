"""Small panels share a scale, show their uncertainty and keep the place of what cannot be shown."""

from __future__ import annotations

from typing import Any

import present_example as example
import pytest

from analysis_lib.present import theme
from analysis_lib.present.charts.multiples import draw_multiples
from analysis_lib.present.charts.survey_trend import Panel

YEARS = ("2023/24", "2024/25", "2025/26")


def panels(*, hidden: bool = True) -> list[Panel]:
    counts: dict[str, tuple[int | None, ...]] = {
        "Engelska": (44, 45, 46),
        "Matematik": (36, 35, 38),
        "Svenska som andraspråk": (None, None, None) if hidden else (40, 41, 42),
    }
    return [
        Panel(
            name,
            {
                year: example.cell(count, school_year=year, subject=name[:2].upper())
                if count is not None
                else example.cell(state="suppressed", school_year=year, subject=name[:2].upper())
                for year, count in zip(YEARS, each, strict=True)
            },
        )
        for name, each in counts.items()
    ]


def drawn(given: list[Panel]) -> dict[str, Any]:
    block = draw_multiples(given, setting=example.setting(41), indicator=example.SHARE, years=YEARS)
    assert block is not None
    return dict(block.data)


def marks(spec: dict[str, Any]) -> str:
    return str(spec)


def test_the_lowest_subject_is_named_and_whether_it_was_so_before() -> None:
    whole = drawn(panels(hidden=False))
    assert whole["finding"] == "Lägst andel i matematik: 79,2\N{NO-BREAK SPACE}procent – lägst också 2024/25"
    assert whole["finding"] in whole["alt"]


def test_R6_what_is_hidden_may_be_lower_than_the_lowest_that_is_shown() -> None:
    data = drawn(panels())
    assert data["finding"] == "Lägst av det som visas: matematik, 79,2\N{NO-BREAK SPACE}procent"
    assert data["finding"] in data["alt"]
    assert "Visas inte: svenska som andraspråk." in data["alt"]


def test_what_is_hidden_keeps_its_place_and_each_value_its_interval() -> None:
    data = drawn(panels())
    assert theme.HATCH_SUPPRESSED in marks(data["charts"]["wide"])
    assert theme.HATCH_SUPPRESSED not in marks(drawn(panels(hidden=False))["charts"]["wide"])
    rows = {row["cells"]["group"]["text"]: row["cells"] for row in data["table"]["rows"]}
    assert rows["Svenska som andraspråk"]["y2"]["text"] == ".."
    shown = panels()[1].own["2025/26"]
    assert rows["Matematik"]["y2"]["text"] == f"{shown.text} ({shown.interval_text})"


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_no_share_has_an_axis_above_a_hundred(width: str) -> None:
    assert "'120'" not in marks(drawn(panels())["charts"][width])


def test_one_subject_is_no_pattern() -> None:
    assert (
        draw_multiples(panels()[:1], setting=example.setting(41), indicator=example.SHARE, years=YEARS)
        is None
    )
