"""What share of an årskull will become behöriga, with a band and how well such forecasts have done (floor 3).

A forecast is the share that reaches the requirements now plus what earlier cohorts usually gained or lost
from there. It is only as good as it has been, so the same method is run on every earlier cohort with no more
than was known then, and how those forecasts did is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.heterogeneity import (
    between_variances,
    mixture_cdf,
    mixture_quantile,
    weighted_means,
)

Floats = npt.NDArray[np.float64]
FEWEST_COHORTS = 3
SMALLEST_GROUP = 5


@dataclass(frozen=True)
class CohortShare:
    """A cohort of a unit: how many of ``n_now`` reach it now, and how many of ``n_final`` did in the end.

    ``leaves`` is the calendar year in which it is expected to leave (rule R14). The final counts are None for
    a cohort that has not left.
    """

    unit_code: str
    leaves: int
    reached_now: int
    n_now: int
    reached_final: int | None = None
    n_final: int | None = None

    @property
    def is_done(self) -> bool:
        return self.reached_final is not None and self.n_final is not None

    @property
    def now(self) -> float:
        return 100 * self.reached_now / self.n_now

    @property
    def final(self) -> float:
        return 100 * (self.reached_final or 0) / (self.n_final or 1)

    @property
    def gain(self) -> float:
        return self.final - self.now

    @property
    def gain_variance(self) -> float:
        """Chance in the gain, as if now and then were different pupils: an upper bound for the same ones."""
        reached = self.reached_now + (self.reached_final or 0) + 0.5
        usual = reached / (self.n_now + (self.n_final or 0) + 1)
        return 1e4 * usual * (1 - usual) * (1 / self.n_now + 1 / (self.n_final or self.n_now))


@dataclass(frozen=True)
class Accuracy:
    """How earlier forecasts of the same kind did: of ``tried``, how many ended inside their bands.

    ``mean_error`` is the mean distance in percentage points, ``bias`` forecast minus outcome.
    """

    tried: int
    inside: int
    mean_error: float
    bias: float


@dataclass(frozen=True)
class Forecast:
    """A forecast in per cent with its 95 % band, or why there is none (``reason``, Swedish)."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    chance_of_target: float | None = None
    accuracy: Accuracy | None = None
    reason: str = ""


def forecast(
    cohort: CohortShare, history: Iterable[CohortShare], *, horizon: int, target: float | None = None
) -> Forecast:
    """The share of ``cohort`` that will reach it when it leaves, ``horizon`` years from now.

    ``history`` holds cohorts measured at the same point of their schooling, of the same unit or of several;
    those that have not left, or left after ``cohort.leaves - horizon``, are not used. ``target`` (per cent)
    adds the chance of reaching it. Fewer than three earlier cohorts, or a group under five, give a reason
    instead. Raises ``SkolbankError`` (``forecast-invalid``) for impossible counts.
    """
    if horizon < 1:
        raise SkolbankError("forecast-invalid", "Prognosen ska gälla minst ett läsår framåt")
    earlier = [_checked(each) for each in history if each.is_done]
    if _checked(cohort).n_now < SMALLEST_GROUP:
        return Forecast(reason="Gruppen är för liten för en prognos.")
    known = _known(cohort, earlier, horizon)
    if len(known) < FEWEST_COHORTS:
        return Forecast(reason="Det finns för få tidigare årskullar att jämföra med.")
    means, variances = _law(cohort, known)
    low, value, high = (mixture_quantile(each, means, variances) for each in (0.025, 0.5, 0.975))
    chance = None if target is None else 1 - mixture_cdf(target, means, variances)
    accuracy = back_tested(earlier, horizon=horizon, until=cohort.leaves - horizon)
    return Forecast(_share(value), _share(low), _share(high), chance, accuracy)


def back_tested(history: Sequence[CohortShare], *, horizon: int, until: int | None = None) -> Accuracy | None:
    """How the method did on every earlier cohort, each with only what was known when it was that far from
    leaving; None when none of them had three cohorts before it."""
    errors, inside = [], 0
    for cohort in history:
        known = _known(cohort, history, horizon)
        if len(known) < FEWEST_COHORTS or not cohort.is_done or (until is not None and cohort.leaves > until):
            continue
        means, variances = _law(cohort, known)
        low, value, high = (_share(mixture_quantile(each, means, variances)) for each in (0.025, 0.5, 0.975))
        errors.append(value - cohort.final)
        inside += low - 1e-9 <= cohort.final <= high + 1e-9
    if not errors:
        return None
    return Accuracy(len(errors), inside, float(np.mean(np.abs(errors))), float(np.mean(errors)))


def _known(cohort: CohortShare, history: Iterable[CohortShare], horizon: int) -> list[CohortShare]:
    """Cohorts that had left when ``cohort`` was ``horizon`` years from leaving."""
    return [each for each in history if each.is_done and each.leaves <= cohort.leaves - horizon]


def _law(cohort: CohortShare, known: Sequence[CohortShare]) -> tuple[Floats, Floats]:
    """The forecast as an equal mixture of normal laws: usual gain, its own uncertainty and the cohort's."""
    gains = np.array([each.gain for each in known])
    chance = np.array([each.gain_variance for each in known])
    between = between_variances(gains, chance)
    means, errors = weighted_means(gains, chance, between)
    own = CohortShare(cohort.unit_code, cohort.leaves, cohort.reached_now, cohort.n_now).gain_variance
    return cohort.now + means, np.maximum(errors + between + own, 1e-12)


def _share(value: float) -> float:
    return min(max(value, 0.0), 100.0)


def _checked(cohort: CohortShare) -> CohortShare:
    pairs = [(cohort.reached_now, cohort.n_now)]
    if cohort.is_done:
        pairs.append((cohort.reached_final or 0, cohort.n_final or 0))
    if any(n < 1 or not 0 <= reached <= n for reached, n in pairs):
        raise SkolbankError(
            "forecast-invalid", f"Antalen för årskull {cohort.leaves} vid {cohort.unit_code} går inte ihop"
        )
    return cohort
