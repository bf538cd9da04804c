"""R17: a change is said only where it stands alone and among all the report's sentences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis_lib.statistics.chance import interval_p, mean_difference_p, share_difference_p
from analysis_lib.statistics.change import Change, Observed, Verdict, change
from analysis_lib.statistics.discoveries import standing, stands
from analysis_lib.statistics.intervals import mean_difference, share_difference

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, COUNTS)
def test_R17_the_p_value_of_a_share_agrees_with_its_interval(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    found, p = share_difference(*one, *two), share_difference_p(*one, *two)
    assert 0 <= p <= 1
    if abs(p - 0.05) > 1e-6:
        assert found.excludes_zero == (p < 0.05)


@given(
    st.lists(st.integers(0, 340), min_size=2, max_size=40),
    st.lists(st.integers(0, 340), min_size=2, max_size=40),
)
def test_R17_the_p_value_of_a_mean_agrees_with_its_interval(one: list[int], two: list[int]) -> None:
    sums = [(float(sum(x)), float(sum(v * v for v in x)), float(len(x))) for x in (one, two)]
    p = mean_difference_p(*sums[0], *sums[1])
    assert 0 <= p <= 1
    if abs(p - 0.05) > 1e-6:
        assert mean_difference(*sums[0], *sums[1]).excludes_zero == (p < 0.05)
    if np.std(one) + np.std(two) > 0.01:
        assert p == pytest.approx(stats.ttest_ind(one, two, equal_var=False).pvalue, abs=1e-9)


def test_the_procedure_of_benjamini_and_hochberg_as_published() -> None:
    # The worked example of the article (thrombolysis, 15 comparisons): the four smallest stand.
    published = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459,
                 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]  # fmt: skip
    assert stands(published) == [True] * 4 + [False] * 11
    assert stands([]) == []
    with pytest.raises(ValueError, match="between 0 and 1"):
        stands([float("nan")])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_what_stands_agrees_with_scipy(p_values: list[float]) -> None:
    adjusted = stats.false_discovery_control(p_values)
    clear = np.abs(adjusted - 0.05) > 1e-9
    assert [a <= 0.05 for a in adjusted[clear]] == [
        k for k, c in zip(stands(p_values), clear, strict=True) if c
    ]


def test_one_lucky_change_among_twenty_is_not_said() -> None:
    calm = change("share", Observed(75.0, 40, 30), Observed(75.0, 40, 30))
    lucky = change("share", Observed(60.0, 80, 48), Observed(77.1, 70, 54))
    assert lucky.verdict is Verdict.SURE_INCREASE
    alone = standing({"lucky": lucky})
    assert alone["lucky"] == lucky
    among = standing({"lucky": lucky, **{str(each): calm for each in range(19)}})
    assert among["lucky"].verdict is Verdict.NO_SURE_CHANGE
    assert (among["lucky"].low, among["lucky"].high) == (lucky.low, lucky.high)
    silent = Change(Verdict.TOO_FEW, 30.0)
    assert standing({"few": silent, "lucky": lucky}) == {"few": silent, "lucky": lucky}


def test_false_alarms_are_held_down_over_a_whole_report() -> None:
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(150):
        before, after = rng.binomial(60, 0.75, (2, 20))
        told = {
            str(at): change("share", Observed(k1 / 0.6, 60, int(k1)), Observed(k2 / 0.6, 60, int(k2)))
            for at, (k1, k2) in enumerate(zip(before, after, strict=True))
        }
        alarms += any(
            c.verdict in (Verdict.SURE_INCREASE, Verdict.SURE_DECREASE) for c in standing(told).values()
        )
    assert alarms / 150 < 0.1


def test_intervals_alone_give_a_p_value() -> None:
    assert interval_p(1.96, 1.96) == pytest.approx(0.05, abs=1e-6)
    assert interval_p(0.0, 0.0) == 1.0
    assert interval_p(2.0, 0.0) == 0.0
