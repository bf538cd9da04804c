"""G8 and rule R17: what a measure led to, tried on planted truth and on traps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.contrast import contrast, paired_share_change
from analysis_lib.statistics.effect import Answer, Measure, detectable_effect, effect_of
from benchmarks.planted_measures import YEARS, planted_measures

FORBIDDEN = ("bäst", "sämst", "signifikant", "!")


def _results(own: list[float], peers: int = 8, n: int = 400) -> pd.DataFrame:
    """Shares (per cent) of one unit over the years 2019/20 …, and of calm comparison units at 70."""
    rows = [("own", year, n, round(n * share / 100)) for year, share in zip(YEARS, own, strict=False)]
    for peer in range(peers):
        rows += [
            (f"peer{peer}", year, n, round(n * (0.70 + 0.004 * ((peer + at) % 3 - 1))))
            for at, year in enumerate(YEARS[: len(own)])
        ]
    return pd.DataFrame(rows, columns=["unit_code", "school_year", "n", "numerator"])


def _measure(**more: object) -> Measure:
    return Measure(("own",), "2024/25", **({"is_triggered": False} | more))  # type: ignore[arg-type]


def test_G8_planted_effects_are_covered_a_sample() -> None:
    hits, errors = [], {}
    for planted in planted_measures(16):
        found = effect_of(planted.results, planted.measure).found
        if found is not None:
            hits.append(found.low <= planted.truth <= found.high)
            errors.setdefault(planted.reason, []).append(found.difference - planted.truth)
    assert len(hits) > 145
    assert 0.92 <= np.mean(hits) <= 0.99  # all 200 municipalities: python -m benchmarks
    for reason, off in errors.items():
        assert abs(np.mean(off)) < 3 * np.std(off) / np.sqrt(len(off)), reason


@pytest.mark.slow
def test_G8_planted_effects_are_covered_in_two_hundred_municipalities() -> None:
    hits = [
        effect.low <= planted.truth <= effect.high
        for planted in planted_measures(200)
        if (effect := effect_of(planted.results, planted.measure).found)
    ]
    assert 0.93 <= np.mean(hits) <= 0.97


def test_G8_the_four_answers() -> None:
    assert effect_of(_results([70, 70, 70, 70, 70, 84, 85]), _measure()).answer is Answer.IMPROVED
    assert effect_of(_results([70, 70, 70, 70, 70, 55, 56]), _measure()).answer is Answer.WORSENED
    assert effect_of(_results([70, 70, 71, 70, 70, 71, 70]), _measure()).answer is Answer.UNCHANGED
    assert effect_of(_results([70, 70, 70, 70, 70]), _measure()).answer is Answer.UNKNOWN
    lower = effect_of(_results([70, 70, 70, 70, 70, 84, 85]), _measure(direction="lower"))
    assert lower.answer is Answer.WORSENED


def test_a_bad_year_that_passes_is_no_effect() -> None:
    results = _results([71, 70, 70, 71, 55, 70, 71])
    fooled = effect_of(results, _measure(is_triggered=False, years_before=1))
    assert fooled.answer is Answer.IMPROVED
    honest = effect_of(results, _measure(is_triggered=True))
    assert honest.answer is Answer.UNCHANGED
    assert "2023/24" not in honest.before


def test_one_bad_year_alone_cannot_be_judged() -> None:
    results = _results([71, 70, 70, 71, 55, 70, 71]).query("school_year >= '2023/24'")
    found = effect_of(results, _measure(is_triggered=True))
    assert found.answer is Answer.UNKNOWN
    assert "återgång" in found.reason


def test_another_way_already_before_is_no_effect() -> None:
    found = effect_of(_results([40, 45, 52, 60, 70, 82, 90]), _measure())
    assert found.placebo is not None
    assert found.placebo.earlier is not None
    assert found.answer is Answer.UNKNOWN
    assert "redan före" in found.reason


@pytest.mark.parametrize(
    ("measure", "rows", "reason"),
    [
        ({"breaks": ("2024/25",)}, "n > 0", "Mätningen har ändrats"),
        ({}, "school_year >= '2024/25'", "inget resultat före"),
        ({}, "school_year < '2024/25'", "efter åtgärden ännu"),
        ({}, "unit_code in ('own', 'peer1', 'peer2')", "för få liknande"),
        ({"direction": "neutral"}, "n > 0", "ingen riktning"),
        ({"units": ("annan",)}, "n > 0", "inget resultat"),
    ],
)
def test_what_cannot_be_judged_says_why(measure: dict[str, object], rows: str, reason: str) -> None:
    results = _results([70, 70, 70, 70, 70, 84, 85]).query(rows)
    units = measure.pop("units", ("own",))
    found = effect_of(results, Measure(units, "2024/25", is_triggered=False, **measure))  # type: ignore[arg-type]
    assert found.answer is Answer.UNKNOWN
    assert reason in found.reason
    assert not any(word in found.reason for word in FORBIDDEN)


def test_small_groups_and_hidden_results_are_never_guessed() -> None:
    small = _results([70, 70, 70, 70, 70, 84, 85], n=4)
    assert "för liten" in effect_of(small, _measure()).reason
    hidden = _results([70, 70, 70, 70, 70, 84, 85]).astype({"numerator": "Int64"})
    hidden.loc[(hidden["unit_code"] == "own") & (hidden["school_year"] >= "2024/25"), "numerator"] = pd.NA
    assert "ännu" in effect_of(hidden, _measure()).reason


def test_equal_results_everywhere_give_no_nan() -> None:
    found = effect_of(_results([100] * 7).assign(numerator=400), _measure()).found
    assert found is not None
    assert found.difference == pytest.approx(0, abs=1e-9)
    assert np.isfinite([found.low, found.high, found.p_value, found.detectable]).all()
    rows = [(unit, year, 20, 100.0, 500.0) for unit in "abcde" for year in YEARS]
    means = pd.DataFrame(rows, columns=["unit_code", "school_year", "n", "total", "total_sq"])
    equal = effect_of(means, Measure(("a",), "2024/25", kind="mean"))
    assert equal.answer is Answer.UNCHANGED
    assert equal.found is not None
    assert np.isfinite([equal.found.low, equal.found.high]).all()


@pytest.mark.parametrize(
    "damage",
    [
        lambda frame: frame.drop(columns="n"),
        lambda frame: frame.assign(numerator=frame["n"] + 1),
        lambda frame: pd.concat([frame, frame]),
    ],
)
def test_results_that_cannot_be_are_refused(damage: object) -> None:
    with pytest.raises(SkolbankError, match="effect-invalid"):
        effect_of(damage(_results([70] * 7)), _measure())  # type: ignore[operator]


def test_a_start_that_is_no_school_year_is_refused() -> None:
    with pytest.raises(SkolbankError, match="school-year-unreadable"):
        effect_of(_results([70] * 7), Measure(("own",), "hösten 2024"))
    with pytest.raises(SkolbankError, match="minst en enhet"):
        effect_of(_results([70] * 7), Measure((), "2024/25"))


def test_detectable_effect_is_told_before_and_shrinks_with_pupils() -> None:
    few, many = (detectable_effect(_results([70] * 5, n=n), _measure()) for n in (40, 400))
    assert few is not None
    assert many is not None
    assert 0 < many < few
    assert detectable_effect(_results([70]), _measure()) is None
    assert detectable_effect(_results([70] * 5, peers=2), _measure()) is None


def test_an_effect_of_the_detectable_size_is_found_four_times_in_five() -> None:
    rng = np.random.default_rng(5)
    variances = np.full(12, 9.0)
    size = contrast(np.zeros(1), variances[:1], rng.normal(0, 3, 12), variances).detectable
    sure = [
        contrast(rng.normal(size, 3, 1), variances[:1], rng.normal(0, 3, 12), variances).low > 0
        for _ in range(200)
    ]
    assert 0.68 < np.mean(sure) < 0.92


def test_with_equal_units_the_interval_is_students_t() -> None:
    peers = np.array([1.0, 4.0, -2.0, 3.0, 0.0])
    tiny = np.full(5, 1e-9)
    found = contrast(np.array([9.0]), tiny[:1], peers, tiny)
    half = stats.t.ppf(0.975, 4) * peers.std(ddof=1) * np.sqrt(1 + 1 / 5)
    assert found.difference == pytest.approx(9 - peers.mean(), rel=1e-6)
    assert found.high - found.difference == pytest.approx(half, rel=0.03)


def test_the_same_pupils_twice_give_a_surer_change() -> None:
    change, variance = paired_share_change(12, 2, 60)
    assert change == pytest.approx(100 / 6)
    assert variance < 1e4 * 2 * 0.25 / 60
    assert paired_share_change(0, 0, 30)[1] > 0
    with pytest.raises(ValueError, match="fit in n"):
        paired_share_change(5, 5, 8)
