"""Where a figure comes from, told from its mark alone: down to file, row count and hash (floor 7).

The mark may be read from a page, a PDF or a print. Editions that have been replaced are found too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis_lib import text
from analysis_lib.errors import SkolbankError, nearest
from analysis_lib.report.manifest import file_hash
from analysis_lib.report.provenance import (
    CURRENT_PAGES,
    PAGES_FOLDER,
    all_editions,
    provenance_folder,
    read_mark,
)
from analysis_lib.report.scope import NATION
from analysis_lib.report.sections import EDITIONS
from analysis_lib.snapshots.store import Store
from analysis_lib.snapshots.units import load_units
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.classes import shown_name, unit_of
from analysis_lib.vocabulary.workspace import Workspace

_KINDS = {
    "figure": "Figur",
    "table": "Tabell",
    "facts": "Faktaruta",
    "findings": "Fynd",
    "cards": "Regelkort",
}
_STATES = {
    "shown": "visas",
    "suppressed": "visas inte",
    "nearly_all": "visas som ~100",
    "nearly_none": "visas som ~0",
    "missing": "uppgift saknas",
}
_RULES = {
    "primary": "färre elever än tröskeln",
    "size": "antalet elever visas inte",
    "tail": "nästan alla eller nästan ingen",
    "sexes": "flickor och pojkar visas eller döljs tillsammans",
    "published": "som myndigheten har publicerat det",
    "dominance": "en enda elev kan väga för tungt i medelvärdet",
    "complementary": "skyddar en annan grupp som annars går att räkna ut",
    "distribution": "fördelningen visas eller döljs som en helhet",
    "earlier": "dolt i en tidigare publicering",
    "whole": "enhetens eget tal visas inte",
}
_SEXES = {"T": "alla", "F": "flickor", "P": "pojkar"}
_BASES = {
    "own": "egna uppgifter",
    "published": "publicerad statistik",
    "computed": "beräknat ur publicerad statistik",
}


@dataclass(frozen=True)
class TracedCell:
    """One value of a figure as it was released, and the definition it follows."""

    indicator: str
    title: str
    version: str
    definition_hash: str
    school_year: str
    place: str
    sex: str
    subject: str
    category: str
    value: str
    n: str
    numerator: int | None
    state: str
    rule: str
    basis: str
    snapshots: tuple[str, ...]


@dataclass(frozen=True)
class TracedSnapshot:
    """One stored file behind a figure; ``is_kept`` is false when its rows have been deleted since."""

    hash: str
    table: str
    source: str
    file: str
    file_sha256: str
    imported_at: str
    rows: int
    is_kept: bool


@dataclass(frozen=True)
class Trace:
    """Everything that is known of one figure in one edition of a document."""

    mark: str
    kind: str
    title: str
    document: str
    seminar: str
    seminar_title: str
    audience: str
    school_year: str
    published: str
    is_current: bool
    release: str
    code_version: str
    library: str
    cells: tuple[TracedCell, ...]
    snapshots: tuple[TracedSnapshot, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return asdict(self)


def trace(workspace: Workspace, words: str) -> list[Trace]:
    """What the mark stands for, the newest edition of each document that shows it.

    Raises SkolbankError when no document of the workspace has had such a figure.
    """
    wanted = read_mark(words)
    tail = wanted[-9:]
    newest: dict[str, tuple[str, dict[str, Any]]] = {}
    for path, edition in all_editions(provenance_folder(workspace), tail):
        place = str(edition["document"]) if "pages" in edition else str(path)
        before = newest.get(place, ("", {}))[1]
        is_older = "pages" in edition and edition["published"] < before.get("published", "")
        for mark in edition.get("figures", {}):
            if not is_older and mark.endswith(tail) and (len(wanted) == len(tail) or mark == wanted):
                newest[place] = (mark, edition)
    if not newest:
        raise _unknown(workspace, wanted)
    teller = _Teller(workspace)
    return [teller.tell(mark, edition) for mark, edition in newest.values()]


def trace_text(found: Trace) -> str:
    """A trace as a person reads it."""
    lines = [
        f"{_KINDS.get(found.kind, found.kind)} {found.mark}",
        f"  {found.title}" if found.title != found.kind else "",
        f"Dokument    {found.document}",
        f"            {'gällande utgåva' if found.is_current else 'ersatt av en senare utgåva'}, "
        f"gjord {found.published}, {text.uncapitalised(EDITIONS.get(found.audience, found.audience))}",
        f"Seminarium  {found.seminar_title} ({found.seminar}), läsår {found.school_year}",
        f"Program     skolbank {found.code_version}, bibliotek {found.library}, körning {found.release[:8]}",
        "Tal" if found.cells else "Tal         inga om elever: figuren är ritad ur registret",
        *(line for cell in found.cells for line in _cell_lines(cell)),
        "Underlag" if found.snapshots else "",
        *(line for snapshot in found.snapshots for line in _snapshot_lines(snapshot)),
    ]
    return "\n".join(line for line in lines if line)


class _Teller:
    """Resolves codes, units and hashes once for all editions that are told."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._catalog = Catalog(workspace)
        self._store = Store(workspace)
        units = load_units(workspace, self._catalog, self._store)
        self._names = {code: unit.name for code, unit in units.items()}

    def tell(self, mark: str, edition: Mapping[str, Any]) -> Trace:
        figure = edition["figures"][mark]
        cells = tuple(self._cell(edition, place) for place in figure["cells"])
        seminar = str(edition["document"]).split("/", 1)[0]
        known = self._catalog.seminars.get(seminar)
        hashes = dict.fromkeys(each for cell in cells for each in cell.snapshots)
        return Trace(
            mark=mark,
            kind=figure["kind"],
            title=figure["title"],
            document=edition["document"],
            seminar=seminar,
            seminar_title=known.title if known else "borttaget seminarium",
            audience=edition.get("audience", ""),
            school_year=edition.get("school_year", ""),
            published=edition.get("published", ""),
            is_current=self._is_current(edition),
            release=edition.get("release", ""),
            code_version=edition.get("versions", {}).get("skolbank", ""),
            library=edition.get("library", ""),
            cells=cells,
            snapshots=tuple(self._snapshots(hashes)),
        )

    def _cell(self, edition: Mapping[str, Any], place: int) -> TracedCell:
        row = dict(zip(edition["columns"], edition["cells"][place], strict=True))
        definition = edition["definitions"].get(row["indicator"], {})
        return TracedCell(
            indicator=row["indicator"],
            title=definition.get("title", ""),
            version=definition.get("version", ""),
            definition_hash=definition.get("hash", ""),
            school_year=row["school_year"],
            place=self._place(row),
            sex=row["sex"],
            subject=row["subject"],
            category=row["category"],
            value=row["value"],
            n=row["n"],
            numerator=row["numerator"],
            state=row["state"],
            rule=row["rule"],
            basis=row["basis"],
            snapshots=tuple(edition["sources"][row["sources"]]),
        )

    def _place(self, row: Mapping[str, Any]) -> str:
        level, code = row["level"], row["code"]
        if code == NATION:
            return "riket"
        if level == "authority":
            return "huvudmannens egna skolor"
        if level == "municipality":
            return "alla skolor i kommunen"
        if level == "class":
            unit = unit_of(code)
            return f"{self._names.get(unit, unit)}, {shown_name(code)} ({code})"
        return f"{self._names[code]} ({code})" if code in self._names else str(code)

    def _snapshots(self, hashes: Mapping[str, Any]) -> Iterator[TracedSnapshot]:
        for short in hashes:
            for snapshot, source in self._store.with_hash(short):
                yield TracedSnapshot(
                    hash=snapshot.hash,
                    table=snapshot.table,
                    source=str(source.get("format", "")),
                    file=str(source.get("file", "")),
                    file_sha256=str(source.get("sha256", "")),
                    imported_at=snapshot.imported_at,
                    rows=snapshot.rows,
                    is_kept=self._store.path(snapshot).is_file(),
                )

    def _is_current(self, edition: Mapping[str, Any]) -> bool:
        """Whether the files that this edition became stand as they were, or the pages are of this edition."""
        if "pages" in edition:
            seminar = str(edition["document"]).split("/", 1)[0]
            folder = provenance_folder(self._workspace) / seminar / PAGES_FOLDER
            path = folder / str(edition.get("audience", "")) / CURRENT_PAGES
            return path.is_file() and path.read_text("utf-8") == edition["pages"]
        folder = self._workspace.output / Path(str(edition["document"])).parent
        outputs = {n: h for n, h in edition.get("outputs", {}).items() if not n.endswith(".facts.jsonl")}
        return bool(outputs) and all(
            (folder / name).is_file() and file_hash(folder / name) == known for name, known in outputs.items()
        )


