"""Mixed models against published results, lme4 and statsmodels, and what they answer to bad input."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.mixed_linear_model import MixedLM

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.mixed import MixedFit, fit_random_intercept

DATA = Path(__file__).resolve().parents[1] / "data" / "value_added"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{name}.csv")


def groups_of(seed: int, *, units: int = 12, spread: float = 0.4, size: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), rng.integers(2, size, units))
    prior = rng.normal(size=unit.size)
    effect = rng.normal(0, spread, units)[unit] if spread else 0.0
    return pd.DataFrame(
        {"unit": unit, "prior": prior, "y": 2 + 0.6 * prior + effect + rng.normal(size=unit.size)}
    )


def test_R7_exam_agrees_with_the_published_fit_to_six_digits() -> None:
    fit = fit_random_intercept(read("exam"), "normexam", ["standLRT"], "school", method="ML")
    assert fit.coefficients["intercept"] == pytest.approx(0.002391, abs=1e-6)
    assert fit.coefficients["standLRT"] == pytest.approx(0.563371, abs=5e-7)
    assert math.sqrt(fit.group_variances["school"]) == pytest.approx(0.3035, abs=5e-5)
    assert math.sqrt(fit.residual_variance) == pytest.approx(0.7522, abs=5e-5)
    assert -2 * fit.log_likelihood == pytest.approx(9357.243, abs=5e-4)
    assert (fit.n, len(fit.effects), fit.left_out) == (4059, 65, 0)
    assert fit.icc == pytest.approx(0.1400, abs=1e-4)
    assert fit.icc_interval is not None
    assert fit.icc_interval.low < 0.11 < 0.19 < fit.icc_interval.high


def test_a_random_slope_agrees_with_lme4() -> None:
    fit = fit_random_intercept(read("sleepstudy"), "Reaction", ["Days"], "Subject", slope="Days")
    assert fit.coefficients.to_dict() == pytest.approx({"intercept": 251.405105, "Days": 10.467286})
    assert fit.standard_errors.to_dict() == pytest.approx({"intercept": 6.824597, "Days": 1.545790}, rel=1e-4)
    expected = {"Subject": 612.10016, "Subject:Days": 35.07171, "Subject:covariance": 9.60441}
    assert fit.group_variances.to_dict() == pytest.approx(expected, rel=1e-4)
    assert fit.residual_variance == pytest.approx(654.94, rel=1e-5)
    assert fit.log_likelihood == pytest.approx(-871.814136, abs=1e-6)
    last = fit.effects.loc[370]
    assert (last["slope"], last["slope_se"]) == pytest.approx((4.822485, 2.304839), rel=1e-4)
    assert tuple(fit.effects.loc[308, ["effect", "se"]]) == pytest.approx((2.258551, 12.070857), rel=1e-4)


@pytest.mark.parametrize(
    ("method", "batch", "sample", "likelihood"),
    [("REML", 1.657308, 8.433668, -123.495373), ("ML", 1.199179, 8.433617, -123.997233)],
)
def test_nested_factors_agree_with_lme4(method: Any, batch: float, sample: float, likelihood: float) -> None:
    fit = fit_random_intercept(read("pastes"), "strength", [], ["batch", "sample"], method=method)
    assert fit.group_variances.to_dict() == pytest.approx({"batch": batch, "sample": sample}, rel=1e-4)
    assert fit.log_likelihood == pytest.approx(likelihood, abs=1e-6)
    if method == "REML":
        assert tuple(fit.effects.loc[("batch", "H"), ["effect", "se"]]) == pytest.approx(
            (1.108120, 1.028493), rel=1e-4
        )
        assert tuple(fit.effects.loc[("sample", "A:a"), ["effect", "se"]]) == pytest.approx(
            (1.774687, 1.141721), rel=1e-4
        )


def test_crossed_factors_agree_with_lme4() -> None:
    fit = fit_random_intercept(read("penicillin"), "diameter", [], ["plate", "sample"])
    assert fit.group_variances.to_dict() == pytest.approx({"plate": 0.716905, "sample": 3.731132}, rel=2e-4)
    assert fit.residual_variance == pytest.approx(0.302415, rel=1e-4)
    assert fit.log_likelihood == pytest.approx(-165.4302945, abs=1e-6)
    assert fit.standard_errors["intercept"] == pytest.approx(0.808595, rel=1e-4)
    assert tuple(fit.effects.loc[("sample", "F"), ["effect", "se"]]) == pytest.approx(
        (-3.003745, 0.202171), rel=1e-4
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_agrees_with_statsmodels(seed: int, method: Any) -> None:
    frame = groups_of(seed)
    ours = fit_random_intercept(frame, "y", ["prior"], "unit", method=method)
    exog = np.column_stack([np.ones(len(frame)), frame["prior"]])
    theirs = MixedLM(frame["y"], exog, frame["unit"]).fit(reml=method == "REML", method="powell")
    assert ours.coefficients.to_numpy() == pytest.approx(theirs.fe_params, rel=1e-4)
    # Its errors come from a Hessian that lets the variances move along: near, not equal.
    assert ours.standard_errors.to_numpy() == pytest.approx(theirs.bse_fe, rel=2e-2)
    assert ours.group_variances["unit"] == pytest.approx(float(theirs.cov_re.iloc[0, 0]), rel=1e-3)
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-4)
    blup = [float(theirs.random_effects[unit].iloc[0]) for unit in ours.effects.index]
    assert ours.effects["effect"].to_numpy() == pytest.approx(blup, abs=1e-3)


def test_R7_small_groups_are_drawn_to_the_mean() -> None:
    """k = s_u2 / (s_u2 + s_e2 / n): .29, .50 and .80 for 10, 25 and 100 pupils with s_u2 = .04, s_e2 = 1."""
    fit = fit_random_intercept(groups_of(5, units=60), "y", ["prior"], "unit")
    frame = groups_of(5, units=60)
    left = frame["y"] - fit.coefficients["intercept"] - fit.coefficients["prior"] * frame["prior"]
    raw = left.groupby(frame["unit"]).mean()
    k = fit.group_variances["unit"] / (fit.group_variances["unit"] + fit.residual_variance / fit.effects["n"])
    assert fit.effects["effect"].to_numpy() == pytest.approx((k * raw).to_numpy(), abs=1e-8)
    error = np.sqrt(fit.group_variances["unit"] * (1 - k))
    assert fit.effects["se"].to_numpy() == pytest.approx(error.to_numpy(), rel=1e-6)


@given(st.integers(0, 10_000), st.floats(-50, 50), st.floats(0.01, 1000), st.floats(0.001, 1000))
@settings(max_examples=25, deadline=None)
def test_units_of_measurement_change_nothing_but_the_units(
    seed: int, shift: float, unit: float, prior_unit: float
) -> None:
    frame = groups_of(seed)
    turned = frame.assign(y=shift + unit * frame["y"], prior=prior_unit * frame["prior"] - shift)
    one, other = (fit_random_intercept(each, "y", ["prior"], "unit") for each in (frame, turned))
    assert other.coefficients["prior"] == pytest.approx(
        one.coefficients["prior"] * unit / prior_unit, rel=1e-6
    )
    assert other.effects["effect"].to_numpy() == pytest.approx(
        unit * one.effects["effect"].to_numpy(), abs=1e-4 * unit
    )
    degrees = len(frame) - 2
    moved = one.log_likelihood - degrees * math.log(unit) - math.log(prior_unit)
    assert other.log_likelihood == pytest.approx(moved, abs=1e-5)


@given(st.integers(0, 10_000), st.integers(2, 9), st.sampled_from([0.0, 0.2, 3.0]))
@settings(max_examples=25, deadline=None)
def test_one_factor_gives_the_same_as_two_when_the_second_adds_nothing(
    seed: int, units: int, spread: float
) -> None:
    frame = groups_of(seed, units=units, spread=spread)
    fit = fit_random_intercept(frame, "y", ["prior"], "unit")
    slope = fit_random_intercept(frame, "y", ["prior"], "unit", slope="prior")
    assert slope.log_likelihood >= fit.log_likelihood - 1e-6
    assert_whole(fit)
    assert_whole(slope)


def assert_whole(fit: MixedFit) -> None:
    for part in (fit.coefficients, fit.standard_errors, fit.group_variances, fit.effects):
        assert np.isfinite(part.to_numpy(dtype=float)).all()
    assert (fit.effects["low"] <= fit.effects["effect"]).all()
    assert (fit.effects["effect"] <= fit.effects["high"]).all()
    assert 0 <= fit.icc <= 1


def test_no_spread_between_groups_is_answered_with_zero_and_an_honest_interval() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"unit": np.repeat(np.arange(10), 20), "y": rng.normal(size=200)})
    frame["y"] -= frame.groupby("unit")["y"].transform("mean")
    fit = fit_random_intercept(frame, "y", [], "unit")
    assert fit.group_variances["unit"] == 0
    assert (fit.effects["effect"] == 0).all()
    assert (fit.effects["high"] > 0.02).all()
    assert fit.icc_interval is not None
    assert (fit.icc_interval.low, fit.icc) == (0, 0)
    assert fit.icc_interval.high > 0
    assert_whole(fit)


def test_a_group_of_one_and_rows_with_missing_values() -> None:
    frame = groups_of(8)
    lonely = pd.concat([frame, pd.DataFrame({"unit": [99], "prior": [0.3], "y": [9.0]})], ignore_index=True)
    lonely.loc[[0, 5], "y"] = np.nan
    lonely.loc[7, "prior"] = np.nan
    fit = fit_random_intercept(lonely, "y", ["prior"], "unit")
    assert (fit.left_out, fit.n) == (3, len(lonely) - 3)
    assert fit.effects.loc[99, "n"] == 1
    assert 0 < fit.effects.loc[99, "effect"] < 9
    assert_whole(fit)


def test_labels_and_kinds_of_columns_make_no_difference() -> None:
    frame = groups_of(9)
    plain = fit_random_intercept(frame, "y", ["prior"], "unit")
    for labels in (frame["unit"] * 10**9, "u" + frame["unit"].astype(str), frame["unit"].astype("category")):
        other = fit_random_intercept(frame.assign(unit=labels), "y", ["prior"], "unit")
        assert sorted(other.effects["effect"]) == pytest.approx(sorted(plain.effects["effect"]))
    arrays = {name: frame[name].to_numpy() for name in frame}
    assert fit_random_intercept(arrays, "y", ["prior"], "unit").icc == plain.icc
    girl = pd.Series(np.where(frame.index % 2, "F", "P"))
    fit = fit_random_intercept(frame.assign(sex=girl, girl=girl == "F"), "y", ["prior", "sex"], "unit")
    assert list(fit.coefficients.index) == ["intercept", "prior", "sex[P]"]


@pytest.mark.parametrize(
    ("change", "arguments", "code"),
    [
        ({"unit": 1}, {}, "model-one-group"),
        ({"unit": range(400)}, {}, "model-groups-of-one"),
        ({"y": 5.0}, {}, "model-no-spread"),
        ({"prior": 1.0}, {}, "model-singular"),
        ({"y": np.nan}, {}, "model-too-few"),
        ({"y": "A"}, {}, "model-not-numbers"),
        ({"prior": np.inf}, {}, "model-not-finite"),
        ({}, {"predictors": ["prior", "twice"]}, "model-singular"),
        ({}, {"predictors": ["priro"]}, "column-missing"),
        ({}, {"groups": ["unit", "same"]}, "model-same-groups"),
        ({}, {"groups": []}, "model-wrong"),
        ({}, {"slope": "pri"}, "model-wrong"),
        ({}, {"method": "OLS"}, "model-wrong"),
        ({}, {"outcome": "exact", "predictors": ["prior"]}, "model-no-residual"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_swedish(change: Any, arguments: Any, code: str) -> None:
    frame = groups_of(1, units=40).head(400)
    frame = frame.assign(twice=2 * frame["prior"] + 1, same=-frame["unit"], exact=3 * frame["prior"] - 1)
    frame = frame.assign(
        **{k: list(v)[: len(frame)] if isinstance(v, range) else v for k, v in change.items()}
    )
    asked = {"outcome": "y", "predictors": ["prior"], "groups": "unit", **arguments}
    with pytest.raises(SkolbankError) as told:
        fit_random_intercept(frame, **asked)
    assert told.value.code == code
    assert "nan" not in str(told.value).lower()


def test_an_empty_frame_is_refused() -> None:
    with pytest.raises(SkolbankError, match="räcker inte"):
        fit_random_intercept(groups_of(1).head(0), "y", ["prior"], "unit")


def test_nested_and_crossed_agree_with_a_dense_reckoning() -> None:
    """The likelihood by the whole covariance matrix of a small set, for each kind of two factors."""
    rng = np.random.default_rng(4)
    school = np.repeat(np.arange(6), 20)
    for other in (school * 10 + rng.integers(0, 3, school.size), rng.integers(0, 9, school.size)):
        y = rng.normal(0, 1, 6)[school] + rng.normal(0, 0.7, 60)[other] + rng.normal(size=school.size)
        frame = pd.DataFrame({"school": school, "other": other, "x": rng.normal(size=school.size), "y": y})
        fit = fit_random_intercept(frame, "y", ["x"], ["school", "other"])
        kernel = [
            np.equal.outer(frame[name].to_numpy(), frame[name].to_numpy()) for name in ("school", "other")
        ]
        v = fit.group_variances["school"] * kernel[0] + fit.group_variances["other"] * kernel[1]
        v = v + fit.residual_variance * np.eye(len(frame))
        x = np.column_stack([np.ones(len(frame)), frame["x"]])
        inner = x.T @ np.linalg.solve(v, x)
        beta = np.linalg.solve(inner, x.T @ np.linalg.solve(v, y))
        left = y - x @ beta
        quadratic = left @ np.linalg.solve(v, left)
        logs = np.linalg.slogdet(v)[1] + np.linalg.slogdet(inner)[1]
        expected = -0.5 * (logs + quadratic + (len(y) - 2) * math.log(2 * math.pi))
        assert fit.log_likelihood == pytest.approx(expected, abs=1e-6)
        assert fit.coefficients.to_numpy() == pytest.approx(beta, abs=1e-8)
        assert fit.standard_errors.to_numpy() == pytest.approx(
            np.sqrt(np.diag(np.linalg.inv(inner))), rel=1e-8
        )


@pytest.mark.parametrize(
    "settings_of", [{"_COSTLY": 0}, {"_THIN": 0}, {"_THIN": 0, "_FULL_ENOUGH": 2.0}, {"_THIN": 1e9}]
)
def test_every_way_through_crossed_factors_gives_the_same(
    settings_of: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newton steps or search, thick or thin or sparse systems: the fit does not depend on the way."""
    rng = np.random.default_rng(6)
    one, other = rng.integers(0, 40, 900), rng.integers(0, 25, 900)
    y = rng.normal(0, 0.5, 40)[one] + rng.normal(0, 0.4, 25)[other] + rng.normal(size=900)
    frame = pd.DataFrame({"one": one, "other": other, "x": rng.normal(size=900), "y": y})
    usual = fit_random_intercept(frame, "y", ["x"], ["one", "other"])
    for name, value in settings_of.items():
        monkeypatch.setattr(f"analysis_lib.statistics.mixed.factors.{name}", value)
    fit = fit_random_intercept(frame, "y", ["x"], ["one", "other"])
    assert fit.log_likelihood == pytest.approx(usual.log_likelihood, abs=1e-6)
    assert fit.group_variances.to_numpy() == pytest.approx(usual.group_variances.to_numpy(), rel=1e-3)
    assert fit.effects["effect"].to_numpy() == pytest.approx(usual.effects["effect"].to_numpy(), abs=1e-3)
    assert fit.effects["se"].to_numpy() == pytest.approx(usual.effects["se"].to_numpy(), rel=1e-3)
