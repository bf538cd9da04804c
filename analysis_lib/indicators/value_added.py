"""Value added (förädlingsvärde) as means that can be released: reached against expected (floor 4).

Each public function is a formula that an indicator's YAML can name. A pupil's difference can be negative, so
``centre`` is added to it: the mean then follows the rules of every other mean, and the huvudman is the sum
of its units. No other figure tells the same of all pupils, so those who came later cannot be had by
subtraction (ADR 68).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.indicators.classes import LEVEL, class_codes, finished, has_classes, own_units
from analysis_lib.indicators.columns import Origin, Surroundings, Tables, cube_rows, empty_cube
from analysis_lib.indicators.followed_pupils import What, followed_pupils, step_sources
from analysis_lib.indicators.totals import with_authority
from analysis_lib.statistics.mixed import MixedFit, fit_random_intercept
from analysis_lib.statistics.value_added.expected import peer_deviations
from analysis_lib.statistics.value_added.position import nce
from analysis_lib.vocabulary.indicators import Indicator

KEYS = ["school_year", "sex", "subject"]
LEAST_PUPILS = 10
MOST_BETWEEN = 4.0  # times the variance within units: more than any school differs
NCE_ENDS = (1, 99)
Differences = Callable[[pd.DataFrame], pd.Series]


def expected_9(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean difference to pupils of the huvudman with the same start (the form of Progress 8)."""
    return _means(store, indicator, around, "merit", _against_peers)


