"""The attack on intervals and on shares whose n is hidden: both give back whole numbers (floor 5).

An interval is a statement too: beside a share it tells n, and a paired interval tells how many rose and fell.
Shares no code with the suppressor.
"""

from __future__ import annotations

import math

_Z = 1.959963984540054
_EDGE = 1e-6
_MOST = 400


def sizes_that_fit(
    share: float,
    decimals: int,
    *,
    interval: tuple[float, float] | None = None,
    low: int = 1,
    high: int = _MOST,
) -> list[tuple[int, int]]:
    """Every (n, k) that a shown share, and the 95 % Wilson interval beside it, can come from.

    >>> [n for n, k in sizes_that_fit(42.9, 1, high=20)]
    [7, 14]
    """
    half = 0.5 * 10.0**-decimals
    found = []
    for n in range(max(1, low), min(high, _MOST) + 1):
        for k in range(
            math.ceil((share - half) * n / 100 - _EDGE), math.floor((share + half) * n / 100 + _EDGE) + 1
        ):
            if interval is None or all(
                abs(mine - told) <= half + _EDGE for mine, told in zip(_wilson(k, n), interval, strict=True)
            ):
                found.append((n, k))
    return found


def movers_that_fit(n: int, difference: float, interval: tuple[float, float]) -> list[tuple[int, int]]:
    """How many of ``n`` followed pupils rose and fell, from the paired difference and its 95 % Wald interval.

    >>> movers_that_fit(41, 14.6, (1.9, 27.4))
    [(7, 1)]
    """
    return [
        (up, down)
        for up in range(n + 1)
        for down in range(n + 1 - up)
        if abs(100 * (up - down) / n - difference) <= 0.05 + _EDGE and _fits_pair(n, up, down, interval)
    ]


def _fits_pair(n: int, up: int, down: int, interval: tuple[float, float]) -> bool:
    share = (up - down) / n
    width = _Z * math.sqrt(max(0.0, up + down - (up - down) ** 2 / n)) / n
    ends = 100 * (share - width), 100 * (share + width)
    return all(abs(mine - told) <= 0.05 + _EDGE for mine, told in zip(ends, interval, strict=True))


def _wilson(k: int, n: int) -> tuple[float, float]:
    share, weight = k / n, _Z * _Z / n
    centre = (share + weight / 2) / (1 + weight)
    width = _Z * math.sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    return 100 * max(0.0, centre - width), 100 * min(1.0, centre + width)
