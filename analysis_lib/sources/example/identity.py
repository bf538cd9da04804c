"""Personal identity numbers for invented pupils: valid in form, and in the smaller sizes nobody's (floor 3).

Serial numbers 980-999 are those of Skatteverket's test numbers, so no living person has them. Only the nation
is too large for them and takes the whole range.
"""

from __future__ import annotations

import datetime

import numpy as np
from numpy.typing import NDArray

Strings = NDArray[np.str_]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

_DAYS = np.array(
    [(datetime.date(2010, 1, 1) + datetime.timedelta(days=day)).strftime("%m%d") for day in range(365)]
)
_STRIDE = 1337  # coprime with every number of slots, spreads neighbours over the calendar


def check_digits(numbers: Integers) -> Integers:
    """The Luhn check digit of each nine-digit number (year, month, day, serial).

    >>> check_digits(np.array([811218987])).tolist()
    [6]
    """
    total = np.zeros_like(numbers)
    for place in range(9):
        digit = numbers // 10 ** (8 - place) % 10 * (2 if place % 2 == 0 else 1)
        total += digit // 10 + digit % 10
    return -total % 10


def personal_numbers(
    birth_year: Integers, girl: Booleans, *, part: int = 0, parts: int = 1, wide: bool = False
) -> Strings:
    """Unique twelve-digit numbers; ``part`` of ``parts`` keeps chunks apart, ``wide`` takes all serials."""
    first, per_day = (2, 499) if wide else (980, 10)
    slots = 365 * per_day
    order = _rank(birth_year * 2 + girl)
    room = slots // parts
    if order.size and int(order.max()) >= room:
        raise ValueError(
            f"{int(order.max()) + 1} pupils of one birth year and sex do not fit in {room} numbers"
        )
    slot = (order + part * room) * _STRIDE % slots
    day, serial = slot % 365, first + slot // 365 * 2 + ~girl
    text = np.strings.add(birth_year.astype("U4"), _DAYS[day])
    text = np.strings.add(text, np.strings.zfill(serial.astype("U3"), 3))
    digits = check_digits(np.array([int(number[2:]) for number in text.tolist()], dtype=np.int64))
    return np.strings.add(text, digits.astype("U1"))


def temporary_numbers(birth_year: Integers, girl: Booleans) -> Strings:
    """Temporary numbers, ``ååååmmddTF20`` for girls and ``TF10`` for boys: pupils may share one."""
    return np.strings.add(birth_year.astype("U4"), np.where(girl, "0101TF20", "0101TF10"))


def _rank(key: Integers) -> Integers:
    """Each element's running number among the elements with the same key."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    starts = (
        np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if key.size else np.array([], dtype=np.int64)
    )
    lengths = np.diff(np.r_[starts, key.size])
    rank = np.empty(key.size, dtype=np.int64)
    rank[order] = np.arange(key.size) - np.repeat(starts, lengths)
    return rank


rank_within = _rank
