"""The page about årskullar, D2: heat table, slopes, förädlingsvärde, coverage, forecast (floor 8).

The same verbs as in reports, over the viewer's own extract, so a figure is the same here and there.
"""

from __future__ import annotations

from analysis_lib.dashboards.pages import Card, State
from analysis_lib.report.context import Report
from analysis_lib.vocabulary.classes import name_of
from analysis_lib.vocabulary.periods import SchoolYear

_AHEAD = 3  # from the grades of year 6 to those of year 9


def cohort_cards(report: Report, state: State) -> list[Card]:
    """The cards for one årskull, subject and way of reckoning."""
    newest = SchoolYear.parse(report.prepared.school_year)
    leaves = int(state.cohort) if state.cohort else newest.end
    cards = [Card("arskullar", report.cohorts(state.subject, chosen=leaves), 7)]
    if leaves > newest.end:
        coming = Card("prognos", report.outlook(chosen=leaves), 5)
        graded = str(newest.plus(leaves - newest.end - _AHEAD))
        return [
            *cards,
            coming,
            Card("kurva", report.growth_later(leaves), 6),
            *_classes(report, state, school_year=graded, group=6),
        ]
    year = str(newest.plus(leaves - newest.end))
    of = {"school_year": year}
    return [
        *cards,
        Card("kurva", report.slopes(**of), 5),
        Card("foradling", report.growth(state.method, state.subject, **of), 6),
        Card("niva", report.growth_quadrant(state.method, state.subject, **of), 6),
        Card("tackning", report.followed(**of), 6),
        Card("prognos", report.outlook(chosen=leaves), 6),
        *_classes(report, state, school_year=year, group=9),
    ]


def _classes(report: Report, state: State, *, school_year: str, group: int) -> list[Card]:
    """The unit's classes, or the one that is chosen; nothing for readers that are told of none."""
    if report.prepared.audience != "internal":
        return []
    blocks = report.classes_of(
        school_year=school_year, group=group, chosen=name_of(state.klass), name=state.method
    )
    spans = (12, 12)
    return [
        Card(name, block, span)
        for name, block, span in zip(("klass", "klass-foradling"), blocks, spans, strict=False)
    ]
