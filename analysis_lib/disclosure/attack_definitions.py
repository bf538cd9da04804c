"""The attack on what was told by different definitions: each is a world of its own (floor 5).

Statements that cannot all be true were not made by one definition. Those of each definition are attacked by
themselves, so that nothing told is forgotten and nobody is refused for what an earlier version counted in
another way. Shares no code with the suppressor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis_lib.disclosure.attack_cells import Known, populations

Fact = Mapping[str, Any]
_NOW = "now"
Tree = Mapping[str, Mapping[str, Sequence[str]]]


def by_definition(
    facts: Sequence[Fact], pop: str, lattice: Tree, within: Mapping[str, str]
) -> list[tuple[Known, Known]]:
    """The population once for each definition that it was told by; none when there is only one.

    Each twice, as in ``audit``: silent units are empty, or may hold any number. Releases that do not say by
    which definitions they were made are taken edition by edition.
    """
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(_made_by(fact), []).append(fact)
    if len(groups) < 2:
        return []
    found = []
    for name in sorted(groups):
        pairs = zip(
            populations(groups[name], lattice, within=within),
            populations(groups[name], lattice, silent_are_empty=False),
            strict=True,
        )
        found += [pair for pair in pairs if pair[0].pop == pop]
    return found


def _made_by(fact: Fact) -> str:
    """The release's definitions, or its edition; statements of today have neither."""
    known = str(fact.get("definitions", ""))
    return known or (f"edition {fact['edition']}" if "edition" in fact else _NOW)
