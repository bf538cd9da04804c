"""An executed notebook read as a document: sections, running text and blocks (floor 7).

HTML, PDF and the manifest are all made from this one reading, so they can never tell different things.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from markdown_it import MarkdownIt

from analysis_lib.errors import SkolbankError
from analysis_lib.present.blocks import MIME
from analysis_lib.report.methods import HEADING

APPENDIX = "om-siffrorna"
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_DROPPED_METADATA = ("papermill", "widgets", "execution", "collapsed", "scrolled")


@dataclass(frozen=True)
class Text:
    """Running text, as Markdown."""

    markdown: str


@dataclass(frozen=True)
class Shown:
    """A block as the notebook showed it."""

    kind: str
    data: Mapping[str, Any]
    facts: Sequence[Mapping[str, Any]] = ()
    html: str = ""


Part = Text | Shown


@dataclass
class Section:
    """What stands under one second-level heading; the part before the first has no heading."""

    heading: str = ""
    slug: str = ""
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """The sections of an executed notebook, in order."""

    lead: Section
    sections: tuple[Section, ...]

    def blocks(self) -> Iterator[Shown]:
        """All blocks in reading order."""
        for section in (self.lead, *self.sections):
            yield from (part for part in section.parts if isinstance(part, Shown))

    def first(self, kind: str) -> Shown | None:
        """The first block of a kind, if there is one."""
        return next((block for block in self.blocks() if block.kind == kind), None)

    @cached_property
    def title(self) -> str:
        """The document's name, for the title bar and the PDF: what it is and about whom."""
        masthead = self.first("masthead")
        if masthead is None:
            raise SkolbankError(
                "report-without-masthead",
                "Rapporten saknar sidhuvud",
                remedy="Lägg en cell med report.masthead() först i notebooken.",
            )
        parts = [str(masthead.data.get(name) or "") for name in ("title", "kicker", "municipality")]
        return " – ".join(dict.fromkeys(part for part in parts if part))

    @property
    def made(self) -> datetime.date:
        """The date that the report's seal carries, for the metadata of every form."""
        seal = self.first("seal")
        made = str(seal.data.get("made") or "") if seal else ""
        return datetime.date.fromisoformat(made) if made else datetime.date(2000, 1, 1)

    @property
    def audience(self) -> str:
        """Who may read the document: ``public``, ``board`` or ``internal``."""
        seal = self.first("seal")
        return str((seal.data if seal else {}).get("audience") or "public")

    @property
    def printed(self) -> tuple[Section, ...]:
        """The sections with the methods appendix last, as HTML and PDF show them."""
        seal = self.first("seal")
        words = str((seal.data if seal else {}).get("methods") or "")
        return (*self.sections, Section(HEADING, APPENDIX, [Text(words)])) if words else self.sections

    @property
    def facts(self) -> list[dict[str, Any]]:
        """Every fact that any block shows, each once, in reading order."""
        seen: dict[str, dict[str, Any]] = {}
        for block in self.blocks():
            for fact in block.facts:
                seen.setdefault(repr(sorted(fact.items(), key=lambda item: item[0])), dict(fact))
        return list(seen.values())


def read_document(notebook: Mapping[str, Any]) -> Document:
    """The document that an executed notebook (nbformat 4) shows; code and plain output are left out."""
    lead = Section()
    sections: list[Section] = []
    taken: set[str] = set()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            for heading, body in _split(_joined(cell["source"])):
                if heading:
                    sections.append(Section(heading, _slug(heading, taken)))
                if body:
                    (sections[-1] if sections else lead).parts.append(Text(body))
        elif cell["cell_type"] == "code":
            for shown in _shown(cell.get("outputs", ())):
                if shown.kind == "section":
                    sections.append(_opened(shown, taken))
                else:
                    (sections[-1] if sections else lead).parts.append(shown)
    for section in sections:
        section.parts = _one_gap_of_each_cause(section.parts)
    return Document(lead, tuple(sections))


def _opened(head: Shown, taken: set[str]) -> Section:
    """A section that a handbook gave its heading and guiding questions."""
    heading, words = str(head.data["heading"]), str(head.data.get("text") or "")
    return Section(heading, _slug(heading, taken), [Text(words)] if words else [])


def _one_gap_of_each_cause(parts: Sequence[Part]) -> list[Part]:
    """The parts with gaps of the same cause made one; a question whose answer was left out goes with it."""
    kept: list[Part] = []
    place: dict[str, int] = {}
    for part in parts:
        cause = str(part.data.get("cause") or "") if isinstance(part, Shown) and part.kind == "gap" else ""
        if cause not in place:
            if cause:
                place[cause] = len(kept)
            kept.append(part)
            continue
        first = kept[place[cause]]
        if isinstance(first, Shown) and first.data.get("together"):
            data = {**first.data, "what": first.data["together"]}
            kept[place[cause]] = Shown(first.kind, data, first.facts)
        if isinstance(kept[-1], Text) and not kept[-1].markdown.startswith("#"):
            kept.pop()
    return kept


def scrubbed(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of an executed notebook without paths, times and machine traces in its metadata."""
    copy = dict(notebook)
    metadata = {name: value for name, value in copy["metadata"].items() if name not in _DROPPED_METADATA}
    metadata["language_info"] = {"name": "python"}
    copy["metadata"] = metadata
    copy["cells"] = [_scrubbed_cell(cell) for cell in copy["cells"]]
    return copy


def _scrubbed_cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    copy = dict(cell)
    if "outputs" in copy:
        copy["outputs"] = [_scrubbed_output(output) for output in copy["outputs"]]
    kept = {name: value for name, value in cell["metadata"].items() if name not in _DROPPED_METADATA}
    copy["metadata"] = kept
    return copy


def _scrubbed_output(output: Mapping[str, Any]) -> dict[str, Any]:
    """The output without what its figures rest on: which rule hid a value is for those who trace it."""
    bundle = output.get("data", {}).get(MIME)
    if not bundle or bundle["kind"] != "seal":
        return dict(output)
    data = {name: value for name, value in bundle["data"].items() if name != "provenance"}
    return {**output, "data": {**output["data"], MIME: {**bundle, "data": data}}}


def _shown(outputs: Sequence[Mapping[str, Any]]) -> Iterator[Shown]:
    for output in outputs:
        data = output.get("data", {})
        bundle = data.get(MIME)
        if bundle and bundle["kind"] == "several":
            for part in bundle["data"]["parts"]:
                yield Shown(part["kind"], part["data"], part["facts"])
        elif bundle:
            yield Shown(
                bundle["kind"], bundle["data"], bundle.get("facts", ()), _joined(data.get("text/html", ""))
            )


def _split(source: str) -> Iterator[tuple[str, str]]:
    """Pairs of second-level heading (or empty) and the Markdown below it."""
    heading, lines = "", list[str]()
    for line in source.splitlines():
        match = re.match(r"##\s+(.+?)\s*#*\s*$", line)
        if match:
            if heading or any(lines):
                yield heading, "\n".join(lines).strip()
            heading, lines = match[1], []
        else:
            lines.append(line)
    if heading or any(lines):
        yield heading, "\n".join(lines).strip()


def _slug(heading: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFD", heading.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "avsnitt"
    unique = slug
    number = 2
    while unique in taken:
        unique, number = f"{slug}-{number}", number + 1
    taken.add(unique)
    return unique


def _joined(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
