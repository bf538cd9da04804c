"""The attack on editions side by side: a corrected number tells of the pupils who were corrected (floor 5).

Where two editions say different numbers of the same pupils, each edition is a world of its own, and the
difference between them is attacked too. Shares no code with the suppressor.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis_lib.disclosure.attack_cells import Known, Place
from analysis_lib.disclosure.attack_system import System

_FEW = 4
_SHIFT = 10_000.0
_EDGE = 1e-6
_LAST = 10**9
Fact = Mapping[str, Any]
Tree = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Difference:
    """A result that surely changed by few pupils between two editions."""

    pop: str
    what: str
    place: Place
    change: float
    is_exact: bool


def worlds(
    facts: Iterable[Fact],
    lattice: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    *,
    within: Mapping[str, str] | None = None,
) -> list[list[Fact]]:
    """The statements as one world, or as one for each edition where numbers differ; the newest first.

    A population and those that lie ``within`` it (names without school year) count the same pupils, so they
    are of one world. Older worlds hold only the families in which something differs. What an edition changes
    about a unit makes everything older about it, about the places around it in the lattice and about the
    populations within a thing of the past; and of all its parts where none that is told of explains it.
    """
    tree = (lattice or {}).get("unit", {})
    families: dict[str, dict[str, list[Fact]]] = {}
    for fact in facts:
        lineage = _lineage(fact, within or {})
        families.setdefault(lineage[-1], {}).setdefault(_population(fact), []).append(fact)
    newest: list[Fact] = []
    older: dict[int, list[Fact]] = {}
    for name in sorted(families):
        family = [families[name][pop] for pop in sorted(families[name])]
        if not any(_differs(group) for group in family):
            newest += [fact for group in family for fact in group]
            continue
        editions = sorted({_edition(fact) for group in family for fact in group})
        newest += _stood(family, editions[-1], tree, within or {})
        for edition in editions[:-1]:
            older.setdefault(edition, []).extend(_stood(family, edition, tree, within or {}))
    return [newest, *(older[edition] for edition in sorted(older, reverse=True))]


def differences(seen: Sequence[Sequence[Known]]) -> Iterator[Difference]:
    """Results that changed by one to four pupils from one world to the next, said or worked out."""
    for newer, before in itertools.pairwise(seen):
        now = {one.pop: one for one in newer}
        for old in before:
            if old.pop in now:
                yield from _changes(old, now[old.pop])


def _changes(old: Known, new: Known) -> Iterator[Difference]:
    for what in sorted(set(old.form) & set(new.form)):
        if what[0] == "n" or new.pop.partition(" ")[0].partition("/")[0].endswith("-skolverket"):
            continue
        if new.form[what][0] == "mean":
            yield from _changed_means(old, new, what)
        else:
            yield from _changed_counts(old, new, what)


def _changed_means(old: Known, new: Known, what: tuple[str, str]) -> Iterator[Difference]:
    """Two means of nearly the same pupils give back what the few others have."""
    for place in sorted(set(old.places) & set(new.places)):
        said = old.statement(place, what), new.statement(place, what)
        if isinstance(said[0], str) or isinstance(said[1], str) or None in said or said[0] == said[1]:
            continue
        sizes = old.number(place, "n"), new.number(place, "n")
        moved = 0.0 if None in sizes else abs(float(sizes[1] or 0) - float(sizes[0] or 0))
        if moved <= _FEW:
            yield Difference(new.pop, what[0], place, max(moved, 1.0), is_exact=False)


def _changed_counts(old: Known, new: Known, what: tuple[str, str]) -> Iterator[Difference]:
    system = System()
    leaves = sorted({*old.leaves, *new.leaves})
    parts = {leaf: system.variable(2 * _SHIFT) for leaf in leaves}
    places = sorted(set(old.places) & set(new.places))
    told: dict[Place, float] = {}
    for place in places:
        counts = old.count(place, what), new.count(place, what)
        if counts[0] is not None and counts[1] is not None:
            told[place] = counts[1] - counts[0]
            terms = new.terms(parts, place)
            system.know(terms, told[place] + _SHIFT * len(terms), told[place] + _SHIFT * len(terms))
    for place in places:
        sizes = old.number(place, "n"), new.number(place, "n")
        moved = 0.0 if None in sizes else abs(float(sizes[1] or 0) - float(sizes[0] or 0))
        change = told.get(place)
        if change is None and told and _asked(old, new, place, what):
            low, high = system.bounds(new.terms(parts, place)) if system.is_possible() else (0.0, math.inf)
            shift = _SHIFT * len(new.terms(parts, place))
            change = low - shift if high - low < _EDGE else None
        if change is not None and 0 < max(abs(change), moved) <= _FEW:
            yield Difference(new.pop, " ".join(filter(None, what)), place, change, is_exact=True)


def _asked(old: Known, new: Known, place: Place, what: tuple[str, str]) -> bool:
    return old.statement(place, what) is not None and new.statement(place, what) is not None


def _stood(
    family: Sequence[Sequence[Fact]], edition: int, tree: Tree, within: Mapping[str, str]
) -> list[Fact]:
    """What stood in an edition about populations within each other."""
    changed: dict[str, list[dict[str, int]]] = {}
    for group in family:
        own = _lineage(group[0], within)[0]
        changed.setdefault(own, []).append(_changed_since(group, edition, tree))
    found: list[Fact] = []
    for group in family:
        past = [each for pop in _lineage(group[0], within) for each in changed.get(pop, ())]
        places = {place for each in past for place in each}
        since = {place: max(each.get(place, 0) for each in past) for place in places}
        found += _as_of(group, edition, since)
    return found


def _as_of(group: Sequence[Fact], edition: int, since: Mapping[str, int]) -> list[Fact]:
    """What stood in an edition: of each number the newest statement, unless its place has changed since."""
    newest: dict[str, int] = {}
    for fact in group:
        if _edition(fact) <= edition:
            key = _about(fact)
            newest[key] = max(newest.get(key, 0), _edition(fact))
    stood = [fact for fact in group if newest.get(_about(fact)) == _edition(fact)]
    return [fact for fact in stood if _edition(fact) >= since.get(str(fact["cell"].get("unit", "")), 0)]


def _changed_since(group: Sequence[Fact], edition: int, tree: Tree) -> dict[str, int]:
    """The last edition, up to one, in which a number about each place became another."""
    said: dict[str, Any] = {}
    since: dict[str, int] = {}
    moved: dict[int, dict[str, float]] = {}
    for fact in sorted((one for one in group if _edition(one) <= edition), key=_edition):
        if isinstance(fact["shown"], str):
            continue
        change = fact["shown"] - said.setdefault(_about(fact), fact["shown"])
        if change:
            unit = str(fact["cell"].get("unit", ""))
            is_size = fact["what"] == "n" and "sex" not in fact["cell"]
            pupils = moved.setdefault(_edition(fact), {})
            pupils[unit] = pupils.get(unit, 0.0) + (change if is_size else 0.0)
            since |= dict.fromkeys({unit, *_around(unit, tree)}, _edition(fact))
        said[_about(fact)] = fact["shown"]
    for when, pupils in sorted(moved.items()):
        since |= {part: max(since.get(part, 0), when) for part in _in_doubt(pupils, tree)}
    return since


def _in_doubt(moved: Mapping[str, float], tree: Tree) -> set[str]:
    """Parts of places that changed in an edition without any part that is told of to explain it."""
    found: set[str] = set()
    for place, pupils in moved.items():
        parts = _within(place, tree)
        told = [part for part in parts if part in moved]
        if parts and (not told or _pupils_of(place, moved, tree) != pupils):
            found |= parts
    return found


def _pupils_of(place: str, moved: Mapping[str, float], tree: Tree) -> float:
    """By how many pupils the nearest parts that are told of changed together."""
    parts = tree.get(place, ())
    return sum(moved[part] if part in moved else _pupils_of(part, moved, tree) for part in parts)


def _within(place: str, tree: Tree) -> set[str]:
    """The parts of a place, near and far."""
    children = set(tree.get(place, ()))
    return children.union(*(_within(child, tree) for child in children))


def _around(place: str, tree: Tree) -> set[str]:
    """The places around a place, near and far."""
    parents = {parent for parent, children in tree.items() if place in children}
    return parents.union(*(_around(parent, tree) for parent in parents))


def _differs(group: Sequence[Fact]) -> bool:
    numbers: dict[str, Any] = {}
    for fact in group:
        if (
            not isinstance(fact["shown"], str)
            and numbers.setdefault(_about(fact), fact["shown"]) != fact["shown"]
        ):
            return True
    return False


def _edition(fact: Fact) -> int:
    return int(fact.get("edition", _LAST))


def _about(fact: Fact) -> str:
    return json.dumps([fact["pop"], fact["cell"], fact["what"]], sort_keys=True)


def _population(fact: Fact) -> str:
    rest = {name: value for name, value in fact["cell"].items() if name not in ("unit", "sex", "category")}
    return f"{fact['pop']} {json.dumps(rest, ensure_ascii=False, sort_keys=True)}"


def _lineage(fact: Fact, within: Mapping[str, str]) -> list[str]:
    """The fact's population of pupils and those around it, the widest last, with year and subject.

    A published figure (``-skolverket``) stands alone: its authority may have counted on another day.
    """
    pop, _, rest = _population(fact).partition(" ")
    name, _, year = pop.partition("/")[0].partition("-")
    if year.endswith("-skolverket"):
        return [f"{pop} {rest}"]
    names = [name]
    while (wider := within.get(names[-1], "")) and wider not in names:
        names.append(wider)
    return [f"{each}-{year} {rest}" for each in names]
