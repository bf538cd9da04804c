"""When a moment of the årshjul comes, read from plain Swedish words (floor 1).

``15 september``, ``1–31 oktober``, ``andra tisdagen i oktober`` and ``två månader efter skolanalys-ht`` say
the same to a person and to the program.
"""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass

from analysis_lib.text import MONTHS, count_word
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.working_days import add_months, nth_weekday

_WEEKDAYS = ["måndagen", "tisdagen", "onsdagen", "torsdagen", "fredagen", "lördagen", "söndagen"]
_ORDER = {"första": 1, "andra": 2, "tredje": 3, "fjärde": 4, "sista": -1}
_NUMBERS = {count_word(number): number for number in range(1, 13)}
_NUMBERS["ett"] = 1
_MONTH = "|".join(MONTHS)
_DAY = re.compile(rf"(\d{{1,2}}) ({_MONTH})")
_PERIOD = re.compile(rf"(\d{{1,2}})(?: ({_MONTH}))? ?[–-] ?(\d{{1,2}}) ({_MONTH})")
_WEEKDAY = re.compile(rf"({'|'.join(_ORDER)}) ({'|'.join(_WEEKDAYS)}) i ({_MONTH})")
_RELATIVE = re.compile(
    r"(\d{1,3}|[a-zåäö]+) (dag|dagar|vecka|veckor|månad|månader) (efter|före) ([a-z0-9][a-z0-9-]*)"
)


@dataclass(frozen=True)
class Relative:
    """So many months or days after (negative: before) another moment."""

    moment: str
    months: int
    days: int

    def from_day(self, day: datetime.date) -> datetime.date:
        """The day that lies so far from ``day``, before it is moved off a holiday."""
        return add_months(day, self.months) + datetime.timedelta(days=self.days)


@dataclass(frozen=True)
class Dates:
    """A day, or a period from the first to the last, in each läsår: month and day."""

    first: tuple[int, int]
    last: tuple[int, int]

    def in_year(self, school_year: SchoolYear) -> tuple[datetime.date, datetime.date]:
        """The first and last day in that läsår: August to December, then January to July."""
        first, last = (_placed(school_year, *day) for day in (self.first, self.last))
        return first, last


@dataclass(frozen=True)
class Weekday:
    """The n-th weekday of a month; -1 is the last."""

    nth: int
    weekday: int
    month: int

    def in_year(self, school_year: SchoolYear) -> tuple[datetime.date, datetime.date]:
        """The day in that läsår, as the first and last of a period of one day."""
        year = school_year.start if self.month >= 8 else school_year.end
        day = nth_weekday(year, self.month, self.weekday, nth=self.nth)
        return day, day


When = Relative | Dates | Weekday


def read_when(words: str) -> When:
    """What the words say; raises ValueError when they follow none of the four patterns.

    >>> read_when("två månader efter skolanalys-ht")
    Relative(moment='skolanalys-ht', months=2, days=0)
    >>> read_when("andra tisdagen i oktober")
    Weekday(nth=2, weekday=1, month=10)
    """
    plain = " ".join(words.casefold().split())
    for pattern, made in ((_PERIOD, _period), (_DAY, _day), (_WEEKDAY, _weekday), (_RELATIVE, _relative)):
        match = pattern.fullmatch(plain)
        if match:
            return made(match)
    raise ValueError(words)


def _day(match: re.Match[str]) -> Dates:
    day = _month_and_day(match[1], match[2])
    return Dates(day, day)


def _period(match: re.Match[str]) -> Dates:
    found = Dates(_month_and_day(match[1], match[2] or match[4]), _month_and_day(match[3], match[4]))
    if _order(found.first) > _order(found.last):
        raise ValueError("the period ends before it begins")
    return found


def _weekday(match: re.Match[str]) -> Weekday:
    return Weekday(_ORDER[match[1]], _WEEKDAYS.index(match[2]), MONTHS.index(match[3]) + 1)


def _relative(match: re.Match[str]) -> Relative:
    number = int(match[1]) if match[1].isdigit() else _NUMBERS.get(match[1], 0)
    if not number:
        raise ValueError("not a number")
    number = number if match[3] == "efter" else -number
    if match[2].startswith("månad"):
        return Relative(match[4], number, 0)
    return Relative(match[4], 0, number * (7 if match[2].startswith("veck") else 1))


def _month_and_day(day: str, month: str) -> tuple[int, int]:
    place = (MONTHS.index(month) + 1, int(day))
    datetime.date(2024, *place)  # raises ValueError for 31 april; 29 februari is allowed
    return place


def _order(place: tuple[int, int]) -> tuple[int, int]:
    return (place[0] - 8) % 12, place[1]


def _placed(school_year: SchoolYear, month: int, day: int) -> datetime.date:
    year = school_year.start if month >= 8 else school_year.end
    return datetime.date(year, month, min(day, calendar.monthrange(year, month)[1]))
