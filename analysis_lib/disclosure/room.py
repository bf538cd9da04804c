"""How far hidden numbers could lie from the truth while every shown number stays, in closed form (floor 5).

Units by sexes is a table with three kinds of sums: girls, boys, and both. What a unit can take and give is a
polygon with edges in those three directions only; such polygons add up bound by bound, so the farthest that
any cell can move follows from sums over the other units, for all indicators at once.
"""

from __future__ import annotations

import numpy as np

from analysis_lib.disclosure.cells import (
    ABSENT,
    MISSING,
    NEARLY_ALL,
    NEARLY_NONE,
    SUPPRESSED,
    UNSAID,
    Cells,
    F,
    Numbers,
    P,
    T,
)
from analysis_lib.disclosure.policy import Policy

FREE = 1e7


def rooms(cells: Cells, policy: Policy) -> tuple[Numbers, Numbers]:
    """How far each result could lie above and below the truth by its own sign, when every n is known."""
    up, down = np.zeros_like(cells.n), np.zeros_like(cells.n)
    most = policy.tail - 1
    missed = cells.n - cells.k
    hidden = cells.state == SUPPRESSED
    up[hidden], down[hidden] = missed[hidden], cells.k[hidden]
    nearly_all, nearly_none = cells.state == NEARLY_ALL, cells.state == NEARLY_NONE
    up[nearly_all], down[nearly_all] = missed[nearly_all], (most - missed)[nearly_all]
    up[nearly_none], down[nearly_none] = (most - cells.k)[nearly_none], cells.k[nearly_none]
    up[cells.known] = down[cells.known] = 0
    silent = cells.state == UNSAID
    up[silent], down[silent] = missed[silent], cells.k[silent]
    return free_the_silent(cells, up, down)


def free_the_silent(cells: Cells, up: Numbers, down: Numbers) -> tuple[Numbers, Numbers]:
    """Sums that nobody is told bind nothing; a unit without rows has no pupils."""
    silent = np.isin(cells.state, (ABSENT, UNSAID, MISSING))
    absent = cells.state == ABSENT
    no_sexes = absent[..., F] & absent[..., P] & ~absent[..., T]
    for room in (up, down):
        room[:, -1][silent[:, -1]] = FREE
        room[..., T][silent[..., T] & ~absent[..., T]] = FREE
        room[..., F][no_sexes] = FREE
        room[..., P][no_sexes] = FREE
        np.maximum(room, 0, out=room)
    return up, down


def freedom(up: Numbers, down: Numbers) -> tuple[Numbers, Numbers]:
    """How far each cell can rise and fall when the others make up for it; (…, node, sex), huvudman last."""
    low, high = -down, up.copy()
    low[:, -1], high[:, -1] = -up[:, -1], down[:, -1]
    _tighten(low, high)
    others_low = low.sum(axis=1, keepdims=True) - low
    others_high = high.sum(axis=1, keepdims=True) - high
    low, high = np.maximum(low, -others_high), np.minimum(high, -others_low)
    _tighten(low, high)
    rise, fall = high.copy(), -low
    rise[:, -1], fall[:, -1] = -low[:, -1], high[:, -1]
    return np.maximum(rise, 0), np.maximum(fall, 0)


def _tighten(low: Numbers, high: Numbers) -> None:
    """Let girls, boys and their sum bound each other, in place."""
    before = low.copy(), high.copy()
    for sex, other in ((F, P), (P, F)):
        high[..., sex] = np.minimum(high[..., sex], before[1][..., T] - before[0][..., other])
        low[..., sex] = np.maximum(low[..., sex], before[0][..., T] - before[1][..., other])
    high[..., T] = np.minimum(high[..., T], high[..., F] + high[..., P])
    low[..., T] = np.maximum(low[..., T], low[..., F] + low[..., P])


def reach(cells: Cells, room: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
    """How far each result can rise and fall by the best move of one indicator or of nested ones together."""
    rise, fall = np.zeros_like(cells.n), np.zeros_like(cells.n)
    moves = _moves(cells)
    up, down = np.stack([_moved(cells, room, move) for move in moves], axis=1)
    best_up, best_down = freedom(up, down)
    for m, move in enumerate(moves):
        for i in move:
            np.maximum(rise[i], best_up[m], out=rise[i])
            np.maximum(fall[i], best_down[m], out=fall[i])
    return rise, fall


def _moves(cells: Cells) -> list[tuple[int, ...]]:
    """Sets of indicators that change by the same pupils: each alone, with those inside or around, all."""
    found: list[tuple[int, ...]] = [(i,) for i, kind in enumerate(cells.kinds) if kind != "distribution"]
    outer: dict[int, list[int]] = {}
    for whole, inside in cells.inner.items():
        found.append(tuple(sorted([whole, *inside])))
        for i in inside:
            outer.setdefault(i, []).append(whole)
    found += [tuple(sorted([i, *wholes])) for i, wholes in outer.items()]
    family = tuple(sorted(set(cells.inner) | set(outer)))
    return sorted(set(found + ([family] if family else [])))


def _moved(cells: Cells, room: tuple[Numbers, Numbers], move: tuple[int, ...]) -> tuple[Numbers, Numbers]:
    """The room of a set: the least of its parts, and the gap to nested indicators that stay behind."""
    up, down = (each[list(move)].min(axis=0) for each in room)
    for whole, inside in cells.inner.items():
        for i in inside:
            told = (cells.state[i] != ABSENT) & (cells.state[whole] != ABSENT)
            gap = np.where(told, np.maximum(cells.k[whole] - cells.k[i], 0), FREE)
            if i in move and whole not in move:
                up = np.minimum(up, gap)
            if whole in move and i not in move:
                down = np.minimum(down, gap)
    return up, down
