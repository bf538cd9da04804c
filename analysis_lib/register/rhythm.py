"""The årshjul of a workspace on a day, with who has handed in what (register floor)."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from analysis_lib.errors import SkolbankError
from analysis_lib.register.log import Register, open_register
from analysis_lib.register.views.handed_in import HandedRow, as_mapping, handed_in
from analysis_lib.text import date, listing, uncapitalised
from analysis_lib.vocabulary.agenda import Agendum, State, agenda
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import SCHOOL_FORM_NAMES
from analysis_lib.vocabulary.wheel import WheelCalendar, compute_occasions, load_wheel
from analysis_lib.vocabulary.workspace import Workspace

_HEADINGS: tuple[tuple[State, str], ...] = (("late", "Försenat"), ("due", "Nu"), ("next", "Härnäst"))


@dataclass(frozen=True)
class WheelYear:
    """The agenda of a läsår on a day, and the names of its calendars in order."""

    workspace: Workspace
    agenda: tuple[Agendum, ...]
    names: dict[str, str]
    school_year: SchoolYear
    today: datetime.date
    handed: tuple[HandedRow, ...]


def wheel_year(
    workspace: Workspace, *, school_year: str = "", school_form: str = "", today: str = ""
) -> WheelYear:
    """The årshjul as it stands; ``today`` and ``school_year`` may be another day's and year's."""
    day = _day(today)
    year = SchoolYear.parse(school_year) if school_year else SchoolYear.of_date(day)
    calendars = _chosen(load_wheel(workspace), school_form)
    rows = handed_rows(workspace, calendars, str(year))
    known = as_mapping(rows)
    occasions = [one for calendar in calendars for one in compute_occasions(calendar, year)]
    return WheelYear(
        workspace,
        tuple(agenda(occasions, day, handed=known)),
        {calendar.id: calendar.name for calendar in calendars},
        year,
        day,
        tuple(rows),
    )


def handed_rows(
    workspace: Workspace, calendars: tuple[WheelCalendar, ...], school_year: str
) -> list[HandedRow]:
    """Who has handed in what; a workspace without a register has no rows."""
    register = open_existing(workspace)
    if register is None:
        return []
    try:
        records = register.current(school_year=school_year)
    finally:
        register.close()
    return handed_in(records, calendars, Catalog(workspace).units, school_year=school_year)


def open_existing(workspace: Workspace) -> Register | None:
    """The workspace's register when it has one; none is made."""
    has_file = (workspace.data / "register" / "register.sqlite").is_file()
    return open_register(workspace) if has_file or os.environ.get("SKOLBANK_REGISTER_URL") else None


def told(year: WheelYear, *, ahead: int = 5) -> str:
    """Late, due and the next few moments in words, and who is missing."""
    lines = [f"Årshjulet läsåret {year.school_year}, {date(year.today)}"]
    for state, heading in _HEADINGS:
        found = [one for one in year.agenda if one.state == state]
        if state == "next":
            found = found[:ahead]
        if not found:
            continue
        lines.append(f"{heading}:")
        for one in found:
            lines.append(f"  {year.names[one.occasion.calendar]}. {one.told}")
            if one.handed is not None and one.handed.missing and state != "next":
                lines.append(f"    Saknas: {listing(one.handed.missing)}")
    if len(lines) == 1:
        lines.append("Läsårets moment är över.")
    return "\n".join(lines)


def handed_told(rows: tuple[HandedRow, ...], names: dict[str, str]) -> list[str]:
    """One line per moment that somebody has begun to hand in: ``Grundskola, BRUK …: 3 av 9; saknas: …``."""
    lines = []
    for row in rows:
        if row.handed.done:
            missing = f"; saknas: {listing(row.handed.missing)}" if row.handed.missing else ""
            amount = f"{row.handed.done} av {row.handed.expected}"
            lines.append(f"{names[row.calendar]}, {uncapitalised(row.name)}: {amount}{missing}")
    return lines


def _chosen(calendars: tuple[WheelCalendar, ...], school_form: str) -> tuple[WheelCalendar, ...]:
    if not school_form:
        return calendars
    found = tuple(one for one in calendars if school_form in one.school_forms or school_form == one.id)
    if not found:
        known = [form for one in calendars for form in one.school_forms]
        raise SkolbankError(
            "school-form-unknown",
            f"Ingen kalender i årshjulet gäller ”{school_form[:20]}”",
            where="params/arshjul.yaml",
            remedy="Välj "
            + ", ".join(f"{form} ({SCHOOL_FORM_NAMES[form]})" for form in dict.fromkeys(known))
            + ".",
        )
    return found


def _day(words: str) -> datetime.date:
    if not words:
        return datetime.datetime.now(ZoneInfo("Europe/Stockholm")).date()
    try:
        return datetime.date.fromisoformat(words)
    except ValueError:
        raise SkolbankError(
            "date-unreadable", f"”{words[:20]}” är inte ett datum", remedy="Skriv dagen som 2027-03-01."
        ) from None
