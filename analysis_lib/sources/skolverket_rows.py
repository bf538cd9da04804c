"""Data rows of Skolverket's tables into checked keys and values, row by row (floor 3).

A row is accepted, refused with a reason or ignored with a stated cause; no row disappears.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis_lib.sources.column_signs import ColumnSigns
from analysis_lib.sources.numbers import CellFault, CellValue, read_cell
from analysis_lib.sources.shapes import Message, Row
from analysis_lib.sources.skolverket_columns import MeasureColumn
from analysis_lib.sources.skolverket_layout import Layout
from analysis_lib.sources.skolverket_records import Record, RowKeys, RowsRead, settle_repeats
from analysis_lib.sources.skolverket_tables import Key, Source, Table, by_wording, header_key

_NATION = {"riket", "helariket", "sverige"}
_TOTALS = {"totalt", "total", "summa", "samtliga", "allakommuner", "samtligakommuner", "genomsnitt"}


class _Ignored(Exception):
    """A row that is no datum; the text says why."""


class RowReader:
    """Reads the data rows of one sheet."""

    def __init__(
        self,
        layout: Layout,
        columns: list[MeasureColumn],
        *,
        table: Table,
        source: Source,
        municipalities: dict[str, str],
        numeric: frozenset[tuple[int, int]],
        allows_invented: bool = False,
    ) -> None:
        """``municipalities`` maps codes to names; ``allows_invented`` takes the example's codes 99xx too."""
        self.layout = layout
        self.columns = columns
        self.table = table
        self.municipalities = municipalities
        self.numeric = numeric
        self.signs = ColumnSigns(
            (column.column.index, table.measures[column.measure].kind) for column in columns
        )
        self.thousands: frozenset[int] = frozenset()  # columns whose points part thousands
        self.allows_invented = allows_invented
        self.organisers = by_wording(source.organisers)
        self.sexes = by_wording(source.sexes)
        self.subjects = by_wording(source.subjects)
        self.programmes = by_wording(source.programmes)
        self.header = tuple(header_key(text) for text in layout.header)
        self.groups = {header_key(column.group) for column in layout.columns if column.group}

    def read(self, data: Sequence[Row], *, last: int) -> RowsRead:
        """The data rows, accepted, refused or ignored; ``last`` is the number of the table's last row."""
        result = RowsRead(read=len(data))
        for row, cells in data:
            try:
                result.records.append(self._record(row, cells, result, is_last=row == last))
            except _Ignored as reason:
                result.ignored += 1
                if any(cells):
                    result.messages.append(Message("info", "row-ignored", f"{reason}", row=row))
                else:
                    result.notes["blank"] += 1
            except CellFault as fault:
                self._refuse((row, cells), fault, result)
        settle_repeats(result, dict(data))
        return result

    def _refuse(self, place: Row, fault: CellFault, result: RowsRead) -> None:
        column = getattr(fault, "column", None)
        reason = f"{column}: {fault}" if column else str(fault)
        result.refused.append((place[0], place[1], reason))
        result.messages.append(
            Message("error", fault.code, f"Raden togs inte in. {reason}.", place[0], column)
        )

    def identity(self, cells: list[str]) -> tuple[str, ...] | None:
        """What no other row of the table may share, or None for a row that is no datum or cannot be read."""
        try:
            return self._keys(cells, RowsRead()).identity
        except CellFault:
            return None

    def _record(self, row: int, cells: list[str], result: RowsRead, *, is_last: bool) -> Record:
        self._ignore_what_is_no_datum(cells)
        self._require_whole(cells, is_last=is_last)
        keys = self._keys(cells, result)
        values = []
        for column in self.columns:
            values.append(self._value(row, cells, column, result))
        texts = tuple(cells[column.column.index].strip() for column in self.columns)
        return Record(row, keys, tuple(values), texts)

    def _ignore_what_is_no_datum(self, cells: list[str]) -> None:
        filled = [cell for cell in cells if cell.strip()]
        if not filled:
            raise _Ignored("Tom rad")
        if self._is_header(cells):
            raise _Ignored("Rubrikraden upprepas och hoppades över")
        if not cells[0].strip() and {header_key(cell) for cell in filled} <= self.groups:
            raise _Ignored("Grupprubrikerna upprepas och hoppades över")
        name = header_key(self._text(cells, "unit_name") or self._text(cells, "municipality_name"))
        code = self._text(cells, "unit_code") or self._text(cells, "municipality_code")
        totals = _TOTALS | _NATION if self.layout.level == "unit" else _TOTALS
        if name in totals and not code.strip("0"):
            raise _Ignored("Summaraden är ingen egen uppgift och hoppades över")

    def _is_header(self, cells: list[str]) -> bool:
        return header_key(cells[0]) == self.header[0] and self.header == tuple(
            header_key(cell) for cell in cells[: self.layout.width]
        )

    def _require_whole(self, cells: list[str], *, is_last: bool) -> None:
        width = self.layout.width
        is_open = is_last and self.layout.closes_rows and len(cells) == width
        if len(cells) < width or (is_open and not self.layout.footer):
            raise CellFault("row-cut", "Raden är kortare än rubrikerna och ser avklippt ut")
        if any(cell.strip() for cell in cells[width:]):
            raise CellFault("row-too-long", "Raden har fler celler än rubrikerna")

    def _text(self, cells: list[str], key: Key) -> str:
        index = self.layout.keys.get(key, -1)
        return " ".join(cells[index].split()) if 0 <= index < len(cells) else ""

    def _keys(self, cells: list[str], result: RowsRead) -> RowKeys:
        level, code, name = self._place(cells, result)
        unit_code = self._text(cells, "unit_code")
        if self.layout.level == "unit" and not re.fullmatch(r"[0-9]{8}", unit_code):
            raise CellFault("unit-code-unreadable", "Skolenhetskoden ska ha åtta siffror")
        if self.layout.level == "unit" and not self._text(cells, "unit_name"):
            raise CellFault("unit-name-missing", "Skolans namn saknas")
        joint = level == "municipality" and not code
        return RowKeys(
            level=level,
            unit_code=unit_code if self.layout.level == "unit" else "",
            unit_name=self._text(cells, "unit_name"),
            municipality_code=code,
            municipality_name=name,
            organiser=self._coded(cells, "organiser", self.organisers, "typ av huvudman"),
            authority_name=name if joint else self._text(cells, "authority_name"),
            authority_number=self._authority_number(cells, result),
            sex=self._coded(cells, "sex", self.sexes, "kön") if "sex" in self.layout.keys else "T",
            subject=self._subject(cells, result),
        )

    def _subject(self, cells: list[str], result: RowsRead) -> str:
        """The row's second key: subject (and part of a test), or programme of an upper secondary table."""
        if "programme" in self.layout.keys:
            text = self._text(cells, "programme")
            known = self.programmes.get(header_key(text)) or self.programmes.get(header_key(text) + "et")
            result.notes["programme"] += known is None
            return known or text
        if "subject" not in self.layout.keys:
            return ""
        text = self._text(cells, "subject")
        if self.table.open_subjects and text and header_key(text) not in self.subjects:
            result.notes["subject"] += 1
            return text
        subject = self._coded(cells, "subject", self.subjects, "ämne")
        part = self._text(cells, "part")
        return f"{subject} {part}" if part else subject

    def _place(self, cells: list[str], result: RowsRead) -> tuple[str, str, str]:
        """Level, municipality code and name; a lost leading zero is put back only when the name agrees."""
        code, name = self._text(cells, "municipality_code"), self._text(cells, "municipality_name")
        if self.layout.level == "municipality" and header_key(name) in _NATION and not code.strip("0"):
            return "national", "", name
        if self.table.joint_authorities and name and re.fullmatch(r"|3[0-9]{3}", code):
            return "municipality", "", name
        if re.fullmatch(r"[0-9]{3}", code) and _same_place(self.municipalities.get("0" + code, ""), name):
            result.notes["zero"] += 1
            code = "0" + code
        if self.allows_invented and name and re.fullmatch(r"99[0-9]{2}", code):
            return self.layout.level, code, name
        if code not in self.municipalities:
            raise CellFault("municipality-unknown", "Kommunkoden finns inte")
        if not _same_place(self.municipalities[code], name):
            raise CellFault("municipality-mismatch", "Kommunkoden och kommunens namn hör inte ihop")
        return self.layout.level, code, self.municipalities[code]

    def _coded(self, cells: list[str], key: Key, values: dict[str, str], name: str) -> str:
        found = values.get(header_key(self._text(cells, key)))
        if found is None:
            raise CellFault("value-unknown", f"Okänt värde för {name}")
        return found

    def _authority_number(self, cells: list[str], result: RowsRead) -> str:
        """The organisation number; a sole trader's is a personal number and is never kept."""
        digits = self._text(cells, "authority_number").replace("-", "")
        if digits and (not re.fullmatch(r"[0-9]{10}", digits) or digits[2] in "01"):
            result.notes["authority"] += 1
            return ""
        return digits

    def _value(self, row: int, cells: list[str], column: MeasureColumn, result: RowsRead) -> CellValue:
        index = column.column.index
        text = cells[index].strip()
        measure = self.table.measures[column.measure]
        if not text:
            result.notes["empty"] += 1
            return read_cell(".", "text")
        if measure.kind == "text":
            return read_text(text)
        try:
            value = read_cell(
                text,
                measure.kind,
                is_number_cell=(row, index) in self.numeric,
                minimum=measure.minimum,
                maximum=measure.maximum,
                decimals=measure.decimals,
                thousands_point=index in self.thousands,
            )
            result.notes["thousands"] += index in self.thousands and "." in text
        except CellFault as fault:
            fault.column = column.column.shown  # type: ignore[attr-defined]
            raise
        result.notes["point"] += value.point
        return value


def read_text(text: str) -> CellValue:
    """A cell of a text measure: a mark, or no number at all."""
    try:
        value = read_cell(text, "text")
    except CellFault:
        return CellValue(None)
    return value if value.number is None else CellValue(None)


def _same_place(known: str, name: str) -> bool:
    one, other = header_key(known), header_key(name)
    return bool(one and other) and (one == other or one.startswith(other) or other.startswith(one))
