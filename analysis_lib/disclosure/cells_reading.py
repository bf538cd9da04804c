"""Rows of the cube read as the cells of one group of pupils (floor 5).

What a system's population lies within, which indicators hold each other and which rows a rule of their own
hides from the start is decided here, from the indicators' definitions; what is hidden later is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis_lib.disclosure.cells import (
    ABSENT,
    FREE,
    MISSING,
    SHOWN,
    SUPPRESSED,
    SYSTEM,
    UNSAID,
    Cells,
    Flags,
    Numbers,
)
from analysis_lib.disclosure.lattice import SEXES
from analysis_lib.disclosure.policy import Policy
from analysis_lib.vocabulary.indicators import Indicator

Places = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class _Grid:
    """Where each row stands in the arrays: its system, its place and its sex."""

    rows: pd.DataFrame
    systems: list[tuple[str, str, str]]
    names: list[tuple[str, str]]
    at: tuple[Places, Places, Places]

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.systems), len(self.names), 3

    def filled(self, name: str) -> Numbers:
        """A column's numbers in their places; nan where there is no row or no number."""
        array = np.full(self.shape, np.nan)
        array[self.at] = self.rows[name].to_numpy(float, na_value=np.nan)
        return array

    def index(self) -> npt.NDArray[np.int64]:
        """The index of the row in each place, -1 where there is none."""
        row = np.full(self.shape, -1)
        row[self.at] = self.rows.index.to_numpy()
        return row


def read_cells(
    rows: pd.DataFrame, *, units: list[str], indicators: Mapping[str, Indicator], policy: Policy
) -> Cells:
    """The own rows of one group of the cube as arrays; ``rows`` has an index that ``Cells.row`` points to.

    Rows that are not released (``Indicator.breakdowns``) count in the sums and are said by nobody. Raises
    ``ValueError`` for doubled keys.
    """
    grid = _grid(rows, units)
    systems, row = grid.systems, grid.index()
    kinds: list[str] = [indicators[name].kind if name in indicators else "share" for name, _, _ in systems]
    is_plain = [name in indicators and indicators[name].is_harmless for name, _, _ in systems]
    n, k, dominated = _counted(grid, kinds, indicators, policy)
    state, reason = _first_states(grid, n, is_plain, indicators)
    heads = [kind == "count" and not plain for kind, plain in zip(kinds, is_plain, strict=True)]
    n_public = policy.n_public and any(heads)
    harmless = [plain or (head and n_public) for plain, head in zip(is_plain, heads, strict=True)]
    decimals = np.nan_to_num(grid.filled("decimals")) if "decimals" in rows else np.ones(grid.shape)
    if policy.whole_percent:
        decimals[np.array(kinds) == "share"] = 0
    return Cells(
        names=grid.names,
        systems=systems,
        kinds=kinds,
        row=row,
        n=n,
        k=k,
        outer_n=_outer_sizes(systems, n, indicators),
        state=state,
        n_state=np.where((row >= 0) & (n > 0), SHOWN, MISSING).astype(np.int8),
        reason=reason,
        protected=_protected(grid),
        known=np.zeros(grid.shape, bool),
        told=np.zeros(grid.shape, bool),
        harmless=np.broadcast_to(np.array(harmless)[:, None, None], grid.shape),
        dominated=dominated,
        n_public=n_public,
        **_outside(systems, n, k, indicators),
        shown_as=grid.filled("value"),
        decimals=decimals,
        quanta=[_quantum(name, indicators) for name, _, _ in systems],
        inner=_nested(systems, kinds, indicators),
    )


def _grid(rows: pd.DataFrame, units: list[str]) -> _Grid:
    keys = list(rows[SYSTEM].itertuples(index=False, name=None))
    systems = sorted(set(keys))
    number = {system: i for i, system in enumerate(systems)}
    codes = rows["code"].to_numpy()
    is_unit = (rows["level"] == "unit").to_numpy()
    names = [("unit", code) for code in units] + [("authority", _authority(codes[~is_unit]))]
    node = {code: i for i, code in enumerate(units)}
    s = np.array([number[key] for key in keys])
    x = np.array([node[c] if unit else len(units) for c, unit in zip(codes, is_unit, strict=True)])
    g = rows["sex"].map({name: i for i, name in enumerate(SEXES)}).to_numpy(np.int64)
    if len(set(zip(s.tolist(), x.tolist(), g.tolist(), strict=True))) != len(rows):
        raise ValueError("the cube has two rows with the same keys")
    return _Grid(rows, systems, names, (s, x, g))


def _counted(
    grid: _Grid, kinds: list[str], indicators: Mapping[str, Indicator], policy: Policy
) -> tuple[Numbers, Numbers, Flags]:
    """How many pupils, how many of them count, and where one pupil is most of the sum."""
    n, value, numerator = np.nan_to_num(grid.filled("n")), grid.filled("value"), grid.filled("numerator")
    total, total_sq = np.nan_to_num(grid.filled("total")), np.nan_to_num(grid.filled("total_sq"))
    k = np.where(np.isnan(numerator), np.rint(np.nan_to_num(value) * n / 100), numerator)
    dominated = np.zeros(grid.shape, bool)
    for i, kind in enumerate(kinds):
        if kind == "mean":
            k[i] = _in_highest(i, grid.systems, indicators, (n[i], value[i], total[i]))
            dominated[i] = (total_sq[i] > 0) & (np.sqrt(total_sq[i]) > policy.dominance * total[i])
        elif kind == "count":
            n[i] = k[i] = np.nan_to_num(np.where(np.isnan(numerator[i]), value[i], numerator[i]))
    return n, k, dominated


def _first_states(
    grid: _Grid, n: Numbers, is_plain: list[bool], indicators: Mapping[str, Indicator]
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.object_]]:
    """What is there, missing, hidden by a rule of its own or said by nobody, before any suppression."""
    there, value, numerator = grid.index() >= 0, grid.filled("value"), grid.filled("numerator")
    state = np.where(there, SHOWN, ABSENT).astype(np.int8)
    # A harmless figure (posts, not people) may have no whole denominator.
    empty = (n == 0) & ~(np.array(is_plain)[:, None, None] & ~np.isnan(value))
    state[there & (empty | np.isnan(value) & np.isnan(numerator))] = MISSING
    reason = np.full(grid.shape, "", object)
    s, x, g = grid.at
    barred = _barred(grid.rows)
    state[s[barred], x[barred], g[barred]] = SUPPRESSED
    reason[s[barred], x[barred], g[barred]] = "survey"
    state[there & ~_released(grid.systems, indicators, len(grid.names) - 1)] = UNSAID
    return state, reason


def _protected(grid: _Grid) -> Flags:
    """The units and sexes with a pupil whose identity is protected, in every system."""
    protected = np.zeros(grid.shape, bool)
    if "has_protected" in grid.rows:
        marked = np.nan_to_num(grid.filled("has_protected")) > 0
        protected[:, :-1, 1:] = np.asarray(marked.any(axis=(0, 2)))[None, :-1, None]
    return protected


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
