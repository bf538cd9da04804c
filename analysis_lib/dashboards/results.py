"""The pages about results, D1–D3 and D6: the same verbs, so the same figures, as in reports (floor 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.cohort_page import cohort_cards
from analysis_lib.dashboards.extract import INDICATORS, Edition
from analysis_lib.dashboards.grade_page import grade_cards
from analysis_lib.dashboards.no_results import SHOWN, has_results, no_results
from analysis_lib.dashboards.page_marks import noted
from analysis_lib.dashboards.pages import PAGES, Card, State, units_in
from analysis_lib.dashboards.voices import survey_cards
from analysis_lib.present.charts.figure import gap_block
from analysis_lib.report.context import Report
from analysis_lib.report.parameters import Sidecar

_SHORT = {"lage": "DL", "arskullar": "DA", "betyg": "DB", "roster": "DR", "jamfor": "DJ"}


def results_cards(state: State, rights: Rights, edition: Edition) -> list[Card]:
    """The cards of a page about results, from the viewer's extract only."""
    report = page_report(state, rights, edition)
    if not has_results(state, edition):
        return [Card("saknas", no_results(state, rights, edition))]
    partial = [] if state.group else report.partial
    told = [Card(f"saknas-{n}", gap_block(each.what, each.means, "")) for n, each in enumerate(partial, 1)]
    return [*told, *noted(_PAGES[state.page](report, state), report, state, edition)]


def page_report(state: State, rights: Rights, edition: Edition) -> Report:
    """The report object of a page: its scope is the viewer's extract, narrowed by the state."""
    prepared = edition.extract(rights)
    kept = {unit.code: unit for unit in units_in(state.group, rights, edition)}
    if state.unit:
        kept[state.unit] = prepared.units[state.unit]
    prepared = replace(prepared, units=kept, school_year=state.school_year or prepared.school_year)
    page = PAGES[state.page]
    known = edition.catalog.indicators
    sidecar = Sidecar(
        title=page.title,
        short=_SHORT[state.page],
        audience=rights.audience,
        indicators=tuple(name for name in SHOWN if name in known),
        sections=(),
    )
    unit = kept.get(state.unit)
    return Report(
        page.id, sidecar, edition.catalog, prepared, unit, {"unit": state.unit, "address": state.query()}
    )


def _now(report: Report, state: State) -> list[Card]:
    cards = [
        Card("fynd", report.findings(*INDICATORS[:2], INDICATORS[3])),
        Card("utveckling", report.trend(state.indicator, *_others(state)), 7),
        Card("regler", report.signals(), 5),
        Card("matt", report.indicators()),
        Card("andrat", report.change_table(*INDICATORS)),
        Card("mal", report.targets()),
    ]
    return cards if state.unit else [*cards, Card("enheter", report.units(state.indicator, *_others(state)))]


def _compare(report: Report, state: State) -> list[Card]:
    cards = [
        Card("riket", report.trend(state.indicator, *_others(state)), 7),
        Card("amnen", report.ranges("results.subject_passed_9", "results.subject_passed_6"), 5),
        Card("publicerat", report.compared(*INDICATORS)),
    ]
    if state.unit:
        cards.append(Card("liknande-enheter", report.similar_units(state.indicator), 7))
        cards.append(Card("matt", report.indicators()))
    else:
        cards += [
            Card("liknande", report.similar(state.indicator), 7),
            Card("kommungrupp", report.municipality_group(state.indicator), 5),
            Card("matt", report.indicators()),
            *_spread(report, state),
            Card("tabell", report.rollup("results.pupil_count_9", *INDICATORS[:3])),
        ]
    return cards


def _spread(report: Report, state: State) -> list[Card]:
    """The units by area and name, and the funnel where there are enough of them to draw one."""
    units = Card("enheter", report.units(state.indicator, *_others(state)), 6)
    funnel = Card("tratt", report.funnel(state.indicator, *_others(state)), 6)
    is_same = funnel.block.data.get("finding") == units.block.data.get("finding")
    return [Card(units.id, units.block, 12)] if is_same else [units, funnel]


def _others(state: State) -> list[str]:
    """The measures that stand in when the chosen one has no data here."""
    return [name for name in INDICATORS if name != state.indicator]


_PAGES: dict[str, Callable[[Report, State], list[Card]]] = {
    "lage": _now,
    "arskullar": cohort_cards,
    "betyg": grade_cards,
    "jamfor": _compare,
    "roster": survey_cards,
}
