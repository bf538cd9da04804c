"""The way of a report from arbetslag to nämnd, and where it stands still (register floor; F12)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.documents import STEPS, SignOff
from analysis_lib.vocabulary.settings import Unit

_FIRST = "team"


@dataclass(frozen=True)
class Chain:
    """One unit's report: the date of each step that is done, and the step it waits for."""

    unit: str
    dates: Mapping[str, datetime.date]
    waits_for: str
    since: datetime.date | None
    returned: str

    @property
    def is_done(self) -> bool:
        return not self.waits_for


@dataclass(frozen=True)
class Bottleneck:
    """A step that units wait for: how many, who, and how long the longest has waited."""

    step: str
    units: tuple[str, ...]
    longest_days: int


def chains(
    sign_offs: Iterable[Record[SignOff]],
    units: Mapping[str, Unit],
    *,
    school_year: str,
    report: str = "verksamhetsrapport",
) -> list[Chain]:
    """Every open unit's chain for a report; a report that was returned waits for the step before it again."""
    known = [s for s in sign_offs if s.school_year == school_year and s.entry.report == report]
    return [
        _chain(code, [s for s in known if s.unit == code])
        for code, unit in units.items()
        if unit.is_open(school_year)
    ]


def bottlenecks(found: Sequence[Chain], *, today: datetime.date) -> list[Bottleneck]:
    """The steps that units wait for, the longest wait first; units that haven't begun wait for the first."""
    rows = []
    for step in STEPS:
        waiting = [chain for chain in found if chain.waits_for == step]
        if waiting:
            days = [(today - chain.since).days for chain in waiting if chain.since]
            rows.append(Bottleneck(step, tuple(chain.unit for chain in waiting), max(days, default=0)))
    return sorted(rows, key=lambda row: (-row.longest_days, STEPS.index(row.step)))


def _chain(unit: str, records: Sequence[Record[SignOff]]) -> Chain:
    dates: dict[str, datetime.date] = {}
    returned, since = "", None
    for entry in (r.entry for r in sorted(records, key=lambda r: (r.entry.on, r.id))):
        place = STEPS.index(entry.step)
        since = entry.on
        if entry.returned.strip():
            returned = entry.returned
            for step in STEPS[max(place - 1, 0) :]:
                dates.pop(step, None)
        else:
            dates[entry.step] = entry.on
            returned = ""
    waits_for = next((step for step in STEPS if step not in dates), "")
    return Chain(unit, dates, waits_for, since, returned)
