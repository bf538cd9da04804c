"""The units' needs grouped and weighed for the huvudman's plan, and those left out of it (register; B4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.measures import ImprovementArea
from analysis_lib.text import sort_key, swedish_sorted
from analysis_lib.vocabulary.settings import Unit

Areas = Iterable[Record[ImprovementArea]]


@dataclass(frozen=True)
class Need:
    """One area that units need, in one school form: how many units and pupils stand behind it."""

    area: str
    school_form: str
    units: tuple[str, ...]
    areas: tuple[str, ...]
    pupils: int
    without_pupils: int

    @property
    def count(self) -> int:
        return len(self.areas)


@dataclass(frozen=True)
class PlanNeeds:
    """The needs of a plan: those that it puts first, those it leaves out, and the units that told none."""

    chosen: tuple[Need, ...]
    left_out: tuple[Need, ...]
    silent_units: tuple[str, ...]


@dataclass(frozen=True)
class NeedCell:
    """A cell of the need table: None in ``count`` when the unit has handed in nothing at all."""

    area: str
    unit: str
    count: int | None
    pupils: int


def needs(areas: Areas, units: Mapping[str, Unit], *, school_year: str) -> list[Need]:
    """The läsår's improvement areas by area and school form, heaviest first.

    The weight is the number of pupils behind them; areas without that number count in ``without_pupils``. A
    unit with several school forms counts in its first. Equal weights stand in Swedish order.
    """
    groups: dict[tuple[str, str], list[Record[ImprovementArea]]] = {}
    for record in areas:
        if record.school_year == school_year:
            key = (record.entry.area.strip().casefold(), _form(units.get(record.unit)))
            groups.setdefault(key, []).append(record)
    found = [_need(group, form, units) for (_, form), group in groups.items()]
    return sorted(found, key=lambda need: (-need.pupils, -need.count, sort_key(need.area), need.school_form))


def plan_needs(
    areas: Areas, units: Mapping[str, Unit], priorities: Sequence[str], *, school_year: str
) -> PlanNeeds:
    """The needs that the priorities answer, every other need, and units without any improvement area."""
    told = [record for record in areas if record.school_year == school_year]
    wanted = {priority.strip().casefold() for priority in priorities}
    all_needs = needs(told, units, school_year=school_year)
    chosen = tuple(need for need in all_needs if need.area.casefold() in wanted)
    left_out = tuple(need for need in all_needs if need.area.casefold() not in wanted)
    heard = {record.unit for record in told}
    silent = [u.name for u in units.values() if u.is_open(school_year) and u.code not in heard]
    return PlanNeeds(chosen, left_out, tuple(swedish_sorted(silent)))


def need_table(
    areas: Areas, units: Mapping[str, Unit], *, school_year: str, reported: Iterable[str] | None = None
) -> list[NeedCell]:
    """Every area × open unit: a blank (0) is no need told, None is a unit whose report is missing.

    ``reported`` are the codes of units that have handed in; without it, those with any improvement area.
    """
    told = [record for record in areas if record.school_year == school_year]
    heard = set(reported) if reported is not None else {record.unit for record in told}
    names = {record.entry.area.strip().casefold(): record.entry.area.strip() for record in told}
    cells = []
    for name in sorted(names, key=sort_key):
        for code, unit in units.items():
            if not unit.is_open(school_year):
                continue
            mine = [r for r in told if r.unit == code and r.entry.area.strip().casefold() == name]
            count = len(mine) if mine or code in heard else None
            cells.append(NeedCell(names[name], code, count, sum(r.entry.pupils or 0 for r in mine)))
    return cells


def _need(group: Sequence[Record[ImprovementArea]], form: str, units: Mapping[str, Unit]) -> Need:
    names = {units[record.unit].name if record.unit in units else record.unit for record in group}
    return Need(
        group[0].entry.area.strip(),
        form,
        tuple(swedish_sorted(names)),
        tuple(record.thing for record in group),
        sum(record.entry.pupils or 0 for record in group),
        sum(record.entry.pupils is None for record in group),
    )


def _form(unit: Unit | None) -> str:
    """The school form that a need counts in: grundskola before förskoleklass and fritidshem at a school."""
    forms = unit.school_forms if unit else ()
    return next(
        (form for form in ("gr", "gran", "fsk", "pedoms", "gy", "gyan", "vux", *forms) if form in forms), ""
    )
