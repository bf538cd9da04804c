"""The huvudman's figures say which schools' results they are made of while some have not come."""

from __future__ import annotations

from dataclasses import replace

import pytest
from executed_reports import LARGE, SEMINAR
from synthetic import YEARS, make_workspace, pupil_grades

from analysis_lib.dashboards.access import Person, rights_of
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.desk import Desk
from analysis_lib.dashboards.pages import PAGES
from analysis_lib.report.context import Report, open_report
from analysis_lib.report.coverage import not_come
from analysis_lib.vocabulary.workspace import Workspace

WHAT = "Elevernas betyg i årskurs 6 och 9 för läsåret 2024/25 är inlästa från en av fyra skolor"
MEANS = (
    "Det som sägs om skolorna tillsammans gäller bara den, och jämförs inte med tidigare läsår. "
    "Saknas: Björkskolan, Ekens skola och Granskolan."
)


@pytest.fixture(scope="module")
def one_school(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Everybody's grades of the first two school years, in the last one those of one school."""
    grades = pupil_grades()
    kept = grades["school_year"].ne(YEARS[-1]) | grades["unit_code"].eq(LARGE)
    return make_workspace(tmp_path_factory.mktemp("delvis"), grades[kept])


def opened(workspace: Workspace, report: str, unit: str = "") -> Report:
    return open_report(report=report, unit=unit, seminar=SEMINAR, workspace=str(workspace.root))


def words(report: Report) -> tuple[str, str]:
    """What stands under the name, and under Om siffrorna."""
    (numbers,) = (c for c in report.foot().data["columns"] if c["heading"] == "Om siffrorna")
    found = report.masthead().data["standfirst"], " ".join(numbers["lines"])
    return found[0].replace("\u00a0", " "), found[1].replace("\u00a0", " ")


@pytest.mark.parametrize("report", ["kommunbild", "verksamhetsanalys"])
def test_the_huvudman_says_that_its_figures_are_one_schools(one_school: Workspace, report: str) -> None:
    for said in words(opened(one_school, report)):
        assert f"{WHAT}. {MEANS}" in said


def test_a_school_says_nothing_of_the_others(one_school: Workspace) -> None:
    assert not [said for said in words(opened(one_school, "skolbild", LARGE)) if "inlästa från" in said]


def test_nothing_is_said_when_all_have_come(workspace: Workspace) -> None:
    assert not [said for said in words(opened(workspace, "kommunbild")) if "inlästa från" in said]


@pytest.mark.parametrize("change", [{"closed": YEARS[-2]}, {"year_groups": "F–3"}])
def test_a_school_without_such_pupils_now_is_not_waited_for(
    one_school: Workspace, change: dict[str, str]
) -> None:
    report = opened(one_school, "kommunbild")
    others = {code for code, unit in report.scope.units.items() if unit.is_own and code != LARGE}
    units = {
        code: unit.model_copy(update=change) if code in others else unit
        for code, unit in report.scope.units.items()
    }
    assert not_come(report.scope, report.catalog.indicators.values())
    assert not not_come(replace(report.scope, units=units, _senders={}), report.catalog.indicators.values())


def test_some_schools_are_not_compared_with_all_of_them_the_year_before(one_school: Workspace) -> None:
    scope = opened(one_school, "kommunbild").scope
    later = scope.newest(scope.own("results.all_passed_9"))
    assert later
    assert later.school_year == YEARS[-1]
    earlier = scope.earlier(later)
    assert earlier
    assert earlier.school_year == YEARS[-2]
    assert not scope.comparable(earlier, later)
    assert [each.words for each in scope.segments(later).breaks] == ["bara vissa skolor"]


@pytest.mark.parametrize("page", ["lage", "arskullar", "betyg", "jamfor"])
def test_a_page_about_all_schools_begins_with_what_is_missing(one_school: Workspace, page: str) -> None:
    desk = Desk(one_school, seminar=SEMINAR)
    edition = desk.edition("internal")
    person = Person(name="prov", role="strateg", units=())
    rights = rights_of(person, edition.prepared.units, edition.catalog.groups)
    state = read_state(PAGES[page], {}, rights, edition)
    first = desk.show(state, rights).cards[0].block
    assert first.kind == "gap"
    assert first.data["what"].replace("\u00a0", " ") == WHAT
