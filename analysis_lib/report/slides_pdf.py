"""The presentation as a tagged PDF, 1280 × 720, one heading a slide (floor 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis_lib.present.svg import render_svg
from analysis_lib.report.document import Document, read_document
from analysis_lib.report.pdf import typeset
from analysis_lib.report.slides import Point, Slide, slides_of
from analysis_lib.vocabulary.workspace import builtin_root


def write_slides_pdf(notebook: Mapping[str, Any]) -> bytes:
    """The PDF of the slides of an executed notebook; same notebook, same bytes."""
    document = read_document(notebook)
    path = builtin_root() / "templates" / "typst" / "slides.typ"
    return typeset(slides_data(document), template=path, made=document.made)


def slides_data(document: Document) -> dict[str, Any]:
    """The slides as plain data for the Typst template."""
    masthead = document.first("masthead")
    data = masthead.data if masthead else {}
    return {
        "title": f"{document.title} – presentation",
        "municipality": str(data.get("municipality") or ""),
        "kicker": str(data.get("kicker") or ""),
        "edition": str(data.get("edition") or ""),
        "is_example": bool(data.get("is_example")),
        "audience": document.audience,
        "slides": [_data(slide) for slide in slides_of(document)],
    }


def _data(slide: Slide) -> dict[str, Any]:
    return {
        "kind": slide.kind,
        "headline": slide.headline,
        "kicker": slide.kicker,
        "measured": slide.measured,
        "svg": render_svg(slide.chart, id_prefix="slide") if slide.chart else "",
        "alt": slide.alt,
        "tables": [dict(each) for each in (slide.table, slide.second) if each],
        "points": _points(slide.points),
        "numbers": _points(slide.numbers),
        "question_heading": slide.question_heading,
        "question": list(slide.question),
        "source": slide.source,
        "mark": slide.mark,
    }


def _points(points: Sequence[Point]) -> list[dict[str, str]]:
    return [{"number": each.number, "label": each.label, "note": each.note} for each in points]
