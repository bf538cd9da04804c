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
    """The lattice of units as arrays: units first, then areas, then the huvudman last."""

    names: tuple[tuple[str, str], ...]
    parent: npt.NDArray[np.int64]
    leaf: npt.NDArray[np.bool_]
    into: Numbers

    @classmethod
    def of(cls, lattice: Lattice, authority: str) -> Tree:
        """The tree over (level, code); ``authority`` is the code of the huvudman's own rows."""
        units, areas = lattice.all_units, tuple(lattice.areas)
        names = [("unit", code) for code in units] + [("area", name) for name in areas]
        names.append(("authority", authority))
        root = len(names) - 1
        area_of = {unit: len(units) + i for i, area in enumerate(areas) for unit in lattice.areas[area]}
        parent = np.array([area_of.get(unit, root) for unit in units] + [root] * len(areas) + [-1])
        leaf = np.arange(root + 1) < len(units)
        into = (parent[: len(units), None] == np.arange(len(units), root + 1)).astype(float)
        return cls(tuple(names), parent, leaf, into)

    def __len__(self) -> int:
        return len(self.names)

    def reach(self, up: Numbers, down: Numbers, share: float = 1.0) -> tuple[Numbers, Numbers]:
        """How far every node can rise and fall when each may move ``up`` and ``down`` by itself.

        Arrays with the nodes along the last axis; a shown node has room 0, an unpublished sum ``FREE``. With
        ``share`` the others give only that part of their room, so that two kinds of moves can be added.
        """
        lent_up, lent_down = up * share, down * share
        inside_up, sums_up = self._inside(lent_up)
        inside_down, sums_down = self._inside(lent_down)
        return (
            self._moved(up, lent_up, (inside_up, sums_up), (inside_down, sums_down)),
            self._moved(down, lent_down, (inside_down, sums_down), (inside_up, sums_up)),
        )

    def _inside(self, room: Numbers) -> tuple[Numbers, Numbers]:
        """How far each node can move by its own parts, and the sum of the parts of each area and the root."""
        units = len(self.into)
        inside = room.copy()
        sums = room[..., :units] @ self.into
        inside[..., units:-1] = np.minimum(room[..., units:-1], sums[..., :-1])
        sums[..., -1] += inside[..., units:-1].sum(axis=-1)
        inside[..., -1] = np.minimum(room[..., -1], sums[..., -1])
        return inside, sums

    def _moved(
        self, room: Numbers, lent: Numbers, same: tuple[Numbers, Numbers], opposite: tuple[Numbers, Numbers]
    ) -> Numbers:
        """The room of each node, cut to what siblings and parents give way for, and to its own parts."""
        units = len(self.into)
        moved = room.copy()
        giving, sums = opposite
        beside_areas = sums[..., -1:] - giving[..., units:-1] + lent[..., -1:]
        passed = np.concatenate([np.minimum(lent[..., units:-1], beside_areas), lent[..., -1:]], axis=-1)
        over = self.parent[:units] - units
        beside = (sums + passed)[..., over] - giving[..., :units]
        moved[..., :units] = np.minimum(room[..., :units], beside)
        own = np.minimum(room[..., units:-1], same[1][..., :-1])
        moved[..., units:-1] = np.minimum(own, beside_areas)
        moved[..., -1] = np.minimum(room[..., -1], same[1][..., -1])
        return moved


def freedom(
    tree: Tree, up: Numbers, down: Numbers, sexes: tuple[int, ...] = (T, F, P)
) -> tuple[Numbers, Numbers]:
    """How far every cell can rise and fall; arrays of (system, node, sex) with the room of each cell.

    Girls and boys can change places where both are hidden (the whole stays), or pupils of one sex can change
    units (the other sex stays), which the wholes must allow. Both can be done one after the other. Only the
    ``sexes`` asked for are filled in.
    """
    rise, fall = np.zeros_like(up), np.zeros_like(down)
    for share in (1.0, 0.5):
        both = np.maximum if share == 1.0 else np.add
        moved = [
            _alone(tree, up, down, sex, share) if sex in sexes or T in sexes else None for sex in (T, F, P)
        ]
        swap = _swap(tree, up, down, share) if F in sexes or P in sexes else None
        for sex in (F, P):
            alone = moved[sex]
            if sex in sexes and alone is not None and swap is not None:
                first, second = swap if sex == F else swap[::-1]
                _widen(rise[..., sex], both(first, alone[0]), up[..., sex])
                _widen(fall[..., sex], both(second, alone[1]), down[..., sex])
        girls, boys = moved[F], moved[P]
        if T in sexes and girls is not None and boys is not None:
            _widen(rise[..., T], both(girls[0], boys[0]), up[..., T])
            _widen(fall[..., T], both(girls[1], boys[1]), down[..., T])
    if T in sexes:
        _widen_whole(tree, (up, down), (rise, fall))
    return rise, fall


Pair = tuple[Numbers, Numbers]


def _swap(tree: Tree, up: Numbers, down: Numbers, share: float) -> Pair:
    """Girls rise where boys fall: how far girls can rise and fall."""
    return tree.reach(np.minimum(up[..., F], down[..., P]), np.minimum(down[..., F], up[..., P]), share)


def _alone(tree: Tree, up: Numbers, down: Numbers, sex: int, share: float) -> Pair | None:
    """One sex moves between units and the wholes with it."""
    if sex == T:
        return None
    return tree.reach(np.minimum(up[..., sex], up[..., T]), np.minimum(down[..., sex], down[..., T]), share)


def _widen_whole(tree: Tree, room: Pair, found: Pair) -> None:
    """Girls and boys move at the same time, as far as the wholes allow."""
    parts = [tree.reach(*_unshared(*room, sex)) for sex in (F, P)]
    whole = tree.reach(room[0][..., T], room[1][..., T])
    for side in (0, 1):
        _widen(found[side][..., T], parts[0][side] + parts[1][side], whole[side])


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
