"""The rules that hide without asking what could be worked out (floor 5).

Small groups and their sizes, nearly all and nearly none, girls and boys together.
"""

from __future__ import annotations

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
    P,
    T,
    lone_signs,
)
from analysis_lib.disclosure.policy import Policy


def hide_small_groups(cells: Cells, policy: Policy) -> None:
    """Groups under the threshold lose their result, and their size where it is not public."""
    size = np.broadcast_to(cells.size, cells.n.shape)
    inner = (cells.outer_n > 0) & (cells.n > 0) & (cells.n < policy.threshold) | few_left_out(cells, policy)
    small = (size > 0) & (size < policy.threshold)
    whole = np.broadcast_to(small[..., :1], small.shape)
    cells.hide((small | whole | inner) & is_result(cells), "primary")
    if not cells.n_public:
        cells.hide_n(small | whole)
        _add_partner(cells, policy)


def few_left_out(cells: Cells, policy: Policy) -> Flags:
    """Where the difference between a population and the one around it is a small group with a result."""
    return (cells.outside_n > 0) & (cells.outside_n < policy.threshold) & (cells.outside_k < FREE)


def is_result(cells: Cells) -> Flags:
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
    hide_node(cells, partner)


def hide_node(cells: Cells, node: int) -> None:
    where = np.zeros(cells.n.shape, bool)
    where[:, node] = True
    cells.hide(where & is_result(cells), "complementary")
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
    cells.hide(where & is_result(cells), "sexes")
    if not cells.n_public:
        cells.hide_n(cells.protected)
    cells.settle(policy)
