"""How the documents of a seminar build on each other, read from what the seminar really makes (floor 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis_lib import text
from analysis_lib.present.blocks import Block
from analysis_lib.report.parameters import load_sidecar
from analysis_lib.report.words.shapes import Cell, words_table
from analysis_lib.report.words.told import Told

_FAMILIES = {
    "results": "betyg och prov",
    "progress": "årskullar",
    "pupils": "elever",
    "staff": "personal",
    "surveys": "enkäter",
    "attendance": "frånvaro",
}


@dataclass(frozen=True)
class Node:
    """One kind of document: its name, what it is about, and the kinds of source that it reads."""

    name: str
    title: str
    scope: str
    reads: tuple[str, ...]


@dataclass(frozen=True)
class Edge:
    """That one document builds on another: both read the same source, one per unit and one for the whole."""

    below: str
    above: str
    through: tuple[str, ...]


def nodes(told: Told, reports: Sequence[str]) -> list[Node]:
    """The documents of a seminar with what each reads."""
    found = []
    for name in dict.fromkeys(reports):
        sidecar = load_sidecar(told.workspace, name)
        families = dict.fromkeys(indicator.split(".")[0] for indicator in sidecar.indicators)
        reads = tuple(_FAMILIES.get(family, family) for family in families)
        found.append(
            Node(
                name,
                sidecar.title,
                sidecar.scope,
                (*reads, *(["registret"] if sidecar.reads_register else [])),
            )
        )
    return found


def edges(found: Sequence[Node]) -> list[Edge]:
    """From each unit document to each document of the whole that reads the same sources."""
    below = [node for node in found if node.scope == "unit"]
    above = [node for node in found if node.scope == "authority"]
    return [
        Edge(one.name, other.name, shared)
        for one in below
        for other in above
        if (shared := tuple(source for source in one.reads if source in other.reads))
    ]


def documents_picture(told: Told, reports: Sequence[str]) -> list[Block]:
    """Each document with its sources and the documents that build on the same (F11)."""
    found = nodes(told, reports)
    titles = {node.name: node.title for node in found}
    flow = edges(found)
    lines: list[list[Cell]] = []
    for node in found:
        on = [titles[edge.above] for edge in flow if edge.below == node.name]
        on += [titles[edge.below] for edge in flow if edge.above == node.name]
        whose = "Varje enhet" if node.scope == "unit" else "Hela huvudmannen"
        lines.append(
            [
                node.title,
                whose,
                text.capitalised(text.listing(list(node.reads))) if node.reads else "",
                ", ".join(on),
            ]
        )
    heads = ["Dokument", "Om vem", "Läser ur", "Hänger ihop med"]
    return (
        [words_table("verksamhetsbilder", "Hur dokumenten bygger på varandra.", heads, lines)]
        if lines
        else []
    )
