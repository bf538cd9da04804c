"""Sentences that results have triggered, each with its rule and threshold in words (floor 6).

A card says the sentence, the rule that put it there and what to talk about. Nothing here decides whether a
rule holds; see ``report.triggered``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.present.narrative import unit_words
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.sentences import SentenceRule


@dataclass(frozen=True)
class Triggered:
    """A sentence, the rule behind it, and the released cells and derived numbers that it speaks of."""

    rule: SentenceRule
    indicator: Indicator
    sentence: str
    cells: tuple[ReleasedCell, ...]
    derived: tuple[dict[str, Any], ...] = field(default=())


def rule_words(rule: SentenceRule, indicator: Indicator | None = None) -> str:
    """The condition of a rule in Swedish, threshold included, without its full stop."""
    limit = threshold_words(rule, indicator)
    way = "ökning" if rule.way == "up" else "minskning"
    side = "över" if rule.way == "up" else "under"
    told = {
        "sure_change": f"säker {way} mot närmast föregående läsår, minst {limit}",
        "target": "målvärdet är nått" if rule.way == "up" else f"minst {limit} under målvärdet",
        "nation": f"minst {limit} {side} riket, och mer än slumpen brukar ge",
        "authority": f"minst {limit} {side} kommunens egna skolor, och mer än slumpen brukar ge",
        "level": f"hela intervallet ligger {side} {limit}",
        "sex_gap": f"{'flickor' if rule.way == 'up' else 'pojkar'} minst {limit} högre, säker skillnad",
        "in_a_row": f"{way} {text.count_word(rule.years)} läsår i följd, minst {limit} sammanlagt, "
        "säker förändring",
    }[rule.when]
    return f"{told}; minst {rule.smallest} elever"


def threshold_words(rule: SentenceRule, indicator: Indicator | None = None) -> str:
    """The threshold with its unit: ``5 procentenheter``; per cent for a level of a share."""
    is_share = indicator is None or indicator.kind in ("share", "distribution")
    unit = unit_words(indicator) if indicator is not None and not is_share else "procentenheter"
    if is_share and rule.when == "level":
        unit = "procent"
    places = 0 if rule.threshold == int(rule.threshold) else 1
    return f"{text.number(rule.threshold, places)}{text.NBSP}{unit}"


def triggered_block(found: Sequence[Triggered]) -> Block:
    """The sentences as cards, or a paragraph that says that none was triggered."""
    if not found:
        return Block("paragraph", {"text": "Ingen av reglerna för att uppmärksamma ett resultat slog till."})
    items = [
        {
            "chip": "uncertain",
            "chip_text": "Att titta på",
            "heading": each.sentence,
            "text": each.rule.question,
            "lines": [
                {"term": "Regel", "text": f"{text.capitalised(rule_words(each.rule, each.indicator))}."},
            ],
        }
        for each in found
    ]
    facts = merged(*(facts_of(each.cells, each.indicator) for each in found))
    return Block("cards", {"items": items, "derived": [one for each in found for one in each.derived]}, facts)


def rules_document(rules: Iterable[SentenceRule], shorts: dict[str, str]) -> str:
    """The public list of rules as Markdown (``docs/MENINGAR.md``)."""
    head = [
        "# Meningar som utlöses av resultat",
        "",
        "Skriven av `docs/make_sentences.py` ur `params/sentences.yaml`; ändra där. En regel tiger när "
        "resultatet inte visas, när gruppen är för liten och när skillnaden ryms inom slumpen.",
        "",
        "| regel | prövas på | visas när | mening | fråga |",
        "|---|---|---|---|---|",
    ]
    body = [
        f"| `{rule.id}` | {_asked(rule, shorts)} | {rule_words(rule)} | {rule.text} | {rule.question} |"
        for rule in rules
    ]
    return "\n".join([*head, *body]) + "\n"


def _asked(rule: SentenceRule, shorts: dict[str, str]) -> str:
    return ", ".join(shorts.get(name, name) for name in rule.indicators)
