"""Hides as little as possible until no hidden number can be worked out (floor 5).

One hidden set of units for all results of a group of pupils, signs for nearly all and nearly none, girls and
boys together; then rounds of: how far could every hidden number lie from the truth (``room``), and which is
the smallest unit that gives the tightest more room. The attacker in ``audit`` shares no code with this.
"""

from __future__ import annotations

import numpy as np

from analysis_lib.disclosure.cells import SHOWN, SUPPRESSED, Cells
from analysis_lib.disclosure.distributions import release_distributions
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.suppress_inside import hide_inner_sizes, hide_telling_values
from analysis_lib.disclosure.suppress_rooms import drop_tight_signs, protect_results, protect_sizes
from analysis_lib.disclosure.suppress_rules import hide_sexes, hide_small_groups, hide_tails
from analysis_lib.disclosure.suppress_weights import hide_telling_weights


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
    drop_tight_signs(cells, policy)
    hide_inner_sizes(cells, policy)
    hide_telling_values(cells, policy)
    hide_telling_weights(cells, policy)
    protect_results(cells, policy)  # what those three hid may follow from what is shown
    release_distributions(cells, policy)
    counts = np.array([kind == "count" for kind in cells.kinds])[:, None, None]
    cells.hide(counts & (cells.n_state == SUPPRESSED), "primary")
