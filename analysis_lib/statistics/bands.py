"""Where a value stands among others, and how far it has moved, in words that know the direction (floor 3).

A high value is good for some indicators, bad for others and neither for many (a low cost is not worse), so
the words follow the indicator's direction and never a colour or a rank. Source: rule R18 (Öppna jämförelser).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

import numpy as np

from analysis_lib.errors import SkolbankError

Direction = Literal["higher", "lower", "neutral"]
FEWEST = 8  # fewer places have no quarters worth the name
THRESHOLDS: dict[str, tuple[float, float]] = {"share": (3.0, 10.0), "points": (5.0, 20.0)}


class Band(StrEnum):
    """A quarter, a half or a quarter of the places, in the words a reader meets."""

    FAVOURABLE = "den gynnsamma fjärdedelen"
    MIDDLE = "den mellersta hälften"
    UNFAVOURABLE = "den ogynnsamma fjärdedelen"
    HIGHEST = "fjärdedelen med högst värde"
    LOWEST = "fjärdedelen med lägst värde"
    TOO_FEW = "för få att jämföra med"


class Arrow(StrEnum):
    """How far a value has moved: a sign that is always followed by its words."""

    FAR_UP = "↑"
    UP = "↗"
    SAME = "→"
    DOWN = "↘"
    FAR_DOWN = "↓"


ARROW_WORDS: dict[Arrow, str] = {
    Arrow.FAR_UP: "mycket högre",
    Arrow.UP: "högre",
    Arrow.SAME: "ungefär samma",
    Arrow.DOWN: "lägre",
    Arrow.FAR_DOWN: "mycket lägre",
}


def quartile_bands(values: Mapping[str, float | None], direction: Direction) -> dict[str, Band]:
    """The band of each place with a value: outer quarters by direction, equal values always together.

    A place belongs to an outer quarter when its value is at or beyond the quartile (linear interpolation),
    but not when the quartile equals the middle, since half of the places then have that same value. With
    fewer than eight places nobody has a band. Places without a value are not in the answer.
    """
    known = {code: float(value) for code, value in values.items() if value is not None}
    if not all(np.isfinite(value) for value in known.values()):
        raise SkolbankError("band-invalid", "Ett värde i jämförelsen är inte ett tal")
    if len(known) < FEWEST:
        return dict.fromkeys(known, Band.TOO_FEW)
    low, middle, high = (float(each) for each in np.quantile(list(known.values()), [0.25, 0.5, 0.75]))
    upper, lower = _outer(direction)

    def band(value: float) -> Band:
        if value >= high > middle:
            return upper
        return lower if value <= low < middle else Band.MIDDLE

    return {code: band(value) for code, value in known.items()}


def arrow(difference: float, *, unit: Literal["share", "points"] = "share") -> Arrow:
    """The arrow of a change: 3 and 10 percentage points, or 5 and 20 points; at the limit counts as moved.

    It says how far, not whether chance can have done it: beside it stands the word of certainty.

    >>> arrow(2.9).name, arrow(-3.0).name, arrow(20, unit="points").name
    ('SAME', 'DOWN', 'FAR_UP')
    """
    if not np.isfinite(difference):
        raise SkolbankError("band-invalid", "Skillnaden är inte ett tal")
    some, much = THRESHOLDS[unit]
    size = round(abs(difference), 9)
    if size < some:
        return Arrow.SAME
    if difference > 0:
        return Arrow.FAR_UP if size >= much else Arrow.UP
    return Arrow.FAR_DOWN if size >= much else Arrow.DOWN


def _outer(direction: Direction) -> tuple[Band, Band]:
    if direction == "neutral":
        return Band.HIGHEST, Band.LOWEST
    pair = (Band.FAVOURABLE, Band.UNFAVOURABLE)
    return pair if direction == "higher" else (pair[1], pair[0])
