"""What readers know already: figures that an authority has published, and our own earlier releases (floor 5).

A number that is known cannot be hidden again, and must not help to reveal another; a number that was hidden
stays hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis_lib import text
from analysis_lib.disclosure.cells import (
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


def published_rows(published: pd.DataFrame) -> dict[tuple[str, str], list[dict[Any, Any]]]:
    """Published figures about own units, or the municipality's own schools, by school year and indicator."""
    rows = published[
        (published["level"] == "unit")
        | (published["organiser"] == "municipal") & (published["level"] == "municipality")
    ]
    found: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in rows.to_dict("records"):
        found.setdefault((str(row["school_year"]), str(row["indicator"])), []).append(row)
    return found


def count_published(cells: Cells, rows: Iterable[Mapping[Any, Any]], policy: Policy) -> None:
    """Mark own cells whose result is published as known; hide those that the authority has hidden.

    Only figures of the same unit count as the same; a published whole of the municipality's own schools
    counts as the huvudman's own whole.
    """
    node = {code: i for i, (level, code) in enumerate(cells.names) if level == "unit"}
    root = len(cells.names) - 1
    number = {system: i for i, system in enumerate(cells.systems)}
    for row in rows:
        system = number.get((str(row["indicator"]), str(row["subject"]), str(row["category"])))
        place = node.get(str(row["code"])) if row["level"] == "unit" else root
        if system is None or place is None or row["sex"] not in SEXES:
            continue
        at = system, place, SEXES.index(row["sex"])
        if row["mark"] == "suppressed" and policy.follows_published:
            _hide(cells, at, "published")
        elif not row["mark"] and not pd.isna(row["value"]) and _agrees(cells, at, row):
            cells.known[at] = cells.n[at] > 0 and not _is_tail(cells, at, policy)


def said_once(earlier: pd.DataFrame) -> pd.DataFrame:
    """Own rows of earlier releases, repeats left out."""
    own = earlier[earlier["basis"] == "own"]
    return own.drop_duplicates([*KEYS, "state", "n_state", "n", "numerator", "value"])


Earlier = dict[int, list[dict[Any, Any]]]


def earlier_rows(
    own: pd.DataFrame,
    earlier: pd.DataFrame | None,
    *,
    is_wider: bool = False,
    is_narrower: bool = False,
) -> Earlier:
    """What earlier releases said of the own rows: by the row's index, repeats left out.

    A wider circle's release (``is_wider``) is known to these readers too, but what it hides is hidden from
    that circle only. What a narrower circle was not told (``is_narrower``), a wider one is not told later:
    put together, the two would tell the narrower circle.
    """
    if earlier is None or earlier.empty:
        return {}
    before = said_once(earlier)
    # A head count that stood beside a mean was never the mean's own n.
    before = before.assign(
        whole=before["n"].where(before["n_state"] == "whole"),
        n=before["n"].mask(before["n_state"] == "whole"),
        n_state=before["n_state"].replace("whole", "suppressed"),
    )
    if is_wider:
        before = before[before["state"].isin(["shown", "nearly_all", "nearly_none"])].assign(n_state="shown")
    if is_narrower:
        before = before[before["state"].isin(["suppressed", "nearly_all", "nearly_none"])].assign(
            state="suppressed", n_state="shown"
        )
    keys = [name for name in KEYS if name != "organiser"]
    mine = own[[*keys, "value", "decimals"]].rename(columns={"value": "now"}).reset_index(names="row_number")
    joined = mine.merge(before[[*keys, *_TOLD]], on=keys)
    found: Earlier = {}
    for row in joined[[*_SAID, "row_number"]].to_dict("records"):
        found.setdefault(int(row["row_number"]), []).append(row)
    return found


_TOLD = ["state", "n_state", "n", "whole", "value", "numerator", "reason"]
_SAID = ["now", "decimals", *_TOLD]


def remember_earlier(cells: Cells, earlier: Earlier, policy: Policy) -> None:
    """Hide what was hidden before, and what has changed by so few pupils that it would tell of them."""
    if not earlier:
        return
    for at, index in np.ndenumerate(cells.row):
        for row in earlier.get(int(index), ()):
            _remember(cells, at, row, policy)


def _remember(cells: Cells, at: tuple[int, ...], row: Mapping[Any, Any], policy: Policy) -> None:
    """What one earlier row means for the same cell now."""
    if cells.harmless[at]:
        return
    if row["n_state"] == "suppressed" and cells.n_state[at] == SHOWN and not cells.n_public:
        cells.n_state[at] = SUPPRESSED
    if row["state"] == "suppressed":
        _hide(cells, at, str(row["reason"] or "earlier"))
    elif row["state"] in ("nearly_all", "nearly_none"):
        _keep_tail(cells, at, str(row["state"]), policy)
    elif row["state"] == "shown" and cells.state[at] == SHOWN:
        change = _change(cells, at, row)
        # Beside another number of pupils around it the same mean tells something else.
        is_same = change == 0 and (pd.isna(row["whole"]) or float(row["whole"]) == cells.outer_n[at])
        cells.known[at] |= is_same
        cells.told[at] |= is_same
        if 0 < change < policy.repeat_difference:
            if not cells.n_public:
                cells.n_state[at] = SUPPRESSED
            _hide(cells, at, "earlier")


def _hide(cells: Cells, at: tuple[int, ...], reason: str) -> None:
    if not cells.harmless[at] and cells.state[at] in (SHOWN, NEARLY_ALL, NEARLY_NONE):
        cells.state[at] = SUPPRESSED
        cells.reason[at] = reason


def _keep_tail(cells: Cells, at: tuple[int, ...], state: str, policy: Policy) -> None:
    """A sign stays while it is still true; a corrected number in its place is hidden instead."""
    if cells.state[at] != SHOWN:
        return
    side = cells.n[at] - cells.k[at] if state == "nearly_all" else cells.k[at]
    if side < policy.tail:
        cells.state[at] = STATE_NAMES.index(state)
        cells.reason[at] = "tail"
        cells.told[at] = True
    else:
        _hide(cells, at, "earlier")


def _is_tail(cells: Cells, at: tuple[int, ...], policy: Policy) -> bool:
    """Nearly all or nearly none: our own sign stays, also where the authority tells the number."""
    if cells.kinds[at[0]] not in ("share", "distribution"):
        return False
    return bool(min(cells.k[at], cells.n[at] - cells.k[at]) < policy.tail)


def _change(cells: Cells, at: tuple[int, ...], row: Mapping[Any, Any]) -> float:
    """By how many pupils a cell differs from what was shown before; a changed mean counts as one pupil."""
    places = int(row["decimals"])
    changed = float(text.round_half_up(float(row["now"]), places) != text.round_half_up(row["value"], places))
    if pd.isna(row["n"]):
        return changed
    moved = abs(float(cells.n[at]) - float(row["n"]))
    if not pd.isna(row["numerator"]):
        return max(moved, abs(float(cells.k[at]) - float(row["numerator"])))
    return max(moved, changed) if cells.kinds[at[0]] == "mean" else moved


def _agrees(cells: Cells, at: tuple[int, ...], row: Mapping[Any, Any]) -> bool:
    """Whether the published figure is about the same pupils, so that it tells the own one."""
    if cells.n[at] <= 0 or (not pd.isna(row["n"]) and float(row["n"]) != cells.n[at]):
        return False
    if cells.kinds[at[0]] == "mean":
        return True
    return bool(abs(100 * cells.k[at] / cells.n[at] - float(row["value"])) <= 0.51)
