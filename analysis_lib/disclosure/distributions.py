"""Grade distributions: whole or not at all, since grades sum to n and to the share who passed (floor 5)."""

from __future__ import annotations

import numpy as np

from analysis_lib.disclosure.cells import ABSENT, SHOWN, SUPPRESSED, UNSAID, Cells, Flags, P, T
from analysis_lib.disclosure.crosstabs import release_crosstab
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.room import freedom, rooms
from analysis_lib.vocabulary.grades import is_pair

_FAILED = ("F", "-")


def release_distributions(cells: Cells, policy: Policy) -> None:
    """Hide every distribution with a grade that one to four pupils have, all its grades together.

    For the huvudman the approved grades and the others are two parts, each shown or hidden by itself. Pairs
    of two grades come last and have a rule of their own (``crosstabs``).
    """
    groups: dict[tuple[str, str], list[int]] = {}
    for i, (name, subject, _) in enumerate(cells.systems):
        if cells.kinds[i] == "distribution" and not cells.harmless[i].any():
            groups.setdefault((name, subject), []).append(i)
    of_pairs = [members for members in groups.values() if is_pair(cells.systems[members[0]][2])]
    for members in groups.values():
        if members not in of_pairs:
            _release(cells, members, policy)
    for members in of_pairs:
        release_crosstab(cells, members, policy)


def _release(cells: Cells, members: list[int], policy: Policy) -> None:
    n, k = cells.n[members], cells.k[members]
    plain = (k >= policy.tail) | (k == 0) & (n >= policy.exact_extreme)
    plain &= (cells.state[members] == SHOWN) & (cells.n_state[members] == SHOWN)
    # A survey's merged steps are those of one unit: the others have no such cell.
    plain |= cells.state[members] == ABSENT
    same = [
        i
        for i, (_, subject, _) in enumerate(cells.systems)
        if cells.kinds[i] == "share"
        and subject == cells.systems[members[0]][1]
        and not cells.outer_n[i].any()
    ]
    plain &= np.all(np.isin(cells.state[same], (SHOWN, ABSENT, UNSAID)), axis=0)[None]
    failed = np.array([cells.systems[i][2] in _FAILED for i in members])
    open_ = np.zeros(plain.shape, bool)
    open_[:] = plain.all(axis=0)
    for part in (failed, ~failed):
        if part.any():
            open_[part, -1, T] = plain[part, -1, T].all()
    _hide(cells, members, ~open_)
    _hide_a_second_unit(cells, members)
    while _is_tight(cells, members, policy) and _hide_more(cells, members):
        pass


def _hide_more(cells: Cells, members: list[int]) -> bool:
    """Hide the huvudman, or the smallest unit when an earlier edition has told it; whether any was."""
    size = cells.size[:, T]
    for node in (len(size) - 1, *np.argsort(size[:-1], kind="stable").tolist()):
        before = cells.state[members].copy()
        where = np.zeros((len(members), *cells.n.shape[1:]), bool)
        where[:, node] = True
        _hide(cells, members, where)
        if (cells.state[members] != before).any():
            return True
    return False


def _hide(cells: Cells, members: list[int], where: Flags) -> None:
    mask = np.zeros(cells.state.shape, bool)
    mask[members] = where
    cells.hide(mask, "distribution")


def _hide_a_second_unit(cells: Cells, members: list[int]) -> None:
    """One hidden unit beside a shown huvudman would be the difference."""
    state = cells.state[members][..., T]
    hidden, shown = (state[:, :-1] == SUPPRESSED).any(axis=0), (state[:, :-1] == SHOWN).all(axis=0)
    if hidden.sum() == 1 and shown.any() and (state[:, -1] == SHOWN).any():
        smallest = int(np.where(shown, cells.size[:-1, T], np.inf).argmin())
        where = np.zeros((len(members), *cells.n.shape[1:]), bool)
        where[:, smallest] = True
        _hide(cells, members, where)


def _is_tight(cells: Cells, members: list[int], policy: Policy) -> bool:
    """Whether a hidden grade of a small unit could be worked out: pupils must be able to trade grades."""
    if not (cells.state[members, -1, T] == SHOWN).any():
        return False
    up, down = rooms(cells, policy)
    best = np.zeros((len(members), *cells.n.shape[1:]))
    for a, c in enumerate(members):
        for b, d in enumerate(members):
            if c < d:
                rise, fall = freedom(np.minimum(up[c], down[d])[None], np.minimum(down[c], up[d])[None])
                for at in (a, b):
                    best[at] = np.maximum(best[at], rise[0] + fall[0])
    small = (cells.state[members] == SUPPRESSED) & (cells.n[members] < policy.threshold)
    return bool((small[..., : P + 1] & (best < 1) & ~cells.known[members]).any())
