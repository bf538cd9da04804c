"""The simple table of grades: one row per pupil and subject, as CSV or workbook (floor 3).

For those who have no collection file: ``Personnummer;Namn;Skolenhetskod;Klass;Kön;Ämne;Betyg;Termin``,
in any order and with the headings people use. Documented in docs/FORMAT.md.
"""

from __future__ import annotations

from itertools import islice

import numpy as np
import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.schemas import PUPIL_GRADES
from analysis_lib.sources import pupils
from analysis_lib.sources.grade_codes import describe_wrong, read_grade
from analysis_lib.sources.long_files import Headed, of_person
from analysis_lib.sources.pupil_rows import Rows
from analysis_lib.sources.scb import LEGAL_BASIS, result_of
from analysis_lib.sources.scb_table import filled, read_day, read_rows_of, tell_unread_columns
from analysis_lib.sources.shapes import ReadContext, Sheet, TableResult
from analysis_lib.sources.subjects import read_subject
from analysis_lib.vocabulary.periods import Term

SYNONYMS: dict[str, tuple[str, ...]] = {
    "PersonNr": ("personnummer", "personnr", "pnr", "person nr", "elevens personnummer", "personid"),
    "Namn": ("namn", "elev", "elevnamn", "elevens namn"),
    "Fornamn": ("förnamn", "fornamn"),
    "Efternamn": ("efternamn",),
    "Skolenhetskod": ("skolenhetskod", "skolenhet", "enhetskod", "skol-enhetskod", "skolkod"),
    "Klass": ("klass", "klassbeteckning", "grupp"),
    "Kön": ("kön", "kon"),
    "Ämne": ("ämne", "amne", "ämneskod", "kurs"),
    "Betyg": ("betyg", "betygsvärde", "terminsbetyg", "slutbetyg"),
    "Termin": ("termin", "läsår/termin", "betygstermin"),
}
_FIELD = {synonym: field for field, synonyms in SYNONYMS.items() for synonym in synonyms}
REQUIRED = ("PersonNr", "Skolenhetskod", "Ämne", "Betyg", "Termin")
SHOWN = {"PersonNr": "Personnummer"}
_SEARCHED = 25
_YEAR_GROUPS = (6, 7, 8, 9)


class SimpleGrades:
    """``simple.grades``: the documented simple table."""

    id = "simple.grades"
    table = PUPIL_GRADES

    def recognise(self, sheet: Sheet) -> float:
        """How sure, 0-1: by the headings alone."""
        header = _find_header(sheet)
        if header is None:
            return 0.0
        if _is_of_courses(dict(sheet.rows)[header[0]]):
            return 0.0
        present = set(header[1].values()) & set(REQUIRED)
        return 0.5 + 0.09 * len(present)

    def read(self, sheet: Sheet, context: ReadContext) -> TableResult:
        """One row per pupil and subject; raises SkolbankError when a needed column is absent or doubled."""
        return self._read(sheet, context)

    def in_portions(self, head: Sheet, context: ReadContext) -> Headed:
        """How a file too long for memory is read: all rows of a person together."""
        header_row, fields = _header(head)
        column = next(place for place, name in fields.items() if name == "PersonNr")
        return Headed(head, header_row, of_person(column), self._read)

    def _read(self, sheet: Sheet, context: ReadContext) -> TableResult:
        header_row, fields = _header(sheet)
        data = [row for row in filled(sheet) if row[0] > header_row]
        rows = read_rows_of(data, fields, lambda cells: len(_fields(cells)) >= 4)
        tell_unread_columns(rows, dict(filled(sheet))[header_row], fields)
        years = _school_years(rows)
        ends = years.str[:4].where(years != "", "0").astype(int) + 1
        people = pupils.identify(rows, ends)
        people["unit_code"] = pupils.check_units(rows, context.units)
        people["school_year"] = years
        people["class_name"] = pupils.class_names(rows)
        people["year_group"] = _year_groups(rows, people, ends)
        subjects = _subjects(rows)
        people["subject_key"] = subjects["subject"]
        grades = _grades(rows)
        content = rows.cells.drop(columns=["PersonNr"])
        _drop_superseded_autumn(rows, people)
        pupils.refuse_doubles(rows, people, content)
        people = pupils.pseudonymise(people, rows.accepted, pupils.maker_of(context), table=self.id)
        pupils.refuse_stored_elsewhere(rows, people, self.table.name, context.whereabouts)
        kept = np.flatnonzero(rows.accepted)
        frame = pd.concat([people, subjects, grades], axis=1).iloc[kept][PUPIL_GRADES.names]
        header = {str(column + 1): field for column, field in fields.items()}
        waiting = pupils.rows_waited_for(rows, people, context.units)
        frame = frame.reset_index(drop=True)
        metadata = {"legal_basis": LEGAL_BASIS}
        return result_of(self.id, self.table.name, rows, frame, header, metadata, waiting=waiting)


