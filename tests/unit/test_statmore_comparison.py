"""R17 and R18: similar places, funnel limits, bands by direction and arrows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.bands import ARROW_WORDS, Arrow, Band, arrow, quartile_bands
from analysis_lib.statistics.funnel import funnel_limits, places_outside
from analysis_lib.statistics.intervals import wilson
from analysis_lib.statistics.similarity import nearest


def _places() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "education": [50, 51, 60, 50, 49, 80],
            "newcomers": [5, 5, 5, 9, 5, 5],
            "size": [9, 1, 2, None, 9, 9],
        },
        index=["1080", "1081", "1082", "1083", "1084", "1085"],
    )


def test_R18_the_nearest_are_the_most_alike_and_say_why() -> None:
    found = nearest(_places(), "1080", weights={"education": 2, "newcomers": 1}, count=3)
    assert found.codes == ("1081", "1084", "1082")  # 1081 and 1084 are equally near: the code decides
    assert sum(found.weights.values()) == pytest.approx(1)
    assert found.table.loc[0, "education"] == pytest.approx(1)
    assert "1083" in nearest(_places(), "1080", weights={"newcomers": 0, "size": 1}).left_out


def test_R18_weights_change_the_group_and_order_of_rows_does_not() -> None:
    by_newcomers = nearest(_places(), "1083", weights={"newcomers": 1}, count=6)
    assert by_newcomers.codes == ("1080", "1081", "1082", "1084", "1085")
    mixed = _places().sample(frac=1, random_state=3)
    weights = {"education": 1.0, "newcomers": 1.0}
    assert nearest(mixed, "1080", weights=weights).codes == nearest(_places(), "1080", weights=weights).codes


@pytest.mark.parametrize(
    ("code", "weights"),
    [
        ("9999", {"education": 1}),
        ("1080", {"educaton": 1}),
        ("1080", {}),
        ("1080", {"education": -1}),
        ("1080", {"education": 0}),
        ("1080", {"education": float("nan")}),
        ("1083", {"size": 1}),
    ],
)
def test_peers_that_cannot_be_found_are_refused(code: str, weights: dict[str, float]) -> None:
    with pytest.raises(SkolbankError, match="peers-invalid"):
        nearest(_places(), code, weights=weights)


def test_equal_places_have_distance_zero_and_no_nan() -> None:
    frame = pd.DataFrame({"a": [1.0] * 4}, index=list("dcba"))
    found = nearest(frame, "a", weights={"a": 1})
    assert found.codes == ("b", "c", "d")
    assert not found.table.isna().any().any()


@settings(deadline=None)
@given(st.floats(0.02, 0.98), st.integers(5, 400))
def test_R17_few_lie_outside_exact_limits_by_chance(share: float, n: int) -> None:
    counts = np.arange(n + 1)
    for level, most in ((0.95, 0.05), (0.998, 0.002)):
        low, high = funnel_limits(share, [n], level=level)
        outside = (counts / n < low[0] - 1e-12) | (counts / n > high[0] + 1e-12)
        assert binom.pmf(counts[outside], n, share).sum() <= most + 1e-9
        assert low[0] <= share <= high[0] or n < 1 / min(share, 1 - share)


def test_R17_wilson_limits_are_the_wilson_interval_turned_around() -> None:
    low, high = funnel_limits(0.8, [60], method="wilson")
    for k in range(61):
        own_low, own_high = wilson(k, 60)
        inside = low[0] <= k / 60 <= high[0]
        assert inside == (own_low <= 0.8 <= own_high)


def test_R17_only_units_beyond_chance_are_told() -> None:
    assert places_outside(0.8, [8, 24, 30, 100, 150], [10, 40, 60, 120, 150]) == [
        "",
        "95",
        "99.8",
        "",
        "99.8",
    ]
    assert places_outside(1.0, [10, 9], [10, 10]) == ["", "99.8"]
    for share, n in ((1.2, 10), (0.5, 0), (float("nan"), 5)):
        with pytest.raises(SkolbankError, match="funnel-invalid"):
            funnel_limits(share, [n])


def test_R18_bands_follow_the_direction() -> None:
    values = {str(number): float(number) for number in range(1, 13)} | {"hidden": None}
    higher, lower, neutral = (quartile_bands(values, each) for each in ("higher", "lower", "neutral"))  # type: ignore[arg-type]
    assert [code for code, band in higher.items() if band is Band.FAVOURABLE] == ["10", "11", "12"]
    assert [code for code, band in lower.items() if band is Band.FAVOURABLE] == ["1", "2", "3"]
    assert neutral["12"] is Band.HIGHEST
    assert neutral["1"] is Band.LOWEST
    assert higher["6"] is Band.MIDDLE
    assert "hidden" not in higher


def test_bands_of_few_and_of_equals() -> None:
    assert set(quartile_bands({"a": 1.0, "b": 2.0}, "higher").values()) == {Band.TOO_FEW}
    assert set(quartile_bands({str(n): 5.0 for n in range(9)}, "higher").values()) == {Band.MIDDLE}
    with pytest.raises(SkolbankError, match="band-invalid"):
        quartile_bands({"a": float("nan")}, "higher")


def test_R18_arrows_at_three_ten_and_five_twenty() -> None:
    assert [arrow(each) for each in (2.9, 3, 9.9, 10, -2.9, -3, -10)] == [
        Arrow.SAME, Arrow.UP, Arrow.UP, Arrow.FAR_UP, Arrow.SAME, Arrow.DOWN, Arrow.FAR_DOWN,
    ]  # fmt: skip
    assert [arrow(each, unit="points") for each in (4.9, 5, 20, -20)] == [
        Arrow.SAME, Arrow.UP, Arrow.FAR_UP, Arrow.FAR_DOWN,
    ]  # fmt: skip
    assert set(ARROW_WORDS) == set(Arrow)
    with pytest.raises(SkolbankError, match="band-invalid"):
        arrow(float("nan"))
