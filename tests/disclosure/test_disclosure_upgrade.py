"""A huvudman that upgrades, or changes a definition, is not locked out; nothing told is forgotten."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis_lib.disclosure import archive, gate
from analysis_lib.disclosure.audit import AuditReport, audit
from analysis_lib.disclosure.definitions import definitions_hash
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.release import release_cube
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace
from tests.disclosure.municipality import INDICATORS, random_cube

OLD, NEW, OTHER, THIRD = "10000001", "10000002", "10000003", "10000004"
SETTINGS = 'municipality_code: "9999"\nmunicipality_name: Provby\nauthority_name: Provby kommun\n'
UNITS = "units:\n" + "".join(
    f'  - {{code: "{code}", name: Skola {code[-1]}, school_forms: [gr]{more}}}\n'
    for code, more in (
        (OLD, f', closed: "2023/24", successor: "{NEW}"'),
        (NEW, ', opened: "2024/25"'),
        (OTHER, ""),
        (THIRD, ""),
    )
)
TREE = {"unit": {"KOMMUN": [OLD, NEW, OTHER, THIRD]}, "sex": {"T": ["F", "P"]}}
KEYS = ["indicator", "school_year", "level", "code", "population", "sex", "subject", "category"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "settings.yaml").write_text(SETTINGS, "utf-8")
    (tmp_path / "params" / "units.yaml").write_text(UNITS, "utf-8")
    return Workspace(tmp_path)


def said(
    unit: str, shown: float | str, what: str = "n", pop: str = "ak6-2023", **more: Any
) -> dict[str, Any]:
    kind = {"kind": "count"} if what == "n" else {"kind": "share", "decimals": 1}
    return {"pop": pop, "cell": {"unit": unit}, "what": what, **kind, "shown": shown, "doc": "a", **more}


def plant(workspace: Workspace, facts: Sequence[dict[str, Any]], circle: str = "public") -> None:
    """Statements as an earlier version wrote them: an edition, and no definitions."""
    folder = archive.folder(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"edition": 1} | fact, ensure_ascii=False) for fact in facts]
    (folder / f"{circle}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def judged(workspace: Workspace, facts: Sequence[dict[str, Any]]) -> gate.Judgement:
    return gate.release_or_refuse(workspace, facts, audience="public", scope="x", lattice=TREE)


# -- a unit that changed code ------------------------------------------------------------------------------


def test_a_unit_told_under_its_earlier_code_is_not_counted_twice(workspace: Workspace) -> None:
    plant(workspace, [said("KOMMUN", 103), said(OLD, 23), said(OTHER, 50), said(THIRD, 30)])
    assert judged(workspace, [said("KOMMUN", 103), said(NEW, 23), said(OTHER, 50)]).findings == ()


def test_what_was_told_under_the_earlier_code_is_still_known(workspace: Workspace) -> None:
    """The other school is hidden, but the whole and the renamed school's old number give it back."""
    plant(workspace, [said(OLD, 23), said(OTHER, 50)])
    found = judged(workspace, [said("KOMMUN", 80), said(NEW, ".."), said(THIRD, "..")]).findings
    assert any(f"n för {THIRD}, alla, är dolt men måste vara 7" in words for words in found)


def test_years_after_the_change_of_code_keep_their_unit(workspace: Workspace) -> None:
    plant(workspace, [said("KOMMUN", 70, pop="ak6-2025"), said(OLD, 23, pop="ak6-2025")])
    found = judged(workspace, [said(NEW, 24, pop="ak6-2025"), said(OTHER, "..", pop="ak6-2025")]).findings
    assert found == ()
    assert {fact["cell"]["unit"] for fact in archive.statements(workspace, "public")} >= {OLD, NEW}


# -- a definition that changed -----------------------------------------------------------------------------


def counted(report: AuditReport) -> list[str]:
    return [finding.kind for finding in report.findings]


EARLIER = [said(OTHER, 40, edition=1), said(THIRD, 40, edition=1), said(NEW, 20, edition=1)]
LATER = [said("KOMMUN", 60), said(NEW, "..")]


