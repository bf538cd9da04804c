"""The gate: no release without a clean audit of exactly these statements, and exceptions that end."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from analysis_lib.disclosure import archive, definitions, gate
from analysis_lib.disclosure.overrides import in_force, load_overrides
from analysis_lib.disclosure.policy import Policy, load_policy
from analysis_lib.disclosure.release import release_cube
from analysis_lib.errors import EXIT_DISCLOSURE, SeveralErrors, SkolbankError
from analysis_lib.vocabulary.workspace import Workspace
from tests.disclosure.municipality import random_cube

TREE = {"unit": {"KOMMUN": ["1", "2"]}, "sex": {"T": ["F", "P"]}}
TODAY = datetime.date.today()
SETTINGS = 'municipality_code: "9999"\nmunicipality_name: Provby\nauthority_name: Provby kommun\n'
OVERRIDE = """\
overrides:
  - cell: {{population: ak9-2025, what: n, unit: "2"}}
    person: Eva Ek
    role: Skolchef
    reason: Nämnden behöver talet för beslutet om skolans framtid.
    decided: {decided}
    until: {until}
    audience: public
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "settings.yaml").write_text(SETTINGS, "utf-8")
    return Workspace(tmp_path)


def n(unit: str, shown: float | str) -> dict[str, Any]:
    return {
        "pop": "ak9-2025",
        "cell": {"unit": unit},
        "what": "n",
        "kind": "count",
        "shown": shown,
        "doc": "a",
    }


SAFE = [n("KOMMUN", 60), n("1", 30), n("2", 30)]
LEAKING = [n("KOMMUN", 40), n("1", 33), n("2", "..")]


def decide(workspace: Workspace, *, decided: datetime.date = TODAY, days: int = 30) -> None:
    words = OVERRIDE.format(decided=decided, until=decided + datetime.timedelta(days=days))
    (workspace.params / "overrides.yaml").write_text(words, "utf-8")


def test_nothing_is_released_without_a_certificate(workspace: Workspace) -> None:
    with pytest.raises(SkolbankError, match="release-not-audited") as refused:
        gate.require_clean(workspace, SAFE, audience="public", scope="2026-ht")
    assert refused.value.exit_status == EXIT_DISCLOSURE
    judged = gate.release_or_refuse(workspace, SAFE, audience="public", scope="2026-ht", lattice=TREE)
    assert gate.require_clean(workspace, SAFE, audience="public") == judged.sha256
    shuffled = [{**fact, "doc": "another"} for fact in reversed(SAFE)]
    assert gate.require_clean(workspace, shuffled, audience="public") == judged.sha256


@pytest.mark.parametrize("changed", [[*SAFE[:2], n("2", 31)], SAFE[:2], [*SAFE, n("3", 12)]])
def test_a_certificate_holds_for_exactly_its_statements(workspace: Workspace, changed: list[Any]) -> None:
    gate.release_or_refuse(workspace, SAFE, audience="public", scope="x", lattice=TREE)
    with pytest.raises(SkolbankError, match="release-not-audited"):
        gate.require_clean(workspace, changed, audience="public")
    with pytest.raises(SkolbankError, match="release-not-audited"):
        gate.require_clean(workspace, SAFE, audience="board")


def test_a_broken_certificate_is_no_certificate(workspace: Workspace) -> None:
    judged = gate.judge(workspace, SAFE, audience="public", lattice=TREE)
    path = gate.certify(workspace, judged, SAFE, scope="x")
    for broken in ("", "{}", json.dumps({"sha256": "0", "findings": 0, "overrides": []})):
        path.write_text(broken, "utf-8")
        with pytest.raises(SkolbankError, match="release-not-audited"):
            gate.require_clean(workspace, SAFE, audience="public")


def test_findings_are_never_certified(workspace: Workspace) -> None:
    judged = gate.release_or_refuse(workspace, LEAKING, audience="public", scope="x", lattice=TREE)
    assert "− n 1 alla = 33" in judged.findings[0]
    assert archive.statements(workspace, "public") == []
    with pytest.raises(SkolbankError) as refused:
        gate.certify(workspace, judged, LEAKING, scope="x")
    assert refused.value.exit_status == EXIT_DISCLOSURE
    clean = gate.judge(workspace, SAFE, audience="public", lattice=TREE)
    with pytest.raises(SkolbankError, match="release-not-audited"):
        gate.certify(workspace, clean, LEAKING, scope="x")


