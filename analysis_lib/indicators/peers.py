"""Similar places and groups of municipalities, from the cube's own rows (floor 4).

Only whole results of both sexes are used, each place's newest at or before the school year, so a place is not
left out because one table came a year later.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Literal

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.similarity import Neighbours, nearest
from analysis_lib.vocabulary.peers import Peers

Level = Literal["unit", "municipality"]
_WHOLE = ("", "all")


def similar_places(
    cube: pd.DataFrame,
    code: str,
    *,
    level: Level,
    school_year: str,
    weights: Mapping[str, float],
    count: int = 7,
) -> Neighbours:
    """The places of a level most like ``code`` in the weighted indicators.

    ``cube`` has the columns of ``indicators.cube.COLUMNS``. Refusals: see ``statistics.similarity.nearest``
    (an indicator without any row is an unknown one).
    """
    rows = _whole(cube, level)
    rows = rows[rows["indicator"].isin(list(weights)) & (rows["school_year"] <= school_year)]
    newest = rows.sort_values(["school_year", "basis"], kind="stable").drop_duplicates(
        ["indicator", "code"], keep="last"
    )
    table = newest.pivot(index="code", columns="indicator", values="value").astype(float)
    return nearest(table, code, weights=weights, count=count)


def similar_codes(
    cube: pd.DataFrame, code: str, peers: Peers, *, level: Level, school_year: str
) -> tuple[str, ...]:
    """The places most like ``code`` by the open weights of ``params/peers.yaml``, nearest first.

    None at all where a weighted measure is not there for it: there is nothing to choose by.
    """
    weights = peers.units if level == "unit" else peers.municipalities
    try:
        found = similar_places(
            cube, code, level=level, school_year=school_year, weights=weights, count=peers.count
        )
    except SkolbankError:
        return ()
    return found.codes


def group_value(
    cube: pd.DataFrame, indicator: str, codes: Collection[str], *, level: Level, school_year: str
) -> tuple[float, int] | None:
    """The value of places put together, weighted by n, and their n.

    None when a place lacks a row, a value or its n: a group with a hidden part has no value (rule R8).
    """
    rows = _whole(cube, level)
    rows = rows[(rows["indicator"] == indicator) & (rows["school_year"] == school_year)]
    rows = rows[rows["code"].isin(list(codes))].drop_duplicates("code")
    if not codes or len(rows) < len(set(codes)) or rows[["value", "n"]].isna().any(axis=None):
        return None
    sizes = rows["n"].astype(int).tolist()
    total = math.fsum(value * n for value, n in zip(rows["value"].astype(float), sizes, strict=True))
    return total / sum(sizes), sum(sizes)


def _whole(cube: pd.DataFrame, level: Level) -> pd.DataFrame:
    is_whole = (cube["level"] == level) & (cube["sex"] == "T")
    is_whole &= (cube["subject"] == "") & (cube["category"] == "") & cube["organiser"].isin(_WHOLE)
    return cube[is_whole]
