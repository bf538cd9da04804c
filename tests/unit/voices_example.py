"""Figures of a survey, with merged, hidden and nearly all answers and a break, for tests of what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import present_example as example

from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.answered import Answered, ResponseRow, draw_responses
from analysis_lib.present.charts.likert import draw_likert
from analysis_lib.present.charts.likert_rows import LikertRow, Part
from analysis_lib.present.charts.survey_trend import Panel, draw_survey_trend
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

KNOWN = Catalog(Workspace(builtin_root())).indicators
ANSWERS, POSITIVE = KNOWN["surveys.skolenkaten_answers"], KNOWN["surveys.skolenkaten_positive"]
INDEX, RESPONSE = KNOWN["surveys.skolenkaten_index"], KNOWN["surveys.skolenkaten_response"]
QUESTIONS = (
    ("Känner du dig trygg i skolan?", "Trygghet", (30, 35, 12, 7, 6)),
    (
        "Hur mycket tycker du att de vuxna i skolan lyssnar på förslag från eleverna?",
        "Inflytande",
        (6, 12, 40, 26, 6),
    ),
)
STEPS = ("Helt och hållet", "Till stor del", "Till viss del", "Inte alls", "Vet inte")
SIDES = (1, 1, -1, -1, 0)


def part_cell(count: int | None, n: int = 90, **keys: Any) -> ReleasedCell:
    if count is None:
        return example.cell(state="suppressed", n=n, decimals=0, **keys)
    return replace(example.cell(count, n, decimals=0, **keys), low=None, high=None)


def likert_rows() -> list[LikertRow]:
    rows = []
    for number, (words, area, counts) in enumerate(QUESTIONS):
        parts = [
            Part(step, part_cell(count, category=f"elever-ak8:{at}", subject=str(number)), side, at in (0, 3))
            for at, (step, count, side) in enumerate(zip(STEPS, counts, SIDES, strict=True))
        ]
        positive = part_cell(sum(counts[:2]), subject=str(number), category="elever-ak8")
        nation = part_cell(560, 900, level="national", code="RIKET", category="elever-ak8", basis="published")
        rows.append(LikertRow(words, area, parts, positive, (("Riket", nation),)))
    merged = [
        Part("Helt och hållet", part_cell(60, subject="m", category="a"), 1, True),
        Part("Till stor del", part_cell(18, subject="m", category="b"), 1),
        Part("Till viss del, inte alls eller vet inte", part_cell(12, subject="m", category="c"), -1,
             is_merged=True),
    ]  # fmt: skip
    rows.append(LikertRow("Får du hjälp?", "Stöd", merged, part_cell(78, subject="m")))
    nearly = example.cell(state="nearly_all", n=90, subject="n", decimals=0)
    rows.append(LikertRow("Är du rädd?", "Trygghet", [Part("Aldrig", part_cell(None), 1)], nearly))
    hidden = part_cell(None, subject="h")
    rows.append(LikertRow("Finns det någon vuxen?", "Trygghet", [Part("Ja", hidden, 1)], hidden))
    return rows


def answered(count: int | None = 90, asked: int = 104) -> Answered:
    if count is None:
        return Answered(example.cell(state="suppressed", n=asked), RESPONSE, "elever i åk 8")
    cell = replace(example.cell(count, asked, category="elever-ak8"), low=None, high=None)
    return Answered(cell, RESPONSE, "elever i åk 8")


def likert(rows: list[LikertRow] | None = None, told: Answered | None = None) -> Block:
    return draw_likert(
        likert_rows() if rows is None else rows,
        setting=example.setting(31),
        indicators=(ANSWERS, POSITIVE),
        people="elever i åk 8",
        when="2025/26",
        answered=answered() if told is None else told,
    )


def index_cell(value: float | None, year: str, **keys: Any) -> ReleasedCell:
    state = "suppressed" if value is None else "shown"
    cell = example.cell(n=84, mean=value, half=0.0, state=state, school_year=year, **keys)
    return replace(cell, low=None, high=None)


def panels() -> list[Panel]:
    years = ("2019/20", "2021/22", "2023/24", "2025/26")
    values = {
        "Trygghet": (7.4, 7.6, 7.2, 7.7),
        "Studiero": (5.0, 5.5, None, 5.9),
        "Delaktighet och inflytande": (None, 4.8, 4.9, 4.6),
    }
    nation = {year: index_cell(6.1, year, level="national", code="RIKET") for year in years}
    return [
        Panel(
            name,
            {y: index_cell(v, y, subject=name) for y, v in zip(years, each, strict=True)},
            {"Riket": nation},
        )
        for name, each in values.items()
    ]


def trend() -> Block:
    setting = replace(example.setting(33), breaks={"2021/22": "nya frågor"})
    years = ("2019/20", "2021/22", "2023/24", "2025/26")
    block = draw_survey_trend(panels(), setting=setting, indicator=INDEX, years=years, people="elever i åk 8")
    assert block is not None
    return block


def responses() -> Block:
    rows = [
        ResponseRow("Skolenkäten", "elever i åk 8", "2025/26", answered()),
        ResponseRow("Skolenkäten", "vårdnadshavare", "2025/26", replace(answered(47, 93), is_estimate=True)),
        ResponseRow("PRIO, personalens enkät", "lärare", "2025/26", answered(None, 12)),
    ]
    return draw_responses(rows, setting=example.setting(32))


def figures() -> dict[str, Block]:
    return {"likert": likert(), "responses": responses(), "survey trend": trend()}
