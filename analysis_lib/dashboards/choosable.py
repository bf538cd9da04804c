"""Which figures of a page can be chosen for the next internal report (floor 8).

Each stands under its card, with its drawing and measures. Only the reference is kept (ADR 78); the
report draws the figure anew from its own release.
"""

from __future__ import annotations

from analysis_lib.dashboards.extract import INDICATORS, Edition
from analysis_lib.dashboards.no_results import has_results
from analysis_lib.dashboards.pages import State
from analysis_lib.vocabulary.periods import SchoolYear

Figures = dict[str, tuple[str, str, tuple[str, ...]]]
_SUBJECTS = ("results.subject_passed_9", "results.subject_passed_6")
_TESTS = ("results.national_test_passed_9", "results.national_test_passed_6")
_GRADES = ("results.grade_distribution_9", "results.grade_distribution_6")
_SPREAD = ("results.all_passed_9", "results.merit_rating_17", "results.all_passed_6")
_EQUITY = ("results.all_passed_9", "results.eligible_vocational", *_SPREAD[1:])


def choosable(state: State, edition: Edition) -> Figures:
    """The page's figures that a report can draw too: key to name, drawing and measures."""
    if not has_results(state, edition):
        return {}
    if state.page == "arskullar":
        return _cohorts(state, edition)
    if state.page == "betyg":
        return _grades(state)
    chosen = (state.indicator or INDICATORS[0],)
    found: dict[str, Figures] = {
        "roster": {"enkater": ("Enkätsvaren, område för område", "surveys", _SURVEYS)},
        "atgarder": {"effekt": ("Åtgärderna och vad de ledde till", "measures", ())},
    }
    if state.page in ("lage", "jamfor"):
        return {
            "utveckling": ("Utvecklingen över tid", "trend", chosen),
            "matt": ("Alla mått i en tabell", "indicators", ()),
            **({} if state.unit else _whole(chosen)),
        }
    return found.get(state.page, {})


_SURVEYS = ("surveys.skolenkaten_index", "surveys.guardians_index")


def _whole(chosen: tuple[str, ...]) -> Figures:
    return {
        "enheter": ("Enheterna bredvid varandra", "units", chosen),
        "tratt": ("Enheterna mot slumpens gränser", "funnel", chosen),
    }


def _cohorts(state: State, edition: Edition) -> Figures:
    """What is known of the chosen årskull: förädlingsvärde only when it has left."""
    heat: Figures = {"arskullar": ("Årskull för årskull", "cohorts", ())}
    outlook: Figures = {"prognos": ("Prognos: behöriga till gymnasiet", "outlook", ())}
    if state.cohort and int(state.cohort) > SchoolYear.parse(edition.prepared.school_year).end:
        return heat | outlook
    return {
        **heat,
        "kurva": ("Samma elever i åk 6 och åk 9", "slopes", ()),
        "foradling": ("Förädlingsvärde, enhet för enhet", "growth", ()),
        "niva": ("Resultatnivå och förädlingsvärde", "growth_quadrant", ()),
        "tackning": ("Hur många som kan följas", "followed", ()),
        **outlook,
    }


def _grades(state: State) -> Figures:
    figures: Figures = {
        "fordelning": ("Betygens fördelning", "distribution", _GRADES),
        "provbetyg-9": ("Betyg mot nationella prov, åk 9", "agreement", ("agreement.deviation_9",)),
        "provbetyg-6": ("Betyg mot nationella prov, åk 6", "agreement", ("agreement.deviation_6",)),
        "kon": ("Flickor och pojkar", "sex_gap", ()),
        "amnen": ("Ämne för ämne", "ranges", _SUBJECTS),
        "prov": ("Nationella prov, ämne för ämne", "ranges", _TESTS),
        "salsa": ("SALSA: med hänsyn till elevernas bakgrund", "salsa", ()),
    }
    if state.unit:
        return figures
    return figures | {
        "par": ("Provbetyg och betyg, ruta för ruta", "crosstab", ("agreement.crosstab_9",)),
        "spridning": ("Skillnader mellan enheter över tid", "spread", _SPREAD),
        "likvardighet": ("Likvärdighet, mått för mått", "equity", _EQUITY),
        "enheter": ("Enheterna bredvid varandra", "units", ("results.all_passed_9", "results.all_passed_6")),
    }
