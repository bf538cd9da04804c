"""Says "changed" only when the data can carry it (floor 3).

One pupil moves a small school's figure by several percentage points. A change is therefore called sure
only when the 95 % interval of the difference leaves zero out (rule R17).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analysis_lib.statistics.chance import interval_p, mean_difference_p, share_difference_p
from analysis_lib.statistics.intervals import Interval, mean_difference, share_difference

SMALLEST_GROUP = 5


class Verdict(StrEnum):
    """What may be said about a difference between two groups or two years."""

    SURE_INCREASE = "sure_increase"
    SURE_DECREASE = "sure_decrease"
    NO_SURE_CHANGE = "no_sure_change"
    TOO_FEW = "too_few"
    UNKNOWN = "unknown"  # n or the spread is not known: nothing may be said


@dataclass(frozen=True)
class Observed:
    """What is known of one group: a share's numerator, or a mean's sums, and n.

    ``value`` is the figure in its own unit (per cent for shares). For a published share only the
    rounded value and n are known; its numerator is then reckoned back and the result is approximate.
    """

    value: float | None
    n: int | None
    numerator: int | None = None
    total: float | None = None
    total_sq: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def has_interval(self) -> bool:
        return self.low is not None and self.high is not None

    @property
    def has_sums(self) -> bool:
        return self.total is not None and self.total_sq is not None


@dataclass(frozen=True)
class Change:
    """A difference (later minus earlier) with its interval, in the figure's own unit, and a verdict."""

    verdict: Verdict
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    is_approximate: bool = False
    p_value: float | None = None  # never shown; see ``discoveries``

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval is known and lies on one side of zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def change(kind: str, earlier: Observed, later: Observed, *, smallest: int = SMALLEST_GROUP) -> Change:
    """What may be said about ``later`` against ``earlier``; ``kind`` is ``share`` or ``mean``.

    With fewer than ``smallest`` pupils in a group nothing is said but that. Differences of shares are
    in percentage points. Source: domain rule R17.

    >>> change("share", Observed(60.0, 80, 48), Observed(80.0, 70, 56)).verdict.value
    'sure_increase'
    >>> change("share", Observed(75.0, 24, 18), Observed(83.3, 24, 20)).verdict.value
    'no_sure_change'
    """
    if earlier.value is None or later.value is None:
        return Change(Verdict.UNKNOWN)
    difference = later.value - earlier.value
    if kind == "mean" and not (earlier.has_sums and later.has_sums):
        return _change_of_intervals(earlier, later)
    if earlier.n is None or later.n is None:
        return Change(Verdict.UNKNOWN, difference)
    if min(earlier.n, later.n) < smallest:
        return Change(Verdict.TOO_FEW, difference)
    if kind == "share":
        return _share_change(earlier, later)
    return _mean_change(earlier, later) if kind == "mean" else Change(Verdict.UNKNOWN, difference)


def approximate_numerator(value_pct: float, n: int) -> int:
    """The whole number of pupils nearest to a rounded share of ``n``, kept within 0 and ``n``.

    >>> approximate_numerator(76.4, 174)
    133
    """
    return min(max(round(value_pct * n / 100), 0), n)


def _share_change(earlier: Observed, later: Observed) -> Change:
    is_approximate = earlier.numerator is None or later.numerator is None
    k1, n1 = _counts(later)
    k2, n2 = _counts(earlier)
    found = share_difference(k1, n1, k2, n2)
    in_points = Interval(100 * found.value, 100 * found.low, 100 * found.high)
    if is_approximate and later.value is not None and earlier.value is not None:
        # The bounds come from the reckoned counts, the difference from what was published.
        in_points = Interval(later.value - earlier.value, in_points.low, in_points.high)
    return _judged(in_points, share_difference_p(k1, n1, k2, n2), is_approximate=is_approximate)


def _mean_change(earlier: Observed, later: Observed) -> Change:
    sums1 = (float(later.total or 0), float(later.total_sq or 0), float(later.n or 0))
    sums2 = (float(earlier.total or 0), float(earlier.total_sq or 0), float(earlier.n or 0))
    return _judged(mean_difference(*sums1, *sums2), mean_difference_p(*sums1, *sums2), is_approximate=False)


def _change_of_intervals(earlier: Observed, later: Observed) -> Change:
    """For means whose n may not be told: the standard errors are read off their 95 % intervals.

    A t interval is wider than a normal one, so the errors come out slightly large: on the safe side.
    """
    difference = float(later.value or 0) - float(earlier.value or 0)
    if not (earlier.has_interval and later.has_interval):
        return Change(Verdict.UNKNOWN, difference)
    halves = [(float(one.high or 0) - float(one.low or 0)) / 2 for one in (earlier, later)]
    reach = (halves[0] ** 2 + halves[1] ** 2) ** 0.5
    found = Interval(difference, difference - reach, difference + reach)
    return _judged(found, interval_p(difference, reach), is_approximate=True)


def _counts(observed: Observed) -> tuple[int, int]:
    n = int(observed.n or 0)
    if observed.numerator is not None:
        return observed.numerator, n
    return approximate_numerator(float(observed.value or 0), n), n


def _judged(interval: Interval, p_value: float, *, is_approximate: bool) -> Change:
    if not interval.excludes_zero:
        verdict = Verdict.NO_SURE_CHANGE
    else:
        verdict = Verdict.SURE_INCREASE if interval.low > 0 else Verdict.SURE_DECREASE
    return Change(verdict, interval.value, interval.low, interval.high, is_approximate, p_value)
