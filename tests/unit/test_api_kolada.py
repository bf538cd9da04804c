"""Kolada: recorded answers become rows, 25 ids a call, its name only on figures that are as they came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from api_server import ApiServer, Asked, Reply, serving
from api_workspace import connect, make_workspace, recorded
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.errors import SkolbankError
from analysis_lib.indicators.cube import compute_cube
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.api_sources import fetch_source
from analysis_lib.sources.fetching import FetchOrder
from analysis_lib.sources.http.client import HttpClient
from analysis_lib.sources.http.paging import in_parts
from analysis_lib.sources.import_report import FileReport, ImportReport
from analysis_lib.sources.kolada import Kolada, KoladaApi
from analysis_lib.sources.kolada_values import source_line, values_result
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

OWN, PEERS = "1280", ("0180", "1480")
UNITS = 'units:\n  - {code: "12800001", name: Slottsskolan 7–9}\n  - {code: "12800002", name: Lindskolan}\n'
GROUP = {
    "id": "G1",
    "title": "Liknande kommuner grundskola, Malmö, 2024",
    "members": [{"member_id": code, "member_title": f"Kommun {code}"} for code in (OWN, *PEERS)],
}
OUS = [
    {"id": "V15E128000001", "title": "Slottsskolan 7-9"},
    {"id": "V15E128000002", "title": "Okända skolan"},
]


def listing(values: list[Any], **more: Any) -> Reply:
    return Reply({"values": values, "count": len(values), "next_url": None, "previous_url": None} | more)


def value(gender: str, number: float | None, **more: Any) -> dict[str, Any]:
    return {"gender": gender, "count": 1, "status": "", "value": number, "isdeleted": False} | more


class KoladaPlayed(ApiServer):
    """Answers data questions from the recorded file, as the ids and years in the path ask."""

    instead: Callable[[Asked], Reply] | None = None

    def reply(self, asked: Asked) -> Reply:
        parts = asked.path.strip("/").split("/")
        if parts[1] == "data" and self.instead:
            return self.instead(asked)
        if parts[1] == "data":
            self.asked.append(asked)
            codes, years = parts[5].split(","), {int(year) for year in parts[7].split(",")}
            return listing(
                [
                    entry
                    for entry in recorded("kolada/data_N00945.json")["values"]
                    if entry["kpi"] in parts[3]
                    and entry["municipality"] in codes
                    and entry["period"] in years
                ]
            )
        if parts[1] == "oudata":
            self.asked.append(asked)
            rows = [value("T", 92.5), value("K", None), value("M", 91.0, isdeleted=True)]
            return listing([{"kpi": "N15436", "ou": "V15E128000001", "period": 2024, "values": rows}])
        return super().reply(asked)


@pytest.fixture
def server() -> Iterator[KoladaPlayed]:
    with serving(KoladaPlayed()) as played:
        played.play("/v3/kpi/N00945,N15436", Reply(recorded("kolada/kpi.json")))
        played.play(
            "/v3/municipality_groups", listing([GROUP, GROUP | {"id": "G2", "title": "Andra, Malmö"}])
        )
        played.play("/v3/ou", listing(OUS))
        yield played


@pytest.fixture
def workspace(tmp_path: Path, server: ApiServer) -> Workspace:
    made = make_workspace(tmp_path / "w", municipality=OWN, units=UNITS)
    connect(made, "kolada", server.url, indicators=["N00945", "N15436"], first_year=2010)
    return made


def fetch(workspace: Workspace, **order: Any) -> ImportReport:
    return fetch_source("kolada", FetchOrder(**order), workspace=workspace)


def of_format(report: ImportReport, name: str) -> FileReport:
    (found,) = [file for file in report.files if file.format == name]
    return found


def test_recorded_values_of_municipality_and_peers_come_in(workspace: Workspace) -> None:
    report = fetch(workspace)
    told = of_format(report, "kolada.values")
    entries = [e for e in recorded("kolada/data_N00945.json")["values"] if e["period"] >= 2010]
    assert told.rows_read == told.rows_accepted == len(entries)
    rows = Store(workspace).query("SELECT * FROM core_kolada__values WHERE level = 'municipality'")
    found = {(r.code, r.period): r.value for r in rows.itertuples()}
    assert found == {(e["municipality"], e["period"]): e["values"][0]["value"] for e in entries}
    assert set(rows["sex"]) == {"T"}
    assert report.exit_status == 0


def test_F13_peers_are_the_groups_that_hold_the_municipality(workspace: Workspace) -> None:
    fetch(workspace)
    rows = Store(workspace).query("SELECT group_id, member_code FROM core_kolada__groups ORDER BY 2")
    assert rows.values.tolist() == [["G1", code] for code in sorted((OWN, *PEERS))]


def test_unit_values_are_tied_by_name_and_the_rest_is_told(workspace: Workspace) -> None:
    told = of_format(fetch(workspace), "kolada.unit_values")
    assert (told.rows_read, told.rows_accepted, told.rows_ignored) == (3, 2, 1)
    assert told.marks == {"missing": 1}
    rows = Store(workspace).query(
        "SELECT sex, value, mark, unit_code FROM core_kolada__values WHERE level = 'unit'"
    )
    assert rows.sort_values("sex").values.tolist()[1] == ["T", 92.5, "", "12800001"]
    assert rows["value"].isna().sum() == 1
    codes = {message.code for message in told.messages}
    assert {"no-unit-values", "units-unmatched", "values-deleted"} <= codes
    text = next(m.message for m in told.messages if m.code == "no-unit-values")
    assert "N00945" in text  # R18: no unit data for a key figure is said


def test_R18_kolada_is_named_only_on_values_that_are_as_they_came() -> None:
    assert source_line(is_processed=False) == "Källa: Kolada"
    assert "Kolada" not in source_line(is_processed=True)


def test_women_and_men_become_the_sexes_of_the_house() -> None:
    place = {"level": "municipality", "name": "A", "municipality_code": "1280", "unit_code": ""}
    entry = {
        "kpi": "N15436",
        "municipality": "1280",
        "period": 2025,
        "values": [value(g, 1.5) for g in "TKM"],
    }
    frame = values_result([entry], {"1280": place}, level="municipality").frames["core_kolada__values"]
    assert frame["sex"].tolist() == ["T", "F", "P"]


@pytest.mark.parametrize("change", [{"gender": "X"}, {"value": "12,5"}, {"value": [1]}, {"value": "NaN"}])
def test_a_value_of_another_form_is_refused_by_its_place(change: dict[str, Any]) -> None:
    place = {"level": "municipality", "name": "A", "municipality_code": "1280", "unit_code": ""}
    rows = [value("T", 1.0), value("K", 1.0) | change]
    entry = {"kpi": "N15436", "municipality": "1280", "period": 2025, "values": rows}
    result = values_result([entry], {"1280": place}, level="municipality")
    assert (result.rows_read, result.rows_accepted, result.rows_rejected) == (2, 1, 1)
    assert "N15436, 1280, 2025" in result.messages[0].message


def test_a_key_figure_that_is_gone_gives_status_1(workspace: Workspace, server: ApiServer) -> None:
    kpis = recorded("kolada/kpi.json")["values"]
    server.play("/v3/kpi/N00945,N15436", listing([one for one in kpis if one["id"] == "N00945"]))
    report = fetch(workspace)
    assert report.exit_status == 1
    assert "N15436" in of_format(report, "kolada.indicators").messages[0].message


def test_at_most_25_ids_a_call(workspace: Workspace, server: ApiServer) -> None:
    source = Kolada(
        id="kolada", name="Kolada", owner="", licence="", legal_basis="", base_url=server.url,
        indicators=("N00945",), first_year=2000, requests_per_second=10_000,
    )  # fmt: skip
    with HttpClient(source) as http:
        codes = [f"{n:04d}" for n in range(60)] + ["0180"]
        found = KoladaApi(http, source).figures("municipality", ["N00945"], codes, list(range(1995, 2024)))
    asked = [path.split("/") for path in server.paths()]
    assert max(len(parts[6].split(",")) for parts in asked) == 25
    assert max(len(parts[8].split(",")) for parts in asked) == 25
    assert len(asked) == 3 * 2
    assert len(found) == sum(
        e["municipality"] == "0180" for e in recorded("kolada/data_N00945.json")["values"]
    )


def test_next_url_is_followed_on_the_same_host_only(workspace: Workspace, server: ApiServer) -> None:
    source = Kolada(
        id="kolada", name="Kolada", owner="", licence="", legal_basis="", base_url=server.url,
        indicators=("N00945",), first_year=2000,
    )  # fmt: skip
    server.play("/v3/kpi", listing([{"id": "A"}], next_url=f"{server.url}/v3/kpi2"))
    server.play("/v3/kpi2", listing([{"id": "B"}], next_url="https://example.org/v3/kpi3"))
    with HttpClient(source) as http, pytest.raises(SkolbankError) as caught:
        KoladaApi(http, source).listed("v3/kpi")
    assert caught.value.code == "api-foreign-host"
    server.play("/v3/kpi2", listing([{"id": "B"}]))
    with HttpClient(source) as http:
        assert [one["id"] for one in KoladaApi(http, source).listed("v3/kpi")] == ["A", "B"]


def test_an_answer_of_another_form_is_refused(workspace: Workspace, server: ApiServer) -> None:
    server.play("/v3/municipality_groups", Reply({"results": []}))
    report = fetch(workspace)
    assert {m.code for m in report.files[1].messages} == {"api-answer-unexpected"}
    assert report.files[1].exit_status == 2
    assert of_format(report, "kolada.values").stored


@given(st.lists(st.integers()), st.integers(1, 30))
def test_parts_hold_everything_in_order(items: list[int], size: int) -> None:
    parts = in_parts(items, size)
    assert [item for part in parts for item in part] == items
    assert all(0 < len(part) <= size for part in parts)


def test_F13_own_schools_are_compared_with_others_in_the_cube(
    workspace: Workspace, server: KoladaPlayed
) -> None:
    def answer(asked: Asked) -> Reply:
        entries = [
            {"kpi": "N15436", "municipality": code, "period": 2025, "values": [value("T", number)]}
            for code, number in ((OWN, 88.25), (PEERS[0], 91.0), ("0000", None))
        ]
        return listing(entries)

    server.instead = answer
    fetch(workspace)
    cube = compute_cube(Store(workspace), Catalog(workspace), {})
    rows = cube[cube["indicator"] == "results.eligible_vocational"].set_index("code")
    assert rows.loc[OWN, ["value", "level", "organiser", "school_year", "basis"]].tolist() == [
        88.25, "municipality", "municipal", "2024/25", "published",
    ]  # fmt: skip
    assert rows.loc[PEERS[0], "value"] == 91.0
    assert rows.loc["RIKET", "mark"] == "missing"
