"""Aggregated attendance of a month, and enrolments and duties, as counted rows (floor 3).

Minutes are kept as they come, so that a share can be taken of what was reported or of what was offered, and
what was never reported stays visible beside it. Pseudonyms have a purpose of their own: attendance can not
be joined with grades pupil by pupil.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis_lib.snapshots.fetched_schemas import ATTENDANCE, ENROLMENTS, STAFF_ROLES
from analysis_lib.snapshots.schemas import UNIT_CODE
from analysis_lib.sources.pupils import clean_classes
from analysis_lib.sources.shapes import Message, Pseudonymiser, TableResult
from analysis_lib.sources.ss12000.client import Item, Ss12000, reference
from analysis_lib.sources.ss12000.people import Enrolment, Person, Register
from analysis_lib.vocabulary.periods import SchoolYear

_MINUTES = {
    "attendanceSum": "attended_minutes",
    "validAbsenceSum": "valid_absence_minutes",
    "invalidAbsenceSum": "invalid_absence_minutes",
    "otherAttendanceSum": "other_minutes",
    "reportedSum": "reported_minutes",
    "offeredSum": "offered_minutes",
}
_REASONS = {
    "person-unknown": "{n} rader gäller personer som systemet inte lämnar ut.",
    "unit-unknown": "{n} rader gäller elever utan placering vid en skolenhet.",
    "minutes-unreadable": "{n} rader har minuter som inte är hela tal från 0.",
}


def months(since: datetime.date, until: datetime.date) -> Iterator[tuple[str, str, str]]:
    """The months that hold any day of a period: name, first and last day.

    >>> list(months(datetime.date(2025, 12, 30), datetime.date(2026, 1, 2)))[1]
    ('2026-01', '2026-01-01', '2026-01-31')
    """
    at = since.replace(day=1)
    while at <= until:
        last = at.replace(day=calendar.monthrange(at.year, at.month)[1])
        yield f"{at:%Y-%m}", at.isoformat(), last.isoformat()
        at = last + datetime.timedelta(days=1)


def attendance_result(
    items: list[Item], register: Register, maker: Pseudonymiser, *, month: str, last_day: str
) -> TableResult:
    """One row per pupil, unit and month; all activities of a pupil are added up."""
    records, refused = [], dict.fromkeys(_REASONS, 0)
    year = str(SchoolYear.of_date(datetime.date.fromisoformat(last_day)))
    for item in items:
        pupil_id = reference(item, "student")
        person = register.people.get(pupil_id)
        place = person and (person.enrolled(last_day) or person.enrolled(f"{month}-01"))
        minutes = {ours: item.get(theirs) for theirs, ours in _MINUTES.items()}
        if person is None:
            refused["person-unknown"] += 1
        elif not place or not _is_unit(place.unit_code):
            refused["unit-unknown"] += 1
        elif not all(_is_minutes(value) for value in minutes.values()) or item.get("attendanceSum") is None:
            refused["minutes-unreadable"] += 1
        else:
            who = _member(pupil_id, person, place, register, maker, year=year, day=last_day, table=month)
            records.append(who | minutes | {"month": month})
    names = [name for name in ATTENDANCE.names if name not in _MINUTES.values()]
    frame = pd.DataFrame(records, columns=ATTENDANCE.names)
    frame = frame.astype(dict.fromkeys(_MINUTES.values(), "Int64"))
    if len(frame):
        summed = frame.groupby(names, as_index=False, sort=True)[list(_MINUTES.values())]
        frame = summed.sum(min_count=1)[ATTENDANCE.names]
    result = _result("ss12000.attendance", ATTENDANCE.name, frame, len(items), sum(refused.values()))
    result.rows_accepted = len(records)
    result.messages = [
        Message("error", code, _REASONS[code].format(n=count)) for code, count in refused.items() if count
    ]
    result.school_year = year
    return result


def enrolments_result(
    register: Register, maker: Pseudonymiser, *, today: datetime.date, source: Ss12000
) -> TableResult:
    """Who is enrolled where today: one row per pupil and unit."""
    day, year = today.isoformat(), str(SchoolYear.of_date(today))
    records, read, without = [], 0, 0
    for pupil_id, person in register.people.items():
        for place in person.enrolments:
            if not place.covers(day):
                continue
            read += 1
            if not _is_unit(place.unit_code):
                without += 1
                continue
            who = _member(pupil_id, person, place, register, maker, year=year, day=day, table="enrolments")
            dates = {"start_date": place.start, "end_date": place.end}
            records.append(who | dates | {"school_form": source.forms.get(place.school_form, "")})
    frame = pd.DataFrame(records, columns=ENROLMENTS.names)
    repeated = frame.duplicated(["unit_code", "pupil", "school_form"])
    result = _result("ss12000.enrolments", ENROLMENTS.name, frame[~repeated], read, without)
    result.rows_ignored = int(repeated.sum())
    result.school_year = year
    if without:
        result.messages.append(Message("error", "unit-unknown", _REASONS["unit-unknown"].format(n=without)))
    return result


def staff_result(duties: list[Item], register: Register, *, today: datetime.date) -> TableResult:
    """Duties today as counts per unit and role; no person is kept."""
    day, year = today.isoformat(), str(SchoolYear.of_date(today))
    records, refused, over = [], 0, 0
    for duty in duties:
        end = str(duty.get("endDate") or "")[:10]
        if str(duty.get("startDate") or "")[:10] > day or (end and end < day):
            over += 1
            continue
        unit = register.unit_code(reference(duty, "dutyAt"))
        share = duty.get("dutyPercent")
        if not _is_unit(unit) or not (share is None or _is_minutes(share)):
            refused += 1
            continue
        about = {"unit_code": unit, "role": str(duty.get("dutyRole") or ""), "fte": share}
        records.append(about | {"person": reference(duty, "person") or str(duty.get("id"))})
    frame = pd.DataFrame(records, columns=["unit_code", "role", "fte", "person"])
    frame["fte"] = frame["fte"].astype("Float64") / 100
    counted = frame.groupby(["unit_code", "role"], as_index=False, sort=True).agg(
        people_count=("person", "nunique"), fte=("fte", lambda values: values.sum(min_count=1))
    )
    counted["school_year"] = year
    counted = counted.astype({"people_count": "int64", "fte": "float64"})[STAFF_ROLES.names]
    result = _result("ss12000.staff", STAFF_ROLES.name, counted, len(duties), refused)
    result.rows_accepted, result.rows_ignored, result.school_year = len(records), over, year
    if refused:
        text = f"{refused} tjänster saknar skolenhet eller har en omfattning som inte går att läsa."
        result.messages.append(Message("error", "duty-unreadable", text))
    if over:
        result.messages.append(Message("info", "duty-over", f"{over} tjänster gäller inte i dag."))
    return result


def _member(
    pupil_id: str,
    person: Person,
    place: Enrolment,
    register: Register,
    maker: Pseudonymiser,
    *,
    year: str,
    day: str,
    table: str,
) -> dict[str, Any]:
    """The columns that say whose a row is; of a protected pupil neither class nor a lasting pseudonym."""
    if person.is_protected:
        spot = pd.Series([f"ss12000|{table}|{year}|{place.unit_code}|{pupil_id}"])
        pupil, class_name = maker.of_protected(spot).iloc[0], ""
    else:
        pupil = maker.pseudonym(person.number)
        class_name = clean_classes(pd.Series([register.class_name(pupil_id, day)])).iloc[0][:60]
    return {
        "pupil": pupil,
        "unit_code": place.unit_code,
        "school_year": year,
        "year_group": place.year_group,
        "class_name": class_name,
        "sex": "" if person.is_protected else person.sex,
        "is_protected": person.is_protected,
    }


def _is_unit(code: str) -> bool:
    return bool(re.fullmatch(UNIT_CODE, code))


def _is_minutes(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)


def _result(format_id: str, table: str, frame: pd.DataFrame, read: int, refused: int) -> TableResult:
    return TableResult(
        format=format_id,
        level="pupil" if table != STAFF_ROLES.name else "unit",
        school_year="",
        frames={table: frame.reset_index(drop=True)},
        slots={},
        rows_read=read,
        rows_accepted=len(frame),
        rows_rejected=refused,
        rows_ignored=0,
        columns=frame.shape[1],
    )
