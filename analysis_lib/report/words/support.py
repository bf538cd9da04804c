"""Support from Skolverket and others as context in charts: when it went on, not what it caused (floor 7)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from analysis_lib.present.charts.figure import PeriodMark
from analysis_lib.register.kinds.inspection import Support
from analysis_lib.register.views.inspections import support_marks
from analysis_lib.report.words.told import Told
from analysis_lib.vocabulary.periods import SchoolYear


def support_periods(told: Told, years: Sequence[str]) -> tuple[PeriodMark, ...]:
    """Support from Skolverket and others that touches the läsår, for marking in charts (F18)."""
    if not years:
        return ()
    first, last = SchoolYear.parse(years[0]), SchoolYear.parse(years[-1])
    wanted = {told.code, ""}
    found = support_marks(
        (one for one in told.every(Support) if one.unit in wanted),
        first=datetime.date(first.start, 8, 1),
        last=datetime.date(last.end, 7, 31),
    )
    marks = []
    for one in found:
        ends = str(SchoolYear.of_date(one.ends)) if one.ends else years[-1]
        start = max(str(SchoolYear.of_date(one.starts)), years[0])
        marks.append(PeriodMark(f"Stöd: {one.provider}", start, min(ends, years[-1])))
    return tuple(marks)
