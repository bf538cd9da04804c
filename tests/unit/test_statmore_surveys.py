"""R8: survey index, share positive, response and reliability."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics import surveys
from analysis_lib.statistics.surveys import Answers, Response

FOUR, FIVE = [10, 6.67, 3.33, 0], [10, 7.5, 5, 2.5, 0]
ATTITUDE = Path(__file__).parents[1] / "data" / "surveys" / "attitude.csv"


def _attitude() -> pd.DataFrame:
    return pd.read_csv(ATTITUDE, index_col=0)


def test_R8_a_published_item_has_index_seven() -> None:
    assert round(surveys.index([35, 46, 13, 6], FOUR), 1) == 7.0
    shares = {"helt": 0.35, "ganska": 0.46, "dåligt": 0.13, "inte": 0.06}
    weights = {"inte": 0, "dåligt": 3.33, "ganska": 6.67, "helt": 10}
    assert round(surveys.index(shares, weights), 1) == 7.0


def test_R8_dont_know_is_outside_the_index_and_inside_the_share() -> None:
    answers = Answers((35, 46, 13, 6), dont_know=25)
    assert surveys.index([*answers.counts, 25], [*FOUR, None]) == surveys.index(answers.counts, FOUR)
    assert surveys.share_positive(answers) == pytest.approx(100 * 81 / 125)


def test_frames_write_a_missing_weight_as_nan() -> None:
    weights = pd.Series([*FOUR, None], dtype=float)
    assert surveys.index(pd.Series([35, 46, 13, 6, 20]), weights) == surveys.index([35, 46, 13, 6], FOUR)  # type: ignore[arg-type]


def test_R8_municipal_weights_and_reversed_items() -> None:
    answers = Answers((6, 13, 46, 35))
    assert surveys.index(answers.turned().counts, [100, 66, 33, 0]) == pytest.approx(69.65)


@given(st.lists(st.integers(0, 500), min_size=5, max_size=5).filter(any))
def test_index_lies_on_its_scale_mirrors_and_needs_no_percent(counts: list[int]) -> None:
    value = surveys.index(counts, FIVE)
    assert 0 <= value <= 10
    assert surveys.index(counts[::-1], FIVE) == pytest.approx(10 - value)
    assert surveys.index([count / sum(counts) for count in counts], FIVE) == pytest.approx(value)


@given(
    st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any), st.integers(0, 40), st.integers(0, 20)
)
def test_non_response_bounds_hold_every_possible_truth(counts: list[int], silent: int, happy: int) -> None:
    answers = Answers(tuple(counts))
    bounds = surveys.index_bounds(answers, FOUR, Response(answers.valid + silent, answers.valid))
    assert bounds.low - 1e-9 <= bounds.value <= bounds.high + 1e-9
    extra = min(happy, silent)
    truth = surveys.index([counts[0] + extra, counts[1], counts[2], counts[3] + silent - extra], FOUR)
    assert bounds.low - 1e-9 <= truth <= bounds.high + 1e-9
    share = surveys.positive_bounds(answers, Response(answers.valid + silent, answers.valid))
    assert share.low <= share.value <= share.high


def test_sums_of_an_index_give_its_mean() -> None:
    n, total, squares = surveys.index_sums(Answers((35, 46, 13, 6)), FOUR)
    assert total / n == pytest.approx(surveys.index([35, 46, 13, 6], FOUR))
    assert squares == pytest.approx(35 * 100 + 46 * 6.67**2 + 13 * 3.33**2)


def test_R8_area_index_is_the_mean_of_its_items() -> None:
    assert surveys.area_index([7.1, 6.5, 8.0]) == pytest.approx(7.2)


def test_R8_a_hidden_part_hides_the_sum() -> None:
    assert surveys.joined_index([(6.0, 20), (None, None)]) is None
    assert surveys.joined_index([(6.0, 20), (9.0, 10)]) == pytest.approx(7.0)


def test_response_rate_and_guardians_that_share_a_login() -> None:
    assert Response(96, 84).rate == pytest.approx(87.5)
    assert Response(0, 0).rate is None
    assert Response(40, 44, is_estimate=True).rate == 100
    with pytest.raises(SkolbankError, match="fler har svarat"):
        Response(40, 44)


def test_a_middle_step_is_halved_by_zero() -> None:
    steps = surveys.diverging(Answers((4, 2, 2, 1, 1)))
    assert [(step.start, step.stop) for step in steps] == [
        (30.0, 70.0), (10.0, 30.0), (-10.0, 10.0), (-20.0, -10.0), (-30.0, -20.0),
    ]  # fmt: skip
    assert sum(step.share for step in steps) == pytest.approx(100)


def test_alpha_of_attitude_as_published() -> None:
    frame = _attitude()
    assert surveys.cronbach_alpha(frame) == pytest.approx(0.843, abs=5e-4)
    assert surveys.standardised_alpha(frame) == pytest.approx(0.839, abs=5e-4)
    assert surveys.alpha_if_dropped(frame)["critical"] == pytest.approx(0.864, abs=5e-4)


def test_alpha_sees_a_turned_item_and_leaves_out_gaps() -> None:
    frame = _attitude()
    wrong = surveys.turned_items(frame, ["rating"], lowest=0, highest=100)
    assert surveys.cronbach_alpha(wrong) < 0.6
    right = surveys.turned_items(wrong, ["rating"], lowest=0, highest=100)
    assert surveys.cronbach_alpha(right) == pytest.approx(surveys.cronbach_alpha(frame))
    gaps = pd.concat([frame.astype(float), pd.DataFrame([[np.nan] * 7], columns=frame.columns)])
    assert surveys.cronbach_alpha(gaps) == pytest.approx(surveys.cronbach_alpha(frame))


@pytest.mark.parametrize(
    ("shares", "weights"),
    [
        ([35, 46, 13, 6, 5], FOUR),
        ([], []),
        ([0, 0, 0, 0], FOUR),
        ([float("nan"), 1, 1, 1], FOUR),
        ([-1, 50, 50, 1], FOUR),
        ([0, 0, 0, 0, 12], [*FOUR, None]),
        ({"helt": 1.0}, [10]),
        ({"helt": 1.0, "ny": 1.0}, {"helt": 10}),
        ([1, 1], [10, float("inf")]),
        (["många", 1], [10, 0]),
    ],
)
def test_bad_answers_are_refused_never_nan(shares: object, weights: object) -> None:
    with pytest.raises(SkolbankError, match="survey-invalid"):
        surveys.index(shares, weights)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, 2, 3]}),
        pd.DataFrame({"a": [1], "b": [2]}),
        pd.DataFrame({"a": [3, 3, 3], "b": [3, 3, 3]}),
        pd.DataFrame({"a": ["x", "y"], "b": [1, 2]}),
        pd.DataFrame({"a": [1.0, np.nan], "b": [np.nan, 2.0]}),
        pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]}),
    ],
)
def test_impossible_alphas_are_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(SkolbankError, match="alpha-impossible"):
        surveys.cronbach_alpha(frame)


def test_empty_groups_are_refused_in_words() -> None:
    for call in (
        lambda: surveys.share_positive(Answers((0, 0, 0, 0))),
        lambda: surveys.share_positive(Answers((1, 0)), 3),
        lambda: surveys.area_index([]),
        lambda: surveys.diverging(Answers((0, 0), dont_know=4)),
        lambda: Answers((-1, 2)),
        lambda: surveys.standardised_alpha(pd.DataFrame({"a": [1, 1, 1], "b": [1, 2, 3]})),
        lambda: surveys.alpha_if_dropped(pd.DataFrame({"a": [1, 2, 1], "b": [1, 2, 3]})),
    ):
        with pytest.raises(SkolbankError):
            call()
