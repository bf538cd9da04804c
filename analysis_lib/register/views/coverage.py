"""The coverage of the quality work: level × unit × läsår × part, with what is not documented (register; M1).

Skollagen 4 kap. 3–6 §§ ask for planning, follow-up, analysis, development and documentation on both levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis_lib.register.entry import Entry, Record
from analysis_lib.register.kinds.goals import Plan
from analysis_lib.vocabulary.settings import Unit

PARTS: Mapping[str, str] = {
    "plan": "planera",
    "follow_up": "följa upp",
    "analyse": "analysera orsaker",
    "develop": "utveckla",
    "document": "dokumentera",
}
# Which kinds show that a part has been done, on each level.
_UNIT_EVIDENCE: Mapping[str, tuple[str, ...]] = {
    "plan": ("plan",),
    "follow_up": ("rating", "judgement", "result_talk"),
    "analyse": ("school_analysis", "analysis_step"),
    "develop": ("measure", "teaching_plan"),
    "document": ("sign_off",),
}
_AUTHORITY_EVIDENCE: Mapping[str, tuple[str, ...]] = {
    "plan": ("plan",),
    "follow_up": ("analysis_seminar",),
    "analyse": ("analysis_seminar", "analysis_step"),
    "develop": ("decision", "priority_area"),
    "document": ("document",),
}


@dataclass(frozen=True)
class CoverageCell:
    """Whether one part of the quality work is documented at one place in a läsår, and by how many entries."""

    level: str
    unit: str
    school_year: str
    part: str
    entries: int

    @property
    def is_documented(self) -> bool:
        return self.entries > 0


def coverage(
    records: Iterable[Record[Entry]], units: Mapping[str, Unit], *, school_years: Sequence[str]
) -> list[CoverageCell]:
    """Every part on the huvudman's level and for every unit open in the läsår."""
    known = [r for r in records if r.school_year in school_years]
    cells = []
    for year in school_years:
        places = [("authority", "")] + [("unit", c) for c, unit in units.items() if unit.is_open(year)]
        for level, unit in places:
            evidence = _AUTHORITY_EVIDENCE if level == "authority" else _UNIT_EVIDENCE
            mine = [r for r in known if r.school_year == year and r.unit == unit and _is_on(r, level)]
            for part in PARTS:
                entries = sum(r.kind in evidence[part] for r in mine)
                cells.append(CoverageCell(level, unit, year, part, entries))
    return cells


def _is_on(record: Record[Entry], level: str) -> bool:
    entry = record.entry
    return not isinstance(entry, Plan) or entry.level == level
