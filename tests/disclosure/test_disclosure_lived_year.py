"""A lived year of the example municipality: three seminars, corrections between, everything put together.

Each release is judged as a whole frame, which is more than its documents show, against all released before.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from command import copied, imported

from analysis_lib.disclosure import archive, gate
from analysis_lib.disclosure.audit import audit
from analysis_lib.disclosure.facts import cell_facts, collect
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.release import open_released, release_cube
from analysis_lib.report.prepare import prepare, remember_release
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace
from tests.disclosure.municipality import random_cube

PUBLIC, INTERNAL, LATER = "2026-ht-resultat", "2026-ht-intern", "2027-vt-uppfoljning"
GRADES = "betyg_ak9_vt2026_{}.txt"


@pytest.fixture
def workspace(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    found = Workspace(copied(imported(tmp_path_factory.getbasetemp()), tmp_path / "almvik"))
    folder = found.params / "seminars"
    later = yaml.safe_load((folder / f"{PUBLIC}.yaml").read_text("utf-8")) | {"id": LATER, "edition": "2.0"}
    (folder / f"{LATER}.yaml").write_text(yaml.safe_dump(later, allow_unicode=True), "utf-8")
    return found


def correct(workspace: Workspace, unit: str, change: Callable[[list[str]], list[str]]) -> None:
    """One pupil file is handed in again with something changed."""
    path = workspace.inbox / GRADES.format(unit)
    lines = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", "utf-8-sig")
    import_paths([path], workspace=workspace)


def one_pupil_fewer(lines: list[str]) -> list[str]:
    return lines[1:]


def one_grade_changed(lines: list[str]) -> list[str]:
    """A pupil with nothing but approved grades gets an F."""
    at = next(i for i, line in enumerate(lines) if ";F" not in line.split(";", 8)[8] and ";E;" in line)
    head = lines[at].split(";", 8)
    return [*lines[:at], ";".join([*head[:8], head[8].replace("E", "F", 1)]), *lines[at + 1 :]]


def facts_of(workspace: Workspace, seminar: str) -> list[dict[str, Any]]:
    """Everything that the seminar's release could ever show."""
    prepared = prepare(workspace, seminar)
    indicators = Catalog(workspace).indicators
    cells = open_released(pd.read_parquet(prepared.released_path), prepared.audience).cells()
    facts = collect(fact for cell in cells for fact in cell_facts(cell, indicators[cell.indicator]))
    return [fact.as_json(seminar) for fact in facts]


def release(workspace: Workspace, seminar: str) -> gate.Judgement:
    """Release a seminar whole: judge it with all that is known, and remember it."""
    prepared = prepare(workspace, seminar)
    facts = facts_of(workspace, seminar)
    judgement = gate.release_or_refuse(workspace, facts, audience=prepared.audience, scope=seminar)
    assert [words[:300] for words in judgement.findings] == []
    remember_release(workspace, prepared)
    return judgement


@pytest.mark.slow
def test_three_seminars_with_corrections_between_tell_nothing_together(workspace: Workspace) -> None:
    first = release(workspace, PUBLIC)
    assert first.cells > 2000
    before = facts_of(workspace, PUBLIC)
    correct(workspace, "99010014", one_pupil_fewer)
    release(workspace, INTERNAL)
    correct(workspace, "99010012", one_grade_changed)
    second = release(workspace, PUBLIC)
    assert second.sha256 != first.sha256
    release(workspace, LATER)
    everything = archive.statements(workspace, "internal")
    assert {fact["edition"] for fact in everything} >= {1, 2}
    assert gate.attack(workspace, everything, "internal").findings == ()
    assert _shown(before) > _shown(facts_of(workspace, PUBLIC)) > 0.9 * _shown(before)


@pytest.mark.slow
def test_nothing_is_made_again_when_nothing_has_changed(workspace: Workspace) -> None:
    release(workspace, PUBLIC)
    first = prepare(workspace, PUBLIC)
    release(workspace, INTERNAL)
    assert prepare(workspace, PUBLIC) == first
    line = archive.timeline(workspace)
    release(workspace, PUBLIC)
    assert archive.timeline(workspace) == line


def test_a_careless_correction_is_refused(workspace: Workspace) -> None:
    """The same correction released without memory of the first edition: the attacker sees the pupil."""
    release(workspace, PUBLIC)
    correct(workspace, "99010012", one_grade_changed)
    (archive.folder(workspace) / "editions.jsonl").unlink()
    facts = facts_of(workspace, PUBLIC)
    judgement = gate.release_or_refuse(workspace, facts, audience="public", scope=PUBLIC)
    assert any("mellan två utgåvor" in words for words in judgement.findings)


def _shown(facts: list[dict[str, Any]]) -> int:
    return sum(not isinstance(fact["shown"], str) for fact in facts)


@pytest.mark.parametrize("seed", [1, 2, 102])
def test_a_thin_lived_year_of_random_municipalities(seed: int) -> None:
    """Seed 102: one large school's size told how few of the other schools' boys were left out of a mean."""
    live_a_year(seed)


@pytest.mark.slow
def test_two_hundred_random_municipalities_live_a_year() -> None:
    for seed in range(200):
        live_a_year(seed, units=3 + seed % 10, sizes=((3, 95), (3, 30))[seed % 2])


def live_a_year(seed: int, **how_large: Any) -> None:
    """Public, internal, a corrected school, public again, and all of it read together."""
    cube, lattice, indicators = random_cube(seed, **({"units": 7, "heads": True} | how_large))
    corrected = cube.copy()
    passed = (cube["indicator"] == "results.all_passed_9") & cube["sex"].isin(["T", "F"])
    girls = cube[passed & (cube["level"] == "unit") & (cube["sex"] == "F")]
    unit = girls.loc[girls["numerator"].idxmax(), "code"]
    moved = passed & ((cube["code"] == unit) | (cube["level"] == "authority"))
    corrected.loc[moved, "numerator"] -= 1
    corrected["value"] = corrected["value"].mask(moved, 100 * corrected["numerator"] / corrected["n"])
    public, internal = Policy(), Policy(audience="internal", threshold=5)
    how: dict[str, Any] = {"lattice": lattice, "indicators": indicators}
    first = release_cube(cube, policy=public, **how)
    inside = release_cube(cube, policy=internal, wider=first, **how)
    second = release_cube(corrected, policy=public, earlier=first, narrower=inside, **how)
    later = release_cube(corrected, policy=internal, earlier=inside, wider=pd.concat([first, second]), **how)
    told: dict[str, list[dict[str, Any]]] = {"public": [], "internal": []}
    for number, (frame, circle) in enumerate(
        [(first, "public"), (inside, "internal"), (second, "public"), (later, "internal")], start=1
    ):
        cells = open_released(frame, "internal").cells()
        said = collect(fact for cell in cells for fact in cell_facts(cell, indicators[cell.indicator]))
        told[circle] += [fact.as_json("x") | {"edition": number} for fact in said]
    nested = {"eligible_vocational_9": ["eligible_science_9", "all_passed_9"]}
    for facts, threshold in ((told["public"], 10), (told["public"] + told["internal"], 5)):
        report = audit(
            facts, lattice.as_json(), nested=nested, within={"ak9merit": "ak9"}, threshold=threshold
        )
        assert report.cells
        assert [one.message for one in report.findings] == [], seed
