"""The addresses that give tables as files, exactly what the page shows (floor 8)."""

from __future__ import annotations

from collections.abc import Sequence

from tornado.web import HTTPError

from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.pages import Card, PageKind, State
from analysis_lib.dashboards.runs import watched
from analysis_lib.dashboards.shell import place_name
from analysis_lib.dashboards.table_book import has_table, tables_xlsx
from analysis_lib.dashboards.table_file import table_csv
from analysis_lib.dashboards.views import Viewed

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Asked = tuple[PageKind, State, Rights]


class Table(Viewed):
    """The table of one card, as CSV or as a workbook."""

    async def get(self, page_id: str, card_id: str, kind: str) -> None:
        found = await self.opened(page_id)
        if found is None:
            return
        _, state, _ = found
        cards = await self._cards(found)
        card = next((card for card in cards if card.id == card_id and has_table(card)), None)
        if card is None:
            raise HTTPError(404)
        name = f"{state.page}-{card_id}-{state.unit or 'hela'}.{kind}"
        self.note("export", f"{state.page} {card_id} {state.unit or 'hela'}")
        if kind == "csv":
            self._give(table_csv(card.block), name, "text/csv; charset=utf-8")
        else:
            self._give(await self._book([card], found), name, _EXCEL)

    async def _cards(self, found: Asked) -> tuple[Card, ...]:
        _, state, rights = found
        if state.page == "korningar":
            return tuple((await self.run(watched, self.desktop.desk.runs))[0])
        return (await self.run(self.desktop.desk.show, state, rights)).cards

    async def _book(self, cards: Sequence[Card], found: Asked) -> bytes:
        _, state, rights = found
        edition = await self.run(self.desktop.desk.edition, rights.audience)
        place = place_name(state.unit, edition)
        return await self.run(lambda: tables_xlsx(cards, state, edition, place=place))

    def _give(self, content: bytes, name: str, kind: str) -> None:
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(content)


class Tables(Table):
    """Every table of a page in one workbook."""

    async def get(self, page_id: str) -> None:  # type: ignore[override]
        found = await self.opened(page_id)
        if found is None:
            return
        _, state, _ = found
        cards = [card for card in await self._cards(found) if has_table(card)]
        if not cards:
            raise HTTPError(404)
        self.note("export", f"{state.page} tabeller {state.unit or 'hela'}")
        self._give(await self._book(cards, found), f"{state.page}-{state.unit or 'hela'}.xlsx", _EXCEL)
