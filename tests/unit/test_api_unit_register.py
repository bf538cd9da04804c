"""The unit register, the proposal that a person reviews, and the hand-kept table of successors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_server import ApiServer, Reply, serving
from api_workspace import connect, make_workspace

from analysis_lib.check import check_workspace
from analysis_lib.errors import SeveralErrors
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.api_sources import fetch_source
from analysis_lib.sources.fetching import FetchOrder
from analysis_lib.sources.import_report import ImportReport
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.successors import load_successions
from analysis_lib.vocabulary.workspace import Workspace

UNITS = (
    'units:\n  - {code: "20810001", name: Storskolan, school_forms: [gr], area: Norr}\n'
    '  - {code: "20810002", name: Gamla namnet, school_forms: [gr]}\n'
    '  - {code: "20810009", name: "Förskolan # Ugglan", school_forms: [fsk]}\n'
)


def unit(code: str, name: str, **more: Any) -> Reply:
    attributes = {
        "displayName": name,
        "status": "AKTIV",
        "headMaster": "Pelle Sträng",
        "municipalityCode": "2081",
        "schoolTypes": ["FKLASS", "GR"],
        "schoolTypeProperties": {"gr": {"grades": ["1", "2", "3", "4", "5", "6"]}},
        "startdate": "2008-07-01",
    }
    owner = {"displayName": "Borlänge kommun", "organizerType": "KOMMUN"}
    return Reply(
        {
            "meta": {"extractDate": "2026-11-01T00:06:10.19+02:00"},
            "data": {"type": "schoolunit", "schoolUnitCode": code, "attributes": attributes | more},
            "included": {"type": "organization", "organizationNumber": "2120002239", "attributes": owner},
        }
    )


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as played:
        codes = ("20810001", "20810002", "20810003", "20810004")
        rows = [{"schoolUnitCode": code, "name": "x", "status": "AKTIV"} for code in codes]
        played.play("/v2/school-units", Reply({"data": {"type": "schoolunit", "attributes": rows}}))
        played.play("/v2/school-units/20810001", unit("20810001", "Storskolan", schoolTypes=["GR"]))
        played.play("/v2/school-units/20810002", unit("20810002", "Nya namnet: A", schoolTypes=["GR"]))
        closed = {"status": "UPPHORT", "endDate": "2024-06-30"}
        played.play("/v2/school-units/20810003", unit("20810003", "Nedlagda skolan", **closed))
        resting = {"status": "VILANDE", "schoolTypes": ["GY"], "schoolTypeProperties": {}}
        played.play("/v2/school-units/20810004", unit("20810004", "Vilande gymnasiet", **resting))
        yield played


@pytest.fixture
def workspace(tmp_path: Path, server: ApiServer) -> Workspace:
    made = make_workspace(tmp_path / "w", municipality="2081", units=UNITS)
    connect(made, "unit_register", server.url)
    return made


def fetch(workspace: Workspace, **order: Any) -> ImportReport:
    return fetch_source("units", FetchOrder(**order), workspace=workspace)


def test_units_come_in_with_status_dates_and_organiser(workspace: Workspace, server: ApiServer) -> None:
    report = fetch(workspace, municipality="2081")
    assert report.exit_status == 0
    assert server.asked[0].first("municipality_code") == "2081"
    rows = Store(workspace).query("SELECT * FROM core_skolverket__units ORDER BY unit_code")
    assert rows["status"].tolist() == ["active", "active", "closed", "resting"]
    assert rows["opened"].tolist()[0] == "2008-07-01"
    assert rows["closed"].tolist()[2] == "2024-06-30"
    assert rows["school_forms"].tolist()[2] == "fkl,gr"
    assert rows["year_groups"].tolist() == ["1–6", "1–6", "1–6", ""]
    assert set(rows["organiser"]) == {"municipal"}
    assert set(rows["authority_name"]) == {"Borlänge kommun"}


def test_no_name_of_a_principal_is_kept(workspace: Workspace) -> None:
    fetch(workspace)
    kept = [path for path in workspace.root.rglob("*") if path.is_file()]
    assert any(path.is_relative_to(workspace.work / "cache") for path in kept)
    assert not [path for path in kept if "Pelle Sträng".encode() in path.read_bytes()]


def test_the_proposal_says_what_differs_and_overwrites_nothing(workspace: Workspace) -> None:
    before = (workspace.params / "units.yaml").read_bytes()
    fetch(workspace)
    assert (workspace.params / "units.yaml").read_bytes() == before
    text = (workspace.params / "units.proposed.yaml").read_text("utf-8")
    found = {row["code"]: Unit.model_validate(row) for row in yaml.safe_load(text)["units"]}
    assert set(found) == {"20810001", "20810002", "20810003", "20810004"}
    assert found["20810001"].area == "Norr"
    assert found["20810002"].name == "Nya namnet: A"
    assert found["20810003"].closed == "2023/24"
    assert "Stämmer med din lista" in text
    assert "namnet är Gamla namnet i din lista" in text
    assert "Upphörd: finns inte i din lista" in text
    assert "inte i registret för kommunen: 20810009" in text
    assert check_workspace(workspace) == []


def test_a_dry_run_proposes_nothing(workspace: Workspace) -> None:
    fetch(workspace, is_dry_run=True)
    assert not (workspace.params / "units.proposed.yaml").exists()


def test_a_unit_that_is_gone_is_refused_by_its_code(workspace: Workspace, server: ApiServer) -> None:
    server.play("/v2/school-units/20810004", Reply({"title": "fel"}, 404))
    report = fetch(workspace)
    (told,) = report.files
    assert (report.exit_status, told.rows_read, told.rows_rejected) == (1, 4, 1)
    assert "20810004" in told.messages[0].message


def test_successors_are_followed_to_the_end(workspace: Workspace, server: ApiServer) -> None:
    rows = [("20810003", "20810005", "2024/25"), ("20810005", "20810001", "2025/26")]
    text = "successors:\n" + "".join(f'  - {{old: "{a}", new: "{b}", since: {c}}}\n' for a, b, c in rows)
    (workspace.params / "successors.yaml").write_text(text, "utf-8")
    assert [(row.old, row.new) for row in load_successions(workspace)] == [(a, b) for a, b, _ in rows]
    fetch(workspace)
    proposed = yaml.safe_load((workspace.params / "units.proposed.yaml").read_text("utf-8"))["units"]
    assert {row["code"]: row.get("successor") for row in proposed}["20810003"] == "20810005"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("20810003", "20810001"), ("20810003", "20810002")], "successor-repeated"),
        ([("20810001", "20810001")], "successor-circular"),
        (
            [("20810001", "20810002"), ("20810002", "20810003"), ("20810003", "20810001")],
            "successor-circular",
        ),
        ([("2081", "20810001")], "params-invalid"),
    ],
)
def test_faults_in_the_hand_kept_table_are_told_with_their_line(
    workspace: Workspace, server: ApiServer, rows: list[tuple[str, str]], code: str
) -> None:
    text = "successors:\n" + "".join(f'  - {{old: "{a}", new: "{b}", since: 2024/25}}\n' for a, b in rows)
    (workspace.params / "successors.yaml").write_text(text, "utf-8")
    with pytest.raises(SeveralErrors) as caught:
        fetch(workspace)
    assert code in {error.code for error in caught.value.errors}
    assert "params/successors.yaml, rad " in str(caught.value)
    assert server.asked == []


def test_check_tells_faults_in_sources_and_successors_together(workspace: Workspace) -> None:
    connect(workspace, "kolada", "http://api.kolada.se")
    connect(workspace, "ss12000", "", page_size=0)
    text = 'successors:\n  - {old: "20810001", new: "20810001", since: 2024/25}\n'
    (workspace.params / "successors.yaml").write_text(text, "utf-8")
    told = "\n".join(str(fault) for fault in check_workspace(workspace))
    assert "params/sources/kolada.yaml" in told
    assert "params/sources/ss12000.yaml" in told
    assert "successor-circular" in told
