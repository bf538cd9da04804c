"""From the cube to what an audience may see: the only door to everything that is drawn (floor 5).

Own numbers pass the rules of ``params/disclosure.yaml``; numbers that an authority has published stand as
they are, marks included, and count as known. Intervals stand only beside a shown value: they follow from the
value and n, which are shown too, so they add nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from analysis_lib import text
from analysis_lib.disclosure.cells import (
    MISSING,
    SHOWN,
    STATE_NAMES,
    SUPPRESSED,
    SYSTEM,
    UNSAID,
    Cells,
)
from analysis_lib.disclosure.cells_reading import read_cells
from analysis_lib.disclosure.classes import LEVEL, decide_classes, told_to
from analysis_lib.disclosure.known import count_published, earlier_rows, published_rows, remember_earlier
from analysis_lib.disclosure.known_sizes import hide_shared_sizes
from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.released import KEYS, VALUES, ReleasedTable, seal
from analysis_lib.disclosure.suppress import suppress
from analysis_lib.disclosure.survey_rows import few_answered
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.settings import Audience

RELEASED_COLUMNS = [*KEYS, *VALUES]
_TOLD = ("state", "n_state", "reason")
_OWN_LEVELS = ("unit", "authority")
_MARK_STATES = {
    "": "shown",
    "suppressed": "suppressed",
    "nearly_all": "nearly_all",
    "nearly_none": "nearly_none",
    "missing": "missing",
    "approximate": "shown",
    "not_required": "missing",
}


def release_cube(
    cube: pd.DataFrame,
    *,
    policy: Policy,
    lattice: Lattice,
    indicators: Mapping[str, Indicator] | None = None,
    earlier: pd.DataFrame | None = None,
    wider: pd.DataFrame | None = None,
    narrower: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The released frame of one audience: the cube's rows in order, hidden numbers taken away.

    ``earlier`` is a released frame of the same audience, or several put together: what was hidden stays
    hidden and what was shown counts as known. ``wider`` are releases to wider circles, which these readers
    see too: what they show counts as known. ``narrower`` are earlier releases to narrower circles, who will
    see this one: what was hidden from them is hidden here. Classes are in the internal frame
    only. Columns: ``RELEASED_COLUMNS``. Same input, same output.
    """
    rows = cube.reset_index(drop=True)
    if not told_to(policy):
        rows = rows[rows["level"] != LEVEL].reset_index(drop=True)
    released = _open(rows)
    own = rows[(rows["basis"] == "own") & rows["level"].isin(_OWN_LEVELS)]
    published = published_rows(rows[rows["basis"] != "own"])
    done: list[Cells] = []
    known = indicators or {}
    said = _is_said(rows, known)
    told_before = (
        earlier_rows(own, earlier),
        earlier_rows(own, wider, is_wider=True),
        earlier_rows(own, narrower, is_narrower=True),
    )
    for units, part in _groups(own, known, said):
        rules = policy
        if _is_survey(part, known):
            rules, part = policy.for_surveys(), few_answered(part, policy, known)
        cells = read_cells(part, units=units, indicators=known, policy=rules)
        year = str(part["school_year"].iloc[0])
        told = {name for name, _, _ in cells.systems}
        count_published(
            cells, (row for name in sorted(told) for row in published.get((year, name), ())), policy
        )
        for each in told_before:
            remember_earlier(cells, each, rules)
        hide_shared_sizes(cells, part, known)
        suppress(cells, rules)
        done.append(cells)
    _write_back(released, done)
    classes, unsaid = decide_classes(released, indicators=known, policy=policy, earlier=earlier)
    _write_back(released, classes)
    said.loc[unsaid] = False
    _blank(released, known, policy)
    _show_whole(released, known)
    return released.loc[said, RELEASED_COLUMNS]


def open_released(frame: pd.DataFrame, audience: Audience) -> ReleasedTable:
    """A released frame as the only thing that ``present`` draws.

    Raises ``ValueError`` when the frame holds a number where its state says that none is shown, as a cube
    that has not passed ``release_cube`` would.
    """
    if "state" not in frame or "n_state" not in frame:
        raise ValueError("not a released frame: state and n_state are missing")
    hidden = frame["state"] != "shown"
    if frame.loc[hidden, ["value", "low", "high", "numerator"]].notna().any().any():
        raise ValueError("not a released frame: a hidden cell holds a number")
    if frame.loc[~frame["n_state"].isin(["shown", "whole"]), "n"].notna().any():
        raise ValueError("not a released frame: a hidden n holds a number")
    return seal(frame, audience)


def _open(rows: pd.DataFrame) -> pd.DataFrame:
    """All rows as published rows stand: state from the mark, nothing hidden by us."""
    released = rows.copy()
    marks = released["mark"].fillna("").astype(str)
    state = marks.map(_MARK_STATES).fillna("missing")
    own = released["basis"] == "own"
    state = state.mask((state == "shown") & released["value"].isna(), "missing")
    released["state"] = state
    released["reason"] = np.where(~own & (state != "shown"), "published", "")
    has_n = released["n"].notna()
    n_state = np.where(has_n, "shown", np.where(~own & (marks == "suppressed"), "suppressed", "missing"))
    released["n_state"] = n_state
    return released


