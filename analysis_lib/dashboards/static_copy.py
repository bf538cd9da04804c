"""The usual pages as files, for a board without a server: the same numbers, after the same gate (floor 8).

One folder with one style sheet and a page per dashboard and unit; nothing in it asks for anything outside.
"""

from __future__ import annotations

from pathlib import Path

from analysis_lib.dashboards.access import Person, rights_of
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.desk import RESULT_PAGES, Desk
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.pages import PAGES, State
from analysis_lib.dashboards.shell import Drawn, Frame, bundle, page_html, place_name, steps_down
from analysis_lib.dashboards.table_file import table_csv
from analysis_lib.errors import SkolbankError
from analysis_lib.report.html import refuse_outside
from analysis_lib.vocabulary.workspace import Workspace

STYLE = "skolbank.css"


def write_copy(workspace: Workspace, folder: Path, *, seminar: str = "") -> int:
    """Writes the board's edition of the pages about results, whole and per unit; gives the number of pages.

    Raises SkolbankError for a folder that holds something else already.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / STYLE).is_file():
        remedy = "Ange en mapp som inte finns eller som är tom."
        raise SkolbankError("folder-taken", "Mappen innehåller något annat", where=folder.name, remedy=remedy)
    desk = Desk(workspace, seminar=seminar)
    edition = desk.edition("board")
    rights = rights_of(Person(name="kopia", role="nämnd"), edition.prepared.units, edition.catalog.groups)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STYLE).write_bytes(bundle()["css"][1])
    shown = [page for page in PAGES if page in RESULT_PAGES and rights.may_open(page)]
    steps = steps_down(State("lage"), rights, edition)
    units = [step["href"].rpartition("=")[2] for step in steps if "unit=" in step["href"]]
    count = 0
    for page in shown:
        for unit in ["", *units]:
            given = {"unit": [unit]} if unit else {}
            state = read_state(PAGES[page], given, rights, edition)
            cards = desk.show(state, rights)
            drawn = [_offline(state, one) for one in cards.drawn]
            for card in cards.cards:
                if card.block.kind == "table" or card.block.data.get("table"):
                    (folder / _table(state, card.id)).write_bytes(table_csv(card.block))
            html = page_html(state, drawn, None, edition, _frame(state, shown, units, edition))
            refuse_outside(html.replace(f'<link rel="stylesheet" href="{STYLE}">', "").replace(_ICON, ""))
            (folder / _name(page, unit)).write_text(html, "utf-8")
            count += 1
    desk.close()
    return count


_ICON = '<link rel="icon" href="data:,">'


def _offline(state: State, one: Drawn) -> Drawn:
    href = _table(state, one.id) if one.download else ""
    return Drawn(one.id, one.kind, one.span, one.html, one.title, one.name, href)


def _frame(state: State, shown: list[str], units: list[str], edition: Edition) -> Frame:
    links = [
        {
            "href": _name(state.page, unit),
            "text": place_name(unit, edition) if unit else "Hela kommunen",
            "is_here": unit == state.unit,
        }
        for unit in ["", *units]
    ]
    pages = {page: _name(page, state.unit) for page in shown}
    return Frame(static_links=links, extra={"css": STYLE, **pages})


def _name(page: str, unit: str) -> str:
    return f"{page}-{unit}.html" if unit else f"{page}.html"


def _table(state: State, card: str) -> str:
    return f"{state.page}-{card}-{state.unit or 'hela'}.csv"
