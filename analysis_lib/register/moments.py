"""Moments as the log stores them (UTC texts that sort) and as people ask for them (register floor)."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

Moment = datetime.datetime | datetime.date
SWEDEN = ZoneInfo("Europe/Stockholm")


def stamp(at: datetime.datetime) -> str:
    """A moment as it is stored: UTC with microseconds, so that texts sort as moments do."""
    return f"{at.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def read_stamp(text: str) -> datetime.datetime:
    """The moment that a stored text names."""
    return datetime.datetime.fromisoformat(text)


def end_of(moment: Moment) -> datetime.datetime:
    """The moment itself, or the last moment of a day in Sweden."""
    if isinstance(moment, datetime.datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=SWEDEN)
    return datetime.datetime.combine(moment, datetime.time.max, tzinfo=SWEDEN)
