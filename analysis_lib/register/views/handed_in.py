"""Who has handed in what: the moments of the årshjul against what lies in the register (register floor)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis_lib.register.entry import Entry, Record
from analysis_lib.text import swedish_sorted
from analysis_lib.vocabulary.agenda import Handed
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.wheel import Delivery, WheelCalendar

# The field of a kind that tells which round of the year an entry belongs to, where it isn't ``round``.
_ROUND_FIELDS = {"document": "series", "sign_off": "step"}


@dataclass(frozen=True)
class HandedRow:
    """One moment and those who have and haven't handed in, by name in Swedish order."""

    calendar: str
    moment: str
    name: str
    handed: Handed


def handed_in(
    records: Iterable[Record[Entry]],
    calendars: Sequence[WheelCalendar],
    units: Mapping[str, Unit],
    *,
    school_year: str,
) -> list[HandedRow]:
    """Each moment that asks for something, with who has handed it in for the läsår.

    ``records`` are the current ones; a unit counts in the first calendar that leads one of its school forms.
    """
    known = [record for record in records if record.school_year == school_year]
    rows = []
    for calendar in calendars:
        mine = [unit for unit in units.values() if _leads(calendar, calendars, unit)]
        names = {unit.code: unit.name for unit in mine if unit.is_open(school_year)}
        for moment in calendar.moments:
            if moment.delivers is not None:
                asked = {code: name for code, name in names.items() if _asked(moment.delivers, units[code])}
                handed = _handed(known, moment.delivers, asked, calendar.id)
                rows.append(HandedRow(calendar.id, moment.id, moment.name, handed))
    return rows


def as_mapping(rows: Iterable[HandedRow]) -> dict[tuple[str, str], Handed]:
    """The rows by calendar and moment, as ``vocabulary.agenda`` takes them."""
    return {(row.calendar, row.moment): row.handed for row in rows}


def _leads(calendar: WheelCalendar, calendars: Sequence[WheelCalendar], unit: Unit) -> bool:
    first = next((one for one in calendars if set(one.school_forms) & set(unit.school_forms)), None)
    return first is not None and first.id == calendar.id


def _asked(delivery: Delivery, unit: Unit) -> bool:
    return not delivery.school_forms or bool(set(delivery.school_forms) & set(unit.school_forms))


def _handed(
    records: Sequence[Record[Entry]], delivery: Delivery, names: Mapping[str, str], group: str
) -> Handed:
    fitting = [record for record in records if record.kind == delivery.kind and _fits(record, delivery)]
    if delivery.per == "unit":
        have = {record.unit for record in fitting}
        missing = swedish_sorted(name for code, name in names.items() if code not in have)
        return Handed(len(names) - len(missing), len(names), tuple(missing))
    if delivery.per == "group":
        fitting = [record for record in fitting if getattr(record.entry, "group", "") == group]
    return Handed(min(len(fitting), 1), 1)


def _fits(record: Record[Entry], delivery: Delivery) -> bool:
    field = _ROUND_FIELDS.get(record.kind, "round")
    return not delivery.round or getattr(record.entry, field, "") == delivery.round
