"""Staff figures that take two measures to compute, published or the huvudman's own (floor 4).

Each public function here is a formula that an indicator's YAML can name.
"""

from __future__ import annotations

import pandas as pd

from analysis_lib.indicators.columns import Origin, Surroundings, Tables, cube_rows, empty_cube
from analysis_lib.indicators.provenance import SnapshotIndex, joined
from analysis_lib.indicators.published import (
    NATIONAL_CODE,
    NATIONAL_MINIMUM,
    STATISTICS_TABLE,
    SUFFIX,
    published_sources,
)
from analysis_lib.indicators.totals import with_authority
from analysis_lib.vocabulary.indicators import Indicator

FIGURES_TABLE = "core_local__figures"


def lead_teacher_pct(store: Tables, indicator: Indicator, _: Surroundings) -> pd.DataFrame:
    """Full-time posts of lead teachers (förstelärare) per hundred full-time posts of teachers.

    Rows where either number is hidden are left out. Source: Skolverket's table ``staff``, 15 October.
    """
    cells = _posts(store, "fte_lead_teachers")
    return _shares(pd.concat([cells, _national(cells)], ignore_index=True), indicator)


def certified_nationally_pct(store: Tables, indicator: Indicator, _: Surroundings) -> pd.DataFrame:
    """The share of posts held by certified teachers in riket, for years without a published row.

    Source: as for ``lead_teacher_pct``; the published shares of units and kommuner stand beside it.
    """
    return _shares(_national(_posts(store, "fte_certified")), indicator)


def _posts(store: Tables, measure: str) -> pd.DataFrame:
    """Full-time posts of a kind (``part``) and of all teachers (``whole``), per published row."""
    cells = store.query(
        f"""SELECT table_id, school_year, level, sex, unit_code, municipality_code, organiser,
               max(value) FILTER (WHERE measure = '{measure}') AS part,
               max(value) FILTER (WHERE measure = 'fte_total') AS whole
        FROM {STATISTICS_TABLE}
        WHERE table_id = 'staff' AND sex = 'T' AND subject = ''
        GROUP BY ALL HAVING part >= 0 AND whole > 0 ORDER BY ALL"""
    )
    cells["sources"] = published_sources(store, cells)
    cells["code"] = cells["unit_code"].where(cells["level"] == "unit", cells["municipality_code"])
    cells["code"] = cells["code"].where(cells["level"] != "national", NATIONAL_CODE)
    cells["organiser"] = cells["organiser"].where(cells["level"] != "unit", "")
    return cells


def _shares(posts: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    # Full-time posts are no persons: the share has no whole denominator and no interval.
    rows = posts.assign(value=100 * posts["part"] / posts["whole"], sex="T")
    return cube_rows(indicator, rows, Origin("computed", SUFFIX))


def _national(cells: pd.DataFrame) -> pd.DataFrame:
    """Riket from the kommuner, for school years without a row of its own and with enough kommuner."""
    has_national = cells.loc[cells["level"] == "national", "school_year"]
    parts = cells[(cells["level"] == "municipality") & ~cells["school_year"].isin(has_national)]
    municipalities = parts.groupby("school_year")["code"].nunique()
    parts = parts[parts["school_year"].isin(municipalities.index[municipalities >= NATIONAL_MINIMUM])]
    sums = parts.groupby(["school_year", "organiser"], as_index=False).agg(
        {"part": "sum", "whole": "sum", "sources": joined}
    )
    return sums.assign(level="national", code=NATIONAL_CODE)


def certified_own_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The certified part of full-time posts in the huvudman's own table, the latest day of each läsår."""
    return _own_ratio(store, (indicator, around), "staff", ("fte_certified", "fte"), 100)


def children_per_post(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """Children per full-time post in the huvudman's own table, the latest day of measuring a läsår."""
    return _own_ratio(store, (indicator, around), "children_per_post", ("children", "fte"), 1)


def _own_ratio(
    store: Tables,
    known: tuple[Indicator, Surroundings],
    table: str,
    parts: tuple[str, str],
    scale: float,
) -> pd.DataFrame:
    """One measure of a simple table over another, per unit and for the huvudman, from whole sums."""
    indicator, around = known
    over, under = parts
    units = store.query(
        f"""WITH latest AS (
            SELECT * FROM {FIGURES_TABLE} WHERE table_id = '{table}' AND unit_code <> ''
            QUALIFY measured = max(measured) OVER (PARTITION BY school_year, unit_code)),
        sums AS (
            SELECT school_year, unit_code, category, detail, max(measured) AS measured,
                max(value) FILTER (WHERE measure = '{over}') AS part,
                max(value) FILTER (WHERE measure = '{under}') AS whole
            FROM latest GROUP BY ALL)
        SELECT school_year, unit_code, max(measured) AS measured, sum(part) AS part, sum(whole) AS whole
        FROM sums WHERE part >= 0 AND whole > 0 GROUP BY school_year, unit_code ORDER BY ALL"""
    )
    if units.empty:
        return empty_cube()
    units["sex"] = "T"
    slot = units.assign(table_id=table)
    index = SnapshotIndex(store, FIGURES_TABLE)
    units["sources"] = index.hashes(slot, ["table_id", "school_year", "measured"], ["unit_code"])
    units = units.drop(columns="measured")
    rows = with_authority(units, around, keys=["school_year", "sex"], sums=["part", "whole"])
    # Posts are no persons: no whole denominator and no interval.
    rows["value"] = scale * rows["part"] / rows["whole"]
    return cube_rows(indicator, rows, Origin("own"))
