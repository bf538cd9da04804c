"""D5: what last läsår's measures led to, beside similar units, for the viewer's own units (floor 8; seed G8).

Similar units are chosen among all of the huvudman's, on the server; a viewer sees the own unit's numbers and
the similar ones together, never one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from analysis_lib import text
from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.own_entries import seen
from analysis_lib.dashboards.pages import Card, State
from analysis_lib.indicators.series_rules import load_series_rules
from analysis_lib.present.charts.figure import Setting, gap_block
from analysis_lib.register import Reading
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.report.effects import measure_effects
from analysis_lib.report.effects_shown import effect_figures, effects_table
from analysis_lib.report.frame import scope_of
from analysis_lib.vocabulary.periods import SchoolYear


def effect_cards(state: State, rights: Rights, edition: Edition, register: Reading) -> list[Card]:
    """The figures of before and after, and the table of every measure; a gap when there is none."""
    if rights.audience != "internal":
        what = "Vad varje åtgärd ledde till visas inte här"
        return [Card("effekt", gap_block(what, "Det är till för dem som arbetar med åtgärden.", ""))]
    scope = replace(
        scope_of(edition.catalog, edition.prepared, None), rules=load_series_rules(edition.catalog)
    )
    measures = seen(register, Measure, state, rights, edition)
    found = measure_effects(scope, measures, edition.catalog.indicators, peers=edition.catalog.peers)
    if not found:
        what = f"Inga åtgärder finns från läsåret {scope.school_year}"
        return [Card("effekt", gap_block(what, "Åtgärder som skrivs in i år följs upp nästa läsår.", ""))]
    figures = effect_figures(scope, found, _settings(state, edition))
    return [
        *(Card(f"effekt-{at}", block) for at, block in enumerate(figures, 1)),
        Card("effekt", effects_table(scope, found)),
    ]


def _settings(state: State, edition: Edition) -> Iterator[Setting]:
    prepared = edition.prepared
    units, cutoff = prepared.units, prepared.seminar.cutoff
    name = units[state.unit].name if state.unit else edition.catalog.settings.authority_name
    year = SchoolYear.parse(prepared.school_year).end % 100
    for number in count(1):
        yield Setting(
            f"DE-{year:02d}-{number:02d}",
            name,
            "skolornas betyg och prov",
            text.date(cutoff) if cutoff else "",
        )
