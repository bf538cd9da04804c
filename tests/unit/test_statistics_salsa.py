"""R6: SALSA's published model, refused years, population rules, our own residual model and its words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics import salsa


def schools(count: int = 60, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "parents_education": rng.uniform(1.8, 2.8, count),
            "boys": rng.uniform(0.4, 0.6, count),
            "newly_arrived": rng.uniform(0, 0.2, count),
            "pupils": rng.integers(20, 120, count),
            "known": rng.uniform(0.8, 1, count),
        },
        index=[f"{10000000 + i}" for i in range(count)],
    )
    frame["merit_rating"] = [
        salsa.expected("2015/16", *values) for values in frame[list(salsa.BACKGROUND)].to_numpy()
    ]
    frame["merit_rating"] += rng.normal(0, 400, count) / np.sqrt(frame["pupils"]) * rng.uniform(0.2, 1, count)
    return frame


def test_R6_the_published_equation_gives_the_test_value() -> None:
    assert salsa.expected("2015/16", 2.20, 0.55, 0.08) == pytest.approx(221.14, abs=0.005)
    assert salsa.expected(2016, 2.20, 0.55, 0.08) == salsa.expected("2015-2016", 2.20, 0.55, 0.08)
    assert salsa.residual("2015/16", 215.0, 2.20, 0.55, 0.08) == pytest.approx(-6.14, abs=0.005)


@pytest.mark.parametrize("year", ["2014/15", "2016/17", "2024/25", 2015])
def test_R6_another_year_is_refused_by_name(year: str | int) -> None:
    with pytest.raises(SkolbankError) as told:
        salsa.expected(year, 2.2, 0.5, 0.05)
    assert told.value.code == "salsa-year-unknown"
    assert ("2014/15" if year == 2015 else str(year)) in str(told.value)
    assert "2015/16" in told.value.remedy


@pytest.mark.parametrize(
    "background",
    [(2.2, 55, 0.08), (2.2, 0.55, -0.1), (0.5, 0.5, 0.1), (float("nan"), 0.5, 0.1), (2.2, 0.5, 8)],
)
def test_R6_per_cent_in_the_place_of_shares_is_refused(background: tuple[float, float, float]) -> None:
    with pytest.raises(SkolbankError, match="salsa-out-of-range"):
        salsa.expected("2015/16", *background)


def test_R6_our_own_model_is_least_squares_with_robust_errors() -> None:
    frame = schools()
    found = salsa.fit_own(frame, "2024/25")
    theirs = sm.OLS(frame["merit_rating"], sm.add_constant(frame[list(salsa.BACKGROUND)])).fit(cov_type="HC3")
    assert found.regression.coefficients.to_numpy() == pytest.approx(theirs.params.to_numpy())
    assert found.regression.robust_errors.to_numpy() == pytest.approx(theirs.bse.to_numpy())
    assert found.regression.r_squared == pytest.approx(theirs.rsquared)
    assert found.residuals["residual"].sum() == pytest.approx(0, abs=1e-6)
    influence = theirs.get_influence()
    spread = np.sqrt(influence.sigma2_not_obsi * (1 - influence.hat_matrix_diag))
    assert (found.residuals["usual"] / spread).std() == pytest.approx(0, abs=1e-9)


def test_R6_half_the_schools_lie_below_zero_and_few_are_unusual() -> None:
    found = salsa.fit_own(schools(400), "2024/25")
    assert 0.4 < (found.residuals["residual"] < 0).mean() < 0.6
    assert 0.01 < found.residuals["is_unusual"].mean() < 0.1


def test_R6_schools_outside_the_population_are_left_out() -> None:
    frame = schools()
    frame.iloc[0, frame.columns.get_loc("pupils")] = 14
    frame.iloc[1, frame.columns.get_loc("known")] = 0.74
    frame.iloc[2, frame.columns.get_loc("merit_rating")] = np.nan
    found = salsa.fit_own(frame, "2024/25")
    assert found.left_out == 3
    assert not set(frame.index[:3]) & set(found.residuals.index)


def test_R6_too_few_or_equal_schools_are_refused() -> None:
    with pytest.raises(SkolbankError, match="model-too-few"):
        salsa.fit_own(schools(6), "2024/25")
    with pytest.raises(SkolbankError, match="model-singular"):
        salsa.fit_own(schools().assign(boys=0.5), "2024/25")
    with pytest.raises(SkolbankError, match="column-missing"):
        salsa.fit_own(schools().drop(columns="known"), "2024/25")


def test_R6_the_wording_forbids_ranking_and_states_the_year() -> None:
    for words in (salsa.wording("2015/16"), salsa.fit_own(schools(), "2024/25").wording):
        assert "rangordnas" in words
        assert "hälften" in words
        assert "försiktighet" in words
    assert "egen modell" in salsa.wording("2024/25", is_own=True)
    assert salsa.sentence("Strandskolan", 215.0, 221.14).endswith("avvikelse −6,1 poäng.")
