"""D1: rule-triggered sentences from a public list, with rule and threshold, silent on small groups."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pandas as pd
import present_example as example
import pytest
import yaml
from pydantic import ValidationError

from analysis_lib.disclosure.release import open_released
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.errors import SkolbankError
from analysis_lib.present.narrative import FORBIDDEN
from analysis_lib.present.triggered import rule_words, triggered_block
from analysis_lib.report.scope import Scope
from analysis_lib.report.triggered import triggered
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.sentences import SentenceRule
from analysis_lib.vocabulary.settings import Settings, Unit
from analysis_lib.vocabulary.workspace import Workspace

ROOT = Path(__file__).parents[2]
YEARS = ("2022/23", "2023/24", "2024/25", "2025/26")
UNIT = Unit(code="99010001", name="Åsskolan")
SETTINGS = Settings(
    municipality_code="9901", municipality_name="Provköping", authority_name="Provköpings kommun"
)
ID = example.SHARE.id


def _scope(*cells: ReleasedCell, candidates: tuple[Any, ...] = (example.SHARE,)) -> Scope:
    frame = pd.DataFrame([{**vars(cell), "sources": ""} for cell in cells])
    frame = frame.astype({"numerator": "Int64", "n": "Int64"})
    table = open_released(frame, "internal")
    return Scope(table, SETTINGS, {UNIT.code: UNIT}, UNIT, YEARS[-1], YEARS, candidates=candidates)


def _series(*counts: int, n: int = 120) -> list[ReleasedCell]:
    years = YEARS[len(YEARS) - len(counts) :]
    return [example.cell(k, n, school_year=year) for k, year in zip(counts, years, strict=True)]


def _nation(share: int) -> ReleasedCell:
    return example.cell(share * 1000, 100000, level="national", code="RIKET", organiser="all",
                        school_year=YEARS[-1], basis="published")  # fmt: skip


def _rule(when: str, way: str = "down", **more: Any) -> SentenceRule:
    told = {"sex_gap": "{short}: flickor {girls}, pojkar {boys}, {difference}"}.get(
        when, "{short}: {value} {year}"
    )
    return SentenceRule.model_validate(
        {"id": "provregel", "indicators": [ID], "when": when, "way": way, "text": told} | more
    )


def _ask(scope: Scope, rule: SentenceRule, target: float | None = None) -> list[str]:
    found = triggered(scope, [rule], {ID: example.SHARE}, lambda _: target)
    return [each.sentence for each in found]


def test_D1_a_sure_change_is_told_with_its_numbers() -> None:
    rule = _rule(
        "sure_change", threshold=3, text="{short} minskade: {value} {year}, {difference} mot {since}"
    )
    (told,) = _ask(_scope(*_series(110, 80)), rule)
    assert told.replace("\u00a0", " ") == (
        "Behöriga till gymnasiet minskade: 66,7 procent 2025/26, −25,0 procentenheter mot 2024/25"
    )
    assert _ask(_scope(*_series(110, 80)), _rule("sure_change", "up")) == []
    assert _ask(_scope(*_series(110, 80)), _rule("sure_change", threshold=30)) == []


@pytest.mark.parametrize(
    ("when", "cells", "target", "speaks"),
    [
        ("sure_change", _series(105, 100), None, False),
        ("nation", [*_series(80), _nation(84)], None, True),
        ("nation", [*_series(98), _nation(84)], None, False),
        ("nation", _series(80), None, False),
        ("target", _series(80), 90.0, True),
        ("target", _series(80), None, False),
        ("level", _series(80), None, True),
        ("level", _series(108), None, False),
        ("in_a_row", _series(115, 105, 90, 75), None, True),
        ("in_a_row", _series(115, 105, 106, 75), None, False),
        ("in_a_row", _series(105, 90, 75), None, False),
    ],
)
def test_D1_each_condition_speaks_only_when_it_holds(
    when: str, cells: list[ReleasedCell], target: float | None, speaks: bool
) -> None:
    threshold = 80 if when == "level" else 5
    assert bool(_ask(_scope(*cells), _rule(when, threshold=threshold), target)) is speaks


def test_D1_a_sex_gap_names_both() -> None:
    girls, boys = (example.cell(k, 60, sex=sex, school_year=YEARS[-1]) for k, sex in ((58, "F"), (40, "P")))
    both = _series(98)
    (told,) = _ask(_scope(*both, girls, boys), _rule("sex_gap", "up", threshold=10))
    assert told.replace("\u00a0", " ").endswith(
        "flickor 96,7 procent, pojkar 66,7 procent, 30,0 procentenheter"
    )
    assert _ask(_scope(*both, girls, boys), _rule("sex_gap", "down", threshold=10)) == []


def test_D1_a_reached_target_is_told_without_threshold() -> None:
    assert _ask(_scope(*_series(110)), _rule("target", "up"), 90.0)
    assert not _ask(_scope(*_series(100)), _rule("target", "up"), 90.0)


def test_D1_rules_are_silent_on_hidden_and_small_groups() -> None:
    hidden = example.cell(state="suppressed", school_year=YEARS[-1])
    for when in ("sure_change", "nation", "target", "level", "sex_gap", "in_a_row"):
        rule = _rule(when, threshold=80 if when == "level" else 5)
        assert _ask(_scope(hidden, _nation(84)), rule, 90.0) == []
        assert _ask(_scope(*_series(9, 8, 5, 0, n=9), _nation(84)), rule, 90.0) == []


def test_R17_a_change_that_falls_among_many_is_not_triggered() -> None:
    others = tuple(example.SHARE.model_copy(update={"id": f"results.other_{n}"}) for n in range(12))
    calm = [
        example.cell(100, 120, school_year=year, indicator=each.id) for each in others for year in YEARS[-2:]
    ]
    rule = _rule("sure_change", "down")
    cells = _series(105, 92)
    assert _ask(_scope(*cells, *calm), rule)
    assert _ask(_scope(*cells, *calm, candidates=(example.SHARE, *others)), rule) == []


def test_each_card_shows_its_rule_and_threshold_and_every_number_is_traced() -> None:
    rule = _rule("nation", threshold=5, question="Vad beror det på?")
    found = triggered(_scope(*_series(80), _nation(84)), [rule], {ID: example.SHARE}, lambda _: None)
    block = triggered_block(found)
    (item,) = block.data["items"]
    assert "5\u00a0procentenheter under riket" in item["lines"][0]["text"]
    assert [line["term"] for line in item["lines"]] == ["Regel"]  # its code name is for those who edit it
    assert {fact.shown for fact in block.facts} >= {66.7, 84.0}
    assert block.data["derived"][0]["text"] == "−17,3"
    assert block.as_json()
    assert triggered_block([]).kind == "paragraph"


def test_the_built_in_rules_are_plain_and_their_list_is_committed() -> None:
    rules = Catalog(Workspace(ROOT)).sentences
    assert len({rule.id for rule in rules}) == len(rules) >= 10
    for rule in rules:
        said = f"{rule.text} {rule.question} {rule_words(rule)}".lower()
        assert not [word for word in FORBIDDEN if word in said]
        assert f"minst {rule.smallest} elever" in said
    spec = importlib.util.spec_from_file_location("make_sentences", ROOT / "docs" / "make_sentences.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "MENINGAR.md").read_text("utf-8") == module.written()


def test_unknown_names_in_the_list_are_told_with_the_rule(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="unknown field"):
        _rule("level", text="{short}: {boys} läsåret")
    (tmp_path / "params").mkdir()
    row = {"id": "fel-regel", "indicators": ["results.all_pased_9"], "when": "level", "way": "up",
           "text": "{short}: {value} {year}"}  # fmt: skip
    (tmp_path / "params" / "sentences.yaml").write_text(yaml.safe_dump({"sentences": [row, row]}), "utf-8")
    with pytest.raises(SkolbankError) as told:
        _ = Catalog(Workspace(tmp_path)).sentences
    assert "Menade du results.all_passed_9?" in str(told.value)
    assert "två gånger" in str(told.value)
