"""The at most three sentences that open a report (floor 7).

A finding says the newest result and whether it has surely changed; what a stranger needs beside it (how many
pupils, how the country fares) stands in the sentence below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import gap_block
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.report.scope import Scope
from analysis_lib.statistics.change import Change
from analysis_lib.vocabulary.indicators import Indicator

MOST = 3


def findings_block(scope: Scope, indicators: Sequence[Indicator], nothing: Block) -> Block:
    """The first three indicators that may be shown, each as a headline and a sentence below it.

    ``nothing`` is the gap for a place without any result.
    """
    items: list[dict[str, str]] = []
    facts: list[tuple[Fact, ...]] = []
    derived: list[dict[str, Any]] = []
    for indicator in indicators:
        later = scope.newest(scope.own(indicator.id))
        if later is None or later.state in ("missing", "suppressed") or len(items) == MOST:
            continue
        before = scope.earlier(later)
        nation = _same_year(list(scope.nation(indicator.id).cells()), later)
        found = scope.change(before, later, indicator)
        items.append(
            {
                "headline": _headline(later, indicator),
                "text": _below(before, later, nation, indicator, found),
            }
        )
        facts.append(facts_of([before if before and before.is_shown else None, later, nation], indicator))
        if before is not None and found.difference is not None:
            derived.extend(narrative.derived_change(found, before, later, indicator))
    if not items:
        return _nothing(scope, indicators) or nothing
    return Block("findings", {"items": items, "derived": derived}, merged(*facts))


def _headline(cell: ReleasedCell, indicator: Indicator) -> str:
    return narrative.statement(cell, indicator)


def _below(
    before: ReleasedCell | None,
    later: ReleasedCell,
    nation: ReleasedCell | None,
    indicator: Indicator,
    found: Change,
) -> str:
    value = narrative.in_prose(later, indicator)
    size = _size(later)
    exact = f"{size}{value} läsåret {later.school_year}"
    if not size and _headline(later, indicator).endswith(f" {value}"):  # the sentence above says it
        exact = f"läsåret {later.school_year}"
    told = [text.capitalised(f"{exact}{', beräknat' if later.basis == 'computed' else ''}.")]
    certainty = narrative.CERTAINTY.get(found.verdict)
    if certainty and before is not None and found.difference is not None:
        difference = narrative.difference_words(found, indicator).split(" (")[0]
        told.append(f"{text.capitalised(certainty)} mot {narrative.against(before, later)} ({difference}).")
    elif certainty:
        told.append(f"{text.capitalised(certainty)} om något har ändrats.")
    if nation is not None and nation.is_shown:
        told.append(f"Riket {narrative.in_prose(nation, indicator)}.")
    return " ".join(told)


def _size(cell: ReleasedCell) -> str:
    if not cell.has_n:
        return ""
    return f"{narrative.population_words(cell)}, "


def _same_year(cells: Sequence[ReleasedCell], other: ReleasedCell) -> ReleasedCell | None:
    return next((cell for cell in cells if cell.school_year == other.school_year), None)


def _nothing(scope: Scope, indicators: Sequence[Indicator]) -> Block | None:
    cells = [cell for each in indicators for cell in scope.own(each.id).cells() if cell.state == "suppressed"]
    if not cells:
        return None
    return gap_block(
        f"Resultaten för {scope.name} visas inte",
        "Det skyddar elever i små grupper, så att ingen kan pekas ut.",
        "Se kommunbilden, där skolan ingår i helheten.",
    )
