"""Skolverket's published statistics, any table, year and re-saved form (floor 3).

One generic reader for the tables in ``params/sources/skolverket.yaml``; every published cell becomes a
row of ``core_skolverket__statistics``, marks included. Source: https://www.skolverket.se.
"""

from __future__ import annotations

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.shapes import ReadContext, Sheet, TableResult
from analysis_lib.sources.skolverket_columns import known_share
from analysis_lib.sources.skolverket_frame import COLUMNS, TABLE
from analysis_lib.sources.skolverket_layout import Layout, LayoutFinder
from analysis_lib.sources.skolverket_reading import InPortions, Reading, whole_table
from analysis_lib.sources.skolverket_tables import Source, Table, load_source
from analysis_lib.sources.skolverket_years import wide_share
from analysis_lib.vocabulary.workspace import Workspace

__all__ = ["COLUMNS", "TABLE", "SkolverketTable", "formats"]


def formats(workspace: Workspace) -> tuple[SkolverketTable, ...]:
    """One format per table in the source's description."""
    source = load_source(workspace)
    layouts = LayoutFinder(source)
    return tuple(
        SkolverketTable(name, table, source, layouts=layouts) for name, table in source.tables.items()
    )


class SkolverketTable:
    """The format ``skolverket.<table_id>``."""

    def __init__(self, table_id: str, table: Table, source: Source, *, layouts: LayoutFinder) -> None:
        self.id = f"{source.id}.{table_id}"
        self.name = table.name
        self._table_id = table_id
        self._table = table
        self.described = table
        self._source = source
        self._layouts = layouts

    def recognise(self, sheet: Sheet) -> float:
        """How sure that the sheet is this table: its title, then the measures its columns name.

        A title of another table outweighs columns that look alike, since populations may differ.
        """
        layout = self._layouts.find(sheet)
        if layout is None:
            return 0.0
        if self._table.wide_years:
            share = wide_share(layout, self._table, self._source, sheet.name)
        else:
            share = known_share(layout, self._table, self._source)
        if not layout.title:
            return 0.8 * share if share == 1 else 0.0
        if not self._table.is_titled(layout.title):
            return 0.0
        return 0.5 + 0.5 * share

    def explain(self, sheet: Sheet) -> str:
        """What to say of a sheet that is one of Skolverket's but none of the known tables."""
        layout = self._layouts.find(sheet)
        if layout is None or not layout.title:
            return ""
        names = ", ".join(table.name for table in self._source.tables.values())
        return f"Den ser ut att vara Skolverkets tabell ”{layout.title[:120]}”. De som läses är: {names}"

    def read(self, sheet: Sheet, context: ReadContext) -> TableResult:
        """The sheet as rows of ``core_skolverket__statistics``; a new file of the same table, year, level
        and sexes replaces it."""
        layout = self._layouts.find(sheet)
        if layout is None:
            raise SkolbankError(
                "header-missing",
                "Ingen rubrikrad med Kommun eller Skola och deras koder hittades",
                remedy="Hämta tabellen på nytt från Skolverket.",
            )
        return whole_table(self._reading(layout, sheet, context))

    def in_portions(self, head: Sheet, context: ReadContext) -> InPortions:
        """How a file too long for memory is read: rows about the same thing together, decimals over all."""
        layout = self._layouts.find(head)
        assert layout is not None, "recognised by its header"
        return InPortions(self._reading(layout, head, context))

    def _reading(self, layout: Layout, sheet: Sheet, context: ReadContext) -> Reading:
        return Reading.of(
            layout, sheet, context, table_id=self._table_id, table=self._table, source=self._source
        )
