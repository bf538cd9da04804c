"""What a round tells while it runs: events, a live page, lists for mail, and when it is due."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from batch_workspace import SEMINAR, UNITS, make_rooms, make_workspace
from command import skolbank

from analysis_lib.batch.plan import Order
from analysis_lib.batch.round import Manner
from analysis_lib.batch.run import run_seminar

_HALF = ["assert unit != '12345687', 'trasig'", "unit"]


def test_events_and_lists_tell_each_document_once(tmp_path: Path) -> None:
    workspace, events = make_workspace(tmp_path / "w", cells=_HALF), tmp_path / "e.jsonl"
    manner = Manner(is_plain=True, events=events)
    result = run_seminar(workspace, Order(SEMINAR), manner=manner, rooms=make_rooms())
    assert result.exit_status == 1
    told = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    assert (told[0]["event"], told[0]["documents"], told[0]["kept"]) == ("started", 3, 0)
    documents = [line for line in told if line["event"] == "document"]
    assert {line["unit"] for line in documents} == set(UNITS)
    assert [line["left"] for line in documents] == [2, 1, 0]
    assert (documents[-1]["done"], documents[-1]["failed"]) == (2, 1)
    assert (told[-1]["event"], told[-1]["exit_status"], told[-1]["done"]) == ("finished", 1, 2)
    folder = workspace.output / SEMINAR
    assert len((folder / "klara.txt").read_text("utf-8").splitlines()) == 2
    key, error, reason = (folder / "misslyckade.txt").read_text("utf-8").strip().split("\t")
    assert (key, error[:2]) == ("12345687/liten", "F-")
    assert "cell" in reason


def test_the_page_of_a_running_round_follows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from analysis_lib.batch import telling

    monkeypatch.setattr(telling, "LIVE_EVERY", 0.0)
    pages: list[str] = []
    write = telling.write_index

    def kept(*arguments: object) -> Path:
        path = write(*arguments)  # type: ignore[arg-type]
        pages.append(path.read_text("utf-8"))
        return path

    monkeypatch.setattr(telling, "write_index", kept)
    workspace = make_workspace(tmp_path / "w")
    run_seminar(workspace, Order(SEMINAR), manner=Manner(is_plain=True), rooms=make_rooms())
    assert len(pages) >= 4
    assert all('id="folj"' in page for page in pages[:-1])
    assert 'id="folj"' not in pages[-1]
    assert not any("http-equiv" in page for page in pages)


@pytest.mark.parametrize(
    ("dates", "words"),
    [("cutoff: 2999-06-30\n", "Brytdatum är 30 juni 2999."), ("held: 2001-02-03\n", "hölls 3 februari 2001")],
)
def test_a_scheduled_run_that_is_not_due_touches_nothing(tmp_path: Path, dates: str, words: str) -> None:
    workspace = make_workspace(tmp_path / "w")
    path = workspace.params / "seminars" / f"{SEMINAR}.yaml"
    path.write_text(path.read_text("utf-8") + dates, "utf-8")
    done = skolbank("run", SEMINAR, "--if-due", workspace=workspace.root)
    assert done.status == 0
    assert words in done.out.replace("\xa0", " ")
    assert not (workspace.output / SEMINAR).exists()
