"""Delimited text into rows (safety.md, shape): separators, quotes, line numbers, other kinds of files."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.reading import read_raw, read_raw_bytes
from analysis_lib.sources.rows import delimited_rows


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_is_found(separator: str) -> None:
    text = "Skola;Kod;Antal\nA;1;2\nB;3;4\n".replace(";", separator)
    assert delimited_rows(text) == [
        (1, ["Skola", "Kod", "Antal"]),
        (2, ["A", "1", "2"]),
        (3, ["B", "3", "4"]),
    ]


def test_decimal_commas_do_not_make_a_comma_file() -> None:
    assert delimited_rows("Skola;Andel\nA;88,0\nB;7,5\n")[1] == (2, ["A", "88,0"])


def test_a_sep_line_is_believed_and_counted() -> None:
    assert delimited_rows("sep=|\nA|1;2\n") == [(2, ["A", "1;2"])]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_rows_keep_the_line_a_person_sees(newline: str) -> None:
    text = newline.join(["a;b", "", '"två', 'rader";2', "c;d"])
    assert [row for row, _ in delimited_rows(text)] == [1, 2, 3, 5]


def test_quotes_inside_a_text_are_text() -> None:
    assert delimited_rows('"Skolan ""Asken""";1\nKalle "Kula";2')[0] == (1, ['Skolan "Asken"', "1"])


@pytest.mark.parametrize(
    "text",
    [
        'a;b;c;d\n1;"2;3;4\n5;6;7;8\n',
        'a;b;c;d;e\n1;"två;3;4;5\n6;7;8;9;10\n1;nu";3;4;5\n',
        '"',
    ],
)
def test_an_open_quote_refuses_the_file(text: str) -> None:
    with pytest.raises(SkolbankError, match="quote-unclosed"):
        delimited_rows(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file-empty"),
        (" \n\n", "file-empty"),
        ("<!DOCTYPE html>\n<html><body>Logga in</body></html>", "file-is-web-page"),
        ("\n\n  <html lang=sv>", "file-is-web-page"),
        ("<?xml version='1.0'?><root/>", "file-is-xml"),
        (";".join(["x"] * 20_008), "too-many-columns"),
        ("a;b\n" + "x" * 5_000_000 + ";1", "cell-too-long"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(text: str, code: str) -> None:
    with pytest.raises(SkolbankError) as refusal:
        delimited_rows(text)
    assert refusal.value.code == code
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (b"%PDF-1.7 ...", "file-not-table"),
        (b"\x89PNG\r\n", "file-not-table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "workbook-old"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "workbook-encrypted"),
    ],
)
def test_other_kinds_of_files_are_named(data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "betyg.csv"
    path.write_bytes(data)
    with pytest.raises(SkolbankError) as refusal:
        read_raw(path)
    assert refusal.value.code == code
    assert refusal.value.where.startswith("betyg.csv")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SkolbankError, match="file-unreadable"):
        read_raw(tmp_path / "finns-inte.csv")


def test_text_named_as_a_workbook_is_read_and_told() -> None:
    raw = read_raw_bytes(b"a;b\n1;2\n", Path("fil.xlsx"))
    assert raw.kind == "text"
    assert [message.code for message in raw.messages] == ["file-misnamed"]


@given(
    st.lists(
        st.lists(st.text(alphabet='ab";,\n', max_size=4), min_size=2, max_size=4), min_size=1, max_size=5
    )
)
def test_any_text_gives_rows_or_a_refusal(cells: list[list[str]]) -> None:
    text = "\n".join(";".join(row) for row in cells)
    with contextlib.suppress(SkolbankError):
        rows = delimited_rows(text)
        assert [row for row, _ in rows] == sorted({row for row, _ in rows})
        assert rows[-1][0] <= text.count("\n") + 1
