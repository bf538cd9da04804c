"""The documented simple tables of a huvudman's own figures: staff, groups, costs, programmes (floor 3).

One row per unit and time, any column order, as CSV or workbook; what a column means stands in
``params/sources/simple.yaml``. Every figure becomes a row of ``core_local__figures``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.snapshots.identities import PERSONAL_NUMBER
from analysis_lib.snapshots.missing import RefusedRows
from analysis_lib.snapshots.schemas import FIGURES
from analysis_lib.sources.long_files import Headed, of_cells
from analysis_lib.sources.numbers import CellFault, read_cell
from analysis_lib.sources.scb import LEGAL_BASIS
from analysis_lib.sources.scb_table import read_day
from analysis_lib.sources.shapes import Message, ReadContext, Row, Sheet, TableResult
from analysis_lib.sources.skolverket_tables import header_key
from analysis_lib.vocabulary.marks import Mark
from analysis_lib.vocabulary.params_reading import read_model
from analysis_lib.vocabulary.periods import SchoolYear, Term
from analysis_lib.vocabulary.settings import Strict
from analysis_lib.vocabulary.workspace import Workspace

OWN_TABLE = "\nkind: own_table\n"  # tells the descriptions that ``skolbank new source`` writes
_SEARCHED = 25
_LONGEST = 80
_TOTAL = re.compile(r"(?i)^(summa|totalt?|samtliga)\b")
_TIMES = ("school_year", "term", "measured", "year")


class SimpleMeasure(Strict):
    """One figure: what its column is called and what it may be."""

    names: tuple[str, ...]
    needed: bool = False
    signed: bool = False
    maximum: float | None = None
    at_most: str = Field(default="", description="Ett annat mått på samma rad som detta är en del av")


class SimpleTable(Strict):
    """One documented table."""

    name: str
    category: tuple[str, ...] = ()
    detail: tuple[str, ...] = ()
    needs_category: bool = False
    needs_detail: bool = False
    allows_authority: bool = Field(default=False, description="Tom skolenhetskod betyder hela huvudmannen")
    measures: dict[str, SimpleMeasure]


class SimpleSource(Strict):
    """The whole of ``params/sources/simple.yaml``, or of a huvudman's own table beside it."""

    kind: Literal["simple", "own_table"] = "simple"
    keys: dict[str, tuple[str, ...]]
    tables: dict[str, SimpleTable]


@dataclass(frozen=True)
class _Header:
    row: int
    fields: dict[str, int]
    unread: tuple[str, ...]


def formats(workspace: Workspace) -> tuple[SimpleFigures, ...]:
    """One format per documented table."""
    found = []
    for place in _places(workspace):
        source = read_model(place, SimpleSource, workspace)
        found += [SimpleFigures(name, table, source) for name, table in source.tables.items()]
    return tuple({each.id: each for each in found}.values())


def _places(workspace: Workspace) -> list[Path]:
    """The built-in description (or the workspace's own in its place) and those of a huvudman's own tables."""
    places = workspace.layered("params", "sources", "simple.yaml")[:1]
    files = [
        path for folder in workspace.layered("params", "sources") for path in sorted(folder.glob("*.yaml"))
    ]
    own = {path.name: path for path in reversed(files) if OWN_TABLE in path.read_text("utf-8")[:2000]}
    return [*places, *(own[name] for name in sorted(own))]


