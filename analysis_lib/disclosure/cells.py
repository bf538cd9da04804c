"""The cells of one group of pupils as arrays: every indicator, unit and sex at once (floor 5).

A group is one population in one school year (and subject), together with the populations inside it. Holds the
numbers, what is shown of them so far, and how a hidden whole takes its girls and boys along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis_lib.disclosure.lattice import SEXES
from analysis_lib.disclosure.policy import Policy
from analysis_lib.vocabulary.indicators import Indicator

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


def read_cells(
    rows: pd.DataFrame, *, units: list[str], indicators: Mapping[str, Indicator], policy: Policy
) -> Cells:
    """The own rows of one group of the cube as arrays; ``rows`` has an index that ``Cells.row`` points to.

    Rows that are not released (``Indicator.breakdowns``) count in the sums and are said by nobody. Raises
    ``ValueError`` for doubled keys.
    """
    keys = list(rows[SYSTEM].itertuples(index=False, name=None))
    systems = sorted(set(keys))
    number = {system: i for i, system in enumerate(systems)}
    codes = rows["code"].to_numpy()
    is_unit = (rows["level"] == "unit").to_numpy()
    names = [("unit", code) for code in units] + [("authority", _authority(codes[~is_unit]))]
    node = {code: i for i, (_, code) in enumerate(names[:-1])}
    s = np.array([number[key] for key in keys])
    x = np.array([node[c] if unit else len(units) for c, unit in zip(codes, is_unit, strict=True)])
    g = rows["sex"].map({name: i for i, name in enumerate(SEXES)}).to_numpy()
    shape = (len(systems), len(names), 3)
    row = np.full(shape, -1)
    if len(set(zip(s.tolist(), x.tolist(), g.tolist(), strict=True))) != len(rows):
        raise ValueError("the cube has two rows with the same keys")
    row[s, x, g] = rows.index.to_numpy()

    def filled(name: str) -> Numbers:
        array = np.full(shape, np.nan)
        array[s, x, g] = rows[name].to_numpy(float, na_value=np.nan)
        return array

    n, value, numerator = np.nan_to_num(filled("n")), filled("value"), filled("numerator")
    total, total_sq = np.nan_to_num(filled("total")), np.nan_to_num(filled("total_sq"))
    k = np.where(np.isnan(numerator), np.rint(np.nan_to_num(value) * n / 100), numerator)
    kinds: list[str] = [indicators[name].kind if name in indicators else "share" for name, _, _ in systems]
    dominated = np.zeros(shape, bool)
    for i, kind in enumerate(kinds):
        if kind == "mean":
            k[i] = _in_highest(i, systems, indicators, (n[i], value[i], total[i]))
            dominated[i] = (total_sq[i] > 0) & (np.sqrt(total_sq[i]) > policy.dominance * total[i])
        elif kind == "count":
            n[i] = k[i] = np.nan_to_num(np.where(np.isnan(numerator[i]), value[i], numerator[i]))
    there = row >= 0
    state = np.where(there, SHOWN, ABSENT).astype(np.int8)
    is_plain = np.array([name in indicators and indicators[name].is_harmless for name, _, _ in systems])
    # A harmless figure (posts, not people) may have no whole denominator.
    empty = (n == 0) & ~(is_plain[:, None, None] & ~np.isnan(value))
    state[there & (empty | np.isnan(value) & np.isnan(numerator))] = MISSING
    reason = np.full(shape, "", object)
    barred = _barred(rows)
    state[s[barred], x[barred], g[barred]] = SUPPRESSED
    reason[s[barred], x[barred], g[barred]] = "survey"
    state[there & ~_released(systems, indicators, len(units))] = UNSAID
    n_state = np.where(there & (n > 0), SHOWN, MISSING).astype(np.int8)
    protected = np.zeros(shape, bool)
    if "has_protected" in rows:
        marked = np.nan_to_num(filled("has_protected")) > 0
        protected[:, :-1, 1:] = np.asarray(marked.any(axis=(0, 2)))[None, :-1, None]
    heads = [kind == "count" and not plain for kind, plain in zip(kinds, is_plain, strict=True)]
    n_public = policy.n_public and any(heads)
    harmless = [plain or (head and n_public) for plain, head in zip(is_plain, heads, strict=True)]
    decimals = np.nan_to_num(filled("decimals")) if "decimals" in rows else np.ones(shape)
    if policy.whole_percent:
        decimals[np.array(kinds) == "share"] = 0
    return Cells(
        names=names,
        systems=systems,
        kinds=kinds,
        row=row,
        n=n,
        k=k,
        outer_n=_outer_sizes(systems, n, indicators),
        state=state,
        n_state=n_state,
        reason=reason,
        protected=protected,
        known=np.zeros(shape, bool),
        told=np.zeros(shape, bool),
        harmless=np.broadcast_to(np.array(harmless)[:, None, None], shape),
        dominated=dominated,
        n_public=n_public,
        **_outside(systems, n, k, indicators),
        shown_as=value,
        decimals=decimals,
        quanta=[_quantum(name, indicators) for name, _, _ in systems],
        inner=_nested(systems, kinds, indicators),
    )


def _barred(rows: pd.DataFrame) -> Flags:
    """Own rows that a rule of their own hides: too few of those asked have answered the survey."""
    if "mark" not in rows:
        return np.zeros(len(rows), bool)
    return np.asarray(rows["mark"].astype(str) == "suppressed")


def _authority(codes: npt.NDArray[np.object_]) -> str:
    found = sorted(set(codes.tolist()))
    if len(found) > 1:
        raise ValueError("own rows of more than one authority in one population")
    return found[0] if found else ""


def _quantum(name: str, indicators: Mapping[str, Indicator]) -> float:
    """What one pupil adds, or its smallest step, in the value times n; 0 where any sum can be."""
    known = indicators.get(name)
    if known is None or known.kind != "mean":
        return 100.0
    return float(known.quantum or 0.0)


def _in_highest(
    i: int,
    systems: list[tuple[str, str, str]],
    indicators: Mapping[str, Indicator],
    of: tuple[Numbers, Numbers, Numbers],
) -> Numbers:
    """The sum of a mean, counted in the highest possible value of one pupil."""
    n, value, total = of
    known = indicators.get(systems[i][0])
    value = np.nan_to_num(value)
    peak = known.maximum if known and known.maximum else float(max(value.max() * 2, 1))
    return np.asarray(np.clip(np.where(total > 0, total, value * n) / peak, 0, n))


def _released(systems: list[tuple[str, str, str]], indicators: Mapping[str, Indicator], units: int) -> Flags:
    flags = np.ones((len(systems), units + 1, 3), bool)
    for i, (name, _, _) in enumerate(systems):
        if name not in indicators:
            continue
        spans = indicators[name].breakdowns
        for level, nodes in (("unit", slice(0, units)), ("authority", slice(units, None))):
            flags[i, nodes] = [sex in spans.get(level, "") for sex in SEXES]
    return flags


def _outer_sizes(
    systems: list[tuple[str, str, str]], n: Numbers, indicators: Mapping[str, Indicator]
) -> Numbers:
    """The size of the group around, for systems whose population lies within another's; else 0."""
    outer = np.zeros_like(n)
    inside = [bool(name in indicators and indicators[name].within) for name, _, _ in systems]
    roots = [i for i, within in enumerate(inside) if not within]
    for i, within in enumerate(inside):
        if within and roots:
            outer[i] = n[roots].max(axis=0)
    return outer


