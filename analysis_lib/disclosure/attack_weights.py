"""The attack by weights: means of all the parts beside the mean of the whole tell their sizes (floor 5).

The parts' means weighed by their pupils give the mean of the whole, so where few parts are all told the
hidden numbers of pupils follow nearly. Shares no code with the suppressor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from analysis_lib.disclosure.attack_cells import Known, Place
from analysis_lib.disclosure.attack_system import System

_FEW = 4
_NEED = 2
_MOST_PARTS = 12
_EDGE = 1e-6
What = tuple[str, str]


def outside_by_weights(inner: Known, outer: Known) -> Iterator[tuple[Place, float, float]]:
    """Parts of which it is too closely told how many are outside ``inner``: place, least and greatest."""
    for whole in inner.places:
        parts = [(unit, whole[1]) for unit in inner.units[whole[0]]]
        if not 2 <= len(parts) <= _MOST_PARTS or whole in parts:
            continue
        for what in inner.form:
            if inner.form[what][0] == "mean":
                yield from _weighed(inner, outer, what, whole, parts)


def _weighed(
    inner: Known, outer: Known, what: What, whole: Place, parts: list[Place]
) -> Iterator[tuple[Place, float, float]]:
    means = [_number(inner, part, what) for part in parts]
    sizes = [outer.number(part, "n") for part in parts]
    mean, every = _number(inner, whole, what), outer.number(whole, "n")
    if mean is None or every is None or None in means or None in sizes:
        return
    if sum(float(size or 0) for size in sizes) != every:
        return  # something is said of some parts only, and means weigh together only where all are told
    half = inner.rounding(what, whole)[1]
    told = inner.number(whole, "n")
    system = System()
    outside = {part: system.variable(float(size or 0)) for part, size in zip(parts, sizes, strict=True)}
    for part, size in zip(parts, sizes, strict=True):
        n = inner.number(part, "n")
        if n is not None and size is not None:
            system.know({outside[part]: 1.0}, size - n, size - n)
    together = dict.fromkeys(outside.values(), 1.0)
    # The rule is known: a hidden n beside a shown whole means that none to four are outside.
    system.know(
        together, every - told if told is not None else 0.0, every - told if told is not None else _FEW
    )
    for way in (1.0, -1.0):
        rows, end = {}, 0.0
        for part, value, size in zip(parts, means, sizes, strict=True):
            weight = way * (float(value or 0) - mean) - half - inner.rounding(what, part)[1]
            rows[outside[part]] = weight
            end += weight * float(size or 0)
        system.know(rows, end, math.inf)
    if not system.is_possible():
        return
    for part, variable in outside.items():
        if inner.number(part, "n") is not None:
            continue
        low, high = system.bounds({variable: 1.0})
        if math.floor(high + _EDGE) - math.ceil(low - _EDGE) < _NEED:
            yield part, math.ceil(low - _EDGE), math.floor(high + _EDGE)


def _number(known: Known, place: Place, what: What) -> float | None:
    said = known.statement(place, what)
    return None if said is None or isinstance(said, str) else float(said)
