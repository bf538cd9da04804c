"""The last look at a document's free texts before it is given out: no person may be named in them (floor 7).

Running text, cards and questions are searched for everything; whatever else the document shows is searched
for personal numbers, which have no place anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from analysis_lib.report.document import Document, Section, Text
from analysis_lib.snapshots.store import Store
from analysis_lib.snapshots.units import load_units
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.free_text import NUMBERS, FreeTextScan, free_text_scan
from analysis_lib.vocabulary.workspace import Workspace

_FREE = ("paragraph", "cards", "questions", "answers")
_DRAWN = ("charts", "hatches", "provenance", "parameters", "versions", "params", "snapshots", "release")


def refuse_personal_data(document: Document, workspace: Workspace) -> None:
    """Raises SkolbankError when the document holds personal data; it names the section, never the content."""
    scan = _scan(workspace, Store(workspace).fingerprint())
    for section in (document.lead, *document.sections):
        for words, is_free in _texts(section):
            where = f"avsnittet {section.heading}" if section.heading else "dokumentets början"
            if is_free:
                scan.refuse(words, where=where)
            else:
                scan.refuse(words, where=where, kinds=NUMBERS)


def _texts(section: Section) -> Iterator[tuple[str, bool]]:
    """Every text of a section, and whether a person wrote it freely."""
    for part in section.parts:
        if isinstance(part, Text):
            yield part.markdown, True
            continue
        for name, value in part.data.items():
            if name not in _DRAWN:
                is_free = part.kind in _FREE or bool(part.data.get("is_words"))
                yield from ((words, is_free) for words in _strings(value))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)


@lru_cache(maxsize=2)
def _scan(workspace: Workspace, fingerprint: str) -> FreeTextScan:
    """The scan that knows the names of units and places; made again when other units have been imported."""
    catalog = Catalog(workspace)
    settings = catalog.settings
    units = load_units(workspace, catalog, Store(workspace)).values()
    known = [settings.municipality_name, settings.authority_name, *catalog.municipalities.values()]
    return free_text_scan(workspace, known=[*known, *(f"{unit.name} {unit.area}" for unit in units)])
