"""The rows of a release as they lie in its file; the same rows asked for again are not read again (floor 7).

A dashboard asks for the same places with every choice that its reader makes. A file of a release is never
changed, only replaced, so its time of writing tells whether what was read still holds.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis_lib.disclosure.release import open_released
from analysis_lib.disclosure.released import ReleasedTable
from analysis_lib.vocabulary.classes import unit_of
from analysis_lib.vocabulary.settings import Audience

_MOST_KEPT = 4


def released_rows(
    path: Path, audience: Audience, *, classes_of: str = "", **wanted: Collection[str]
) -> ReleasedTable:
    """The released rows whose columns each hold one of the values that are wanted of them.

    With ``classes_of`` also those of one unit's classes.
    """
    filters = tuple((name, frozenset(values)) for name, values in wanted.items())
    return _read(path, path.stat().st_mtime_ns, audience, classes_of, filters)


@lru_cache(maxsize=_MOST_KEPT)
def _read(
    path: Path,
    written: int,
    audience: Audience,
    classes_of: str,
    wanted: tuple[tuple[str, frozenset[str]], ...],
) -> ReleasedTable:
    filters: list[list[tuple[str, str, Any]]] = [[(name, "in", sorted(values)) for name, values in wanted]]
    if not classes_of:
        return open_released(pd.read_parquet(path, filters=filters), audience)
    found = pd.read_parquet(path, filters=[*filters, [("level", "==", "class")]])
    others = (found["level"] == "class") & (found["code"].map(unit_of) != classes_of)
    return open_released(found[~others], audience)
