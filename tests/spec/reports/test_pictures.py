"""Drawings that show how things hang together: goals (G11, S8) and documents (F11)."""

from __future__ import annotations

from typing import Any

import pytest

from analysis_lib.present.charts.document_map import MapNode, draw_document_map
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.charts.tree import TreeNode, draw_tree, tree_finding
from analysis_lib.report.words.goals import tree
from analysis_lib.report.words.picture import documents_picture
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

SETTING = Setting("HV-26-01", "Almviks kommun", "registret")
HEADS = ("Fullmäktige", "Nämnden", "Enheterna")


def texts(chart: dict[str, Any]) -> list[str]:
    """Every text that a chart draws."""
    rows = [row for layer in chart["layer"] for row in layer["data"]["values"]]
    return [row["t"] for row in rows if "t" in row]


def node(words: str, *children: TreeNode, is_bare: bool = False) -> TreeNode:
    return TreeNode("Nämnden", words, "Inga åtgärder" if is_bare else "2 åtgärder", is_bare, children)


def test_G11_the_goal_tree_is_drawn_whole_and_what_lacks_measures_is_named(tell: Any) -> None:
    [figure] = tree(tell(None))
    assert figure.kind == "figure"
    assert "saknar åtgärder" in figure.data["finding"]
    told = {row["cells"]["words"]["text"] for row in figure.data["table"]["rows"]}
    drawn = " ".join(texts(figure.data["charts"]["narrow"]))
    assert all(words.split()[0] in drawn for words in told)
    assert "Inga åtgärder" in drawn


@pytest.mark.parametrize(
    ("nodes", "finding"),
    [
        ([node("A"), node("B")], "Alla mål har åtgärder"),
        ([node("A", is_bare=True), node("B")], "Ett av två mål saknar åtgärder"),
        ([node("A", is_bare=True)], "Inget av målen har åtgärder"),
    ],
)
def test_G11_the_tree_says_how_many_goals_lack_measures(nodes: list[TreeNode], finding: str) -> None:
    assert tree_finding(nodes) == finding


def test_many_goals_under_one_become_one_box_with_their_number_and_all_stand_in_the_table() -> None:
    root = node("Alla lyckas", *(node(f"Mål {at}", is_bare=at == 3) for at in range(20)))
    figure = draw_tree([root], SETTING, title="Målen.", heads=HEADS)
    drawn = texts(figure.data["charts"]["wide"])
    assert "20 mål" in drawn
    assert "Mål 3" not in drawn
    assert len(figure.data["table"]["rows"]) == 21


def test_F11_the_picture_is_drawn_from_what_the_seminar_makes(tell: Any) -> None:
    reports = [one.name for one in Catalog(Workspace(builtin_root())).seminar("2026-ht-analys").reports]
    [figure] = documents_picture(tell(None), reports)
    titles = [row["cells"]["title"]["text"] for row in figure.data["table"]["rows"]]
    assert len(titles) == len(reports)
    for width in ("wide", "narrow"):
        drawn = " ".join(texts(figure.data["charts"][width]))
        assert all(title in drawn or title.split()[0] in drawn for title in titles)
    assert figure.data["alt"].startswith("Bild med linjer.")


def test_F11_a_line_joins_each_document_with_each_source_it_reads() -> None:
    nodes = [MapNode("Skolbild", True, ("elever", "registret")), MapNode("Kommunbild", False, ("elever",))]
    figure = draw_document_map(nodes, SETTING)
    rules = [
        row
        for layer in figure.data["charts"]["wide"]["layer"]
        if layer["mark"]["type"] == "rule"
        for row in layer["data"]["values"]
    ]
    assert len(rules) == 3
    assert figure.data["finding"] == "Samma två underlag bär ett dokument om enheterna och ett om helheten"
