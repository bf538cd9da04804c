"""Rows per unit put together with those of the whole huvudman (floor 4).

For families that count something else than the pupils of a formula table: answers, minutes, posts. Only sums
are added, so the huvudman's figure is exactly that of its units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis_lib.indicators.columns import Origin, Surroundings, cube_rows, empty_cube
from analysis_lib.indicators.own import places_of, refuse_unknown
from analysis_lib.indicators.provenance import joined
from analysis_lib.vocabulary.indicators import Indicator


def sums_in_order(value: str) -> str:
    """SQL for ``total`` and ``total_sq`` of a number with decimals.

    The parts are added in order of size: added as they come, the last decimals would differ from run to run.
    """
    return f"sum({value} ORDER BY {value}) AS total, sum({value} * {value} ORDER BY {value}) AS total_sq"


def own_cells(
    units: pd.DataFrame, known: tuple[Indicator, Surroundings], *, sums: Sequence[str]
) -> pd.DataFrame:
    """Cube rows of sums (``unit_code, school_year, sources`` …) per unit, and of their huvudman."""
    if units.empty:
        return empty_cube()
    indicator, around = known
    rows = with_authority(units.assign(sex="T"), around, keys=["school_year", "sex"], sums=sums)
    return cube_rows(indicator, rows, Origin("own"))


def with_authority(
    units: pd.DataFrame, around: Surroundings, *, keys: Sequence[str], sums: Sequence[str]
) -> pd.DataFrame:
    """The rows of ``units`` (column ``unit_code``) and one per huvudman for each combination of ``keys``.

    ``sums`` are added; ``has_protected`` holds for the whole when it does for a part. Units of other
    organisers are in no huvudman. Raises ``unit-unknown`` for a unit that is not among the known ones.
    """
    refuse_unknown(units["unit_code"].unique(), around.units)
    places = places_of(around.units, around.municipality_code)
    named = units.merge(places, on="unit_code", how="left", validate="many_to_one")
    members = named[named["authority_code"] != ""]
    how: dict[str, Any] = {name: "sum" for name in sums}
    how |= {"sources": joined} | ({"has_protected": "max"} if "has_protected" in units else {})
    whole = members.groupby([*keys, "authority_code"], as_index=False).agg(how)
    return pd.concat(
        [
            units.rename(columns={"unit_code": "code"}).assign(level="unit"),
            whole.rename(columns={"authority_code": "code"}).assign(level="authority"),
        ],
        ignore_index=True,
    )
