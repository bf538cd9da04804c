"""Puts the tables of one file together, when several sheets are parts of the same table (floor 3)."""

from __future__ import annotations

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.missing import RefusedRows
from analysis_lib.snapshots.schemas import TABLES
from analysis_lib.sources.shapes import Sheet, TableResult


def joined(
    results: list[tuple[Sheet, TableResult]],
) -> list[tuple[str, pd.DataFrame, tuple[RefusedRows, ...]]]:
    """The rows of each stored table; sheets that are parts of one table are put together first.

    Raises SkolbankError when two sheets say different things about the same cell.
    """
    by_table: dict[str, list[TableResult]] = {}
    for _, result in results:
        for table, frame in result.frames.items():
            if len(frame):
                by_table.setdefault(table, []).append(result)
    found = []
    for table, parts in by_table.items():
        frames = [part.frames[table] for part in parts]
        frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True).drop_duplicates()
        if any(part.joins_sheets for part in parts) and len(frames) > 1:
            _refuse_contradictions(table, frame)
        found.append((table, frame, tuple(row for part in parts for row in part.waiting)))
    return found


def _refuse_contradictions(table: str, frame: pd.DataFrame) -> None:
    schema = TABLES[table]
    keys = [*dict.fromkeys((*schema.partition, *schema.identity))]
    if frame.assign(_key=schema.key(frame)).duplicated([*keys, "_key"]).any():
        raise SkolbankError(
            "sheets-ambiguous",
            "Två blad i arbetsboken säger olika saker om samma uppgift",
            remedy="Spara det blad som gäller i en egen fil.",
        )
