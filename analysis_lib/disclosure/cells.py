"""The cells of one group of pupils as arrays: every indicator, unit and sex at once (floor 5).

A group is one population in one school year (and subject), together with the populations inside it. Holds the
numbers, what is shown of them so far, and how a hidden whole takes its girls and boys along.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from analysis_lib.disclosure.policy import Policy

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
States = npt.NDArray[np.int8]
T, F, P = 0, 1, 2
ABSENT, SHOWN, SUPPRESSED, NEARLY_ALL, NEARLY_NONE, MISSING, UNSAID = range(7)
STATE_NAMES = ("missing", "shown", "suppressed", "nearly_all", "nearly_none", "missing", "missing")
FREE = 1e7
SYSTEM = ["indicator", "subject", "category"]


@dataclass
class Cells:
    """Arrays of (system, node, sex); a system is an indicator, subject and category, the last node the
    huvudman.

    ``n`` is the denominator and ``k`` what is protected: pupils who reached it, or for a mean the sum counted
    in the highest possible value of one pupil. ``outer_n`` is the size of the group that holds the system's
    own population, where that is another (pupils with a merit rating are within all pupils). ``outside_n``
    and ``outside_k`` are the pupils outside it, where the same is counted for them too (all, and without
    newcomers). ``shown_as`` is the value before it is rounded to ``decimals``; times n it comes in steps of
    ``quanta`` (0: of any size). ``known`` are numbers that the reader has from elsewhere, ``told`` those and
    signs that we have given out ourselves.
    """

    names: list[tuple[str, str]]
    systems: list[tuple[str, str, str]]
    kinds: list[str]
    row: npt.NDArray[np.int64]
    n: Numbers
    k: Numbers
    outer_n: Numbers
    state: States
    n_state: States
    reason: npt.NDArray[np.object_]
    protected: Flags
    known: Flags
    told: Flags
    harmless: Flags
    dominated: Flags
    n_public: bool
    outside_n: Numbers
    outside_k: Numbers
    shown_as: Numbers
    decimals: Numbers
    quanta: list[float]
    inner: dict[int, list[int]] = field(default_factory=dict)

    @property
    def size(self) -> Numbers:
        """Pupils of the whole group at each node and sex."""
        return np.asarray(np.maximum(self.n, self.outer_n).max(axis=0))

    @property
    def families(self) -> list[list[int]]:
        """Systems that hold each other, directly or through others."""
        found: list[set[int]] = []
        for whole, inside in self.inner.items():
            touching = [family for family in found if family & {whole, *inside}]
            found = [family for family in found if family not in touching]
            found.append({whole, *inside}.union(*touching))
        return sorted(sorted(family) for family in found)

    @property
    def unshown(self) -> Flags:
        return np.isin(self.state, (SUPPRESSED, NEARLY_ALL, NEARLY_NONE))

    def hide(self, where: Flags, reason: str, *, with_signs: bool = True) -> None:
        """Take away results, with ``with_signs`` also ``~100`` and ``~0``; girls and boys follow."""
        signs = (SHOWN, NEARLY_ALL, NEARLY_NONE) if with_signs else (SHOWN,)
        changed = where & np.isin(self.state, signs) & ~self.known & ~self.told & ~self.harmless
        self.state[changed] = SUPPRESSED
        self.reason[changed] = reason

    def hide_n(self, where: Flags) -> None:
        """Take away sizes of groups."""
        changed = where & (self.n_state == SHOWN) & ~self.known & ~self.harmless
        self.n_state[changed] = SUPPRESSED

    def settle(self, policy: Policy) -> None:
        """Girls and boys are shown only beside their whole and each other; ``~100`` holds for either.

        A sign for one sex may stand beside a shown whole where the other sex is hidden.
        """
        whole = self.state[..., T]
        twins = (self.n[..., F] > 0) & (self.n[..., P] > 0)
        open_ = np.isin(self.state, (SHOWN, NEARLY_ALL, NEARLY_NONE))
        ends = (self.state[..., F] == SUPPRESSED) | (self.state[..., P] == SUPPRESSED)
        ends |= ((self.state[..., F] == SHOWN) != (self.state[..., P] == SHOWN)) & twins
        is_sign = np.isin(whole, (NEARLY_ALL, NEARLY_NONE))
        lone = lone_signs(self, policy)
        fit = open_ & (self.n >= policy.threshold) & ~self.protected & (self.n_state == SHOWN)
        for sex in (F, P):
            sign = is_sign & fit[..., sex]  # follows from the whole's own, so it tells nothing more
            hide = (
                open_[..., sex] & ~sign & ~lone[..., sex] & ((whole == SUPPRESSED) | is_sign | (twins & ends))
            )
            alone = ~twins & open_[..., sex] & np.isin(whole, (SHOWN, NEARLY_ALL, NEARLY_NONE, SUPPRESSED))
            free = ~(self.known | self.told | self.harmless)[..., sex]
            self.state[..., sex] = np.where(hide & free & ~alone, SUPPRESSED, self.state[..., sex])
            self.state[..., sex] = np.where(sign & free, whole, self.state[..., sex])
            self.state[..., sex] = np.where(alone & free, whole, self.state[..., sex])
            new = (self.state[..., sex] != SHOWN) & (self.reason[..., sex] == "") & open_[..., sex]
            self.reason[..., sex] = np.where(new, "sexes", self.reason[..., sex])
        hidden = self.n_state == SUPPRESSED
        either = (hidden[..., F] | hidden[..., P]) & twins | hidden[..., T]
        self.hide_n(np.stack([np.zeros_like(either), either, either], axis=-1))


def lone_signs(cells: Cells, policy: Policy) -> Flags:
    """Signs of one sex that can stand while the whole is shown and the other sex is not.

    The shown whole less the sign leaves the other sex as many possible numbers as the sign has; of two signs
    the one said before stays, else that of the larger group.
    """
    whole, parts = cells.state[..., T], cells.state[..., 1:]
    n, twin = cells.n[..., 1:], cells.n[..., :0:-1]
    all_missed = np.where(parts == NEARLY_ALL, (cells.n - cells.k)[..., :1], cells.k[..., :1])
    least = np.maximum(0, all_missed - (cells.n[..., :1] - n))
    most = np.minimum(np.minimum(policy.tail - 1, n), all_missed)
    need = np.minimum(n, policy.tail - 1)
    need = np.maximum(need, np.where(twin < policy.threshold, widths(twin, policy), 0.0))
    fit = np.isin(parts, (NEARLY_ALL, NEARLY_NONE)) & (n >= policy.threshold) & (most - least >= need)
    fit &= (twin > 0) & (whole == SHOWN)[..., None]
    fit &= ~(cells.protected[..., 1:] | cells.protected[..., :0:-1])
    fit &= (cells.n_state[..., 1:] == SHOWN) & (cells.n_state[..., :0:-1] == SHOWN)
    rank = np.where(cells.told[..., 1:], FREE, n) - np.array([0.0, 0.5])
    found = np.zeros(cells.state.shape, bool)
    found[..., 1:] = fit & ~(fit[..., ::-1] & (rank < rank[..., ::-1]))
    return found


def widths(n: Numbers, policy: Policy) -> Numbers:
    """How wide the interval of a hidden count among ``n`` pupils must be, as ``Policy.width``."""
    least = np.maximum(2, np.minimum(policy.interval_width, np.ceil(n / 2)))
    return np.asarray(np.minimum(n, least))
