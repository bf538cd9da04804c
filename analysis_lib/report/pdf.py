"""An executed notebook as a PDF to read and to keep (PDF/UA-1, PDF/A-2a), the only door to Typst (floor 7).

The document is handed to the Typst template as data, never as Typst code, so that no text can be read as
markup. Same notebook and same date give the same bytes.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typst

from analysis_lib.errors import SkolbankError
from analysis_lib.present.svg import render_svg
from analysis_lib.report.brand import current_brand
from analysis_lib.report.document import APPENDIX, Document, Part, Section, Shown, read_document
from analysis_lib.report.print_layout import laid_out
from analysis_lib.report.prose import paragraphs
from analysis_lib.vocabulary.workspace import builtin_root

_LONG_APPENDIX = 12_000  # so many signs, names and all, do not surely fit on one page


def write_pdf(
    notebook: Mapping[str, Any], *, made: datetime.date | None = None, template: Path | None = None
) -> bytes:
    """The PDF of an executed notebook.

    ``made`` is the date in the file's metadata (default: the date that the report's seal carries).
    """
    document = read_document(notebook)
    path = template or builtin_root() / "templates" / "typst" / "report.typ"
    return typeset(print_data(document), template=path, made=made or document.made)


def typeset(content: Mapping[str, Any], *, template: Path, made: datetime.date) -> bytes:
    """A tagged PDF of plain data by a Typst template, which reads it as ``document``."""
    stamp = datetime.datetime.combine(made, datetime.time(), datetime.UTC)
    data = json.dumps({**content, **_brand()}, ensure_ascii=False, allow_nan=False)
    try:
        compiler = typst.Compiler(
            input=template,
            root=template.parent,
            font_paths=[builtin_root() / "templates" / "fonts"],
            ignore_system_fonts=True,
            sys_inputs={"document": data},
        )
        # Readable by everybody (ISO 14289-1) and as long as the archive keeps it (ISO 19005-2, level A).
        pdf = compiler.compile(format="pdf", pdf_standards=["ua-1", "a-2a"], timestamp=stamp)
    except typst.TypstError as error:
        raise SkolbankError(
            "pdf-not-made",
            "PDF-filen gick inte att göra",
            where=str(error.message)[:200],
            remedy=f"Kontrollera mallen templates/typst/{template.name}.",
        ) from error
    assert isinstance(pdf, bytes)
    return pdf


def _brand() -> dict[str, Any]:
    """The municipality's own colour and mark for a template; nothing when it has none."""
    brand = current_brand()
    told: dict[str, Any] = {"accent": brand.accent} if brand.accent else {}
    if brand.logo:
        told |= {"logo": list(brand.logo.read_bytes()), "logo_format": brand.logo.suffix[1:]}
    return told


def print_data(document: Document) -> dict[str, Any]:
    """The document as plain JSON data for the Typst template: runs of text, blocks, drawn charts."""
    masthead = document.first("masthead")
    foot = document.first("foot")
    seal = document.first("seal")
    data: dict[str, Any] = {
        "title": document.title,
        "masthead": dict(masthead.data) if masthead else {},
        "seal": {
            name: str((seal.data if seal else {}).get(name) or "") for name in ("audience", "made", "source")
        },
        "lead": _parts(document.lead.parts),
        "sections": [_section(section) for section in document.printed],
        "foot": dict(foot.data) if foot else {"columns": [], "closing": ""},
    }
    _told_once(data["lead"], *(section["parts"] for section in data["sections"]))
    return _drawn(laid_out(data))


def _told_once(*groups: list[dict[str, Any]]) -> None:
    """Leaves out notes that stand earlier in the document: on paper a reader has met them already."""
    told: set[tuple[str, str]] = set()
    for part in (part for group in groups for part in group):
        notes = part.get("data", {}).get("notes")
        if notes:
            new = [note for note in notes if (note["term"], note["text"]) not in told]
            told.update((note["term"], note["text"]) for note in new)
            part["data"]["notes"] = new


def _section(section: Section) -> dict[str, Any]:
    made: dict[str, Any] = {"heading": section.heading, "parts": _parts(section.parts)}
    if section.slug == APPENDIX:
        made |= {"appendix": True, "is_long": len(json.dumps(made["parts"])) > _LONG_APPENDIX}
    return made


def _parts(parts: Sequence[Part]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for part in parts:
        if not isinstance(part, Shown):
            made.extend(paragraphs(part.markdown))
        elif part.kind == "figure":
            made.append({"kind": "figure", "data": _figure(part.data)})
        elif part.kind not in {"masthead", "foot", "seal", "links"}:
            made.append({"kind": part.kind, "data": dict(part.data)})
    return made


def _figure(data: Mapping[str, Any]) -> dict[str, Any]:
    narrow = data["charts"].get("narrow") or {}
    height = narrow.get("height") if isinstance(narrow.get("height"), int | float) else 0
    return {name: value for name, value in data.items() if name != "hatches"} | {"narrow_height": height}


def _drawn(data: dict[str, Any]) -> dict[str, Any]:
    """The print data with each figure drawn in the width that its place gives it."""
    for part in (part for group in (data["lead"], *(s["parts"] for s in data["sections"])) for part in group):
        if part["kind"] == "figure":
            charts = part["data"].pop("charts")
            width = "narrow" if "beside" in part["data"] else "wide"
            part["data"]["svg"] = render_svg(charts[width], id_prefix="print")
    return data
