"""The pages about results, D1–D3 and D6: the same verbs, so the same figures, as in reports (floor 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.extract import INDICATORS, Edition
from analysis_lib.dashboards.grade_page import GRADE_INDICATORS, grade_cards
from analysis_lib.dashboards.page_marks import noted
from analysis_lib.dashboards.pages import PAGES, Card, State, units_in
from analysis_lib.dashboards.voices import survey_cards
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, gap_block, row, table_cell, value_cell
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.report.context import Report
from analysis_lib.report.parameters import Sidecar
from analysis_lib.report.tables import table_data
from analysis_lib.vocabulary.periods import SchoolYear

_SHORT = {"lage": "DL", "arskullar": "DA", "betyg": "DB", "roster": "DR", "jamfor": "DJ"}
_SHOWN = (
    "results.all_passed_9",
    "results.eligible_vocational",
    "results.eligible_arts",
    "results.eligible_humanities",
    "results.eligible_science",
    "results.merit_rating_17",
    "results.subject_passed_9",
    "results.all_passed_6",
    "results.subject_passed_6",
    "results.pupil_count_9",
    "results.pupil_count_6",
    "progress.followed_9",
    "progress.core_passed_6",
    "progress.core_passed_9",
    *GRADE_INDICATORS,
)
_YEARS_BETWEEN = 3  # from the grades of åk 6 to those of åk 9


def results_cards(state: State, rights: Rights, edition: Edition) -> list[Card]:
    """The cards of a page about results, from the viewer's extract only."""
    report = page_report(state, rights, edition)
    return noted(_PAGES[state.page](report, state), report, state, edition)


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
        indicators=tuple(name for name in _SHOWN if name in known),
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
        Card("andrat", report.change_table(*INDICATORS), 7),
        Card("mal", report.targets(), 5),
    ]
    return cards if state.unit else [*cards, Card("enheter", report.units(state.indicator, *_others(state)))]


def _cohorts(report: Report, state: State) -> list[Card]:
    cards = [
        Card("arskullar", _cohort_table(report), 12),
        Card("foljda", report.trend("progress.followed_9", "results.all_passed_9"), 7),
        Card("karna", report.trend("progress.core_passed_9", "results.all_passed_6"), 5),
    ]
    if not state.unit:
        cards.append(Card("enheter", report.units(state.indicator, *_others(state)), 7))
        cards.append(Card("tackning", report.coverage(), 5))
    return cards


def _cohort_table(report: Report) -> Block:
    """One row per årskull by the year it leaves: åk 6 three years before, and åk 9, where they are known."""
    known = report.catalog.indicators
    sixth, ninth = known["results.all_passed_6"], known["results.all_passed_9"]
    at = {
        each.id: {cell.school_year: cell for cell in report.scope.own(each.id, years=None).cells()}
        for each in (sixth, ninth)
    }
    leaving = set(at[ninth.id]) | {str(SchoolYear.parse(y).plus(_YEARS_BETWEEN)) for y in at[sixth.id]}
    rows, facts = [], []
    for year in sorted(leaving):
        before = at[sixth.id].get(str(SchoolYear.parse(year).plus(-_YEARS_BETWEEN)))
        after = at[ninth.id].get(year)
        rows.append(
            row(
                {
                    "cohort": table_cell(f"Slutar {SchoolYear.parse(year).end}"),
                    "six": value_cell(before, sixth) if before else table_cell("."),
                    "nine": value_cell(after, ninth) if after else table_cell("."),
                }
            )
        )
        facts += [facts_of([before], sixth) if before else (), facts_of([after], ninth) if after else ()]
    if not rows:
        return gap_block(
            "Det finns inga årskullar att visa", "Inga betyg i årskurs 6 eller 9 är inlästa.", ""
        )
    columns = [column("cohort", "Årskull", "left"), column("six", "Åk 6"), column("nine", "Åk 9")]
    notes = [
        {
            "term": "Så läser du",
            "text": "Raden är en årskull, inte samma elever: några flyttar ut och andra in på vägen. "
            "Punkt betyder att läsåret inte är inläst eller inte har varit ännu.",
        }
    ]
    caption = "Andel elever med godkänt i alla ämnen, procent, i åk 6 och tre år senare i åk 9."
    data = table_data("arskullar", caption, columns, rows, notes)
    return Block("table", data, merged(*facts))


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
    "arskullar": _cohorts,
    "betyg": grade_cards,
    "jamfor": _compare,
    "roster": survey_cards,
}
