"""The classes of every unit, decided after the units: which rows, read as whose parts (floor 5).

Only the internal edition has classes. A unit's row is the whole of its classes in each population and year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from analysis_lib.disclosure.cells import STATE_NAMES, SYSTEM, UNSAID, Cells, Flags, T
from analysis_lib.disclosure.cells_reading import read_cells
from analysis_lib.disclosure.known import earlier_rows, remember_earlier, said_once
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.suppress_classes import WHOLE, suppress_classes
from analysis_lib.vocabulary.classes import NO_CLASS, name_of, unit_of
from analysis_lib.vocabulary.indicators import Indicator

LEVEL = "class"


def told_to(policy: Policy) -> bool:
    """Whether these readers are told of classes at all."""
    return policy.audience == "internal"


def decide_classes(
    released: pd.DataFrame,
    *,
    indicators: Mapping[str, Indicator],
    policy: Policy,
    earlier: pd.DataFrame | None = None,
) -> tuple[list[Cells], list[int]]:
    """The classes' cells with what is shown of them, and the rows that are not said.

    ``released`` holds the cube's rows with what is decided of the units; ``earlier`` what these readers were
    told before.
    """
    told = said_once(earlier[earlier["level"] == LEVEL]) if earlier is not None else None
    said = earlier_rows(released[released["level"] == LEVEL], told)
    before = {} if told is None else dict(iter(told.groupby(["school_year", "subject"])))
    known = {name: _of_parts(each) for name, each in indicators.items() if "class" in each.breakdowns}
    done: list[Cells] = []
    for part in _groups(released, indicators):
        cells = read_cells(_as_parts(part), units=_classes(part), indicators=known, policy=policy)
        _take_whole(cells, released)
        mine = part[part["level"] == LEVEL]
        remember_earlier(cells, said, policy)
        had = before.get((part["school_year"].iloc[0], part["subject"].iloc[0]))
        if had is not None:
            _doubt_means(cells, mine, had, policy)
        suppress_classes(cells, policy, guarded=_guarded(cells, mine), new=_new(cells, mine, had))
        cells.row[:, WHOLE] = -1  # the unit is decided already
        done.append(cells)
    unsaid = [int(row) for cells in done for row in cells.row[(cells.state == UNSAID) & (cells.row >= 0)]]
    return done, unsaid


def _doubt_means(cells: Cells, mine: pd.DataFrame, said: pd.DataFrame, policy: Policy) -> None:
    """A mean in whole points may stand as it was although pupils have come or gone: then it is not the same.

    Its own number of pupils is never told, so the class's is what shows it.
    """
    told = said[said["n_state"] == "shown"]
    before = dict(zip(zip(told["indicator"], told["code"], strict=True), told["n"], strict=True))
    moved = np.zeros(cells.state.shape, bool)
    few = moved.copy()
    for at, row in np.ndenumerate(cells.row[:, :WHOLE, T]):
        if row >= 0 and cells.outer_n[at[0], at[1], T] == 0:
            was = before.get((str(mine.at[row, "indicator"]), str(mine.at[row, "code"])))
            change = 0.0 if was is None else abs(float(was) - float(cells.n[at[0], at[1], T]))
            moved[:, at[1], T] |= change > 0
            few[:, at[1], T] |= 0 < change < policy.repeat_difference
    means = moved & (cells.outer_n > 0)
    cells.known &= ~means
    cells.told &= ~means
    cells.hide(few & means, "earlier")


def _groups(released: pd.DataFrame, indicators: Mapping[str, Indicator]) -> Iterator[pd.DataFrame]:
    """The rows of one unit's classes and of the unit, by school year, population around and subject."""
    own = released[released["basis"] == "own"]
    classes = own[own["level"] == LEVEL]
    wholes = own[(own["level"] == "unit") & (own["sex"] == "T")]
    wholes = wholes[wholes["indicator"].isin(classes["indicator"].unique())]
    wholes = wholes[wholes["code"].isin(classes["code"].map(unit_of).unique())]
    rows = pd.concat([classes, wholes])
    base = rows["population"].astype(str).str.rsplit("-", n=1).str[0]
    around = {name: each.within for name, each in indicators.items() if each.within}
    keys = [
        rows["school_year"].astype(str),
        rows["indicator"].map(around).fillna(base),
        rows["subject"].astype(str),
        rows["code"].map(unit_of),
    ]
    rows = rows.assign(**{name: rows[name].astype(str) for name in SYSTEM})
    for _, part in rows.groupby(keys, sort=True):
        if (part["level"] == LEVEL).any():
            yield part


def _as_parts(part: pd.DataFrame) -> pd.DataFrame:
    """Classes as the parts and the unit as their whole, as units and the huvudman otherwise."""
    return part.assign(level=np.where(part["level"] == LEVEL, "unit", "authority"))


def _classes(part: pd.DataFrame) -> list[str]:
    return sorted(part.loc[part["level"] == LEVEL, "code"].unique())


def _of_parts(indicator: Indicator) -> Indicator:
    return indicator.model_copy(update={"released": {"unit": "T", "authority": "T"}})


def _take_whole(cells: Cells, released: pd.DataFrame) -> None:
    """What is decided of the unit, as it stands in the released frame."""
    for i, row in enumerate(cells.row[:, WHOLE, T].tolist()):
        if row >= 0:
            cells.state[i, WHOLE, T] = STATE_NAMES.index(str(released["state"].iat[row]))
            cells.n_state[i, WHOLE, T] = STATE_NAMES.index(str(released["n_state"].iat[row]))


def _guarded(cells: Cells, mine: pd.DataFrame) -> Flags:
    marked = set(mine.loc[mine["has_protected"].astype(bool), "code"]) if "has_protected" in mine else set()
    codes = [code for _, code in cells.names[:WHOLE]]
    return np.array([name_of(code) == NO_CLASS or code in marked for code in codes])


def _new(cells: Cells, mine: pd.DataFrame, said: pd.DataFrame | None) -> Flags:
    """Classes that an earlier release, which told of the unit's others, did not have."""
    new = np.zeros(cells.state.shape, bool)
    if said is None:
        return new
    units = said["code"].map(unit_of)
    told = said[units.isin(mine["code"].map(unit_of).unique())]
    had = set(zip(told["indicator"], told["population"], told["code"], strict=True))
    about = {(indicator, population) for indicator, population, _ in had}
    for at, row in np.ndenumerate(cells.row[:, :WHOLE, T]):
        if row >= 0:
            indicator, population, code = (
                str(mine.at[row, name]) for name in ("indicator", "population", "code")
            )
            new[at[0], at[1], T] = (indicator, population) in about and (
                indicator,
                population,
                code,
            ) not in had
    return new
