"""Round axis limits and ticks, and label places that do not collide (floor 6)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

Box = tuple[float, float, float, float]
Segment = tuple[float, float, float, float]


def round_domain(
    values: Iterable[float], *, floor: float | None = None, ceiling: float | None = None, room: float = 0.06
) -> tuple[tuple[float, float], list[float]]:
    """A domain around the values and its ticks, in steps of 1, 2, 2,5 or 5 times a power of ten.

    >>> round_domain([67.5, 95.5], ceiling=100)
    ((60, 100), [60, 70, 80, 90, 100])
    """
    known = [value for value in values if math.isfinite(value)]
    low, high = min(known), max(known)
    spread = max(high - low, abs(high) * 0.02, 1.0)
    low, high = low - room * spread, high + room * spread
    if floor is not None:
        low = max(low, floor)
    if ceiling is not None:
        high = min(high, ceiling)
    step = _step((high - low) / 3.4)
    first = math.floor(low / step + 1e-9) * step
    last = math.ceil(high / step - 1e-9) * step
    ticks = [_clean(first + step * index) for index in range(round((last - first) / step) + 1)]
    return (ticks[0], ticks[-1]), ticks


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return min((power * factor for factor in (1, 2, 5, 10)), key=lambda step: abs(math.log(step / rough)))


def _clean(value: float) -> float:
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def spread_apart(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Middle positions near the wanted ones, so that stacked labels of these heights do not overlap.

    >>> spread_apart([50, 52], [20, 20], 0, 100)
    [41.0, 61.0]
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    groups: list[list[int]] = []
    for index in order:
        groups.append([index])
        while len(groups) > 1 and _overlap(groups[-2], groups[-1], wanted, heights):
            last = groups.pop()
            groups[-1].extend(last)
    tops: dict[int, float] = {}
    end = low
    for group in groups:
        end = max(end, _top(group, wanted, heights))
        for index in group:
            tops[index] = end
            end += heights[index]
    end = high
    for index in reversed(list(tops)):
        tops[index] = min(tops[index], end - heights[index])
        end = tops[index]
    return [tops[index] + heights[index] / 2 for index in range(len(wanted))]


def _top(group: Sequence[int], wanted: Sequence[float], heights: Sequence[float]) -> float:
    middle = sum(wanted[index] for index in group) / len(group)
    return middle - sum(heights[index] for index in group) / 2


def _overlap(
    one: Sequence[int], other: Sequence[int], wanted: Sequence[float], heights: Sequence[float]
) -> bool:
    bottom = _top(one, wanted, heights) + sum(heights[index] for index in one)
    return bottom > _top(other, wanted, heights)


def clearest(boxes: Sequence[Box], segments: Sequence[Segment], taken: Sequence[Box] = ()) -> int:
    """The number of the first box (left, top, right, bottom) that the fewest lines and labels cross."""
    scores = [
        sum(crosses(box, segment) for segment in segments) + 3 * sum(overlaps(box, other) for other in taken)
        for box in boxes
    ]
    return scores.index(min(scores))


def overlaps(one: Box, other: Box) -> bool:
    """Whether two boxes share any area."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def crosses(box: Box, segment: Segment) -> bool:
    """Whether a straight line passes through a box (Liang-Barsky)."""
    x1, y1, x2, y2 = segment
    start, end = 0.0, 1.0
    for delta, near, far in ((x2 - x1, box[0] - x1, box[2] - x1), (y2 - y1, box[1] - y1, box[3] - y1)):
        if delta == 0:
            if near > 0 or far < 0:
                return False
            continue
        first, last = sorted((near / delta, far / delta))
        start, end = max(start, first), min(end, last)
    return start <= end
