"""Course results of gymnasieskola, komvux and sfi: one row per pupil and course, pseudonymised (floor 3).

``Personnummer;Skolenhetskod;Termin;Skolform;Program;Kurs;Poäng;Betyg;Utfall``, in any order. Documented in
docs/FORMAT.md; grades A-F, in sfi's courses also G before 2012, ``-`` where the basis is missing.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.identities import ADULTS
from analysis_lib.snapshots.schemas import COURSES, GRADES
from analysis_lib.sources import pupils
from analysis_lib.sources.grade_codes import DASHES
from analysis_lib.sources.long_files import Headed, of_person
from analysis_lib.sources.pupil_rows import Rows
from analysis_lib.sources.scb import LEGAL_BASIS, result_of
from analysis_lib.sources.scb_table import filled, read_rows_of, tell_unread_columns
from analysis_lib.sources.shapes import ReadContext, Sheet, TableResult
from analysis_lib.sources.skolverket_tables import header_key
from analysis_lib.vocabulary.periods import Term

NAMES: dict[str, tuple[str, ...]] = {
    "PersonNr": ("Personnummer", "Personnr", "Pnr"),
    "Namn": ("Namn", "Elev", "Studerande"),
    "Skolenhetskod": ("Skolenhetskod", "Enhetskod", "Skol-enhetskod"),
    "Termin": ("Termin", "Betygstermin"),
    "Skolform": ("Skolform", "Verksamhet", "Utbildningsform"),
    "Program": ("Program", "Studieväg", "Programkod"),
    "Kurs": ("Kurs", "Kurskod", "Kursnamn"),
    "Poäng": ("Poäng", "Kurspoäng", "Verksamhetspoäng"),
    "Betyg": ("Betyg", "Kursbetyg"),
    "Utfall": ("Utfall", "Status", "Kursutfall"),
}
NEEDED = ("PersonNr", "Skolenhetskod", "Termin", "Kurs", "Betyg")
_BY_KEY = {header_key(text): name for name, texts in NAMES.items() for text in texts}
_KOMVUX = ("komvux", "vux", "vuxenutbildning", "kommunalvuxenutbildning", "komvuxgrund", "komvuxgymn")
_FORMS = {
    **dict.fromkeys(("gymnasieskola", "gymnasiet", "gy"), "gy"),
    **dict.fromkeys(_KOMVUX, "komvux"),
    "sfi": "sfi",
}
_OUTCOMES = {
    "slutförd": "completed", "godkänd": "completed", "avslutad": "completed", "klar": "completed",
    "avbrott": "interrupted", "avbruten": "interrupted", "avbröt": "interrupted",
    "pågående": "ongoing", "pågår": "ongoing", "ejgodkänd": "not_approved", "underkänd": "not_approved",
}  # fmt: skip


class CourseResults:
    """``simple.course_results``: the documented table."""

    id = "simple.course_results"
    name = "Kursresultat i gymnasieskola, komvux och sfi"
    table = COURSES

    def recognise(self, sheet: Sheet) -> float:
        """How sure, 0-1: by the headings; a school form or programme tells it from grades."""
        header = _header(sheet)
        return 0.95 if header and set(NEEDED) <= set(header[1].values()) else 0.0

    def read(self, sheet: Sheet, context: ReadContext) -> TableResult:
        """One row per pupil and course; raises SkolbankError when a needed column is absent."""
        number, fields = _needed_header(sheet)
        return self._read(sheet, context, header_row=number, fields=fields)

    def in_portions(self, head: Sheet, context: ReadContext) -> Headed:
        """How a file too long for memory is read: all rows of a person together."""
        number, fields = _needed_header(head)
        column = next(place for place, name in fields.items() if name == "PersonNr")
        read = partial(self._read, header_row=number, fields=fields)
        return Headed(head, number, of_person(column), read)

    def _read(
        self, sheet: Sheet, context: ReadContext, *, header_row: int, fields: dict[int, str]
    ) -> TableResult:
        data = [row for row in filled(sheet) if row[0] > header_row]
        rows = read_rows_of(data, fields, lambda cells: len(_fields(cells)) >= len(NEEDED))
        tell_unread_columns(rows, dict(filled(sheet))[header_row], fields)
        years, terms = _terms(rows)
        ends = years.str[:4].where(years != "", "0").astype(int) + 1
        people = pupils.identify(rows, ends, ages=ADULTS)
        people["unit_code"] = pupils.check_units(rows, context.units)
        people["school_year"], people["year_group"], people["class_name"] = years, 0, ""
        people["subject_key"] = terms + "|" + rows.cells["Kurs"].str.upper()
        results = _results(rows)
        pupils.refuse_doubles(rows, people, rows.cells.drop(columns=["PersonNr"]))
        people = pupils.pseudonymise(people, rows.accepted, pupils.maker_of(context), table=self.id)
        frame = pd.concat([people, results.assign(term=terms)], axis=1)
        frame = frame.iloc[np.flatnonzero(rows.accepted)].reset_index(drop=True)[COURSES.names]
        header = {str(column + 1): name for column, name in fields.items()}
        waiting = pupils.rows_waited_for(rows, people, context.units)
        metadata = {"legal_basis": LEGAL_BASIS}
        return result_of(self.id, self.table.name, rows, frame, header, metadata, waiting=waiting)


FORMATS = (CourseResults(),)


def _fields(cells: list[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for index, cell in enumerate(cells):
        name = _BY_KEY.get(header_key(cell))
        if name and name not in found.values():
            found[index] = name
    return found


def _header(sheet: Sheet) -> tuple[int, dict[int, str]] | None:
    for number, cells in sheet.rows[:25]:
        fields = _fields(cells)
        names = set(fields.values())
        if {"Kurs", "Betyg"} <= names and names & {"Skolform", "Program", "Poäng", "Utfall"}:
            return number, fields
    return None


def _needed_header(sheet: Sheet) -> tuple[int, dict[int, str]]:
    found = _header(sheet)
    if found is None or not set(NEEDED) <= set(found[1].values()):
        raise SkolbankError(
            "column-missing",
            "Tabellen saknar någon av kolumnerna Personnummer, Skolenhetskod, Termin, Kurs och Betyg",
            remedy="Rubrikerna står i docs/FORMAT.md.",
        )
    return found


def _terms(rows: Rows) -> tuple[pd.Series, pd.Series]:
    texts = rows.cells["Termin"]
    read: dict[str, Term | None] = {}
    for text in texts.unique():
        try:
            read[text] = Term.parse(text)
        except SkolbankError:
            read[text] = None
    unreadable = texts.map(lambda text: read[text] is None).to_numpy(dtype=bool)
    rows.refuse(
        unreadable, "term-unreadable", column="Termin", reason="terminen ska skrivas som VT25 eller HT24."
    )
    years = texts.map(lambda text: str(t.school_year) if (t := read[text]) else "").astype("object")
    terms = texts.map(lambda text: ("HT" if t.is_autumn else "VT") if (t := read[text]) else "").astype(
        "object"
    )
    return years, terms


def _results(rows: Rows) -> pd.DataFrame:
    cells = rows.cells
    blank = pd.Series("", index=cells.index, dtype="object")
    grades = cells["Betyg"].str.upper().replace(dict.fromkeys(DASHES, "-"))
    rows.refuse(
        ~grades.isin(["", "-", "G", *GRADES]).to_numpy(),
        "grade-unknown",
        column="Betyg",
        reason="betyget ska vara A–F, streck eller tomt (pågående eller avbrott).",
    )
    forms = cells.get("Skolform", blank).map(lambda text: _FORMS.get(header_key(text), "") if text else "gy")
    rows.refuse(
        (forms == "").to_numpy(),
        "school-form-unknown",
        column="Skolform",
        reason="skolformen ska vara gymnasieskola, komvux eller sfi.",
    )
    told = cells.get("Utfall", blank).map(lambda text: _OUTCOMES.get(header_key(text), "?" if text else ""))
    rows.refuse(
        (told == "?").to_numpy(),
        "outcome-unknown",
        column="Utfall",
        reason="utfallet ska vara slutförd, avbrott, pågående eller ej godkänd.",
    )
    by_grade = grades.map(lambda g: "ongoing" if not g else "not_approved" if g in "F-" else "completed")
    points = pd.to_numeric(cells.get("Poäng", blank).str.replace(" ", ""), errors="coerce")
    wrong = (points.isna() & (cells.get("Poäng", blank) != "")).to_numpy(dtype=bool)
    rows.refuse(wrong, "points-unreadable", column="Poäng", reason="kursens poäng ska vara ett heltal.")
    return pd.DataFrame(
        {
            "school_form": forms,
            "programme": cells.get("Program", blank),
            "course": cells["Kurs"].str.upper(),
            "points": points.round().astype("Int64"),
            "grade": grades,
            "outcome": told.where(told != "", by_grade),
        }
    )
