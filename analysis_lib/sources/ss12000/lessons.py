"""Attendance lesson by lesson, for systems that do not add it up themselves (floor 3).

Each lesson's minutes are summed per pupil and month as they come, into items of the same form as
``aggregatedAttendance`` gives; which lesson was whose is never kept.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from analysis_lib.sources.ss12000.client import Item, Ss12000Api, reference

_SUMS = {
    "attendanceMinutes": "attendanceSum",
    "validAbsenceMinutes": "validAbsenceSum",
    "invalidAbsenceMinutes": "invalidAbsenceSum",
    "otherAttendanceMinutes": "otherAttendanceSum",
}
_ONLY_WHEN_TOLD = frozenset({"otherAttendanceSum"})  # never told is unknown, not nothing


class Lessons:
    """The lessons of some months; asked for once, when the first month is wanted."""

    def __init__(self, api: Ss12000Api, months: Sequence[tuple[str, str, str]]) -> None:
        """``months`` are names, first and last days in order."""
        self._api = api
        self._months = months
        self._sums: dict[tuple[str, str], Counter[str]] | None = None
        self._unreadable: Counter[str] = Counter()

    def items(self, month: str) -> list[Item]:
        """The sums of each pupil in a month; lessons that cannot be read come as items without sums."""
        if self._sums is None:
            self._sums = self._added()
        found: list[Item] = [
            {"student": {"id": pupil}, **sums}
            for (pupil, when), sums in sorted(self._sums.items())
            if when == month
        ]
        return found + [{"student": {"id": ""}, "attendanceSum": None}] * self._unreadable[month]

    def _added(self) -> dict[tuple[str, str], Counter[str]]:
        events = self._events()
        sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        asked = {"meta__modified__after": f"{self._months[0][1]}T00:00:00Z"} if self._months else {}
        for item in self._api.each("attendances", **asked):
            event = events.get(reference(item, "calendarEvent"))
            if event is None:
                continue  # another month's, or cancelled
            month, minutes = event
            told = {ours: item.get(theirs) for theirs, ours in _SUMS.items()}
            if not all(_is_minutes(value) for value in told.values()):
                self._unreadable[month] += 1
                continue
            pupil = sums[reference(item, "student"), month]
            pupil["offeredSum"] += minutes
            is_reported = item.get("isReported") is True
            pupil["reportedSum"] += minutes if is_reported else 0
            for name, value in told.items():
                if name not in _ONLY_WHEN_TOLD or value is not None:
                    pupil[name] += (value or 0) if is_reported else 0
        return sums

    def _events(self) -> dict[str, tuple[str, int]]:
        """Month and minutes of each lesson that was held."""
        found = {}
        for month, first, last in self._months:
            asked = {
                "startTime__onOrAfter": f"{first}T00:00:00Z",
                "startTime__onOrBefore": f"{last}T23:59:59Z",
            }
            for event in self._api.each("calendarEvents", **asked):
                minutes = _length(event)
                if not event.get("cancelled") and minutes:
                    found[str(event.get("id"))] = (month, minutes)
        return found


def _length(event: Item) -> int:
    """The pupils' teaching time of a lesson in minutes; 0 when it is not told."""
    told = event.get("teachingLengthStudent")
    if isinstance(told, int) and not isinstance(told, bool) and told > 0:
        return told
    try:
        times = (str(event.get(name)) for name in ("startTime", "endTime"))
        start, end = (datetime.datetime.fromisoformat(each) for each in times)
        return max(round((end - start).total_seconds() / 60), 0)
    except (TypeError, ValueError):
        return 0


def _is_minutes(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)
