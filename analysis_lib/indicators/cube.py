"""The cube: every indicator for every unit, year and group, computed in one pass (floor 4).

A report never computes: it reads its slice of this frame after disclosure control, so a report costs
the same in a town of 20 units and in a country of 15 000.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis_lib.indicators.columns import COLUMNS, KEYS, Surroundings, Tables, empty_cube
from analysis_lib.indicators.own import own_rows
from analysis_lib.indicators.published import published_rows
from analysis_lib.indicators.registry import check_registry, family_functions, written_formulas
from analysis_lib.indicators.renamed import known_renames, renamed
from analysis_lib.indicators.results import GRADES_TABLE, TESTS_3_TABLE, TESTS_TABLE
from analysis_lib.indicators.rules import load_grade_rules
from analysis_lib.statistics.lineage import Succession
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.successors import load_successions

OWN_TABLES = (GRADES_TABLE, TESTS_TABLE, TESTS_3_TABLE)

__all__ = ["COLUMNS", "KEYS", "compute_cube", "cube_by_year"]


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
    frames += _family_rows(store, catalog, units)
    changes = _renames(store, catalog, units)
    return _stacked(_in_order([renamed(frame, changes) for frame in frames]))


def cube_by_year(
    store: Tables, catalog: Catalog, units: Mapping[str, Unit]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """The same cube a school year at a time, in order: for a nation, whose cube is large.

    Each frame can be written to its own file before the next is made.
    """
    indicators = catalog.indicators
    check_registry(indicators)
    others = published_rows(store, indicators)
    others += _family_rows(store, catalog, units)
    changes = _renames(store, catalog, units)
    held = store.query(" UNION ".join(f"SELECT DISTINCT school_year FROM {name}" for name in OWN_TABLES))
    years = set(held["school_year"]).union(*(frame["school_year"].unique() for frame in others))
    for year in sorted(years):
        own = own_rows(
            store,
            written_formulas(indicators),
            rules=load_grade_rules(catalog),
            units=units,
            municipality_code=catalog.settings.municipality_code,
            school_year=year,
        )
        here = [frame[frame["school_year"] == year] for frame in others]
        yield year, _stacked(_in_order([renamed(frame, changes) for frame in own + here]))


def _renames(store: Tables, catalog: Catalog, units: Mapping[str, Unit]) -> list[Succession]:
    return known_renames(store, load_successions(catalog.workspace), units)


def _family_rows(store: Tables, catalog: Catalog, units: Mapping[str, Unit]) -> list[pd.DataFrame]:
    """The rows of the indicators whose formula is a function of their family."""
    code, rules = catalog.settings.municipality_code, load_grade_rules(catalog)
    around = Surroundings(units, code, catalog.instruments, rules)
    named = family_functions(catalog.indicators).items()
    return [compute(store, catalog.indicators[name], around) for name, compute in named]


def _in_order(frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """One sorted frame per indicator, in the order of their ids: stacked, they are the sorted cube."""
    by_indicator: dict[str, list[pd.DataFrame]] = {}
    while frames:
        frame = frames.pop()
        if len(frame):
            by_indicator.setdefault(frame["indicator"].iloc[0], []).append(frame)
    ordered = []
    for name in sorted(by_indicator):
        parts = by_indicator.pop(name)
        together = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
        ordered.append(together.sort_values([*KEYS[1:], "basis"], kind="stable", ignore_index=True))
    return ordered


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """The frames below each other, taken apart column by column so that a nation fits in memory."""
    if not frames:
        return empty_cube()
    parts = [{name: frame[name] for name in COLUMNS} for frame in frames]
    frames.clear()
    columns = {name: pd.concat([part.pop(name) for part in parts], ignore_index=True) for name in COLUMNS}
    return pd.DataFrame(columns, copy=False)
