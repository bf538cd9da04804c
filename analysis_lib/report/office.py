"""What Word and PowerPoint files share: the template, metadata, no traces (floor 7)."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

from analysis_lib.report.archive import without_times
from analysis_lib.report.document import Document
from analysis_lib.vocabulary.workspace import Workspace

LANGUAGE = "sv-SE"
# What a template may carry besides its look: who made it, with what, and a picture of what it held.
_TRACES = ("/extended-properties", "/custom-properties", "/metadata/thumbnail")


def template_path(name: str) -> Path:
    """The workspace's own template before the built-in one."""
    return Workspace.find().layered("templates", "office", name)[0]


def owner(document: Document) -> str:
    """The huvudman whose document it is."""
    masthead = document.first("masthead")
    return str(masthead.data.get("municipality") or "") if masthead else ""


def set_properties(office: Any, document: Document, title: str) -> None:
    """The properties that a reader and a search engine see; those of the template are taken out."""
    made = datetime.datetime.combine(document.made, datetime.time())
    known = office.core_properties
    known.title, known.author, known.language = title, owner(document), LANGUAGE
    known.created = known.modified = made
    known.revision = 1
    for name in ("last_modified_by", "comments", "keywords", "subject", "category", "version", "identifier"):
        setattr(known, name, "")
    known.content_status = ""


def saved(office: Any) -> bytes:
    """The file, without times and without the template's own traces."""
    package = office.part.package
    relations = package.rels if hasattr(package, "rels") else package._rels  # python-docx, python-pptx
    for key in [key for key, each in relations.items() if each.reltype.endswith(_TRACES)]:
        relations.pop(key)
    target = io.BytesIO()
    office.save(target)
    return without_times(target.getvalue())
