"""The attacker: everything ever said, put together, and what of the hidden can be worked out (floor 5).

Reads facts and lattice only, as any outsider could, and shares no code with the suppressor. For every hidden
number it finds the least and greatest possible value; too tight is a finding, told as the subtraction that
reveals it. Specification: docs/METHOD.md, "Röjandekontroll".
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis_lib.disclosure.attack_cells import Known, is_published, populations
from analysis_lib.disclosure.attack_definitions import by_definition
from analysis_lib.disclosure.attack_editions import differences, worlds
from analysis_lib.disclosure.attack_memory import CleanMemory
from analysis_lib.disclosure.attack_pairs import few_outside, outside_by_values, pairs, small_outside
from analysis_lib.disclosure.attack_population import Attack
from analysis_lib.disclosure.attack_weights import outside_by_weights
from analysis_lib.disclosure.attack_words import Finding, between, left_out, outside


@dataclass(frozen=True)
class AuditReport:
    """What the attacker found; ``cells`` is the number of hidden numbers attacked.

    ``apart`` are the populations that releases by different definitions tell differently of: each release's
    statements about them were attacked by themselves.
    """

    findings: tuple[Finding, ...]
    cells: int
    seconds: float
    solves: int = 0
    apart: tuple[str, ...] = ()

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
    Findings come in a fixed order. Statements of earlier editions have ``edition`` (1, 2, …) and, when they
    say so, ``definitions``: the hash of those they were made by.
    """
    started = time.perf_counter()
    seen = worlds(facts, lattice, within=within)
    kept = memory or CleanMemory()
    attacks = [_attack(world, lattice, nested or {}, threshold, kept) for world in seen]
    findings = [finding for each in attacks for finding in each.findings]
    for world in seen:
        findings += _outside(populations(world, lattice), within or {}, same or {}, threshold)
    findings += [between(found) for found in differences(seen, lattice)]
    unique = {(one.pop, one.what, one.unit, one.sex, one.kind): one for one in reversed(findings)}
    told = tuple(unique[key] for key in sorted(unique))
    cells, solves = sum(each.cells for each in attacks), sum(each.solves for each in attacks)
    kept.save()
    apart = tuple(sorted({pop for each in attacks for pop in each.apart}))
    return AuditReport(told, cells, time.perf_counter() - started, solves, apart)


def _outside(
    known: Sequence[Known], within: Mapping[str, str], same: Mapping[str, str], threshold: int
) -> list[Finding]:
    """Populations within others: how many are outside, and what is told of them."""
    findings: list[Finding] = []
    for inner, outer in pairs(known, within):
        findings += [outside(inner, outer, *found) for found in few_outside(inner, outer)]
        by_value = outside_by_values(inner, outer)
        findings += [
            outside(inner, outer, *found, how="värdet, som passar till få antal") for found in by_value
        ]
        by_weight = outside_by_weights(inner, outer)
        findings += [outside(inner, outer, *found, how="medelvärdena, som vägs ihop") for found in by_weight]
        for what in same.items():
            findings += [
                left_out(inner, what, *found) for found in small_outside(inner, outer, what, threshold)
            ]
    return findings


@dataclass
class _Told:
    """What the attack on one world came to."""

    findings: list[Finding] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    cells: int = 0
    solves: int = 0


def _attack(
    facts: Sequence[Mapping[str, Any]],
    lattice: Mapping[str, Mapping[str, Sequence[str]]],
    nested: Mapping[str, Sequence[str]],
    threshold: int,
    memory: CleanMemory,
) -> _Told:
    """Every population attacked by itself.

    Published statistics are not: they stand as their authority gave them, and what they tell of each other
    everybody can read there (ADR 108).
    """
    told = _Told()
    tightest = populations(facts, lattice)
    loosest = populations(facts, lattice, silent_are_empty=False)
    for tight, loose in zip(tightest, loosest, strict=True):
        if is_published(tight.pop):
            continue
        attacks = [_attack_population(tight, loose, nested, threshold, memory)]
        apart = by_definition(facts, tight.pop, lattice) if _contradicts(attacks[0][1]) else []
        if apart:
            told.apart.append(tight.pop)
            attacks = [_attack_population(*each, nested, threshold, memory) for each in apart]
        for attack, found in attacks:
            told.findings += found
            told.cells += attack.cells
            told.solves += attack.solves
    return told


def _attack_population(
    tight: Known, loose: Known, nested: Mapping[str, Sequence[str]], threshold: int, memory: CleanMemory
) -> tuple[Attack, list[Finding]]:
    """The attack and its findings; where they contradict each other a silent unit has pupils after all."""
    attack = Attack(tight, nested, threshold, memory)
    found = attack.run()
    if _contradicts(found):
        attack = Attack(loose, nested, threshold, memory)
        found = attack.run()
    return attack, found


def _contradicts(found: Sequence[Finding]) -> bool:
    return any(one.kind == "contradiction" for one in found)
