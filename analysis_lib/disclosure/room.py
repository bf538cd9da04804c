"""How far hidden numbers could lie from the truth while every shown number stays, in closed form (floor 5).

Units by sexes is a table with three kinds of sums: girls, boys, and both. What a unit can take and give is a
polygon with edges in those three directions only; such polygons add up bound by bound, so the farthest that
any cell can move follows from sums over the other units, for all indicators at once.
"""

from __future__ import annotations

import numpy as np

from analysis_lib.disclosure.cells import (
    ABSENT,
    FREE,
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
    limited = hidden & (cells.outside_k < FREE)
    up[limited] = np.minimum(up, cells.outside_k)[limited]
    down[limited] = np.minimum(down, cells.outside_n - cells.outside_k)[limited]
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
    if not moves:  # distributions only: they have a rule of their own
        return rise, fall
    up, down = np.stack([_moved(cells, room, move) for move in moves], axis=1)
    best_up, best_down = freedom(up, down)
    for m, move in enumerate(moves):
        for i in move:
            np.maximum(rise[i], best_up[m], out=rise[i])
            np.maximum(fall[i], best_down[m], out=fall[i])
    pairs = [
        (a, b) for a, whole in enumerate(moves) for b, part in enumerate(moves) if set(part) < set(whole)
    ]
    if pairs:
        _two_moves(cells, room, (up, down), (moves, pairs), (rise, fall))
    return rise, fall


def _two_moves(
    cells: Cells,
    room: tuple[Numbers, Numbers],
    together: tuple[Numbers, Numbers],
    of: tuple[list[tuple[int, ...]], list[tuple[int, int]]],
    best: tuple[Numbers, Numbers],
) -> None:
    """Nested indicators move together first, then fewer of them with the room that is left.

    The other units give half their room to the first move, so that both fit.
    """
    moves, pairs = of
    for way in (0, 1):  # the way of the cell itself: up, then down
        first, second = [], []
        for a, b in pairs:
            own, lent = together[way][a], np.floor(together[1 - way][a] / 2)
            parts = moves[a], moves[b]
            left_own = _left(cells, parts, (room[way], own), is_up=way == 0)
            left_lent = _left(cells, parts, (room[1 - way], lent), is_up=way == 1)
            first.append((own, lent))
            second.append((left_own, left_lent))
        total = _way(np.stack(first, axis=1), way) + _way(np.stack(second, axis=1), way)
        for at, (_, b) in enumerate(pairs):
            for i in moves[b]:
                np.maximum(best[way][i], total[at], out=best[way][i])


def _way(stacked: Numbers, way: int) -> Numbers:
    own, lent = stacked
    return freedom(own, lent)[0] if way == 0 else freedom(lent, own)[1]


def _left(
    cells: Cells,
    of: tuple[tuple[int, ...], tuple[int, ...]],
    room: tuple[Numbers, Numbers],
    *,
    is_up: bool,
) -> Numbers:
    """The room that some indicators have left when a move of more of them has used ``room[1]``."""
    move, part = of
    rooms_, used = room
    least = rooms_[list(part)].min(axis=0)
    left = np.where(least >= FREE, FREE, least - used)
    for whole, inside in cells.inner.items():
        for one in inside:
            mine, other = (one, whole) if is_up else (whole, one)
            if mine in part and other not in part:
                gap = _gap(cells, one, whole)
                left = np.minimum(left, gap if other in move else gap - np.minimum(used, gap))
    return np.asarray(np.maximum(left, 0))


def _gap(cells: Cells, one: int, whole: int) -> Numbers:
    """How many more count in an indicator than in the one that it holds, where both are told."""
    told = (cells.state[one] != ABSENT) & (cells.state[whole] != ABSENT)
    return np.where(told, np.maximum(cells.k[whole] - cells.k[one], 0), FREE)


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
            gap = _gap(cells, i, whole)
            if i in move and whole not in move:
                up = np.minimum(up, gap)
            if whole in move and i not in move:
                down = np.minimum(down, gap)
    return up, down
