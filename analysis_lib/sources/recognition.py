"""Which real format a sheet is of, judged by its content and never by a file name (floor 3).

A sheet that no format knows, or that two formats claim, is refused with what was seen: a guess here
would put right figures in the wrong table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.sources import (
    attendance,
    course_results,
    pxweb,
    scb,
    simple_grades,
    simple_tables,
    skolverket,
    surveys,
)
from analysis_lib.sources.nearest import preview
from analysis_lib.sources.shapes import Format, RawFile, Sheet
from analysis_lib.vocabulary.workspace import Workspace

_SURE = 0.45
_CLOSE = 0.1
_DEFINITIONS = "rapportbeskrivning"


@dataclass(frozen=True)
class Recognised:
    """A sheet, the format it is of, and the sheets beside it that only explain it."""

    sheet: Sheet
    format: Format
    notes: tuple[Sheet, ...] = ()


@runtime_checkable
class Explaining(Protocol):
    """A format that can say what an unknown sheet of its own source looks like."""

    def explain(self, sheet: Sheet) -> str: ...


def known_formats(workspace: Workspace) -> tuple[Format, ...]:
    """Every format that can be imported, with the tables as the workspace describes them."""
    return (
        *scb.FORMATS,
        *simple_grades.FORMATS,
        *course_results.FORMATS,
        *attendance.FORMATS,
        *simple_tables.formats(workspace),
        *skolverket.formats(workspace),
        *pxweb.formats(workspace),
        *surveys.formats(workspace),
    )


def recognise(sheet: Sheet, formats: Sequence[Format], *, wanted: str = "") -> Format:
    """The one format the sheet is of; ``wanted`` (``--as``) must agree with the content.

    Raises SkolbankError with code ``format-unknown``, ``format-ambiguous`` or ``format-mismatch``.
    """
    ids = [known.id for known in formats]
    if wanted and wanted not in ids:
        raise SkolbankError(
            "format-unknown",
            f"Formatet {wanted} finns inte",
            remedy=did_you_mean(wanted, ids) or f"Välj ett av: {', '.join(ids)}.",
        )
    scores = sorted(((known.recognise(sheet), known) for known in formats), key=lambda pair: -pair[0])
    likely = [known for score, known in scores if score >= _SURE and score > scores[0][0] - _CLOSE]
    if wanted:
        return _agreeing(wanted, [known for score, known in scores if score >= _SURE])
    if not likely:
        raise SkolbankError(
            "format-unknown",
            f"Filens innehåll känns inte igen. {_seen(sheet, formats)}",
            remedy="Kontrollera att det är en tabell som Skolbänken läser, och att rubrikraden är med. "
            "En egen tabell beskrivs med skolbank new source NAMN FIL.",
        )
    if len(likely) > 1:
        raise SkolbankError(
            "format-ambiguous",
            f"Filen kan vara {' eller '.join(known.id for known in likely)}",
            remedy="Säg vilket med --as FORMAT.",
        )
    return likely[0]


def recognise_all(raw: RawFile, formats: Sequence[Format], *, wanted: str = "") -> list[Recognised]:
    """The tables of a file: one for a text file, one or several for a workbook.

    Sheets with definitions are handed on as notes. A workbook whose other sheets are not all known is
    read only when at least one is; raises SkolbankError when none is.
    """
    found: list[tuple[Sheet, Format]] = []
    notes: list[Sheet] = []
    faults: list[SkolbankError] = []
    for sheet in raw.sheets:
        if not any(any(cells) for _, cells in sheet.rows):
            continue
        try:
            found.append((sheet, recognise(sheet, formats, wanted=wanted)))
        except SkolbankError as error:
            if len(raw.sheets) > 1 and _explains(sheet):
                notes.append(sheet)
            faults.append(error)
    if not found:
        raise faults[0]
    ambiguous = [fault for fault in faults if fault.code == "format-ambiguous"]
    if ambiguous:
        raise ambiguous[0]
    return [Recognised(sheet, known, tuple(notes)) for sheet, known in found]


def _agreeing(wanted: str, likely: Sequence[Format]) -> Format:
    for known in likely:
        if known.id == wanted:
            return known
    seen = f"är {likely[0].id}" if likely else "känns inte igen"
    raise SkolbankError(
        "format-mismatch",
        f"Filen skulle läsas som {wanted}, men innehållet {seen}",
        remedy="Välj rätt fil, eller utelämna --as.",
    )


def _explains(sheet: Sheet) -> bool:
    return any(_DEFINITIONS in cell.lower() for _, cells in sheet.rows[:12] for cell in cells)


def _seen(sheet: Sheet, formats: Sequence[Format]) -> str:
    """What a format can tell of a sheet that looks like its kin, else its size, its headings and the
    nearest formats; never its cells, which may hold names."""
    for known in formats:
        if isinstance(known, Explaining) and (text := known.explain(sheet)):
            return text
    return preview(sheet, formats).removesuffix(".")
