"""Reads personal identity numbers in their many spellings, or says why one cannot be read (floor 2).

The century is only ever inferred inside the ages of the school form, and nothing is repaired that
could be another person. Rules: Skatteverket's form (check digit by Luhn, coordination numbers with
day + 60) and SCB's temporary numbers (``ååååmmddTFxx``), which several pupils may share.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

CLEAN, TEMPORARY = "number", "temporary"
AGES = (5, 21)  # years at the end of the school year: förskoleklass to the oldest in gymnasieskolan
ADULTS = (15, 90)  # gymnasieskola, komvux and sfi

FAULTS: dict[str, str] = {
    "identity-missing": "personnumret saknas",
    "identity-truncated": "personnumret är avhugget till ett avrundat tal av ett kalkylprogram",
    "identity-length": "personnumret har fel antal siffror, kanske har en inledande nolla försvunnit",
    "identity-unreadable": "personnumret har tecken som inte hör dit",
    "identity-date": "personnumrets datum finns inte",
    "identity-check-digit": "personnumrets kontrollsiffra stämmer inte",
    "identity-age": "åldern enligt personnumret är orimlig för en elev",
    "identity-century": "personnumret saknar sekel och åldern går inte att avgöra",
}

_PLAIN = re.compile(r"[0-9]{12}")
PERSONAL_NUMBER = re.compile(  # in the middle of any text
    r"(?<!\d)(?:18|19|20)?\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[6-8]\d|9[01])[-+ ]?(?:\d{4}|TF\d{2})(?!\d)",
    re.IGNORECASE,
)
_FLOAT = re.compile(r"(\d{10,12})[.,]0+")
_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+")
_TEMPORARY = re.compile(r"(\d{8})-?TF(\d)\d")
_SEPARATED = re.compile(r"(\d{6}|\d{8})([-+])(\d{4})")
_DASHES = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-"})
_SPACES = re.compile(r"[\s\u00a0\u200b\u202f\ufeff]+")


@dataclass(frozen=True)
class Identity:
    """One number as it was understood; ``fault`` is a key of ``FAULTS`` when it was not."""

    number: str = ""
    fault: str = ""
    kind: str = CLEAN
    repaired: bool = False


def read_identities(
    texts: pd.Series, end_year: pd.Series | int, *, ages: tuple[int, int] = AGES
) -> pd.DataFrame:
    """The identities of a column.

    Gives ``number`` (12 signs), ``fault``, ``kind``, ``repaired``, ``sex`` and ``birth_year``.

    ``end_year`` is the calendar year in which the school year ends. Plain 12-digit numbers are judged
    all at once; every other spelling goes through ``read_identity``. ``ages`` are the least and the highest.
    """
    raw = texts.fillna("").astype(str)
    years = pd.Series(end_year, index=raw.index)
    plain = np.array([bool(_PLAIN.fullmatch(text)) for text in raw], dtype=bool)
    read: dict[str, Any] = {
        "number": raw.to_numpy(dtype=object, copy=True),
        "fault": np.full(len(raw), "", dtype=object),
        "kind": np.full(len(raw), CLEAN, dtype=object),
        "repaired": np.zeros(len(raw), dtype=bool),
    }
    if plain.any():
        read["fault"][plain] = _judge(raw[plain].to_numpy(dtype="U12"), years[plain].to_numpy(), ages)
    if not plain.all():
        rest = zip(raw[~plain], years[~plain], strict=True)
        others = [read_identity(text, int(end), ages=ages) for text, end in rest]
        for name, column in read.items():
            column[~plain] = [getattr(one, name) for one in others]
    read["number"][read["fault"] != ""] = ""
    read["sex"] = np.array(
        [_sex(*one) for one in zip(read["number"], read["kind"], strict=True)], dtype=object
    )
    read["birth_year"] = np.array([int(number[:4] or 0) for number in read["number"]], dtype=np.int64)
    return pd.DataFrame(read, index=raw.index)


def read_identity(text: str, end_year: int, *, ages: tuple[int, int] = AGES) -> Identity:
    """One number in any spelling, normalised to 12 digits or refused."""
    cleaned = _SPACES.sub("", text.translate(_DASHES)).upper()
    if not cleaned:
        return Identity(fault="identity-missing")
    if _SCIENTIFIC.fullmatch(cleaned):
        return Identity(fault="identity-truncated")
    repaired = cleaned != text
    whole = _FLOAT.fullmatch(cleaned)
    if whole:
        cleaned, repaired = whole[1], True
    temporary = _TEMPORARY.fullmatch(cleaned)
    if temporary:
        number = cleaned.replace("-", "")
        if not _is_date(temporary[1]):
            return Identity(fault="identity-date")
        if not _is_pupil(temporary[1], end_year, ages):
            return Identity(fault="identity-age")
        return Identity(number, kind=TEMPORARY, repaired=repaired)
    separated = _SEPARATED.fullmatch(cleaned)
    if separated:
        if separated[2] == "+":
            return Identity(fault="identity-age")  # a plus means a person of at least a hundred years
        cleaned, repaired = separated[1] + separated[3], True
    if not (cleaned.isascii() and cleaned.isdigit()):
        return Identity(fault="identity-unreadable")
    if len(cleaned) == 10:
        return _with_century(cleaned, end_year, ages)
    if len(cleaned) != 12:
        return Identity(fault="identity-length")
    fault = str(_judge(np.array([cleaned], dtype="U12"), np.array([end_year]), ages)[0])
    return Identity("" if fault else cleaned, fault, repaired=repaired)


def _with_century(digits: str, end_year: int, ages: tuple[int, int]) -> Identity:
    """A ten-digit number with the only century that makes the person a pupil."""
    fitting = [c for c in ("19", "20") if _is_pupil(c + digits[:6], end_year, ages)]
    if len(fitting) != 1:
        return Identity(fault="identity-century")
    number = fitting[0] + digits
    fault = str(_judge(np.array([number], dtype="U12"), np.array([end_year]), ages)[0])
    return Identity("" if fault else number, fault, repaired=True)


def _judge(numbers: np.ndarray, end_years: np.ndarray, ages: tuple[int, int]) -> np.ndarray:
    """The fault of each 12-digit number, or an empty text."""
    digits = numbers.view(np.uint32).reshape(len(numbers), 12).astype(np.int64) - ord("0")
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month = digits[:, 4:6] @ np.array([10, 1])
    day = digits[:, 6:8] @ np.array([10, 1])
    day = np.where(day > 60, day - 60, day)
    doubled = digits[:, 2:] * np.array([2, 1] * 5)
    check = (doubled // 10 + doubled % 10).sum(axis=1) % 10
    last = _days(year, np.clip(month, 1, 12))
    age = end_years - year
    faults = np.full(len(numbers), "", dtype=object)
    faults[(age < ages[0]) | (age > ages[1])] = "identity-age"
    faults[check != 0] = "identity-check-digit"
    faults[(month < 1) | (month > 12) | (day < 1) | (day > last)] = "identity-date"
    return faults


def _days(year: np.ndarray, month: np.ndarray) -> np.ndarray:
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])[month]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return np.asarray(lengths + ((month == 2) & leap))


def _is_date(eight: str) -> bool:
    year, month, day = int(eight[:4]), int(eight[4:6]), int(eight[6:])
    return year > 1800 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _is_pupil(date: str, end_year: int, ages: tuple[int, int]) -> bool:
    return ages[0] <= end_year - int(date[:4]) <= ages[1]


def _sex(number: str, kind: str) -> str:
    """``F`` or ``P`` by the next to last digit; SCB's TF10 is a boy, TF20 a girl."""
    digit = number[10:11]
    if kind == CLEAN:
        return ("F", "P")[int(digit) % 2] if digit else ""
    return {"1": "P", "2": "F"}.get(digit, "")
