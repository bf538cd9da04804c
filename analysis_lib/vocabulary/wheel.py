"""The årshjul: three calendars of moments that come back every läsår (floor 1).

``params/arshjul.yaml`` says who does what, from which evidence, for which decision and when; here it is
read, checked as a whole and computed for a läsår.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationInfo, field_validator

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.text import date as swedish_date
from analysis_lib.vocabulary.model_faults import lines_of
from analysis_lib.vocabulary.moment_words import Relative, read_when
from analysis_lib.vocabulary.params_reading import read_models
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import SchoolForm, Strict
from analysis_lib.vocabulary.working_days import day_off, next_working_day
from analysis_lib.vocabulary.workspace import Workspace

MomentId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")]
_FILE = "arshjul.yaml"


class Delivery(Strict):
    """What is handed in at a moment: a kind of the register, per unit, per group or once for all."""

    kind: str = Field(description="Slag i registret, t.ex. plan eller rating")
    per: Literal["unit", "group", "authority"] = "unit"
    school_forms: tuple[SchoolForm, ...] = Field(
        default=(), description="Bara enheter med de här skolformerna; tomt: alla i kalendern"
    )
    round: str = Field(default="", description="Omgång som posten ska höra till, t.ex. ht; tomt: vilken som")


class Moment(Strict):
    """One moment of the årshjul."""

    id: MomentId
    name: str
    when: str = Field(
        description="15 september | 1–31 oktober | andra tisdagen i oktober | två månader efter MOMENT"
    )
    tolerance_days: int = Field(default=0, ge=0, le=60, description="Dagar efter som ännu räknas som i tid")
    responsible: str = Field(description="Roll som ansvarar, t.ex. Rektor")
    inputs: tuple[str, ...] = Field(default=(), description="Underlag")
    decided_by: str = Field(default="", description="Beslutsinstans, t.ex. Nämnden")
    delivers: Delivery | None = None

    @field_validator("when")
    @classmethod
    def _is_understood(cls, words: str) -> str:
        read_when(words)
        return words


class WheelCalendar(Strict):
    """The calendar of one ledningsgrupp."""

    id: MomentId
    name: str
    school_forms: tuple[SchoolForm, ...]
    moments: tuple[Moment, ...] = Field(min_length=1)

    @field_validator("moments")
    @classmethod
    def _names_are_single(cls, moments: tuple[Moment, ...], _: ValidationInfo) -> tuple[Moment, ...]:
        if len({moment.id for moment in moments}) < len(moments):
            raise ValueError("a moment stands twice")
        return moments


class WheelFile(BaseModel):
    """``params/arshjul.yaml`` as a whole, for its JSON Schema."""

    calendars: tuple[WheelCalendar, ...]


@dataclass(frozen=True)
class Occasion:
    """A moment in one läsår: from ``start`` to ``due``, in time until ``latest`` (the tolerance)."""

    calendar: str
    moment: Moment
    start: datetime.date
    due: datetime.date
    latest: datetime.date
    moved_from: datetime.date | None = None

    @property
    def is_period(self) -> bool:
        return self.start < self.due

    @property
    def moved(self) -> str:
        """Why the day isn't the one that the words give, told; empty when it is."""
        if self.moved_from is None:
            return ""
        return f"flyttad från {swedish_date(self.moved_from)}, {day_off(self.moved_from)}"


def load_wheel(workspace: Workspace) -> tuple[WheelCalendar, ...]:
    """The calendars of ``params/arshjul.yaml``, the workspace's own file before the built-in one.

    Raises SeveralErrors with every fault: what can't be read, unknown moments and cycles, each with its line.
    """
    path = workspace.layered("params", _FILE)[0]
    calendars = tuple(read_models(path, "calendars", WheelCalendar, workspace))
    faults = [
        fault for place in range(len(calendars)) for fault in _faults(calendars, place, path, workspace)
    ]
    if faults:
        raise SeveralErrors(faults)
    return calendars


def compute_occasions(calendar: WheelCalendar, school_year: SchoolYear) -> list[Occasion]:
    """All moments of a läsår by date; none begins or ends on a day when nobody works."""
    found: dict[str, Occasion] = {}
    waiting = list(calendar.moments)
    while waiting:
        ready = [moment for moment in waiting if _is_ready(moment, found)]
        if not ready:
            raise SkolbankError("moment-cycle", "Momenten i årshjulet väntar på varandra", where=_FILE)
        for moment in ready:
            found[moment.id] = _occasion(calendar.id, moment, school_year, found)
        waiting = [moment for moment in waiting if moment.id not in found]
    return sorted(found.values(), key=lambda one: (one.due, one.start, one.moment.id))


def _is_ready(moment: Moment, found: dict[str, Occasion]) -> bool:
    when = read_when(moment.when)
    return not isinstance(when, Relative) or when.moment in found


def _occasion(calendar: str, moment: Moment, school_year: SchoolYear, found: dict[str, Occasion]) -> Occasion:
    when = read_when(moment.when)
    if isinstance(when, Relative):
        first = last = when.from_day(found[when.moment].due)
    else:
        first, last = when.in_year(school_year)
    start, due = next_working_day(first), next_working_day(last)
    latest = next_working_day(due + datetime.timedelta(days=moment.tolerance_days))
    moved_from = last if due != last else None
    return Occasion(calendar, moment, min(start, due), due, latest, moved_from)


def _faults(
    calendars: tuple[WheelCalendar, ...], place: int, path: Path, workspace: Workspace
) -> list[SkolbankError]:
    calendar, lines, faults = calendars[place], lines_of(path), []
    after = {
        moment.id: when.moment
        for moment in calendar.moments
        if isinstance(when := read_when(moment.when), Relative)
    }
    known = [moment.id for moment in calendar.moments]
    for position, moment in enumerate(calendar.moments):
        line = lines.get(("calendars", place, "moments", position, "when"), 1)
        where = f"{workspace.shown(path)}, rad {line}"
        if moment.id in after and after[moment.id] not in known:
            name = after[moment.id]
            faults.append(
                SkolbankError(
                    "moment-unknown",
                    f"Momentet {name} finns inte i kalendern {calendar.id}",
                    where=where,
                    remedy=did_you_mean(name, known),
                )
            )
        elif moment.id in _cycle(moment.id, after):
            faults.append(
                SkolbankError(
                    "moment-cycle",
                    f"Momentet {moment.id} räknas från sig självt: {' → '.join(_cycle(moment.id, after))}",
                    where=where,
                    remedy="Ge ett av momenten ett eget datum.",
                )
            )
    return faults


def _cycle(name: str, after: dict[str, str]) -> list[str]:
    """The way from a moment back to itself, or nothing."""
    trail = [name]
    while trail[-1] in after and len(trail) <= len(after) + 1:
        trail.append(after[trail[-1]])
        if trail[-1] == name:
            return trail
    return []
