"""Which shown cell to hide next, so that a tight one gets room at the least loss (floor 5).

For every tight cell the nearby cells are tried, all at once: siblings, whole groups instead of girls and
boys, and cells of other areas. The cheapest that suffices is taken, else the one that gives most per pupil.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis_lib.disclosure.cells import Cells, Flags
from analysis_lib.disclosure.moves import FREE, F, Numbers, P, T, freedom

Moving = tuple[tuple[int, int], ...]
_FAR = 6
_SEXES = ([F, P], [T, F, P])


@dataclass(frozen=True)
class Ground:
    """The rooms as they are, the rooms that hiding a shown cell would give, and what may be hidden."""

    cells: Cells
    room: tuple[Numbers, Numbers]
    hidden: tuple[Numbers, Numbers]
    free: Flags
    limits: tuple[Numbers, Numbers] | None = None


@dataclass(frozen=True)
class Choice:
    """Cells to hide, what it costs in pupils and how wide the tight cell then is."""

    systems: tuple[int, ...]
    nodes: tuple[int, ...]
    sexes: tuple[int, ...]
    cost: float
    width: float


def single_moves(cells: Cells) -> dict[int, list[Moving]]:
    """Every system moves by itself."""
    return {i: [((i, 1),)] for i in range(len(cells.systems))}


def next_to_hide(ground: Ground, short: Flags, demand: Numbers, moves: Mapping[int, Sequence[Moving]]) -> Flags:
    """The cells to hide now: at most one choice for each system and parent in one round."""
    wanted = np.zeros(short.shape, bool)
    parent = ground.cells.tree.parent
    for i in np.flatnonzero(short.any(axis=(1, 2))).tolist():
        served: set[int] = set()
        for node, sex in _in_order(short[i]):
            if int(parent[node]) in served:
                continue
            choice = _best(ground, (i, node, sex), float(demand[i, node, sex]), moves[i])
            if choice is not None:
                at = np.ix_(choice.systems, choice.nodes, choice.sexes)
                wanted[at] |= ground.free[at]
                served.add(int(parent[node]))
                if len(choice.systems) > 1:
                    break
    return wanted


def _in_order(short: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Tight wholes first, then girls and boys."""
    nodes, sexes = np.nonzero(short)
    return sorted(zip(nodes.tolist(), sexes.tolist(), strict=True), key=lambda at: (at[1] > 0, at[0], at[1]))


def _best(ground: Ground, at: tuple[int, int, int], demand: float, moves: Sequence[Moving]) -> Choice | None:
    found: list[Choice] = []
    least = 0.0
    for move in moves:
        least = max(least, _tried(ground, at, move, found))
    gaining = [choice for choice in found if choice.width > least + 1e-9 and choice.cost > 0]
    if not gaining:
        return None
    enough = [choice for choice in gaining if choice.width >= demand - 1e-6]
    if enough:
        return min(enough, key=lambda choice: (choice.cost, choice.nodes, choice.sexes, choice.systems))
    return min(
        gaining,
        key=lambda choice: (choice.cost / (min(choice.width, demand) - least), choice.nodes, choice.systems),
    )


def _tried(ground: Ground, at: tuple[int, int, int], move: Moving, found: list[Choice]) -> float:
    """Add a choice for every set of cells near the tight one; returns the width as it is."""
    system, node, sex = at
    up, down = _together(ground.room, move)
    hidden_up, hidden_down = _together(ground.hidden, move, ground.room)
    if ground.limits is not None and len(move) == 1:
        for room, limit in ((up, 0), (hidden_up, 0), (down, 1), (hidden_down, 1)):
            np.minimum(room, ground.limits[limit][system], out=room)
    members = [i for i, _ in move]
    free = ground.free[members].any(axis=0)
    sets = [(nodes, sexes) for sexes in _SEXES if sex or len(sexes) == 3 for nodes in _near(ground, node, free)]
    tries_up, tries_down = np.repeat(up[None], len(sets) + 1, 0), np.repeat(down[None], len(sets) + 1, 0)
    for place, (nodes, sexes) in enumerate(sets, 1):
        cells = np.ix_(nodes, sexes)
        tries_up[place][cells] = hidden_up[cells]
        tries_down[place][cells] = hidden_down[cells]
    rise, fall = freedom(ground.cells.tree, tries_up, tries_down)
    width = (rise + fall)[:, node, sex]
    for (nodes, sexes), reached in zip(sets, width[1:], strict=True):
        cells = np.ix_(members, nodes, sexes)
        cost = float(np.where(ground.free[cells], ground.cells.n[cells], 0).sum())
        found.append(Choice(tuple(members), tuple(nodes), tuple(sexes), cost, float(reached)))
    return float(width[0])


def _together(
    room: tuple[Numbers, Numbers], move: Moving, least: tuple[Numbers, Numbers] | None = None
) -> tuple[Numbers, Numbers]:
    """The room of counts that move together; ``least``: the room that they have already."""
    up = np.full(room[0].shape[1:], FREE)
    down = up.copy()
    for i, sign in move:
        rise, fall = (room[0][i], room[1][i]) if sign > 0 else (room[1][i], room[0][i])
        if least is not None:
            have = (least[0][i], least[1][i]) if sign > 0 else (least[1][i], least[0][i])
            rise, fall = np.maximum(rise, have[0]), np.maximum(fall, have[1])
        np.minimum(up, rise, out=up)
        np.minimum(down, fall, out=down)
    return up, down


def _near(ground: Ground, node: int, free: npt.NDArray[np.bool_]) -> list[list[int]]:
    """Sets of nodes to try: siblings with the node itself, then cells beyond the parents."""
    tree, sizes = ground.cells.tree, ground.cells.n.max(axis=(0, 2))
    parent = int(tree.parent[node])
    if parent < 0:
        return [[node]]
    siblings = [y for y in np.flatnonzero(tree.parent == parent).tolist() if y != node]
    sets = [[node], *([node, y] for y in siblings), [node, parent]]
    above = int(tree.parent[parent])
    if above >= 0:
        uncles = [y for y in np.flatnonzero(tree.parent == above).tolist() if y != parent]
        sets += [[node, parent, y] for y in uncles]
        sets.append([node, parent, above])
        cousins = [y for y in np.flatnonzero(tree.leaf).tolist() if tree.parent[y] in uncles and free[y].any()]
        nearest = sorted(cousins, key=lambda y: (sizes[y], y))[:_FAR]
        sets += [[node, parent, int(tree.parent[y]), y] for y in nearest]
    return sets
