"""Which cells add up to which: the units of each area, the areas of the huvudman, girls and boys (floor 5).

Both the suppressor and the attacker work on sums; this is the one statement of what sums to what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis_lib.vocabulary.classes import is_class, unit_of

ROOT = "KOMMUN"
SEXES = ("T", "F", "P")


def with_places(
    tree: Mapping[str, Mapping[str, Sequence[str]]], places: Iterable[str]
) -> dict[str, dict[str, list[str]]]:
    """The lattice with a node for every place that statements are about, published statistics' too.

    A place that adds up to nothing here (``2081:municipal``, ``RIKET:all``, a school of another huvudman) has
    no children: nobody says that its parts are all there are.

    >>> with_places({"unit": {"KOMMUN": ["1"]}}, ["1", "RIKET:all"])["unit"]
    {'KOMMUN': ['1'], 'RIKET:all': []}
    """
    unit = {name: list(children) for name, children in tree.get("unit", {}).items()}
    known, places = {*unit, *_children(unit)}, list(places)
    unit |= {place: [] for place in sorted(set(places) - known) if not is_class(place)}
    rest = {name: {at: list(to) for at, to in each.items()} for name, each in tree.items() if name != "unit"}
    return with_classes({"unit": unit, **rest}, places)


def with_classes(
    tree: Mapping[str, Mapping[str, Sequence[str]]], places: Iterable[str]
) -> dict[str, dict[str, list[str]]]:
    """The lattice where the classes that statements are about are the parts of their units.

    They are all there are of a unit in the populations where they are said; elsewhere nothing is.

    >>> with_classes({"unit": {"KOMMUN": ["1"]}}, ["1", "1/9A", "1/-"])["unit"]
    {'KOMMUN': ['1'], '1': ['1/-', '1/9A']}
    """
    unit = {name: list(children) for name, children in tree.get("unit", {}).items()}
    for place in sorted({place for place in places if is_class(place)} - _children(unit)):
        unit.setdefault(unit_of(place), []).append(place)
    return {**{name: {at: list(to) for at, to in each.items()} for name, each in tree.items()}, "unit": unit}


def _children(unit: Mapping[str, Sequence[str]]) -> set[str]:
    return {child for children in unit.values() for child in children}


@dataclass(frozen=True)
class Lattice:
    """The huvudman's own units by area; a unit without area stands directly under the huvudman."""

    areas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    units: tuple[str, ...] = ()

    @classmethod
    def of_units(cls, area_of: Mapping[str, str]) -> Lattice:
        """The lattice of units by the name of their area (empty name: no area).

        >>> Lattice.of_units({"1": "Norr", "2": "Norr", "3": ""}).as_json()["unit"]
        {'KOMMUN': ['Norr', '3'], 'Norr': ['1', '2']}
        """
        areas: dict[str, list[str]] = {}
        for unit, area in sorted(area_of.items()):
            if area:
                areas.setdefault(area, []).append(unit)
        loose = tuple(sorted(unit for unit, area in area_of.items() if not area))
        return cls({area: tuple(units) for area, units in sorted(areas.items())}, loose)

    @property
    def all_units(self) -> tuple[str, ...]:
        """Every unit, those with an area first."""
        return tuple(unit for units in self.areas.values() for unit in units) + self.units

    def with_units(self, codes: Iterable[str]) -> Lattice:
        """The same lattice where unknown unit codes stand directly under the huvudman."""
        known = set(self.all_units)
        loose = sorted({code for code in codes if code not in known})
        return Lattice(self.areas, tuple(self.units) + tuple(loose))

    def as_json(self) -> dict[str, dict[str, list[str]]]:
        """Children of every parent by dimension, the form that ``audit --lattice`` writes."""
        unit: dict[str, list[str]] = {ROOT: [*self.areas, *self.units]}
        unit |= {area: list(units) for area, units in self.areas.items()}
        return {"unit": unit, "sex": {"T": ["F", "P"]}}
