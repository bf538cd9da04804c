"""Which stored files a figure rests on (floor 4).

A unit's row names the snapshots that hold that unit's rows; a sum names those of all its parts. Hashes
are short, as in the file names under ``data/snapshots``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis_lib.indicators.columns import SnapshotLike, Tables
from analysis_lib.snapshots.gathered import partition_name

SHORT = 12


class SnapshotIndex:
    """The current snapshots of one table, found by partition and key."""

    def __init__(self, store: Tables, table: str) -> None:
        self._by_key: dict[tuple[str, str], str] = {}
        for snapshot in store.current(table):
            for key in _current_keys(snapshot):
                self._by_key[(snapshot.partition, key)] = snapshot.hash[:SHORT]

    def hashes(self, frame: pd.DataFrame, partition: Sequence[str], key: Sequence[str]) -> pd.Series:
        """For each row of ``frame`` the short hash of its snapshot, or an empty text.

        ``partition`` names the columns whose values name the slot, ``key`` those that name the rows'
        owner in it.
        """
        pairs = frame[[*partition, *key]].astype("str")
        distinct = pairs.drop_duplicates()
        found = {
            tuple(row): self._by_key.get(
                (partition_name(row[: len(partition)]), "|".join(row[len(partition) :])), ""
            )
            for row in distinct.itertuples(index=False)
        }
        return pd.Series([found[tuple(row)] for row in pairs.itertuples(index=False)], index=frame.index)


def joined(hashes: Iterable[str]) -> str:
    """Several hashes as the cube writes them: each once, in order, between semicolons."""
    return ";".join(sorted({each for each in hashes if each}))


def _current_keys(snapshot: SnapshotLike) -> list[str]:
    return [key for key in snapshot.keys if key not in snapshot.replaced]
