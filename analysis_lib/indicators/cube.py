"""The cube: every indicator for every unit, year and group, computed in one pass (floor 4).

A report never computes: it reads its slice of this frame after disclosure control, so a report costs
the same in a town of 20 units and in a country of 15 000.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis_lib.indicators.columns import COLUMNS, KEYS, Tables, empty_cube, typed
from analysis_lib.indicators.own import own_rows
from analysis_lib.indicators.published import published_rows
from analysis_lib.indicators.registry import check_registry, family_functions, written_formulas
from analysis_lib.indicators.rules import load_grade_rules
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Unit

__all__ = ["COLUMNS", "KEYS", "compute_cube"]


def compute_cube(store: Tables, catalog: Catalog, units: Mapping[str, Unit]) -> pd.DataFrame:
    """All indicators of the catalog, computed from the store's current tables, in a fixed row order.

    ``units`` are all known units by code; they say which area and authority a unit belongs to. Columns
    and their meaning: docs/ARCHITECTURE.md. Values of shares are per cent of 0-100, unrounded; means are
    in points. ``coverage`` is set on computed rows only. Nothing here is fit to show: see ``disclosure``.
    """
    indicators = catalog.indicators
    check_registry(indicators)
    frames = own_rows(
        store,
        written_formulas(indicators),
        rules=load_grade_rules(catalog),
        units=units,
        municipality_code=catalog.settings.municipality_code,
    )
    frames += published_rows(store, indicators)
    frames += [compute(store, indicators[name]) for name, compute in family_functions(indicators).items()]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return empty_cube()
    cube = typed(pd.concat(frames, ignore_index=True))
    return cube.sort_values([*KEYS, "basis"], kind="stable", ignore_index=True)
