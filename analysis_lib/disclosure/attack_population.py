"""The attack on one population: bounds on every hidden size and result, by linear programmes (floor 5).

Sizes first, then the results of one indicator, nested ones together; a hidden number too closely bound is a
finding. Shares no code with the suppressor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from analysis_lib.disclosure.attack_cells import Known, Place
from analysis_lib.disclosure.attack_intervals import sizes_that_fit
from analysis_lib.disclosure.attack_memory import CleanMemory, key_of
from analysis_lib.disclosure.attack_system import System, plus
from analysis_lib.disclosure.attack_words import SEX_NAMES, Finding

EDGE = 1e-6
_TAIL = 4
_MOST_REASONS = 8
_MOST_SIZE = 400


def needed_width(n: float) -> float:
    """How wide the interval of a hidden count among ``n`` pupils must be.

    >>> [needed_width(n) for n in (1, 3, 6, 9)]
    [1, 2, 3, 4]
    """
    return min(n, max(2, min(4, math.ceil(n / 2))))


class Attack:
    """The attack on one population (of pupils, or of pupils in one subject); ``around`` holds all of them."""

    def __init__(
        self,
        known: Known,
        nested: Mapping[str, Sequence[str]],
        threshold: int,
        memory: CleanMemory,
        around: Known | None = None,
    ) -> None:
        self.known = known
        self.around = around
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
            if seen[1] >= self.threshold - 1 + EDGE and seen[0] < seen[1] - needed_width(self.threshold - 1):
                self.sizes[place] = 0.0, math.inf
                continue
            low, high = _whole(system.bounds(terms))
            self.sizes[place] = low, high
            is_exact = low == high and high < self.threshold
            if (is_exact or high < self._most_small(place)) and self.known.is_hidden(place, "n"):
                kind: Literal["exact", "narrow"] = "exact" if is_exact else "narrow"
                findings.append(self._finding(kind, "n", place, (low, high), system.reasons(terms)))
        self.solves += system.solves
        return findings

    def _most_small(self, place: Place) -> float:
        """The largest small group that a hidden size may be: no larger than the group around it."""
        size = self.around.number(place, "n") if self.around else None
        return self.threshold - 1 if size is None else min(self.threshold - 1, size)

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
            decimals = self.known.decimals[place, what]
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
                system.know(plus(size, terms, -1.0), 0.0, _TAIL, says)
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
        kind, half, scale = self.known.rounding(what, place)
        n = self.sizes.get(place, (0.0, math.inf))
        if kind == "count":
            loose = self.known.rounded.get(at, 0) / 2
            system.know(terms, shown - loose, shown + loose, says)
        elif n[0] == n[1]:
            low, high = (shown - half) * n[0] / scale, (shown + half) * n[0] / scale
            if kind == "share":
                low, high = math.ceil(low - EDGE), math.floor(high + EDGE)
            system.know(terms, low, high, says)
        else:
            system.know(plus(terms, size, -(shown - half) / scale), 0.0, math.inf, says)
            system.know(plus(terms, size, -(shown + half) / scale), -math.inf, 0.0, says)

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
        if seen[1] - seen[0] >= max(need, 1.0 if not is_mean else most) and seen[1] > EDGE:
            if is_mean or what[1] or not is_small:
                return None
            return self._group(system, (terms, self.known.terms(sizes, place)), (what, place), seen)
        low, high = system.bounds(terms)
        if not is_mean:
            low, high = _whole((low, high))
        if low >= high - EDGE and n_high > 0 and (is_small or is_tail):
            return self._finding("exact", what, place, (low, high), system.reasons(terms))
        if high - low < need - EDGE:
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
        missed = plus(size, terms, -1.0)
        if bounds[1] <= EDGE:
            return self._finding("group", *at, bounds, system.reasons(terms))
        if system.seen(missed)[1] <= EDGE and system.bounds(missed)[1] <= EDGE:
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
        name, (low, high) = _name(what), bounds
        size = f"måste vara {low:g}" if kind == "exact" else f"måste ligga mellan {low:g} och {high:g}"
        steps = [f"{'+' if sign > 0 else '−'} {says}" for sign, says in reasons[:_MOST_REASONS]]
        more = " …" if len(reasons) > _MOST_REASONS else ""
        who = SEX_NAMES.get(place[1], place[1])
        message = (
            f"{self.known.pop}: {name} för {place[0]}, {who}, är dolt men {size}. "
            f"Det följer av: {'; '.join(steps) or 'gränserna i sig'}{more}"
        )
        return Finding(kind, self.known.pop, name, place[0], place[1], low, high, message)

    def _contradiction(self, what: str) -> Finding:
        message = f"{self.known.pop}: uppgifterna om {what} säger emot varandra, så de kan inte prövas"
        return Finding("contradiction", self.known.pop, what, "", "", 0.0, 0.0, message)

    def _says(self, place: Place, what: tuple[str, str] | str) -> str:
        shown = self.known.shown(place, what)
        return f"{_name(what)} {place[0]} {SEX_NAMES.get(place[1], place[1])} = {shown}"


def _name(what: tuple[str, str] | str) -> str:
    return what if isinstance(what, str) else " ".join(filter(None, what))


def _whole(bounds: tuple[float, float]) -> tuple[float, float]:
    low, high = bounds
    return (
        math.ceil(low - EDGE) if math.isfinite(low) else low,
        math.floor(high + EDGE) if math.isfinite(high) else high,
    )
