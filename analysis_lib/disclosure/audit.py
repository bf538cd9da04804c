"""The attacker: everything ever said, put together, and what of the hidden can be worked out (floor 5).

Reads facts and lattice only, as any outsider could, and shares no code with the suppressor. For every hidden
number it finds the least and greatest possible value; too tight is a finding, told as the subtraction that
reveals it. Specification: docs/METHOD.md, "Röjandekontroll".
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from analysis_lib.disclosure.attack_cells import Known, Place, populations
from analysis_lib.disclosure.attack_editions import Difference, differences, worlds
from analysis_lib.disclosure.attack_intervals import sizes_that_fit
from analysis_lib.disclosure.attack_memory import CleanMemory, key_of
from analysis_lib.disclosure.attack_pairs import few_outside, outside_by_values, pairs, small_outside
from analysis_lib.disclosure.attack_system import System

_EDGE = 1e-6
_TAIL = 4
_MOST_REASONS = 8
_MOST_SIZE = 400
_SEX_NAMES = {"T": "alla", "F": "flickor", "P": "pojkar"}


@dataclass(frozen=True)
class Finding:
    """A hidden number that can be worked out, exactly or too closely."""

    kind: Literal["exact", "narrow", "group", "contradiction"]
    pop: str
    what: str
    unit: str
    sex: str
    low: float
    high: float
    message: str


@dataclass(frozen=True)
class AuditReport:
    """What the attacker found; ``cells`` is the number of hidden numbers attacked."""

    findings: tuple[Finding, ...]
    cells: int
    seconds: float
    solves: int = 0

    @property
    def is_clean(self) -> bool:
        return not self.findings


def audit(
    facts: Iterable[Mapping[str, Any]],
    lattice: Mapping[str, Mapping[str, Sequence[str]]],
    *,
    nested: Mapping[str, Sequence[str]] | None = None,
    within: Mapping[str, str] | None = None,
    same: Mapping[str, str] | None = None,
    threshold: int = 10,
    memory: CleanMemory | None = None,
) -> AuditReport:
    """Attack everything that the facts say.

    ``facts`` and ``lattice`` have the form of ``skolbank audit --facts --lattice``; ``nested`` names, for an
    indicator, those whose pupils always count in it too; ``within`` names, for a population (without school
    year), the one that holds all its pupils; ``same`` names, for a result of such a part, the same result of
    the whole; ``threshold`` is the size from which a group may be shown. What ``memory`` holds as clean is
    not tried again.
    Findings come in a fixed order. Statements of earlier editions have ``edition`` (1, 2, …).
    """
    started = time.perf_counter()
    seen = worlds(facts)
    kept = memory or CleanMemory()
    attacks = [_attack(world, lattice, nested or {}, threshold, kept) for world in seen]
    findings = [finding for each in attacks for finding in each.findings]
    for inner, outer in pairs(populations(seen[0], lattice), within or {}):
        findings += [_outside(inner, outer, *found) for found in few_outside(inner, outer)]
        by_value = outside_by_values(inner, outer)
        findings += [
            _outside(inner, outer, *found, how="värdet, som passar till få antal") for found in by_value
        ]
        for what in (same or {}).items():
            findings += [
                _left_out(inner, what, *found) for found in small_outside(inner, outer, what, threshold)
            ]
    findings += [_between(found) for found in differences(seen, lattice)]
    unique = {(one.pop, one.what, one.unit, one.sex, one.kind): one for one in reversed(findings)}
    told = tuple(unique[key] for key in sorted(unique))
    cells, solves = sum(each.cells for each in attacks), sum(each.solves for each in attacks)
    kept.save()
    return AuditReport(told, cells, time.perf_counter() - started, solves)


@dataclass
class _Told:
    """What the attack on one world came to."""

    findings: list[Finding] = field(default_factory=list)
    cells: int = 0
    solves: int = 0


def _attack(
    facts: Sequence[Mapping[str, Any]],
    lattice: Mapping[str, Mapping[str, Sequence[str]]],
    nested: Mapping[str, Sequence[str]],
    threshold: int,
    memory: CleanMemory,
) -> _Told:
    """Every population attacked by itself."""
    told = _Told()
    tightest = populations(facts, lattice)
    loosest = populations(facts, lattice, silent_are_empty=False)
    for tight, loose in zip(tightest, loosest, strict=True):
        attack = _Attack(tight, nested, threshold, memory)
        found = attack.run()
        if any(one.kind == "contradiction" for one in found):  # a silent unit has pupils after all
            attack = _Attack(loose, nested, threshold, memory)
            found = attack.run()
        told.findings += found
        told.cells += attack.cells
        told.solves += attack.solves
    return told


def _between(found: Difference) -> Finding:
    unit, sex = found.place
    how = f"med {abs(found.change):g} elever" if found.is_exact else "så att få elever kan ha ändrats"
    message = (
        f"{found.pop}: {found.what} för {unit}, {_SEX_NAMES.get(sex, sex)}, skiljer {how} "
        "mellan två utgåvor. Det följer av: den nya utgåvans tal − den tidigare utgåvans tal"
    )
    kind: Literal["exact", "narrow"] = "exact" if found.is_exact else "narrow"
    return Finding(kind, found.pop, found.what, unit, sex, found.change, found.change, message)


def _outside(
    inner: Known,
    outer: Known,
    place: Place,
    low: float,
    high: float,
    *,
    how: str = "antalen i de två populationerna",
) -> Finding:
    many = f"{low:g}" if low == high else f"{low:g}–{high:g}"
    message = (
        f"{inner.pop}: {many} elever i {outer.pop} för {place[0]}, {_SEX_NAMES.get(place[1], place[1])}, "
        f"räknas inte där. Det följer av: {how}"
    )
    return Finding("exact" if low == high else "narrow", inner.pop, "n", *place, low, high, message)


def _left_out(
    inner: Known, what: tuple[str, str], place: Place, size: float, low: float, high: float
) -> Finding:
    many = f"{low:g}" if low == high else f"{low:g}–{high:g}"
    message = (
        f"{inner.pop}: av de {size:g} elever för {place[0]}, {_SEX_NAMES.get(place[1], place[1])}, som inte "
        f"räknas där har {many} nått målet. "
        f"Det följer av: + {what[1]} för alla; − {what[0]} för dem som räknas"
    )
    return Finding("exact" if low == high else "narrow", inner.pop, what[0], *place, low, high, message)


def needed_width(n: float) -> float:
    """How wide the interval of a hidden count among ``n`` pupils must be.

    >>> [needed_width(n) for n in (1, 3, 6, 9)]
    [1, 2, 3, 4]
    """
    return min(n, max(2, min(4, math.ceil(n / 2))))


class _Attack:
    """The attack on one population (of pupils, or of pupils in one subject)."""

    def __init__(
        self, known: Known, nested: Mapping[str, Sequence[str]], threshold: int, memory: CleanMemory
    ) -> None:
        self.known = known
        self.memory = memory
        self.nested = nested
        self.threshold = threshold
        self.cells = 0
        self.solves = 0
        self.sizes: dict[Place, tuple[float, float]] = {}

    def run(self) -> list[Finding]:
        findings = self._attack_sizes()
        for group in self.known.systems(self.nested):
            key = key_of(self.known, group, self.nested, self.threshold)
            before, at = self.memory.cells(key), self.cells
            if before is not None:
                self.cells += before
                continue
            found = self._attack_results(group)
            findings += found
            if not found:
                self.memory.keep(key, self.cells - at)
        return findings

    def _attack_sizes(self) -> list[Finding]:
        system = System()
        parts = self._size_variables(system)
        if not system.is_possible():
            return [self._contradiction("n")]
        findings = []
        for place in self.known.places:
            terms = self.known.terms(parts, place)
            shown = self.known.number(place, "n")
            if shown is not None:
                self.sizes[place] = shown, shown
                continue
            self.cells += self.known.is_hidden(place, "n")
            seen = system.seen(terms)
            if seen[1] >= self.threshold - 1 + _EDGE and seen[0] < seen[1] - needed_width(self.threshold - 1):
                self.sizes[place] = 0.0, math.inf
                continue
            low, high = _whole(system.bounds(terms))
            self.sizes[place] = low, high
            is_exact = low == high and high < self.threshold
            if (is_exact or high < self.threshold - 1) and self.known.is_hidden(place, "n"):
                kind: Literal["exact", "narrow"] = "exact" if is_exact else "narrow"
                findings.append(self._finding(kind, "n", place, (low, high), system.reasons(terms)))
        self.solves += system.solves
        return findings

    def _size_variables(self, system: System) -> dict[Place, int]:
        parts = {place: system.variable() for place in self.known.leaves}
        for place in self.known.places:
            told = self.known.span(place, "n")
            if told is not None:
                system.know(self.known.terms(parts, place), *told, self._says(place, "n"))
        return parts

    def _attack_results(self, group: Sequence[tuple[str, str]]) -> list[Finding]:
        """Attack one indicator's results, nested ones together, or all grades of a distribution."""
        system = System()
        sizes = self._size_variables(system)
        parts = {(what, leaf): system.variable() for what in group for leaf in self.known.leaves}
        for what in group:
            self._know_results(system, sizes, {leaf: parts[what, leaf] for leaf in self.known.leaves}, what)
        self._know_bonds(system, sizes, parts, group)
        hidden = [(what, place) for what in group for place in self.known.hidden(what)]
        self.cells += len(hidden)
        findings = [finding for what in group for finding in self._attack_shares(what)]
        if not hidden:
            return findings
        if not system.is_possible():
            return [*findings, self._contradiction(group[0][0])]
        for what, place in hidden:
            mine = {leaf: parts[what, leaf] for leaf in self.known.leaves}
            finding = self._judge(system, sizes, mine, what, place)
            if finding is not None:
                findings.append(finding)
        self.solves += system.solves
        return findings

    def _attack_shares(self, what: tuple[str, str]) -> list[Finding]:
        """Shares beside a hidden n: how many pupils they, and the intervals beside them, can be of."""
        findings: list[Finding] = []
        for place in self.known.places if self.known.rounding(what)[0] == "share" else ():
            said = self.known.statement(place, what)
            if said is None or isinstance(said, str) or self.known.number(place, "n") is not None:
                continue
            low, high = self.sizes.get(place, (0.0, math.inf))
            interval = self.known.intervals.get((place, what))
            bounds = {"low": int(low), "high": int(min(high, _MOST_SIZE))}
            decimals = self.known.form[what][1]
            sizes = sorted({n for n, _ in sizes_that_fit(said, decimals, interval=interval, **bounds)})
            told = [(1, self._says(place, what))]
            is_one = len(sizes) == 1 and self.known.is_hidden(place, "n") and interval is not None
            if sizes and (sizes[-1] < self.threshold or is_one):
                kind: Literal["exact", "narrow"] = "exact" if len(sizes) == 1 else "narrow"
                findings.append(self._finding(kind, "n", place, (sizes[0], sizes[-1]), told))
        return findings

    def _know_results(
        self, system: System, sizes: Mapping[Place, int], parts: Mapping[Place, int], what: tuple[str, str]
    ) -> None:
        most = self.known.maximum(what)
        for leaf in self.known.leaves:
            system.know({parts[leaf]: 1.0, sizes[leaf]: -most}, -math.inf, 0.0)
        for place in self.known.places:
            statement = self.known.statement(place, what)
            if statement is None:
                continue
            terms, size = self.known.terms(parts, place), self.known.terms(sizes, place)
            says = self._says(place, what)
            if statement == "~100":
                system.know(_plus(size, terms, -1.0), 0.0, _TAIL, says)
            elif statement == "~0":
                system.know(terms, 0.0, _TAIL, says)
            elif not isinstance(statement, str):
                self._know_number(system, (terms, size), (place, what), float(statement))

    def _know_number(
        self,
        system: System,
        of: tuple[Mapping[int, float], Mapping[int, float]],
        at: tuple[Place, tuple[str, str]],
        shown: float,
    ) -> None:
        terms, size = of
        place, what = at
        says = self._says(place, what)
        kind, half, scale = self.known.rounding(what)
        n = self.sizes.get(place, (0.0, math.inf))
        if kind == "count":
            loose = self.known.rounded.get(at, 0) / 2
            system.know(terms, shown - loose, shown + loose, says)
        elif n[0] == n[1]:
            low, high = (shown - half) * n[0] / scale, (shown + half) * n[0] / scale
            if kind == "share":
                low, high = math.ceil(low - _EDGE), math.floor(high + _EDGE)
            system.know(terms, low, high, says)
        else:
            system.know(_plus(terms, size, -(shown - half) / scale), 0.0, math.inf, says)
            system.know(_plus(terms, size, -(shown + half) / scale), -math.inf, 0.0, says)

    def _know_bonds(
        self,
        system: System,
        sizes: Mapping[Place, int],
        parts: Mapping[tuple[tuple[str, str], Place], int],
        group: Sequence[tuple[str, str]],
    ) -> None:
        """Grades sum to n; a nested indicator is at most the one that holds it."""
        for leaf in self.known.leaves:
            if len(group) > 1 and group[0][1]:
                system.know({parts[what, leaf]: 1.0 for what in group} | {sizes[leaf]: -1.0}, 0.0, 0.0)
                continue
            for outer in group:
                for inner in group:
                    if inner[0] in self.nested.get(outer[0], ()):
                        system.know({parts[inner, leaf]: 1.0, parts[outer, leaf]: -1.0}, -math.inf, 0.0)

    def _judge(
        self,
        system: System,
        sizes: Mapping[Place, int],
        parts: Mapping[Place, int],
        what: tuple[str, str],
        place: Place,
    ) -> Finding | None:
        terms = self.known.terms(parts, place)
        n_low, n_high = self.sizes.get(place, (0.0, math.inf))
        most = self.known.maximum(what)
        is_mean = self.known.rounding(what)[0] == "mean"
        is_small = n_low < self.threshold
        need = needed_width(min(n_high, self.threshold - 1)) * most if is_small else 0.0
        is_tail = self.known.statement(place, what) in ("~100", "~0")
        if is_tail and not is_mean:
            need = max(need, min(n_high, float(_TAIL)))
        if what[1]:
            need = min(need, 1.0)
        seen = system.seen(terms)
        if seen[1] - seen[0] >= max(need, 1.0 if not is_mean else most) and seen[1] > _EDGE:
            if is_mean or what[1] or not is_small:
                return None
            return self._group(system, (terms, self.known.terms(sizes, place)), (what, place), seen)
        low, high = system.bounds(terms)
        if not is_mean:
            low, high = _whole((low, high))
        if low >= high - _EDGE and n_high > 0 and (is_small or is_tail):
            return self._finding("exact", what, place, (low, high), system.reasons(terms))
        if high - low < need - _EDGE:
            return self._finding("narrow", what, place, (low, high), system.reasons(terms))
        if is_small and n_high > 0 and not is_mean and not what[1]:
            return self._group(system, (terms, self.known.terms(sizes, place)), (what, place), (low, high))
        return None

    def _group(
        self,
        system: System,
        of: tuple[Mapping[int, float], Mapping[int, float]],
        at: tuple[tuple[str, str], Place],
        bounds: tuple[float, float],
    ) -> Finding | None:
        """A small group of which surely all reached it, or surely none did."""
        terms, size = of
        missed = _plus(size, terms, -1.0)
        if bounds[1] <= _EDGE:
            return self._finding("group", *at, bounds, system.reasons(terms))
        if system.seen(missed)[1] <= _EDGE and system.bounds(missed)[1] <= _EDGE:
            return self._finding("group", *at, bounds, system.reasons(missed))
        return None

    def _finding(
        self,
        kind: Literal["exact", "narrow", "group"],
        what: tuple[str, str] | str,
        place: Place,
        bounds: tuple[float, float],
        reasons: Sequence[tuple[int, str]],
    ) -> Finding:
        name = what if isinstance(what, str) else " ".join(part for part in what if part)
        low, high = bounds
        size = f"måste vara {low:g}" if kind == "exact" else f"måste ligga mellan {low:g} och {high:g}"
        steps = [f"{'+' if sign > 0 else '−'} {says}" for sign, says in reasons[:_MOST_REASONS]]
        more = " …" if len(reasons) > _MOST_REASONS else ""
        who = _SEX_NAMES.get(place[1], place[1])
        message = (
            f"{self.known.pop}: {name} för {place[0]}, {who}, är dolt men {size}. "
            f"Det följer av: {'; '.join(steps) or 'gränserna i sig'}{more}"
        )
        return Finding(kind, self.known.pop, name, place[0], place[1], low, high, message)

    def _contradiction(self, what: str) -> Finding:
        message = f"{self.known.pop}: uppgifterna om {what} säger emot varandra, så de kan inte prövas"
        return Finding("contradiction", self.known.pop, what, "", "", 0.0, 0.0, message)

    def _says(self, place: Place, what: tuple[str, str] | str) -> str:
        name = what if isinstance(what, str) else " ".join(part for part in what if part)
        shown = self.known.shown(place, what)
        return f"{name} {place[0]} {_SEX_NAMES.get(place[1], place[1])} = {shown}"


def _whole(bounds: tuple[float, float]) -> tuple[float, float]:
    low, high = bounds
    return (
        math.ceil(low - _EDGE) if math.isfinite(low) else low,
        math.floor(high + _EDGE) if math.isfinite(high) else high,
    )


def _plus(first: Mapping[int, float], second: Mapping[int, float], factor: float) -> dict[int, float]:
    total = dict(first)
    for i, value in second.items():
        total[i] = total.get(i, 0.0) + factor * value
    return total
