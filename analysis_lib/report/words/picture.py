"""How the documents of a seminar build on each other, read from what the seminar really makes (floor 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis_lib.present.blocks import Block
from analysis_lib.report.parameters import load_sidecar
from analysis_lib.report.words.told import Told

_FAMILIES = {
    "results": "betyg och prov",
    "progress": "årskullar",
    "pupils": "elever",
    "staff": "personal",
    "surveys": "enkäter",
    "attendance": "frånvaro",
    "agreement": "provbetyg bredvid betyg",
    "salsa": "SALSA",
    "gymnasium": "gymnasieresultat",
    "vux": "komvuxresultat",
    "value_added": "förädlingsvärden",
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
    """Each document with its sources and the documents that build on the same, drawn (F11)."""
    from analysis_lib.present.charts.document_map import MapNode, draw_document_map

    found = nodes(told, reports)
    flow = edges(found)
    drawn = [
        MapNode(
            node.title,
            node.scope == "unit",
            node.reads,
            sum(node.name in (edge.below, edge.above) for edge in flow),
        )
        for node in found
    ]
    return [draw_document_map(drawn, replace(told.setting, id=f"{told.setting.id}V"))] if drawn else []
