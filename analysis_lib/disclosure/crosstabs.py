"""Crosstabs of test grades and grades: small pairs are hidden with partners (floor 5).

A reader is taken to know the sum of every row and column, and how many had a lower, the same and a higher
grade: other tables tell them, or nearly. Cells are hidden until no small pair can be worked out from these
sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize

from analysis_lib.disclosure.cells import SHOWN, Cells, T
from analysis_lib.disclosure.policy import Policy
from analysis_lib.vocabulary.grades import LETTERS, parts_of

Counts = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_SOLVER: Any = optimize  # its types are not told
_SIDE = len(LETTERS)
_LEAST = 2  # times the group in which an exact zero may be told: in fewer nearly every pair is hidden


def release_crosstab(cells: Cells, members: Sequence[int], policy: Policy) -> None:
    """Hide the pairs of the huvudman's table that one to four pupils have, with the partners they need.

    The whole table is hidden where the huvudman has too few pupils, or where how many had a
    lower, the same or a higher grade is hidden itself.
    """
    at = np.array([_place(cells.systems[i][2]) for i in members])
    counts = np.zeros(_SIDE * _SIDE)
    counts[at] = np.rint(cells.k[list(members), -1, T])
    n = float(cells.n[list(members), -1, T].max())
    hidden = np.ones(_SIDE * _SIDE, bool)
    if n >= _LEAST * policy.exact_extreme and _sums_are_shown(cells, members):
        hidden = hidden_pairs(counts.reshape(_SIDE, _SIDE), policy).ravel()
    where = np.zeros(cells.state.shape, bool)
    where[list(members), -1, T] = hidden[at]
    cells.hide(where, "distribution")


def hidden_pairs(counts: Counts, policy: Policy) -> Flags:
    """Which pairs of a table (test grade × grade, ``LETTERS`` down and across) must not be shown.

    Those of 1-4 pupils, and the smallest others until each of the small could have at least
    ``interval_width`` other values, or as many as it could if the whole table were hidden.
    """
    flat = np.asarray(counts, float).ravel()
    small = (flat > 0) & (flat < policy.tail)
    hidden = small.copy()
    seen, widest = [flat], [flat]
    for cell in np.flatnonzero(small).tolist():
        enough = _width(flat, np.ones_like(hidden), cell, policy.interval_width, widest)
        # What could be when less was hidden still can be: the tables seen are kept.
        while not hidden.all() and _width(flat, hidden, cell, enough, seen) < enough:
            hidden[_partner(flat, hidden, cell)] = True
    return hidden.reshape(counts.shape)


def _partner(counts: Counts, hidden: Flags, cell: int) -> int:
    """The smallest pair still shown, first in the cell's own row and column; empty pairs last."""
    places = np.flatnonzero(~hidden)
    is_near = (places // _SIDE == cell // _SIDE) | (places % _SIDE == cell % _SIDE)
    order = np.lexsort((places, counts[places], counts[places] == 0, ~is_near))
    return int(places[order[0]])


def _width(counts: Counts, hidden: Flags, cell: int, enough: float, seen: list[Counts]) -> float:
    """Between how many values a hidden pair could lie, at most ``enough``; adds what it finds to ``seen``."""
    free = np.flatnonzero(hidden)
    matrix = _sums()[:, free]
    known = matrix @ counts[free]
    cost = (free == cell).astype(float)
    for sign in (1.0, -1.0):
        if _spread(seen, cell) >= enough:
            break
        found = _SOLVER.milp(
            sign * cost,
            constraints=_SOLVER.LinearConstraint(matrix, known, known),
            integrality=np.ones(free.size),
            bounds=_SOLVER.Bounds(0, counts[free] + 2 * enough),
        )
        if found.x is not None:
            table = counts.copy()
            table[free] = np.rint(found.x)
            seen.append(table)
    return min(_spread(seen, cell), enough)


def _spread(seen: Sequence[Counts], cell: int) -> float:
    values = [float(table[cell]) for table in seen]
    return max(values) - min(values)


def _sums() -> Counts:
    """One row per sum that a reader may know: rows, columns, and the three directions."""
    down, across = np.divmod(np.arange(_SIDE * _SIDE), _SIDE)
    step = np.sign(down - across)
    sums = [down == each for each in range(_SIDE)] + [across == each for each in range(_SIDE)]
    return np.array([*sums, *(step == each for each in (-1, 0, 1))], dtype=float)


def _sums_are_shown(cells: Cells, members: Sequence[int]) -> bool:
    """Whether the huvudman's other distributions of the same pupils are shown whole."""
    mine = set(members)
    subject = cells.systems[members[0]][1]
    others = [
        i
        for i, (_, other, category) in enumerate(cells.systems)
        if i not in mine and other == subject and category and cells.kinds[i] == "distribution"
    ]
    return bool(others) and bool((cells.state[others, -1, T] == SHOWN).all())


def _place(category: str) -> int:
    test, grade = parts_of(category)
    return LETTERS.index(test) * _SIDE + LETTERS.index(grade)
