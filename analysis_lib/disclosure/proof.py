"""Tries to prove safe what the closed form finds too tight, before more is hidden (floor 5).

A proof is a move that ``exact`` finds. As more is hidden a proof stays good, so each cell is proved once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis_lib.disclosure.cells import Cells, Flags
from analysis_lib.disclosure.exact import Freedom
from analysis_lib.disclosure.links import Links, missed_rooms, size_rooms
from analysis_lib.disclosure.moves import Numbers
from analysis_lib.disclosure.repair import Moving, likely, together

_EDGE = 1e-6
Room = tuple[Numbers, Numbers]


def prove_sizes(cells: Cells, room: Room, flags: tuple[Flags, Flags], asked: tuple[Numbers, Numbers]) -> None:
    """Mark the tight group sizes that can move as far as asked; ``flags`` are (tight, proved so far)."""
    tight, proved = flags
    upwards, demand = asked
    for i in np.flatnonzero((tight & ~proved).any(axis=(1, 2))):
        free = Freedom(cells.tree, (room[0][i], room[1][i]))
        for node, sex in np.argwhere(tight[i] & ~proved[i]).tolist():
            at = i, node, sex
            rise = free.rise(node, sex)
            if rise >= upwards[at] - _EDGE and rise + free.fall(node, sex) >= demand[at] - _EDGE:
                proved[at] = True


@dataclass
class Proof:
    """What has been proved about the results of one population."""

    cells: Cells
    links: Links
    moves: Mapping[int, Sequence[Moving]]
    wide: Flags = field(init=False)
    untold: Flags = field(init=False)

    def __post_init__(self) -> None:
        self.wide = np.zeros(self.cells.state.shape, bool)
        self.untold = np.zeros(self.cells.state.shape, bool)

    def unproved(self, room: Room, flags: tuple[Flags, Flags], demand: Numbers) -> Flags:
        """The cells that are still too tight or tell of a whole group; ``flags`` are both kinds."""
        tight, told = flags
        doubtful = (tight & ~self.wide) | (told & ~self.untold)
        sizes = size_rooms(self.cells)
        for i in np.flatnonzero(doubtful.any(axis=(1, 2))).tolist():
            known: dict[object, Freedom] = {}
            for node, sex in np.argwhere(doubtful[i]).tolist():
                at = i, node, sex
                ways = self._ways(room, sizes, at, known)
                if tight[at] and not self.wide[at]:
                    self.wide[at] = any(
                        way.rise(node, sex) + way.fall(node, sex) >= demand[at] - _EDGE for way in ways
                    )
                if told[at] and not self.untold[at]:
                    self.untold[at] = self._is_untold(at, ways, known)
        return np.asarray((tight & ~self.wide) | (told & ~self.untold))

    def _ways(
        self, room: Room, sizes: Room, at: tuple[int, int, int], known: dict[object, Freedom]
    ) -> list[Freedom]:
        """The moves that may prove a cell: with the group's size first, then each by itself."""
        system = at[0]
        if "size" not in known:
            family = next((list(some) for some in self.links.families if system in some), [system])
            with_size = sizes[0][family].min(axis=0), sizes[1][family].min(axis=0)
            known["size"] = Freedom(self.cells.tree, with_size)
        ways = [known["size"]]
        for move in likely(self.cells, room, at, self.moves[system]):
            if move not in known:
                up, down = together(room, move)
                if len(move) == 1:
                    up = np.minimum(up, self.links.above[system])
                    down = np.minimum(down, self.links.below[system])
                known[move] = Freedom(self.cells.tree, (up, down))
            ways.append(known[move])
        return ways

    def _is_untold(self, at: tuple[int, int, int], ways: list[Freedom], known: dict[object, Freedom]) -> bool:
        """Whether some pupil may have missed what all reached, or reached what none did."""
        system, node, sex = at
        if self.cells.k[at] < 0.5:
            return any(way.rise(node, sex) >= 1 - _EDGE for way in ways)
        if "missed" not in known:
            up, down = missed_rooms(self.cells, self.links)
            known["missed"] = Freedom(self.cells.tree, (up[system], down[system]))
        return known["missed"].rise(node, sex) >= 1 - _EDGE or any(
            way.fall(node, sex) >= 1 - _EDGE for way in ways[1:]
        )
