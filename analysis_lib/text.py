"""Swedish numbers, dates and lists, written the same way everywhere (floor 0).

Decimal comma, no-break spaces for thousands and before the percent sign, a real minus sign,
rounding half up, å ä ö last. Source of the rules: Svenska skrivregler; see docs/METHOD.md.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

NBSP = "\u00a0"
MINUS = "\u2212"
EN_DASH = "\u2013"
SUPPRESSED = ".."
MISSING = "."
INVISIBLE = re.compile(  # signs that nobody sees but that turn, join or hide the text around them
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)

MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)
_SMALL_NUMBERS = (
    "noll",
    "en",
    "två",
    "tre",
    "fyra",
    "fem",
    "sex",
    "sju",
    "åtta",
    "nio",
    "tio",
    "elva",
    "tolv",
)


def round_half_up(value: float, decimals: int = 1) -> Decimal:
    """``value`` rounded half away from zero, as official statistics do.

    Goes through the shortest text of the float, so 0.25 and 2.675 round as a reader expects.

    >>> str(round_half_up(2.675, 2)), str(round_half_up(-0.05, 1)), str(round_half_up(80, 1))
    ('2.68', '-0.1', '80.0')
    """
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def number(value: float, decimals: int = 1, *, signed: bool = False) -> str:
    """A Swedish number: ``1 234,5`` with no-break space, comma and a real minus sign.

    >>> number(1234.56), number(-0.04), number(3.6, signed=True), number(-10.1, signed=True)
    ('1\\xa0234,6', '0,0', '+3,6', '−10,1')
    """
    rounded = round_half_up(value, decimals)
    if rounded == 0:
        rounded = abs(rounded)
    body = f"{abs(rounded):,.{decimals}f}".replace(",", NBSP).replace(".", ",")
    if rounded < 0:
        return MINUS + body
    return ("+" if signed and rounded > 0 else "") + body


def percent(value: float, decimals: int = 1) -> str:
    """A share of 0-100 with its sign, for tables and charts: ``80,5 %``.

    >>> percent(80.46)
    '80,5\\xa0%'
    """
    return f"{number(value, decimals)}{NBSP}%"


def count(value: int) -> str:
    """A whole number with Swedish thousands: ``3 877``."""
    return number(value, 0)


def count_word(value: int) -> str:
    """Numbers up to twelve as words, as running text wants them; larger ones in figures.

    >>> count_word(3), count_word(13)
    ('tre', '13')
    """
    return _SMALL_NUMBERS[value] if 0 <= value <= 12 else count(value)


def interval(low: float, high: float, decimals: int = 1) -> str:
    """Two bounds: ``7,1–9,0``, or ``−10,1 till 17,1`` when a bound is negative.

    >>> interval(55.1, 88), interval(-10.1, 17.1)
    ('55,1–88,0', '−10,1 till 17,1')
    """
    joiner = " till " if low < 0 or high < 0 else EN_DASH
    return f"{number(low, decimals)}{joiner}{number(high, decimals)}"


def date(value: datetime.date) -> str:
    """A date in running text.

    >>> date(datetime.date(2026, 6, 30)).replace(NBSP, " ")
    '30 juni 2026'
    """
    return f"{value.day}{NBSP}{MONTHS[value.month - 1]}{NBSP}{value.year}"


def listing(items: Sequence[str]) -> str:
    """Items in running text.

    >>> listing(["Asp", "Björk", "Ek"])
    'Asp, Björk och Ek'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} och {items[-1]}"


def capitalised(sentence: str) -> str:
    """The sentence with its first letter in upper case and the rest untouched."""
    return sentence[:1].upper() + sentence[1:]


_LAST = {"å": "\ue000", "ä": "\ue001", "ö": "\ue002", "æ": "\ue001", "ø": "\ue002"}


def genitive(name: str) -> str:
    """A name as an owner: names that end in s, x or z stay as they are.

    >>> genitive("Borlänge"), genitive("Borås")
    ('Borlänges', 'Borås')
    """
    return name if name.endswith(("s", "x", "z")) else f"{name}s"


def uncapitalised(words: str) -> str:
    """A common word or phrase inside a sentence: small first letter, abbreviations untouched.

    >>> uncapitalised("Behöriga lärare"), uncapitalised("NO-ämnen"), uncapitalised("I stor utsträckning")
    ('behöriga lärare', 'NO-ämnen', 'i stor utsträckning')
    """
    return words if words[:2].isupper() and words[1:2] != " " else words[:1].lower() + words[1:]


def sort_key(name: str) -> str:
    """A key for Swedish alphabetical order: case-blind, other accents folded, å ä ö last.

    >>> sorted(["Öster", "Zeta", "Ålund", "Ärla", "ek", "Émile"], key=sort_key)
    ['ek', 'Émile', 'Zeta', 'Ålund', 'Ärla', 'Öster']
    """
    composed = unicodedata.normalize("NFC", name).casefold()
    folded = (_LAST.get(char, unicodedata.normalize("NFD", char)[0]) for char in composed)
    return "".join(folded)


def swedish_sorted(names: Iterable[str]) -> list[str]:
    """Names in Swedish alphabetical order."""
    return sorted(names, key=sort_key)
