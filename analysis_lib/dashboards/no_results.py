"""Which measures the pages about results show, and what they say of a unit that has none of them (floor 8).

A förskola has no grades and a new school has none yet: one sentence with the pages that help, instead of a
page of empty cards.
"""

from __future__ import annotations

from analysis_lib import text
from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.grade_page import GRADE_INDICATORS
from analysis_lib.dashboards.pages import PAGES, State
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import gap_block

SHOWN = (
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
_ABOUT_RESULTS = ("lage", "arskullar", "betyg", "jamfor")
_HELPFUL = ("roster", "atgarder", "sjalvskattning", "arshjul")


def has_results(state: State, edition: Edition) -> bool:
    """Whether a page has something to show of its unit, also when every number is hidden; else False."""
    if not state.unit or state.page not in _ABOUT_RESULTS:
        return True
    frame = edition.frame
    mine = frame[frame["code"].eq(state.unit)]
    return bool((mine["indicator"].isin(SHOWN) & mine["state"].ne("missing")).any())


def no_results(state: State, rights: Rights, edition: Edition) -> Block:
    """Why a unit's page is empty, and where the reader finds something about the unit."""
    unit = edition.prepared.units[state.unit]
    others = [PAGES[page].title for page in _HELPFUL if rights.may_open(page)]
    remedy = f"Se i stället {text.listing(others)}." if others else ""
    if "gr" not in unit.school_forms:
        why = "Sidan handlar om betyg och nationella prov i grundskolans årskurs 6 och 9."
        return gap_block(f"{unit.name} har inga resultat av det här slaget", why, remedy)
    why = "Enheten är ny, eller så är skolans betyg inte inlästa ännu."
    return gap_block(f"Det finns inga resultat för {unit.name} än", why, remedy)
