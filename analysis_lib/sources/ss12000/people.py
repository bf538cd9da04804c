"""Who the pupils are while a fetch lasts: the register in memory that other tables look in (floor 3).

Nothing here is ever stored. A protected person's number and names are dropped as the answer is read; what is
left is what whole-unit totals need (R21).
"""

from __future__ import annotations

import copy
import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analysis_lib.sources.ss12000.client import Item, Ss12000, reference
from analysis_lib.vocabulary.periods import SchoolYear

_SEXES = {"Kvinna": "F", "Man": "P"}
_START_AGE = 7  # the calendar year minus the year of birth when year 1 begins


@dataclass(frozen=True)
class Enrolment:
    """A pupil's place at a unit."""

    unit_code: str
    school_form: str
    year_group: int
    start: str
    end: str

    def covers(self, day: str) -> bool:
        return self.start <= day and (not self.end or day <= self.end)


@dataclass(frozen=True)
class Person:
    """A pupil; who has a security marking, or no number to be followed by, is ``is_protected``."""

    number: str
    sex: str
    birth_date: str
    is_protected: bool
    enrolments: tuple[Enrolment, ...]

    def enrolled(self, day: str, forms: frozenset[str] = frozenset()) -> Enrolment | None:
        """The newest enrolment that covers a day, among some school forms or all."""
        here = [e for e in self.enrolments if e.covers(day) and (not forms or e.school_form in forms)]
        return max(here, key=lambda e: e.start, default=None)

    def number_for_totals(self, position: int) -> str:
        """What stands for a protected pupil on the way in: a number that is shared and belongs to nobody."""
        kind = {"P": "1", "F": "2"}.get(self.sex, "3")
        year = SchoolYear.of_date(datetime.datetime.now(datetime.UTC).date()).start
        group = max((e.year_group for e in self.enrolments), default=9)
        born = self.birth_date or f"{year - _START_AGE - group + 1}-01-01"
        return f"{born.replace('-', '')}TF{kind}{position % 10}"


class Register:
    """Organisations, people, classes and syllabuses of one system, by id."""

    def __init__(
        self, organisations: list[Item], persons: list[Item], groups: list[Item], *, source: Ss12000
    ) -> None:
        self._organisations = {str(each.get("id")): each for each in organisations}
        self.people = {str(each.get("id")): self._person(each, source) for each in persons}
        self._classes: dict[str, list[tuple[str, str, str]]] = {}
        for group in groups:
            if group.get("groupType") == source.class_group:
                self._add_class(group)

    def with_ids(self, named: Callable[[str], str]) -> Register:
        """The same register with every person under another id."""
        made = copy.copy(self)
        made.people = {named(person): found for person, found in self.people.items()}
        made._classes = {named(person): found for person, found in self._classes.items()}
        return made

    def unit_code(self, organisation: str) -> str:
        """The unit code of an organisation, its own or the nearest above it; empty when there is none."""
        seen: set[str] = set()
        while organisation in self._organisations and organisation not in seen:
            seen.add(organisation)
            found = self._organisations[organisation]
            if found.get("schoolUnitCode"):
                return str(found["schoolUnitCode"])
            organisation = reference(found, "parentOrganisation")
        return ""

    def class_name(self, person: str, day: str) -> str:
        """The class of a pupil on a day; empty when there is none."""
        covering = [
            (start, name)
            for start, end, name in self._classes.get(person, ())
            if start <= day and (not end or day <= end)
        ]
        return max(covering, default=("", ""))[1]

    def _person(self, item: Item, source: Ss12000) -> Person:
        is_marked = str(item.get("securityMarking") or source.open_marking) != source.open_marking
        number = "" if is_marked else _number(item)
        is_protected = is_marked or not re.fullmatch(r"[0-9]{12}", number)  # nobody to follow
        enrolments = tuple(
            Enrolment(
                self.unit_code(reference(each, "enroledAt")),
                str(each.get("schoolType") or ""),
                int(each.get("schoolYear") or 0),
                _day(each.get("startDate")),
                _day(each.get("endDate")),
            )
            for each in item.get("enrolments") or ()
            if not each.get("cancelled")
        )
        sex = _SEXES.get(str(item.get("sex")), "")
        return Person(
            "" if is_protected else number, sex, _day(item.get("birthDate")), is_protected, enrolments
        )

    def _add_class(self, group: Item) -> None:
        for each in group.get("groupMemberships") or ():
            start = _day(each.get("startDate")) or _day(group.get("startDate"))
            end = _day(each.get("endDate")) or _day(group.get("endDate"))
            place = self._classes.setdefault(reference(each, "person"), [])
            place.append((start, end, str(group.get("displayName") or "")))


def _number(item: Item) -> str:
    number = item.get("civicNo")
    return str(number.get("value") or "") if isinstance(number, dict) else ""


def _day(value: Any) -> str:
    return str(value or "")[:10]
