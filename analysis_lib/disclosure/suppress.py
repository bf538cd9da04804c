"""Hides as little as possible until no hidden number can be worked out (floor 5).

Rounds of: how far can every hidden number move (``moves``), which is too tight, and which is the smallest
group that gives it room when it is hidden too. The attacker in ``audit`` shares no code with this.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis_lib.disclosure import cells as rules
from analysis_lib.disclosure.cells import NEARLY_ALL, NEARLY_NONE, SHOWN, SUPPRESSED, Cells, Flags
from analysis_lib.disclosure.links import Links, Reach, find_links, tie, widths
from analysis_lib.disclosure.moves import FREE, Numbers, freedom
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.repair import Ground, next_to_hide, single_moves
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
    first = _first_of_each(cells.n)
    _hide_sizes(cells, np.zeros(cells.state.shape, bool), policy)
    for _ in range(_MOST_ROUNDS):
        room = rules.n_rooms(cells)
        rise, fall = freedom(cells.tree, *room)
        hidden = (cells.n_state == SUPPRESSED) & ~cells.harmless
        small = hidden & (cells.n < policy.threshold)
        sensitive = small | (hidden & cells.protected & split)
        demand = np.where(sensitive, _widths(cells.n, policy), 0.0)
        upwards = np.where(small, policy.threshold - 1 - cells.n, 0.0)
        short = (rise < upwards) | (rise + fall < demand)
        short[~first] = False
        free = (cells.n_state == SHOWN) & ~cells.harmless & ~cells.known
        ground = Ground(cells, room, (np.where(free, FREE, 0.0), np.where(free, cells.n, 0.0)), free)
        wanted = next_to_hide(ground, short, np.maximum(demand, upwards + 1), single_moves(cells))
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
    by_system = links.moves_of()
    _settle(cells, links)
    for _ in range(_MOST_ROUNDS):
        room = rules.rooms(cells, policy)
        reach = widths(cells, links, room)
        demand = _demand(cells, policy)
        short = cells.unshown & ~cells.known & (reach.rise + reach.fall < demand - 1e-6)
        short |= _is_group_told(cells, policy, reach)
        if not short.any():
            return
        free = np.isin(cells.state, (SHOWN, NEARLY_ALL, NEARLY_NONE)) & ~cells.known & ~cells.harmless
        hidden = np.where(free, cells.n - cells.k, 0.0), np.where(free, cells.k, 0.0)
        ground = Ground(cells, room, hidden, free, (links.above, links.below))
        wanted = next_to_hide(ground, short, demand, by_system)
        if not wanted.any():
            return
        cells.hide(wanted, "complementary", with_signs=True)
        _settle(cells, links)


def _is_group_told(cells: Cells, policy: Policy, reach: Reach) -> Flags:
    """Where every pupil of a small group surely reached it, or surely none did."""
    small = (cells.state == SUPPRESSED) & (cells.n < policy.threshold) & (cells.n > 0) & ~cells.known
    counted = np.array([kind == "share" for kind in cells.kinds])[:, None, None]
    all_of_them = (cells.n - cells.k < 0.5) & (reach.missed < 1)
    none_of_them = (cells.k < 0.5) & (reach.rise < 1)
    return np.asarray(small & counted & ~cells.harmless & (all_of_them | none_of_them))


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
    demand[tails] = np.minimum(cells.n, 1)[tails]
    spread = np.array([kind == "distribution" for kind in cells.kinds])[:, None, None]
    demand = np.where(spread, np.minimum(demand, 1), demand)
    return np.where(cells.harmless, 0.0, demand)
