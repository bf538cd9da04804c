"""No number without a fact: all that can be read or heard in every document of a whole round."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shown_numbers import (
    accounted,
    bundles_of,
    numbers_of,
    page_texts,
    pdf_text,
    ticks_of,
    written,
)

SEMINAR = "2026-ht-resultat"


def documents(workspace: Path) -> list[Path]:
    return sorted((workspace / "output" / SEMINAR).glob("*/*.html"))


def facts_of(workspace: Path, page: Path) -> list[dict[str, object]]:
    path = workspace / "data/work/facts" / SEMINAR / page.parent.name / f"{page.stem}.facts.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def strangers(workspace: Path, page: Path, texts: list[str], more: set[str] = frozenset()) -> set[str]:
    """Numbers in texts of a document that neither its facts nor decided targets account for."""
    known = accounted(facts_of(workspace, page), bundles_of(page.with_suffix(".ipynb")))
    known |= written([workspace / "params/targets.yaml"]) | more
    return {number for words in texts for number in numbers_of(words)} - known


def test_every_number_of_every_page_is_a_fact(example_round: Path) -> None:
    """Running text, tables, chart texts, alternative texts, labels, titles."""
    pages = documents(example_round)
    assert len(pages) >= 10
    seen = 0
    for page in pages:
        texts = list(page_texts(page.read_text("utf-8")))
        seen += sum(1 for words in texts for _ in numbers_of(words))
        assert strangers(example_round, page, texts) == set(), page.name
    assert seen > 1000


def test_every_number_of_every_print_is_a_fact(example_round: Path) -> None:
    seen = 0
    for page in documents(example_round):
        text = pdf_text(page.with_suffix(".pdf"))
        seen += len(list(numbers_of(text)))
        ticks = ticks_of(page.read_text("utf-8"))
        assert strangers(example_round, page, [text], ticks) == set(), page.name
    assert seen > 500


@pytest.mark.parametrize(
    "planted",
    [
        "<p>Resultatet blev 43,7 procent.</p>",
        '<img alt="Linjediagram. 43,7 procent">',
        '<svg><text fill="#616E75">437</text></svg>',
        "<td>1\xa0437</td>",
        "<p>Av de 437 eleverna</p>",
    ],
)
def test_a_number_without_a_fact_is_found(example_round: Path, planted: str) -> None:
    page = documents(example_round)[0]
    told = page.read_text("utf-8").replace("<main", f"<div>{planted}</div><main", 1)
    assert strangers(example_round, page, list(page_texts(told)))
