"""Classes within a unit whose own figures are decided already: what may be told of each (floor 5).

The unit is the whole and stays as it is: shown and so known, a sign, or hidden. Its classes are parts of that
whole under the same rules as units are parts of the huvudman, with two more: those without a class are never
told, and neither is how many of a class lack a result.
"""

from __future__ import annotations

import numpy as np

from analysis_lib.disclosure.cells import (
    ABSENT,
    MISSING,
    NEARLY_ALL,
    NEARLY_NONE,
    SHOWN,
    SUPPRESSED,
    UNSAID,
    Cells,
    Flags,
    T,
)
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.suppress_inside import hide_telling_values
from analysis_lib.disclosure.suppress_rooms import drop_tight_signs, protect_results
from analysis_lib.disclosure.suppress_rules import hide_tails
from analysis_lib.disclosure.suppress_weights import hide_telling_weights

WHOLE = -1


def suppress_classes(cells: Cells, policy: Policy, *, guarded: Flags, new: Flags) -> None:
    """Apply every rule to one unit's classes, in place; the last node is the unit and is not changed.

    ``guarded`` are the nodes that are never told: pupils without a class, or with a protected identity.
    ``new`` (system, node) are classes that an earlier release about the same pupils did not have. They count
    in every sum but are not said: what was said of the others then still stands.
    """
    before = cells.state[:, WHOLE].copy(), cells.n_state[:, WHOLE].copy()
    is_alone = len(cells.names) == 2 and not guarded.any()
    cells.known[:, WHOLE] = cells.state[:, WHOLE] == SHOWN
    cells.told[:, WHOLE] = True
    silent = _silent(cells, policy, guarded)
    if not is_alone:
        _hide_small_classes(cells, policy, guarded)
    _follow_whole(cells, policy)
    hide_tails(cells, policy)
    for _ in range(2):
        protect_results(cells, policy)
        # What readers have from before cannot be taken back; now nothing may be told once more by it.
        cells.known |= cells.told & (cells.state == SHOWN)
    drop_tight_signs(cells, policy)
    _hide_inner_sizes(cells, is_alone=is_alone)
    hide_telling_values(cells, policy)
    if not is_alone:
        hide_telling_weights(cells, policy)
    protect_results(cells, policy)
    cells.state[silent[:, None] & (cells.row >= 0).any(axis=2)] = UNSAID
    cells.state[new] = UNSAID
    cells.state[:, WHOLE], cells.n_state[:, WHOLE] = before


def _silent(cells: Cells, policy: Policy, guarded: Flags) -> Flags:
    """Systems of which no class is said: the unit's own figure is hidden, tells all of it, or is too small.

    Where all or none of a whole unit reached it, so did all or none of every class; and a large unit's hidden
    figure may follow from those of the others.
    """
    state, n, k = (each[:, WHOLE, T] for each in (cells.state, cells.n, cells.k))
    unsaid = np.isin(state, (ABSENT, MISSING, UNSAID))
    shares = np.array([kind == "share" for kind in cells.kinds])
    extreme = shares & (state == SHOWN) & ((k < 0.5) | (n - k < 0.5)) & (len(cells.names) > 2)
    size = cells.size[:, T]
    sized = cells.n_state[:, WHOLE, T][(cells.outer_n[:, WHOLE, T] == 0) & ~unsaid]
    is_hidden = size[WHOLE] < policy.threshold or bool((sized != SHOWN).any()) or bool(guarded.all())
    # One class with pupils is the unit itself.
    lone = ((cells.n[:, :WHOLE, T] > 0).sum(axis=1) == 1) & (len(cells.names) > 2)
    return np.asarray(unsaid | (state == SUPPRESSED) | extreme | lone | is_hidden)


def _hide_small_classes(cells: Cells, policy: Policy, guarded: Flags) -> None:
    """Small and guarded classes lose size and results, and the smallest sibling with them.

    One hidden class alone would be the unit's pupils less those of the others.
    """
    size = cells.size[:WHOLE, T]
    own = cells.outer_n[:, WHOLE, T] == 0  # how many have a result is another matter than how many they are
    before = (cells.n_state[own][:, :WHOLE, T] == SUPPRESSED).any(axis=0)
    primary = (size < policy.threshold) | guarded
    hidden = primary | before
    free = ~hidden
    if hidden.any() and free.any() and not (hidden & (size >= policy.threshold)).any():
        hidden[int(np.where(free, size, np.inf).argmin())] = True
    for nodes, reason in ((primary, "primary"), (hidden, "complementary")):
        where = np.zeros(cells.n.shape, bool)
        where[:, :WHOLE, T] = nodes
        cells.hide(where, reason)
        cells.hide_n(where)


def _follow_whole(cells: Cells, policy: Policy) -> None:
    """Where the unit is hidden its classes are; where it is a sign, a class large enough has the same."""
    whole = cells.state[:, WHOLE:]
    fit = (cells.n >= policy.threshold) & (cells.n_state == SHOWN) & (cells.state == SHOWN)
    sign = np.isin(whole, (NEARLY_ALL, NEARLY_NONE)) & fit & ~cells.told
    cells.hide((whole != SHOWN) & ~sign, "whole")
    cells.state[:] = np.where(sign, whole, cells.state)
    cells.reason[sign] = "tail"


def _hide_inner_sizes(cells: Cells, *, is_alone: bool) -> None:
    """How many of a class have a result is never told, unless it is the unit's and told of that."""
    inside = (cells.outer_n > 0) & (cells.n_state == SHOWN)
    if is_alone:
        inside &= cells.n_state[:, WHOLE:] != SHOWN
    inside[:, WHOLE] = False
    cells.n_state[inside] = SUPPRESSED
