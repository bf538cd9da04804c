"""What the attacker knows, read from facts and lattice: places, parts and statements (floor 5).

A population is attacked by itself; so is each subject in it, which has an n of its own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Place = tuple[str, str]
Statement = float | str
_STRENGTH = {"..": 0, "~100": 1, "~0": 1}
_WHOLE_SEX = "T"
_PUBLISHED = "-skolverket"
_EDGE = 1e-6


def is_published(pop: str) -> bool:
    """Whether a population is an authority's own statistics, repeated as they stand there.

    >>> is_published("ak9-2025-skolverket/eligible_arts"), is_published("ak9-2025")
    (True, False)
    """
    return pop.partition(" ")[0].partition("/")[0].endswith(_PUBLISHED)


@dataclass
class Known:
    """All statements about one population, and the smallest parts that its places are made of."""

    pop: str
    units: Mapping[str, tuple[str, ...]]
    has_sexes: bool
    said: dict[tuple[Place, tuple[str, str]], Statement] = field(default_factory=dict)
    form: dict[tuple[str, str], tuple[str, int, float]] = field(default_factory=dict)
    intervals: dict[tuple[Place, tuple[str, str]], tuple[float, float]] = field(default_factory=dict)
    rounded: dict[tuple[Place, tuple[str, str]], int] = field(default_factory=dict)
    decimals: dict[tuple[Place, tuple[str, str]], int] = field(default_factory=dict)
    quanta: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def places(self) -> list[Place]:
        """Every place that anything has been said about."""
        return sorted({place for place, _ in self.said})

    @property
    def leaves(self) -> list[Place]:
        """The parts that cannot be divided: a unit's girls and boys, or its pupils."""
        units = sorted({unit for parts in self.units.values() for unit in parts})
        sexes = ("F", "P") if self.has_sexes else (_WHOLE_SEX,)
        return [(unit, sex) for unit in units for sex in sexes]

    def terms(self, variables: Mapping[Place, int], place: Place) -> dict[int, float]:
        """A place as the sum of its parts."""
        unit, sex = place
        sexes = ("F", "P") if self.has_sexes and sex == _WHOLE_SEX else (sex,)
        return {variables[part, one]: 1.0 for part in self.units[unit] for one in sexes}

    def statement(self, place: Place, what: tuple[str, str]) -> Statement | None:
        return self.said.get((place, what))

    def shown(self, place: Place, what: tuple[str, str] | str) -> Statement | None:
        return self.said.get((place, _key(what)))

    def number(self, place: Place, what: str) -> float | None:
        """What is said as a plain and exact number, else None."""
        said = self.said.get((place, _key(what)))
        if (place, _key(what)) in self.rounded:
            return None
        return None if said is None or isinstance(said, str) else float(said)

    def span(self, place: Place, what: str) -> tuple[float, float] | None:
        """The least and greatest that a number which is said can be: it may be rounded to fives or tens."""
        said = self.said.get((place, _key(what)))
        if said is None or isinstance(said, str):
            return None
        half = self.rounded.get((place, _key(what)), 0) / 2
        return max(0.0, said - half), said + half

    def count(self, place: Place, what: tuple[str, str]) -> float | None:
        """The whole number behind a share or count that is said of a place, when only one fits."""
        said, n = self.statement(place, what), self.number(place, "n")
        if said is None or isinstance(said, str) or (place, what) in self.rounded:
            return None
        kind, half, scale = self.rounding(what, place)
        if kind == "count":
            return float(said)
        if n is None or kind == "mean":
            return None
        low = math.ceil((said - half) * n / scale - _EDGE)
        return float(low) if low == math.floor((said + half) * n / scale + _EDGE) else None

    def is_hidden(self, place: Place, what: str) -> bool:
        return isinstance(self.said.get((place, _key(what))), str)

    def hidden(self, what: tuple[str, str]) -> list[Place]:
        """Where a sign stands instead of a number."""
        found = [place for (place, name), said in self.said.items() if name == what and isinstance(said, str)]
        return sorted(found)

    def rounding(self, what: tuple[str, str], place: Place | None = None) -> tuple[str, float, float]:
        """Kind, half a step of the last shown decimal, and what 1 in the count is in the shown unit.

        Small places may be told with fewer decimals than large ones.
        """
        kind, usual, _ = self.form[what]
        decimals = self.decimals.get((place, what), usual) if place is not None else usual
        return kind, 0.5 * 10.0**-decimals, 100.0 if kind == "share" else 1.0

    def maximum(self, what: tuple[str, str]) -> float:
        """The most that one pupil can add."""
        kind, _, most = self.form[what]
        return most if kind == "mean" else 1.0

    def fits(self, said: float, what: tuple[str, str], n: float, place: Place) -> bool:
        """Whether a share or mean that is said of a place can be that of ``n`` pupils."""
        half, step = self.rounding(what, place)[1], self.quanta[what]
        low, high = (said - half) * n, (said + half) * n
        return not step or math.ceil(low / step - _EDGE) <= math.floor(high / step + _EDGE)

    def systems(self, nested: Mapping[str, Sequence[str]]) -> list[list[tuple[str, str]]]:
        """The results to attack together: grades of one distribution, and indicators that hold each other."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for what in sorted(key for key in self.form if key[0] != "n"):
            groups.setdefault(what[0], []).append(what)
        families = _families([name for name in groups], nested)
        return [[what for name in family for what in groups[name]] for family in families]


def populations(
    facts: Iterable[Mapping[str, Any]],
    lattice: Mapping[str, Mapping[str, Sequence[str]]],
    *,
    silent_are_empty: bool = True,
) -> list[Known]:
    """The facts by population and subject, in a fixed order.

    ``silent_are_empty``: a unit that nothing is said about has no pupils there; else it may have any number.
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    for fact in facts:
        rest = {
            name: value for name, value in fact["cell"].items() if name not in ("unit", "sex", "category")
        }
        tail = f" {json.dumps(rest, ensure_ascii=False, sort_keys=True)}" if rest else ""
        found.setdefault(f"{fact['pop']}{tail}", []).append(fact)
    tree = lattice.get("unit", {})
    return [_known(pop, found[pop], tree, silent_are_empty) for pop in sorted(found)]