def _cell_lines(cell: TracedCell) -> Iterator[str]:
    what = " ".join(filter(None, (cell.subject, cell.category, _SEXES.get(cell.sex, cell.sex))))
    told = f"n {cell.n}" if cell.n != "." else "n anges inte"
    told += f", täljare {text.count(cell.numerator)}" if cell.numerator is not None else ""
    yield f"  {cell.title}, {cell.school_year}, {cell.place}, {what}: {cell.value} ({told})"
    rule = f", regel: {_RULES.get(cell.rule, cell.rule)} [{cell.rule}]" if cell.rule else ""
    yield (
        f"    {_STATES.get(cell.state, cell.state)}{rule}; {_BASES.get(cell.basis, cell.basis)}; "
        f"{cell.indicator} version {cell.version} ({cell.definition_hash})"
    )
    if cell.snapshots:
        yield f"    underlag: {', '.join(cell.snapshots)}"


def _snapshot_lines(snapshot: TracedSnapshot) -> Iterator[str]:
    gone = "" if snapshot.is_kept else ", raderna är gallrade"
    yield (
        f"  {snapshot.hash[:12]}  {snapshot.source}, {snapshot.file}, inläst {snapshot.imported_at[:10]}, "
        f"{text.count(snapshot.rows)} rader{gone}"
    )
    yield f"    fil sha256 {snapshot.file_sha256}"


def _unknown(workspace: Workspace, mark: str) -> SkolbankError:
    editions = all_editions(provenance_folder(workspace))
    close = nearest(mark, [known for _, edition in editions for known in edition.get("figures", {})])
    return SkolbankError(
        "figure-unknown",
        f"Ingen figur i arbetsytan har märket {mark[:30]}",
        remedy=f"Menade du {close}?" if close else "Märket står vid figurens fot, t.ex. SB-26-7K3Q-X9TD.",
    )