def expected_subject_9(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The same in one subject: grade points in year 9 against those with the same grade in year 6."""
    return _means(store, indicator, around, "subject", _against_peers)


def expected_spread_9(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean squared difference among all the huvudman's followed pupils: what an interval is made of."""
    return _spreads(store, indicator, around, "merit", _against_peers)


def expected_subject_spread_9(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean squared difference in one subject."""
    return _spreads(store, indicator, around, "subject", _against_peers)


def position_9(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean change in normal curve equivalents (1-99) among all the huvudman's followed pupils."""
    return _means(store, indicator, around, "merit", _moved)


def position_spread_9(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean squared change in normal curve equivalents."""
    return _spreads(store, indicator, around, "merit", _moved)


def model_9(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean difference to what a mixed model expects from the start, before it is drawn to the mean."""
    return _means(store, indicator, around, "merit", _against_model)


def model_within_9(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The model's variance between pupils of the same unit."""
    return _variances(store, indicator, around, lambda fit: fit.residual_variance)


def model_between_9(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The model's variance between units."""
    return _variances(store, indicator, around, lambda fit: float(fit.group_variances.iloc[0]))


def model_between_high_9(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The greatest variance between units that the data allow (95 %): few units tell little of it."""
    return _variances(store, indicator, around, _greatest_between)


def _greatest_between(fit: MixedFit) -> float:
    high = fit.icc_interval.high if fit.icc_interval else fit.icc
    least = float(fit.group_variances.iloc[0])
    most = max(MOST_BETWEEN * fit.residual_variance, least)
    if high >= 1:
        return most
    return max(least, min(most, fit.residual_variance * high / (1 - high)))


def _against_peers(rows: pd.DataFrame) -> pd.Series:
    return peer_deviations(rows["outcome"], rows["prior"])[0]


def _moved(rows: pd.DataFrame) -> pd.Series:
    now, then = (nce(rows[name]).clip(*NCE_ENDS) for name in ("outcome", "prior"))
    return now - then


def _against_model(rows: pd.DataFrame) -> pd.Series:
    fit = _fitted(rows)
    if fit is None:
        return pd.Series(dtype=float)
    start, slope = (float(fit.coefficients[name]) for name in ("intercept", "prior"))
    difference: pd.Series = rows["outcome"] - start - slope * rows["prior"]
    return difference


def _fitted(rows: pd.DataFrame) -> MixedFit | None:
    """The model of one huvudman and school year, or None where there is nothing to fit."""
    try:
        return fit_random_intercept(rows, "outcome", ["prior"], "unit_code")
    except SkolbankError:
        return None


def _parts(rows: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], pd.DataFrame]]:
    """The comparison populations: a huvudman's pupils of one school year (and subject), if enough."""
    for (year, authority, subject), part in rows.groupby(["school_year", "authority", "subject"]):
        if len(part) >= LEAST_PUPILS:
            yield (str(year), str(authority), str(subject)), part


def _means(
    store: Tables, indicator: Indicator, around: Surroundings, what: What, differ: Differences
) -> pd.DataFrame:
    rows = followed_pupils(store, around, what)
    frames = []
    for (year, _, subject), part in _parts(rows):
        told = differ(part)
        if told.empty:
            continue
        shifted = told.clip(-indicator.centre, indicator.centre).round(2) + indicator.centre
        one = part[["unit_code", "class_name"]].assign(x=shifted, xx=shifted**2)
        frames.append(one.assign(school_year=year, subject=subject, sex="T", has_protected=False))
    if not frames:
        return empty_cube()
    pupils = pd.concat(frames, ignore_index=True)
    at = pd.MultiIndex.from_frame(pupils[["school_year", "unit_code"]])
    pupils["sources"] = step_sources(store, rows).reindex(at).fillna("").to_numpy()
    units = _summed(pupils, "unit_code")
    whole = with_authority(units, around, keys=KEYS, sums=["n", "total", "total_sq"])
    # The interval is reckoned from released figures alone, so none is told here.
    whole["value"] = whole["total"] / whole["n"]
    parts = [cube_rows(indicator, whole, Origin("own")), _of_classes(indicator, pupils, around)]
    return pd.concat(parts, ignore_index=True)


def _summed(pupils: pd.DataFrame, *place: str) -> pd.DataFrame:
    """The shifted differences of single pupils as sums per place."""
    keys = [*KEYS, *place]
    return pupils.groupby(keys, as_index=False).agg(
        n=("x", "size"),
        total=("x", "sum"),
        total_sq=("xx", "sum"),
        has_protected=("has_protected", "max"),
        sources=("sources", "first"),
    )


def _of_classes(indicator: Indicator, pupils: pd.DataFrame, around: Surroundings) -> pd.DataFrame:
    """The same sums per class of the huvudman's own units, where the indicator names that level."""
    own = own_units(around.units, around.municipality_code)
    mine = pupils[pupils["unit_code"].isin(own)] if has_classes(indicator) else pupils.head(0)
    if mine.empty:
        return empty_cube()
    coded = mine.assign(code=class_codes(mine["unit_code"], mine["class_name"]))
    sums = _summed(coded, "code").assign(level=LEVEL)
    return finished(indicator, sums.assign(value=sums["total"] / sums["n"]))


def _spreads(
    store: Tables, indicator: Indicator, around: Surroundings, what: What, differ: Differences
) -> pd.DataFrame:
    rows = followed_pupils(store, around, what)
    told = [(at, len(part), float((differ(part) ** 2).mean())) for at, part in _parts(rows)]
    return _authority_rows(store, indicator, rows, told)


def _variances(
    store: Tables, indicator: Indicator, around: Surroundings, take: Callable[[MixedFit], float]
) -> pd.DataFrame:
    rows = followed_pupils(store, around, "merit")
    fits = [(at, len(part), _fitted(part)) for at, part in _parts(rows)]
    told = [(at, n, take(fit)) for at, n, fit in fits if fit is not None]
    return _authority_rows(store, indicator, rows, told)


def _authority_rows(
    store: Tables,
    indicator: Indicator,
    rows: pd.DataFrame,
    told: list[tuple[tuple[str, str, str], int, float]],
) -> pd.DataFrame:
    """One row per huvudman, school year and subject."""
    if not told:
        return empty_cube()
    files = step_sources(store, rows)
    frame = pd.DataFrame(
        {
            "school_year": [at[0] for at, _, _ in told],
            "code": [at[1] for at, _, _ in told],
            "subject": [at[2] for at, _, _ in told],
            "n": [n for _, n, _ in told],
            "total": [n * value for _, n, value in told],
            "value": [value for _, _, value in told],
        }
    )
    own = {
        year: ";".join(sorted({f for each in group for f in each.split(";") if f}))
        for year, group in files.groupby(level=0)
    }
    frame["sources"] = frame["school_year"].map(own)
    return cube_rows(indicator, frame.assign(level="authority", sex="T"), Origin("own"))
