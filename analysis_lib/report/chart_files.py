"""Every chart of a report as files that others may use: SVG and PNG in one zip (floor 7).

The files are named by the figure's mark, so that ``skolbank trace`` tells where a copied chart comes from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis_lib.present.svg import alone_svg, render_png
from analysis_lib.report.archive import zipped
from analysis_lib.report.document import Document, read_document
from analysis_lib.report.table_sheets import INTERNAL

LIST = "om-diagrammen.txt"


def write_charts(notebook: Mapping[str, Any]) -> bytes:
    """The zip file: a list with title, description and source of each chart, then the charts, 736 pixels."""
    return zipped(_files(read_document(notebook)))


def _files(document: Document) -> Iterator[tuple[str, bytes]]:
    figures = [block.data for block in document.blocks() if block.kind == "figure"]
    head = [document.title, *([INTERNAL] if document.audience == "internal" else [])]
    told = [_told(figure) for figure in figures]
    yield LIST, ("\n".join(head) + "\n\n" + "\n".join(told)).encode()
    for figure in figures:
        spec = figure["charts"]["wide"]
        yield f"{_mark(figure)}.svg", alone_svg(spec, title=str(figure["finding"])).encode()
        yield f"{_mark(figure)}.png", render_png(spec)


def _mark(figure: Mapping[str, Any]) -> str:
    return str(figure.get("figure") or figure["id"])


def _told(figure: Mapping[str, Any]) -> str:
    names = ("finding", "title", "alt", "foot")
    return "\n".join([_mark(figure), *(str(figure.get(name) or "") for name in names), ""])
