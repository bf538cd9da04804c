"""What readers know already: figures that an authority has published, and our own earlier releases (floor 5).

A number that is known cannot be hidden again, and must not help to reveal another; a number that was hidden
stays hidden.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis_lib.disclosure.cells import (
    MISSING,
    NEARLY_ALL,
    NEARLY_NONE,
    SHOWN,
    STATE_NAMES,
    SUPPRESSED,
    Cells,
)
from analysis_lib.disclosure.lattice import SEXES
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.released import KEYS



def count_published(cells: Cells, part: pd.DataFrame, published: pd.DataFrame, policy: Policy) -> None:
    """Mark own cells whose result is published as known; hide those that the authority has hidden.

    Only figures of the same unit count as the same; a published whole of the municipality's own schools
    counts as the huvudman's own whole.
    """
    year = part["school_year"].iloc[0]
    rows = published[published["school_year"] == year]
    rows = rows[(rows["level"] == "unit") | (rows["organiser"] == "municipal") & (rows["level"] == "municipality")]
    node = {code: i for i, (level, code) in enumerate(cells.tree.names) if level == "unit"}
    root = len(cells.tree) - 1
    number = {system: i for i, system in enumerate(cells.systems)}
    for row in rows.itertuples(index=False):
        system = number.get((str(row.indicator), str(row.subject), str(row.category)))
        place = node.get(row.code) if row.level == "unit" else root
        if system is None or place is None or row.sex not in SEXES:
            continue
        at = system, place, SEXES.index(row.sex)
        if row.mark == "suppressed" and policy.follows_published:
            _hide(cells, at, "published")
        elif not row.mark and not pd.isna(row.value) and _agrees(cells, at, row):
            cells.known[at] = cells.n[at] > 0


def remember_earlier(cells: Cells, part: pd.DataFrame, earlier: pd.DataFrame, policy: Policy) -> None:
    """Hide what was hidden before, and what has changed by so few pupils that the change would tell of them."""
    keys = [name for name in KEYS if name != "organiser"]
    before = earlier[earlier["basis"] == "own"].drop_duplicates([*keys, "state", "n_state", "n", "value"])
    if before.empty:
        return
    place = {index: at for at, index in np.ndenumerate(cells.row) if index >= 0}
    mine = part[keys].reset_index(names="row_number")
    joined = mine.merge(before[[*keys, "state", "n_state", "n", "value", "numerator"]], on=keys)
    for row in joined.itertuples(index=False):
        at = place[int(row.row_number)]
        if row.n_state == "suppressed" and cells.n_state[at] == SHOWN:
            cells.n_state[at] = SUPPRESSED
        if row.n_state == "suppressed" or row.state == "suppressed":
            _hide(cells, at, "earlier")
        elif row.state in ("nearly_all", "nearly_none") and cells.state[at] == SHOWN:
            _keep_tail(cells, at, row.state, policy)
        elif row.state == "shown" and _is_small_change(cells, at, row, policy):
            cells.n_state[at] = SUPPRESSED
            _hide(cells, at, "earlier")


def _hide(cells: Cells, at: tuple[int, ...], reason: str) -> None:
    if cells.state[at] in (SHOWN, NEARLY_ALL, NEARLY_NONE):
        cells.state[at] = SUPPRESSED
        cells.reason[at] = reason


def _keep_tail(cells: Cells, at: tuple[int, ...], state: str, policy: Policy) -> None:
    """A sign stays while it is still true; a corrected number in its place is hidden instead."""
    side = cells.n[at] - cells.k[at] if state == "nearly_all" else cells.k[at]
    if side < policy.tail:
        cells.state[at] = STATE_NAMES.index(state)
        cells.reason[at] = "tail"
    else:
        _hide(cells, at, "earlier")


def _is_small_change(cells: Cells, at: tuple[int, ...], row: object, policy: Policy) -> bool:
    n, numerator = getattr(row, "n", None), getattr(row, "numerator", None)
    if cells.state[at] == MISSING or pd.isna(n):
        return False
    moved = abs(float(cells.n[at]) - float(n))
    changed = 0.0 if pd.isna(numerator) else abs(float(cells.k[at]) - float(numerator))
    return 0 < max(moved, changed) < policy.repeat_difference


def _agrees(cells: Cells, at: tuple[int, ...], row: object) -> bool:
    """Whether the published figure is about the same pupils, so that it tells the own one."""
    n, value = getattr(row, "n", None), float(getattr(row, "value", np.nan))
    if cells.n[at] <= 0 or (not pd.isna(n) and float(n) != cells.n[at]):
        return False
    if cells.kinds[at[0]] == "mean":
        return True
    return abs(100 * cells.k[at] / cells.n[at] - value) <= 0.51


