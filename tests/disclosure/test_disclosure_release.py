"""Release: what is hidden is gone, published rows stand, parts go together, same input same output."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analysis_lib.disclosure.policy import Policy, load_policy
from analysis_lib.disclosure.release import open_released, release_cube
from analysis_lib.vocabulary.workspace import Workspace, builtin_root
from tests.disclosure.municipality import random_cube

KEYS = ["indicator", "school_year", "population", "level", "code", "subject", "category"]


@pytest.fixture(scope="module")
def town() -> tuple[pd.DataFrame, pd.DataFrame]:
    cube, lattice, indicators = random_cube(5, units=8, areas=2, years=2)
    return cube, release_cube(cube, policy=Policy(), lattice=lattice, indicators=indicators)


def test_hidden_numbers_are_not_in_the_frame(town: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    _, released = town
    hidden = released[released["state"] != "shown"]
    assert len(hidden) > 50
    assert hidden[["value", "low", "high", "numerator"]].isna().all().all()
    assert released.loc[released["n_state"] != "shown", "n"].isna().all()


def test_small_groups_lose_result_and_n(town: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    cube, released = town
    small = (cube.loc[released.index, "n"] < 10).to_numpy()
    assert small.any()
    assert set(released.loc[small, "state"]) == {"suppressed"}
    assert set(released.loc[small, "n_state"]) == {"suppressed"}


def test_fewer_than_five_on_a_side_are_never_a_number(town: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    cube, released = town
    counted = cube["numerator"].notna() & (cube["n"] >= 10) & (cube["n"] < 50)
    missed = (cube["n"] - cube["numerator"] < 5).fillna(False)
    reached = (cube["numerator"] < 5).fillna(False)
    assert set(released.loc[counted & missed, "state"]) <= {"nearly_all", "suppressed"}
    assert set(released.loc[counted & reached, "state"]) <= {"nearly_none", "suppressed"}


def test_girls_and_boys_are_hidden_together(town: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    _, released = town
    for column in ("state", "n_state"):
        shown = released.assign(shown=released[column] == "shown").pivot_table(
            index=KEYS, columns="sex", values="shown", aggfunc="first"
        )
        both = shown.dropna(subset=["F", "P"])
        assert (both["F"] == both["P"]).all()


def test_same_input_gives_the_same_release(town: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    cube, lattice, indicators = random_cube(5, units=8, areas=2, years=2)
    again = release_cube(cube, policy=Policy(), lattice=lattice, indicators=indicators)
    assert_frame_equal(town[1], again)


def test_a_released_table_refuses_numbers_that_should_be_hidden(
    town: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    _, released = town
    assert len(open_released(released, "public")) == len(released)
    leaking = released.copy()
    leaking.loc[leaking.index[leaking["state"] != "shown"][0], "value"] = 50.0
    with pytest.raises(ValueError, match="hidden"):
        open_released(leaking, "public")


@pytest.mark.parametrize(("audience", "threshold"), [("public", 10), ("board", 10), ("internal", 5)])
def test_every_audience_has_its_policy(audience: str, threshold: int) -> None:
    policy = load_policy(Workspace(builtin_root()), audience)
    assert (policy.audience, policy.threshold, policy.tail) == (audience, threshold, 5)
