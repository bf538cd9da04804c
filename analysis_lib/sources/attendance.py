"""Attendance per pupil or class from the school's own system, unregistered time beside the rate (floor 3).

Minutes are kept as they are told; shares that the report prints are kept beside them, never instead. Rows
with personal numbers become pseudonyms, rows without are summed to their class, and names stop here.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.schemas import ATTENDANCE
from analysis_lib.sources import pupils
from analysis_lib.sources.attendance_layout import Line, Report, find_report, has_header
from analysis_lib.sources.attendance_portions import InPortions
from analysis_lib.sources.attendance_values import MINUTES, SHARES, Scale, measured
from analysis_lib.sources.pupil_rows import Rows
from analysis_lib.sources.scb import LEGAL_BASIS, result_of
from analysis_lib.sources.scb_table import read_day
from analysis_lib.sources.shapes import ReadContext, Sheet, TableResult
from analysis_lib.vocabulary.instruments import wording_key
from analysis_lib.vocabulary.periods import SchoolYear, Term

_DAY = re.compile(r"\b(20\d\d-\d\d-\d\d|20\d{6})\b")
_YEAR = re.compile(r"\b(20\d\d\s*[/–-]\s*\d{2}(?:\d\d)?)\b(?!-\d\d)")
_CODE = re.compile(r"\b(\d{8})\b")
_GROUP = re.compile(r"^(?:[åÅ]k\s*)?([1-9])(?!\d)")


class Attendance:
    """``attendance.report``: a report with blocks per class, or the documented simple table."""

    id = "attendance.report"
    name = "Närvaro och frånvaro per elev eller klass"
    table = ATTENDANCE

    def recognise(self, sheet: Sheet) -> float:
        """How sure, 0-1: by the headings for attendance and absence."""
        if not has_header(sheet):
            return 0.0
        report = find_report(sheet)
        return 0.9 if report and report.lines else 0.0

    def read(self, sheet: Sheet, context: ReadContext) -> TableResult:
        """A row per pupil, or per class without personal numbers; raises without unit or school year.

        What stands above the table counts for rows that do not tell it themselves.
        """
        report = find_report(sheet)
        if report is None or not report.lines:
            raise SkolbankError("table-empty", "Rapporten har inga rader", remedy="Ta ut rapporten på nytt.")
        has_numbers = any(line.cells.get("PersonNr") for line in report.lines)
        scale = Scale()
        scale.see(report.lines)
        above = (*report.above, sheet.name)
        return self.of_lines(report, above, context, has_numbers=has_numbers, scale=scale)

    def in_portions(self, head: Sheet, context: ReadContext) -> InPortions:
        """How a file too long for memory is read: all lines of a pupil, or of a class, together."""
        return InPortions(self.of_lines, head.name)

    def of_lines(
        self,
        report: Report,
        above: Sequence[str],
        context: ReadContext,
        *,
        has_numbers: bool,
        scale: Scale,
        is_portion: bool = False,
    ) -> TableResult:
        """Lines of a report, all or a portion; of all of them one must tell the unit and the school year."""
        lines = report.lines
        rows = _rows(lines)
        periods = _periods(rows, report, is_portion=is_portion)
        ends = periods["school_year"].str[:4].where(periods["school_year"] != "", "0").astype(int) + 1
        people = pupils.identify(rows, ends) if has_numbers else _nobody(rows)
        people["unit_code"] = _units(rows, above, context, is_portion=is_portion)
        people["school_year"] = periods["school_year"]
        people["class_name"] = pupils.class_names(rows)
        people["year_group"] = _year_groups(people["class_name"])
        people["subject_key"] = periods["period_start"] + periods["period_end"]
        values = measured(lines, rows, scale)
        if has_numbers:
            pupils.refuse_doubles(rows, people, rows.cells.drop(columns=["PersonNr", "Namn"]))
            people = pupils.pseudonymise(people, rows.accepted, pupils.maker_of(context), table=self.id)
        frame = pd.concat([people, periods[["period_start", "period_end"]], values], axis=1)
        if not has_numbers:
            _refuse_repeated_classes(rows, frame)
        frame = frame.iloc[np.flatnonzero(rows.accepted)].reset_index(drop=True)
        frame = _finished(frame) if has_numbers else _by_class(frame, rows)
        if report.unread:
            shown = ", ".join(f"”{text[:30]}”" for text in report.unread[:5])
            rows.tell("info", "column-unread", f"Kolumnerna {shown} hör inte till tabellen och lästes inte.")
        waiting = pupils.rows_waited_for(rows, people, context.units)
        header = {name: name for name in lines[0].cells}
        metadata = {"legal_basis": LEGAL_BASIS, "title": report.above[0][:120] if report.above else ""}
        result = result_of(self.id, self.table.name, rows, frame, header, metadata, waiting=waiting)
        if not has_numbers:
            result.level = "class"
        result.rows_read += report.totals
        result.rows_ignored += report.totals
        result.joins_sheets = True
        return result


FORMATS = (Attendance(),)


def _rows(lines: Sequence[Line]) -> Rows:
    names = ["PersonNr", "Namn", "Skolenhetskod", "Enhet", "Kön", "Läsår", "Termin", "Från", "Till"]
    cells = pd.DataFrame(
        [{name: line.cells.get(name, "") for name in names} for line in lines], columns=names, dtype="object"
    )
    cells["Klass"] = [line.cells.get("Klass") or line.block_class for line in lines]
    if not any(line.cells.get("Kön") for line in lines):
        cells = cells.drop(columns=["Kön"])
    return Rows(cells, [line.row for line in lines])


def _nobody(rows: Rows) -> pd.DataFrame:
    """People of a table without personal numbers: nobody is known, and nobody is counted as protected."""
    empty = pd.DataFrame(index=rows.cells.index)
    return empty.assign(
        number="", pupil="", sex="", birth_year=0, is_temporary=False, is_protected=False, fault="", kind=""
    )


def _periods(rows: Rows, report: Report, *, is_portion: bool) -> pd.DataFrame:
    """School year, and first and last day where they are told, of each row or of the whole report."""
    days = sorted({day.isoformat() for text in report.above for day in _days(text)})
    years = {
        str(SchoolYear.parse(m[1])) for text in report.above for m in _YEAR.finditer(text) if _is_year(m[1])
    }
    start, end = (days[0], days[-1]) if len(days) > 1 else ("", "")
    whole = years.pop() if len(years) == 1 else _year_of(start or (days[0] if days else ""))
    records = []
    for cells in rows.cells.to_dict("records"):
        first, last = (day.isoformat() if (day := read_day(cells[name])) else "" for name in ("Från", "Till"))
        year = _row_year(cells["Läsår"], cells["Termin"]) or _year_of(first) or whole
        records.append((year, first or start, last or end))
    frame = pd.DataFrame(
        records, columns=["school_year", "period_start", "period_end"], index=rows.cells.index
    )
    missing = (frame["school_year"] == "").to_numpy()
    if missing.all() and not is_portion:
        raise SkolbankError(
            "school-year-missing",
            "Det går inte att se vilket läsår rapporten gäller",
            remedy="Skriv perioden ovanför tabellen, t.ex. 2024-08-15 – 2025-06-12, eller i en kolumn Läsår.",
        )
    rows.refuse(
        missing, "school-year-missing", column=None, reason="raden säger inte vilket läsår den gäller."
    )
    return frame


def _days(text: str) -> list[datetime.date]:
    return [day for match in _DAY.finditer(text) if (day := read_day(match[1]))]


def _is_year(text: str) -> bool:
    try:
        SchoolYear.parse(text)
    except SkolbankError:
        return False
    return True


def _year_of(day: str) -> str:
    return str(SchoolYear.of_date(datetime.date.fromisoformat(day))) if day else ""


def _row_year(year: str, term: str) -> str:
    if _is_year(year):
        return str(SchoolYear.parse(year))
    try:
        return str(Term.parse(term).school_year) if term else ""
    except SkolbankError:
        return ""


def _units(rows: Rows, texts: Sequence[str], context: ReadContext, *, is_portion: bool) -> pd.Series:
    """The unit of each row: its own code or name, else the one that stands above the table."""
    known = dict(context.units or {})
    by_name = {wording_key(name): code for code, name in known.items()}
    above = _unit_above(texts, known, by_name)
    named = rows.cells["Enhet"].map(lambda name: by_name.get(wording_key(name), "") if name else above)
    rows.cells["Skolenhetskod"] = rows.cells["Skolenhetskod"].where(rows.cells["Skolenhetskod"] != "", named)
    if not is_portion and not (rows.cells["Skolenhetskod"] != "").any():
        raise SkolbankError(
            "unit-missing",
            "Det går inte att se vilken skolenhet rapporten gäller",
            remedy="Skriv skolenhetskoden i en rad ovanför tabellen, eller i en kolumn Skolenhetskod.",
        )
    return pupils.check_units(rows, context.units)


def _unit_above(texts: Sequence[str], known: dict[str, str], by_name: dict[str, str]) -> str:
    codes = {m[1] for text in texts for m in _CODE.finditer(text) if not read_day(m[1]) or m[1] in known}
    codes |= {
        code for key, code in by_name.items() if key and any(key in wording_key(text) for text in texts)
    }
    return codes.pop() if len(codes) == 1 else ""


def _year_groups(classes: pd.Series | str) -> pd.Series | int:
    if isinstance(classes, str):
        return 0
    return pd.to_numeric(classes.str.extract(_GROUP, expand=False), errors="coerce").fillna(0).astype(int)


def _finished(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(pupils_n=1)[ATTENDANCE.names]


def _refuse_repeated_classes(rows: Rows, frame: pd.DataFrame) -> None:
    """A class that stands twice with its number of pupils is read once; two different rows are refused."""
    keys = ["unit_code", "school_year", "class_name", "period_start", "period_end"]
    told = frame.loc[rows.accepted & frame["pupils_n"].notna().to_numpy()]
    doubled = told[told.duplicated(keys, keep=False)]
    if doubled.empty:
        return
    values = [*MINUTES, "lessons", "pupils_n", *SHARES]
    again = doubled.index[doubled.duplicated([*keys, *values])]
    rows.ignore(
        frame.index.isin(again), "row-repeated", reason="raden upprepar en tidigare rad och räknas en gång"
    )
    left = doubled.drop(index=again)
    rows.refuse(
        frame.index.isin(left.index[left.duplicated(keys, keep=False)]),
        "class-doubled",
        column="Klass",
        reason="klassen finns två gånger med olika uppgifter. Behåll den rad som är rätt.",
    )


def _by_class(frame: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    """Rows without personal numbers, summed per class; shares are weighed by minutes, else by pupils."""
    keys = ["unit_code", "school_year", "year_group", "class_name", "period_start", "period_end"]
    frame = frame.assign(pupils_n=frame["pupils_n"].fillna(1))
    weight = frame["offered_minutes"].where(frame["offered_minutes"] > 0, frame["pupils_n"])
    for name in SHARES:
        frame[name] = frame[name] * weight
        frame[f"{name}_weight"] = weight.where(frame[name].notna())
    sums = frame.groupby(keys, sort=True)[
        [*MINUTES, "lessons", "pupils_n", *SHARES, *(f"{name}_weight" for name in SHARES)]
    ].sum(min_count=1)
    for name in SHARES:
        sums[name] = (sums[name] / sums[f"{name}_weight"]).round(4)
    told = sums[["attended_minutes", "valid_absence_minutes", "invalid_absence_minutes"]].sum(
        axis=1, min_count=3
    )
    for share, minutes in zip(
        SHARES, MINUTES[1:4], strict=False
    ):  # minutes are exact, printed shares are rounded
        exact = (100 * sums[minutes] / told.where(told > 0)).round(4)
        sums[share] = exact.fillna(sums[share])
    rows.tell(
        "info",
        "summed-to-class",
        "Rapporten har inga personnummer. Raderna summerades per klass, och namnen lästes aldrig in.",
    )
    whole = sums.reset_index().assign(pupil="", sex="", is_protected=False)
    return whole.astype({"pupils_n": "Int64", "lessons": "Int64"})[ATTENDANCE.names]
