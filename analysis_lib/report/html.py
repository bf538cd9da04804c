"""An executed notebook as one self-contained HTML page (floor 7).

The page has no code, no script and no address outside itself. The template lies in
``templates/nbconvert/templates/skolbank`` and works under plain ``jupyter nbconvert`` too, because all
preparation happens in a preprocessor that the template's ``conf.json`` names.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import nbformat
import traitlets
from nbconvert.exporters.html import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.preprocessors import Preprocessor

from analysis_lib.errors import SkolbankError
from analysis_lib.present.html import block_html
from analysis_lib.present.svg import chart_key, fill_charts
from analysis_lib.report.brand import Brand, current_brand
from analysis_lib.report.document import MARKDOWN, Document, Part, Section, Shown, read_document
from analysis_lib.vocabulary.workspace import builtin_root

TEMPLATE = "skolbank"
_URL = re.compile(r"url\(\s*[\"']?(?!data:|#)([^\"')]+)[\"']?\s*\)")
_MARK = re.compile(r'<svg class="mark".*?</svg>', re.S)
_FONT_TYPES = {".woff2": "font/woff2", ".woff": "font/woff", ".ttf": "font/ttf"}
_MARKUP = re.compile(r"<style\b[^>]*>.*?</style>|<[a-z][^>]*>", re.I | re.S)  # never the text between tags
_OUTSIDE = re.compile(
    r"""^<(?:script|iframe|object|embed|link)\b|^<[^>]*\b(?:src|href|action|poster)\s*=\s*["']\s*(?:https?:)?//"""
    r"""|^<style\b.*@import|(?:^<style\b|\bstyle\s*=).*url\(\s*["']?(?:https?:)?//""",
    re.I | re.S,
)
_NOTES = re.compile(r'<div class="margin-notes".*?</div>\s*', re.S)
_NOTE = re.compile(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>\s*", re.S)
_OWN_LINKS = re.compile(r"""<a\s[^>]*href\s*=\s*["']https?://[^"']*["']""", re.I)


class PagePreprocessor(Preprocessor):
    """Puts the page that an executed notebook shows into ``resources['page']``, ready for the template."""

    def preprocess(self, nb: Any, resources: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        if "page" not in resources:
            resources["page"] = page_of(read_document(nb))
        return nb, resources


class PageExporter(HTMLExporter):
    """Nbconvert's HTML exporter without the steps that only code cells need."""

    default_preprocessors: Any = traitlets.List([])

    def __init__(self, **options: Any) -> None:
        folders = [str(builtin_root() / "templates" / "nbconvert" / "templates")]
        super().__init__(  # type: ignore[no-untyped-call]
            template_name=TEMPLATE, extra_template_basedirs=[*options.pop("extra", ()), *folders], **options
        )

    def from_notebook_node(
        self, nb: Any, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The page; skips the stock exporter's second parsing of its own output."""
        page: tuple[Any, dict[str, Any]] = TemplateExporter.from_notebook_node(self, nb, resources, **options)
        return page


def write_html(notebook: Mapping[str, Any], *, template_folders: Sequence[Path] = ()) -> str:
    """The whole page of an executed notebook, charts drawn; refuses a page that points outside itself."""
    return write_document(read_document(notebook), template_folders=template_folders)


def write_document(document: Document, *, template_folders: Sequence[Path] = ()) -> str:
    """The whole page of a document, whatever made it; refuses a page that points outside itself."""
    exporter = _exporter(tuple(template_folders))
    bare: Any = nbformat.v4.new_notebook()  # nbconvert copies what it is given, twice
    html, _ = exporter.from_notebook_node(bare, resources={"page": page_of(document)})
    refuse_outside(html)
    return str(html)


def page_of(document: Document) -> dict[str, Any]:
    """What the page template lays out: texts and drawn fragments in order, charts filled in."""
    seal = document.first("seal")
    foot = document.first("foot")
    brand = current_brand()
    return {
        "title": document.title,
        "style": style_sheet() + _brand_style(brand),
        "edition": str((seal.data if seal else {}).get("audience", "public")),
        "masthead": _branded(_drawn(document.first("masthead")), brand),
        "lead": [_part(part) for part in document.lead.parts if not _is_placed(part)],
        "links": _links(document.printed),
        "sections": [_section(section) for section in document.printed],
        "foot": _drawn(foot),
    }


def style_sheet() -> str:
    """The report style sheet with its fonts inside."""
    path = builtin_root() / "templates" / "report" / "skolbank.css"
    return _inlined(path, path.stat().st_mtime_ns)


def _brand_style(brand: Brand) -> str:
    return f"\n:root {{ --lake: {brand.accent}; }}\n" if brand.accent else ""


def _branded(masthead: str, brand: Brand) -> str:
    """The masthead with the municipality's mark instead of ours; its name stands beside in words."""
    if brand.logo is None:
        return masthead
    mark = f'<img class="mark" src="{brand.logo_address}" alt="" style="height: 36px; width: auto">'
    return _MARK.sub(lambda _: mark, masthead, count=1)


def refuse_outside(html: str) -> None:
    """Raises when a page would load anything from outside itself; links that a reader follows may stay."""
    pieces = (found[0] for found in _MARKUP.finditer(_OWN_LINKS.sub("<a ", html)))
    outside = next((piece for piece in pieces if _OUTSIDE.search(piece)), "")
    if outside:
        raise SkolbankError(
            "page-not-self-contained",
            "Sidan hänvisar till något utanför sig själv",
            where=outside[:40].replace("\n", " "),
            remedy="Ta bort hänvisningen ur mallen eller notebooken.",
        )


def _section(section: Section) -> dict[str, Any]:
    parts = [_part(part) for part in section.parts if not _is_placed(part)]
    told: set[tuple[str, str]] = set()
    for part in parts:
        part["html"] = _NOTES.sub(lambda notes: _untold(notes[0], told), part["html"])
    return {"heading": section.heading, "slug": section.slug, "parts": parts}


def _untold(notes: str, told: set[tuple[str, str]]) -> str:
    """The margin notes without those that stand earlier under the same heading; nothing if none is left."""
    known = set(told)
    told.update((term, words) for term, words in _NOTE.findall(notes))
    kept = _NOTE.sub(lambda note: "" if (note[1], note[2]) in known else note[0], notes)
    return kept if _NOTE.search(kept) else ""


def _part(part: Part) -> dict[str, str]:
    if isinstance(part, Shown):
        return {"kind": part.kind, "html": _drawn(part)}
    return {"kind": "text", "html": MARKDOWN.render(part.markdown)}


def _is_placed(part: Part) -> bool:
    """Whether the template has a fixed place for the part, so that it does not stand in the flow."""
    return isinstance(part, Shown) and part.kind in {"masthead", "foot", "seal"}


def _drawn(block: Shown | None) -> str:
    if block is None or block.kind == "seal":
        return ""
    html = block.html or block_html(block.kind, block.data, is_page=True)
    charts = block.data.get("charts")
    return fill_charts(html, {chart_key(charts): charts} if charts else {})


def _links(sections: Sequence[Section]) -> str:
    items = [{"text": section.heading, "target": f"#{section.slug}"} for section in sections]
    return block_html("links", {"items": items}) if len(items) > 1 else ""


@lru_cache(maxsize=4)
def _exporter(folders: tuple[Path, ...]) -> PageExporter:
    return PageExporter(extra=[str(folder) for folder in folders])


@cache
def _inlined(path: Path, changed: int) -> str:
    def embed(match: re.Match[str]) -> str:
        file = (path.parent / match[1]).resolve()
        kind = _FONT_TYPES[file.suffix]
        return f"url(data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()})"

    return _URL.sub(embed, path.read_text("utf-8"))
