"""From a frame to the numbers a mixed model needs: columns, groups, refusals (floor 3).

Every column is centred and scaled while the model is fitted, so that a predictor of thousands and one of
thousandths are reckoned equally well; the answers are turned back to the frame's own units afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis_lib.errors import SkolbankError, did_you_mean

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Frame = pd.DataFrame | Mapping[str, Any]

INTERCEPT = "intercept"
_SINGULAR = 1e-9


@dataclass(frozen=True)
class Grouping:
    """One grouping factor: its distinct labels in order, and for each row the place of its label."""

    name: str
    labels: pd.Index
    codes: Integers

    @property
    def count(self) -> int:
        return len(self.labels)

    def sums(self, values: Floats) -> Floats:
        """The sum of ``values`` (one per row) in each group."""
        return np.bincount(self.codes, weights=values, minlength=self.count).astype(float, copy=False)

    @property
    def sizes(self) -> Floats:
        """How many rows each group has."""
        return np.bincount(self.codes, minlength=self.count).astype(float)


@dataclass(frozen=True)
class Design:
    """The model's columns, centred and scaled: the intercept, the predictors, last the outcome.

    ``columns[k] = (raw - means[k]) / scales[k]``; the intercept has mean 0 and scale 1.
    """

    names: tuple[str, ...]
    columns: tuple[Floats, ...]
    means: Floats
    scales: Floats
    groups: tuple[Grouping, ...]
    left_out: int

    @property
    def n(self) -> int:
        return self.columns[0].size

    @property
    def p(self) -> int:
        """The number of coefficients, the intercept included."""
        return len(self.names)

    @property
    def products(self) -> Floats:
        """Sums of products of all pairs of columns, the outcome last."""
        whole = np.empty((self.p + 1, self.p + 1))
        for i, one in enumerate(self.columns):
            for j, other in enumerate(self.columns[: i + 1]):
                whole[i, j] = whole[j, i] = one @ other
        return whole

    def group_sums(self, grouping: Grouping, weights: Floats | None = None) -> Floats:
        """Sums of every column in each group (groups by columns), weighted when ``weights`` are given."""
        parts = [grouping.sums(each if weights is None else each * weights) for each in self.columns]
        return np.stack(parts, axis=1)

    def back(self, beta: Floats, covariance: Floats) -> tuple[Floats, Floats]:
        """Coefficients and their covariance in the frame's own units."""
        turn = np.diag(1 / self.scales[:-1])
        turn[0, 1:] = -self.means[1:-1] / self.scales[1:-1]
        turn *= self.scales[-1]
        raw = turn @ beta
        raw[0] += self.means[-1]
        return raw, turn @ covariance @ turn.T

    @property
    def log_scale(self) -> float:
        """The sum of the logarithms of the predictors' scales (for the restricted likelihood)."""
        return float(np.log(self.scales[1:-1]).sum())


def make_design(frame: Frame, *, outcome: str, predictors: Sequence[str], groups: Sequence[str]) -> Design:
    """The design of a model; rows where any used value is missing are left out and counted.

    A predictor of text, categories or truth values becomes one column per level but the first. Raises
    ``SkolbankError`` when no model can be fitted to what is there.
    """
    wanted = [outcome, *predictors, *groups]
    series = {name: _column(frame, name) for name in wanted}
    raw = _numbers(series[outcome], outcome)
    named: dict[str, Floats] = {}
    for name in predictors:
        named |= _predictor_columns(series[name], name)
    keep = ~np.isnan(raw)
    for values in named.values():
        keep &= ~np.isnan(values)
    for name in groups:
        if series[name].hasnans:
            keep &= series[name].notna().to_numpy()
    left_out = int(keep.size - keep.sum())
    if left_out:
        raw, named = raw[keep], {name: values[keep] for name, values in named.items()}
        series = {name: values[keep] for name, values in series.items()}
    _refuse_infinite({outcome: raw, **named})
    if raw.size <= len(named) + 2:
        raise _refusal("model-too-few", f"{raw.size} fullständiga rader räcker inte till modellen", outcome)
    groupings = tuple(_grouping(series[name], name) for name in groups)
    for grouping in groupings:
        _refuse_groups(grouping, raw.size)
    return _scaled(outcome, raw, named, groupings, left_out)


