"""What a new version of a slot changes: things added, removed and changed (floor 2)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from analysis_lib.snapshots.schemas import TableSchema


@dataclass(frozen=True)
class Change:
    """Counts of pupils, or of published cells, that a new version adds, removes or changes."""

    is_new: bool = False
    added: int = 0
    removed: int = 0
    changed: int = 0
    before: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether the new version says exactly what was current already."""
        return not self.is_new and not (self.added or self.removed or self.changed)


def compare(before: pd.DataFrame, after: pd.DataFrame, schema: TableSchema) -> Change:
    """The change from one version to the next, counted by the table's identity (pupil or cell)."""
    new = _contents(after, schema)
    old = _contents(before, schema)
    kept = old.index.intersection(new.index)
    return Change(
        added=len(new) - len(kept),
        removed=len(old) - len(kept),
        changed=int((old.loc[kept] != new.loc[kept]).sum()),
        before=len(old),
    )


def _contents(frame: pd.DataFrame, schema: TableSchema) -> pd.Series:
    """One number per thing that stands for all its rows, whatever their order."""
    # By way of the stored types: a frame that was just read has other kinds of missing values and integers.
    stored = pa.Table.from_pandas(frame[schema.names], schema=schema.arrow, preserve_index=False)
    plain = stored.replace_schema_metadata(None).to_pandas()
    kinds = {"text": "object", "integer": "float64"}
    typed = plain.astype({c.name: kinds[c.kind] for c in schema.columns if c.kind in kinds})
    rows = pd.util.hash_pandas_object(typed, index=False)
    return rows.groupby([typed[name] for name in schema.identity], sort=False).sum()
