"""Sentences: fixed words of certainty, no ranking, Swedish spacing (R17)."""

from __future__ import annotations

import re
from dataclasses import replace

import present_example as example
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.statistics.change import Verdict
from analysis_lib.vocabulary.workspace import builtin_root


def sentence(k1: int, n1: int, k2: int, n2: int) -> str:
    earlier = example.cell(k1, n1, school_year="2024/25")
    return narrative.change_sentence(earlier, example.cell(k2, n2), example.SHARE).text


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (
            (43, 50, 43, 48),
            "Nio av tio nior blev behöriga till gymnasiet\u00a0– ingen säker förändring mot året före",
        ),
        ((48, 80, 56, 70), "Åtta av tio nior blev behöriga till gymnasiet\u00a0– säker ökning mot året före"),
        (
            (56, 70, 48, 80),
            "Sex av tio nior blev behöriga till gymnasiet\u00a0– säker minskning mot året före",
        ),
        (
            (3, 4, 4, 4),
            "Alla nior blev behöriga till gymnasiet\u00a0– för få elever för att säga om något har ändrats",
        ),
    ],
)
def test_certainty_follows_the_interval(counts: tuple[int, int, int, int], expected: str) -> None:
    assert sentence(*counts) == expected


def test_without_spread_nothing_is_said_of_change() -> None:
    later = replace(example.cell(n=48, mean=231.2), low=None, high=None)
    earlier = replace(later, school_year="2024/25", value=228.4)
    assert narrative.change_sentence(earlier, later, example.MEAN).text == "Meritvärde 231,2"


def test_the_spread_of_a_mean_is_taken_back_from_its_interval() -> None:
    known = narrative.observed(example.cell(n=25, mean=200.0, half=20.639))
    assert known.total == pytest.approx(5000)
    assert known.total_sq is not None
    variance = (known.total_sq - 5000**2 / 25) / 24
    assert variance**0.5 == pytest.approx(50, rel=1e-3)


def test_a_mean_beside_the_head_count_around_it_still_says_how_sure_its_change_is() -> None:
    later = replace(example.cell(n=50, mean=221.8, half=28.0), n_state="whole")
    earlier = replace(later, school_year="2024/25", value=247.6, low=230.4, high=264.9)
    found = narrative.change_between(earlier, later, example.MEAN)
    assert found.verdict is Verdict.NO_SURE_CHANGE
    assert narrative.observed(later).n is None


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "inga"), (3, "färre än en av tjugo"), (9.5, "en av tio"), (50.4, "hälften av"),
        (62.4, "drygt sex av tio"), (67.6, "nästan sju av tio"), (89.6, "nio av tio"),
        (96, "drygt nio av tio"), (98, "nästan alla"), (100, "alla"),
    ],
)  # fmt: skip
def test_shares_in_everyday_words(share: float, words: str) -> None:
    assert narrative.out_of_ten(share) == words


def test_hidden_values_are_told_as_hidden() -> None:
    hidden = narrative.statement(example.cell(state="suppressed"), example.SHARE)
    assert hidden == "Behöriga till gymnasiet visas inte: skyddar en liten grupp"
    assert narrative.statement(example.cell(state="nearly_all"), example.SHARE).startswith("Nästan alla nior")


def block_texts(block: Block) -> list[str]:
    data = block.data
    notes = [note["text"] for note in data.get("notes", [])]
    named = (data.get(key, "") for key in ("finding", "title", "alt", "foot", "what", "why", "remedy"))
    return [words for words in (*named, *notes) if words]


def all_texts() -> list[str]:
    return [words for block in example.figures().values() for words in block_texts(block)]


def test_no_sentence_ranks_or_alarms() -> None:
    for words in all_texts():
        assert not [word for word in narrative.FORBIDDEN if word in words.casefold()], words


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_no_change_sentence_ranks_or_starts_with_a_figure(earlier: int, later: int) -> None:
    words = sentence(earlier, 60, later, 60)
    assert not [word for word in narrative.FORBIDDEN if word in words.casefold()]
    assert words[0].isalpha()
    assert words[0].isupper()


def test_numbers_keep_together_with_their_unit_and_dashes_with_the_word_before() -> None:
    for words in all_texts():
        assert not re.search(r"\d (?:%|procent\b)", words), words
        assert not re.search(r"[åÅ]k \d", words), words
        assert " – " not in words.replace("\u00a0– ", ""), words


def test_no_template_holds_a_forbidden_word() -> None:
    for path in sorted((builtin_root() / "templates" / "blocks").glob("*.j2")):
        seen = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]+>", "", path.read_text("utf-8")).casefold()
        assert not [word for word in narrative.FORBIDDEN if word in seen], path.name


@pytest.mark.parametrize("reason", ["primary", "complementary", "tail", "dominance"])
def test_a_hidden_cell_of_our_own_never_tells_small_from_protecting(reason: str) -> None:
    """Told apart, a reader would know that the one is below the threshold and the other is not."""
    hidden = example.cell(state="suppressed", reason=reason)
    assert narrative.why_hidden(hidden) == "skyddar en liten grupp"


def test_what_an_authority_has_hidden_is_few_pupils() -> None:
    hidden = example.cell(state="suppressed", reason="published", basis="published")
    assert narrative.why_hidden(hidden) == "få elever"


def test_a_change_over_a_gap_names_the_year_it_is_measured_from() -> None:
    earlier = example.cell(48, 80, school_year="2022/23")
    told = narrative.change_sentence(earlier, example.cell(56, 70), example.SHARE).text
    assert told.endswith("säker ökning mot läsåret 2022/23")
