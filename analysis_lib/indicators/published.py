"""Indicators as an authority has published them, marks kept, and what can be summed from them (floor 4).

A published figure is taken as it stands. Only where the files hold no row for the whole kommun or riket
is one computed from the parts, weighted by pupils, and then it says how many pupils it covers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis_lib.indicators.columns import Origin, Tables, cube_rows
from analysis_lib.indicators.provenance import SnapshotIndex, joined
from analysis_lib.indicators.rules import quoted
from analysis_lib.statistics.change import approximate_numerator
from analysis_lib.statistics.intervals import wilson
from analysis_lib.vocabulary.indicators import Indicator, PublishedMeasure
from analysis_lib.vocabulary.marks import Mark

STATISTICS_TABLE = "core_skolverket__statistics"
SUFFIX = "-skolverket"
NATIONAL_CODE = "RIKET"
CELL_KEYS = ["school_year", "level", "code", "organiser", "sex", "subject", "category"]
# "~100" means that one to four pupils did not reach it: the middle of that is used in sums, and the
# error for a whole kommun or riket is at most 1.5 pupils for each such part.
NEARLY_ALL_MISSED = 2.5
# A file cut to a few kommuner says nothing of riket: at least nine of ten of the 290 must be there.
NATIONAL_MINIMUM = 261


def published_rows(store: Tables, indicators: Mapping[str, Indicator]) -> list[pd.DataFrame]:
    """Cube rows (basis ``published`` and ``computed``) of every indicator that has published measures."""
    chosen = {name: indicator for name, indicator in indicators.items() if indicator.published}
    if not chosen:
        return []
    cells = _read(store, chosen)
    if cells.empty:
        return []
    frames: list[pd.DataFrame] = []
    for indicator in chosen.values():
        found = published_cells(cells, indicator)
        if not found.empty:
            frames.append(cube_rows(indicator, found, Origin("published", SUFFIX)))
            computed = computed_cells(found, indicator)
            if not computed.empty:
                frames.append(cube_rows(indicator, computed, Origin("computed", SUFFIX)))
    return frames


def published_cells(cells: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """The published cells of one indicator with their n; the measure listed first goes before others.

    Columns: the cell keys, ``part_of`` and ``part_organiser`` (for summing), ``n``, ``value``, ``mark``,
    ``decimals``, ``low``, ``high``.
    """
    parts = [_measure_cells(cells, each) for each in indicator.published]
    found = pd.concat(parts, ignore_index=True).drop_duplicates(CELL_KEYS, ignore_index=True)
    if indicator.kind == "count":
        found["n"] = found["value"].round().astype("Int64")
        found["numerator"] = found["n"]
    found["low"], found["high"] = np.nan, np.nan
    if indicator.kind == "share":
        is_known = found["value"].notna() & found["n"].notna() & (found["n"] > 0)
        low, high = _approximate_interval(found.loc[is_known, "value"], found.loc[is_known, "n"])
        found.loc[is_known, "low"], found.loc[is_known, "high"] = low, high
    return found


def computed_cells(
    found: pd.DataFrame, indicator: Indicator, *, national_minimum: int = NATIONAL_MINIMUM
) -> pd.DataFrame:
    """Kommun and riket computed where no such row is published, weighted by n.

    Riket is summed from kommuner, or from units where the table holds no kommuner, and only when at
    least ``national_minimum`` kommuner have rows; a kommun is summed from its units. ``..`` and ``.`` are
    left out, ``~100`` counts as 2.5 pupils short, and ``coverage`` is the share of the pupils with a
    published n whose value is part of the sum (for counts: the share of the parts that are shown).
    Without n there is no weight, so means and shares without n are not computed.
    """
    units = _all_organisers(found[found["level"] == "unit"])
    municipalities = found[found["level"] == "municipality"]
    sums = [
        _weighted(units, indicator, level="municipality"),
        _weighted(_whole_country(municipalities, national_minimum), indicator, level="national"),
        _weighted(_whole_country(units, national_minimum), indicator, level="national"),
    ]
    computed = pd.concat([part for part in sums if not part.empty] or [found.head(0)], ignore_index=True)
    if computed.empty:
        return computed
    computed = computed.drop_duplicates(CELL_KEYS, ignore_index=True)
    # A table, year and level that is published at all stands as it is, hidden cells included; single
    # figures without head counts (of an API) are no such table, and only stand for themselves.
    whole = set(_table_keys(found[found["n"].notna()]))
    cells = pd.MultiIndex.from_frame(computed[CELL_KEYS]).isin(pd.MultiIndex.from_frame(found[CELL_KEYS]))
    is_published = _table_keys(computed).isin(whole) | cells
    return computed[~is_published].reset_index(drop=True)


def _table_keys(cells: pd.DataFrame) -> pd.Series:
    return cells["school_year"] + "|" + cells["level"]


def _read(store: Tables, indicators: Mapping[str, Indicator]) -> pd.DataFrame:
    tables = {each.table for indicator in indicators.values() for each in indicator.published}
    cells = store.query(
        "SELECT table_id, school_year, level, unit_code, municipality_code, organiser, sex, subject, "
        f"measure, value, mark, decimals FROM {STATISTICS_TABLE} "
        f"WHERE table_id IN ({quoted(sorted(tables))}) ORDER BY ALL"
    )
    cells["sources"] = published_sources(store, cells)
    cells["code"] = np.select(
        [cells["level"] == "unit", cells["level"] == "municipality"],
        [cells["unit_code"], cells["municipality_code"]],
        default=NATIONAL_CODE,
    )
    cells["part_of"] = cells["municipality_code"]
    cells["part_organiser"] = cells["organiser"]
    # A unit has one organiser, which the unit register says; its rows are compared with own ones.
    cells["organiser"] = cells["organiser"].where(cells["level"] != "unit", "")
    return cells


def published_sources(store: Tables, cells: pd.DataFrame) -> pd.Series:
    """The short hash of the file that each published row comes from."""
    area = cells["municipality_code"] + "|" + cells["organiser"]
    keyed = cells.assign(key=cells["unit_code"].where(cells["unit_code"] != "", area))
    index = SnapshotIndex(store, STATISTICS_TABLE)
    return index.hashes(keyed, ["table_id", "level", "school_year", "sex"], ["key"])


def _measure_cells(cells: pd.DataFrame, wanted: PublishedMeasure) -> pd.DataFrame:
    table = cells[cells["table_id"] == wanted.table]
    pattern = re.compile(re.escape(wanted.measure).replace(r"\#", r"(\d+)") + "$")
    matches = {name: pattern.match(name) for name in table["measure"].unique()}
    categories = {name: "".join(match.groups()) for name, match in matches.items() if match}
    rows = table[table["measure"].isin(list(categories))]
    rows = rows.assign(category=rows["measure"].map(categories).astype("str"))
    cell = ["school_year", "level", "code", "organiser", "part_organiser", "sex", "subject"]
    sizes = table.loc[table["measure"] == wanted.count_measure, [*cell, "value"]]
    sizes = sizes.drop_duplicates(cell).rename(columns={"value": "n"})
    found = rows.merge(sizes, on=cell, how="left", validate="many_to_one")
    found["n"] = found["n"].round().astype("Int64")
    return found[[*CELL_KEYS, "part_of", "part_organiser", "n", "value", "mark", "decimals", "sources"]]


def _all_organisers(units: pd.DataFrame) -> pd.DataFrame:
    """Unit cells doubled: once for their kind of organiser, once for all of them."""
    each = units.assign(organiser=units["part_organiser"])
    return pd.concat([each, units.assign(organiser="all")], ignore_index=True)


def _whole_country(cells: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """The cells of school years for which enough kommuner have rows."""
    municipalities = cells.groupby("school_year")["part_of"].nunique()
    return cells[cells["school_year"].isin(municipalities.index[municipalities >= minimum])]


def _weighted(cells: pd.DataFrame, indicator: Indicator, *, level: str) -> pd.DataFrame:
    if cells.empty or indicator.kind not in ("share", "mean", "count"):
        return pd.DataFrame()
    cells = cells.assign(code=cells["part_of"] if level == "municipality" else NATIONAL_CODE, level=level)
    value = cells["value"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    n = cells["n"].to_numpy(dtype=float, na_value=np.nan)
    if indicator.kind == "share":
        is_nearly_all = (cells["mark"] == Mark.NEARLY_ALL).to_numpy() & (n > 0)
        value = np.where(
            is_nearly_all, 100 * np.maximum(n - NEARLY_ALL_MISSED, 0) / np.where(n > 0, n, 1), value
        )
    is_shown = ~np.isnan(value) & (n > 0)
    # The parts of a count have no other size than the count itself: there it is the parts that are covered.
    size = np.where(n > 0, 1.0, 0.0) if indicator.kind == "count" else np.where(n > 0, n, 0.0)
    known = np.ones_like(size) if indicator.kind == "count" else size
    parts = cells[CELL_KEYS].assign(
        n=np.where(is_shown, n, 0.0),
        shown=np.where(is_shown, size, 0.0),
        known=known,
        weighted=np.where(is_shown, value * n, 0.0),
    )
    sums = parts.groupby(CELL_KEYS, as_index=False)[["n", "shown", "known", "weighted"]].sum()
    sums = sums[sums["shown"] > 0].reset_index(drop=True)
    files = cells.groupby("school_year")["sources"].agg(joined)
    return _finished(sums.assign(sources=sums["school_year"].map(files)), indicator)


def _finished(sums: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    sums["coverage"] = sums["shown"] / sums["known"]
    sums["value"] = sums["n"] if indicator.kind == "count" else sums["weighted"] / sums["n"]
    sums["n"] = sums["n"].round().astype("Int64")
    sums["low"], sums["high"], sums["mark"] = np.nan, np.nan, Mark.NONE.value
    sums["decimals"] = indicator.decimals
    if indicator.kind == "count":
        sums["numerator"] = sums["n"]
    if indicator.kind == "share" and not sums.empty:
        # The parts' shares are rounded, yet so many pupils of n did reach it: the nearest share there is.
        sums["value"] = 100 * (sums["value"] * sums["n"] / 100).round() / sums["n"]
        sums["low"], sums["high"] = _approximate_interval(sums["value"], sums["n"])
    return sums.drop(columns=["shown", "known", "weighted"])


def _approximate_interval(values: pd.Series, sizes: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's interval in per cent, with the numerator reckoned back from the rounded share."""
    n = sizes.to_numpy(dtype=float)
    k = [approximate_numerator(float(v), int(size)) for v, size in zip(values, n, strict=True)]
    low, high = wilson(k, n)
    return 100 * low, 100 * high