def _is_said(rows: pd.DataFrame, indicators: Mapping[str, Indicator]) -> pd.Series[bool]:
    """Rows that are meant to be read at all: published ones, and own breakdowns that the indicator names."""
    keys = rows[["indicator", "level", "sex"]]
    wanted = {
        key: key[0] not in indicators or key[2] in indicators[key[0]].breakdowns.get(key[1], "")
        for key in set(keys.itertuples(index=False, name=None))
    }
    told = [wanted[key] for key in keys.itertuples(index=False, name=None)]
    foreign = (rows["basis"] != "own") | ~rows["level"].isin((LEVEL, "unit", "area", "authority"))
    return foreign | pd.Series(told, index=rows.index) & (rows["level"] != "area")


def _groups(
    own: pd.DataFrame, indicators: Mapping[str, Indicator], said: pd.Series[bool]
) -> Iterator[tuple[list[str], pd.DataFrame]]:
    """Own rows by school year, population (those within it included) and subject, with the units that have
    rows."""
    around = {name: known.within for name, known in indicators.items() if known.within}
    base = own["population"].astype(str).str.rsplit("-", n=1)
    populations = base.str[0].where(~own["indicator"].isin(list(around)), own["indicator"].map(around))
    keys = [own["school_year"], populations.astype(str), own["subject"].astype(str)]
    own = own.assign(**{name: own[name].astype(str) for name in SYSTEM}, said=said)
    for _, part in own.groupby(keys, sort=True):
        if part["said"].any():
            yield sorted(part.loc[part["level"] == "unit", "code"].unique()), part


def _is_survey(part: pd.DataFrame, indicators: Mapping[str, Indicator]) -> bool:
    """Whether the group's pupils are those who answered a survey."""
    names = set(part["indicator"])
    return all(name in indicators and indicators[name].family.startswith("survey") for name in names)


def _write_back(released: pd.DataFrame, done: list[Cells]) -> None:
    names = np.array(STATE_NAMES, object)
    state, n_state, reason = (released[name].to_numpy(object, copy=True) for name in _TOLD)
    for cells in done:
        there = (cells.row >= 0) & (cells.state != UNSAID)
        rows = cells.row[there]
        state[rows] = names[cells.state[there]]
        n_state[rows] = names[cells.n_state[there]]
        reasons = np.where(np.isin(cells.state[there], (SHOWN, MISSING)), "", cells.reason[there])
        reason[rows] = np.where((reasons == "") & (cells.n_state[there] == SUPPRESSED), "size", reasons)
    for name, values in zip(_TOLD, (state, n_state, reason), strict=True):
        released[name] = values


def _blank(released: pd.DataFrame, indicators: Mapping[str, Indicator], policy: Policy) -> None:
    kind = released["indicator"].map({name: str(each.kind) for name, each in indicators.items()})
    own = released["basis"] == "own"
    hidden = own & (released["state"] != "shown") | released["state"].isin(
        ["suppressed", "nearly_all", "nearly_none", "missing"]
    )
    for name in ("value", "low", "high", "numerator"):
        released[name] = released[name].astype("Float64").mask(hidden)
    released["numerator"] = released["numerator"].astype("Int64")
    released["n"] = released["n"].astype("Int64").mask(released["n_state"] != "shown")
    # An interval of a share is as good as its n; that of a mean tells of single pupils where it is fine.
    bare = own & (released["n_state"] != "shown") & (kind != "mean")
    step = policy.mean_interval_step
    for name, outward in (("low", np.floor), ("high", np.ceil)):
        released[name] = released[name].mask(bare | own & (kind != "mean") & (policy.round_counts > 1))
        means = own & (kind == "mean") & released[name].notna()
        released.loc[means, name] = outward(released.loc[means, name].astype(float) / step) * step
    released["numerator"] = released["numerator"].mask(bare)
    _round_counts(released, own, kind, policy.round_counts)
    if policy.whole_percent:
        released["decimals"] = released["decimals"].mask(own & (kind == "share"), 0)
    # More decimals than a reader sees would tell the n behind a mean.
    for name in ("value", "low", "high"):
        exact = released.loc[own, [name, "decimals"]].dropna()
        told = [float(text.round_half_up(value, int(places))) for value, places in exact.to_numpy()]
        released.loc[exact.index, name] = told


def _round_counts(released: pd.DataFrame, own: pd.Series[bool], kind: pd.Series[str], step: int) -> None:
    """Our own numbers of pupils to the nearest 5 or 10, where the rules ask for it."""
    released["rounding"] = np.where(own, step, 1)
    if step == 1:
        return
    for name, where in (("n", own), ("numerator", own), ("value", own & (kind == "count"))):
        exact = released[name].astype("Float64")
        rounded = (((exact / step + 0.5) // 1) * step).where(where, exact)
        released[name] = rounded.astype("Float64" if name == "value" else "Int64")


def _show_whole(released: pd.DataFrame, indicators: Mapping[str, Indicator]) -> None:
    """Beside a mean whose own n is hidden stands the head count of all pupils around it, when that is shown.

    The state ``whole`` says so: the mean's n is not this number, it lies within it.
    """
    heads = {each.population: name for name, each in indicators.items() if each.is_head_count}
    around = {name: heads[each.within] for name, each in indicators.items() if each.within in heads}
    place = ["school_year", "level", "code", "sex"]
    own = released[released["basis"] == "own"]
    counts = own[own["indicator"].isin(around.values()) & (own["n_state"] == "shown")]
    known = counts.set_index(["indicator", *place])["n"].to_dict()
    bare = own[own["indicator"].isin(around) & (own["state"] == "shown") & (own["n_state"] == "suppressed")]
    for index, row in zip(bare.index, bare[["indicator", *place]].to_dict("records"), strict=True):
        whole = known.get((around[str(row["indicator"])], *(row[name] for name in place)))
        if whole is not None:
            released.loc[index, ["n", "n_state"]] = [whole, "whole"]
