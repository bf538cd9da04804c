"""Priority areas with their evidence, lead teachers' coverage, projects and new units (register; M8–M10)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.development import LeadTeacher, PriorityArea, Project
from analysis_lib.register.kinds.measures import Measure

NO_EVIDENCE = "underlag saknas"


@dataclass(frozen=True)
class AreaSection:
    """A priority area's section of a report: evidence in words or ``underlag saknas``."""

    area: Record[PriorityArea]
    measures: tuple[Record[Measure], ...]
    lead_teachers: int
    projects: tuple[Record[Project], ...]
    evidence: str
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class LeadTeacherCount:
    """How many assignments of an area a unit has, and how many have told a result."""

    area: str
    unit: str
    count: int
    with_result: int


def area_sections(
    areas: Iterable[Record[PriorityArea]],
    measures: Sequence[Record[Measure]],
    lead_teachers: Sequence[Record[LeadTeacher]] = (),
    projects: Sequence[Record[Project]] = (),
    *,
    on: datetime.date,
) -> list[AreaSection]:
    """The areas in force on a day, each with what serves it and what it lacks (seed M8)."""
    sections = []
    for area in areas:
        if not area.entry.starts <= on <= area.entry.ends:
            continue
        mine = tuple(m for m in measures if m.entry.priority_area == area.thing)
        gaps = [] if area.entry.indicators else ["indikator"]
        gaps += [] if mine else ["åtgärd"]
        sections.append(
            AreaSection(
                area,
                mine,
                sum(one.entry.area == area.thing for one in lead_teachers),
                tuple(one for one in projects if one.entry.area == area.thing),
                area.entry.evidence.strip() or NO_EVIDENCE,
                tuple(gaps),
            )
        )
    return sections


def lead_teacher_coverage(
    lead_teachers: Sequence[Record[LeadTeacher]], *, on: datetime.date
) -> list[LeadTeacherCount]:
    """Assignments in force per area and unit; never a person (seed M9)."""
    running = [one for one in lead_teachers if one.entry.starts <= on <= one.entry.ends]
    keys = sorted({(one.entry.area, one.unit) for one in running})
    rows = []
    for area, unit in keys:
        mine = [one.entry for one in running if (one.entry.area, one.unit) == (area, unit)]
        rows.append(LeadTeacherCount(area, unit, len(mine), sum(bool(one.result.strip()) for one in mine)))
    return rows


def without_result(
    lead_teachers: Iterable[Record[LeadTeacher]], *, on: datetime.date
) -> list[Record[LeadTeacher]]:
    """Assignments that have ended without anyone telling what they led to."""
    return [one for one in lead_teachers if one.entry.ends < on and not one.entry.result.strip()]


def running_projects(projects: Iterable[Record[Project]], *, on: datetime.date) -> list[Record[Project]]:
    """Projects that go on, in order of start; one past its end stays until its result is told."""
    known = [one for one in projects if one.entry.state == "ongoing" and one.entry.starts <= on]
    return sorted(known, key=lambda one: (one.entry.starts, one.id))
