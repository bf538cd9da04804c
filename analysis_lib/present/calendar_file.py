"""The årshjul as a calendar file that Outlook, Google and the phone open (floor 6).

All-day events with a name that stays the same from year to year of writing, so that a new file moves the
old events instead of doubling them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from analysis_lib import text
from analysis_lib.vocabulary.agenda import Agendum
from analysis_lib.vocabulary.wheel import Occasion


def calendar_file(
    agenda: Iterable[Agendum],
    *,
    name: str,
    domain: str,
    stamped: datetime.datetime,
    names: dict[str, str] | None = None,
) -> bytes:
    """The occasions as iCalendar (RFC 5545): UTF-8, CRLF, all-day, one reminder a week before.

    ``domain`` makes the events' names unique to the huvudman (``9901.skolbank``); ``stamped`` is when the
    file is written; ``names`` the calendars' names by id.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Skolbänken//Årshjul//SV")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for agendum in agenda:
        called = (names or {}).get(agendum.occasion.calendar, agendum.occasion.calendar)
        calendar.add_component(_event(agendum.occasion, called, domain, stamped))
    return bytes(calendar.to_ical())


def _event(occasion: Occasion, called: str, domain: str, stamped: datetime.datetime) -> Any:
    from icalendar import Alarm, Event

    event = Event()
    year = f"{occasion.start:%Y%m%d}"[:4] if occasion.start.month >= 8 else str(occasion.start.year - 1)
    event.add("uid", f"{occasion.calendar}.{occasion.moment.id}.{year}@{domain}")
    event.add("dtstamp", stamped.astimezone(datetime.UTC))
    event.add("dtstart", occasion.start)
    event.add("dtend", occasion.due + datetime.timedelta(days=1))
    event.add("summary", f"{called}: {occasion.moment.name}")
    event.add("description", _description(occasion))
    event.add("categories", ["Årshjul", called])
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", occasion.moment.name)
    alarm.add("trigger", datetime.timedelta(days=-7))
    event.add_component(alarm)
    return event


def _description(occasion: Occasion) -> str:
    moment = occasion.moment
    lines = [f"Ansvarig: {moment.responsible}"]
    lines += [f"Underlag: {text.listing(moment.inputs)}"] if moment.inputs else []
    lines += [f"Beslut: {moment.decided_by}"] if moment.decided_by else []
    lines += [f"I tid till och med {text.date(occasion.latest)}"] if occasion.latest > occasion.due else []
    lines += [text.capitalised(occasion.moved)] if occasion.moved else []
    return "\n".join(lines)
