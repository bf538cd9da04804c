"""Workbooks (XLSX) into sheets of numbered rows, never more than a workbook may cost (floor 3).

The zip directory and every part are checked before the workbook is opened, so that a bomb, an
external entity or a sheet of seventeen thousand million cells is refused with a message.
"""

from __future__ import annotations

import datetime
import io

import python_calamine

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.identities import PERSONAL_NUMBER
from analysis_lib.sources.archives import damaged, encrypted, inspect
from analysis_lib.sources.decoding import clean_text
from analysis_lib.sources.rows import MAX_CELL
from analysis_lib.sources.shapes import Message, Row, Sheet


def looks_like_workbook(data: bytes) -> bool:
    """Whether the bytes are a zip archive, as an XLSX is, whatever the file is called."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read_workbook(data: bytes) -> tuple[tuple[Sheet, ...], tuple[Message, ...]]:
    """The visible sheets of a workbook and what should be known about it.

    Raises SkolbankError for a cut, encrypted, hostile or oversized workbook and for other zip files.
    """
    inspection = inspect(data)
    messages: list[Message] = []
    if inspection.formulas_without_value:
        messages.append(
            Message(
                "warning",
                "formula-without-value",
                f"{inspection.formulas_without_value} celler har en formel utan beräknat värde och lästes "
                "som tomma. Öppna arbetsboken i Excel, spara den och läs in den igen.",
            )
        )
    return _visible(_open(data), messages)


def read_old_workbook(data: bytes) -> tuple[tuple[Sheet, ...], tuple[Message, ...]]:
    """The visible sheets of a workbook in the old format ``.xls`` (BIFF), with at most 65,536 rows each.

    Raises SkolbankError when it is damaged, encrypted or no workbook at all.
    """
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise encrypted() from None
    except BaseException as fault:
        if isinstance(fault, Exception) or type(fault).__name__ == "PanicException":
            raise SkolbankError(
                "workbook-old",
                "Filen är en arbetsbok i det gamla formatet .xls och går inte att läsa",
                remedy="Öppna den i Excel och spara den som .xlsx eller CSV UTF-8.",
            ) from None
        raise
    return _visible(workbook, [])


def _visible(
    workbook: python_calamine.CalamineWorkbook, messages: list[Message]
) -> tuple[tuple[Sheet, ...], tuple[Message, ...]]:
    sheets: list[Sheet] = []
    hidden: list[str] = []
    for meta in workbook.sheets_metadata:
        if meta.visible != python_calamine.SheetVisibleEnum.Visible:
            hidden.append(" ".join(PERSONAL_NUMBER.sub("[personnummer]", meta.name).split())[:40])
        elif meta.typ == python_calamine.SheetTypeEnum.WorkSheet:
            sheets.append(_sheet(workbook, meta.name, messages))
    if hidden:
        messages.append(
            Message(
                "warning",
                "hidden-sheet",
                f"Arbetsboken har {len(hidden)} dolda blad ({_listed(hidden)}). De läses aldrig; ta fram "
                "bladet i Excel om det skulle vara med.",
            )
        )
    if not any(any(cells) for sheet in sheets for _, cells in sheet.rows):
        raise SkolbankError(
            "file-empty", "Arbetsboken har inget synligt innehåll", remedy="Hämta filen på nytt."
        )
    return tuple(sheets), tuple(messages)


def _listed(names: list[str]) -> str:
    more = " med flera" if len(names) > 5 else ""
    return ", ".join(f"”{name}”" for name in names[:5]) + more


def _open(data: bytes) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise encrypted() from None
    except BaseException as fault:
        raise _reader_fault(fault) from None


def _sheet(workbook: python_calamine.CalamineWorkbook, name: str, messages: list[Message]) -> Sheet:
    try:
        values = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except BaseException as fault:
        raise _reader_fault(fault) from None
    changes: list[Message] = []
    rows: list[Row] = []
    numeric: set[tuple[int, int]] = set()
    for number, cells in enumerate(values, start=1):
        texts = [_cell_text(cell) for cell in cells]
        if any(len(text) > MAX_CELL for text in texts):
            raise SkolbankError(
                "cell-too-long",
                f"En cell har fler än {MAX_CELL} tecken",
                where=f"rad {number}",
                remedy="Kontrollera att filen är rätt tabell.",
            )
        numeric.update(
            (number, column)
            for column, cell in enumerate(cells)
            if isinstance(cell, int | float) and not isinstance(cell, bool)
        )
        rows.append((number, [text if text.isascii() else clean_text(text, changes) for text in texts]))
    messages.extend({change.code: change for change in changes}.values())
    return Sheet(name, rows, frozenset(numeric))


def _cell_text(value: object) -> str:
    """A cell as text: numbers with a decimal point and no trailing ``.0``, dates as ISO."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "SANT" if value else "FALSKT"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _reader_fault(fault: BaseException) -> BaseException:
    """What to raise for a fault inside the workbook reader, whose own panics are no ``Exception``."""
    if isinstance(fault, Exception) or type(fault).__name__ == "PanicException":
        return damaged()
    return fault
