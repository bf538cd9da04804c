"""Hides as little as possible until no hidden number can be worked out (floor 5).

One hidden set of units for all results of a group of pupils, signs for nearly all and nearly none, girls and
boys together; then rounds of: how far could every hidden number lie from the truth (``room``), and which is
the smallest unit that gives the tightest more room. The attacker in ``audit`` shares no code with this.
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
    lone_signs,
    widths,
)
from analysis_lib.disclosure.distributions import release_distributions
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.room import free_the_silent, freedom, reach, rooms

_EDGE = 1e-6
_MOST_ROUNDS = 2000
_SENSITIVE = ("earlier", "published", "dominance")  # hidden for more than being few


def suppress(cells: Cells, policy: Policy) -> None:
    """Apply every rule to the cells of one group of pupils, in place."""
    hide_small_groups(cells, policy)
    hide_tails(cells, policy)
    hide_sexes(cells, policy)
    before = -1
    while before != (before := int((cells.state == SUPPRESSED).sum())):
        if not cells.n_public:
            protect_sizes(cells, policy)
        protect_results(cells, policy)
    # Published figures may tell it already; what we tell ourselves must not tell it once more.
    cells.known[:] = cells.told & (cells.state == SHOWN)
    protect_results(cells, policy)
    _drop_tight_signs(cells, policy)
    hide_inner_sizes(cells, policy)
    hide_telling_values(cells, policy)
    protect_results(cells, policy)  # what those two hid may follow from what is shown
    release_distributions(cells, policy)
    counts = np.array([kind == "count" for kind in cells.kinds])[:, None, None]
    cells.hide(counts & (cells.n_state == SUPPRESSED), "primary")


def hide_small_groups(cells: Cells, policy: Policy) -> None:
    """Groups under the threshold lose their result, and their size where it is not public."""
    size = np.broadcast_to(cells.size, cells.n.shape)
    inner = (cells.outer_n > 0) & (cells.n > 0) & (cells.n < policy.threshold) | _few_left_out(cells, policy)
    small = (size > 0) & (size < policy.threshold)
    whole = np.broadcast_to(small[..., :1], small.shape)
    cells.hide((small | whole | inner) & _is_result(cells), "primary")
    if not cells.n_public:
        cells.hide_n(small | whole)
        _add_partner(cells, policy)


def _few_left_out(cells: Cells, policy: Policy) -> Flags:
    """Where the difference between a population and the one around it is a small group with a result."""
    return (cells.outside_n > 0) & (cells.outside_n < policy.threshold) & (cells.outside_k < FREE)


def _is_result(cells: Cells) -> Flags:
    """Everything but head counts, which are public or follow the sizes."""
    kinds = [kind != "count" for kind in cells.kinds]
    return np.broadcast_to(np.array(kinds)[:, None, None], cells.n.shape)


def _add_partner(cells: Cells, policy: Policy) -> None:
    """Beside small units a large one is hidden, unless the small are many enough to hide each other.

    One who knows that every hidden size is below the threshold must still find each of them anywhere from
    five below the threshold up to it.
    """
    size = cells.size[:-1, T]
    hidden = (cells.n_state[:, :-1, T] == SUPPRESSED).any(axis=0)
    if not hidden.any() or (hidden & (size >= policy.threshold)).any():
        return
    most, others = policy.threshold - 1, int(hidden.sum()) - 1
    together = float(size[hidden].sum())
    if most + others <= together <= most * others + most - policy.interval_width:
        return
    free = ~hidden & (size >= policy.threshold) & ~cells.known[:, :-1, T].any(axis=0)
    partner = int(np.where(free, size, np.inf).argmin()) if free.any() else len(cells.names) - 1
    _hide_node(cells, partner)


def _hide_node(cells: Cells, node: int) -> None:
    where = np.zeros(cells.n.shape, bool)
    where[:, node] = True
    cells.hide(where & _is_result(cells), "complementary")
    if not cells.n_public:
        cells.hide_n(where)


def hide_tails(cells: Cells, policy: Policy) -> None:
    """Nearly all and nearly none become signs; means with one large contributor are hidden."""
    cells.hide(cells.dominated, "dominance", with_signs=False)
    shares = np.array([kind == "share" for kind in cells.kinds])[:, None, None]
    large = ((cells.n >= policy.exact_extreme) | (cells.n == 0)).all(axis=(1, 2))[:, None, None]
    free = shares & ~cells.harmless & ~cells.known
    for side, sign in ((cells.n - cells.k, NEARLY_ALL), (cells.k, NEARLY_NONE)):
        where = free & (cells.state == SHOWN) & (side < policy.tail) & ~((side < 0.5) & large)
        cells.state[where] = sign
        cells.reason[where] = "tail"


def hide_sexes(cells: Cells, policy: Policy) -> None:
    """Girls and boys are shown only when both may be: large groups, no protected identity.

    Where one is a sign the other is hidden, as in the authority's own statistics.
    """
    twins = (cells.n[..., F] > 0) & (cells.n[..., P] > 0)
    said = cells.state[..., 1:] != UNSAID
    bad = (cells.state[..., 1:] != SHOWN) & said & (cells.state[..., 1:] != ABSENT)
    bad |= said & (cells.n[..., 1:] < policy.threshold) | cells.protected[..., 1:]
    apart = (bad.any(axis=-1) & twins & (cells.state[..., T] == SHOWN))[..., None]
    where = np.zeros(cells.n.shape, bool)
    where[..., 1:] = apart & ~lone_signs(cells, policy)[..., 1:]
    cells.hide(where & _is_result(cells), "sexes")
    if not cells.n_public:
        cells.hide_n(cells.protected)
    cells.settle(policy)


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
            _hide_node(cells, node)
        cells.hide_n(np.broadcast_to(told, wanted.shape))
        cells.hide(np.broadcast_to(told, wanted.shape) & _is_result(cells), "complementary")


def protect_results(cells: Cells, policy: Policy) -> None:
    """Hide more results until every hidden one keeps the width that the policy demands."""
    for _ in range(_MOST_ROUNDS):
        cells.settle(policy)
        demand = np.minimum(_demand(cells, policy), _widest(cells, policy))
        room = rooms(cells, policy)
        rise, fall = reach(cells, room)
        short = cells.unshown & ~cells.known & (rise + fall < demand - _EDGE)
        if not short.any():
            return
        if _drop_short_signs(cells, short):
            continue
        shown = (cells.state == SHOWN) & ~(cells.known | cells.told | cells.harmless) & _is_result(cells)
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
            _hide_node(cells, node)
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


def _drop_tight_signs(cells: Cells, policy: Policy) -> None:
    """A ``~100`` that still holds fewer values than it says becomes ``..``."""
    rise, fall = reach(cells, rooms(cells, policy))
    signs = np.isin(cells.state, (NEARLY_ALL, NEARLY_NONE))
    cells.hide(signs & (rise + fall < _demand(cells, policy) - _EDGE), "complementary")
    cells.settle(policy)


def _widest(cells: Cells, policy: Policy) -> Numbers:
    """The width every result would keep if nothing of our own were shown: more cannot be asked for.

    Our own signs would go too where a small group needs it, not for each other's sake.
    """
    widest = np.zeros_like(cells.n)
    for with_signs in (False, True):
        hidden = replace(cells, state=cells.state.copy(), reason=cells.reason.copy())
        hidden.hide(_is_result(cells), "complementary", with_signs=with_signs)
        rise, fall = reach(hidden, rooms(hidden, policy))
        widest = np.where((cells.state == SUPPRESSED) | (not with_signs), rise + fall, widest)
    return widest


def _bound_by_whole(room: tuple[Numbers, Numbers], demand: Numbers) -> Flags:
    """Where the whole by itself tells too much of girls or boys, whatever else is hidden."""
    up, down = room
    wide = np.minimum(up[..., F], down[..., P]) + np.minimum(down[..., F], up[..., P])
    told = (up[..., T] + down[..., T]) == 0
    tight = told[..., None] & (wide[..., None] < demand[..., 1:] - _EDGE)
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
    sensitive |= np.isin(cells.reason, _SENSITIVE)
    # Of how few pupils a mean is whose own size is hidden, no reader knows.
    sensitive |= (cells.n_state == SUPPRESSED) & (cells.outer_n > 0)
    demand = np.where((cells.state == SUPPRESSED) & sensitive, widths(cells.n, policy), 0.0)
    left_out = (cells.state == SUPPRESSED) & _few_left_out(cells, policy)
    demand = np.maximum(demand, np.where(left_out, widths(cells.outside_n, policy), 0.0))
    signs = np.isin(cells.state, (NEARLY_ALL, NEARLY_NONE))
    demand = np.where(signs, np.minimum(cells.n, policy.tail - 1), demand)
    counted = np.array([kind in ("share", "mean") for kind in cells.kinds])[:, None, None]
    return np.where(cells.harmless | ~counted, 0.0, demand)


def hide_inner_sizes(cells: Cells, policy: Policy) -> None:
    """The size of a population within another tells how many are outside it: a result like any other.

    Shown only where five or more are outside, and hidden so that no smaller number can be worked out.
    """
    inside = np.flatnonzero((cells.outer_n > 0).any(axis=(1, 2)))
    if not len(inside):
        return
    pseudo = replace(
        cells,
        systems=[cells.systems[i] for i in inside],
        kinds=["share"] * len(inside),
        n=cells.outer_n[inside],
        k=cells.n[inside],
        outer_n=np.zeros_like(cells.n[inside]),
        state=np.where(np.isin(cells.state[inside], (ABSENT, UNSAID)), cells.state[inside], SHOWN).astype(
            np.int8
        ),
        n_state=cells.n_state[inside].copy(),
        reason=np.full(cells.n[inside].shape, "", object),
        protected=np.zeros(cells.n[inside].shape, bool),
        known=np.zeros(cells.n[inside].shape, bool),
        told=np.zeros(cells.n[inside].shape, bool),
        harmless=np.zeros(cells.n[inside].shape, bool),
        dominated=np.zeros(cells.n[inside].shape, bool),
        n_public=True,
        outside_n=np.zeros_like(cells.n[inside]),
        outside_k=np.full_like(cells.n[inside], FREE),
        shown_as=cells.shown_as[inside],
        decimals=cells.decimals[inside],
        quanta=[100.0] * len(inside),
        inner={},
    )
    small = (cells.n[inside] < policy.threshold) | (cells.n_state[inside] == SUPPRESSED)
    pseudo.hide(small, "primary")
    hide_tails(pseudo, policy)
    hide_sexes(pseudo, policy)
    few = (pseudo.n - pseudo.k < policy.tail) & (pseudo.state == SUPPRESSED)
    pseudo.reason[few] = _SENSITIVE[0]
    protect_results(pseudo, policy)
    for at, i in enumerate(inside.tolist()):
        cells.n_state[i][pseudo.unshown[at] & (cells.n_state[i] == SHOWN)] = SUPPRESSED


def hide_telling_values(cells: Cells, policy: Policy) -> None:
    """A value beside a hidden size must fit as few and as many pupils outside as a sign would hold."""
    said = (cells.state == SHOWN) & (cells.n_state == SUPPRESSED) & (cells.outer_n > 0)
    fit = np.stack([_fits(cells, cells.outer_n - left) for left in range(policy.tail)])
    first, last = fit.argmax(axis=0), policy.tail - 1 - fit[::-1].argmax(axis=0)
    most = np.minimum(policy.tail - 1, cells.outer_n - 1)
    cells.hide(said & fit.any(axis=0) & (last - first < most), "size")
    cells.settle(policy)


def _fits(cells: Cells, size: Numbers) -> Flags:
    """Where the value as shown can be that of so many pupils."""
    places = 10.0**cells.decimals
    shown = np.floor(np.nan_to_num(cells.shown_as) * places + 0.5 + _EDGE) / places
    step = np.array(cells.quanta)[:, None, None]
    low, high = ((shown + way * 0.5 / places) * size / np.where(step > 0, step, 1.0) for way in (-1, 1))
    return np.asarray((step == 0) | (np.ceil(low - _EDGE) <= np.floor(high + _EDGE)))
