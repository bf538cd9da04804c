"""Hides more until every hidden number could be as far from the truth as the policy demands (floor 5).

Rounds of: how far could every hidden number lie from the truth (``room``), and which is the smallest unit
that gives the tightest more room.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis_lib.disclosure.cells import (
    ABSENT,
    FREE,
    NEARLY_ALL,
    NEARLY_NONE,
    SHOWN,
    SUPPRESSED,
    UNSAID,
    Cells,
    F,
    Flags,
    Numbers,
    P,
    T,
    widths,
)
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.room import free_the_silent, freedom, reach, rooms
from analysis_lib.disclosure.suppress_rules import few_left_out, hide_node, is_result

EDGE = 1e-6
_MOST_ROUNDS = 2000
SENSITIVE = ("earlier", "published", "dominance")  # hidden for more than being few


def _drop_short_signs(cells: Cells, short: Flags) -> bool:
    """Take away the sign of girls or boys where it is what binds the two; whether any was."""
    signs = np.isin(cells.state, (NEARLY_ALL, NEARLY_NONE)) & ~cells.told & ~cells.known
    signs[..., T] = False
    parts = short[..., F] | short[..., P]
    where = signs & (parts & (cells.state[..., T] == SHOWN))[..., None]
    cells.hide(where, "sexes")
    return bool(where.any())


def protect_sizes(cells: Cells, policy: Policy) -> None:
    """Hide more group sizes until every small one could be anything below the threshold."""
    for _ in range(_MOST_ROUNDS):
        cells.settle(policy)
        hidden, silent = cells.n_state == SUPPRESSED, cells.state == UNSAID
        up = np.where(hidden | silent, FREE, 0.0)
        down = np.where(hidden | silent, cells.n, 0.0)
        rise, fall = freedom(*free_the_silent(cells, up, down))
        said = ~np.isin(cells.state, (ABSENT, UNSAID)) & ~cells.known & ~cells.harmless
        small = (cells.n < policy.threshold) & (cells.n > 0)
        sensitive = hidden & said & (small | cells.protected) & (cells.outer_n == 0)
        tight = rise + fall < widths(cells.n, policy)
        short = sensitive & (tight | (rise < policy.threshold - 1 - cells.n))
        shown = (cells.n_state == SHOWN) & said
        wanted = _next(cells, short, shown, np.zeros_like(short))
        if not wanted.any():
            return
        told = np.asarray(wanted.any(axis=0))
        for node in np.flatnonzero(told[:, T]).tolist():
            hide_node(cells, node)
        cells.hide_n(np.broadcast_to(told, wanted.shape))
        cells.hide(np.broadcast_to(told, wanted.shape) & is_result(cells), "complementary")


def protect_results(
    cells: Cells, policy: Policy, *, wide: Numbers | None = None, reaching: Numbers | None = None
) -> None:
    """Hide more results until every hidden one keeps the width that the policy demands, and is as ``wide``.

    ``reaching`` is what each hidden number must be able to be, at least.
    """
    more = np.zeros_like(cells.n) if wide is None else wide
    least = np.zeros_like(cells.n) if reaching is None else reaching - cells.k
    for _ in range(_MOST_ROUNDS):
        cells.settle(policy)
        demand = np.minimum(np.maximum(_demand(cells, policy), more), _widest(cells, policy))
        room = rooms(cells, policy)
        rise, fall = reach(cells, room)
        short = cells.unshown & ~cells.known & ((rise + fall < demand - EDGE) | (rise < least - EDGE))
        if not short.any():
            return
        if _drop_short_signs(cells, short):
            continue
        shown = (cells.state == SHOWN) & ~(cells.known | cells.told | cells.harmless) & is_result(cells)
        wanted = _next(cells, short, shown, _bound_by_whole(room, demand))
        wanted = _better_units(cells, policy, wanted, short, shown)
        if not wanted.any():
            signs = np.isin(cells.state, (NEARLY_ALL, NEARLY_NONE)) & ~cells.known & ~cells.told & ~short
            wanted = _next(cells, short, signs, np.zeros_like(short))
        if not wanted.any():
            return
        before = cells.state.copy()
        small = (short & (cells.n < policy.threshold))[..., T].any(axis=1)
        for node in np.flatnonzero(wanted[small, :-1, T].any(axis=0)).tolist():
            hide_node(cells, node)
        cells.hide(wanted, "complementary")
        if (cells.state == before).all():  # nothing more can be taken back
            return


def _better_units(cells: Cells, policy: Policy, wanted: Flags, short: Flags, shown: Flags) -> Flags:
    """For nested indicators the unit that gives most room, hidden in all: the smallest may give none."""
    better = wanted.copy()
    for family in cells.families:
        if not wanted[family][..., T].any() or not short[family][..., T].any():
            continue
        free = np.flatnonzero(shown[family, :-1, T].any(axis=0))
        if len(free) < 2:
            continue
        loss = [_lack(cells, policy, family, node) for node in free.tolist()]
        size = cells.size[free, T]
        best = int(free[np.lexsort((size, loss))[0]])
        better[family] = False
        better[family, best] = True
    return better


def _lack(cells: Cells, policy: Policy, family: list[int], node: int) -> float:
    """How much of the demanded width nested indicators would still lack if a unit were hidden too."""
    tried = replace(cells, state=cells.state.copy(), reason=cells.reason.copy())
    where = np.zeros(cells.state.shape, bool)
    where[family, node] = True
    tried.hide(where, "complementary")
    tried.settle(policy)
    rise, fall = reach(tried, rooms(tried, policy))
    lack = np.maximum(_demand(tried, policy) - rise - fall, 0) * ~tried.known
    return float(lack[family][..., T].sum())


def drop_tight_signs(cells: Cells, policy: Policy) -> None:
    """A ``~100`` that still holds fewer values than it says becomes ``..``."""
    rise, fall = reach(cells, rooms(cells, policy))
    signs = np.isin(cells.state, (NEARLY_ALL, NEARLY_NONE))
    cells.hide(signs & (rise + fall < _demand(cells, policy) - EDGE), "complementary")
    cells.settle(policy)


def _widest(cells: Cells, policy: Policy) -> Numbers:
    """The width every result would keep if nothing of our own were shown: more cannot be asked for.

    Our own signs would go too where a small group needs it, or a sign that has been said before and cannot be
    taken back, not for each other's sake.
    """
    widest = np.zeros_like(cells.n)
    for with_signs in (False, True):
        hidden = replace(cells, state=cells.state.copy(), reason=cells.reason.copy())
        hidden.hide(is_result(cells), "complementary", with_signs=with_signs)
        rise, fall = reach(hidden, rooms(hidden, policy))
        widest = np.where((cells.state == SUPPRESSED) | cells.told | (not with_signs), rise + fall, widest)
    return widest


def _bound_by_whole(room: tuple[Numbers, Numbers], demand: Numbers) -> Flags:
    """Where the whole by itself tells too much of girls or boys, whatever else is hidden."""
    up, down = room
    wide = np.minimum(up[..., F], down[..., P]) + np.minimum(down[..., F], up[..., P])
    told = (up[..., T] + down[..., T]) == 0
    tight = told[..., None] & (wide[..., None] < demand[..., 1:] - EDGE)
    bound = np.zeros(demand.shape, bool)
    bound[..., 1:] = tight
    return bound


def _next(cells: Cells, short: Flags, shown: Flags, bound: Flags) -> Flags:
    """The next cells to hide: per indicator one more unit, the smallest, the huvudman last."""
    wanted = np.zeros(short.shape, bool)
    size = np.append(cells.size[:-1, T], np.inf)
    order = np.argsort(size, kind="stable")
    for i in np.flatnonzero(short.any(axis=(1, 2))).tolist():
        if not short[i, :, T].any():
            tied = shown[i, :, T] & (short[i] & bound[i]).any(axis=-1)
            if tied.any():
                wanted[i, tied] = True
                continue
            pair = _first(order, shown[i, :, F] | shown[i, :, P])
            if pair is not None:
                wanted[i, pair, 1:] = True
                continue
        whole = _first(order, shown[i, :, T])
        if whole is not None:
            wanted[i, whole] = True
    return wanted


def _first(order: np.ndarray[tuple[int], np.dtype[np.intp]], free: Flags) -> int | None:
    there = order[free[order]]
    return int(there[0]) if len(there) else None


def _demand(cells: Cells, policy: Policy) -> Numbers:
    """The width that each hidden result must keep: small groups, protected identities, signs."""
    sensitive = (cells.n < policy.threshold) | cells.protected
    sensitive |= np.isin(cells.reason, SENSITIVE)
    # Of how few pupils a mean is whose own size is hidden, no reader knows.
    sensitive |= (cells.n_state == SUPPRESSED) & (cells.outer_n > 0)
    demand = np.where((cells.state == SUPPRESSED) & sensitive, widths(cells.n, policy), 0.0)
    left_out = (cells.state == SUPPRESSED) & few_left_out(cells, policy)
    demand = np.maximum(demand, np.where(left_out, widths(cells.outside_n, policy), 0.0))
    signs = np.isin(cells.state, (NEARLY_ALL, NEARLY_NONE))
    demand = np.where(signs, np.minimum(cells.n, policy.tail - 1), demand)
    counted = np.array([kind in ("share", "mean") for kind in cells.kinds])[:, None, None]
    return np.where(cells.harmless | ~counted, 0.0, demand)
