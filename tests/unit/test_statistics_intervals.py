"""R17: intervals and what may be called a change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.statistics.change import Observed, Verdict, approximate_numerator, change
from analysis_lib.statistics.intervals import mean_difference, mean_interval, share_difference, wilson


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(18, 24, 55.1, 88.0), (12, 12, 75.8, 100.0), (0, 12, 0.0, 24.2)]
)
def test_r17_wilson_worked_examples(k: int, n: int, low: float, high: float) -> None:
    found_low, found_high = wilson(k, n)
    assert round(100 * float(found_low), 1) == low
    assert round(100 * float(found_high), 1) == high


def test_wilson_takes_arrays_and_knows_nothing_of_empty_groups() -> None:
    low, high = wilson([18, 0, 5], [24, 0, np.nan])
    assert low[0] == pytest.approx(0.551, abs=5e-4)
    assert np.isnan(low[1:]).all()
    assert np.isnan(high[1:]).all()


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_mirrors(pair: tuple[int, int]) -> None:
    k, n = pair
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    mirror_low, mirror_high = wilson(n - k, n)
    assert low == pytest.approx(1 - mirror_high, abs=1e-12)
    assert high == pytest.approx(1 - mirror_low, abs=1e-12)


def test_mean_interval_agrees_with_a_textbook_t_interval() -> None:
    values = np.array([205.0, 227.5, 240.0, 260.0, 182.5, 310.0])
    low, high = mean_interval(values.sum(), (values**2).sum(), len(values))
    half = 2.570582 * values.std(ddof=1) / np.sqrt(len(values))
    assert float(low) == pytest.approx(values.mean() - half, abs=1e-4)
    assert float(high) == pytest.approx(values.mean() + half, abs=1e-4)


def test_mean_of_one_pupil_has_no_interval_and_equal_pupils_have_no_spread() -> None:
    low, high = mean_interval([240, 720], [57600, 172800], [1, 3])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert (low[1], high[1]) == (240, 240)


def test_share_difference_agrees_with_newcombes_published_example() -> None:
    # Newcombe (1998), table II, method 10: 56/70 - 48/80 gives 0.0524 to 0.3339; 9/10 - 3/10: 0.1705, 0.8090.
    found = share_difference(9, 10, 3, 10)
    assert (round(found.low, 4), round(found.high, 4)) == (0.1705, 0.8090)


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_share_difference_turns_sign_with_its_groups(n1: int, n2: int, data: st.DataObject) -> None:
    k1 = data.draw(st.integers(0, n1))
    k2 = data.draw(st.integers(0, n2))
    one, other = share_difference(k1, n1, k2, n2), share_difference(k2, n2, k1, n1)
    assert one.low == pytest.approx(-other.high)
    assert -1 - 1e-12 <= one.low <= one.value <= one.high <= 1 + 1e-12


def test_differences_refuse_empty_groups() -> None:
    with pytest.raises(ValueError, match="member"):
        share_difference(0, 0, 1, 2)
    with pytest.raises(ValueError, match="two members"):
        mean_difference(5, 25, 1, 10, 60, 2)


def test_r17_a_change_is_said_only_when_the_interval_leaves_zero_out() -> None:
    up = change("share", Observed(60, 80, 48), Observed(80, 70, 56))
    assert up.verdict is Verdict.SURE_INCREASE
    assert up.difference == pytest.approx(20)
    assert (round(up.low or 0, 1), round(up.high or 0, 1)) == (5.2, 33.4)
    down = change("share", Observed(80, 70, 56), Observed(60, 80, 48))
    assert down.verdict is Verdict.SURE_DECREASE
    small = change("share", Observed(75, 24, 18), Observed(87.5, 24, 21))
    assert small.verdict is Verdict.NO_SURE_CHANGE


def test_r17_few_pupils_and_unknown_n_are_said_to_be_so() -> None:
    assert change("share", Observed(0, 4, 0), Observed(100, 40, 40)).verdict is Verdict.TOO_FEW
    assert change("share", Observed(70, None), Observed(90, 50)).verdict is Verdict.UNKNOWN
    assert change("share", Observed(None, 50), Observed(90, 50)).verdict is Verdict.UNKNOWN
    assert change("mean", Observed(220.1, 60), Observed(240.0, 60)).verdict is Verdict.UNKNOWN


def test_published_shares_give_an_approximate_change() -> None:
    found = change("share", Observed(60.0, 180), Observed(76.4, 174))
    assert found.is_approximate
    assert found.verdict is Verdict.SURE_INCREASE
    assert found.difference == pytest.approx(16.4)


def test_a_change_of_means_uses_the_sums() -> None:
    earlier = Observed(200, 50, total=10_000, total_sq=50 * (200**2 + 30**2))
    later = Observed(220, 50, total=11_000, total_sq=50 * (220**2 + 30**2))
    found = change("mean", earlier, later)
    assert found.verdict is Verdict.SURE_INCREASE
    assert found.difference == pytest.approx(20)
    assert not found.is_approximate


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_rounded_to_one_decimal_gives_its_numerator_back_for_schools(pair: tuple[int, int]) -> None:
    k, n = pair
    found = approximate_numerator(round(100 * k / n, 1), n)
    assert abs(found - k) <= (0 if n < 1000 else 1)
    assert 0 <= found <= n


def test_r17_a_mean_whose_n_is_hidden_is_compared_by_its_interval() -> None:
    earlier = Observed(200.0, None, low=190.0, high=210.0)
    assert (
        change("mean", earlier, Observed(230.0, None, low=222.0, high=238.0)).verdict is Verdict.SURE_INCREASE
    )
    close = change("mean", earlier, Observed(205.0, None, low=195.0, high=215.0))
    assert close.verdict is Verdict.NO_SURE_CHANGE
    assert close.is_approximate
    assert change("mean", earlier, Observed(230.0, 40)).verdict is Verdict.UNKNOWN
