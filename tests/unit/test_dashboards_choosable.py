"""What can be chosen on a page is on the page, and a report draws the same figure from its own release."""

from __future__ import annotations

import io

import pytest
from dashboard_world import MINE, make_world
from openpyxl import load_workbook

from analysis_lib.dashboards.access import AccessList
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.choosable import choosable
from analysis_lib.dashboards.desk import Desk
from analysis_lib.dashboards.pages import PAGES, State
from analysis_lib.dashboards.shell import place_name
from analysis_lib.dashboards.table_book import has_table, tables_xlsx
from analysis_lib.register.kinds.chosen import ChosenFigure
from analysis_lib.report.context import Report, open_report

STATES = [
    ("arskullar", {"subject": "MA", "cohort": "2024"}),
    ("arskullar", {"unit": MINE}),
    ("betyg", {"subject": "EN"}),
    ("betyg", {"unit": MINE}),
    ("jamfor", {}),
    ("lage", {"unit": MINE}),
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(make_world(tmp_path_factory.mktemp("choosable")))


@pytest.fixture(scope="module")
def report(desk: Desk) -> Report:
    where = str(desk.workspace.root)
    return open_report(report="analysseminarium", seminar=desk.seminar, audience="internal", workspace=where)


def opened(desk: Desk, page: str, given: dict[str, str]) -> State:
    rights = desk.rights(AccessList(desk.workspace).people()["strategen"])
    asked = {name: [value] for name, value in given.items()}
    return read_state(PAGES[page], asked, rights, desk.edition("internal"))


@pytest.mark.parametrize(("page", "given"), STATES)
def test_a_chosen_figure_is_the_one_that_stood_on_the_page(
    desk: Desk, report: Report, page: str, given: dict[str, str]
) -> None:
    rights = desk.rights(AccessList(desk.workspace).people()["strategen"])
    state = opened(desk, page, given)
    cards = {card.id: card.block for card in desk.show(state, rights).cards}
    same = 0
    for key, (_, drawing, indicators) in choosable(state, desk.edition("internal")).items():
        told = {"drawing": drawing, "indicators": indicators, "comment": "Varför?"}
        told["report"] = "analysseminarium"
        seen = {"subject": state.subject, "method": state.method, "cohort": state.cohort}
        block = report._chosen(state.unit, ChosenFigure.model_validate(told | seen))
        assert block is not None, key
        shown = cards.get(key)
        if shown is None or "gap" in (shown.kind, block.kind):
            continue
        table, there = (one.data if one.kind == "table" else one.data["table"] for one in (block, shown))
        if page in ("arskullar", "betyg"):
            assert table["rows"] == there["rows"], key
        same += 1
    assert same


def test_nothing_about_the_past_is_offered_of_an_arskull_still_in_school(desk: Desk) -> None:
    coming = State("arskullar", cohort="2027")
    assert set(choosable(coming, desk.edition("internal"))) == {"arskullar", "prognos"}
    gone = State("arskullar", cohort="2025")
    assert {"kurva", "foradling", "niva", "tackning"} <= set(choosable(gone, desk.edition("internal")))


def test_a_workbook_tells_whose_tables_it_holds_and_for_whom(desk: Desk) -> None:
    rights = desk.rights(AccessList(desk.workspace).people()["strategen"])
    state = opened(desk, "lage", {"unit": MINE})
    edition = desk.edition("internal")
    cards = [card for card in desk.show(state, rights).cards if has_table(card)]
    content = tables_xlsx(cards, state, edition, place=place_name(state.unit, edition))
    book = load_workbook(io.BytesIO(content))
    assert len(book.sheetnames) == len(cards) + 1
    first = " ".join(str(cell.value or "") for row in book.worksheets[0].iter_rows() for cell in row)
    for words in ("Alskolan", "Intern – får inte publiceras", "Uppgifter till och med"):
        assert words in first
    assert content == tables_xlsx(cards, state, edition, place=place_name(state.unit, edition))