class SimpleFigures:
    """The format ``simple.<table_id>``."""

    def __init__(self, table_id: str, table: SimpleTable, source: SimpleSource) -> None:
        self.id = f"simple.{table_id}"
        self.name = table.name
        self.described = table
        self._table_id = table_id
        keys = dict(source.keys)
        keys |= {"category": table.category} if table.category else {}
        keys |= {"detail": table.detail} if table.detail else {}
        self.key_names = keys
        self._names = {header_key(text): key for key, texts in keys.items() for text in texts}
        self._names |= {header_key(t): name for name, m in table.measures.items() for t in m.names}

    def recognise(self, sheet: Sheet) -> float:
        """How sure, 0-1: all needed columns must be there; every unknown column makes it less sure."""
        header = self._find_header(sheet)
        if header is None:
            return 0.0
        known = len(header.fields)
        return 0.5 + 0.4 * known / (known + len(header.unread))

    def read(self, sheet: Sheet, context: ReadContext) -> TableResult:
        """A row of figures per unit, time, category and detail; raises SkolbankError without its columns."""
        header = self._find_header(sheet)
        if header is None:
            raise SkolbankError(
                "column-missing",
                f"Tabellen {self.name} saknar någon av sina kolumner",
                remedy="Rubrikerna står i docs/FORMAT.md.",
            )
        data = [row for row in sheet.rows if row[0] > header.row and any(c.strip() for c in row[1])]
        records: list[dict[str, object]] = []
        refused: list[tuple[int, list[str], str]] = []
        messages = _about_columns(header)
        ignored = 0
        seen: dict[tuple[str, ...], int] = {}
        for row in data:
            if _TOTAL.match(next(cell.strip() for cell in row[1] if cell.strip())):
                ignored += 1
                messages.append(Message("info", "row-total", "Summaraden räknades inte.", row[0]))
                continue
            try:
                keys, values = self._record(row, header, sheet, context)
                if keys in seen:
                    raise CellFault(
                        "row-doubled", f"Raden gäller samma enhet, tid och grupp som rad {seen[keys]}"
                    )
                seen[keys] = row[0]
                records += [dict(zip(_KEYS, keys, strict=True)) | value for value in values]
            except CellFault as fault:
                refused.append((row[0], [], f"{fault} [{fault.code}]"))
                messages.append(Message("error", fault.code, f"Rad {row[0]}: {fault}.", row[0]))
        frame = pd.DataFrame(records, columns=FIGURES.names[1:]).assign(table_id=self._table_id)
        frame = frame[FIGURES.names].astype({"value": "float64"})
        years = sorted(frame["school_year"].unique())
        return TableResult(
            format=self.id,
            level="unit",
            school_year=", ".join(years),
            frames={FIGURES.name: frame},
            slots={FIGURES.name: ""},
            rows_read=len(data),
            rows_accepted=len(seen),
            rows_rejected=len(refused),
            rows_ignored=ignored,
            columns=len(header.fields),
            marks=dict(Counter(mark for mark in frame["mark"].tolist() if mark)),
            messages=messages,
            refused=refused,
            metadata={
                "legal_basis": LEGAL_BASIS,
                "header": {k: str(v + 1) for k, v in header.fields.items()},
            },
            waiting=(RefusedRows(len(refused)),) if refused else (),
        )

    def in_portions(self, head: Sheet, context: ReadContext) -> Headed:
        """How a file too long for memory is read: the rows of a unit, category and detail together."""
        header = self._find_header(head)
        assert header is not None, "recognised by its header"
        keys = [index for name, index in header.fields.items() if name in ("unit_code", "category", "detail")]
        return Headed(head, header.row, of_cells(keys), self.read)

    def _find_header(self, sheet: Sheet) -> _Header | None:
        needed = {name for name, measure in self.described.measures.items() if measure.needed} | {"unit_code"}
        needed |= {"category"} if self.described.needs_category else set()
        needed |= {"detail"} if self.described.needs_detail else set()
        for number, cells in sheet.rows[:_SEARCHED]:
            fields: dict[str, int] = {}
            for index, cell in enumerate(cells):
                name = self._names.get(header_key(cell)) if len(cell) > 1 else None
                if name and name not in fields:
                    fields[name] = index
            if needed <= set(fields) and set(_TIMES) & set(fields):
                taken = set(fields.values())
                unread = tuple(c.strip() for i, c in enumerate(cells) if c.strip() and i not in taken)
                return _Header(number, fields, unread)
        return None

    def _record(
        self, row: Row, header: _Header, sheet: Sheet, context: ReadContext
    ) -> tuple[tuple[str, ...], list[dict[str, object]]]:
        number, cells = row

        def text(name: str) -> str:
            index = header.fields.get(name, -1)
            return " ".join(cells[index].split()) if 0 <= index < len(cells) else ""

        year, measured = _time(text("school_year"), text("term"), text("measured"), text("year"))
        code = _unit(text("unit_code"), context, allows_authority=self.described.allows_authority)
        keys = (code, year, measured, _label(text("category")), _label(text("detail")))
        values: dict[str, float] = {}
        found: list[dict[str, object]] = []
        for name, measure in self.described.measures.items():
            if name not in header.fields:
                continue
            cell = read_cell(
                text(name) or ".",
                "number",
                is_number_cell=(number, header.fields[name]) in sheet.numeric,
                minimum=None if measure.signed else 0,
                maximum=measure.maximum,
                decimals=4,
            )
            value = None if cell.number is None else float(cell.number)
            if value is not None:
                values[name] = value
            mark = Mark.MISSING if not text(name) else cell.mark
            found.append({"measure": name, "value": value, "mark": mark.value})
        for name, measure in self.described.measures.items():
            whole = _whole(measure, self.described, values)
            if whole and values.get(name, 0) > values[whole] + 1e-9:
                larger = self.described.measures[whole].names[0]
                raise CellFault("part-exceeds", f"{measure.names[0]} är fler än {larger}")
        return keys, found