def test_releases_by_different_definitions_that_cannot_both_be_true_are_attacked_each_by_itself() -> None:
    report = audit([*EARLIER, *LATER], TREE)
    assert counted(report) == []
    assert report.apart == ("ak6-2023",)
    same = [fact | {"definitions": "one"} for fact in (*EARLIER, *LATER)]
    assert counted(audit(same, TREE)) == ["contradiction"]


def test_each_definition_by_itself_still_has_no_secret_that_can_be_worked_out() -> None:
    leak = [said("KOMMUN", 90), said(OTHER, 50), said(THIRD, 35), said(NEW, "..")]
    for facts in (
        [said(NEW, 20, edition=1), *leak],
        [*(fact | {"edition": 1} for fact in leak), said(OLD, 70)],
    ):
        report = audit(facts, TREE)
        assert report.apart == ("ak6-2023",)
        assert [finding.low for finding in report.findings if finding.kind == "exact"] == [5]


def test_definitions_that_agree_are_put_together() -> None:
    earlier = [said(OTHER, 50, edition=1, definitions="one"), said(THIRD, 35, edition=1, definitions="one")]
    report = audit([*earlier, said("KOMMUN", 90), said(NEW, "..")], TREE)
    assert report.apart == ()
    assert [finding.low for finding in report.findings] == [5]


def test_a_few_pupils_between_two_definitions_are_found(workspace: Workspace) -> None:
    """Counted in another way, two pupils more reach it: that is a statement about these two."""
    plant(workspace, [said(OTHER, 50), said(OTHER, 80.0, "all_passed_6")])
    found = judged(workspace, [said(OTHER, 50), said(OTHER, 84.0, "all_passed_6")]).findings
    assert any("skiljer med 2 elever mellan två utgåvor" in words for words in found)


def test_a_release_says_by_which_definitions_it_was_made(workspace: Workspace) -> None:
    facts = [said(OTHER, 50), said(THIRD, 35)]
    plant(workspace, facts)
    before = definitions_hash(workspace, Catalog(workspace))
    assert judged(workspace, facts).findings == ()
    kept = archive.statements(workspace, "public")
    assert [fact.get("definitions", "") for fact in kept] == ["", "", before, before]
    judged(workspace, facts)
    assert archive.statements(workspace, "public") == kept
    units = workspace.params / "units.yaml"
    units.write_text(UNITS.replace('opened: "2024/25"', 'opened: "2024/25", area: Norr'), "utf-8")
    assert definitions_hash(workspace, Catalog(workspace)) != before


def test_what_stands_beside_a_corrected_number_stands_beside_it_in_the_archive(workspace: Workspace) -> None:
    """Later releases see all that the newest edition says of a school year, not only what differs."""
    plant(workspace, [said(OTHER, 50), said(OTHER, 80.0, "all_passed_6"), said(THIRD, 40, pop="ak6-2024")])
    now = [said(OTHER, 50), said(OTHER, 60.0, "all_passed_6")]
    assert judged(workspace, now).findings == ()
    newest = [fact for fact in archive.statements(workspace, "public") if fact["edition"] == 2]
    assert [(fact["what"], fact["shown"]) for fact in newest] == [("n", 50), ("all_passed_6", 60.0)]


# -- a result that is released for the first time ----------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_a_new_result_does_not_tell_the_size_that_stands_hidden_beside_the_old(seed: int) -> None:
    cube, lattice, indicators = random_cube(seed, units=6, areas=0, sizes=(4, 40))
    earlier_only = cube[cube["indicator"] != "results.eligible_science_9"].reset_index(drop=True)
    how: dict[str, Any] = {"policy": Policy(), "lattice": lattice}
    first = release_cube(earlier_only, indicators=indicators, **how)
    assert (first["n_state"] == "suppressed").any()
    second = release_cube(cube, indicators=INDICATORS, earlier=first, **how)
    shares = second[second["indicator"].isin(["results.all_passed_9", "results.eligible_science_9"])]
    told = shares.groupby([name for name in KEYS if name != "indicator"])["n_state"].agg(set)
    assert all(len(states - {"missing"}) <= 1 for states in told)
