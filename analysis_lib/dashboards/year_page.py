"""D7: the årshjul, the reports' way to the board, and documents, for the viewer's units only (floor 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.own_entries import school_year_now, seen
from analysis_lib.dashboards.pages import Card, State, today, units_in
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, gap_block, row, table_cell, whole_cell
from analysis_lib.register import Reading
from analysis_lib.register.kinds.documents import STEP_WORDS, STEPS, Document, SignOff
from analysis_lib.register.rhythm import WheelYear, wheel_year
from analysis_lib.register.views.documents import to_delete, validity
from analysis_lib.register.views.handed_in import HandedRow, as_mapping, handed_in
from analysis_lib.register.views.sign_offs import chains
from analysis_lib.report.tables import table_data
from analysis_lib.report.wheel_page import wheel_block
from analysis_lib.vocabulary.agenda import agenda
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.wheel import WheelCalendar, compute_occasions, load_wheel
from analysis_lib.vocabulary.workspace import Workspace

_KINDS = {
    "report": "Rapport",
    "presentation": "Presentation",
    "plan": "Verksamhetsplan",
    "results": "Statistik",
    "policy": "Styrdokument",
    "note": "Minnesanteckning",
}


def year_cards(state: State, rights: Rights, edition: Edition, register: Reading) -> list[Card]:
    """The wheel, the sign-off chains and the documents."""
    year = _own_wheel(edition.workspace, rights, edition, register)
    return [
        Card("arshjul", wheel_block(year)),
        Card("steg", _chain_table(state, rights, edition, register)),
        Card("dokument", _document_table(state, rights, edition, register)),
    ]


def _own_wheel(workspace: Workspace, rights: Rights, edition: Edition, register: Reading) -> WheelYear:
    """The årshjul with who has handed in what among the viewer's own units only."""
    year = wheel_year(workspace)
    calendars = load_wheel(workspace)
    units = own_units(rights, edition)
    school_year = str(year.school_year)
    rows = handed_rows(rights, units, register, calendars, school_year)
    occasions = [one for each in calendars for one in compute_occasions(each, year.school_year)]
    own = tuple(agenda(occasions, year.today, handed=as_mapping(rows)))
    return WheelYear(workspace, own, year.names, year.school_year, year.today, tuple(rows))


def own_units(rights: Rights, edition: Edition) -> dict[str, Unit]:
    """The viewer's units by code."""
    return {code: unit for code, unit in edition.prepared.units.items() if code in rights.units}


def handed_rows(
    rights: Rights,
    units: Mapping[str, Unit],
    register: Reading,
    calendars: Sequence[WheelCalendar],
    school_year: str,
) -> list[HandedRow]:
    """Who has handed in what among the viewer's own units."""
    records = [r for r in register.current(school_year=school_year) if rights.may_see(r.unit)]
    return handed_in(records, calendars, units, school_year=school_year)


def _chain_table(state: State, rights: Rights, edition: Edition, register: Reading) -> Block:
    units = {u.code: u for u in units_in("", rights, edition) if state.unit in ("", u.code)}
    found = chains(seen(register, SignOff, state, rights, edition), units, school_year=school_year_now())
    rows = []
    for chain in found:
        cells: dict[str, Any] = {step: table_cell("") for step in STEPS}
        cells |= {step: whole_cell(on.isoformat()) for step, on in chain.dates.items()}
        waits = f"{text.capitalised(STEP_WORDS[chain.waits_for])}" if chain.waits_for else "Klart"
        back = f" (tillbaka: {chain.returned})" if chain.returned else ""
        rows.append(
            row({"unit": table_cell(units[chain.unit].name), **cells, "wait": table_cell(waits + back)})
        )
    if not rows:
        return gap_block("Inga enheter lämnar verksamhetsrapport det här läsåret", "", "")
    columns = [column("unit", "Enhet", "left")]
    columns += [column(step, text.capitalised(words), "left") for step, words in STEP_WORDS.items()]
    columns.append(column("wait", "Väntar på", "left"))
    caption = f"Verksamhetsrapportens väg läsåret {school_year_now()}."
    return Block("table", table_data("steg", caption, columns, rows, []))


def _document_table(state: State, rights: Rights, edition: Edition, register: Reading) -> Block:
    now = today()
    words = {"valid": "Gäller", "expired": "Har slutat gälla", "replaced": "Ersatt", "draft": "Utkast"}
    documents = seen(register, Document, state, rights, edition)
    if not documents:
        return gap_block(
            "Inga dokument är införda i registret", "De förs in av den som ansvarar för Skolbänken.", ""
        )
    gone = {one.thing for one in to_delete(documents, on=now)}
    rows = [
        row(
            {
                "name": table_cell(one.entry.name),
                "type": table_cell(_KINDS[one.entry.type]),
                "to": whole_cell(one.entry.valid_to.isoformat() if one.entry.valid_to else ""),
                "state": {"text": "Ska gallras", "chip": "overdue"}
                if one.thing in gone
                else table_cell(words.get(validity(one.entry, on=now), "Kommer")),
            }
        )
        for one in documents
    ]
    columns = [column("name", "Dokument", "left"), column("type", "Slag", "left")]
    columns += [column("to", "Gäller till", "left"), column("state", "Läge", "left")]
    return Block("table", table_data("dokument", "Dokument och om de gäller.", columns, rows, []))
