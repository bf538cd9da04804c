"""Means of all the parts beside the mean of the whole tell how the parts weigh together (floor 5).

Where the means of all classes are shown beside the unit's, or those of a few units beside the huvudman's, the
share of each follows, and so nearly how many of it lack a result. Then the values of the two smallest go.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import optimize

from analysis_lib import text
from analysis_lib.disclosure.cells import SHOWN, Cells, F, Flags, Numbers, P, T
from analysis_lib.disclosure.policy import Policy

_SOLVER: Any = optimize  # its types are not told
_WHOLE = -1
_EDGE = 1e-6
_MOST_PARTS = 12
Nodes = np.ndarray[tuple[int], np.dtype[np.intp]]
_LEAST_WIDTH = 2  # as for every hidden number of one to four pupils


def hide_telling_weights(cells: Cells, policy: Policy) -> None:
    """Hide means of parts until nobody can tell within two how many of a part have no result."""
    for i, kind in enumerate(cells.kinds):
        for sex in (T, F, P):
            there = np.flatnonzero(cells.row[i, :_WHOLE, sex] >= 0)
            told = np.append(cells.state[i, there, sex], cells.state[i, _WHOLE, sex]) == SHOWN
            is_inner = kind == "mean" and cells.outer_n[i, _WHOLE, sex] > 0
            few = 2 <= len(there) <= _MOST_PARTS
            if is_inner and few and told.all() and _tells(cells, policy, (i, sex), there):
                _hide_smallest(cells, (i, sex), there)


def _hide_smallest(cells: Cells, at: tuple[int, int], there: Nodes) -> None:
    where: Flags = np.zeros(cells.n.shape, bool)
    i, sex = at
    where[i, there[np.argsort(cells.size[there, sex], kind="stable")[:2]], sex] = True
    cells.hide(where, "size")


def _tells(cells: Cells, policy: Policy, at: tuple[int, int], there: Nodes) -> bool:
    """Whether how many lack a result in a part lies within too few numbers."""
    i, sex = at
    size = cells.outer_n[i, there, sex]
    outside = size - cells.n[i, there, sex]
    is_told = cells.n_state[i, there, sex] == SHOWN
    missing = float(cells.outer_n[i, _WHOLE, sex] - cells.n[i, _WHOLE, sex])
    is_open = cells.n_state[i, _WHOLE, sex] == SHOWN
    mean, half = _as_shown(cells, at, there)
    whole, own = _as_shown(cells, at, np.array([_WHOLE]))
    difference, loose = mean - whole, half + own
    # The rows say: the parts' sums and the whole's are the same, as far as they are rounded.
    limits = [
        (-(difference - loose), -float((difference - loose) @ size)),
        (difference + loose, float((difference + loose) @ size)),
        (np.ones(len(there)), missing if is_open else float(policy.tail - 1)),
    ]
    if is_open:
        limits.append((-np.ones(len(there)), -missing))
    bounds = [
        (float(out), float(out)) if told else (0.0, float(most))
        for out, told, most in zip(outside, is_told, size, strict=True)
    ]
    rows, most = np.array([row for row, _ in limits]), np.array([end for _, end in limits])
    for part in np.flatnonzero(~is_told).tolist():
        goal = np.zeros(len(there))
        goal[part] = 1.0
        ends = [_SOLVER.linprog(way * goal, A_ub=rows, b_ub=most, bounds=bounds) for way in (1, -1)]
        if any(end.status != 0 for end in ends):
            return True
        low, high = math.ceil(ends[0].fun - _EDGE), math.floor(-ends[1].fun + _EDGE)
        if high - low < _LEAST_WIDTH:
            return True
    return False


def _as_shown(cells: Cells, at: tuple[int, int], nodes: Nodes) -> tuple[Numbers, Numbers]:
    """The means as readers see them, and half a step of the last decimal."""
    i, sex = at
    places = cells.decimals[i, nodes, sex]
    pairs = zip(cells.shown_as[i, nodes, sex], places, strict=True)
    told = [float(text.round_half_up(float(value), int(decimals))) for value, decimals in pairs]
    return np.array(told), 0.5 * 10.0**-places
