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


def preschool_teachers_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """Preschool teachers' part of the full-time posts, the latest day of measuring a läsår."""
    return _own_ratio(store, (indicator, around), "children_per_post", ("fte_preschool_teachers", "fte"), 100)


def leisure_certified_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The certified part of the fritidshem's full-time posts, the latest day of measuring a läsår."""
    return _own_ratio(store, (indicator, around), "children_per_post", ("fte_certified", "fte"), 100)


def children_total(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """Children enrolled, the latest day of measuring a läsår."""
    units = _of_form(_own_sums(store, "children_per_post", ("children", "children")), indicator, around)
    if units.empty:
        return empty_cube()
    rows = with_authority(units, around, keys=["school_year", "sex"], sums=["part"])
    rows["numerator"] = rows["part"].round().astype("Int64")
    rows["n"] = rows["numerator"]
    return cube_rows(indicator, rows.drop(columns="part"), Origin("own"))


def group_size(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """Children per group, in all groups and by age (``category``), the latest day of measuring a läsår."""
    sums = _of_form(_own_groups(store), indicator, around)
    if sums.empty:
        return empty_cube()
    whole = sums.groupby(["school_year", "unit_code", "sex", "measured", "sources"], as_index=False)
    everyone = whole[["part", "whole"]].sum().assign(category="")
    units = pd.concat([everyone, sums], ignore_index=True).drop(columns="measured")
    rows = with_authority(units, around, keys=["school_year", "sex", "category"], sums=["part", "whole"])
    rows["value"] = rows["part"] / rows["whole"]
    return cube_rows(indicator, rows.drop(columns=["part", "whole"]), Origin("own"))


_FORMS = {"forskola": "fsk", "fritidshem": "fth"}


def _of_form(units: pd.DataFrame, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The rows of units of the indicator's school form; a unit with both forms could mean either."""
    form = _FORMS.get(indicator.population)
    if form is None:
        return units
    others = set(_FORMS.values()) - {form}
    known = {code: set(unit.school_forms) for code, unit in around.units.items()}
    mine = [code for code, forms in known.items() if not forms or (form in forms and not forms & others)]
    return units[units["unit_code"].isin(mine)].reset_index(drop=True)


def _own_ratio(
    store: Tables,
    known: tuple[Indicator, Surroundings],
    table: str,
    parts: tuple[str, str],
    scale: float,
) -> pd.DataFrame:
    """One measure of a simple table over another, per unit and for the huvudman, from whole sums."""
    indicator, around = known
    units = _of_form(_own_sums(store, table, parts), indicator, around)
    if units.empty:
        return empty_cube()
    rows = with_authority(units, around, keys=["school_year", "sex"], sums=["part", "whole"])
    # Posts are no persons: no whole denominator and no interval.
    rows["value"] = scale * rows["part"] / rows["whole"]
    return cube_rows(indicator, rows, Origin("own"))


_LATEST = f"""WITH latest AS (
    SELECT * FROM {FIGURES_TABLE} WHERE table_id = '{{table}}' AND unit_code <> ''
    QUALIFY measured = max(measured) OVER (PARTITION BY school_year, unit_code))"""


def _own_sums(store: Tables, table: str, parts: tuple[str, str]) -> pd.DataFrame:
    """Two measures of a simple table summed per unit, where both are told: ``part, whole, sources``."""
    over, under = parts
    units = store.query(
        f"""{_LATEST.format(table=table)},
        sums AS (
            SELECT school_year, unit_code, category, detail, max(measured) AS measured,
                max(value) FILTER (WHERE measure = '{over}') AS part,
                max(value) FILTER (WHERE measure = '{under}') AS whole
            FROM latest GROUP BY ALL)
        SELECT school_year, unit_code, max(measured) AS measured, sum(part ORDER BY part) AS part,
            sum(whole ORDER BY whole) AS whole
        FROM sums WHERE part >= 0 AND whole > 0 GROUP BY school_year, unit_code ORDER BY ALL"""
    )
    return _with_sources(store, units, table).drop(columns="measured")


def _own_groups(store: Tables) -> pd.DataFrame:
    """Children (``part``) and groups (``whole``) per unit and age."""
    units = store.query(
        f"""{_LATEST.format(table="preschool_groups")}
        SELECT school_year, unit_code, category, max(measured) AS measured,
            sum(value) AS part, count(*) AS whole
        FROM latest WHERE measure = 'children' AND value >= 0
        GROUP BY school_year, unit_code, category ORDER BY ALL"""
    )
    return _with_sources(store, units, "preschool_groups")


def _with_sources(store: Tables, units: pd.DataFrame, table: str) -> pd.DataFrame:
    units["sex"] = "T"
    slot = units.assign(table_id=table)
    index = SnapshotIndex(store, FIGURES_TABLE)
    units["sources"] = index.hashes(slot, ["table_id", "school_year", "measured"], ["unit_code"])
    return units
