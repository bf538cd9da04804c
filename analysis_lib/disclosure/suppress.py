"""Hides as little as possible until no hidden number can be worked out (floor 5).

Rounds of: how far can every hidden number move (``moves``), which is too tight, and which is the smallest
group that gives it room when it is hidden too. The attacker in ``audit`` shares no code with this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from analysis_lib.disclosure import cells as rules
from analysis_lib.disclosure.cells import NEARLY_ALL, NEARLY_NONE, SHOWN, SUPPRESSED, Cells, Flags
from analysis_lib.disclosure.links import Links, find_links, tie, widths
from analysis_lib.disclosure.moves import F, Numbers, P, T, freedom
from analysis_lib.disclosure.policy import Policy
from analysis_lib.vocabulary.indicators import Indicator

_MOST_ROUNDS = 500


def suppress(cells: Cells, policy: Policy, indicators: Mapping[str, Indicator]) -> None:
    """Apply every rule to the cells of one population, in place."""
    rules.hide_small_groups(cells, policy)
    if not policy.n_public:
        protect_sizes(cells, policy)
    rules.hide_tails(cells, policy)
    protect_results(cells, policy, find_links(cells, indicators))


def protect_sizes(cells: Cells, policy: Policy) -> None:
    """Hide more group sizes until every small one could be anything below the threshold."""
    split = np.arange(3) > 0
    alone = [(i,) for i in range(len(cells.systems))]
    first = _first_of_each(cells.n)
    _hide_sizes(cells, np.zeros(cells.state.shape, bool), policy)
    for _ in range(_MOST_ROUNDS):
        rise, fall = freedom(cells.tree, *rules.n_rooms(cells))
        hidden = (cells.n_state == SUPPRESSED) & ~cells.harmless
        small = hidden & (cells.n < policy.threshold)
        sensitive = small | (hidden & cells.protected & split)
        short = small & (cells.n + rise < policy.threshold - 1)
        short |= sensitive & (rise + fall < _widths(cells.n, policy))
        short[~first] = False
        wanted = _partners(cells, short, cells.n_state == SHOWN, alone)
        if not wanted.any():
            return
        _hide_sizes(cells, wanted, policy)


def _first_of_each(n: Numbers) -> Flags:
    """One system for each distinct set of group sizes; the others follow it."""
    keys = [part.tobytes() for part in n]
    return np.array([keys.index(key) == i for i, key in enumerate(keys)])


def _hide_sizes(cells: Cells, wanted: Flags, policy: Policy) -> None:
    """Hide group sizes, also of the groups within them that are nearly as large (pupils with a grade)."""
    cells.hide_n(wanted, "complementary")
    rules.hide_parts(cells)
    hidden = cells.n_state == SUPPRESSED
    for i in np.flatnonzero(hidden.any(axis=(1, 2))):
        gap = cells.n[i] - cells.n
        near = hidden[i] & (cells.n[i] >= policy.threshold) & (gap >= 0) & (gap < policy.threshold)
        cells.hide_n(near & ~cells.harmless, "complementary")
    rules.hide_parts(cells)


def protect_results(cells: Cells, policy: Policy, links: Links) -> None:
    """Hide more results until every hidden one keeps the width that the policy demands."""
    alone = [(i,) for i in range(len(cells.systems))]
    families = [links.family(i) for i in range(len(cells.systems))]
    spread = np.array([kind == "distribution" for kind in cells.kinds])[:, None, None]
    _settle(cells, links)
    for _ in range(_MOST_ROUNDS):
        rise, fall = widths(cells, links, rules.rooms(cells, policy))
        short = cells.unshown & ~cells.known & (rise + fall < _demand(cells, policy) - 1e-6)
        if not short.any():
            return
        free = (cells.state == SHOWN) & ~cells.known & ~cells.harmless
        wanted = _categories(cells, short, free)
        single = short & ~spread
        wanted |= _partners(cells, single, free & _has_room(cells, links), alone)
        if not wanted.any():
            wanted = _partners(cells, single, free, families)
        if not wanted.any():
            return
        cells.hide(wanted, "complementary")
        _settle(cells, links)


def _settle(cells: Cells, links: Links) -> None:
    before = -1
    while before != (before := int(cells.unshown.sum())):
        tie(cells, links)
        rules.hide_parts(cells)


def _widths(n: Numbers, policy: Policy) -> Numbers:
    least = np.maximum(2, np.minimum(policy.interval_width, np.ceil(n / 2)))
    return np.minimum(n, least)


def _demand(cells: Cells, policy: Policy) -> Numbers:
    """The width that each hidden result must keep; categories of a distribution must only stay unknown."""
    sensitive = (cells.n < policy.threshold) | (cells.protected & (np.arange(3) > 0))
    sensitive |= cells.reason == "published"
    demand = np.where((cells.state == SUPPRESSED) & sensitive, _widths(cells.n, policy), 0.0)
    tails = np.isin(cells.state, (NEARLY_ALL, NEARLY_NONE))
    demand[tails] = np.minimum(cells.n, 2)[tails]
    spread = np.array([kind == "distribution" for kind in cells.kinds])[:, None, None]
    demand = np.where(spread, np.minimum(demand, 1), demand)
    return np.where(cells.harmless, 0.0, demand)


def _has_room(cells: Cells, links: Links) -> Flags:
    """Where hiding a cell would give its neighbours any room."""
    up = np.minimum(cells.n - cells.k, links.above)
    down = np.minimum(cells.k, links.below)
    useful = up + down > 0
    swap = np.minimum(up[..., F], down[..., P]) + np.minimum(down[..., F], up[..., P])
    useful[..., F] = useful[..., P] = swap > 0
    return np.asarray(useful)


def _partners(cells: Cells, short: Flags, free: Flags, groups: list[tuple[int, ...]]) -> Flags:
    """The cells to hide next: for every system and parent with a tight child, the smallest that helps."""
    wanted = np.zeros(short.shape, bool)
    for i in np.flatnonzero(short.any(axis=(1, 2))).tolist():
        members = list(groups[i])
        for node, sex in _tight(cells, short[i]):
            if wanted[i].any() and _is_served(cells, wanted[i], node):
                continue
            for where in _candidates(cells, i, node, sex, free[members].any(axis=0)):
                wanted[np.ix_(members, where[0], where[1])] |= free[np.ix_(members, where[0], where[1])]
                break
    return wanted


def _tight(cells: Cells, short: Flags) -> Iterator[tuple[int, int]]:
    """The tight cells of one system, wholes and small groups first."""
    nodes, sexes = np.nonzero(short)
    order = sorted(zip(sexes.tolist(), nodes.tolist(), strict=True), key=lambda at: (at[0] > 0, at[1], at[0]))
    yield from ((node, sex) for sex, node in order)


def _is_served(cells: Cells, wanted: Flags, node: int) -> bool:
    """Whether a sibling of the node is about to be hidden already."""
    parent = cells.tree.parent
    return bool(wanted[parent == parent[node]].any())


def _candidates(
    cells: Cells, system: int, node: int, sex: int, free: Flags
) -> Iterator[tuple[list[int], list[int]]]:
    """Cells to hide for a tight one, best first: (nodes, sexes); siblings, then the parent, then upwards."""
    sizes = cells.n[system, :, T]
    columns = [[F, P], [T, F, P]] if sex else [[T, F, P]]
    for taken in columns:
        if T in taken and sex and free[node, T]:
            yield [node], taken
        lead = taken[0]
        at = node
        while cells.tree.parent[at] >= 0:
            over = int(cells.tree.parent[at])
            siblings = np.flatnonzero((cells.tree.parent == over) & free[:, lead])
            for sibling in sorted(siblings.tolist(), key=lambda y: (sizes[y], y)):
                if sibling != at:
                    yield [sibling], taken
            if free[over, lead]:
                yield [over], taken
            at = over


def _categories(cells: Cells, short: Flags, free: Flags) -> Flags:
    """More categories to hide, for tight categories of a distribution."""
    wanted = np.zeros(short.shape, bool)
    for members in _distribution_members(cells):
        for i in members:
            for node, sex in _tight(cells, short[i]):
                _hide_category(cells, wanted, free, members, (i, node, sex))
    return wanted


def _distribution_members(cells: Cells) -> list[list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for i, (name, subject, _) in enumerate(cells.systems):
        if cells.kinds[i] == "distribution":
            found.setdefault((name, subject), []).append(i)
    return list(found.values())


def _hide_category(
    cells: Cells, wanted: Flags, free: Flags, members: list[int], at: tuple[int, int, int]
) -> None:
    system, node, sex = at
    if wanted[members, node].any() or wanted[members][:, cells.tree.parent == cells.tree.parent[node]].any():
        return
    sexes = [F, P] if sex else [T, F, P]
    others = [c for c in members if c != system]
    open_others = [c for c in others if free[c, node, sex]]
    if not any(cells.unshown[c, node, sex] for c in others) and open_others:
        wanted[np.ix_([min(open_others, key=lambda c: (cells.k[c, node, sex], c))], [node], sexes)] = True
        return
    partner = max(
        (c for c in others if cells.unshown[c, node, sex]), key=lambda c: (cells.k[c, node, sex], -c), default=-1
    )
    pair = [system, partner] if partner >= 0 else [system]
    for nodes, taken in _candidates(cells, system, node, sex, free[pair].any(axis=0)):
        useful = free[np.ix_(pair, nodes, taken)]
        if useful.any():
            wanted[np.ix_(pair, nodes, taken)] |= useful
            return
    if open_others:
        wanted[np.ix_([min(open_others, key=lambda c: (cells.k[c, node, sex], c))], [node], sexes)] = True


