"""Swedish numbers and order (look: decimal comma, NBSP, U+2212, half up, å ä ö last)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib import text


@given(st.integers(-(10**9), 10**9))
def test_a_written_number_can_be_read_back(tenths: int) -> None:
    written = text.number(tenths / 10)
    plain = written.replace(text.NBSP, "").replace(text.MINUS, "-").replace(",", ".")
    assert Decimal(plain) == Decimal(tenths).scaleb(-1)


@given(st.integers(0, 10**6))
def test_halves_are_rounded_up(number: int) -> None:
    assert text.round_half_up(number + 0.25) == Decimal(number) + Decimal("0.3")


def test_no_minus_before_zero() -> None:
    assert text.number(-0.001) == "0,0"
    assert text.number(-0.001, signed=True) == "0,0"


@pytest.mark.parametrize(
    ("name", "owner"), [("Borlänge", "Borlänges"), ("Borås", "Borås"), ("Växjö", "Växjös")]
)
def test_a_name_that_ends_in_s_is_its_own_genitive(name: str, owner: str) -> None:
    assert text.genitive(name) == owner


@pytest.mark.parametrize(
    ("words", "inside"), [("Behöriga lärare", "behöriga lärare"), ("NO-ämnen", "NO-ämnen"), ("", "")]
)
def test_an_abbreviation_keeps_its_capitals_inside_a_sentence(words: str, inside: str) -> None:
    assert text.uncapitalised(words) == inside