FORMATS = (SimpleGrades(),)


def _fields(cells: list[str]) -> dict[int, str]:
    named = {}
    for index, cell in enumerate(cells):
        field = _FIELD.get(" ".join(cell.replace("\u00a0", " ").split()).casefold())
        if field:
            named[index] = field
    return named


def _is_of_courses(cells: list[str]) -> bool:
    """Whether the headings are those of course results, which have grades of their own kind."""
    named = {cell.strip().casefold() for cell in cells}
    return bool(
        named & {"kurs", "kurskod"} and named & {"skolform", "program", "studieväg", "utfall", "poäng"}
    )


def _find_header(sheet: Sheet) -> tuple[int, dict[int, str]] | None:
    """The first line that names a personal number, a subject or grade, and at least four fields."""
    with_content = (row for row in sheet.rows if any(cell.strip() for cell in row[1]))
    for number, cells in islice(with_content, _SEARCHED):
        fields = _fields(cells)
        if len(set(fields.values())) >= 4 and {"Betyg", "Ämne"} & set(fields.values()):
            return number, fields
    return None


def _header(sheet: Sheet) -> tuple[int, dict[int, str]]:
    found = _find_header(sheet)
    names = list(found[1].values()) if found else []
    absent = [SHOWN.get(name, name) for name in REQUIRED if name not in names]
    if found is None or absent:
        raise SkolbankError(
            "column-missing",
            f"Kolumnen {' och '.join(absent)} saknas" if len(absent) < 3 else "Rubrikraden saknas",
            where=f"rad {found[0]}" if found else "",
            remedy="Tabellen ska ha rubrikerna Personnummer;Namn;Skolenhetskod;Klass;Kön;Ämne;Betyg;Termin.",
        )
    doubled = sorted({SHOWN.get(name, name) for name in names if names.count(name) > 1})
    if doubled:
        raise SkolbankError(
            "column-doubled",
            f"Kolumnen {doubled[0]} finns två gånger",
            where=f"rad {found[0]}",
            remedy="Ta bort den ena; programmet gissar inte vilken som gäller.",
        )
    return found


def _school_years(rows: Rows) -> pd.Series:
    """The school year of each row's term; the term itself stays in the cells as ``VT`` or ``HT``."""
    texts = rows.cells["Termin"]
    terms = {text: _term(text) for text in texts.unique()}
    rows.refuse(
        texts.map({text: term is None for text, term in terms.items()}).to_numpy(dtype=bool),
        "term-unreadable",
        column="Termin",
        reason="terminen ska skrivas som VT25 eller HT24.",
    )
    rows.cells["_autumn"] = texts.map({text: bool(term and term.is_autumn) for text, term in terms.items()})
    years = {text: str(term.school_year) if term else "" for text, term in terms.items()}
    return texts.map(years).astype("object")


def _term(text: str) -> Term | None:
    day = read_day(text)
    if day:
        return Term(day.year, day.month >= 8)
    try:
        return Term.parse(text)
    except SkolbankError:
        return None


