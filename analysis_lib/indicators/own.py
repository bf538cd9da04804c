"""Indicators from the huvudman's own pupil files: unit sums, rolled up to area and authority (floor 4).

Only sums are rolled up, never rounded figures, so an authority's numerator and n are exactly those of
its units. Every table is read once for all indicators, units and years.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.indicators.classes import class_rows, column, own_units
from analysis_lib.indicators.columns import Origin, Tables, cube_rows
from analysis_lib.indicators.formula import Formula, parse_formula
from analysis_lib.indicators.provenance import SnapshotIndex, joined
from analysis_lib.indicators.results import (
    STEP,
    earlier_table,
    earlier_units_sql,
    long_numbers,
    source_table,
    sum_columns,
    sums_sql,
)
from analysis_lib.indicators.rules import GradeRules
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import Unit

_MANY_ROWS = 20_000_000
FIRST_CELLS = ["school_year", "year_group", "sex", "subject"]


def own_rows(
    store: Tables,
    indicators: Mapping[str, Indicator],
    *,
    rules: GradeRules,
    units: Mapping[str, Unit],
    municipality_code: str,
    school_year: str = "",
) -> list[pd.DataFrame]:
    """Cube rows (basis ``own``) of every indicator whose formula counts pupils, grades or tests.

    Levels: unit, area and authority, and class where the indicator names it; sex T, F and P.
    Distributions are split by sex for areas and authorities only: in one unit the parts are too
    small to read. ``school_year`` keeps to one.
    Raises ``unit-unknown`` for pupils at a unit that ``units`` does not hold.
    """
    by_table: dict[str, dict[str, tuple[Indicator, Formula]]] = {}
    for indicator in indicators.values():
        formula = parse_formula(indicator.formula, where=f"params/indicators/{indicator.id}.yaml")
        by_table.setdefault(formula.table, {})[indicator.id] = (indicator, formula)
    frames: list[pd.DataFrame] = []
    for table, chosen in sorted(by_table.items()):
        snapshot = source_table(table)
        held = store.query(f"SELECT school_year, count(*) AS n FROM {snapshot} GROUP BY ALL ORDER BY ALL")
        held = held[held["school_year"] == school_year] if school_year else held
        if held.empty:
            continue
        rules.check_years(held["school_year"])
        # A nation is taken a school year at a time, so that its pupils fit in memory.
        is_large = bool(held["n"].sum() > _MANY_ROWS)
        years = list(held["school_year"]) if is_large or school_year else [""]
        columns = {column(name): formula for name, (_, formula) in chosen.items()}
        parts = [store.query(sums_sql(table, columns, rules, school_year=year)) for year in years]
        sums = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
        index = SnapshotIndex(store, snapshot)
        sums["sources"] = index.hashes(sums, ["year_group", "school_year"], ["unit_code"])
        if earlier_table(table):
            asked = [store.query(earlier_units_sql(table, rules, school_year=year)) for year in years]
            links = pd.concat(asked, ignore_index=True)
            sums["sources"] = _with_earlier(sums, links, SnapshotIndex(store, earlier_table(table)))
        groups = roll_up(sums, units, municipality_code=municipality_code)
        for name, (indicator, formula) in chosen.items():
            frames.append(_indicator_rows(groups, indicator, formula, column(name)))
        own = own_units(units, municipality_code)
        for year in years:
            frames += class_rows(store, table, chosen, sums, rules=rules, own=own, school_year=year)
    return frames


def _with_earlier(sums: pd.DataFrame, links: pd.DataFrame, index: SnapshotIndex) -> pd.Series:
    """The files of a step: those of the unit's pupils now, and those that hold the same pupils earlier."""
    keys = ["school_year", "year_group", "unit_code"]
    if links.empty:
        return sums["sources"]
    years = links["school_year"].unique()
    before = {year: str(SchoolYear.parse(year).plus(-STEP)) for year in years}
    place = pd.DataFrame(
        {
            "year_group": links["year_group"] - STEP,
            "school_year": links["school_year"].map(before),
            "unit_code": links["earlier_unit"],
        }
    )
    hashes = index.hashes(place, ["year_group", "school_year"], ["unit_code"])
    found = hashes.groupby([links[key] for key in keys]).agg(joined).rename("earlier").reset_index()
    both = sums[[*keys, "sources"]].merge(found, on=keys, how="left")
    pairs = zip(both["sources"], both["earlier"].fillna(""), strict=True)
    return pd.Series([joined([now, *then.split(";")]) for now, then in pairs], index=sums.index, dtype="str")


