"""From a sheet to the named fields of an SCB file: header or column set, odd rows, school year (floor 3)."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.identities import PERSONAL_NUMBER
from analysis_lib.snapshots.schemas import GRADES, REASONS
from analysis_lib.sources.grade_codes import NOT_CHOSEN
from analysis_lib.sources.pupil_rows import Rows, row_list
from analysis_lib.sources.scb_layouts import NOT_GRADES, PERSON, Layout, read_header
from analysis_lib.sources.shapes import Row, Sheet
from analysis_lib.vocabulary.periods import SchoolYear

_SAMPLE = 60
_GRADE = frozenset((*GRADES, *REASONS, "", "-", *"abcdefyz"))
_CODES = frozenset(("0", "1", "77", "88", "99", ""))
_SCIENCE = frozenset(("FY", "BI", "KE", "GE", "HI", "RE", "SH", ""))
_IDENTITY = re.compile(r"[\s\d+\-\u2013.,eE]{10,16}|\d{8}-?[Tt][Ff]?\d{2,3}")
_LANGUAGE = re.compile(r"[A-Za-zÅÄÖåäö]{2,3}|")
_TOTAL = re.compile(r"(?i)^(summa|totalt?|antal( elever| rader)?|samtliga)\b")


@dataclass(frozen=True)
class Recognised:
    """How a sheet is laid out: the field of each column, and the line of the header if there is one."""

    fields: dict[int, str]
    header_row: int | None
    variant: str
    score: float

    @property
    def width(self) -> int:
        return max(self.fields, default=-1) + 1


def filled(sheet: Sheet) -> list[Row]:
    """The rows that hold anything."""
    return [row for row in sheet.rows if any(cell.strip() for cell in row[1])]


def recognise(sheet: Sheet, layouts: Sequence[Layout], marker: frozenset[str]) -> Recognised | None:
    """The best column set for a sheet, or None; ``marker`` fields tell a header of this kind of file."""
    sample: list[Row] = []
    for row in sheet.rows:
        if any(cell.strip() for cell in row[1]):
            sample.append(row)
            if len(sample) == _SAMPLE:
                break
    for number, cells in sample[:10]:
        fields = read_header(cells)
        if fields:
            share = len(marker & set(fields.values())) / len(marker)
            return Recognised(fields, number, "med rubrikrad", 0.5 + share / 2) if share > 0.5 else None
    scored = [(_fit(sample, layout), layout) for layout in layouts]
    score, layout = max(scored, key=lambda pair: pair[0])
    if score < 0.6:
        return None
    return Recognised(dict(enumerate(layout.fields)), None, layout.variant, score)


def _fit(sample: list[Row], layout: Layout) -> float:
    """How well the rows hold what the column set says, 0-1; the width must be right in most rows."""
    right = [cells for _, cells in sample if _has_width(cells, layout.width)]
    if not sample or len(right) * 2 <= len(sample):
        return 0.0
    identity = np.mean([bool(_IDENTITY.fullmatch(cells[3].strip())) for cells in right])
    unit = np.mean([bool(re.fullmatch(r"\d{8}", cells[4].strip())) for cells in right])
    if identity < 0.5 and unit < 0.5:
        return 0.0
    hits = [
        _holds(field, cells[i].strip(), layout) for cells in right for i, field in enumerate(layout.fields)
    ]
    aged = np.mean([_age(cells) == layout.age for cells in right])
    return float(0.6 * np.mean(hits) + 0.15 * identity + 0.15 * unit + 0.1 * aged)


def _age(cells: list[str]) -> int:
    day, born = read_day(cells[1]), re.match(r"(\d{4})\d{4}", cells[3].strip())
    return day.year - int(born[1]) if day and born else 0


def _has_width(cells: list[str], width: int) -> bool:
    return len(cells) >= width and not any(cell.strip() for cell in cells[width:])


def _holds(field: str, cell: str, layout: Layout) -> bool:
    if field.endswith("språk"):
        return bool(_LANGUAGE.fullmatch(cell)) and cell not in GRADES
    if field in NOT_GRADES or field.endswith("_GRUPP") or field in PERSON:
        return True
    if field.endswith(("_PRP", "_POANG")):
        return bool(re.fullmatch(r"\d{0,2}", cell))
    if field.endswith("_PR"):
        return cell in _CODES
    if field.endswith("_PROV"):
        return cell.upper() in _SCIENCE
    if field.endswith(("_DELT", "_KURSPLAN")):
        return cell in _CODES or cell == "2"
    if field.endswith("_PROVB"):
        return cell in _GRADE or cell in _CODES
    return cell in _GRADE and (field in layout.optional or cell not in {"", NOT_CHOSEN})


def read_rows(sheet: Sheet, known: Recognised) -> Rows:
    """The data rows with named fields; total rows, repeated headers and cut rows are told, never taken."""
    data = filled(sheet)
    header = [cells for number, cells in data if number == known.header_row]
    if known.header_row is not None:
        data = [row for row in data if row[0] > known.header_row]
    rows = read_rows_of(data, known.fields, lambda cells: bool(read_header(cells)), width=known.width)
    if header:
        tell_unread_columns(rows, header[0], known.fields)
    return rows


def tell_unread_columns(rows: Rows, header: list[str], fields: dict[int, str]) -> None:
    """Tells which named columns of a table with headings are not read."""
    unread = [name.strip() for index, name in enumerate(header) if index not in fields and name.strip()]
    if not unread:
        return
    shown = [f"”{PERSONAL_NUMBER.sub('[personnummer]', name)[:40]}”" for name in unread[:10]]
    more = " med flera" if len(unread) > 10 else ""
    is_one = len(unread) == 1
    rows.tell(
        "info",
        "column-unread",
        f"{'Kolumnen' if is_one else 'Kolumnerna'} {', '.join(shown)}{more} hör inte till tabellen och "
        "lästes inte.",
    )


def read_rows_of(
    data: list[Row],
    fields: dict[int, str],
    is_header: Callable[[list[str]], bool],
    *,
    width: int | None = None,
) -> Rows:
    """Rows with the named fields of their columns; without ``width`` longer rows are refused only when
    they hold something outside the table."""
    if not data:
        raise SkolbankError(
            "file-empty",
            "Filen innehåller inga elevrader",
            remedy="Ta ut filen på nytt ur elevsystemet och kontrollera urvalet.",
        )
    picked = [[cells[i].strip() if i < len(cells) else "" for i in fields] for _, cells in data]
    rows = Rows(
        pd.DataFrame(picked, columns=list(fields.values()), dtype="object"), [number for number, _ in data]
    )
    texts = [cells for _, cells in data]
    person = next((index for index, name in fields.items() if name == "PersonNr"), -1)
    rows.ignore(
        np.array([not _has_identity(cells, person) and is_header(cells) for cells in texts], dtype=bool),
        "header-repeated",
        reason="rubrikraden upprepas och räknas inte som elev",
    )
    rows.ignore(
        np.array([not _has_identity(cells, person) and _is_total(cells) for cells in texts], dtype=bool),
        "row-total",
        reason="raden är en summering och räknas inte som elev",
    )
    needed = width if width is not None else max(fields) + 1
    widest = (
        width
        if width is not None
        else max(Counter(len(cells) for cells in texts).most_common(1)[0][0], needed)
    )
    lengths = np.array([_length(cells, needed, widest) for cells in texts])
    rows.refuse(
        (lengths != needed) & rows.accepted,
        "row-width",
        column=None,
        is_final=True,
        reason=lambda i: (
            f"raden har {lengths[i]} kolumner i stället för {needed}. Den kan vara avhuggen; "
            "ta ut filen på nytt."
        ),
    )
    return rows


def _has_identity(cells: list[str], person: int) -> bool:
    """Whether the cell of the personal number is digits alone, as in nearly every row of a long file."""
    return 0 <= person < len(cells) and cells[person].isdigit() and len(cells[person]) in (10, 12)


def _length(cells: list[str], needed: int, widest: int) -> int:
    """The number of columns, or ``needed`` when the row fits; empty ones at the end do not count."""
    fits = len(cells) >= needed and not any(cell.strip() for cell in cells[widest:])
    return needed if fits else len(cells)


def _is_total(cells: list[str]) -> bool:
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    return bool(_TOTAL.match(first)) and not any(_IDENTITY.fullmatch(cell.strip()) for cell in cells)


def school_years(rows: Rows, leaving_age: int) -> pd.Series:
    """The school year of each row's Datum; rows without a readable date are refused.

    A file taken out in August to December may hold the grades of the spring before: the pupils' ages
    decide, and it is told.
    """
    texts = rows.cells["Datum"]
    days = {text: read_day(text) for text in texts.unique()}
    unreadable = texts.map(lambda text: days[text] is None).to_numpy(dtype=bool)
    rows.refuse(unreadable, "date-unreadable", column="Datum", reason="datumet ska skrivas som 2026-06-12.")
    years: dict[str, str] = {}
    births = pd.to_numeric(
        rows.cells["PersonNr"].str.extract(r"^(\d{4})\d{4}", expand=False), errors="coerce"
    )
    for text, day in days.items():
        if day is None:
            years[text] = ""
            continue
        year = SchoolYear.of_date(day)
        if day.month >= 8:
            usual = Counter(births[texts == text].dropna().astype(int)).most_common(1)
            if usual and usual[0][0] + leaving_age == day.year:
                year = year.plus(-1)
                rows.tell(
                    "warning",
                    "school-year-assumed",
                    f"Filen togs ut {day.isoformat()}, men elevernas ålder visar att betygen gäller läsåret "
                    f"{year}. De lagras för det läsåret.",
                    column="Datum",
                )
        years[text] = str(year)
    distinct = sorted({year for year in years.values() if year})
    if not distinct:
        raise SkolbankError(
            "date-unreadable",
            "Läsåret kan inte avgöras: inget datum går att läsa",
            where=row_list(rows.numbers),
            remedy="Kolumnen Datum ska ha dagen då filen togs ut, t.ex. 2026-06-12.",
        )
    return texts.map(years).astype("object")


def read_day(text: str) -> datetime.date | None:
    """A date of extraction: ``2026-06-12``, ``20260612`` or with a time after it."""
    match = re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ][\d:.]*)?", text.strip())
    if not match:
        return None
    try:
        day = datetime.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return day if 1990 <= day.year <= datetime.date.today().year + 1 else None
