"""R7: value added four ways, several years, coverage, Simpson's trap, and planted truth found again."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.value_added.estimates import (
    estimates,
    is_simpson_trap,
    reversals,
    several_years,
)
from analysis_lib.statistics.value_added.expected import multilevel, peer_expected, prior_bands
from analysis_lib.statistics.value_added.position import growth_percentiles, nce, relative_position
from analysis_lib.statistics.value_added.rules import METHODS, load_value_added_rules, read_value_added_rules
from benchmarks.planted import draw_municipality, errors, planted_table, summary

NAMED = {"outcome": "outcome", "prior": "prior", "unit": "unit"}


def pupils(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_R7_peer_expected_is_the_mean_deviation_from_like_starts() -> None:
    frame = pupils(unit=["a"] * 10 + ["b"] * 10, prior=[10.0] * 20, outcome=[14.0] * 10 + [12.0] * 10)
    found = peer_expected(frame, **NAMED)
    assert found["estimate"].to_dict() == {"a": 1.0, "b": -1.0}
    spread = frame["outcome"].std(ddof=1)
    assert found.loc["a", "high"] - found.loc["a", "estimate"] == pytest.approx(
        1.96 * spread / math.sqrt(10), rel=1e-4
    )
    assert found["verdict"].to_dict() == {"a": "above", "b": "below"}


def test_R7_starts_with_few_pupils_are_merged_with_their_neighbours() -> None:
    prior = pd.Series([0.0] * 3 + [10.0] * 12 + [12.5] * 4 + [20.0] * 11 + [22.0] * 2)
    bands = prior_bands(prior, least=10)
    assert bands.value_counts().min() >= 10
    assert bands[prior == 0].unique().tolist() == bands[prior == 10].unique().tolist()
    assert bands.is_monotonic_increasing
    assert prior_bands(pd.Series([1.0, 2.0]), least=10).tolist() == [0, 0]
    assert prior_bands(pd.Series(np.arange(1000.0)), least=10).nunique() == 20


def test_R7_one_pupil_far_below_is_capped() -> None:
    outcome = [10.0] * 99 + [-500.0]
    frame = pupils(unit=["a"] * 50 + ["b"] * 50, prior=[1.0] * 100, outcome=outcome)
    found = peer_expected(frame, **NAMED)
    assert found["capped"].to_dict() == {"a": 0, "b": 1}
    assert found.loc["b", "estimate"] > (sum(outcome[50:]) / 50 - sum(outcome) / 100)


def test_R7_below_three_quarters_matched_is_uncertain() -> None:
    frame = pupils(
        unit=["a"] * 20 + ["b"] * 20,
        prior=[1.0] * 14 + [None] * 6 + [1.0] * 20,
        outcome=[float(i % 5) for i in range(40)],
    )
    found = peer_expected(frame, **NAMED)
    assert found.loc["a", "coverage"] == pytest.approx(0.7)
    assert found["verdict"].to_dict() == {"a": "uncertain", "b": "not_sure"}


def test_R7_nce_has_mean_50_and_spread_21() -> None:
    values = nce(pd.Series([1.0, 2.0, 3.0, 4.0]))
    assert values.mean() == pytest.approx(50)
    assert values.std(ddof=0) == pytest.approx(21.063)
    assert nce(pd.Series([3.0, 3.0])).tolist() == [50, 50]


def test_R7_relative_position_bands_and_growth_index() -> None:
    rng = np.random.default_rng(1)
    prior = rng.normal(size=200)
    unit = np.repeat(["a", "b", "c", "d"], 50)
    lift = {"a": 0.8, "b": 0.0, "c": 0.0, "d": -0.8}
    outcome = prior + np.array([lift[each] for each in unit]) + 0.5 * rng.normal(size=200)
    frame = pd.DataFrame({"unit": unit, "prior": prior, "outcome": outcome})
    found = relative_position(frame, **NAMED)
    assert (found.loc["a", "band"], found.loc["d", "band"]) == (2, -2)
    assert found.loc["a", "growth_index"] == pytest.approx(found.loc["a", "estimate"] / found.loc["a", "se"])
    growth = growth_percentiles(frame, **NAMED)
    assert growth.loc["a", "median"] > 60 > 40 > growth.loc["d", "median"]
    assert growth.loc["a", "quadrant"].endswith("growth high")
    assert (growth["low"] <= growth["median"]).all()
    assert (growth["median"] <= growth["high"]).all()


def test_R7_three_two_one() -> None:
    years = {
        year: estimates(
            pd.Series({"a": value}), pd.Series({"a": 1.0}), pd.Series({"a": 20}), pd.Series({"a": 1.0})
        )
        for year, value in {"2021/22": 99.0, "2022/23": 6.0, "2023/24": 3.0, "2024/25": 1.0}.items()
    }
    found = several_years(years).loc["a"]
    assert found["estimate"] == pytest.approx((3 * 1 + 2 * 3 + 1 * 6) / 6)
    assert found["se"] == pytest.approx(math.sqrt(9 + 4 + 1) / 6)
    assert found["n"] == 60
    assert found["years"] == "2022/23, 2023/24, 2024/25"
    assert several_years({"2024/25": years["2024/25"]}).loc["a", "estimate"] == 1.0


def test_R7_simpsons_trap_is_seen_through() -> None:
    """A strong intake with weak teaching looks best raw; every adjusted way turns it, with a warning."""
    rng = np.random.default_rng(3)
    unit = np.repeat(["strong", "weak"] + [f"u{i}" for i in range(10)], 60)
    intake = np.repeat(np.r_[1.0, -1.0, np.zeros(10)], 60)
    effect = np.repeat(np.r_[-0.5, 0.5, np.zeros(10)], 60)
    prior = intake + rng.normal(size=unit.size)
    frame = pd.DataFrame(
        {"unit": unit, "prior": prior, "outcome": prior + effect + 0.5 * rng.normal(size=unit.size)}
    )
    groups = frame.groupby("unit")["outcome"]
    full = pd.Series(1.0, index=groups.size().index)
    raw = estimates(groups.mean(), groups.std() / np.sqrt(groups.size()), groups.size(), full)
    assert raw.loc["strong", "estimate"] > raw.loc["weak", "estimate"]
    for way in (peer_expected, multilevel):
        adjusted = way(frame, **NAMED)
        assert adjusted.loc["strong", "estimate"] < adjusted.loc["weak", "estimate"]
        assert ("strong", "weak") in reversals(raw, adjusted)
        assert reversals(adjusted, adjusted) == []


def test_R7_the_whole_rises_while_every_part_falls() -> None:
    assert is_simpson_trap([81, 5], [90, 10], [10, 56], [10, 80]) is True
    assert is_simpson_trap([50, 5], [100, 10], [60, 6], [100, 10]) is False
    assert is_simpson_trap([5], [10], [6], [10]) is False


def test_R7_movers_do_not_fool_the_estimate() -> None:
    """Pupils who came late carry another unit's work: among stayers the planted difference is found."""
    rng = np.random.default_rng(5)
    unit = np.repeat(["a", "b", "c", "d"], 150)
    came_late = (unit == "a") & (rng.random(unit.size) < 0.4)
    prior = rng.normal(size=unit.size)
    outcome = (
        prior + np.where(unit == "a", np.where(came_late, -0.6, 0.4), 0.0) + 0.4 * rng.normal(size=unit.size)
    )
    frame = pd.DataFrame({"unit": unit, "prior": prior, "outcome": outcome})
    with_movers = multilevel(frame, **NAMED).loc["a"]
    stayers = multilevel(frame[~came_late], **NAMED).loc["a"]
    rest = multilevel(frame[~came_late], **NAMED).drop("a")["estimate"].mean()
    assert stayers["estimate"] - rest == pytest.approx(0.4, abs=0.12)
    assert with_movers["estimate"] < stayers["estimate"] - 0.2


