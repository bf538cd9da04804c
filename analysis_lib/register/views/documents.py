"""Documents: valid now, replaced by what, and the publication matrix (register floor; B12, M7, S9)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.documents import Document
from analysis_lib.text import date, sort_key

Validity = Literal["valid", "not_yet", "replaced", "expired", "draft"]
SERIES = ("VA1", "VA2", "VA3")
FORMS = ("report", "presentation")


@dataclass(frozen=True)
class MatrixCell:
    """One cell of the publication matrix: a document, one that will come, or a missing one."""

    school_year: str
    series: str
    form: str
    state: Literal["published", "planned", "missing"]
    document: Record[Document] | None


@dataclass(frozen=True)
class DocumentAnswer:
    """What a resident who asks for a document is told: where it is, whether it is valid, what replaced it."""

    document: Record[Document]
    validity: Validity
    replaced_by: Record[Document] | None
    told: str


@dataclass(frozen=True)
class DocumentIndex:
    """The index page: statistics to the left, documents to the right."""

    statistics: tuple[Record[Document], ...]
    documents: tuple[Record[Document], ...]


def publication_matrix(
    documents: Sequence[Record[Document]], school_years: Iterable[str], *, has_internal: bool = False
) -> list[MatrixCell]:
    """Läsår × VA1–3 × rapport/presentation, with the empty cells (seed M7)."""
    known = [d for d in documents if has_internal or d.entry.audience == "public"]
    return [_cell(known, year, series, form) for year in school_years for series in SERIES for form in FORMS]


def validity(document: Document, *, on: datetime.date) -> Validity:
    """Whether a document is valid on a day, from its own dates."""
    if document.state != "established":
        return "draft"
    if document.valid_from and on < document.valid_from:
        return "not_yet"
    if document.valid_to and on > document.valid_to:
        return "replaced" if document.replaced_by else "expired"
    return "valid"


def answer(
    document: Record[Document], by_thing: Mapping[str, Record[Document]], *, on: datetime.date
) -> DocumentAnswer:
    """Where it is, is it valid, and what is used instead: the newest in the chain of replacements."""
    state = validity(document.entry, on=on)
    newest = _newest(document, by_thing)
    instead = newest if newest.thing != document.thing else None
    return DocumentAnswer(document, state, instead, _told(document.entry, state, instead))


def valid_documents(
    documents: Iterable[Record[Document]], *, on: datetime.date, has_internal: bool = False
) -> list[Record[Document]]:
    """What is valid on a day, by name in Swedish order."""
    found = [
        d
        for d in documents
        if validity(d.entry, on=on) == "valid" and (has_internal or d.entry.audience == "public")
    ]
    return sorted(found, key=lambda d: (sort_key(d.entry.name), d.id))


def document_index(documents: Iterable[Record[Document]], *, on: datetime.date) -> DocumentIndex:
    """The public index in the sense of seed B12: statistics left, documents right."""
    valid = valid_documents(documents, on=on)
    statistics = tuple(d for d in valid if d.entry.type == "results")
    return DocumentIndex(statistics, tuple(d for d in valid if d.entry.type != "results"))


def to_delete(documents: Iterable[Record[Document]], *, on: datetime.date) -> list[Record[Document]]:
    """Documents whose day of gallring has passed."""
    return [d for d in documents if d.entry.delete_after and d.entry.delete_after < on]


def _cell(documents: Iterable[Record[Document]], year: str, series: str, form: str) -> MatrixCell:
    fitting = [d for d in documents if (d.school_year, d.entry.series, d.entry.type) == (year, series, form)]
    for document in reversed(fitting):
        if document.entry.state == "established":
            return MatrixCell(year, series, form, "published", document)
    if fitting:
        return MatrixCell(year, series, form, "planned", fitting[-1])
    return MatrixCell(year, series, form, "missing", None)


def _newest(document: Record[Document], by_thing: Mapping[str, Record[Document]]) -> Record[Document]:
    seen = {document.thing}
    while document.entry.replaced_by in by_thing and document.entry.replaced_by not in seen:
        document = by_thing[document.entry.replaced_by]
        seen.add(document.thing)
    return document


def _told(document: Document, state: Validity, instead: Record[Document] | None) -> str:
    place = f" Det finns här: {document.link}." if document.link else ""
    new = f" I stället gäller {instead.entry.name}." if instead else ""
    why = f" {document.repeal.strip().rstrip('.')}." if document.repeal.strip() else ""
    if state == "valid":
        until = f" till och med {date(document.valid_to)}" if document.valid_to else " tills vidare"
        return f"{document.name} gäller{until}.{place}"
    if state == "not_yet" and document.valid_from:
        return f"{document.name} börjar gälla {date(document.valid_from)}.{place}"
    if state == "draft":
        return f"{document.name} är inte fastställt än."
    last = f" Sista dagen var {date(document.valid_to)}." if document.valid_to else ""
    return f"{document.name} gäller inte längre.{last}{why}{new}{place}"