def test_what_was_released_before_is_known_to_the_next_release(workspace: Workspace) -> None:
    first = [n("KOMMUN", 40), n("1", ".."), n("2", "..")]
    gate.release_or_refuse(workspace, first, audience="public", scope="x", lattice=TREE)
    judged = gate.judge(workspace, [n("1", 33)], audience="public", lattice=TREE)
    assert [("2 alla" in words or "för 2," in words) for words in judged.findings] == [True]


def test_a_wider_release_may_not_tell_what_a_narrower_circle_was_not_told(workspace: Workspace) -> None:
    gate.release_or_refuse(
        workspace, [n("1", ".."), n("2", "..")], audience="internal", scope="x", lattice=TREE
    )
    judged = gate.judge(workspace, [n("KOMMUN", 36), n("1", 33)], audience="public", lattice=TREE)
    assert len(judged.findings) == 1
    assert "måste vara 3" in judged.findings[0]


def test_units_are_loaded_once_however_many_circles_are_judged(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.release_or_refuse(workspace, SAFE, audience="internal", scope="x", lattice=TREE)
    loads = []
    monkeypatch.setattr(gate, "load_units", lambda *given: loads.append(given) or {})
    monkeypatch.setattr(definitions, "load_units", lambda *given: loads.append(given) or {})
    assert gate.judge(workspace, SAFE, audience="public").is_clean
    assert len(loads) == 1


def test_statements_are_kept_once_and_again_when_they_say_something_else(workspace: Workspace) -> None:
    for facts in (SAFE, SAFE, [*SAFE[:2], n("2", 31)], SAFE):
        archive.add_statements(workspace, "public", facts)
    kept = archive.statements(workspace, "public")
    assert [(fact["edition"], fact["cell"]["unit"], fact["shown"]) for fact in kept] == [
        (1, "KOMMUN", 60),
        (1, "1", 30),
        (1, "2", 30),
        (2, "KOMMUN", 60),  # said once more beside the new number
        (2, "1", 30),
        (2, "2", 31),
        (3, "KOMMUN", 60),
        (3, "1", 30),
        (3, "2", 30),
    ]
    assert [fact["shown"] for fact in archive.superseded(workspace, SAFE)] == [31]


def test_a_line_cut_by_a_crash_is_not_a_statement(workspace: Workspace) -> None:
    archive.add_statements(workspace, "public", SAFE)
    path = archive.folder(workspace) / "public.jsonl"
    path.write_bytes(path.read_bytes() + b'{"pop": "ak')
    assert len(archive.statements(workspace, "public")) == 3
    archive.add_statements(workspace, "public", [n("3", 12)])
    assert [fact["shown"] for fact in archive.statements(workspace, "public")] == [60, 30, 30, 12]


def test_a_lost_or_changed_statement_stops_every_release(workspace: Workspace) -> None:
    gate.release_or_refuse(workspace, SAFE, audience="public", scope="x", lattice=TREE)
    assert archive.faults(workspace) == []
    path = archive.folder(workspace) / "public.jsonl"
    whole = path.read_bytes()
    for broken in (whole.replace(b'"shown": 30', b'"shown": 31', 1), whole[: len(whole) // 2], b""):
        path.write_bytes(broken)
        assert [fault.code for fault in archive.faults(workspace)] == ["statements-changed"]
        with pytest.raises(SkolbankError, match="statements-changed") as refused:
            gate.judge(workspace, SAFE, audience="public", lattice=TREE)
        assert refused.value.exit_status == EXIT_DISCLOSURE
    path.unlink()
    with pytest.raises(SkolbankError, match="säkerhetskopian"):
        gate.judge(workspace, SAFE, audience="internal", lattice=TREE)
    path.write_bytes(whole)
    assert gate.judge(workspace, SAFE, audience="public", lattice=TREE).is_clean


def test_a_frame_that_is_not_what_was_released_is_told(workspace: Workspace) -> None:
    cube, lattice, indicators = random_cube(1, units=4)
    frame = release_cube(cube, policy=Policy(), lattice=lattice, indicators=indicators)
    edition = archive.add_edition(workspace, "s", "public", key="k", frame=frame)
    assert archive.faults(workspace) == []
    path = archive.frame_path(workspace, edition)
    frame.head(3).to_parquet(path)
    assert [fault.code for fault in archive.faults(workspace)] == ["edition-changed"]
    path.unlink()
    assert [fault.code for fault in archive.faults(workspace)] == ["edition-changed"]


# -- exceptions ----------------------------------------------------------------------------------------------


def test_an_exception_covers_its_own_number_and_is_logged(workspace: Workspace) -> None:
    decide(workspace)
    judged = gate.release_or_refuse(workspace, LEAKING, audience="public", scope="2026-ht", lattice=TREE)
    assert judged.is_clean
    assert [each.person for each, _ in judged.overridden] == ["Eva Ek"]
    gate.require_clean(workspace, LEAKING, audience="public")
    line = json.loads((archive.folder(workspace) / "overrides.jsonl").read_text("utf-8"))
    assert line["scope"] == "2026-ht"
    assert line["overrides"][0]["person"] == "Eva Ek"
    assert line["overrides"][0]["until"]
    other = [n("KOMMUN", 40), n("1", ".."), n("2", 33)]
    assert gate.judge(workspace, other, audience="board", lattice=TREE).findings


def test_an_expired_exception_is_refused(workspace: Workspace) -> None:
    decide(workspace)
    gate.release_or_refuse(workspace, LEAKING, audience="public", scope="x", lattice=TREE)
    decide(workspace, decided=TODAY - datetime.timedelta(days=90))
    with pytest.raises(SkolbankError, match="override-expired") as refused:
        gate.require_clean(workspace, LEAKING, audience="public")
    assert refused.value.exit_status == EXIT_DISCLOSURE
    assert in_force(load_overrides(workspace), "public") == ()
    fresh = Workspace(workspace.root / "fresh")
    fresh.params.mkdir(parents=True)
    for name in ("settings.yaml", "overrides.yaml"):
        (fresh.params / name).write_bytes((workspace.params / name).read_bytes())
    (told,) = gate.judge(fresh, LEAKING, audience="public", lattice=TREE).findings
    assert "undantaget av" in told


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("person: Eva Ek\n    ", ""), "person saknas"),
        (("person: Eva Ek", "person: E"), "är för kort"),
        (("reason: Nämnden behöver talet för beslutet om skolans framtid.", "reason: Ja"), "är för kort"),
        (("what: n", "vad: n"), "Namnet vad är okänt"),
        (("until: ", "until: snart #"), "ett datum"),
    ],
)
def test_a_faulty_exception_is_told_with_file_and_line(
    workspace: Workspace, wrong: tuple[str, str], told: str
) -> None:
    decide(workspace)
    path = workspace.params / "overrides.yaml"
    path.write_text(path.read_text("utf-8").replace(*wrong), "utf-8")
    with pytest.raises(SeveralErrors) as fault:
        load_overrides(workspace)
    assert told in str(fault.value)
    assert "params/overrides.yaml, rad" in str(fault.value)