def test_every_way_has_its_words_and_no_way_ranks() -> None:
    rules = load_value_added_rules()
    assert set(rules.methods) == set(METHODS)
    for words in rules.methods.values():
        assert words.says.startswith("Visar")
        assert words.does_not_say.startswith("Säger inte")
        assert words.sentence.count("Säger inte") == 1
    frame = draw_municipality(1).stayers
    for way in (peer_expected, multilevel, relative_position):
        assert list(way(frame, **NAMED).index) == sorted(frame["unit"].unique())
    with pytest.raises(SkolbankError, match="rule-invalid"):
        read_value_added_rules({"methods": {}})


def answer(way: Callable[..., pd.DataFrame], frame: pd.DataFrame) -> pd.Series | str:
    """The estimates of a way of reckoning, or the code of its refusal."""
    try:
        found = way(frame, **NAMED)
    except SkolbankError as told:
        return told.code
    return found["median" if "median" in found else "estimate"]


@given(st.integers(0, 5_000), st.integers(1, 4), st.integers(1, 12))
@settings(max_examples=30, deadline=None)
def test_small_and_odd_groups_give_answers_or_refusals(seed: int, units: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "unit": rng.integers(0, units, size),
            "prior": rng.choice([0.0, 10.0, np.nan], size),
            "outcome": rng.choice([0.0, 10.0, 20.0, np.nan], size),
        }
    )
    for way in (peer_expected, multilevel, relative_position, growth_percentiles):
        found = answer(way, frame)
        assert isinstance(found, str) or found.notna().all()


def test_nobody_with_both_results_is_refused() -> None:
    with pytest.raises(SkolbankError, match="value-added-empty"):
        peer_expected(pupils(unit=["a"], prior=[None], outcome=[1.0]), **NAMED)
    with pytest.raises(SkolbankError, match="column-missing"):
        peer_expected(pupils(unit=["a"], outcome=[1.0]), **NAMED)


def test_R7_planted_effects_are_covered_as_the_bounds_say() -> None:
    """A sample of what ``make bench`` does with 200 municipalities."""
    found = summary(pd.concat([errors(draw_municipality(seed)) for seed in range(24)], ignore_index=True))
    assert (found["units"] > 350).all()
    assert found["coverage"].between(92, 98.5).all(), found
    assert abs(found.loc["peer_expected", "bias"]) < 0.02
    assert abs(found.loc["relative_position", "bias"]) < 0.5
    assert -0.2 < found.loc["multilevel", "bias_strong"] < -0.02, "drawn towards the mean"
    assert found.loc["multilevel", "typical_error"] < found.loc["peer_expected", "typical_error"]


@pytest.mark.slow
def test_R7_planted_effects_of_200_municipalities() -> None:
    lines = planted_table(range(200)).lines
    cover = [float(line[5].split()[0]) for line in lines]
    assert all(93 <= each <= 97 for each in cover), lines
