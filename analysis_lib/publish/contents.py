"""What a public site holds: documents of finished public rounds, each with a clean audit (publish floor)."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis_lib.batch import publish
from analysis_lib.batch.files import sha256_of
from analysis_lib.batch.places import facts_folder, ledger_of
from analysis_lib.disclosure.gate import read_facts_of, require_clean
from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.register.kinds.documents import Document as RegisterDocument
from analysis_lib.register.log import open_register
from analysis_lib.register.views.documents import (
    DocumentAnswer,
    DocumentIndex,
    MatrixCell,
    answer,
    document_index,
    publication_matrix,
    validity,
)
from analysis_lib.report.forms import FORMS, file_name
from analysis_lib.report.freeze import at_freeze
from analysis_lib.report.parameters import load_sidecar
from analysis_lib.report.prepare import prepare
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import Seminar, Settings, Unit
from analysis_lib.vocabulary.workspace import Workspace

MATRIX_YEARS = 4


@dataclass(frozen=True)
class Paper:
    """One document on the site: ``files`` are its forms, by name, where they lie in the output."""

    seminar: Seminar
    school_year: str
    code: str
    report: str
    title: str
    made: str
    files: Mapping[str, Path]

    def place(self, form: str) -> str:
        """The address of one of its forms on the site, relative to the start page."""
        return f"dokument/{self.seminar.id}/{self.code}/{self.files[form].name}"


@dataclass(frozen=True)
class Contents:
    """Everything that the pages of a site are drawn from."""

    settings: Settings
    units: Mapping[str, Unit]
    papers: tuple[Paper, ...]
    matrix: tuple[MatrixCell, ...]
    archive: DocumentIndex
    answers: tuple[DocumentAnswer, ...] = ()

    def about(self, code: str) -> list[Paper]:
        """The papers about one unit, or about the huvudman."""
        return [paper for paper in self.papers if paper.code == code]

    @property
    def areas(self) -> dict[str, list[Unit]]:
        """The units that have papers, by area."""
        found: dict[str, list[Unit]] = {}
        for code in dict.fromkeys(paper.code for paper in self.papers):
            if code in self.units:
                unit = self.units[code]
                other = "Fristående skolor" if unit.organiser == "independent" else "Övriga skolor"
                found.setdefault(unit.area or other, []).append(unit)
        return found

    def fingerprint(self) -> str:
        """A hash of every file and word, so that an unchanged site is known."""
        parts = [self.settings.model_dump_json()]
        for paper in self.papers:
            parts += [paper.place(ending) + sha256_of(path) for ending, path in paper.files.items()]
        parts += [repr((each.school_year, each.series, each.form, each.state)) for each in self.matrix]
        parts += [each.id for each in (*self.archive.statistics, *self.archive.documents)]
        parts += [each.told for each in self.answers]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def gather(workspace: Workspace, seminars: Sequence[str], *, today: datetime.date) -> Contents:
    """The contents of a site with these seminars; every fault at once, and nothing has been written.

    Raises ``SkolbankError`` with exit status 3 when the statements of a seminar have no clean audit.
    """
    catalog = Catalog(workspace)
    papers: list[Paper] = []
    units: dict[str, Unit] = {}
    faults: list[SkolbankError] = []
    for name in seminars:
        try:
            seminar = catalog.seminar(name)
            _refuse_narrow(seminar)
            papers += _papers(workspace, seminar)
        except SkolbankError as error:
            faults.append(error)
            continue
        units |= prepare(at_freeze(workspace, name), name).units
    if faults:
        raise SeveralErrors(faults) if len(faults) > 1 else faults[0]
    matrix, archive, answers = _documents(workspace, papers, today)
    return Contents(catalog.settings, units, tuple(papers), matrix, archive, answers)


def _refuse_narrow(seminar: Seminar) -> None:
    if seminar.audience != "public":
        raise SkolbankError(
            "publish-not-public",
            f"Seminariet {seminar.id} är inte en publik utgåva och får inte publiceras",
            where=f"params/seminars/{seminar.id}.yaml",
            remedy="Publicera ett seminarium med audience: public.",
        )


def _papers(workspace: Workspace, seminar: Seminar) -> list[Paper]:
    """The finished documents of a round; one that is not whole, or not audited, is refused."""
    place = at_freeze(workspace, seminar.id)
    ledger = ledger_of(workspace)
    try:
        entries = list(ledger.entries(seminar.id).values())
    finally:
        ledger.close()
    folder = workspace.output / seminar.id
    late = [each.key for each in entries if each.state != "done" or not publish.is_intact(folder, each)]
    if late or not entries:
        raise SkolbankError(
            "publish-not-finished",
            f"Seminariet {seminar.id} har {len(late) or 'inga'} dokument som inte är klara",
            where=late[0] if late else f"output/{seminar.id}",
            remedy=f"Kör skolbank run {seminar.id} och rätta det som stoppar.",
        )
    paths = [facts_folder(workspace) / seminar.id / e.code / f"{e.report}.facts.jsonl" for e in entries]
    said = read_facts_of(paths)
    require_clean(workspace, said, audience="public", scope=seminar.id)
    school_year = prepare(place, seminar.id).school_year
    papers = []
    for each in sorted(entries, key=lambda e: (e.code, e.report)):
        places = {form: folder / each.code / file_name(each.report, form) for form in FORMS}
        files = {form: path for form, path in places.items() if path.name in each.files}
        title = load_sidecar(place, each.report).title
        papers.append(Paper(seminar, school_year, each.code, each.report, title, each.finished[:10], files))
    return papers


def _documents(
    workspace: Workspace, papers: Sequence[Paper], today: datetime.date
) -> tuple[tuple[MatrixCell, ...], DocumentIndex, tuple[DocumentAnswer, ...]]:
    """The publication matrix, the archive, and what is said of public documents that no longer hold (S9)."""
    has_register = (workspace.data / "register").is_dir() or "SKOLBANK_REGISTER_URL" in os.environ
    documents = open_register(workspace).current(RegisterDocument) if has_register else []
    last = max(paper.school_year for paper in papers)
    years = [str(SchoolYear.parse(last).plus(-back)) for back in reversed(range(MATRIX_YEARS))]
    public = [one for one in documents if one.entry.audience == "public"]
    by_thing = {one.thing: one for one in public}
    old = [one for one in public if validity(one.entry, on=today) in ("replaced", "expired")]
    answers = tuple(answer(one, by_thing, on=today) for one in old)
    return tuple(publication_matrix(documents, years)), document_index(documents, on=today), answers


def as_json(contents: Contents) -> str:
    """What the site was made of, kept beside it."""
    lines = [
        {
            "seminar": p.seminar.id,
            "edition": p.seminar.edition,
            "unit": p.code,
            "report": p.report,
            "made": p.made,
        }
        for p in contents.papers
    ]
    return json.dumps({"format": 1, "documents": lines}, ensure_ascii=False, indent=1) + "\n"