@pytest.mark.parametrize(("days", "told"), [(-1, "tar slut före"), (400, "längre än ett år")])
def test_an_exception_has_an_end_within_a_year(workspace: Workspace, days: int, told: str) -> None:
    decide(workspace, days=days)
    with pytest.raises(SeveralErrors, match=told):
        load_overrides(workspace)


# -- rules ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("public: {threshold: 4}", "threshold ska vara minst 5"),
        ("public: {survey_threshold: 11}", "survey_threshold ska vara högst 10"),
        ("internal: {survey_threshold: 4}", "survey_threshold ska vara minst 5"),
        ("board: {dominance: 0}", "dominance ska vara mer än 0"),
        ("board: {round_counts: 3}", "round_counts ska vara 1, 5 eller 10"),
        ("public: {treshold: 10}", "Menade du threshold"),
        ("public: {tail: 12}", "tail får inte vara större än threshold"),
        ("public: {mean_interval_step: 0}", "mean_interval_step ska vara minst 0.1"),
        ("public: {survey_response_rate: 1.5}", "survey_response_rate ska vara högst 1"),
    ],
)
def test_faulty_rules_are_told_with_file_and_line(workspace: Workspace, rules: str, told: str) -> None:
    (workspace.params / "disclosure.yaml").write_text(f"# regler\n{rules}\n", "utf-8")
    with pytest.raises(SeveralErrors) as fault:
        load_policy(workspace, "public")
    assert told in str(fault.value)
    assert "params/disclosure.yaml, rad 2" in str(fault.value)
