"""The cards of any page from a scope, by the same functions that the front door draws with (floor 8)."""

from __future__ import annotations

from analysis_lib.dashboards.desk import MIXED_PAGES, RESULT_PAGES
from analysis_lib.dashboards.pages import Card, State
from analysis_lib.dashboards.register_pages import register_cards
from analysis_lib.dashboards.results import results_cards
from analysis_lib.dashboards.runs import Runs, watched
from analysis_lib.dashboards.scope_folder import LiveScope
from analysis_lib.register.nothing import empty_reading


def cards_of(state: State, scope: LiveScope) -> list[Card]:
    """The cards of a state: about results from the released extract, words from the register."""
    if state.page == "korningar":  # in an analyst's own notebook only, see ADR 83
        return watched(Runs(scope.edition.workspace))[0]
    has_results = state.page in (*RESULT_PAGES, *MIXED_PAGES)
    cards = results_cards(state, scope.rights, scope.edition) if has_results else []
    if state.page in RESULT_PAGES:
        return cards
    reading = scope.reading or empty_reading()
    return cards + register_cards(state, scope.rights, scope.edition, reading, scope.instruments)
