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
_PAIRS = 3
_CHUNK = 16
_SEXES = ((F, P), (T, F, P))


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

    @property
    def key(self) -> tuple[float, tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """Cheapest first; ties in a fixed order."""
        return self.cost, self.nodes, self.sexes, self.systems


def single_moves(cells: Cells) -> dict[int, list[Moving]]:
    """Every system moves by itself."""
    return {i: [((i, 1),)] for i in range(len(cells.systems))}


def next_to_hide(
    ground: Ground, short: Flags, demand: Numbers, moves: Mapping[int, Sequence[Moving]]
) -> Flags:
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
    """The cheapest choice that gives the width, else the one that gives most for its cost."""
    least = 0.0
    enough: Choice | None = None
    gaining: list[Choice] = []
    for move in _likely(ground, at, moves):
        limit = enough.cost if enough else np.inf
        now, found = _tried(ground, at, (demand, limit), move)
        least = max(least, now)
        for choice in found:
            if choice.width >= demand - 1e-6 and (enough is None or choice.key < enough.key):
                enough = choice
        gaining += found
    if enough is not None:
        return enough
    gaining = [choice for choice in gaining if choice.width > least + 1e-9]
    return min(
        gaining,
        key=lambda choice: (choice.cost / (min(choice.width, demand) - least), choice.key),
        default=None,
    )


def _likely(ground: Ground, at: tuple[int, int, int], moves: Sequence[Moving]) -> Sequence[Moving]:
    """Of the many pairs of categories, those with the hidden ones that have most room and the smallest."""
    system, node, sex = at
    if len(moves) <= _PAIRS:
        return moves
    room = ground.room[0][:, node, sex] + ground.room[1][:, node, sex]
    sizes = ground.cells.k[:, node, sex]

    def rank(move: Moving) -> tuple[float, float]:
        other = next(i for i, _ in move if i != system)
        return (-float(room[other]), float(sizes[other]))

    return sorted(moves, key=rank)[:_PAIRS]


def _tried(
    ground: Ground, at: tuple[int, int, int], asked: tuple[float, float], move: Moving
) -> tuple[float, list[Choice]]:
    """The width as it is, and the choices near the tight cell, cheap ones first, until one suffices."""
    system, node, sex = at
    demand, limit = asked
    up, down = _together(ground.room, move)
    hidden_up, hidden_down = _together(ground.hidden, move, ground.room)
    if ground.limits is not None and len(move) == 1:
        for room, side in ((up, 0), (hidden_up, 0), (down, 1), (hidden_down, 1)):
            np.minimum(room, ground.limits[side][system], out=room)
    members = tuple(i for i, _ in move)
    costs = np.where(ground.free[list(members)], ground.cells.n[list(members)], 0.0).sum(axis=0)
    sets = _sets(ground, node, sex, costs, limit)
    found: list[Choice] = []
    width = 0.0
    for start in range(0, max(len(sets), 1), _CHUNK):
        chunk = sets[start : start + _CHUNK]
        tries_up, tries_down = (
            np.repeat(up[None], len(chunk) + 1, 0),
            np.repeat(down[None], len(chunk) + 1, 0),
        )
        for place, (_, nodes, sexes) in enumerate(chunk, 1):
            for y in nodes:
                tries_up[place, y, sexes[0] :] = hidden_up[y, sexes[0] :]
                tries_down[place, y, sexes[0] :] = hidden_down[y, sexes[0] :]
        rise, fall = freedom(ground.cells.tree, tries_up, tries_down, (sex,))
        widths = (rise + fall)[:, node, sex]
        width = float(widths[0])
        for (cost, nodes, sexes), reached in zip(chunk, widths[1:].tolist(), strict=True):
            if reached > width + 1e-9:
                found.append(Choice(members, nodes, sexes, cost, reached))
        if any(choice.width >= demand - 1e-6 for choice in found):
            break
    return width, found


def _sets(
    ground: Ground, node: int, sex: int, costs: Numbers, limit: float
) -> list[tuple[float, tuple[int, ...], tuple[int, ...]]]:
    """Sets of cells to try with their cost in pupils, cheapest first, dearer ones than ``limit`` left out."""
    near = _near(ground, node, costs.sum(axis=1))
    found = []
    for sexes in _SEXES if sex else _SEXES[1:]:
        by_node = costs[:, sexes[0] :].sum(axis=1)
        found += [(float(by_node[list(nodes)].sum()), nodes, sexes) for nodes in near]
    return sorted(one for one in found if 0 < one[0] < limit)


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


def _near(ground: Ground, node: int, costs: Numbers) -> list[tuple[int, ...]]:
    """Sets of nodes to try: siblings with the node itself, then cells beyond the parents."""
    tree = ground.cells.tree
    parent = int(tree.parent[node])
    if parent < 0:
        return [(node,)]
    siblings = [y for y in np.flatnonzero(tree.parent == parent).tolist() if y != node]
    sets = [(node,), *((node, y) for y in siblings), (node, parent)]
    above = int(tree.parent[parent])
    if above >= 0:
        uncles = [y for y in np.flatnonzero(tree.parent == above).tolist() if y != parent]
        sets += [(node, parent, y) for y in uncles]
        sets.append((node, parent, above))
        cousins = [y for y in np.flatnonzero(tree.leaf).tolist() if tree.parent[y] in uncles and costs[y] > 0]
        nearest = sorted(cousins, key=lambda y: (costs[y], y))[:_FAR]
        sets += [(node, parent, int(tree.parent[y]), y) for y in nearest]
    return sets
