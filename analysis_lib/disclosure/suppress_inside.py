"""Populations within others: their sizes, and the values that tell them, are results too (floor 5).

How many have no merit rating is the difference of two head counts, and a mean with steps tells its n.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis_lib.disclosure.cells import (
    ABSENT,
    FREE,
    SHOWN,
    SUPPRESSED,
    UNSAID,
    Cells,
    Flags,
    Numbers,
)
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.suppress_rooms import EDGE, SENSITIVE, protect_results
from analysis_lib.disclosure.suppress_rules import hide_sexes, hide_tails


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
    # Few outside, or few inside a group that is large enough by itself: neither may follow from the others.
    few_inside = (pseudo.k < policy.threshold) & (pseudo.k > 0)
    few_outside = pseudo.n - pseudo.k < policy.tail
    reaching = np.where(few_inside, np.minimum(policy.threshold - 1, pseudo.n), 0.0)
    wide = np.where(few_outside, np.minimum(policy.tail - 1, pseudo.n), 0.0)
    for _ in range(2):  # a sign that had to go is a hidden number from then on
        pseudo.reason[(few_outside | few_inside) & (pseudo.state == SUPPRESSED)] = SENSITIVE[0]
        protect_results(pseudo, policy, wide=wide, reaching=reaching)
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
    shown = np.floor(np.nan_to_num(cells.shown_as) * places + 0.5 + EDGE) / places
    step = np.array(cells.quanta)[:, None, None]
    low, high = ((shown + way * 0.5 / places) * size / np.where(step > 0, step, 1.0) for way in (-1, 1))
    return np.asarray((step == 0) | (np.ceil(low - EDGE) <= np.floor(high + EDGE)))
