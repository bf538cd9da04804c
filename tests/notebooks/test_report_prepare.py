"""The release of a seminar: made once, made again when something changes, the same for everyone who asks."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from executed_reports import SEMINAR
from synthetic import SMALL_N, make_workspace, write_params

from analysis_lib.errors import SkolbankError
from analysis_lib.report import prepare as room
from analysis_lib.report.prepare import prepare
from analysis_lib.vocabulary.workspace import Workspace


@pytest.fixture
def fresh(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "ny")


def add_seminar(workspace: Workspace, name: str) -> None:
    folder = workspace.params / "seminars"
    seminar = yaml.safe_load((folder / f"{SEMINAR}.yaml").read_text("utf-8")) | {"id": name}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(seminar, allow_unicode=True), "utf-8")


def test_latest_is_the_newest_school_year_with_results(workspace: Workspace) -> None:
    made = prepare(workspace, SEMINAR)
    assert made.school_year == "2024/25"
    assert len(made.units) == 5
    assert made.imported is not None


def test_the_release_holds_no_hidden_number(workspace: Workspace) -> None:
    frame = pd.read_parquet(prepare(workspace, SEMINAR).released_path)
    hidden = frame[frame["state"] != "shown"]
    assert len(hidden)
    assert hidden[["value", "low", "high", "numerator"]].isna().all().all()
    small = frame[(frame["level"] == "unit") & (frame["basis"] == "own") & (frame["n"] <= SMALL_N)]
    shown = small[small["state"] == "shown"]
    assert set(shown["indicator"]) == {"results.pupil_count_9", "results.pupil_count_6"}  # public


def test_asking_again_makes_nothing_and_a_changed_parameter_makes_it_anew(
    fresh: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prepare(fresh, SEMINAR)
    calls: list[Any] = []
    monkeypatch.setattr(room, "_make", lambda *args: calls.append(args))
    assert prepare(fresh, SEMINAR) == first
    assert not calls
    monkeypatch.undo()
    (fresh.params / "disclosure.yaml").write_text("public: {threshold: 60}\n", "utf-8")
    again = prepare(fresh, SEMINAR)
    assert again.fingerprint != first.fingerprint
    shown = pd.read_parquet(again.released_path).query(
        "basis == 'own' and level == 'unit' and state == 'shown'"
        " and not indicator.str.contains('pupil_count')"
    )
    assert len(shown)
    assert (shown["n"] >= 60).all()


def test_two_seminars_come_to_rest(fresh: Workspace) -> None:
    """The second counts what the first has told; the first does not look back at the second."""
    add_seminar(fresh, "2026-senare")
    one, two = prepare(fresh, SEMINAR), prepare(fresh, "2026-senare")
    assert (prepare(fresh, SEMINAR), prepare(fresh, "2026-senare")) == (one, two)


def test_many_who_ask_at_once_get_the_same(fresh: Workspace) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(prepare(fresh, SEMINAR).fingerprint)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1
    assert len(list((fresh.work / "release" / SEMINAR / "public").iterdir())) == 1


def test_audiences_have_releases_of_their_own(workspace: Workspace) -> None:
    public, internal = prepare(workspace, SEMINAR), prepare(workspace, SEMINAR, audience="internal")
    assert public.released_path != internal.released_path
    states = [pd.read_parquet(each.released_path)["state"] for each in (public, internal)]
    hidden = [state.eq("suppressed").sum() for state in states]
    assert hidden[1] < hidden[0]


def test_a_workspace_without_results_is_told_what_to_do(tmp_path: Path) -> None:
    write_params(tmp_path)
    with pytest.raises(SkolbankError, match="skolbank import"):
        prepare(Workspace(tmp_path), SEMINAR)