def _outside(
    systems: list[tuple[str, str, str]], n: Numbers, k: Numbers, indicators: Mapping[str, Indicator]
) -> dict[str, Numbers]:
    """The pupils that a part of a population leaves out, and what is counted of them; else no limit."""
    number = {system: i for i, system in enumerate(systems)}
    outside_n, outside_k = np.zeros_like(n), np.full_like(k, FREE)
    for i, (name, subject, category) in enumerate(systems):
        whole = number.get((indicators[name].counts_as, subject, category)) if name in indicators else None
        if whole is not None:
            outside_n[i], outside_k[i] = n[whole] - n[i], k[whole] - k[i]
    return {"outside_n": outside_n, "outside_k": outside_k}


def _nested(
    systems: list[tuple[str, str, str]], kinds: list[str], indicators: Mapping[str, Indicator]
) -> dict[int, list[int]]:
    """For each share the systems whose pupils always count in it too."""
    number = {system: i for i, system in enumerate(systems)}
    found: dict[int, list[int]] = {}
    for outer, (name, subject, category) in enumerate(systems):
        inside = [number.get((each, subject, category)) for each in _all_inside(name, indicators)]
        shares = [i for i in inside if i is not None and kinds[i] == kinds[outer] == "share"]
        if shares:
            found[outer] = shares
    return found


def _all_inside(name: str, indicators: Mapping[str, Indicator]) -> list[str]:
    found: list[str] = []
    waiting = [name]
    while waiting:
        known = indicators.get(waiting.pop())
        for inside in known.implied_by if known else ():
            if inside not in found and inside != name:
                found.append(inside)
                waiting.append(inside)
    return sorted(found)
