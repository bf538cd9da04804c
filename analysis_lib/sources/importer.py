"""Takes files in: recognise, read, check, pseudonymise, store; one transaction per file (floor 3).

Whatever happens inside one file, the others go on, nothing is half stored, and every row is accounted
for: read = accepted + rejected + ignored. Source of outcomes and exit codes: docs/FORMAT.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis_lib.errors import EXIT_DONE, EXIT_PARTIAL, EXIT_USAGE, SkolbankError, did_you_mean
from analysis_lib.snapshots.gathered import Gathered
from analysis_lib.snapshots.pseudonyms import Pseudonyms
from analysis_lib.snapshots.refused_files import note_refused
from analysis_lib.snapshots.store import Change, Snapshot, SourceInfo, Store
from analysis_lib.snapshots.units import load_units
from analysis_lib.snapshots.whereabouts import Whereabouts
from analysis_lib.sources.collecting import rarely_collected
from analysis_lib.sources.found_files import Skipped, find_files, harmless_name
from analysis_lib.sources.import_report import FileReport, ImportReport, render_summary
from analysis_lib.sources.joined_sheets import joined
from analysis_lib.sources.long_files import Portioned, head_of, read_long
from analysis_lib.sources.reading import is_long_text, read_raw
from analysis_lib.sources.recognition import Recognised, known_formats, recognise, recognise_all
from analysis_lib.sources.refused_rows import write_refused
from analysis_lib.sources.shapes import Format, Message, RawFile, ReadContext, Sheet, TableResult
from analysis_lib.sources.text_stream import open_text
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

__all__ = ["FileReport", "ImportReport", "import_paths", "render_summary"]


@dataclass(frozen=True)
class _Import:
    """What is the same for every file of one import."""

    workspace: Workspace
    store: Store
    context: ReadContext
    formats: Sequence[Format]
    as_format: str
    dry_run: bool
    strict: bool
    likely_units: frozenset[str]  # known from published statistics only, so another unit is a warning


def import_paths(
    paths: Iterable[str | os.PathLike[str]],
    *,
    workspace: Workspace,
    as_format: str | None = None,
    dry_run: bool = False,
    strict: bool = False,
    tell: Callable[[str], None] = lambda file: None,
) -> ImportReport:
    """Imports files and folders (in sorted order) and tells what became of each.

    ``as_format`` forces a format id, ``dry_run`` stores nothing, ``strict`` refuses a file whole when
    one of its rows is refused, ``tell`` hears of each file before it is read. Raises SkolbankError only for
    wrong use, before anything has started.
    """
    formats = known_formats(workspace)
    if as_format:
        _require_known(as_format, [one.id for one in formats])
    store = Store(workspace)
    catalog = Catalog(workspace)
    units = {code: unit.name for code, unit in catalog.units.items()}
    context = ReadContext(
        workspace,
        Pseudonyms.open(workspace, create=not dry_run),
        strict,
        units=units or None,
        whereabouts=Whereabouts(store),
    )
    likely = frozenset() if units else frozenset(load_units(workspace, catalog, store))
    work = _Import(workspace, store, context, formats, as_format or "", dry_run, strict, likely)
    files: list[FileReport] = []
    for found in find_files([Path(path) for path in paths]):
        if isinstance(found, Skipped):
            name = harmless_name(workspace.shown(found.path))
            files.append(FileReport(name, found.exit_status, messages=[found.message]))
        else:
            tell(harmless_name(workspace.shown(found)))
            with rarely_collected():
                files.extend(_import_file(found, work))
    notes = [_readable_by_others()] if not dry_run and store.readable_by_others() else []
    return ImportReport(files, dry_run=dry_run, notes=notes)


def _require_known(format_id: str, known: Sequence[str]) -> None:
    if format_id not in known:
        raise SkolbankError(
            "format-unknown",
            f"Formatet {format_id[:60]} finns inte",
            remedy=did_you_mean(format_id, known) or f"Det finns: {', '.join(known)}.",
        )


def _import_file(path: Path, work: _Import) -> list[FileReport]:
    """One file, whole or not at all; no fault of any kind reaches the other files."""
    name = harmless_name(work.workspace.shown(path))
    try:
        if is_long_text(path) and (reports := _import_long(path, name, work)):
            return reports
        return _take(read_raw(path), name, work)
    except SkolbankError as error:
        return [_refused(name, Message("error", error.code, str(error)), error.exit_status)]
    except Exception as error:  # the promise is that no file stops the others or shows a traceback
        text = (
            f"Filen kunde inte läsas: ett oväntat fel ({type(error).__name__}) uppstod och inget sparades. "
            "Kontrollera att filen är hel, och anmäl felet om den är det. [import-failed]"
        )
        return [_refused(name, Message("error", "import-failed", text), EXIT_USAGE)]


def _take(raw: RawFile, name: str, work: _Import) -> list[FileReport]:
    chosen, skipped = _choose(raw, work)
    results = [
        (one.sheet, one.format.read(one.sheet, replace(work.context, other_sheets=one.notes)))
        for one in chosen
    ]
    _refuse_two_of_a_kind(results)
    reports = [_report(raw, name, sheet, result) for sheet, result in results]
    reports[0].messages[:0] = [*raw.messages, *skipped]
    reports[0].messages += _unlisted_units(_pupils_units(results), work.likely_units)
    return _finish(raw, results, reports, work)


def _import_long(path: Path, name: str, work: _Import) -> list[FileReport]:
    """A long text file in portions; nothing when its format is only read whole."""
    text = open_text(path)
    head = head_of(text)
    known = recognise(head, work.formats, wanted=work.as_format)
    if not isinstance(known, Portioned):
        return []
    with work.store.gather(is_trial=work.dry_run) as gathered:
        result, units = read_long(text, head, known, work.context, gathered=gathered)
        raw = RawFile(path, text.sha256, text.size, "text", (head,), tuple(text.messages))
        reports = [_report(raw, name, head, result)]
        reports[0].messages[:0] = raw.messages
        reports[0].messages += _unlisted_units(units if result.level == "pupil" else set(), work.likely_units)
        return _finish(raw, [(head, result)], reports, work, gathered)


def _finish(
    raw: RawFile,
    results: list[tuple[Sheet, TableResult]],
    reports: list[FileReport],
    work: _Import,
    gathered: Gathered | None = None,
) -> list[FileReport]:
    """Writes what was refused, and stores the rest unless the whole file falls."""
    rejected = sum(report.rows_rejected for report in reports)
    workbook = ""
    if rejected and not work.dry_run:
        place = write_refused(work.workspace, raw.sha256, [(sheet.name, result) for sheet, result in results])
        workbook = work.workspace.shown(place)
        text = f"De nekade raderna står i {workbook}. Rätta dem och läs in filen igen."
        reports[0].messages.append(Message("info", "refused-written", text))
        if not any(report.rows_accepted for report in reports):
            file = harmless_name(raw.path.name)
            note_refused(place.parent, file, results[0][1].format, rejected, workbook)
    if rejected and work.strict:
        text = f"Filen nekas hel eftersom {rejected} rader nekades och --strict är valt. [strict-refused]"
        for report in reports:
            report.messages.append(Message("error", "strict-refused", text))
            report.exit_status = EXIT_USAGE
        return reports
    for report, (_, result) in zip(reports, results, strict=True):
        if not result.conserves_rows:
            raise RuntimeError("rows are lost")
        report.exit_status = EXIT_PARTIAL if result.rows_rejected else EXIT_DONE
    _store(raw, workbook, results, reports, work, gathered)
    return reports


def _choose(raw: RawFile, work: _Import) -> tuple[list[Recognised], list[Message]]:
    """The sheets that hold a known table, and messages about those that do not."""
    if not any(cell.strip() for sheet in raw.sheets for _, cells in sheet.rows for cell in cells):
        raise SkolbankError("file-empty", "Filen är tom", remedy="Ta ut den på nytt.")
    chosen = recognise_all(raw, work.formats, wanted=work.as_format)
    taken = {one.sheet.name for one in chosen} | {note.name for one in chosen for note in one.notes}
    skipped = [
        Message(
            "info", "sheet-skipped", f"Bladet ”{name[:40]}” är ingen tabell som läses in och hoppades över."
        )
        for name in (sheet.name for sheet in raw.sheets)
        if name not in taken
    ]
    return chosen, skipped


def _refuse_two_of_a_kind(results: list[tuple[Sheet, TableResult]]) -> None:
    seen: dict[tuple[str, str, str], str] = {}
    for sheet, result in results:
        kind = (result.format, result.level, result.school_year)
        if kind in seen and not result.joins_sheets:
            raise SkolbankError(
                "sheets-ambiguous",
                "Två blad i arbetsboken innehåller samma slags tabell",
                where=f"bladen {seen[kind][:40]} och {sheet.name[:40]}",
                remedy="Spara det blad som gäller i en egen fil.",
            )
        seen[kind] = sheet.name


def _pupils_units(results: list[tuple[Sheet, TableResult]]) -> set[str]:
    frames = [f for _, result in results for f in result.frames.values() if result.level == "pupil"]
    return {str(code) for frame in frames for code in frame["unit_code"].unique()}


def _unlisted_units(units: set[str], likely: frozenset[str]) -> list[Message]:
    unlisted = sorted(units - likely) if likely else []
    if not unlisted:
        return []
    more = " med flera" if len(unlisted) > 5 else ""
    text = (
        f"Skolenhet {', '.join(unlisted[:5])}{more} finns inte i den inlästa statistiken. Kontrollera koden, "
        "eller lägg till enheten i params/units.yaml."
    )
    return [Message("warning", "unit-unlisted", text, column="Skolenhetskod")]


def _report(raw: RawFile, name: str, sheet: Sheet, result: TableResult) -> FileReport:
    return FileReport.of(name, result, sha256=raw.sha256, sheet=sheet.name if len(raw.sheets) > 1 else "")


def _store(
    raw: RawFile,
    workbook: str,
    results: list[tuple[Sheet, TableResult]],
    reports: list[FileReport],
    work: _Import,
    gathered: Gathered | None,
) -> None:
    """All tables of the file in one transaction; tells what is new against what was stored."""
    first = results[0][1]
    source = SourceInfo(
        format=first.format,
        file=harmless_name(raw.path.name),
        sha256=raw.sha256,
        marks=first.marks,
        legal_basis=str(first.metadata.get("legal_basis", "")),
        licence=str(first.metadata.get("licence", "")),
        header=dict(first.metadata.get("header", {})),
        messages=tuple(message.as_json() for message in reports[0].messages),
        metadata={k: v for k, v in first.metadata.items() if k not in {"header", "legal_basis", "licence"}},
        workbook=workbook,
    )
    transaction = work.store.begin(source)
    for table, frame, waiting in joined(results):
        transaction.add(table, frame, refused=waiting)
    if gathered:
        transaction.add_gathered(gathered, refused=first.waiting)
    if transaction.is_unchanged:
        text = "Samma uppgifter är redan inlästa. Inget ändrades."
        reports[0].messages.append(Message("info", "unchanged", text))
    else:
        reports[0].messages.extend(_replacements(transaction.changes))
    if not work.dry_run:
        transaction.commit()
        for report, (_, result) in zip(reports, results, strict=True):
            report.stored = any(map(len, result.frames.values())) or (
                gathered is not None and result.rows_accepted > 0
            )


def _replacements(changes: list[tuple[Snapshot, Change]]) -> list[Message]:
    """What the file changes in slots that held data; many removed pupils are a warning."""
    replaced = [(s, change) for s, change in changes if not (change.is_new or change.is_empty)]
    if not replaced:
        return []
    added, removed, changed, before = (
        sum(getattr(change, name) for _, change in replaced)
        for name in ("added", "removed", "changed", "before")
    )
    thing = "elever" if replaced[0][0].table.startswith("core_scb") else "uppgifter"
    text = (
        f"Ersätter tidigare inlästa uppgifter om {before} {thing}: {added} tillkom, {removed} togs bort "
        f"och {changed} ändrades."
    )
    if removed * 5 <= before:
        return [Message("info", "replaced", text)]
    return [Message("warning", "replaced-fewer", f"{text} Kontrollera att filen är fullständig.")]


def _refused(name: str, message: Message, exit_status: int) -> FileReport:
    return FileReport(name, exit_status or EXIT_USAGE, messages=[message])


def _readable_by_others() -> Message:
    return Message(
        "warning",
        "data-readable-by-others",
        "Mappen data/snapshots kan läsas av andra på datorn. Stäng den med: chmod 700 data/snapshots",
    )