def roll_up(sums: pd.DataFrame, units: Mapping[str, Unit], *, municipality_code: str) -> pd.DataFrame:
    """Sums per unit and sex made into sums per level, code and sex (T, F, P).

    Pupils without a stated sex count in T only. Areas and the authority hold municipal units only; an
    area's code is its name, led by the municipality code when several municipalities use the same name.
    ``sources`` names the files of all units in the group that year.
    """
    refuse_unknown(sums["unit_code"].unique(), units)
    places = places_of(units, municipality_code)
    sums = sums.merge(places, on="unit_code", how="left", validate="many_to_one")
    computed = sum_columns(list(sums.columns))
    parts = []
    for level, code in (("unit", "unit_code"), ("area", "area_code"), ("authority", "authority_code")):
        members = sums[sums[code] != ""]
        keys = [key for key in FIRST_CELLS if key in sums]
        by_sex = members[members["sex"].isin(["F", "P"])].groupby([code, *keys], as_index=False)
        all_keys = [key for key in keys if key != "sex"]
        total = members.groupby([code, *all_keys], as_index=False).agg(computed).assign(sex="T")
        files = _files(members, code)
        for part in (total, by_sex.agg(computed)):
            named = part.merge(files, on=[code, "school_year", "year_group"], how="left")
            parts.append(named.rename(columns={code: "code"}).assign(level=level))
    return pd.concat(parts, ignore_index=True)


def _files(members: pd.DataFrame, code: str) -> pd.DataFrame:
    keys = [code, "school_year", "year_group"]
    distinct = members[[*keys, "sources"]].drop_duplicates()
    return distinct.groupby(keys, as_index=False).agg({"sources": joined})


def _indicator_rows(groups: pd.DataFrame, indicator: Indicator, formula: Formula, named: str) -> pd.DataFrame:
    if indicator.year_group:
        groups = groups[groups["year_group"] == indicator.year_group]
    if formula.measure == "distribution":
        groups = groups[(groups["level"] != "unit") | (groups["sex"] == "T")]
    return cube_rows(indicator, long_numbers(groups, named, formula), Origin("own"))


def places_of(units: Mapping[str, Unit], municipality_code: str) -> pd.DataFrame:
    """Which area and authority each unit adds up to (columns ``unit_code, area_code, authority_code``)."""
    areas: dict[str, set[str]] = {}
    for unit in units.values():
        areas.setdefault(unit.area, set()).add(unit.municipality_code or municipality_code)
    rows = []
    for code, unit in units.items():
        authority = unit.municipality_code or municipality_code
        is_own = unit.is_own
        is_shared = len(areas[unit.area]) > 1
        area = f"{authority} {unit.area}" if unit.area and is_shared else unit.area
        rows.append((code, area if is_own else "", authority if is_own else ""))
    return pd.DataFrame(rows, columns=["unit_code", "area_code", "authority_code"], dtype="str")


_LISTED = (
    "Lägg till enheten under units: i filen, på en egen rad: "
    '- {{code: "{code}", name: NAMN, school_forms: [gr]}}. '
    "skolbank fetch units skriver ett förslag med kommunens alla skolenheter."
)


def refuse_unknown(codes: object, units: Mapping[str, Unit]) -> None:
    """Refuse data about a unit that is not among the known ones (code ``unit-unknown``)."""
    unknown = sorted(set(codes) - set(units))  # type: ignore[call-overload]
    if unknown:
        raise SeveralErrors(
            SkolbankError(
                "unit-unknown",
                f"Enhet {code} har elevuppgifter men finns inte bland enheterna",
                where="params/units.yaml",
                remedy=did_you_mean(code, units) or _LISTED.format(code=code),
            )
            for code in unknown
        )
