"""One fetch of an SS 12000 system: who is there, then grades, attendance, enrolments and staff (floor 3).

Personal numbers and names live in memory while it lasts and are never written: tables get pseudonyms, and a
person with any security marking is counted in whole-unit totals only (R21).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.pseudonyms import Pseudonyms
from analysis_lib.snapshots.whereabouts import Whereabouts
from analysis_lib.sources.fetching import FetchContext, Step, failed_step, fetch_steps
from analysis_lib.sources.http.client import HttpClient
from analysis_lib.sources.http.settings import load_api_source
from analysis_lib.sources.import_report import ImportReport
from analysis_lib.sources.shapes import Message, ReadContext, TableResult
from analysis_lib.sources.ss12000.attendance import (
    attendance_result,
    enrolments_result,
    months,
    staff_result,
)
from analysis_lib.sources.ss12000.client import Item, Ss12000, Ss12000Api, token_of
from analysis_lib.sources.ss12000.grades import grades_result
from analysis_lib.sources.ss12000.lessons import Lessons
from analysis_lib.sources.ss12000.memory import GradeMemory
from analysis_lib.sources.ss12000.people import Register
from analysis_lib.vocabulary.periods import SchoolYear


def fetch_ss12000(context: FetchContext) -> ImportReport:
    """Grades (what has changed), attendance month by month, today's enrolments and staff."""
    source = load_api_source(context.workspace, "ss12000", Ss12000)
    with HttpClient(source, token=token_of(source)) as http:
        return fetch_steps(_Round(Ss12000Api(http, source), context).steps(), source, context)


class _Round:
    """One fetch; the register of people is asked for once, and anew in every fetch."""

    def __init__(self, api: Ss12000Api, context: FetchContext) -> None:
        self._api = api
        self._context = context
        self._today = datetime.datetime.now(datetime.UTC).date()
        self._by_lesson = api.source.attendance == "attendances"
        self._lessons = Lessons(api, list(self._months()))

    def steps(self) -> Iterator[Step]:
        try:
            register = self._register()
        except SkolbankError as error:
            yield failed_step(self._api.http.shown("persons"), error)
            return
        yield self._grades(register)
        for month, first, last in self._months():
            yield self._attendance(register, month, first, last)
        yield Step(self._api.http.shown("persons"), lambda: self._enrolments(register))
        yield Step(self._api.http.shown("duties"), lambda: self._staff(register))

    def _register(self) -> Register:
        api = self._api
        return Register(
            api.all("organisations"), api.all("persons"), api.all("groups"), source=self._api.source
        )

    def _months(self) -> Iterator[tuple[str, str, str]]:
        order = self._context.order
        first = datetime.date(SchoolYear.of_date(self._today).start, 8, 1)
        return months(order.since or first, min(order.until or self._today, self._today))

    def _grades(self, register: Register) -> Step:
        api, context = self._api, self._context
        ids = self._pseudonyms("ss12000")
        place = context.workspace.work / "ss12000" / "grades.json"
        forget = context.order.is_refreshing
        memory = GradeMemory.open(place, api.source.base_url, ids, is_forgetting=forget)
        hashed = register.with_ids(ids.pseudonym)

        def fetch() -> TableResult:
            after = memory.modified_after
            changed = api.all("grades", **({"meta__modified__after": after} if after else {}))
            deleted, cannot_tell = self._deleted(after)
            grades = memory.with_changes(changed, deleted)
            units = {code: unit.name for code, unit in context.catalog.units.items()}
            reading = ReadContext(
                context.workspace,
                self._pseudonyms("grades"),
                units=units or None,
                whereabouts=Whereabouts(context.store),
            )
            syllabuses = api.all("syllabuses")
            result = grades_result(grades, syllabuses, hashed, source=api.source, context=reading)
            result.messages += _about_changes(after, len(changed), len(deleted)) + cannot_tell
            return result

        return Step(api.http.shown("grades"), fetch, memory.keep)

    def _deleted(self, after: str) -> tuple[list[str], list[Message]]:
        """The grades removed since last time; a system that cannot tell gives a warning instead."""
        if not after:
            return [], []
        try:
            return self._api.deleted(after, "Grade", "grades"), []
        except SkolbankError as error:
            if error.code not in ("api-not-found", "api-question-refused"):
                raise
            text = "Systemet berättar inte om borttagna betyg. Hämta allt på nytt ibland, med --refresh."
            return [], [Message("warning", "deleted-unknown", text)]

    def _attendance(self, register: Register, month: str, first: str, last: str) -> Step:
        collection = "attendances" if self._by_lesson else "aggregatedAttendance"

        def fetch() -> TableResult:
            items = self._lessons.items(month) if self._by_lesson else self._aggregated(month, first, last)
            maker = self._pseudonyms("attendance")
            result = attendance_result(items, register, maker, month=month, last_day=last)
            if self._by_lesson:
                text = "Systemet har inga summor, så närvaron räknades ihop lektion för lektion."
                result.messages.append(Message("info", "attendance-by-lesson", text))
            return result

        return Step(self._api.http.shown(f"{collection}?startDate={first}&endDate={last}"), fetch)

    def _aggregated(self, month: str, first: str, last: str) -> list[Item]:
        """The sums that the system has; one without them is asked lesson by lesson from then on."""
        try:
            return self._api.all("aggregatedAttendance", startDate=first, endDate=last)
        except SkolbankError as error:
            is_absent = error.code in ("api-not-found", "api-question-refused")
            if self._api.source.attendance != "auto" or not is_absent:
                raise
        self._by_lesson = True
        return self._lessons.items(month)

    def _enrolments(self, register: Register) -> TableResult:
        maker = self._pseudonyms("grades")
        return enrolments_result(register, maker, today=self._today, source=self._api.source)

    def _staff(self, register: Register) -> TableResult:
        return staff_result(self._api.all("duties"), register, today=self._today)

    def _pseudonyms(self, purpose: str) -> Pseudonyms:
        create = not self._context.order.is_dry_run
        return Pseudonyms.open(self._context.workspace, purpose, create=create)


def _about_changes(after: str, changed: int, deleted: int) -> list[Message]:
    if not after:
        return [Message("info", "fetched-whole", f"Alla {changed} betyg hämtades.")]
    text = f"Sedan {after[:10]} är {changed} betyg nya eller ändrade och {deleted} borttagna."
    return [Message("info", "fetched-changes", text)]