def _drop_superseded_autumn(rows: Rows, people: pd.DataFrame) -> None:
    """An autumn grade gives way to the spring grade of the same pupil, subject and school year."""
    autumn = rows.cells["_autumn"].astype(bool)
    names = ["number", "school_year", "year_group", "subject_key", "unit_code"]
    usable = people[names][rows.accepted & ~people["is_temporary"].to_numpy()]
    spring = usable[~autumn[usable.index]].drop_duplicates()
    both = usable[autumn[usable.index]].reset_index().merge(spring, on=names)["index"]
    mask = np.zeros(len(rows), dtype=bool)
    mask[both.to_numpy(dtype=int)] = True
    rows.ignore(mask, "term-superseded", reason="höstterminens betyg ersätts av vårterminens i samma fil")


def _year_groups(rows: Rows, people: pd.DataFrame, ends: pd.Series) -> pd.Series:
    """Årskurs from the class name when it starts with 6-9, else from the age; always told."""
    named = people["class_name"].str.extract(r"^([6-9])(?!\d)", expand=False)
    by_age = (ends - people["birth_year"]).where(people["birth_year"] > 0) - 7
    groups = pd.to_numeric(named, errors="coerce").fillna(by_age)
    unknown = ~groups.isin(_YEAR_GROUPS).to_numpy() & (people["number"] != "").to_numpy()
    rows.refuse(
        unknown,
        "year-group-unknown",
        column="Klass" if "Klass" in rows.cells else None,
        reason="årskursen kan inte avgöras. Skriv klassen med årskursen först, t.ex. 9A.",
    )
    inferred = int((named.isna().to_numpy() & ~unknown & rows.accepted).sum())
    rows.tell(
        "info",
        "year-group-inferred",
        "Tabellen har ingen årskurs. Den togs ur klassens namn"
        + (f", och på {inferred} rader ur elevens ålder." if inferred else "."),
    )
    return groups.where(groups.isin(_YEAR_GROUPS), 0).fillna(0).astype(int)


def _subjects(rows: Rows) -> pd.DataFrame:
    texts = rows.cells["Ämne"]
    read = {text: read_subject(text) for text in texts.unique()}
    rows.refuse(
        texts.map({text: not subject for text, (subject, _) in read.items()}).to_numpy(dtype=bool),
        "subject-unknown",
        column="Ämne",
        reason="ämnet är okänt. Skriv namnet eller SCB:s kod, t.ex. Ma, och M1 eller M2 för moderna språk.",
    )
    return pd.DataFrame(
        {
            "subject": texts.map({text: subject for text, (subject, _) in read.items()}).astype("object"),
            "language": texts.map({text: language for text, (_, language) in read.items()}).astype("object"),
        }
    )


def _grades(rows: Rows) -> pd.DataFrame:
    texts = rows.cells["Betyg"]
    cells = {text: read_grade(text) for text in texts.unique()}
    states = texts.map({text: cell.state for text, cell in cells.items()}).to_numpy()
    rows.refuse(
        states == "wrong",
        "grade-unknown",
        column="Betyg",
        reason=lambda i: (
            f"{describe_wrong(str(texts.iat[i]))}. Tillåtet är A–F, streck och SCB:s koder 2, 3, 9, Y och Z."
        ),
    )
    rows.refuse(
        states == "blank",
        "grade-missing",
        column="Betyg",
        reason="betyget saknas. Skriv betyget, eller 9 för streck.",
    )
    rows.tell_rows(
        states == "lower", "grade-lower-case", column="Betyg", text="Betyg med små bokstäver lästes som stora"
    )
    rows.tell_rows(
        states == "dash", "grade-dash", column="Betyg", text="Streck lästes som SCB:s kod 9, underlag saknas"
    )
    return pd.DataFrame(
        {
            "grade": texts.map({text: cell.grade for text, cell in cells.items()}).astype("object"),
            "reason": texts.map({text: cell.reason for text, cell in cells.items()}).astype("object"),
        }
    )
