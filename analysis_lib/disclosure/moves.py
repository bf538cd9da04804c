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

    def reach(self, up: Numbers, down: Numbers, share: float = 1.0) -> tuple[Numbers, Numbers]:
        """How far every node can rise and fall when each may move ``up`` and ``down`` by itself.

        Arrays with the nodes along the last axis; a shown node has room 0, an unpublished sum ``FREE``. With
        ``share`` the others give only that part of their room, so that two kinds of moves can be added.
        """
        lent_up, lent_down = up * share, down * share
        inner_up, inner_down = self._inner(lent_up), self._inner(lent_down)
        rise = np.minimum(self._own(up, inner_up), self._outer(up, lent_up, inner_down))
        fall = np.minimum(self._own(down, inner_down), self._outer(down, lent_down, inner_up))
        return rise, fall

    def _own(self, room: Numbers, inner: Numbers) -> Numbers:
        return np.where(self.leaf, room, np.minimum(room, inner))

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

    def _outer(self, room: Numbers, lent: Numbers, opposite: Numbers) -> Numbers:
        """How far a node may move in one direction if siblings and parents give way in the other."""
        passed, outside = lent.copy(), room.copy()
        giving = self.children_sum(opposite)
        inner = [node for node in range(len(self) - 2, -1, -1) if not self.leaf[node]]
        for nodes in [*([node] for node in inner), np.flatnonzero(self.leaf)]:
            over = self.parent[nodes]
            siblings = giving[..., over] - opposite[..., nodes] + passed[..., over]
            passed[..., nodes] = np.minimum(lent[..., nodes], siblings)
            outside[..., nodes] = np.minimum(room[..., nodes], siblings)
        return outside


def freedom(tree: Tree, up: Numbers, down: Numbers) -> tuple[Numbers, Numbers]:
    """How far every cell can rise and fall; arrays of (system, node, sex) with the room of each cell.

    Girls and boys can change places where both are hidden (the whole stays), or pupils of one sex can change
    units (the other sex stays), which the wholes must allow. Both can be done one after the other.
    """
    rise, fall = np.zeros_like(up), np.zeros_like(down)
    swap_room = np.minimum(up[..., F], down[..., P]), np.minimum(down[..., F], up[..., P])
    rooms = {
        sex: (np.minimum(up[..., sex], up[..., T]), np.minimum(down[..., sex], down[..., T])) for sex in (F, P)
    }
    for share in (1.0, 0.5):
        swap = tree.reach(*swap_room, share)
        alone = {sex: tree.reach(*rooms[sex], share) for sex in (F, P)}
        both = np.maximum if share == 1.0 else np.add
        for sex, (first, second) in ((F, swap), (P, swap[::-1])):
            _widen(rise[..., sex], both(first, alone[sex][0]), up[..., sex])
            _widen(fall[..., sex], both(second, alone[sex][1]), down[..., sex])
        for side, target, room in ((0, rise, up), (1, fall, down)):
            _widen(target[..., T], both(alone[F][side], alone[P][side]), room[..., T])
    split = {sex: _unshared(up, down, sex) for sex in (F, P)}
    parts = [tree.reach(*split[sex]) for sex in (F, P)]
    whole = tree.reach(up[..., T], down[..., T])
    _widen(rise[..., T], parts[0][0] + parts[1][0], whole[0])
    _widen(fall[..., T], parts[0][1] + parts[1][1], whole[1])
    return rise, fall


def _unshared(up: Numbers, down: Numbers, sex: int) -> tuple[Numbers, Numbers]:
    """The room of one sex where the whole has room for both sexes at once, half the whole's elsewhere."""
    rooms = []
    for room in (up, down):
        whole = room[..., T]
        wide = whole >= room[..., F] + room[..., P]
        rooms.append(np.minimum(room[..., sex], np.where(wide, whole, whole / 2)))
    return rooms[0], rooms[1]


def _widen(widest: Numbers, found: Numbers, limit: Numbers) -> None:
    np.maximum(widest, np.minimum(found, limit), out=widest)
