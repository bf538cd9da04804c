"""From the cube to what an audience may see: the only door to everything that is drawn (floor 5).

Own numbers pass the rules of ``params/disclosure.yaml``; numbers that an authority has published stand as
they are, marks included, and count as known. Intervals stand only beside a shown value: they follow from the
value and n, which are shown too, so they add nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis_lib.disclosure.cells import MISSING, SHOWN, STATE_NAMES, SUPPRESSED, Cells, read_cells
from analysis_lib.disclosure.known import count_published, remember_earlier
from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.disclosure.moves import Tree
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.released import _SEAL, KEYS, ReleasedTable
from analysis_lib.disclosure.suppress import suppress
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.settings import Audience

RELEASED_COLUMNS = [
    *KEYS,
    "state",
    "reason",
    "value",
    "low",
    "high",
    "n",
    "n_state",
    "numerator",
    "decimals",
    "basis",
    "sources",
]
_NUMBERS = ["value", "low", "high", "numerator", "n"]
_OWN_LEVELS = ("unit", "area", "authority")
_MARK_STATES = {
    "": "shown",
    "suppressed": "suppressed",
    "nearly_all": "nearly_all",
    "nearly_none": "nearly_none",
    "missing": "missing",
    "approximate": "shown",
    "not_required": "missing",
}


def release_cube(
    cube: pd.DataFrame,
    *,
    policy: Policy,
    lattice: Lattice,
    indicators: Mapping[str, Indicator] | None = None,
    earlier: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The released frame of one audience: the cube's rows in order, hidden numbers taken away.

    ``earlier`` is a released frame of the same audience, or several put together: what was hidden stays
    hidden and what was shown counts as known. Columns: ``RELEASED_COLUMNS``. Same input, same output.
    """
    rows = cube.reset_index(drop=True)
    released = _open(rows)
    own = rows[(rows["basis"] == "own") & rows["level"].isin(_OWN_LEVELS)]
    published = rows[rows["basis"] != "own"]
    known = indicators or {}
    units = own.loc[own["level"] == "unit", "code"].unique()
    whole = lattice.with_units(units)
    for _, part in own.groupby(["school_year", _pupils(own, known)], sort=True):
        tree = Tree.of(_within(whole, part), _authority(part))
        cells = read_cells(part, tree, indicators=known, policy=policy)
        count_published(cells, part, published, policy)
        if earlier is not None and len(earlier):
            remember_earlier(cells, part, earlier, policy)
        suppress(cells, policy, known)
        _write_back(released, cells)
    _blank(released)
    return released[RELEASED_COLUMNS]


def open_released(frame: pd.DataFrame, audience: Audience) -> ReleasedTable:
    """A released frame as the only thing that ``present`` draws.

    Raises ``ValueError`` when the frame holds a number where its state says that none is shown, as a cube
    that has not passed ``release_cube`` would.
    """
    if "state" not in frame or "n_state" not in frame:
        raise ValueError("not a released frame: state and n_state are missing")
    hidden = frame["state"] != "shown"
    if frame.loc[hidden, ["value", "low", "high", "numerator"]].notna().any().any():
        raise ValueError("not a released frame: a hidden cell holds a number")
    if frame.loc[frame["n_state"] != "shown", "n"].notna().any():
        raise ValueError("not a released frame: a hidden n holds a number")
    return ReleasedTable(frame, audience, _SEAL)


def _open(rows: pd.DataFrame) -> pd.DataFrame:
    """All rows as published rows stand: state from the mark, nothing hidden by us."""
    released = rows.copy()
    marks = released["mark"].fillna("").astype(str)
    state = marks.map(_MARK_STATES).fillna("missing")
    own = released["basis"] == "own"
    state = state.mask((state == "shown") & released["value"].isna(), "missing")
    released["state"] = state
    released["reason"] = np.where(~own & (state != "shown"), "published", "")
    has_n = released["n"].notna()
    n_state = np.where(has_n, "shown", np.where(~own & (marks == "suppressed"), "suppressed", "missing"))
    released["n_state"] = n_state
    return released


def _pupils(rows: pd.DataFrame, indicators: Mapping[str, Indicator]) -> pd.Series[str]:
    """What binds rows together: populations of one year group share pupils, others stand by themselves."""
    groups = {name: str(known.year_group) for name, known in indicators.items() if known.year_group}
    return rows["indicator"].map(groups).fillna(rows["population"]).astype("str").rename("pupils")


def _within(lattice: Lattice, part: pd.DataFrame) -> Lattice:
    """The lattice of the units that have rows, and areas that have rows or such units."""
    units = set(part.loc[part["level"] == "unit", "code"])
    named = set(part.loc[part["level"] == "area", "code"])
    areas = {
        name: tuple(code for code in codes if code in units)
        for name, codes in lattice.areas.items()
        if name in named or units & set(codes)
    }
    areas |= {str(name): () for name in sorted(named - set(areas))}
    return Lattice(areas, tuple(code for code in lattice.units if code in units))


def _authority(part: pd.DataFrame) -> str:
    codes = sorted(part.loc[part["level"] == "authority", "code"].unique())
    if len(codes) > 1:
        raise ValueError("own rows of more than one authority in one population")
    return str(codes[0]) if codes else ""


def _write_back(released: pd.DataFrame, cells: Cells) -> None:
    there = cells.row >= 0
    rows = cells.row[there]
    names = np.array(STATE_NAMES, object)
    released.loc[rows, "state"] = names[cells.state[there]]
    released.loc[rows, "n_state"] = names[cells.n_state[there]]
    reasons = np.where(np.isin(cells.state[there], (SHOWN, MISSING)), "", cells.reason[there])
    reasons = np.where((reasons == "") & (cells.n_state[there] == SUPPRESSED), "primary", reasons)
    released.loc[rows, "reason"] = reasons


def _blank(released: pd.DataFrame) -> None:
    own = released["basis"] == "own"
    hidden = own & (released["state"] != "shown") | released["state"].isin(
        ["suppressed", "nearly_all", "nearly_none", "missing"]
    )
    for name in ("value", "low", "high", "numerator"):
        released[name] = released[name].astype("Float64").mask(hidden)
    released["numerator"] = released["numerator"].astype("Int64")
    released["n"] = released["n"].astype("Int64").mask(released["n_state"] != "shown")
