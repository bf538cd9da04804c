"""Differences between two measurements of the same pupils, with intervals that use the pairing (floor 3)."""

from __future__ import annotations

import numpy as np

from analysis_lib.statistics.intervals import Z95, Floats, Numbers

_HALVINGS = 60


def paired_difference(up: Numbers, down: Numbers, n: Numbers) -> tuple[Floats, Floats, Floats]:
    """The share that went up minus the share that went down among ``n`` pairs (-1 to 1), with 95 % bounds.

    For a share measured twice ``up`` are those who reached it only the second time. NaN where ``n`` is 0.
    The bounds invert the score test, so they hold for small groups and when nobody moved. Source: Tango
    (1998), Statistics in Medicine 17.

    >>> difference, low, high = paired_difference(12, 2, 50)
    >>> f"{difference:.2f} {low:.3f} {high:.3f}"
    '0.20 0.061 0.345'
    """
    risen, fallen, size = np.broadcast_arrays(*(np.asarray(each, dtype=float) for each in (up, down, n)))
    size = np.where(size > 0, size, np.nan)
    difference = (risen - fallen) / size
    low = _bound(risen, fallen, size, difference, towards=-1.0)
    high = _bound(risen, fallen, size, difference, towards=1.0)
    return difference, low, high


def _bound(risen: Floats, fallen: Floats, size: Floats, difference: Floats, *, towards: float) -> Floats:
    inside, outside = difference.copy(), np.full_like(difference, towards)
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        near = np.abs(_score(risen, fallen, size, middle)) <= Z95
        inside, outside = np.where(near, middle, inside), np.where(near, outside, middle)
    bound: Floats = np.where(np.isnan(size), np.nan, outside)
    return bound


def _score(risen: Floats, fallen: Floats, size: Floats, delta: Floats) -> Floats:
    """The score statistic of a true difference ``delta``."""
    b = -risen - fallen + (2 * size - risen + fallen) * delta
    c = -fallen * delta * (1 - delta)
    q = (np.sqrt(np.maximum(b * b - 8 * size * c, 0)) - b) / (4 * size)
    variance = np.maximum(size * (2 * q + delta * (1 - delta)), 1e-300)
    return np.asarray((risen - fallen - size * delta) / np.sqrt(variance))
