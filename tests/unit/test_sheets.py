"""Workbooks (safety.md, xlsx): hidden sheets, bombs, entities, damage, numbers and dates."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.reading import RawFile, read_raw_bytes
from analysis_lib.sources.sheets import read_workbook


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(data: bytes, name: str = "fil.xlsx") -> RawFile:
    return read_raw_bytes(data, Path(name))


def rewritten(data: bytes, part: str, change: dict[str, str]) -> bytes:
    """The workbook with texts replaced in one part of its archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        assert part in old.namelist()
        for name in old.namelist():
            text = old.read(name)
            if name == part:
                for before, after in change.items():
                    assert before.encode() in text
                    text = text.replace(before.encode(), after.encode())
            new.writestr(name, text)
    return content.getvalue()


def refusal_of(data: bytes) -> SkolbankError:
    with pytest.raises(SkolbankError) as refusal:
        read(data)
    assert refusal.value.remedy
    return refusal.value


def test_rows_are_numbered_as_in_the_sheet_and_numbers_have_a_point() -> None:
    data = workbook(Blad1=[[], ["Skola", "Antal", "Andel"], ["Ås", 1234.0, 76.4], ["Ek", "~100", ".."]])
    (sheet,) = read(data).sheets
    assert sheet.rows[1:] == [
        (2, ["Skola", "Antal", "Andel"]),
        (3, ["Ås", "1234", "76.4"]),
        (4, ["Ek", "~100", ".."]),
    ]
    assert sheet.numeric == {(3, 1), (3, 2)}


def test_dates_truths_and_long_numbers_are_plain_text() -> None:
    day = datetime.datetime(2025, 6, 12)
    (sheet,) = read(
        workbook(Blad1=[[day, datetime.datetime(2025, 6, 12, 8, 30), True, 201006121234.0]])
    ).sheets
    assert sheet.rows[0][1] == ["2025-06-12", "2025-06-12 08:30:00", "SANT", "201006121234"]


def test_a_hidden_sheet_is_never_read_but_told() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Skola", "Antal"])
    for state in ("hidden", "veryHidden"):
        sheet = book.create_sheet(f"Elever {state}")
        sheet.append(["hemligt"])
        sheet.sheet_state = state
    content = io.BytesIO()
    book.save(content)
    raw = read(content.getvalue())
    assert len(raw.sheets) == 1
    assert [message.code for message in raw.messages] == ["hidden-sheet"]
    assert "hemligt" not in repr(raw)
    assert "2 dolda blad (”Elever hidden”, ”Elever veryHidden”)" in raw.messages[0].message


def test_a_workbook_of_only_hidden_content_is_empty() -> None:
    assert refusal_of(workbook(Blad1=[[]])).code == "file-empty"


def test_a_workbook_named_csv_is_read_and_told() -> None:
    raw = read(workbook(Blad1=[["a", "b"]]), "fil.csv")
    assert raw.kind == "workbook"
    assert [message.code for message in raw.messages] == ["file-misnamed"]


def test_formulas_without_a_value_are_told() -> None:
    raw = read(workbook(Blad1=[["a", "b"], [1, "=A2*2"], [2, "=A3*2"]]))
    assert [message.code for message in raw.messages] == ["formula-without-value"]
    assert "2 celler" in raw.messages[0].message


def test_a_formula_with_its_value_is_the_value() -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    book.add_worksheet().write_formula(0, 0, "=1+1", value=2)
    book.close()
    raw = read(content.getvalue())
    assert raw.sheets[0].rows == [(1, ["2"])]
    assert raw.messages == ()


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(8 * 1024 * 1024))
    assert refusal_of(content.getvalue()).code == "workbook-bomb"


def test_a_zip_directory_that_lies_about_sizes_is_refused() -> None:
    data = workbook(Blad1=[["x" * 1000] for _ in range(200)])
    lying = bytearray(data)
    place = data.index(b"PK\x01\x02")
    lying[place + 24 : place + 28] = (5).to_bytes(4, "little")
    assert refusal_of(bytes(lying)).code in {"workbook-damaged", "workbook-bomb"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding: str) -> None:
    data = workbook(Blad1=[["a"]])
    content = io.BytesIO()
    evil = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>'
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            new.writestr(name, evil.encode(encoding) if "sheet1" in name else old.read(name))
    assert refusal_of(content.getvalue()).code == "workbook-entities"


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_cut_workbook_is_refused(share: float) -> None:
    data = workbook(Blad1=[[f"text {row}", row] for row in range(300)])
    assert refusal_of(data[: int(len(data) * share)]).code == "workbook-damaged"


def test_damaged_xml_inside_is_refused() -> None:
    data = workbook(Blad1=[["a", "b"], [1, 2]])
    assert (
        refusal_of(rewritten(data, "xl/worksheets/sheet1.xml", {"</row>": "<row"})).code == "workbook-damaged"
    )


def test_another_zip_is_no_workbook() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("betyg.csv", "a;b")
    assert refusal_of(content.getvalue()).code == "file-not-workbook"


def test_an_encrypted_part_is_refused() -> None:
    data = bytearray(workbook(Blad1=[["a"]]))
    place = bytes(data).index(b"PK\x01\x02")
    data[place + 8] |= 1
    assert refusal_of(bytes(data)).code == "workbook-encrypted"


@pytest.mark.parametrize(("cell", "code"), [("XFD1", "too-many-columns"), ("BXX1048576", "sheet-too-large")])
def test_a_vast_empty_sheet_is_refused_before_it_fills_the_memory(cell: str, code: str) -> None:
    data = workbook(Blad1=[["a", "b"]])
    assert refusal_of(rewritten(data, "xl/worksheets/sheet1.xml", {'r="B1"': f'r="{cell}"'})).code == code


def test_a_very_long_cell_is_refused() -> None:
    data = rewritten(workbook(Blad1=[["kort"]]), "xl/worksheets/sheet1.xml", {"kort": "x" * 500_000})
    with pytest.raises(SkolbankError, match="cell-too-long"):
        read_workbook(data)


def test_one_long_text_shown_in_very_many_cells_is_refused() -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet()
    for row in range(3000):
        sheet.write_row(row, 0, [f"x{'y' * 20}"] * 20)
    book.close()
    data = rewritten(content.getvalue(), "xl/sharedStrings.xml", {"y" * 20: "y" * 90_000})
    assert refusal_of(data).code == "workbook-bomb"
