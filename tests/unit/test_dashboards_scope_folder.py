"""What a live page's kernel may read: enough for the same cards as the served page, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from dashboard_world import CANARY, MINE, THEIRS, make_world

from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.desk import RESULT_PAGES, Desk
from analysis_lib.dashboards.live_cards import cards_of
from analysis_lib.dashboards.pages import PAGES, choices
from analysis_lib.dashboards.scope_folder import open_scope, write_scope
from analysis_lib.vocabulary import workspace as places

VIEWERS = {"strategen": ("", MINE, THEIRS), "rektor.min": (MINE,), "namnden": ("", MINE)}
CLOSED = (("rektor.min", "jamfor"), ("namnden", "betyg"))
CASES = [(name, page) for name in VIEWERS for page in RESULT_PAGES if (name, page) not in CLOSED]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(make_world(tmp_path_factory.mktemp("scope")))


@pytest.mark.parametrize(("name", "page"), CASES)
def test_a_scopes_folder_alone_gives_the_cards_and_choices_of_the_served_page(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, page: str
) -> None:
    rights = desk.rights(desk.people.people()[name])
    edition = desk.edition(rights.audience)
    folder = write_scope(tmp_path, page, rights, edition)
    states = [
        read_state(PAGES[page], {"unit": [unit]} if unit else {}, rights, edition) for unit in VIEWERS[name]
    ]
    served = [desk.show(state, rights).cards for state in states]
    offered = [choices(state, rights, edition) for state in states]
    monkeypatch.setattr(
        places, "builtin_root", lambda: Path("/nowhere")
    )  # as in the sandbox: no other params
    scope, before = open_scope(folder), sorted(folder.rglob("*"))
    for state, cards, offer in zip(states, served, offered, strict=True):
        again = read_state(
            PAGES[page], {"unit": [state.unit]} if state.unit else {}, scope.rights, scope.edition
        )
        assert again == state
        assert choices(again, scope.rights, scope.edition) == offer
        assert [(c.id, c.block.data) for c in cards_of(again, scope)] == [(c.id, c.block.data) for c in cards]
    assert sorted(folder.rglob("*")) == before  # a kernel can write nothing there


def test_the_folder_holds_neither_people_words_nor_other_units(desk: Desk, tmp_path: Path) -> None:
    rights = desk.rights(desk.people.people()["rektor.min"])
    folder = write_scope(tmp_path, "lage", rights, desk.edition("internal"))
    paths = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.relative_to(folder).parts[0] for path in paths} == {
        "params",
        "scope.json",
        "released.parquet",
    }
    assert not [path for path in paths if "access" in path.parts]
    told = b"".join(path.read_bytes() for path in paths)
    for secret in (CANARY, THEIRS, "Björkskolan", "scrypt", "rektor.grannen"):
        assert secret.encode() not in told


def test_the_same_content_has_the_same_folder_and_other_rights_another(desk: Desk, tmp_path: Path) -> None:
    edition = desk.edition("internal")
    mine, theirs = (desk.rights(desk.people.people()[name]) for name in ("rektor.min", "rektor.grannen"))
    first = write_scope(tmp_path, "lage", mine, edition)
    assert write_scope(tmp_path, "lage", mine, edition) == first
    assert write_scope(tmp_path, "lage", theirs, edition) != first
    assert write_scope(tmp_path, "betyg", mine, edition) != first
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []
