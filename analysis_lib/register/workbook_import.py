"""A filled-in workbook against the register: what is new, what is changed, what can't be (register floor).

A plan is made first and shown; it is saved in one transaction or not at all. A row that nobody touched is no
change, and a row whose thing has changed in the register since the export is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.register.disposals import Emptied
from analysis_lib.register.entry import Entry, Record, load_kinds
from analysis_lib.register.forms import Cell, Column, columns, name_of, parse, plain_text, same, show
from analysis_lib.register.log import Draft, Register
from analysis_lib.register.moments import SWEDEN
from analysis_lib.register.validation import make_entry
from analysis_lib.register.workbook import (
    FIRST,
    HEADER,
    README,
    SCHOOL_YEAR,
    STRIKE,
    THING,
    UNIT,
    VERSION,
    unit_cell,
)
from analysis_lib.register.workbook_plan import Change, Difference, Plan, Row, lines_of, said, stands_already
from analysis_lib.register.workbook_reading import ReadSheet, read_sheets
from analysis_lib.vocabulary.periods import SchoolYear

__all__ = ["Plan", "lines_of", "plan_import"]

_OWN = (THING, VERSION, UNIT, SCHOOL_YEAR, STRIKE)


def plan_import(register: Register, path: Path, *, units: Mapping[str, str], unit: str = "") -> Plan:
    """What the workbook would change; every fault at once as ``SeveralErrors``, each with its cell.

    ``units`` names the known units by code (empty: any code will do); new rows without a unit get ``unit``.
    """
    reader = _Reader(register, units, unit)
    sheets = [sheet for sheet in read_sheets(path) if sheet.name != README]
    for sheet in sheets:
        reader.read(sheet)
    if not sheets:
        reader.fault("register-workbook-unreadable", "Arbetsboken har inga blad från registret", path.name)
    if reader.faults:
        raise SeveralErrors(reader.faults)
    return Plan(tuple(reader.changes), reader.untouched, tuple(reader.repeated))


@dataclass
class _Reader:
    register: Register
    units: Mapping[str, str]
    unit: str
    changes: list[Change] = field(default_factory=list)
    faults: list[SkolbankError] = field(default_factory=list)
    untouched: int = 0
    repeated: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.models = {model.title: model for model in load_kinds().values() if model.by_hand}
        records = self.register.current(withdrawn=True)
        self.names = {record.thing: name_of(record) for record in records}
        self.newest = {record.thing: record for record in records}
        self.seen: dict[str, str] = {}

    def fault(self, code: str, what: str, where: str, remedy: str = "") -> None:
        self.faults.append(SkolbankError(code, what, where=where, remedy=remedy))

    def read(self, sheet: ReadSheet) -> None:
        """Adds what a sheet would change, or its faults."""
        if sheet.name not in self.models:
            remedy = did_you_mean(sheet.name, self.models) or "Ta bort bladet, eller hämta en ny arbetsbok."
            what = f"Bladet {sheet.name[:40]} är ingen sorts post i registret"
            return self.fault("register-kind-unknown", what, sheet.name, remedy)
        model = self.models[sheet.name]
        fields = {column.title: column for column in columns(model)}
        places = self._places(sheet, fields)
        for number, cells in enumerate(sheet.rows[FIRST:], start=FIRST) if places else ():
            row = Row(sheet.name, number, places, cells)
            if self._formulas(sheet, row):
                continue
            if any(cell != "" for cell in cells):
                self._read_row(row, model, fields)
        return None

    def _places(self, sheet: ReadSheet, fields: Mapping[str, Column]) -> dict[str, int]:
        """Where each column stands; nothing when a column is unknown, missing or there twice."""
        header = [
            plain_text(cell).strip() for cell in (sheet.rows[HEADER] if len(sheet.rows) > HEADER else [])
        ]
        known = [*_OWN, *fields]
        faults = len(self.faults)
        for place, title in enumerate(header):
            where = f"{sheet.name}!{xl_rowcol_to_cell(HEADER, place)}"
            if title and title not in known:
                remedy = did_you_mean(title, known) or "Hämta en ny arbetsbok med skolbank register export."
                self.fault("register-column-unknown", f"Kolumnen {title[:40]} finns inte", where, remedy)
            elif title and header.index(title) != place:
                self.fault("register-column-twice", f"Kolumnen {title} står två gånger", where)
            elif not title and any(place < len(row) and row[place] != "" for row in sheet.rows[FIRST:]):
                self.fault("register-column-unknown", "Kolumnen saknar rubrik men har innehåll", where)
        for title in known:
            if title not in header:
                remedy = "Hämta en ny arbetsbok med skolbank register export."
                self.fault("register-column-missing", f"Kolumnen {title} saknas", sheet.name, remedy)
        return (
            {title: place for place, title in enumerate(header) if title}
            if len(self.faults) == faults
            else {}
        )

    def _formulas(self, sheet: ReadSheet, row: Row) -> bool:
        found = [xl_rowcol_to_cell(row.number, place) for place in row.places.values()]
        found = [cell for cell in found if cell in sheet.formulas]
        for cell in found:
            remedy = "Skriv värdet i stället, eller skriv en apostrof först om det ska vara text."
            self.fault("register-cell-formula", "Cellen har en formel", f"{sheet.name}!{cell}", remedy)
        return bool(found)

    def _read_row(self, row: Row, model: type[Entry], fields: Mapping[str, Column]) -> None:
        thing = row.text(THING)
        if not thing and not row.text(VERSION):
            return self._new(row, model, fields)
        record = self.newest.get(thing)
        if record is None or record.kind != model.kind:
            what = f"Posten {thing[:80] or '(tom)'} finns inte i registret"
            remedy = "För en ny post ska Post-id och Postversion vara tomma."
            return self.fault("register-unknown", what, row.place(THING), remedy)
        if thing in self.seen:
            what = f"Samma post står också på {self.seen[thing]}"
            remedy = "Töm Post-id och Postversion på den ena raden om det ska bli en ny post."
            return self.fault("register-row-twice", what, row.place(THING), remedy)
        self.seen[thing] = row.place()
        version = row.text(VERSION)
        exported = record if version == record.id else self._version(thing, version)
        if exported is None:
            what = f"Postversionen för {thing} finns inte i registret"
            return self.fault("register-unknown", what, row.place(VERSION), "Hämta en ny arbetsbok.")
        if isinstance(exported.entry, Emptied):
            return self._stale(row, record)
        return self._changed(row, exported, record, fields)

    def _version(self, thing: str, version: str) -> Record[Entry] | None:
        return next((one for one in self.register.history(thing) if one.id == version), None)

    def _new(self, row: Row, model: type[Entry], fields: Mapping[str, Column]) -> None:
        if row.text(STRIKE):
            what = "En rad utan post-id kan inte strykas"
            return self.fault("register-row", what, row.place(STRIKE), "Töm raden.")
        given = {title: column for title, column in fields.items() if row[title] != ""}
        values = self._values(row, given)
        unit, year = self._unit(row), self._year(row)
        if values is None or unit is None or year is None:
            return None
        entry = self._entry(row, model, values, fields)
        if entry is None:
            return None
        draft = Draft(entry, unit or self.unit, year)
        if stands_already(draft, self.newest.values()):
            self.repeated.append(row.place())
            return None
        differences = (Difference(title, "", said(row[title])) for title in given)
        self.changes.append(Change(row.place(), model.title, None, draft, tuple(differences)))
        return None

    def _changed(
        self, row: Row, exported: Record[Entry], newest: Record[Entry], fields: Mapping[str, Column]
    ) -> None:
        shown = {t: show(getattr(exported.entry, c.name), c, self.names) for t, c in fields.items()}
        touched = {title: fields[title] for title in fields if not self._is_same(row, title, shown, fields)}
        values = self._values(row, touched)
        unit, year, strike = self._unit(row), self._year(row), self._strike(row)
        if values is None or unit is None or year is None or strike is None:
            return None
        before = exported.entry.model_dump()
        real = {title for title, column in touched.items() if values.get(column.name) != before[column.name]}
        own = [(UNIT, exported.unit, unit), (SCHOOL_YEAR, exported.school_year, year), (STRIKE, "", strike)]
        differences = [Difference(title, said(shown[title]), said(row[title])) for title in real]
        differences += [Difference(*three) for three in own if three[1] != three[2]]
        if not differences:
            self.untouched += 1
            return None
        if newest.id != exported.id:
            return self._stale(row, newest)
        kept = {
            name: value for name, value in before.items() if name not in {c.name for c in touched.values()}
        }
        entry = self._entry(row, type(exported.entry), kept | values, fields)
        if entry is None:
            return None
        draft = Draft(entry, unit, year, exported.thing, exported.id, bool(strike))
        order = list(fields)
        differences.sort(key=lambda one: order.index(one.title) if one.title in order else len(order))
        self.changes.append(Change(row.place(), row.sheet, exported, draft, tuple(differences)))
        return None

    def _is_same(self, row: Row, title: str, shown: Mapping[str, Cell], fields: Mapping[str, Column]) -> bool:
        """Whether the cell is as it was exported; a thing may have got another name since then."""
        if fields[title].sort == "thing" and not same(row[title], shown[title]):
            column = fields[title]
            return bool(parse(row[title], column, self.names) == parse(shown[title], column, self.names))
        return same(row[title], shown[title])

    def _stale(self, row: Row, newest: Record[Entry]) -> None:
        local = newest.at.astimezone(SWEDEN)
        self.fault(
            "register-conflict",
            f"Posten {self.names[newest.thing]} har ändrats av någon annan ({newest.role or 'okänd roll'}) "
            f"{local:%Y-%m-%d} kl. {local:%H.%M}, efter att arbetsboken hämtades",
            row.place(),
            "Hämta en ny arbetsbok och gör ändringen i den; inget har sparats.",
        )

    def _values(self, row: Row, fields: Mapping[str, Column]) -> dict[str, Any] | None:
        """The values of the filled cells by field; an empty cell gives the field its default."""
        values: dict[str, Any] = {}
        faults = len(self.faults)
        for title, column in fields.items():
            if row[title] == "" or not row.text(title):
                continue
            try:
                values[column.name] = parse(row[title], column, self.names)
                self._refuse_unknown_things(column, values[column.name])
            except ValueError as told:
                self.fault("register-cell", f"{title} {told}", row.place(title))
        return values if len(self.faults) == faults else None

    def _refuse_unknown_things(self, column: Column, value: Any) -> None:
        for thing in (value if column.many else (value,)) if column.sort == "thing" else ():
            if thing not in self.newest or self.newest[thing].kind not in column.kinds:
                raise ValueError(f"pekar på {thing[:80]}, som inte finns i registret; välj ur listan")

    def _entry(
        self, row: Row, model: type[Entry], values: Mapping[str, Any], fields: Mapping[str, Column]
    ) -> Entry | None:
        made = make_entry(model, values)
        if isinstance(made, Entry):
            return made if self._may_be_saved(row, made) else None
        titles = {column.name: title for title, column in fields.items()}
        for name, saying in made:
            title = titles.get(name, "")
            self.fault("register-cell", f"{title} {saying}".strip(), row.place(title))
        return None

    def _may_be_saved(self, row: Row, entry: Entry) -> bool:
        try:
            self.register.refuse(entry)
        except SkolbankError as told:
            for one in told.errors if isinstance(told, SeveralErrors) else [told]:
                where = ": ".join(filter(None, (row.place(), one.where)))
                self.fault(one.code, one.what, where, one.remedy)
            return False
        return True

    def _unit(self, row: Row) -> str | None:
        text = row.text(UNIT)
        code = text.split(" ")[0]
        by_name = [
            one
            for one, name in self.units.items()
            if text.casefold() in (name.casefold(), unit_cell(one, self.units).casefold())
        ]
        code = by_name[0] if len(by_name) == 1 else code
        if code and self.units and code not in self.units:
            remedy = did_you_mean(text, [*self.units, *self.units.values()])
            self.fault("unit-unknown", f"Enheten {text[:40]} finns inte", row.place(UNIT), remedy)
            return None
        return code

    def _year(self, row: Row) -> str | None:
        text = row.text(SCHOOL_YEAR)
        try:
            return str(SchoolYear.parse(text)) if text else ""
        except SkolbankError as told:
            self.fault(told.code, told.what, row.place(SCHOOL_YEAR), told.remedy)
            return None

    def _strike(self, row: Row) -> str | None:
        text = row.text(STRIKE).casefold()
        if text not in ("", "ja", "nej"):
            self.fault("register-cell", "Stryk ska vara ja eller tomt", row.place(STRIKE))
            return None
        return "ja" if text == "ja" else ""
