"""What binds one indicator's hidden numbers to another's (floor 5).

Nested indicators (eligible for science are eligible for vocational programmes), the categories of a
distribution (they sum to n), two indicators that count the same pupils, and a mean of points beside the
distribution it is made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis_lib.disclosure.cells import ABSENT, Cells, n_rooms
from analysis_lib.disclosure.moves import FREE, Numbers, freedom
from analysis_lib.vocabulary.indicators import Indicator


@dataclass(frozen=True)
class Links:
    """The bonds of one population.

    ``moves`` are counts that change together, each a tuple of (system, +1 or -1); ``above`` and ``below`` say
    how far a system may move by itself before it meets one that holds it or that it holds.
    """

    moves: tuple[tuple[tuple[int, int], ...], ...]
    above: Numbers
    below: Numbers
    families: tuple[tuple[int, ...], ...]
    same: tuple[tuple[int, ...], ...]
    means: tuple[tuple[int, tuple[int, ...]], ...]

    def moves_of(self) -> dict[int, list[tuple[tuple[int, int], ...]]]:
        """The moves that each system takes part in."""
        found: dict[int, list[tuple[tuple[int, int], ...]]] = {}
        for move in self.moves:
            for system, _ in move:
                found.setdefault(system, []).append(move)
        return found


def find_links(cells: Cells, indicators: Mapping[str, Indicator]) -> Links:
    """The bonds between the systems of one population."""
    above, below = np.full(cells.n.shape, FREE), np.full(cells.n.shape, FREE)
    pairs = _nested_pairs(cells, indicators)
    for inner, outer in pairs:
        both = (cells.state[inner] != ABSENT) & (cells.state[outer] != ABSENT)
        space = np.where(both, np.maximum(cells.k[outer] - cells.k[inner], 0), FREE)
        above[inner] = np.minimum(above[inner], space)
        below[outer] = np.minimum(below[outer], space)
    families = _joined(pairs)
    distributions = _distributions(cells)
    moves: list[tuple[tuple[int, int], ...]] = [((i, 1),) for i in range(len(cells.systems))]
    moves += [tuple((i, 1) for i in family) for family in families]
    for members in distributions.values():
        moves += [((c, 1), (d, -1)) for at, c in enumerate(members) for d in members[at + 1 :]]
        alone = set(members) if len(members) > 1 else set()
        moves = [move for move in moves if not (len(move) == 1 and move[0][0] in alone)]
    return Links(
        moves=tuple(moves),
        above=above,
        below=below,
        families=families,
        same=_same_counts(cells),
        means=_means_of_distributions(cells, distributions),
    )


@dataclass(frozen=True)
class Reach:
    """How far each result can rise and fall, and by how many those who did not reach it can grow."""

    rise: Numbers
    fall: Numbers
    missed: Numbers


def widths(cells: Cells, links: Links, room: tuple[Numbers, Numbers]) -> Reach:
    """How far each result can move by the best single move it takes part in."""
    up, down = room
    size = max(len(move) for move in links.moves)
    shape = (len(links.moves), *up.shape[1:])
    together_up, together_down = np.full(shape, FREE), np.full(shape, FREE)
    for place in range(size):
        at = [m for m, move in enumerate(links.moves) if len(move) > place]
        system = [links.moves[m][place][0] for m in at]
        plain = np.array([links.moves[m][place][1] > 0 for m in at])[:, None, None]
        together_up[at] = np.minimum(together_up[at], np.where(plain, up[system], down[system]))
        together_down[at] = np.minimum(together_down[at], np.where(plain, down[system], up[system]))
    alone = [m for m, move in enumerate(links.moves) if len(move) == 1]
    system = [links.moves[m][0][0] for m in alone]
    together_up[alone] = np.minimum(together_up[alone], links.above[system])
    together_down[alone] = np.minimum(together_down[alone], links.below[system])
    rise, fall = freedom(cells.tree, together_up, together_down)
    best_up, best_down = np.zeros_like(up), np.zeros_like(down)
    for m, move in enumerate(links.moves):
        for i, sign in move:
            better_up, better_down = (rise[m], fall[m]) if sign > 0 else (fall[m], rise[m])
            np.maximum(best_up[i], better_up, out=best_up[i])
            np.maximum(best_down[i], better_down, out=best_down[i])
    with_up, with_down = _with_sizes(cells, links)
    missed_up, missed_down = n_rooms(cells)
    missed_down = np.minimum(missed_down, np.where(cells.state == ABSENT, missed_down, cells.n - cells.k))
    missed = np.maximum(best_down, freedom(cells.tree, missed_up, missed_down)[0])
    return Reach(np.maximum(best_up, with_up), np.maximum(best_down, with_down), missed)


def _with_sizes(cells: Cells, links: Links) -> tuple[Numbers, Numbers]:
    """How far results can move together with hidden group sizes: pupils who count change places.

    What a nested system holds must be among those who move, so a family moves as one.
    """
    up, down = size_rooms(cells)
    rise, fall = freedom(cells.tree, up, down)
    for family in links.families:
        members = list(family)
        together = freedom(cells.tree, up[members].min(axis=0)[None], down[members].min(axis=0)[None])
        rise[members], fall[members] = together[0], together[1]
    return rise, fall


def size_rooms(cells: Cells) -> tuple[Numbers, Numbers]:
    """The room of pupils who count, where also the group's size is hidden."""
    up, down = n_rooms(cells)
    down = np.minimum(down, np.where(cells.state == ABSENT, down, cells.k))
    return up, down


