"""The attacker's memory: what is clean is not tried again, what is not is always found anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from analysis_lib.disclosure.attack_memory import CleanMemory
from analysis_lib.disclosure.audit import AuditReport, audit

TREE = {"unit": {"KOMMUN": ["1", "2", "3", "4"]}, "sex": {"T": ["F", "P"]}}
SIZES = {"KOMMUN": 155, "1": 40, "2": 8, "3": 7, "4": 100}


def said(unit: str, what: str, shown: float | str, pop: str = "ak9-2025") -> dict[str, Any]:
    kind = "count" if what == "n" else "share"
    return {"pop": pop, "cell": {"unit": unit}, "what": what, "kind": kind, "decimals": 1, "shown": shown}


def publication(**shown: float) -> list[dict[str, Any]]:
    """Two years of two results; two schools are hidden, and hide each other."""
    facts = []
    for pop in ("ak9-2025", "ak9-2024"):
        facts += [said(unit, "n", n, pop) for unit, n in SIZES.items()]
        for what in ("all", "science"):
            facts += [said(unit, what, ".." if unit in "23" else 80.0, pop) for unit in "1234"]
            facts.append(said("KOMMUN", what, 77.4, pop))
    return facts + [said("1", what, value) for what, value in shown.items()]


def attacked(facts: list[dict[str, Any]], path: Path) -> AuditReport:
    return audit(facts, TREE, memory=CleanMemory(path))


def test_the_same_statements_are_not_tried_twice(tmp_path: Path) -> None:
    path = tmp_path / "work" / "clean.json"
    first, second = attacked(publication(), path), attacked(publication(), path)
    assert first.is_clean
    assert (second.cells, second.findings) == (first.cells, ())
    assert first.cells > 0
    assert len(json.loads(path.read_text("utf-8"))) == 4


def test_a_correction_tries_only_what_it_touches(tmp_path: Path) -> None:
    path = tmp_path / "clean.json"
    attacked(publication(), path)
    changed = [
        {**fact, "shown": 85.0} if (fact["pop"], fact["what"], fact["cell"]["unit"]) == at else fact
        for at in [("ak9-2025", "all", "1")]
        for fact in publication()
    ]
    memory = CleanMemory(path)
    known = len(json.loads(path.read_text("utf-8")))
    told = audit(changed, TREE, memory=memory)
    assert len(json.loads(path.read_text("utf-8"))) == known + told.is_clean == known + 1


def test_a_finding_is_found_every_time_and_never_written_down(tmp_path: Path) -> None:
    path = tmp_path / "clean.json"
    facts = [*publication(), said("3", "all", 71.4)]
    first, second = attacked(facts, path), attacked(facts, path)
    assert [one.unit for one in first.findings] == [one.unit for one in second.findings] == ["2"]
    assert first.findings == second.findings
    kept = path.read_text("utf-8")
    assert len(json.loads(kept)) == 3
    assert "ak9" not in kept


def test_other_rules_or_places_are_another_attack(tmp_path: Path) -> None:
    path = tmp_path / "clean.json"
    attacked(publication(), path)
    audit(publication(), TREE, threshold=5, memory=CleanMemory(path))
    audit(
        publication(), TREE | {"unit": {"KOMMUN": ["1", "2", "3", "4"], "A": ["2"]}}, memory=CleanMemory(path)
    )
    assert len(json.loads(path.read_text("utf-8"))) == 8


def test_a_damaged_memory_is_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "clean.json"
    for content in ("{", "[1]", '{"a": "b"}', ""):
        path.write_text(content, "utf-8")
        assert attacked(publication(), path).is_clean
