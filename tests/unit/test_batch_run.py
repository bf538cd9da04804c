"""A round makes what is due, once, and refuses what cannot be right before anything starts."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from batch_workspace import SEMINAR, UNITS, make_rooms, make_workspace, write_notebook

from analysis_lib.batch.places import facts_folder
from analysis_lib.batch.plan import Order, make_plan
from analysis_lib.batch.round import Manner
from analysis_lib.batch.run import run_seminar
from analysis_lib.batch.status import status_of, status_text
from analysis_lib.errors import EXIT_DISCLOSURE, SeveralErrors, SkolbankError
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

MANNER = Manner(jobs=2, is_plain=True)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace whose round has been run once; tests that change it make their own."""
    workspace = make_workspace(tmp_path_factory.mktemp("batch") / "w")
    result = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    assert (result.exit_status, result.made, result.kept) == (0, 3, 0)
    return workspace


def test_each_unit_gets_its_documents_and_a_manifest(finished: Workspace) -> None:
    folder = finished.output / SEMINAR
    for code in UNITS:
        names = {path.name for path in (folder / code).iterdir()}
        assert names == {"liten.ipynb", "liten.html", "manifest.json"}
    lists = {"klara.txt", "misslyckade.txt"}
    assert {path.name for path in folder.iterdir()} == {*UNITS, *lists, "index.html", "run.json"}
    assert (facts_folder(finished) / SEMINAR / "12345678" / "liten.facts.jsonl").is_file()


def test_an_unchanged_round_is_known_at_once(finished: Workspace) -> None:
    began = time.monotonic()
    result = run_seminar(finished, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    assert (result.made, result.kept) == (0, 3)
    assert time.monotonic() - began < 2
    one = run_seminar(finished, Order(SEMINAR, units=("87654321",)), manner=MANNER, rooms=make_rooms())
    assert (one.made, one.kept) == (0, 1)


def test_run_json_and_status_tell_the_same(finished: Workspace) -> None:
    run = json.loads((finished.output / SEMINAR / "run.json").read_text("utf-8"))
    assert run["status"] == "done"
    assert {line["unit"] for line in run["documents"]} == set(UNITS)
    assert all(line["outputs"] == ["liten.html", "liten.ipynb"] for line in run["documents"])
    status = status_of(finished, SEMINAR)
    assert status["seminars"][0]["counts"] == {"done": 3}
    assert status_text(status) == "2026-ht: klar: 3"


def test_only_what_changed_is_made_again(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    untouched = workspace.output / SEMINAR / "12345678" / "liten.html"
    before = untouched.stat().st_mtime_ns
    (workspace.params / "units.yaml").write_text("units: []\n", "utf-8")
    rooms = make_rooms(slices={"87654321": "new figures"})
    result = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=rooms)
    assert (result.made, result.kept) == (1, 2)
    assert untouched.stat().st_mtime_ns == before


def test_a_damaged_or_lost_document_is_made_again(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    folder = workspace.output / SEMINAR
    (folder / "12345678" / "liten.html").write_text("cut", "utf-8")
    (folder / "87654321" / "liten.ipynb").unlink()
    result = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    assert (result.made, result.kept) == (2, 1)


def test_a_changed_notebook_makes_all_its_documents_again(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    catalog = Catalog(workspace)
    data = make_rooms().prepare(workspace, SEMINAR)
    first = make_plan(workspace, catalog, Order(SEMINAR), data)
    write_notebook(workspace.root / "notebooks" / "reports" / "liten.ipynb", ["unit * 2"])
    second = make_plan(workspace, catalog, Order(SEMINAR), data)
    pairs = zip(first.documents, second.documents, strict=True)
    assert all(old.fingerprint != new.fingerprint for old, new in pairs)


def test_a_release_that_the_attacker_breaks_is_refused_whole(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    rooms = make_rooms(findings=["cellen går att räkna ut"])
    result = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=rooms)
    assert result.exit_status == EXIT_DISCLOSURE
    folder = workspace.output / SEMINAR
    assert {path.name for path in folder.iterdir()} == {
        "index.html",
        "run.json",
        "klara.txt",
        "misslyckade.txt",
    }
    assert "Stoppad av röjandekontroll" in (folder / "index.html").read_text("utf-8")
    again = run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    assert (again.exit_status, again.made) == (0, 3)


def test_every_fault_of_an_order_is_told_before_anything_starts(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    order = Order(SEMINAR, units=("12345687x", "87654321"), reports=("litn",))
    with pytest.raises(SeveralErrors) as caught:
        run_seminar(workspace, order, manner=MANNER, rooms=make_rooms())
    assert caught.value.exit_status == 2
    assert {error.code for error in caught.value.errors} == {"unit-unknown", "report-not-in-seminar"}
    assert "Menade du 12345687 Ekskolan?" in str(caught.value)
    assert "Menade du liten?" in str(caught.value)
    assert not workspace.output.exists()


@pytest.mark.parametrize(
    ("parameters", "code", "words"),
    [
        ("{mdoe: x}", "parameter-unknown", "Menade du mode?"),
        ("{mode: 7}", "parameter-mistyped", "mode"),
        ("{mdoe: x, mode: 7}", "parameter-unknown", "mode ska vara text"),
    ],
)
def test_a_wrong_parameter_is_told_with_the_nearest_name(
    tmp_path: Path, parameters: str, code: str, words: str
) -> None:
    seminar = (
        "id: 2026-ht\ntitle: H\nschool_year: 2024/25\nreports:\n"
        f"  - name: liten\n    outputs: [html]\n    parameters: {parameters}\n"
    )
    workspace = make_workspace(tmp_path / "w", seminar=seminar)
    with pytest.raises(SeveralErrors) as caught:
        run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    assert caught.value.exit_status == 2
    assert code in {error.code for error in caught.value.errors}
    assert words in str(caught.value)
    assert not workspace.output.exists()


def test_an_unknown_group_is_told_before_anything_starts(tmp_path: Path) -> None:
    seminar = "id: 2026-ht\ntitle: H\nschool_year: 2024/25\ngroups: [x]\nreports: [{name: liten}]\n"
    workspace = make_workspace(tmp_path / "w", seminar=seminar)
    with pytest.raises(SeveralErrors, match="group-unknown"):
        run_seminar(workspace, Order(SEMINAR), manner=MANNER, rooms=make_rooms())
    assert not workspace.output.exists()


def test_an_unknown_seminar_is_answered_with_the_nearest(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    with pytest.raises(SkolbankError, match="Menade du 2026-ht"):
        run_seminar(workspace, Order("2026-th"), manner=MANNER, rooms=make_rooms())
