"""Which of the register's entries a viewer may read: those about the viewer's own units (floor 8)."""

from __future__ import annotations

from typing import TypeVar

from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.pages import State, today, units_in
from analysis_lib.register import Entry, Reading, Record
from analysis_lib.vocabulary.periods import SchoolYear

EntryT = TypeVar("EntryT", bound=Entry)


def seen(
    register: Reading, kind: type[EntryT], state: State, rights: Rights, edition: Edition
) -> list[Record[EntryT]]:
    """Current entries of a kind about the units that the state and the rights leave."""
    codes = {state.unit} if state.unit else {u.code for u in units_in(state.group, rights, edition)}
    if rights.whole and not state.unit:
        codes.add("")
    return [
        record for record in register.current(kind) if record.unit in codes and rights.may_see(record.unit)
    ]


def school_year_now() -> str:
    """The läsår that is going on in Sweden."""
    return str(SchoolYear.of_date(today()))
