"""Every table of a document, the data tables of its charts too, as values for Excel and CSV (floor 7).

A cell that shows a number becomes that number with the decimals shown, never more; a mark such as ``..`` or
``~100`` stays a text, so that nobody can reckon with it by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis_lib import text
from analysis_lib.report.document import Document, Shown
from analysis_lib.report.prose import paragraphs, plain

INTERNAL = "Intern – får inte publiceras"
MARKS = {
    "..": "Visas inte. Talet skyddar en liten grupp, eller bygger på få elever i Skolverkets statistik.",
    "~100": "Nästan alla. Exakt tal visas inte, så att ingen enskild elev kan pekas ut.",
    "~0": "Nästan inga. Exakt tal visas inte, så att ingen enskild elev kan pekas ut.",
    ".": "Uppgift saknas. Inget har rapporterats för gruppen.",
    "–": "Finns inte för den här raden.",
}
_NUMBER = re.compile(
    r"(?P<sign>[+−-]?)(?P<whole>\d{1,3}(?:[\u00a0\u202f ]\d{3})+|\d+)"
    r"(?:,(?P<decimals>\d+))?(?P<unit>[\u00a0 ]%)?"
)
_SMALL_WORDS = {"av", "det", "där", "efter", "för", "i", "med", "mot", "och", "på", "som", "till"}
_LONGEST_TERM = 60
_SHEET_NAME = 28  # Excel takes 31 signs; a number stands first
_UNFIT = re.compile(r"[\[\]:*?/\\'\u00a0]+")


@dataclass(frozen=True)
class Value:
    """What one cell shows: always ``shown``, and ``number`` too where it is one."""

    shown: str
    number: float | None = None
    decimals: int = 0
    is_percent: bool = False
    is_signed: bool = False


@dataclass(frozen=True)
class Table:
    """A table with everything a reader needs who meets it alone."""

    name: str
    title: str
    caption: str
    mark: str
    headers: tuple[str, ...]
    is_right: tuple[bool, ...]
    rows: tuple[tuple[str, tuple[Value, ...]], ...]
    notes: tuple[tuple[str, str], ...]
    foot: str


@dataclass(frozen=True)
class About:
    """One heading of the sheet of definitions and its lines: a term (or nothing) and a text."""

    heading: str
    lines: tuple[tuple[str, str], ...]


def tables_of(document: Document) -> list[Table]:
    """The tables in reading order, each with a name of its own; an empty table is left out."""
    found = [block for block in document.blocks() if _table(block.kind, block.data).get("rows")]
    return [_read(number, block.kind, block.data) for number, block in enumerate(found, start=1)]


def about(document: Document, tables: Sequence[Table]) -> Iterator[About]:
    """What the tables are, what their marks and terms mean, and where their numbers come from."""
    masthead, foot = _data(document, "masthead"), _data(document, "foot")
    edition = [("", INTERNAL)] if document.audience == "internal" else []
    lines = (str(masthead.get("kicker") or ""), *map(str, masthead.get("lines", ())))
    yield About(document.title, (*edition, *(("", line) for line in lines)))
    yield About(
        "Tabellerna", tuple((table.name, f"{table.caption} {table.mark}".strip()) for table in tables)
    )
    shown = {value.shown for table in tables for _, row in table.rows for value in row}
    marks = tuple((mark, words) for mark, words in MARKS.items() if mark in shown)
    yield About("Tecken i tabellerna", marks)
    methods = tuple(_lines(str(_data(document, "seal").get("methods") or "")))
    yield About("Begrepp", tuple(pair for pair in _terms(document) if f"{pair[0]}: {pair[1]}" not in methods))
    yield About("Källor", tuple(("", source) for source in _sources(document)))
    for column in foot.get("columns", ()):
        yield About(str(column["heading"]), tuple(("", str(line)) for line in column["lines"]))
    yield About("Så är siffrorna gjorda och skyddade", tuple(map(_defined, methods)))
    yield About("", (("", str(foot.get("closing") or "")),))


def read_value(shown: str, *, is_number: bool = True) -> Value:
    """What a cell's text says.

    >>> read_value("−3,8"), read_value("~100").number
    (Value(shown='−3,8', number=-3.8, decimals=1, is_percent=False, is_signed=False), None)
    """
    match = _NUMBER.fullmatch(shown) if is_number else None
    if match is None:
        return Value(shown)
    decimals = match["decimals"] or ""
    size = float(f"{re.sub(r'[^0-9]', '', match['whole'])}.{decimals or '0'}")
    negative = match["sign"] in (text.MINUS, "-")
    number = -size if negative else size
    return Value(shown, number, len(decimals), bool(match["unit"]), match["sign"] == "+")


def _read(number: int, kind: str, data: Mapping[str, Any]) -> Table:
    inner = _table(kind, data)
    columns = inner["columns"]
    right = tuple(column.get("align") in ("right", "number", "end") for column in columns)
    rows = tuple(
        (str(row.get("style") or ""), tuple(_values(row["cells"], columns, right))) for row in inner["rows"]
    )
    caption = str(inner.get("caption") or "")
    return Table(
        name=f"{number} {_short(caption)}",
        title=str(data.get("finding") or caption),
        caption=caption,
        mark=str(data.get("figure") or (data["id"] if kind == "figure" else "")),
        headers=tuple(str(column["label"]) for column in columns),
        is_right=right,
        rows=rows,
        notes=tuple((str(note["term"]), str(note["text"])) for note in data.get("notes", ())),
        foot=str(data.get("foot") or ""),
    )


def _values(
    cells: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], right: Sequence[bool]
) -> Iterator[Value]:
    for column, is_right in zip(columns, right, strict=True):
        yield read_value(str(cells.get(column["key"], {}).get("text") or ""), is_number=is_right)


def _table(kind: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    if kind == "table":
        return data
    return data["table"] if kind == "figure" else {}


def _short(caption: str) -> str:
    """The first words of a caption, as many as the name of a sheet holds, never ending in a small word."""
    words = _UNFIT.sub(" ", re.split(r"[.,]", caption)[0]).split()
    while words and (len(" ".join(words)) > _SHEET_NAME or words[-1] in _SMALL_WORDS):
        words.pop()
    return " ".join(words) or "Tabell"


def _terms(document: Document) -> tuple[tuple[str, str], ...]:
    """Every margin note once; those that explain a mark stand under the marks instead."""
    notes = (note for block in document.blocks() for note in block.data.get("notes", ()))
    terms = {(str(note["term"]), str(note["text"])): None for note in notes}
    return tuple(pair for pair in terms if " betyder " not in pair[0])


def _sources(document: Document) -> list[str]:
    feet = (str(block.data.get("foot") or "") for block in document.blocks() if block.kind != "foot")
    found = [f"Källa: {foot.split('Källa: ', 1)[1]}" for foot in feet if "Källa: " in foot]
    whole = str(_data(document, "masthead").get("source") or "")
    return list(dict.fromkeys([*found, *([f"{whole}."] if whole else [])]))


def _lines(markdown: str) -> Iterator[str]:
    for block in paragraphs(markdown):
        yield from (plain(runs).strip() for runs in block.get("items", [block.get("runs", [])]))


def _defined(line: str) -> tuple[str, str]:
    """A line of the methods; a heading, or a term that it begins with, stands in the column of terms."""
    if line and line[-1] not in ".)":
        return line, ""
    term, colon, words = line.partition(": ")
    return (term, words) if colon and len(term) <= _LONGEST_TERM and term != "Källor" else ("", line)


def _data(document: Document, kind: str) -> Mapping[str, Any]:
    block: Shown | None = document.first(kind)
    return block.data if block else {}
