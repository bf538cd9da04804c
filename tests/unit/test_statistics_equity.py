"""R5 and M12: national tests against grades, and likvärdighet, each with an interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.equity import (
    background_share_between,
    between_unit_share,
    dissimilarity,
    sex_gap,
    unit_spread,
)
from analysis_lib.statistics.tests_and_grades import WORDING, crosstab, deviation, sentence

ROWS = pd.DataFrame(
    {
        "unit": ["1"] * 6 + ["2"] * 3,
        "test": ["F", "F", "E", "C", "A", "", "E", "C", "absent"],
        "grade": ["E", "E", "D", "C", "B", "A", "E", "-", "A"],
    }
)


def test_R5_higher_equal_lower_and_net() -> None:
    found = deviation(ROWS, ["unit"]).set_index("unit")
    assert found.loc["1", ["n", "higher_n", "equal_n", "lower_n"]].tolist() == [5, 3, 1, 1]
    assert found.loc["1", "net"] == pytest.approx(40)
    assert found.loc["1", "net_low"] < 0 < found.loc["1", "net_high"]
    assert found.loc["1", "points"] == pytest.approx((10 + 10 + 2.5 + 0 - 2.5) / 5)
    assert found.loc["2", ["n", "net"]].tolist() == [1, 0]


def test_R5_crosstab_by_test_grade() -> None:
    table = crosstab(ROWS["test"], ROWS["grade"])
    assert table.loc["F", "E"] == 2
    assert table.to_numpy().sum() == 6
    assert list(table.index) == list(table.columns) == ["F", "E", "D", "C", "B", "A"]
    with pytest.raises(SkolbankError, match="columns-unequal"):
        crosstab(ROWS["test"], ROWS["grade"].head(2))


@given(st.lists(st.tuples(st.sampled_from("ABCDEF-"), st.sampled_from("ABCDEF-")), max_size=40))
@settings(deadline=None)
def test_R5_parts_make_the_whole(pairs: list[tuple[str, str]]) -> None:
    rows = pd.DataFrame(pairs, columns=["test", "grade"]).assign(unit="1")
    both = [(test, grade) for test, grade in pairs if "-" not in (test, grade)]
    for by in (["unit"], []):
        found = deviation(rows, by)
        assert found["n"].sum() == len(both)
        assert (found["higher_n"] + found["equal_n"] + found["lower_n"] == found["n"]).all()
        assert (found["net_low"] <= found["net"]).all()
        assert (found["net"] <= found["net_high"]).all()


def test_R5_never_says_that_grades_are_too_high() -> None:
    many = pd.concat([ROWS[ROWS["unit"] == "1"]] * 30)
    words = sentence("Matematik", deviation(many, []).iloc[0])
    assert "fler fick högre betyg än provbetyg" in words
    assert "procentenheter" in words
    for said in (words, WORDING):
        assert "för hög" not in said
        assert "för låg" not in said
    assert "ingen säker skillnad" in sentence("Matematik", deviation(ROWS, []).iloc[0])


def pupils(spread: float, *, units: int = 20, size: int = 40, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), size)
    effect = rng.standard_normal(units)
    effect = spread * (effect - effect.mean()) / effect.std()
    frame = pd.DataFrame({"unit": unit, "sex": np.where(rng.random(unit.size) < 0.5, "F", "P")})
    frame["y"] = (
        200 + effect[unit] + 10 * rng.standard_normal(unit.size) + np.where(frame["sex"] == "F", 3.0, 0.0)
    )
    return frame


def test_M12_between_unit_share_with_bounds() -> None:
    found = between_unit_share(pupils(4.0), "y", "unit")
    assert found.low < 16 / (16 + 102) < found.high
    none = between_unit_share(pupils(0.0), "y", "unit")
    assert none.low == 0
    assert none.high < 0.1


def test_M12_spread_is_not_made_of_chance() -> None:
    frame = pupils(0.0, size=8)
    means = frame.groupby("unit")["y"].mean()
    found = unit_spread(frame, "y", "unit")
    assert found.range.value < 0.5 * (means.max() - means.min())
    assert found.deviation.low <= found.deviation.value <= found.deviation.high
    assert (found.units, found.n) == (20, 160)
    real = unit_spread(pupils(8.0), "y", "unit")
    assert real.deviation.low < 8 < real.deviation.high
    assert real.range.low > 10


def test_M12_sex_gap() -> None:
    found = sex_gap(pupils(0.0), "y")
    assert found.low < 3 < found.high
    with pytest.raises(SkolbankError, match="equity-one-sex"):
        sex_gap(pupils(0.0).assign(sex="F"), "y")


def test_M12_segregation_of_background() -> None:
    totals = np.full(12, 60)
    apart = np.array([0, 60] * 6)
    for measure in (dissimilarity, background_share_between):
        assert measure(apart, totals).value == pytest.approx(1, abs=1e-6)
        rng = np.random.default_rng(2)
        mixed = measure(rng.binomial(60, 0.3, 12), totals)
        assert mixed.low == 0
        assert mixed.value < 0.12
        some = measure([6, 30, 12, 24, 18, 8, 28, 16, 20, 10, 26, 14], totals)
        assert 0 < some.low < some.value < some.high < 1


def test_M12_segregation_bounds_hold_what_was_planted() -> None:
    """Units with true shares .1 to .5: the index that endless classes would have lies within the bounds."""
    true = np.linspace(0.1, 0.5, 12)
    weights, mean = np.full(12, 1 / 12), true.mean()
    index = 0.5 * np.abs(weights * true / mean - weights * (1 - true) / (1 - mean)).sum()
    share = true.var() / (mean * (1 - mean))
    rng = np.random.default_rng(9)
    held = np.zeros(2)
    for _ in range(60):
        members = rng.binomial(50, true)
        for place, (measure, truth) in enumerate(((dissimilarity, index), (background_share_between, share))):
            bounds = measure(members, np.full(12, 50))
            held[place] += bounds.low <= truth <= bounds.high
    assert (held / 60 > 0.85).all(), held / 60


def test_M12_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(SkolbankError, match="equity-counts"):
        dissimilarity([5, 3], [4, 10])
    with pytest.raises(SkolbankError, match="equity-one-group"):
        dissimilarity([0, 0], [4, 10])
    with pytest.raises(SkolbankError, match="equity-one-group"):
        background_share_between([3, 0], [10, 0])
