"""An edition that is looked up again: the same numbers are not attacked twice, other ones always are."""

from __future__ import annotations

import json
import os
import re

import pytest
from dashboard_world import MINE, make_world

from analysis_lib.dashboards import desk as desks
from analysis_lib.dashboards import extract
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.desk import Desk
from analysis_lib.dashboards.extract import open_edition
from analysis_lib.dashboards.pages import PAGES
from analysis_lib.errors import SkolbankError
from analysis_lib.report.provenance import provenance_folder
from analysis_lib.vocabulary.workspace import Workspace, builtin_root


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_world(tmp_path_factory.mktemp("edition"))


@pytest.fixture
def attacked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements were gathered, each time they were."""
    counted, gather = list[int](), extract.statements

    def counting(*given: object) -> list[dict[str, object]]:
        said = gather(*given)  # type: ignore[arg-type]
        counted.append(len(said))
        return said

    monkeypatch.setattr(extract, "statements", counting)
    return counted


def test_the_same_numbers_keep_their_certificate_and_new_ones_do_not(
    workspace: Workspace, attacked: list[int]
) -> None:
    seminar = Desk(workspace).seminar
    first = open_edition(workspace, seminar, "internal")
    again = open_edition(workspace, seminar, "internal", before=first)
    assert (again.key, len(attacked)) == (first.key, 1)
    os.utime(first.prepared.released_path)  # as if somebody had written other numbers into the file
    open_edition(workspace, seminar, "internal", before=first)
    assert len(attacked) == 2


def test_other_kommuner_to_compare_with_are_other_statements(
    workspace: Workspace, attacked: list[int]
) -> None:
    seminar = Desk(workspace).seminar
    first = open_edition(workspace, seminar, "internal")
    peers = workspace.params / "peers.yaml"
    built_in = (builtin_root() / "params" / "peers.yaml").read_text("utf-8")
    peers.write_text(re.sub(r"(?m)^count: \d+", "count: 4", built_in), "utf-8")
    open_edition(workspace, seminar, "internal", before=first)
    assert len(attacked) == 2
    peers.unlink()


def test_without_its_certificate_nothing_is_served_from_memory(workspace: Workspace) -> None:
    seminar = Desk(workspace).seminar
    first = open_edition(workspace, seminar, "internal")
    kept = next(path for path in workspace.root.rglob("*") if first.certificate[:16] in path.name)
    content = json.loads(kept.read_text("utf-8"))
    kept.write_text(json.dumps(content | {"findings": 1}), "utf-8")
    with pytest.raises(SkolbankError) as told:
        open_edition(workspace, seminar, "internal", before=first)
    assert told.value.exit_status == 3
    kept.write_text(json.dumps(content), "utf-8")


def test_the_marks_of_a_live_page_are_noted_without_drawing_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "draw", lambda *given: pytest.fail("a page was drawn"))
    desk = Desk(workspace)
    rights = desk.rights(desk.people.people()["strategen"])
    state = read_state(PAGES["lage"], {"unit": [MINE]}, rights, desk.edition("internal"))
    noted = provenance_folder(workspace)
    assert not list(noted.rglob("lage-*.jsonl"))
    desk.note(state, rights)
    assert len(list(noted.rglob("lage-*.jsonl"))) == 1
