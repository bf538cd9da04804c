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
    path: Path, audience: Audience, *, classes_of: str | None = None, **wanted: Collection[str]
) -> ReleasedTable:
    """The released rows whose columns each hold one of the values that are wanted of them.

    With ``classes_of`` also those of one unit's classes (of none for an empty code): they are read with the
    rest, so that another unit of the same places costs no reading.
    """
    filters = tuple((name, frozenset(values)) for name, values in wanted.items())
    found = _read(path, path.stat().st_mtime_ns, audience, classes_of is not None, filters)
    if classes_of is None:
        return found
    places = found.distinct("level", "code")
    shown = [code for level, code in places if level != "class" or unit_of(code) == classes_of]
    return found if len(shown) == len(places) else found.select(code=shown)


@lru_cache(maxsize=_MOST_KEPT)
def _read(
    path: Path,
    written: int,
    audience: Audience,
    has_classes: bool,
    wanted: tuple[tuple[str, frozenset[str]], ...],
) -> ReleasedTable:
    filters: list[list[tuple[str, str, Any]]] = [[(name, "in", sorted(values)) for name, values in wanted]]
    if has_classes:
        filters.append([("level", "==", "class")])
    return open_released(pd.read_parquet(path, filters=filters), audience)
