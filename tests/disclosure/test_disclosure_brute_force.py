"""Every table that fits a tiny release is written down, and no hidden small group may stand still in them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.release import release_cube
from tests.disclosure.municipality import cube_of, indicator

LEAVES = [("10000000", "F"), ("10000000", "P"), ("10000001", "F"), ("10000001", "P")]
Tables = npt.NDArray[np.int64]


def needed(n: int) -> int:
    return min(n, max(2, min(4, math.ceil(n / 2))))


def pupils_of(sizes: list[tuple[int, int]]) -> pd.DataFrame:
    """Pupils of both schools; ``sizes`` holds n and k for every leaf."""
    rows = []
    for (code, sex), (n, k) in zip(LEAVES, sizes, strict=True):
        for number in range(n):
            passed = number < min(k, n)
            rows.append((code, sex, passed))
    frame = pd.DataFrame(rows, columns=["code", "sex", "all"])
    frame["vocational"] = frame["science"] = frame["all"]
    return frame.assign(merit=220.0, school_year="2024/25", population="ak9-2025")


def members(row: object) -> list[int]:
    """The leaves that a released row is the sum of."""
    return [
        i
        for i, (code, sex) in enumerate(LEAVES)
        if row.level == "authority" or row.code == code
        if row.sex in ("T", sex)
    ]


def fitting(tables: Tables, rows: list[object], what: str, sizes: npt.NDArray[np.int64]) -> Tables:
    """The tables that agree with every shown row; ``sizes`` are the n of each table."""
    fits = np.ones(len(tables), bool)
    for row in rows:
        total, n = tables[:, members(row)].sum(axis=1), sizes[:, members(row)].sum(axis=1)
        if what == "n":
            if row.n_state == "shown":
                fits &= total == int(row.n)
        elif row.state == "shown":
            fits &= np.abs(100 * total - round(row.value, 1) * n) <= 0.05 * n + 1e-9
        elif row.state == "nearly_all":
            fits &= n - total < 5
        elif row.state == "nearly_none":
            fits &= total < 5
    return np.asarray(tables[fits])


def possible(rows: list[object]) -> tuple[Tables, Tables]:
    """All (n, k) of the four leaves that fit the rows, n and k side by side."""
    grid = np.array(list(itertools.product(range(19), repeat=4)))
    found_n, found_k = [], []
    for sizes in fitting(grid, rows, "n", grid):
        ks = np.array(list(itertools.product(*(range(n + 1) for n in sizes))))
        kept = fitting(ks, rows, "k", np.broadcast_to(sizes, ks.shape))
        found_k.append(kept)
        found_n.append(np.broadcast_to(sizes, kept.shape))
    return np.concatenate(found_n), np.concatenate(found_k)


leaf = st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


@settings(max_examples=15, deadline=None)
@given(st.lists(leaf, min_size=4, max_size=4))
def test_no_hidden_small_group_can_be_worked_out(sizes: list[tuple[int, int]]) -> None:
    cube = cube_of(pupils_of(sizes), {"10000000": "", "10000001": ""})
    cube = cube[cube["indicator"] == "results.all_passed_9"].reset_index(drop=True)
    lattice = Lattice.of_units({"10000000": "", "10000001": ""})
    known = {"results.all_passed_9": indicator("all_passed_9")}
    released = release_cube(cube, policy=Policy(), lattice=lattice, indicators=known)
    rows = list(released.itertuples(index=False))
    if sum((row.n_state == "shown") for row in rows) == 0:
        return
    n, k = possible(rows)
    grid = np.array(list(itertools.product(range(19), repeat=4)))
    sizes_alone = fitting(grid, rows, "n", grid)
    assert len(n)
    for row, true_n in zip(rows, cube["n"], strict=True):
        if true_n >= 10 or row.state == "shown":
            continue
        of_n, of_k = n[:, members(row)].sum(axis=1), k[:, members(row)].sum(axis=1)
        assert of_k.max() - of_k.min() >= needed(int(true_n))
        assert of_n.max() - of_n.min() >= needed(int(true_n))
        assert sizes_alone[:, members(row)].sum(axis=1).max() >= 9
