"""Days that people work: Swedish holidays, months added by the calendar, the n-th weekday (floor 1).

Every deadline in the register and the årshjul goes through these functions, so that none falls on a
Saturday, a Sunday or a day off.
"""

from __future__ import annotations

import calendar
import datetime
from functools import lru_cache

_FRIDAY = 4


@lru_cache(maxsize=64)
def _days_off(year: int) -> dict[datetime.date, str]:
    import holidays

    days = holidays.country_holidays(
        "SE", include_sundays=False, years=[year], language="sv", categories=("public", "de_facto")
    )
    return dict(days)


def day_off(day: datetime.date) -> str:
    """The Swedish name of why nobody works that day (lördag, söndag, a holiday or its eve), or nothing.

    >>> day_off(datetime.date(2026, 12, 24)), day_off(datetime.date(2026, 11, 23))
    ('julafton', '')
    """
    name = _days_off(day.year).get(day, "")
    if name:
        return name if name.startswith("Kristi") else name[:1].lower() + name[1:]
    return "" if day.weekday() <= _FRIDAY else ("lördag" if day.weekday() == _FRIDAY + 1 else "söndag")


def next_working_day(day: datetime.date) -> datetime.date:
    """The day itself when people work then, else the first working day after it.

    >>> next_working_day(datetime.date(2026, 12, 24))
    datetime.date(2026, 12, 28)
    """
    while day_off(day):
        day += datetime.timedelta(days=1)
    return day


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many calendar months later, or the last of that month when it is shorter.

    >>> add_months(datetime.date(2026, 12, 31), 2)
    datetime.date(2027, 2, 28)
    """
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def nth_weekday(year: int, month: int, weekday: int, *, nth: int) -> datetime.date:
    """The n-th Monday (0) to Sunday (6) of a month; -1 is the last. Raises ValueError when there is none.

    >>> nth_weekday(2026, 10, 1, nth=2)
    datetime.date(2026, 10, 13)
    """
    length = calendar.monthrange(year, month)[1]
    days = [datetime.date(year, month, number) for number in range(1, length + 1)]
    fitting = [day for day in days if day.weekday() == weekday]
    if not 1 <= nth <= len(fitting) and nth != -1:
        raise ValueError(f"the month has no weekday number {nth}")
    return fitting[nth - 1] if nth > 0 else fitting[-1]
