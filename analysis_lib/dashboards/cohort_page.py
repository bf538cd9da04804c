"""The page about årskullar, D2: heat table, slopes, förädlingsvärde, coverage, forecast (floor 8).

The same verbs as in reports, over the viewer's own extract, so a figure is the same here and there.
"""

from __future__ import annotations

from analysis_lib.dashboards.pages import Card, State
from analysis_lib.report.context import Report
from analysis_lib.vocabulary.periods import SchoolYear


def cohort_cards(report: Report, state: State) -> list[Card]:
    """The cards for one årskull, subject and way of reckoning."""
    newest = SchoolYear.parse(report.prepared.school_year)
    leaves = int(state.cohort) if state.cohort else newest.end
    cards = [Card("arskullar", report.cohorts(state.subject, chosen=leaves), 7)]
    if leaves > newest.end:
        coming = Card("prognos", report.outlook(chosen=leaves), 5)
        return [
            *cards,
            coming,
            Card("kurva", report.growth_later(leaves), 6),
            Card("klass", report.classes(), 6),
        ]
    year = str(newest.plus(leaves - newest.end))
    of = {"school_year": year}
    return [
        *cards,
        Card("kurva", report.slopes(**of), 5),
        Card("foradling", report.growth(state.method, state.subject, **of), 6),
        Card("niva", report.growth_quadrant(state.method, state.subject, **of), 6),
        Card("tackning", report.followed(**of), 4),
        Card("prognos", report.outlook(chosen=leaves), 4),
        Card("klass", report.classes(), 4),
    ]
