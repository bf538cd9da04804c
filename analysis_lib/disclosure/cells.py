"""The cells of one population as arrays: every indicator, unit and sex at once (floor 5).

Bridges the cube (one row per value) and the arithmetic of suppression (systems by nodes by sexes), and holds
the rules that look at one cell only: small groups, tails, dominance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis_lib.disclosure.lattice import SEXES
from analysis_lib.disclosure.moves import FREE, F, Numbers, P, T, Tree
from analysis_lib.disclosure.policy import Policy
from analysis_lib.vocabulary.indicators import Indicator

States = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]
ABSENT, SHOWN, SUPPRESSED, NEARLY_ALL, NEARLY_NONE, MISSING = range(6)
STATE_NAMES = ("missing", "shown", "suppressed", "nearly_all", "nearly_none", "missing")
SYSTEM = ["indicator", "subject", "category"]


@dataclass
class Cells:
    """One population: arrays of (system, node, sex); a system is an indicator, subject and category.

    ``n`` is the denominator and ``k`` what is protected: pupils who reached it, or for a mean the sum counted
    in the highest possible value of one pupil. Both are 0 where there is no row.
    """

    tree: Tree
    systems: list[tuple[str, str, str]]
    kinds: list[str]
    row: npt.NDArray[np.int64]
    n: Numbers
    k: Numbers
    state: States
    n_state: States
    reason: npt.NDArray[np.object_]
    protected: Flags
    known: Flags
    harmless: Flags
    dominated: Flags

    @property
    def present(self) -> Flags:
        return np.asarray(self.state != ABSENT)

    @property
    def unshown(self) -> Flags:
        return np.isin(self.state, (SUPPRESSED, NEARLY_ALL, NEARLY_NONE))

    def hide(self, where: Flags, reason: str, *, with_signs: bool = False) -> None:
        """Take away results that are shown so far, and with ``with_signs`` also ``~100`` and ``~0``."""
        open_states = (SHOWN, NEARLY_ALL, NEARLY_NONE) if with_signs else (SHOWN,)
        changed = where & np.isin(self.state, open_states) & ~self.known
        self.state[changed] = SUPPRESSED
        self.reason[changed] = reason

    def hide_n(self, where: Flags, reason: str) -> None:
        """Take away denominators, and the results that would tell them."""
        self.n_state[where & (self.n_state == SHOWN) & ~self.known] = SUPPRESSED
        hidden = self.n_state == SUPPRESSED
        changed = hidden & np.isin(self.state, (SHOWN, NEARLY_ALL, NEARLY_NONE)) & ~self.known
        self.state[changed] = SUPPRESSED
        self.reason[changed] = reason


def read_cells(
    rows: pd.DataFrame, tree: Tree, *, indicators: Mapping[str, Indicator], policy: Policy
) -> Cells:
    """The own rows of one population of the cube as arrays.

    ``rows`` has a unique integer index, which ``Cells.row`` points back to. Raises ``ValueError`` for doubled
    keys.
    """
    systems = sorted(set(rows[SYSTEM].astype(str).itertuples(index=False, name=None)))
    number = {system: i for i, system in enumerate(systems)}
    node = {name: i for i, name in enumerate(tree.names)}
    s = np.array([number[key] for key in rows[SYSTEM].astype(str).itertuples(index=False, name=None)])
    x = np.array([node[key] for key in zip(rows["level"], rows["code"], strict=True)])
    g = rows["sex"].map({name: i for i, name in enumerate(SEXES)}).to_numpy()
    shape = (len(systems), len(tree), 3)
    row = np.full(shape, -1)
    if len(set(zip(s.tolist(), x.tolist(), g.tolist(), strict=True))) != len(rows):
        raise ValueError("the cube has two rows with the same keys")
    row[s, x, g] = rows.index.to_numpy()

    def filled(values: pd.Series) -> Numbers:
        array = np.zeros(shape)
        array[s, x, g] = values.astype("Float64").fillna(0).to_numpy(float)
        return array

    kinds = [_kind(system[0], indicators) for system in systems]
    n = filled(rows["n"])
    value = filled(rows["value"])
    numerator = filled(rows["numerator"])
    has_numerator = filled(rows["numerator"].notna()) > 0
    total, total_sq = filled(rows["total"]), filled(rows["total_sq"])
    k = np.where(has_numerator, numerator, np.rint(value * n / 100))
    dominated = np.zeros(shape, bool)
    for i, kind in enumerate(kinds):
        if kind == "mean":
            known = indicators.get(systems[i][0])
            peak = known.maximum if known and known.maximum else float(max(value[i].max() * 2, 1))
            sums = np.where(total[i] > 0, total[i], value[i] * n[i])
            k[i] = np.clip(sums / peak, 0, n[i])
            dominated[i] = (total_sq[i] > 0) & (np.sqrt(total_sq[i]) > policy.dominance * total[i])
        elif kind == "count":
            counts = np.where(has_numerator[i], numerator[i], value[i])
            n[i] = k[i] = counts
    there = row >= 0
    empty = np.asarray(there & (filled(rows["value"].notna()) == 0) & ~has_numerator)
    state = np.where(there, SHOWN, ABSENT).astype(np.int8)
    state[empty | (there & (n == 0))] = MISSING
    n_state = np.where(there & (n > 0), SHOWN, np.where(there, MISSING, ABSENT)).astype(np.int8)
    marked = (
        filled(rows["has_protected"].astype(float)) > 0 if "has_protected" in rows else np.zeros(shape, bool)
    )
    harmless = np.array([bool(_known(i[0], indicators)) for i in systems])[:, None, None]
    return Cells(
        tree=tree,
        systems=systems,
        kinds=kinds,
        row=row,
        n=n,
        k=k,
        state=state,
        n_state=n_state,
        reason=np.full(shape, "", object),
        protected=np.broadcast_to(np.asarray(marked.any(axis=(0, 2)))[None, :, None], shape),
        known=np.zeros(shape, bool),
        harmless=np.broadcast_to(harmless, shape),
        dominated=dominated,
    )


def _kind(indicator: str, indicators: Mapping[str, Indicator]) -> str:
    return indicators[indicator].kind if indicator in indicators else "share"


def _known(indicator: str, indicators: Mapping[str, Indicator]) -> bool:
    return indicator in indicators and indicators[indicator].is_harmless


def hide_small_groups(cells: Cells, policy: Policy) -> None:
    """Groups under the threshold lose result and n; a whole takes its parts along, a sex its twin."""
    small = (cells.n > 0) & (cells.n < policy.threshold) & ~cells.harmless
    if policy.n_public:
        cells.hide(small, "primary")
    else:
        cells.hide_n(small, "primary")
    split = cells.protected & ~cells.harmless & cells.tree.leaf[None, :, None]
    split = split & (np.arange(3) > 0)
    cells.hide_n(split, "protected")
    hide_parts(cells)


def hide_tails(cells: Cells, policy: Policy) -> None:
    """Nearly all and nearly none become signs; means with one large contributor are hidden."""
    for i, kind in enumerate(cells.kinds):
        if kind == "mean":
            where = np.zeros(cells.state.shape, bool)
            where[i] = cells.dominated[i] & ~cells.harmless[i]
            cells.hide(where, "dominance")
    counted = np.array([kind in ("share", "distribution") for kind in cells.kinds])[:, None, None]
    open_cells = counted & (cells.state == SHOWN) & ~cells.harmless & ~cells.known
    missed = cells.n - cells.k
    exact = _exact_is_safe(cells, policy)
    for side, state, reason in ((missed, NEARLY_ALL, "tail"), (cells.k, NEARLY_NONE, "tail")):
        where = open_cells & (side < policy.tail) & ~((side < 0.5) & exact) & (cells.state == SHOWN)
        cells.state[where] = state
        cells.reason[where] = reason
    hide_parts(cells)


def _exact_is_safe(cells: Cells, policy: Policy) -> Flags:
    """Where 0 or 100 % may be told: the group and every part of it have enough pupils."""
    big: Flags = np.asarray((cells.n >= policy.exact_extreme) | (cells.n == 0))
    tree, safe = cells.tree, big.copy()
    safe[..., T] = big.all(axis=-1)
    for node in np.flatnonzero(~tree.leaf):
        below = tree.parent == node
        safe[:, node, :] &= safe[:, below, :].all(axis=1)
    return safe


def hide_parts(cells: Cells) -> None:
    """A hidden whole hides girls and boys, and girls and boys are hidden together."""
    for hidden, hide in ((cells.n_state == SUPPRESSED, cells.hide_n), (cells.unshown, cells.hide)):
        parts = np.zeros_like(hidden)
        either = hidden[..., F] | hidden[..., P]
        whole = (cells.state[..., T] == SUPPRESSED) if hide == cells.hide else hidden[..., T]
        parts[..., F] = parts[..., P] = either | whole
        hide(parts, "sexes")


def rooms(cells: Cells, policy: Policy) -> tuple[Numbers, Numbers]:
    """How far each hidden result could lie above and below the truth, for one who knows every n."""
    up, down = np.zeros_like(cells.n), np.zeros_like(cells.n)
    top = policy.tail - 1
    hidden = cells.state == SUPPRESSED
    missed = cells.n - cells.k
    up[hidden], down[hidden] = missed[hidden], cells.k[hidden]
    counts = np.array([kind == "count" for kind in cells.kinds])
    up[counts] = np.where(hidden[counts], FREE, 0)
    all_, none = cells.state == NEARLY_ALL, cells.state == NEARLY_NONE
    up[all_], down[all_] = missed[all_], (top - missed)[all_]
    up[none], down[none] = (top - cells.k)[none], cells.k[none]
    for room in (up, down):
        room[cells.known] = 0
        _free_the_unpublished(cells, room)
        np.maximum(room, 0, out=room)
    return up, down


def n_rooms(cells: Cells) -> tuple[Numbers, Numbers]:
    """How far each hidden n could lie above and below the truth."""
    hidden = cells.n_state == SUPPRESSED
    up, down = np.where(hidden, FREE, 0.0), np.where(hidden, cells.n, 0.0)
    for room in (up, down):
        _free_the_unpublished(cells, room)
    return up, down


def _free_the_unpublished(cells: Cells, room: Numbers) -> None:
    """Sums without a row bind nothing; a leaf without rows has no pupils unless only its whole is told."""
    absent = cells.state == ABSENT
    inner = absent & ~cells.tree.leaf[None, :, None]
    room[inner] = FREE
    whole_only = absent[..., F] & absent[..., P] & ~absent[..., T] & cells.tree.leaf[None, :]
    for sex in (F, P):
        room[..., sex][whole_only] = FREE
