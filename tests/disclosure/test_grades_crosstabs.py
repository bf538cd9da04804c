"""Crosstabs: no small pair can be worked out from rows, columns and directions; checked by another solver."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.disclosure.attack_system import System
from analysis_lib.disclosure.crosstabs import hidden_pairs
from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.release import release_cube
from analysis_lib.vocabulary.grades import DIRECTIONS, LETTERS, pair_of

from .municipality import KEYS, finished
from .municipality import indicator as indicator_of

POLICY = Policy()


def counts_of(seed: int, n: int) -> np.ndarray:
    """A table as tests and grades make one: most pupils on or near the diagonal."""
    rng = np.random.default_rng(seed)
    ability, cuts = rng.standard_normal(n), [-1.6, -0.42, 0.25, 0.98, 1.6]
    test, grade = (5 - np.searchsorted(cuts, ability + s * rng.standard_normal(n)) for s in (0.4, 0.25))
    table = np.zeros((6, 6))
    np.add.at(table, (test, grade), 1)
    return table


def attack(counts: np.ndarray, hidden: np.ndarray, cell: tuple[int, int]) -> tuple[float, float]:
    """The least and greatest that a hidden pair can be, by the attacker's own linear solver."""
    system = System()
    parts = {place: system.variable() for place in zip(*np.nonzero(hidden), strict=True)}
    step = np.sign(np.subtract.outer(np.arange(6), np.arange(6)))
    masks = [np.arange(6)[:, None] == i for i in range(6)] + [np.arange(6)[None, :] == i for i in range(6)]
    for mask in [*masks, *(step == each for each in (-1, 0, 1))]:
        whole = np.broadcast_to(mask, (6, 6)) & hidden
        total = float(counts[whole].sum())
        system.know({parts[p]: 1.0 for p in zip(*np.nonzero(whole), strict=True)}, total, total)
    return system.bounds({parts[cell]: 1.0})


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(100, 900))
def test_R11_no_small_pair_can_be_worked_out(seed: int, n: int) -> None:
    counts = counts_of(seed, n)
    hidden = hidden_pairs(counts, POLICY)
    small = (counts > 0) & (counts < POLICY.tail)
    assert hidden[small].all()
    everything = np.ones_like(hidden)
    for place in zip(*np.nonzero(small), strict=True):
        low, high = attack(counts, hidden, place)
        widest = attack(counts, everything, place)
        assert high - low >= min(POLICY.interval_width, widest[1] - widest[0]) - 1e-6


def test_R11_a_table_without_small_pairs_is_shown_whole() -> None:
    assert not hidden_pairs(np.full((6, 6), 12.0), POLICY).any()
    assert not hidden_pairs(np.diag([20.0] * 6), POLICY).any()


def released_pairs(counts: np.ndarray, *, directions: tuple[int, int, int] | None = None) -> list[str]:
    """The states of the huvudman's pairs after release, beside its directions."""
    base = {"school_year": "2025/26", "level": "authority", "code": "9901", "population": "ak9-2026"}
    base |= {"sex": "T", "subject": "MA"}
    n = int(counts.sum())
    rows = [
        {**base, "indicator": "results.pairs_9", "category": pair_of(t, g), "n": n, "numerator": int(k)}
        for t, line in zip(LETTERS, counts, strict=True)
        for g, k in zip(LETTERS, line, strict=True)
    ]
    parts = np.tril(counts, -1).sum(), np.trace(counts), np.triu(counts, 1).sum()
    told = dict(zip(("higher", "equal", "lower"), parts, strict=True))
    for name in DIRECTIONS:
        k = int(told[name] if directions is None else directions[DIRECTIONS.index(name)])
        for level, code in (("authority", "9901"), ("unit", "10000001")):
            row = {**base, "level": level, "code": code, "indicator": "results.way_9", "category": name}
            rows.append({**row, "n": n, "numerator": k})
    cube = finished(pd.DataFrame(rows, columns=[*KEYS, "n", "numerator"]))
    spans = {"released": {"unit": "T", "authority": "T"}, "by_subject": True}
    known = {
        each.id: each
        for each in (
            indicator_of("pairs_9", "distribution", by_subject=True, released={"unit": "", "authority": "T"}),
            indicator_of("way_9", "distribution", **spans),
        )
    }
    lattice = Lattice.of_units({"10000001": ""})
    frame = release_cube(cube, policy=POLICY, lattice=lattice, indicators=known)
    pairs = frame[frame["indicator"] == "results.pairs_9"]
    return list(pairs.sort_values("category")["state"])


def test_R11_small_pairs_are_hidden_in_the_release_and_empty_ones_may_be_told() -> None:
    counts = counts_of(5, 400)
    states = released_pairs(counts)
    assert "shown" in states
    assert "suppressed" in states
    hidden = sum(state == "suppressed" for state in states)
    assert hidden == int(hidden_pairs(counts, POLICY).sum())


@pytest.mark.parametrize("n", [60, 99])
def test_R11_a_small_group_shows_no_pairs_at_all(n: int) -> None:
    assert set(released_pairs(counts_of(5, n))) == {"suppressed"}


def test_R11_where_a_direction_is_hidden_the_pairs_are_too() -> None:
    counts = np.diag([60.0] * 6)
    counts[0, 1] = 3  # three pupils with a lower grade: the direction is hidden
    assert set(released_pairs(counts)) == {"suppressed"}


def test_R11_what_an_earlier_edition_has_told_cannot_be_hidden_and_the_release_still_ends() -> None:
    """The huvudman's grades were told before units had any of their own; a small unit now binds them."""
    counts = {"10000001": (12, 14, 0), "10000002": (1, 7, 0)}
    base = {"school_year": "2025/26", "population": "ak9-2026", "sex": "T", "subject": "MA"}
    base |= {"indicator": "results.way_9"}
    rows = []
    for code, parts in counts.items():
        for name, k in zip(DIRECTIONS, parts, strict=True):
            here = {**base, "level": "unit", "code": code, "category": name}
            rows.append({**here, "n": sum(parts), "numerator": k})
    whole = [sum(parts) for parts in zip(*counts.values(), strict=True)]
    for name, k in zip(DIRECTIONS, whole, strict=True):
        here = {**base, "level": "authority", "code": "9901", "category": name}
        rows.append({**here, "n": sum(whole), "numerator": k})
    cube = finished(pd.DataFrame(rows, columns=[*KEYS, "n", "numerator"]))
    policy = Policy(exact_extreme=10)
    lattice = Lattice.of_units(dict.fromkeys(counts, ""))

    def released(units: str, earlier: pd.DataFrame | None = None) -> pd.DataFrame:
        spans = {"by_subject": True, "released": {"unit": units, "authority": "T"}}
        known = {"results.way_9": indicator_of("way_9", "distribution", **spans)}
        return release_cube(cube, policy=policy, lattice=lattice, indicators=known, earlier=earlier)

    first = released("")
    assert set(first["state"]) == {"shown"}
    second = released("T", first)
    of_level = second.groupby("level")["state"].agg(set)
    assert of_level["authority"] == {"shown"}
    assert of_level["unit"] == {"suppressed"}