def tie(cells: Cells, links: Links) -> None:
    """Hide together what tells the same: equal counts, and a mean beside a distribution with gaps."""
    for group in links.same:
        members = list(group)
        hidden = np.asarray(cells.unshown[members].any(axis=0))
        _hide_in(cells, members, hidden, "linked")
    for mean, categories in links.means:
        gaps = np.asarray(cells.unshown[list(categories)].any(axis=0))
        _hide_in(cells, [mean], gaps, "linked")


def _hide_in(cells: Cells, systems: list[int], where: npt.NDArray[np.bool_], reason: str) -> None:
    mask = np.zeros(cells.state.shape, bool)
    mask[systems] = where
    cells.hide(mask, reason)


def _nested_pairs(cells: Cells, indicators: Mapping[str, Indicator]) -> list[tuple[int, int]]:
    """(inner, outer): every pupil who counts in the inner system also counts in the outer."""
    number = {system: i for i, system in enumerate(cells.systems)}
    pairs = []
    for outer, (name, subject, category) in enumerate(cells.systems):
        for inside in _all_inside(name, indicators):
            inner = number.get((inside, subject, category))
            if inner is not None and cells.kinds[inner] == cells.kinds[outer] == "share":
                pairs.append((inner, outer))
    return pairs


def _all_inside(name: str, indicators: Mapping[str, Indicator]) -> list[str]:
    found: list[str] = []
    waiting = [name]
    while waiting:
        known = indicators.get(waiting.pop())
        for inside in known.implied_by if known else ():
            if inside not in found and inside != name:
                found.append(inside)
                waiting.append(inside)
    return sorted(found)


def _joined(pairs: list[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    families: list[set[int]] = []
    for pair in pairs:
        touching = [family for family in families if family & set(pair)]
        families = [family for family in families if family not in touching]
        families.append(set(pair).union(*touching))
    return tuple(sorted(tuple(sorted(family)) for family in families))


def _distributions(cells: Cells) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for i, (name, subject, _) in enumerate(cells.systems):
        if cells.kinds[i] == "distribution":
            found.setdefault((name, subject), []).append(i)
    return found


def _same_counts(cells: Cells) -> tuple[tuple[int, ...], ...]:
    """Systems whose n and k are the same everywhere, or where one counts those the other leaves out."""
    groups: dict[bytes, list[int]] = {}
    for i, kind in enumerate(cells.kinds):
        if kind not in ("share", "distribution"):
            continue
        left = cells.n[i] - cells.k[i]
        parts = sorted((cells.k[i].tobytes(), left.tobytes()))
        groups.setdefault(cells.n[i].tobytes() + b"".join(parts), []).append(i)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _means_of_distributions(
    cells: Cells, distributions: Mapping[tuple[str, str], list[int]]
) -> tuple[tuple[int, tuple[int, ...]], ...]:
    by_subject: dict[str, list[int]] = {}
    for (_, subject), members in distributions.items():
        by_subject.setdefault(subject, []).extend(members)
    return tuple(
        (i, tuple(by_subject[subject]))
        for i, (_, subject, _) in enumerate(cells.systems)
        if cells.kinds[i] == "mean" and subject and subject in by_subject
    )