_KEYS = ("unit_code", "school_year", "measured", "category", "detail")


def _whole(measure: SimpleMeasure, table: SimpleTable, values: dict[str, float]) -> str:
    """The nearest measure with a value that this one is a part of, or an empty text."""
    name = measure.at_most
    while name and name not in values:
        name = table.measures[name].at_most
    return name


def _about_columns(header: _Header) -> list[Message]:
    if not header.unread:
        return []
    shown = ", ".join(f"”{PERSONAL_NUMBER.sub('[personnummer]', text)[:40]}”" for text in header.unread[:6])
    text = f"Kolumnerna {shown} hör inte till tabellen och lästes inte."
    return [Message("info", "column-unread", text, header.row)]


def _unit(code: str, context: ReadContext, *, allows_authority: bool) -> str:
    if not code and allows_authority:
        return ""
    if not re.fullmatch(r"\d{8}", code):
        raise CellFault("unit-unreadable", "Skolenhetskoden ska vara åtta siffror")
    if context.units and code not in context.units:
        hint = did_you_mean(code, context.units)
        raise CellFault("unit-unknown", f"Enhet {code} finns inte i params/units.yaml. {hint}".strip())
    return code


def _label(text: str) -> str:
    """A category or a group's name; never a personal number."""
    if PERSONAL_NUMBER.search(text):
        raise CellFault("label-personal-number", "Gruppens namn ser ut att vara ett personnummer")
    if len(text) > _LONGEST:
        raise CellFault("label-too-long", f"Gruppens namn är längre än {_LONGEST} tecken")
    return text


def _time(year: str, term: str, measured: str, calendar: str) -> tuple[str, str]:
    """The school year of a row, and the day, term or calendar year it was measured."""
    try:
        day = read_day(measured)
        if day:
            return str(SchoolYear.of_date(day)), day.isoformat()
        for text in (term, measured):
            if re.match(r"(?i)^(vt|ht)", text):
                found = Term.parse(text)
                return str(found.school_year), str(found)
        if calendar and re.fullmatch(r"20\d\d", calendar):
            return year or str(SchoolYear(int(calendar))), calendar
        if year:
            return str(SchoolYear.parse(year)), ""
    except SkolbankError as error:
        raise CellFault(error.code, error.what) from None
    raise CellFault("time-unreadable", "Läsår, termin, mätdatum eller år går inte att läsa")
