"""D2 and R14: forecast of behörighet per årskull, its band and how well it has done."""

from __future__ import annotations

import numpy as np
import pytest

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.forecast import CohortShare, back_tested, forecast


def _cohorts(rng: np.random.Generator, years: range, *, gain: float = -6.0, n: int = 60) -> list[CohortShare]:
    """Cohorts of one unit: 60-90 per cent now, usually ``gain`` more when they leave."""
    found = []
    for leaves in years:
        share = rng.uniform(0.65, 0.9)
        now = rng.binomial(n, share)
        final = rng.binomial(n, np.clip(share + (gain + rng.normal(0, 3)) / 100, 0.02, 0.98))
        found.append(CohortShare("12345678", leaves, int(now), n, int(final), n))
    return found


def test_the_forecast_is_the_usual_gain_from_here() -> None:
    history = [CohortShare("a", leaves, 320, 400, 300, 400) for leaves in range(2015, 2024)]
    found = forecast(CohortShare("a", 2027, 360, 400), history, horizon=3, target=80)
    assert found.value == pytest.approx(85.0, abs=0.2)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 85 < found.high
    assert found.chance_of_target is not None
    assert 0.5 < found.chance_of_target < 1
    assert found.accuracy is not None
    assert found.accuracy.mean_error == pytest.approx(0, abs=0.1)


def test_the_band_holds_what_it_promises() -> None:
    rng = np.random.default_rng(11)
    inside = tried = 0
    for _ in range(60):
        cohorts = _cohorts(rng, range(2010, 2026))
        last = cohorts[-1]
        found = forecast(last, cohorts[:-1], horizon=3)
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= last.final <= found.high
        tried += 1
    assert inside / tried > 0.88


def test_the_past_accuracy_tells_bias_and_hits() -> None:
    accuracy = back_tested(_cohorts(np.random.default_rng(4), range(2005, 2026)), horizon=3)
    assert accuracy is not None
    assert accuracy.tried == 16  # three cohorts must have left three years before
    assert accuracy.inside >= 13
    assert abs(accuracy.bias) < accuracy.mean_error < 10


def test_nothing_from_the_future_is_used() -> None:
    rng = np.random.default_rng(2)
    cohorts = _cohorts(rng, range(2010, 2023))
    cohort = CohortShare("12345678", 2024, 50, 60)
    later = [CohortShare("12345678", leaves, 10, 60, 60, 60) for leaves in (2022, 2023, 2024)]
    known = [each for each in cohorts if each.leaves <= 2021]
    assert forecast(cohort, [*known, *later], horizon=3) == forecast(cohort, known, horizon=3)


def test_few_cohorts_and_small_groups_get_a_reason() -> None:
    history = [CohortShare("a", leaves, 30, 40, 28, 40) for leaves in (2020, 2021)]
    assert "för få" in forecast(CohortShare("a", 2026, 30, 40), history, horizon=3).reason
    more = [CohortShare("a", leaves, 30, 40, 28, 40) for leaves in range(2015, 2022)]
    assert "liten" in forecast(CohortShare("a", 2026, 3, 4), more, horizon=3).reason
    assert back_tested(history, horizon=3) is None


def test_everybody_reaching_it_gives_no_nan() -> None:
    history = [CohortShare("a", leaves, 40, 40, 40, 40) for leaves in range(2015, 2024)]
    found = forecast(CohortShare("a", 2027, 40, 40), history, horizon=3, target=100)
    assert found.value is not None
    assert found.low is not None
    assert 90 < found.low <= found.value <= 100
    assert np.isfinite([found.value, found.low, found.high or 0, found.chance_of_target or 0]).all()


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(SkolbankError, match="forecast-invalid"):
        forecast(CohortShare("a", 2027, 41, 40), [], horizon=3)
    with pytest.raises(SkolbankError, match="forecast-invalid"):
        forecast(CohortShare("a", 2027, 0, 0), [], horizon=3)
    with pytest.raises(SkolbankError, match="forecast-invalid"):
        forecast(CohortShare("a", 2027, 4, 40), [], horizon=0)