def _known(
    pop: str, facts: list[Mapping[str, Any]], tree: Mapping[str, Sequence[str]], silent_are_empty: bool
) -> Known:
    named = {str(fact["cell"].get("unit", "KOMMUN")) for fact in facts}
    units = {
        name: tuple(sorted(_parts(name, tree, named if silent_are_empty else None))) for name in sorted(named)
    }
    sexes = {str(fact["cell"].get("sex", _WHOLE_SEX)) for fact in facts}
    known = Known(pop, units, bool(sexes - {_WHOLE_SEX}))
    for fact in facts:
        place = str(fact["cell"].get("unit", "KOMMUN")), str(fact["cell"].get("sex", _WHOLE_SEX))
        what = (str(fact["what"]), str(fact["cell"].get("category", "")))
        most = float(fact.get("max") or 1.0) if fact["kind"] == "mean" else 1.0
        known.form[what] = str(fact["kind"]), int(fact.get("decimals", 0)), most
        known.quanta[what] = 100.0 if fact["kind"] == "share" else float(fact.get("quantum") or 0.0)
        if _say(known, place, what, fact["shown"]):
            known.decimals[place, what] = int(fact.get("decimals", 0))
            if "interval" in fact:
                known.intervals[place, what] = float(fact["interval"][0]), float(fact["interval"][1])
            if int(fact.get("rounded", 1)) > 1:
                known.rounded[place, what] = int(fact["rounded"])
            else:
                known.rounded.pop((place, what), None)
    return known


def _say(known: Known, place: Place, what: tuple[str, str], shown: Statement) -> bool:
    """Keep the statement that tells most: what was once shown cannot be hidden. Whether it was this one."""
    before = known.said.get((place, what))
    strength = [_STRENGTH.get(said, 0) if isinstance(said, str) else 2 for said in (before or "..", shown)]
    if before is not None and strength[1] <= strength[0]:
        return False
    known.said[place, what] = shown
    return True


def _parts(name: str, tree: Mapping[str, Sequence[str]], named: set[str] | None) -> set[str]:
    """The undivided units of a place, only those that are ``named`` when that is given."""
    children = tree.get(name)
    if children is None:
        return {name}
    parts = {part for child in children for part in _parts(child, tree, named)}
    known = parts if named is None else parts & named
    return known or {name}


def _families(names: list[str], nested: Mapping[str, Sequence[str]]) -> list[list[str]]:
    families: list[set[str]] = [{name} for name in names]
    for outer, inside in nested.items():
        wanted = {outer, *inside} & set(names)
        if len(wanted) < 2:
            continue
        touching = [family for family in families if family & wanted]
        families = [family for family in families if family not in touching] + [set().union(*touching)]
    return sorted(sorted(family) for family in families)


def _key(what: tuple[str, str] | str) -> tuple[str, str]:
    return (what, "") if isinstance(what, str) else what
