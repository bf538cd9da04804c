"""The attack on two sizes side by side: a group within another tells how many are outside it (floor 5).

Shares no code with the suppressor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from analysis_lib.disclosure.attack_cells import Known, Place
from analysis_lib.disclosure.attack_system import System

_FEW = 4


def pairs(known: Sequence[Known], within: Mapping[str, str]) -> Iterator[tuple[Known, Known]]:
    """Each population with the one around it; ``within`` names them without school year.

    Published statistics (``-skolverket``) stand as their authority gave them, with one n for both.
    """
    by_pop = {one.pop: one for one in known}
    for inner in known:
        pop, _, rest = inner.pop.partition(" ")
        name, _, year = pop.partition("/")[0].partition("-")
        tail = f" {rest}" if rest else ""
        if year.endswith("-skolverket"):
            continue
        around = f"{within.get(name, '')}-{year}{tail}"
        if around in by_pop and by_pop[around] is not inner:
            yield inner, by_pop[around]


def few_outside(inner: Known, outer: Known) -> Iterator[tuple[Place, float, float]]:
    """Places where one to four pupils, or none, are surely outside, and how many: too closely told."""
    system = System()
    leaves = outer.leaves
    parts = {leaf: system.variable(outer.number(leaf, "n") or float("inf")) for leaf in leaves}
    sizes = {place: outer.number(place, "n") for place in outer.places}
    for place, size in sizes.items():
        inside = inner.number(place, "n") if place in inner.places else None
        if size is not None and inside is not None:
            system.know(outer.terms(parts, place), size - inside, size - inside)
    if not system.is_possible():
        return
    for place, size in sizes.items():
        if size is None or place not in inner.places:
            continue
        terms = outer.terms(parts, place)
        seen = system.seen(terms)
        if seen[1] > _FEW or seen[1] - seen[0] >= min(_FEW, size):
            continue
        low, high = system.bounds(terms)
        if high <= _FEW and high - low < min(_FEW, size) - 1e-6:
            yield place, low, high


def outside_by_values(inner: Known, outer: Known) -> Iterator[tuple[Place, float, float]]:
    """Places whose own n is hidden since few are outside, but whose value fits too few of these numbers.

    The rule is known: a hidden n beside a shown whole means that none to four are outside.
    """
    for place in outer.places:
        size = outer.number(place, "n")
        if not size or inner.number(place, "n") is not None:
            continue
        most = int(min(_FEW, size - 1))
        for what in inner.form:
            said = inner.statement(place, what)
            if inner.form[what][0] == "count" or said is None or isinstance(said, str):
                continue
            fit = [left for left in range(most + 1) if inner.fits(said, what, size - left, place)]
            if fit and fit[-1] - fit[0] < most:
                yield place, fit[0], fit[-1]


def small_outside(
    inner: Known, outer: Known, whats: tuple[str, str], threshold: int
) -> Iterator[tuple[Place, float, float, float]]:
    """Small groups outside ``inner`` whose result follows from the two: place, their number, least and most.

    ``whats`` name the same count in ``inner`` and in ``outer``.
    """
    system = System()
    parts = {leaf: system.variable() for leaf in outer.leaves}
    places = [place for place in outer.places if place in inner.places]
    sizes: dict[Place, float] = {}
    for place in places:
        n, part = outer.number(place, "n"), inner.number(place, "n")
        counts = [known.count(place, (what, "")) for known, what in ((outer, whats[1]), (inner, whats[0]))]
        if n is not None and part is not None:
            sizes[place] = n - part
            system.know(outer.terms(parts, place), 0.0, n - part)
        if counts[0] is not None and counts[1] is not None:
            system.know(outer.terms(parts, place), counts[0] - counts[1], counts[0] - counts[1])
    if not system.is_possible():
        return
    for place, size in sizes.items():
        need = min(size, max(2.0, min(float(_FEW), math.ceil(size / 2))))
        terms = outer.terms(parts, place)
        seen = system.seen(terms)
        if not 0 < size < threshold or seen[1] - seen[0] >= need:
            continue
        low, high = (float(round(end)) for end in system.bounds(terms))
        if high - low < need:
            yield place, size, low, high
