"""Published cells into numbers and marks (R11): nothing is guessed, no mark is a number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.sources.numbers import DECIMALS, CellFault, Kind, read_cell, swedish
from analysis_lib.vocabulary.marks import Mark

KINDS: tuple[Kind, ...] = ("count", "number", "share", "money")


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("212,5", "number", "212.5"),
        ("88", "share", "88"),
        ("88,0", "share", "88.0"),
        ("85 %", "share", "85"),
        ("85,5\u00a0%", "share", "85.5"),
        ("3 877", "count", "3877"),
        ("3\u00a0877", "count", "3877"),
        ("1\u202f234\u202f567", "count", "1234567"),
        ("1 061,7", "number", "1061.7"),
        ("-1618", "money", "-1618"),
        ("\u22121 618", "money", "-1618"),
        (" 25 ", "count", "25"),
        ("0,5", "share", "0.5"),
    ],
)
def test_swedish_numbers(text: str, kind: Kind, number: str) -> None:
    minimum = None if kind == "money" else 0
    assert read_cell(text, kind, minimum=minimum).number == Decimal(number)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1.212", "count"),
        ("1.212", "number"),
        ("0,85", "share"),
        ("0.85", "share"),
        ("12-jan", "count"),
        ("1e3", "count"),
        ("<5", "count"),
        ("38 77", "count"),
        ("1,234,5", "number"),
        ("88,0,", "share"),
        ("100,1", "share"),
        ("-1", "share"),
        ("12,5", "count"),
        ("#VÄRDEFEL!", "share"),
        ("NULL", "count"),
        ("", "count"),
        ("²", "count"),
        ("٣", "count"),
        ("~100", "count"),
        ("inf", "number"),
        ("nan", "number"),
        ("76,44", "number"),
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_refused(text: str, kind: Kind) -> None:
    with pytest.raises(CellFault):
        read_cell(text, kind)


def test_a_real_number_of_a_workbook_has_a_decimal_point() -> None:
    assert read_cell("212.5", "number", is_number_cell=True).number == Decimal("212.5")
    with pytest.raises(CellFault):
        read_cell("0.757", "share", is_number_cell=True)


def test_a_decimal_point_in_text_is_taken_and_told() -> None:
    assert read_cell("88.5", "share").point
    assert not read_cell("88,5", "share").point


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (".", Mark.MISSING),
        ("..", Mark.SUPPRESSED),
        ("~100", Mark.NEARLY_ALL),
        ("~0", Mark.NEARLY_NONE),
        ("...", Mark.NEARLY_ALL),
        ("…", Mark.NEARLY_ALL),
        ("-", Mark.MISSING),
        ("*", Mark.NOT_REQUIRED),
    ],
)
def test_r11_marks_keep_their_meaning_and_are_never_numbers(text: str, mark: Mark) -> None:
    value = read_cell(f" {text}\u00a0", "share")
    assert value.mark is mark
    assert value.number is None


@pytest.mark.parametrize("text", ["cirka 270", "ca 70", "ca. 1 200"])
def test_r11_an_approximate_count_is_a_mark(text: str) -> None:
    assert read_cell(text, "count").mark is Mark.APPROXIMATE


def test_a_long_number_is_not_echoed() -> None:
    with pytest.raises(CellFault) as fault:
        read_cell("20100612-1234", "count")
    assert "2010" not in str(fault.value)


@given(st.sampled_from(KINDS), st.integers(min_value=0, max_value=1000), st.booleans())
def test_a_number_written_in_swedish_is_read_back(kind: Kind, tenths: int, spaced: bool) -> None:
    places = DECIMALS[kind]
    number = Decimal(tenths) if places == 0 else Decimal(tenths).scaleb(-1)
    text = swedish(number, places)
    read = read_cell(f" {text} " if spaced else text, kind)
    assert read.number == number
    assert read.mark is Mark.NONE


@given(st.integers(min_value=0, max_value=10**9))
def test_thousands_are_read_whatever_space_parts_them(number: int) -> None:
    for space in (" ", "\u00a0", "\u202f"):
        assert read_cell(f"{number:,}".replace(",", space), "count").number == number


@given(st.sampled_from(KINDS), st.text(alphabet="0123456789,. -~%…*cirka<eE+", max_size=9))
def test_any_text_is_a_number_a_mark_or_a_fault(kind: Kind, text: str) -> None:
    try:
        value = read_cell(text, kind)
    except CellFault:
        return
    assert (value.number is None) == (value.mark is not Mark.NONE)
