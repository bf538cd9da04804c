"""D7 below the wheel: what is published, seminars, visits and what is missing, for the viewer's own units.

The drawings are those of the reports, told from the viewer's part of the register only (floor 8).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.own_entries import school_year_now
from analysis_lib.dashboards.pages import Card, State, today
from analysis_lib.present.charts.figure import Setting, gap_block
from analysis_lib.register import Entry, Reading, Record
from analysis_lib.report.words.reading import drawn
from analysis_lib.report.words.told import Told
from analysis_lib.vocabulary.periods import SchoolYear

EntryT = TypeVar("EntryT", bound=Entry)
# The card, its drawing, whether it is for those who see the whole only, and what stands when it is silent.
_CARDS: Mapping[str, tuple[str, bool, str]] = {
    "publicering": ("publications", True, "Inga verksamhetsanalyser är registrerade"),
    "seminarier": ("seminars", True, "Inget analysseminarium är hållet än"),
    "besok": ("visits", False, "Inga besök är planerade"),
    "saknas": ("coverage", False, "Inget kvalitetsarbete är dokumenterat än"),
}


class OwnReading:
    """The register as one viewer may read it: the own units, and the whole for those who see it."""

    def __init__(self, register: Reading, rights: Rights) -> None:
        self._register = register
        self._rights = rights

    def current(self, *given: Any, **keys: Any) -> list[Record[Any]]:
        """Current entries, as ``Reading.current`` gives them, without what is not the viewer's."""
        found = self._register.current(*given, **keys)
        return [one for one in found if self._rights.may_see(one.unit)]


def more_year_cards(state: State, rights: Rights, edition: Edition, register: Reading) -> list[Card]:
    """The cards, each explained when it is empty."""
    last = str(SchoolYear.parse(school_year_now()).plus(-1))
    units = {code: unit for code, unit in edition.prepared.units.items() if code in rights.units}
    told = Told(
        reading=cast(Reading, OwnReading(register, rights)),
        catalog=edition.catalog,
        units=units,
        unit=units.get(state.unit),
        school_year=last,
        audience=rights.audience,
        today=today(),
        setting=Setting(f"DÅ-{last[2:4]}", edition.catalog.settings.authority_name, "registret"),
    )
    cards = []
    for id, (name, is_whole, silent) in _CARDS.items():
        if is_whole and (not rights.whole or state.unit):
            continue
        blocks = drawn(told, name) or [gap_block(silent, "Det skrivs in i registret.", "")]
        cards += [Card(id if at == 0 else f"{id}-{at}", block) for at, block in enumerate(blocks)]
    return cards
