"""Means of all the parts beside the mean of the whole tell how the parts weigh together (floor 5).

Where every class's mean is shown beside the unit's, the share of each class follows, and so nearly how many
of it lack a result. Then the value of the smallest class goes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import optimize

from analysis_lib import text
from analysis_lib.disclosure.cells import SHOWN, Cells, Flags, Numbers, T
from analysis_lib.disclosure.policy import Policy

_SOLVER: Any = optimize  # its types are not told
_WHOLE = -1
_EDGE = 1e-6
_LEAST_WIDTH = 2  # as for every hidden number of one to four pupils


def hide_telling_weights(cells: Cells, policy: Policy) -> None:
    """Hide means of parts until nobody can tell within two how many of a part have no result."""
    for i, kind in enumerate(cells.kinds):
        there = np.flatnonzero(cells.row[i, :_WHOLE, T] >= 0)
        if kind != "mean" or len(there) < 2 or cells.state[i, _WHOLE, T] != SHOWN:
            continue
        if (cells.state[i, there, T] == SHOWN).all() and _tells(cells, policy, i, there):
            _hide_smallest(cells, i, there)


def _hide_smallest(cells: Cells, i: int, there: np.ndarray[tuple[int], np.dtype[np.intp]]) -> None:
    where: Flags = np.zeros(cells.n.shape, bool)
    where[i, there[np.argsort(cells.size[there, T], kind="stable")[:2]], T] = True
    cells.hide(where, "size")


def _tells(cells: Cells, policy: Policy, i: int, there: np.ndarray[tuple[int], np.dtype[np.intp]]) -> bool:
    """Whether how many lack a result in a part lies within too few numbers."""
    size = cells.outer_n[i, there, T]
    missing = float(cells.outer_n[i, _WHOLE, T] - cells.n[i, _WHOLE, T])
    is_open = cells.n_state[i, _WHOLE, T] == SHOWN
    mean, half = _as_shown(cells, i, there)
    whole, own = _as_shown(cells, i, np.array([_WHOLE]))
    difference, loose = mean - whole, half + own
    # The rows say: the parts' sums and the whole's are the same, as far as they are rounded.
    limits = [
        (-(difference - loose), -float((difference - loose) @ size)),
        (difference + loose, float((difference + loose) @ size)),
        (np.ones(len(there)), missing if is_open else float(policy.tail - 1)),
    ]
    if is_open:
        limits.append((-np.ones(len(there)), -missing))
    bounds = [(0.0, float(each)) for each in size]
    rows, most = np.array([row for row, _ in limits]), np.array([end for _, end in limits])
    for at in range(len(there)):
        goal = np.zeros(len(there))
        goal[at] = 1.0
        ends = [_SOLVER.linprog(way * goal, A_ub=rows, b_ub=most, bounds=bounds) for way in (1, -1)]
        if any(end.status != 0 for end in ends):
            return True
        low, high = math.ceil(ends[0].fun - _EDGE), math.floor(-ends[1].fun + _EDGE)
        if high - low < _LEAST_WIDTH:
            return True
    return False


def _as_shown(
    cells: Cells, i: int, nodes: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> tuple[Numbers, Numbers]:
    """The means as readers see them, and half a step of the last decimal."""
    places = cells.decimals[i, nodes, T]
    pairs = zip(cells.shown_as[i, nodes, T], places, strict=True)
    told = [float(text.round_half_up(float(value), int(decimals))) for value, decimals in pairs]
    return np.array(told), 0.5 * 10.0**-places
