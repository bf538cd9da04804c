"""D1: a report tells which public rules its own results trigger, and only released numbers stand in them."""

from __future__ import annotations

import re

import pytest
from executed_reports import LARGE, SEMINAR, SMALL

from analysis_lib.present.html import block_html
from analysis_lib.report.context import open_report
from analysis_lib.vocabulary.workspace import Workspace


@pytest.mark.parametrize(("report", "unit"), [("kommunbild", ""), ("skolbild", LARGE)])
def test_D1_each_triggered_sentence_stands_with_its_rule(
    workspace: Workspace, report: str, unit: str
) -> None:
    opened = open_report(report=report, unit=unit, seminar=SEMINAR, workspace=str(workspace.root))
    block = opened.signals()
    assert block.kind == "cards"  # the target of 92 per cent is far from what the example reaches
    assert block.facts
    page = block_html(block.kind, block.data)
    for item in block.data["items"]:
        assert item["lines"][0]["text"].endswith("elever.")
        assert item["heading"] in page
    numbers = {one["text"] for one in block.data["derived"]}
    told = {fact.shown for fact in block.facts if isinstance(fact.shown, float)}
    shown = {f"{value:.1f}".replace(".", ",") for value in told}
    for item in block.data["items"]:
        said = re.sub(r"\d{4}/\d{2}|åk.\d|målet är [\d,]+", "", item["heading"])
        assert set(re.findall(r"[−+]?\d+,\d", said)) <= numbers | shown


def test_D1_rules_say_nothing_about_a_hidden_school(workspace: Workspace) -> None:
    opened = open_report(report="skolbild", unit=SMALL, seminar=SEMINAR, workspace=str(workspace.root))
    assert opened.signals().kind == "paragraph"
