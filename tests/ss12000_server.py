"""A school system that answers like SS 12000 version 2.1 says: invented people, pages, filters, a token.

Written from the shape of the standard's interface: envelopes, references, required fields, date range on
aggregated attendance, ``meta.modified.after``. Numbers and names are invented and serve as canaries.
"""

from __future__ import annotations

import uuid
from typing import Any

from api_server import ApiServer, Asked, Reply
from pupil_files import personal_number

TOKEN = "hemlig-nyckel-81"
UNITS = ("10000001", "10000002")
SUBJECTS = (
    ("MA", "Matematik", ""),
    ("SV", "Svenska", ""),
    ("EN", "Engelska", ""),
    ("M2SPA", "Spanska", "spa"),
)
GIVEN, FAMILY = "Kanariefågel", "Hemlighetsson"
PROTECTED = 3  # this pupil has a security marking
CREATED = "2025-06-10T10:00:00Z"
PUPILS = 24


def key(kind: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{number}"))


def ref(kind: str, number: int) -> dict[str, str]:
    return {"id": key(kind, number)}


def meta(modified: str = CREATED) -> dict[str, str]:
    return {"created": CREATED, "modified": modified}


class SchoolSystem(ApiServer):
    """Everything that the system holds, by collection; a test may change it between fetches."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, list[dict[str, Any]]] = {
            "organisations": _organisations(),
            "persons": [_pupil(n) for n in range(PUPILS)] + [_teacher(n) for n in range(3)],
            "groups": _classes(),
            "syllabuses": _syllabuses(),
            "grades": [_grade(n, s) for n in range(PUPILS) for s in range(len(SUBJECTS))],
            "duties": [_duty(n) for n in range(3)],
            "calendarEvents": [_event(n) for n in range(6)],
            "attendances": [_attendance(n, event) for n in range(PUPILS) for event in range(6)],
            "aggregatedAttendance": [],
        }
        self.deleted: dict[str, list[str]] = {}
        self.hides_deleted = False
        self.faults: dict[str, Reply] = {}

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        name = asked.path.strip("/")
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply({"code": "FORBIDDEN", "message": "Åtkomst nekad"}, 403)
        if name in self.faults:
            return self.faults[name]
        if name == "deletedEntities":
            return (
                Reply(status=404) if self.hides_deleted else Reply({"data": self.deleted, "pageToken": None})
            )
        if name not in self.data:
            return Reply({"code": "NOT_FOUND", "message": "Okänd resurs"}, 404)
        if name == "aggregatedAttendance":
            return self._aggregated(asked)
        if name == "calendarEvents":
            return self._events(asked)
        return self._page(asked, self._modified(asked, self.data[name]))

    def _events(self, asked: Asked) -> Reply:
        first, last = asked.first("startTime.onOrAfter"), asked.first("startTime.onOrBefore")
        if not (first and last):
            return Reply({"code": "BAD_REQUEST", "message": "startTime.onOrAfter och onOrBefore krävs"}, 400)
        events = [each for each in self.data["calendarEvents"] if first <= each["startTime"] <= last]
        return self._page(asked, events)

    def _modified(self, asked: Asked, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        after = self._after(asked)
        return [item for item in items if not after or item["meta"]["modified"] > after]

    def _aggregated(self, asked: Asked) -> Reply:
        start, end = asked.first("startDate"), asked.first("endDate")
        if not (start and end):
            return Reply({"code": "BAD_REQUEST", "message": "startDate och endDate krävs"}, 400)
        items = self.data["aggregatedAttendance"] or [
            _aggregated(n, activity, start, end) for n in range(PUPILS) for activity in range(2)
        ]
        return self._page(asked, items)

    def _page(self, asked: Asked, items: list[dict[str, Any]]) -> Reply:
        size = int(asked.first("limit", "1000"))
        token = asked.first("pageToken")
        if token and asked.first("meta.modified.after"):
            return Reply({"code": "BAD_REQUEST", "message": "pageToken står för frågans filter"}, 400)
        if token and not token.startswith("sida-"):
            return Reply({"code": "BAD_REQUEST", "message": "Okänt pageToken"}, 400)
        start = int(token.removeprefix("sida-").partition("|")[0]) if token else 0
        after = start + size
        mark = f"sida-{after}|{self._after(asked)}" if after < len(items) else None
        return Reply({"data": items[start:after], "pageToken": mark})

    def _after(self, asked: Asked) -> str:
        return asked.first("meta.modified.after") or asked.first("pageToken").partition("|")[2]


def _organisations() -> list[dict[str, Any]]:
    def organisation(number: int, kind: str, name: str, **more: Any) -> dict[str, Any]:
        about = {"id": key("organisation", number), "meta": meta(), "displayName": name}
        return about | {"organisationType": kind} | more

    own = organisation(0, "Huvudman", "Almviks kommun", organisationNumber="2120000000")
    units = [
        organisation(
            n + 1, "Skolenhet", f"Skola {n}", schoolUnitCode=code, schoolTypes=["GR"],
            municipalityCode="9901", parentOrganisation=ref("organisation", 0),
        )
        for n, code in enumerate(UNITS)
    ]  # fmt: skip
    below = organisation(9, "Övrigt", "Arbetslag", parentOrganisation=ref("organisation", 1))
    return [own, *units, below]


def _pupil(number: int) -> dict[str, Any]:
    girl = number % 2 == 0
    civic = personal_number(number, girl=girl)
    enrolment = {
        "enroledAt": ref("organisation", 1 + number % 2),
        "schoolYear": 9,
        "schoolType": "GR",
        "startDate": "2016-08-15",
    }
    return {
        "id": key("person", number),
        "meta": meta(),
        "givenName": GIVEN,
        "familyName": FAMILY,
        "civicNo": {"value": civic, "nationality": "SE"},
        "birthDate": f"{civic[:4]}-{civic[4:6]}-{civic[6:8]}",
        "sex": "Kvinna" if girl else "Man",
        "securityMarking": "Sekretessmarkering" if number == PROTECTED else "Ingen",
        "personStatus": "Aktiv",
        "enrolments": [enrolment],
    }


def _teacher(number: int) -> dict[str, Any]:
    about = {"id": key("teacher", number), "meta": meta(), "givenName": GIVEN, "familyName": FAMILY}
    return about | {"securityMarking": "Ingen", "personStatus": "Aktiv"}


def _classes() -> list[dict[str, Any]]:
    return [
        {
            "id": key("group", n),
            "meta": meta(),
            "displayName": f"9 {'AB'[n]}",
            "groupType": kind,
            "schoolType": "GR",
            "organisation": ref("organisation", 1 + n % 2),
            "startDate": "2024-08-15",
            "groupMemberships": [
                {"person": ref("person", p), "startDate": "2024-08-15"} for p in range(PUPILS) if p % 2 == n
            ],
        }
        for n, kind in enumerate(("Klass", "Klass"))
    ]


def _syllabuses() -> list[dict[str, Any]]:
    made = [
        {
            "id": key("syllabus", n),
            "meta": meta(),
            "schoolType": "GR",
            "subjectCode": f"GRGR{code}01",
            "subjectName": name,
            "subjectDesignation": code,
            "official": True,
        }
        | ({"languageCode": language} if language else {})
        for n, (code, name, language) in enumerate(SUBJECTS)
    ]
    course = {"subjectName": "Matematik", "courseCode": "MATMAT01a", "points": 100, "official": True}
    return [*made, {"id": key("syllabus", 99), "meta": meta(), "schoolType": "GY"} | course]


def _grade(number: int, subject: int, **more: Any) -> dict[str, Any]:
    return {
        "id": key("grade", number * 10 + subject),
        "meta": meta(),
        "student": ref("person", number),
        "organisation": ref("organisation", 1 + number % 2),
        "registeredBy": ref("teacher", 0),
        "registeredDate": "2025-06-10",
        "gradeValue": "ABCDE"[(number + subject) % 5],
        "finalGrade": True,
        "trial": False,
        "adaptedStudyPlan": "",
        "semester": "VT",
        "year": 2025,
        "syllabus": ref("syllabus", subject),
    } | more


def _duty(number: int) -> dict[str, Any]:
    return {
        "id": key("duty", number),
        "meta": meta(),
        "person": ref("teacher", number),
        "dutyAt": ref("organisation", 1 + number % 2),
        "dutyRole": "Lärare",
        "dutyPercent": 80,
        "startDate": "2020-08-01",
    }


def _event(number: int) -> dict[str, Any]:
    """Two lessons in January, two in February (one cancelled), and two in March."""
    day = f"2025-{1 + number // 2:02d}-{20 + number % 2}" if number != 3 else "2025-02-03"
    day = "2025-02-02" if number == 2 else day
    return {
        "id": key("event", number),
        "meta": meta(),
        "activity": ref("activity", 0),
        "startTime": f"{day}T09:00:00Z",
        "endTime": f"{day}T10:00:00Z",
        "cancelled": number == 3,
    }


def _attendance(number: int, event: int) -> dict[str, Any]:
    """The first lesson of a month is reported, the second is not; the last pupil was away without leave."""
    away = number == PUPILS - 1
    return {
        "id": key("attendance", number * 100 + event),
        "meta": meta(),
        "calendarEvent": ref("event", event),
        "student": ref("person", number),
        "isReported": event % 2 == 0,
        "attendanceMinutes": 0 if away else 50,
        "validAbsenceMinutes": 0 if away else 10,
        "invalidAbsenceMinutes": 60 if away else 0,
    }


def _aggregated(number: int, activity: int, start: str, end: str) -> dict[str, Any]:
    return {
        "activity": ref("activity", activity),
        "student": ref("person", number),
        "startDate": start,
        "endDate": end,
        "attendanceSum": 900,
        "validAbsenceSum": 60 * number,
        "invalidAbsenceSum": 15,
        "reportedSum": 915 + 60 * number,
        "offeredSum": 3000,
    }


def grade(number: int, subject: int, **more: Any) -> dict[str, Any]:
    """One grade as the system would hold it, for tests that change something."""
    return _grade(number, subject, **more)