def _scaled(
    outcome: str, raw: Floats, named: dict[str, Floats], groupings: tuple[Grouping, ...], left_out: int
) -> Design:
    columns, means, scales = [np.ones(raw.size)], [0.0], [1.0]
    for name, values in {**named, "": raw}.items():
        mean = float(values.mean())
        centred = values - mean
        scale = float(np.sqrt(centred @ centred / values.size))
        if scale <= 1e-12 * max(abs(mean), 1e-300):
            if not name:
                raise _refusal(
                    "model-no-spread",
                    "Alla värden är lika, så det finns ingen skillnad att förklara",
                    outcome,
                )
            raise _singular([name])
        columns.append(centred / scale)
        means.append(mean)
        scales.append(scale)
    names = (INTERCEPT, *named)
    design = Design(names, tuple(columns), np.array(means), np.array(scales), groupings, left_out)
    _refuse_singular(design)
    return design


def _column(frame: Frame, name: str) -> pd.Series:
    known = list(frame.columns) if isinstance(frame, pd.DataFrame) else list(frame)
    if name not in known:
        raise SkolbankError(
            "column-missing",
            f"Kolumnen {name[:40]} finns inte",
            where="uppgifterna till modellen",
            remedy=did_you_mean(name, map(str, known)),
        )
    found = frame[name]
    return found if isinstance(found, pd.Series) else pd.Series(np.asarray(found))


def _is_number(values: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values.dtype)) and not pd.api.types.is_bool_dtype(values.dtype)


def _numbers(values: pd.Series, name: str) -> Floats:
    if not (_is_number(values) or pd.api.types.is_bool_dtype(values.dtype)):
        raise _refusal("model-not-numbers", "Kolumnen innehåller annat än tal", name)
    if isinstance(values.dtype, np.dtype):
        return values.to_numpy(dtype=float)
    return values.to_numpy(dtype=float, na_value=np.nan)


def _predictor_columns(values: pd.Series, name: str) -> dict[str, Floats]:
    if _is_number(values):
        return {name: _numbers(values, name)}
    levels = values.astype("category").cat
    codes, labels = levels.codes.to_numpy(), levels.categories
    used = [place for place in range(len(labels)) if (codes == place).any()]
    if len(used) < 2:
        raise _singular([name])
    missing = np.where(codes < 0, np.nan, 0.0)
    return {f"{name}[{labels[place]}]": missing + (codes == place) for place in used[1:]}


def _grouping(values: pd.Series, name: str) -> Grouping:
    raw = values.to_numpy() if isinstance(values.dtype, np.dtype) else None
    if raw is not None and raw.dtype.kind in "iu":
        low, high = int(raw.min()), int(raw.max())
        if high - low < 4 * raw.size + 1000:
            # Whole numbers close together need no hashing: a million rows take milliseconds.
            places = raw.astype(np.int64, copy=False) - low
            present = np.bincount(places) > 0
            order = np.cumsum(present) - 1
            return Grouping(name, pd.Index(np.flatnonzero(present) + low), order[places])
    codes, labels = pd.factorize(values, sort=True)
    return Grouping(name, pd.Index(labels), codes.astype(np.int64, copy=False))


def _refuse_infinite(columns: Mapping[str, Floats]) -> None:
    for name, values in columns.items():
        if not np.isfinite(values).all():
            raise _refusal("model-not-finite", "Kolumnen innehåller ett oändligt tal", name)


def _refuse_groups(grouping: Grouping, n: int) -> None:
    if grouping.count < 2:
        raise _refusal(
            "model-one-group",
            "Det finns bara en grupp, och då går det inte att skilja grupper från elever",
            grouping.name,
            remedy="Ta med minst två grupper, eller visa medelvärdet i stället.",
        )
    if grouping.count == n:
        raise _refusal(
            "model-groups-of-one",
            "Varje grupp har bara en rad, och då går det inte att skilja grupper från elever",
            grouping.name,
            remedy="Välj en indelning där någon grupp har flera elever.",
        )


def _refuse_singular(design: Design) -> None:
    products = design.products[:-1, :-1] / design.n
    values, vectors = np.linalg.eigh(products)
    if values[0] < _SINGULAR:
        weights = np.abs(vectors[:, 0])
        involved = weights > 0.1 * weights.max()
        raise _singular([name for name, use in zip(design.names, involved, strict=True) if use])


def _singular(names: Sequence[str]) -> SkolbankError:
    listed = ", ".join(name for name in names if name != INTERCEPT)
    return _refusal(
        "model-singular",
        "Förklarande kolumner är konstanta eller säger samma sak, så deras betydelse kan inte skiljas åt",
        listed,
        remedy="Ta bort någon av dem.",
    )


def _refusal(code: str, what: str, where: str, remedy: str = "") -> SkolbankError:
    return SkolbankError(code, what, where=f"kolumnen {where}", remedy=remedy)
