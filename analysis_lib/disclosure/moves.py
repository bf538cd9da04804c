"""How far hidden numbers can move without any shown number changing (floor 5).

A hidden count is safe when pupils could be moved between hidden cells so that every shown sum stays. The
lattice of units is a tree, so the longest such move has a closed form, worked out for all indicators at once.
What is found is always possible; sometimes more is, so the answer errs on the side of hiding too much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis_lib.disclosure.lattice import Lattice

Numbers = npt.NDArray[np.float64]
FREE = 1e9
T, F, P = 0, 1, 2


@dataclass(frozen=True)
class Tree:
    """The lattice of units as arrays: leaves first, then areas, then the huvudman last."""

    names: tuple[tuple[str, str], ...]
    parent: npt.NDArray[np.int64]
    leaf: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, lattice: Lattice, authority: str) -> Tree:
        """The tree over (level, code); ``authority`` is the code of the huvudman's own rows."""
        units = lattice.all_units
        areas = tuple(lattice.areas)
        names = [("unit", code) for code in units] + [("area", name) for name in areas]
        names.append(("authority", authority))
        root = len(names) - 1
        area_of = {unit: len(units) + i for i, area in enumerate(areas) for unit in lattice.areas[area]}
        parent = [area_of.get(unit, root) for unit in units] + [root] * len(areas) + [-1]
        leaf = [True] * len(units) + [False] * (len(areas) + 1)
        return cls(tuple(names), np.array(parent), np.array(leaf))

    def __len__(self) -> int:
        return len(self.names)

    def children_sum(self, values: Numbers) -> Numbers:
        """The sum of the children's values at every node, along the last axis."""
        sums = np.zeros_like(values)
        for node in np.flatnonzero(~self.leaf):
            sums[..., node] = values[..., self.parent == node].sum(axis=-1)
        return sums

    def reach(self, up: Numbers, down: Numbers) -> tuple[Numbers, Numbers]:
        """How far every node can rise and fall when each may move ``up`` and ``down`` by itself.

        Arrays with the nodes along the last axis; a shown node has room 0, an unpublished sum ``FREE``.
        """
        inner_up, inner_down = self._inner(up), self._inner(down)
        rise = np.minimum(inner_up, self._outer(up, inner_down))
        fall = np.minimum(inner_down, self._outer(down, inner_up))
        return rise, fall

    def _inner(self, room: Numbers) -> Numbers:
        inside = room.copy()
        root = len(self) - 1
        for node in np.flatnonzero(~self.leaf):
            if node != root:
                inside[..., node] = np.minimum(
                    room[..., node], inside[..., self.parent == node].sum(axis=-1)
                )
        inside[..., root] = np.minimum(room[..., root], inside[..., self.parent == root].sum(axis=-1))
        return inside

    def _outer(self, room: Numbers, opposite: Numbers) -> Numbers:
        """How far a node may move in one direction if siblings and parents give way in the other."""
        outside = room.copy()
        giving = self.children_sum(opposite)
        for node in range(len(self) - 2, -1, -1):
            if not self.leaf[node]:
                self._give_way(outside, room, giving, opposite, node)
        leaves = np.flatnonzero(self.leaf)
        over = self.parent[leaves]
        siblings = giving[..., over] - opposite[..., leaves] + outside[..., over]
        outside[..., leaves] = np.minimum(room[..., leaves], siblings)
        return outside

    def _give_way(
        self, outside: Numbers, room: Numbers, giving: Numbers, opposite: Numbers, node: int
    ) -> None:
        over = self.parent[node]
        siblings = giving[..., over] - opposite[..., node] + outside[..., over]
        outside[..., node] = np.minimum(room[..., node], siblings)


def freedom(tree: Tree, up: Numbers, down: Numbers) -> tuple[Numbers, Numbers]:
    """How far every cell can rise and fall; arrays of (system, node, sex) with the room of each cell.

    Girls and boys can change places where both are hidden (the whole stays), or pupils of one sex can change
    units (the other sex stays), which the wholes must allow.
    """
    rise, fall = np.zeros_like(up), np.zeros_like(down)
    swap = tree.reach(np.minimum(up[..., F], down[..., P]), np.minimum(down[..., F], up[..., P]))
    alone = {}
    for sex in (F, P):
        room = np.minimum(up[..., sex], up[..., T]), np.minimum(down[..., sex], down[..., T])
        alone[sex] = tree.reach(*room)
    rise[..., F] = np.maximum(swap[0], alone[F][0])
    fall[..., F] = np.maximum(swap[1], alone[F][1])
    rise[..., P] = np.maximum(swap[1], alone[P][0])
    fall[..., P] = np.maximum(swap[0], alone[P][1])
    whole = tree.reach(up[..., T], down[..., T])
    rise[..., T] = np.minimum(whole[0], alone[F][0] + alone[P][0])
    fall[..., T] = np.minimum(whole[1], alone[F][1] + alone[P][1])
    return rise, fall
