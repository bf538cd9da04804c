"""The choices of the page about årskullar: årskull, subject and way of reckoning (floor 8)."""

from __future__ import annotations

from analysis_lib import text
from analysis_lib.dashboards.extract import Edition
from analysis_lib.report.cohort_table import LAST, SUBJECTS
from analysis_lib.report.figures import SUBJECT_NAMES
from analysis_lib.report.growth_methods import method
from analysis_lib.statistics.value_added.rules import METHODS, load_value_added_rules
from analysis_lib.vocabulary.classes import NO_CLASS, class_order, name_of, shown_name, unit_of
from analysis_lib.vocabulary.periods import SchoolYear

USUAL_METHOD = "peer_expected"
_AHEAD = 3  # from the grades of year 6 to those of year 9


def cohorts(edition: Edition) -> list[tuple[str, str]]:
    """Årskullar with results of year 9 or 6: the one that left last first, then those still in school."""
    frame = edition.frame
    own = frame[
        frame["basis"].eq("own") & frame["level"].isin(("unit", "authority")) & frame["state"].ne("missing")
    ]
    years = {
        SchoolYear.parse(year).end + ahead
        for indicator, ahead in (("results.all_passed_9", 0), ("results.all_passed_6", _AHEAD))
        for year in own.loc[own["indicator"].eq(indicator), "school_year"].unique()
    }
    newest = SchoolYear.parse(edition.prepared.school_year).end
    left = sorted((year for year in years if year <= newest), reverse=True)
    return [(str(year), cohort_name(year, newest)) for year in (*left, *sorted(years - set(left)))]


def cohort_name(leaves: int, newest: int) -> str:
    """``Slutade 2026 (åk 9)`` or ``Slutar 2028 (nu åk 7)``."""
    now = LAST - (leaves - newest)
    if leaves <= newest:
        return f"Slutade {leaves}"
    return f"Slutar {leaves} (nu åk{text.NBSP}{now})"


def classes(edition: Edition, unit: str, cohort: str) -> list[tuple[str, str]]:
    """The unit's classes that the edition tells of, in the läsår when the årskull last got grades."""
    ahead = 0 if not cohort or int(cohort) <= SchoolYear.parse(edition.prepared.school_year).end else _AHEAD
    indicator = "results.all_passed_6" if ahead else "results.all_passed_9"
    frame = edition.frame
    told = frame[frame["level"].eq("class") & frame["indicator"].eq(indicator)]
    ends = told["school_year"].map(lambda year: str(SchoolYear.parse(year).end + ahead))
    codes = {str(code) for code in told.loc[ends == cohort, "code"].unique() if unit_of(str(code)) == unit}
    named = [code for code in codes if name_of(code) != NO_CLASS]
    return [(code, shown_name(code)) for code in sorted(named, key=class_order)]


def known_class(edition: Edition, code: str) -> bool:
    """Whether the edition tells of a class in any läsår."""
    frame = edition.frame
    return name_of(code) != NO_CLASS and bool((frame["level"].eq("class") & frame["code"].eq(code)).any())


def subjects(page: str) -> dict[str, str]:
    """The subjects that a page can be about, by code: three of them are followed from year 6 to year 9."""
    if page != "arskullar":
        return dict(SUBJECT_NAMES)
    return {code: text.capitalised(name) for code, name in SUBJECTS.items()}


def methods(subject: str = "") -> list[tuple[str, str]]:
    """The ways of reckoning förädlingsvärde, by the titles of ``params/rules/value_added.yaml``.

    With a subject it is said which of them are about all subjects together.
    """
    titles = [(name, load_value_added_rules().methods[name].title) for name in METHODS]
    return [
        (name, title if method(name, subject) else f"{title} (bara alla ämnen)") for name, title in titles
    ]
