"""Skolverket's unit API: recorded answers become the same rows as the files, marks and all."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from api_server import ApiServer, Reply, serving
from api_workspace import DATA, connect, envelope, listed, make_workspace, play_units, recorded

from analysis_lib.cli import main
from analysis_lib.indicators.cube import compute_cube
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.api_sources import fetch_source
from analysis_lib.sources.fetching import FetchOrder
from analysis_lib.sources.http.settings import load_api_source
from analysis_lib.sources.import_report import FileReport, ImportReport, render_summary
from analysis_lib.sources.importer import import_paths
from analysis_lib.sources.numbers import CellFault
from analysis_lib.sources.planned_educations_values import PlannedEducations, read_value, take_survey
from analysis_lib.sources.published_cells import PublishedCells, Whose
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

CODES = ("10453232", "39992436", "38730714", "72624886", "39922552", "20930818")
GR = "/v4/school-units/{code}/statistics/gr"
EXTRACT = DATA / "final_grades_9_unit_2024-25.csv"


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as played:
        play_units(played, [listed(code, f"Skola {code}", ("fsk", "gr")) for code in CODES])
        for code in CODES:
            unit = recorded("planned_educations/school_unit_72624886.json")["body"] | {"code": code}
            played.play(f"/v4/school-units/{code}", envelope(unit))
            played.play(
                GR.format(code=code), Reply(recorded(f"planned_educations/statistics_gr_{code}.json"))
            )
        played.play(
            "/v4/statistics/national-values/gr", Reply(recorded("planned_educations/national_gr.json"))
        )
        for form in ("fsk", "gran", "gyan"):
            played.play(f"/v4/statistics/national-values/{form}", envelope({"totalNumberOfPupils": None}))
        yield played


@pytest.fixture
def workspace(tmp_path: Path, server: ApiServer) -> Workspace:
    made = make_workspace(tmp_path / "w")
    connect(made, "planned_educations", server.url)
    return made


def fetch(workspace: Workspace, **order: Any) -> ImportReport:
    return fetch_source("skolverket", FetchOrder(**order), workspace=workspace)


def about(report: ImportReport, ending: str) -> FileReport:
    (found,) = [file for file in report.files if file.file.endswith(ending)]
    return found


def test_recorded_statistics_come_in_with_every_mark(workspace: Workspace) -> None:
    report = fetch(workspace)
    told = about(report, "/statistics/gr")
    types: Counter[str] = Counter()
    for code in CODES:
        for entries in recorded(f"planned_educations/statistics_gr_{code}.json")["body"].values():
            for entry in entries if isinstance(entries, list) else ():
                about_count = str(entry["value"]).startswith("cirka")
                kind = "APPROXIMATE" if about_count else entry["valueType"]
                types[kind if entry["timePeriod"] else "NO FIGURE"] += 1
    assert told.rows_read == sum(types.values())
    assert (told.rows_ignored, told.rows_rejected) == (types["NO FIGURE"], 0)
    assert told.marks == {
        "missing": types["MISSING"],
        "suppressed": types["OMITTED_DUE_TO_BASED_ON_FEW_PUPILS"],
        "nearly_all": types["ROUNDED_OFF_DUE_TO_FEW_PUPILS_NOT_ELIGIBLE"],
        "not_required": types["TEACHERS_EXCLUDED_DUE_TO_NO_REQUIRED_LEGITIMATION"],
        "approximate": types["APPROXIMATE"],
    }
    assert min(told.marks.values()) > 0
    assert (told.format, told.level, told.school_year) == ("skolverket.api_statistics_gr", "unit", "2025/26")
    assert report.exit_status == 0


def test_a_hidden_value_never_has_a_number(workspace: Workspace) -> None:
    fetch(workspace)
    rows = Store(workspace).query("SELECT * FROM core_skolverket__statistics WHERE mark <> ''")
    assert len(rows)
    assert rows["value"].isna().all()
    approximate = rows[rows["mark"] == "approximate"]
    assert set(approximate["raw"].str.split().str[0]) == {"cirka"}


def test_F13_the_api_and_the_file_agree_on_the_same_unit_and_year(
    workspace: Workspace, tmp_path: Path
) -> None:
    fetch(workspace)
    assert import_paths([EXTRACT], workspace=workspace).exit_status == 0
    keys = ["unit_code", "school_year", "sex", "subject", "measure"]
    cells = Store(workspace).query(
        "SELECT * FROM core_skolverket__statistics WHERE level = 'unit' AND school_year = '2024/25' "
        "AND table_id LIKE 'final_grades_9%'"
    )
    file = cells[(cells["table_id"] == "final_grades_9") & (cells["measure"] != "pupil_count")]
    api = cells[cells["table_id"] == "final_grades_9_api"]
    assert len(file) == 3 * len(CODES)
    both = file.merge(api, on=keys, suffixes=("", "_api"), how="outer", indicator=True)
    assert set(both["_merge"]) == {"both"}
    pd.testing.assert_series_equal(both["value"], both["value_api"], check_names=False)
    assert both["mark"].tolist() == both["mark_api"].tolist()
    assert {"missing", "suppressed", "nearly_all", ""} == set(both["mark"])


def test_a_fetch_leaves_the_file_with_head_counts_in_place(workspace: Workspace) -> None:
    import_paths([EXTRACT], workspace=workspace)
    fetch(workspace)
    counts = Store(workspace).query(
        "SELECT value FROM core_skolverket__statistics WHERE measure = 'pupil_count' AND value IS NOT NULL"
    )
    assert sorted(counts["value"]) == [12, 16, 46, 51, 150]


def test_fetching_again_without_change_stores_nothing(workspace: Workspace) -> None:
    first = fetch(workspace)
    assert any(file.stored for file in first.files)
    log = (workspace.snapshots / "log.jsonl").read_bytes()
    again = fetch(workspace, is_refreshing=True)
    assert (workspace.snapshots / "log.jsonl").read_bytes() == log
    codes = {message.code for message in about(again, "/statistics/gr").messages}
    assert "unchanged" in codes


def test_a_changed_value_is_told_and_the_older_stays_reachable(
    workspace: Workspace, server: ApiServer
) -> None:
    fetch(workspace)
    at = Store(workspace).current()[-1].imported_at
    place = GR.format(code=CODES[0])
    changed = json.loads(json.dumps(server.answers[place][0].document))  # type: ignore[union-attr]
    changed["body"]["averageGradesMeritRating9thGrade"][0]["value"] = "300,0"
    server.play(place, Reply(changed))
    told = about(fetch(workspace, is_refreshing=True), "/statistics/gr")
    assert told.stored
    assert "1 ändrades" in next(m.message for m in told.messages if m.code == "replaced")
    sql = (
        "SELECT value FROM core_skolverket__statistics WHERE measure = 'merit_rating_17' "
        f"AND unit_code = '{CODES[0]}' ORDER BY school_year DESC LIMIT 1"
    )
    before = Store(workspace).query(sql, as_of=datetime.datetime.fromisoformat(at))
    assert Store(workspace).query(sql)["value"].item() == 300
    assert before["value"].item() != 300


def test_answers_are_kept_until_they_are_asked_for_again(workspace: Workspace, server: ApiServer) -> None:
    fetch(workspace)
    asked = len(server.asked)
    fetch(workspace)
    lasting = [path for path in server.paths()[asked:] if path in server.answers]
    assert lasting == []


def test_a_dry_run_stores_nothing(workspace: Workspace) -> None:
    report = fetch(workspace, is_dry_run=True)
    assert report.exit_status == 0
    assert not workspace.snapshots.exists()


def test_national_values_are_riket(workspace: Workspace) -> None:
    fetch(workspace)
    rows = Store(workspace).query(
        "SELECT * FROM core_skolverket__statistics WHERE level = 'national' AND table_id = 'grades_6_api'"
    )
    assert rows[["school_year", "value", "organiser"]].values.tolist() == [["2022/23", 71.2, "all"]]


def test_only_the_units_asked_for_are_fetched(workspace: Workspace, server: ApiServer) -> None:
    fetch(workspace, units=(CODES[2],))
    asked = {path.split("/")[3] for path in server.paths() if path.startswith("/v4/school-units/")}
    assert asked == {CODES[2]}
    report = fetch(workspace, units=("99999999",))
    assert "unit-unknown" in {message.code for message in report.files[0].messages}


def test_flat_and_nested_surveys_say_the_same() -> None:
    frames = []
    for name in ("survey_pupilsgy", "nestedsurvey_pupilsgy"):
        cells = PublishedCells("skolverket.api_survey_pupilsgy")
        body = recorded(f"planned_educations/{name}.json")["body"]
        take_survey(body, Whose("unit", unit_code="30530571"), survey="pupilsgy", cells=cells)
        frames.append(cells.result("unit").frames["core_skolverket__statistics"].sort_values("measure"))
    pd.testing.assert_frame_equal(frames[0].reset_index(drop=True), frames[1].reset_index(drop=True))
    rows = frames[0].set_index("measure")
    assert rows.loc["security_index", "value"] == 7.7
    assert rows.loc["answers", "value"] == 204
    assert rows.loc["response_rate_pct", "value"] == 79
    assert rows.loc["inspiration_always_pct", "mark"] == "missing"
    assert "recommend_index" not in rows.index  # a question that was not asked is no cell
    assert set(rows["table_id"]) == {"survey_pupilsgy_2_api"}
    assert set(rows["school_year"]) == {"2023/24"}


def test_programmes_are_kept_apart(workspace: Workspace, server: ApiServer) -> None:
    play_units(server, [listed("30530571", "Gymnasiet", ("gy",))])
    unit = recorded("planned_educations/school_unit_72624886.json")["body"] | {"code": "30530571"}
    server.play("/v4/school-units/30530571", envelope(unit))
    metrics = recorded("planned_educations/national_gy_EK.json")["body"]
    body = {"schoolUnit": "30530571", "programMetrics": [metrics, metrics | {"programCode": "NA"}]}
    server.play("/v4/school-units/30530571/statistics/gy", envelope(body))
    fetch(workspace)
    rows = Store(workspace).query(
        "SELECT subject, value FROM core_skolverket__statistics WHERE measure = 'diploma_3_years_pct' "
        "AND school_year = '2020/21'"
    )
    assert sorted(rows.values.tolist()) == [["EK", 84.6], ["NA", 84.6]]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"value": "1.212", "valueType": "EXISTS"}, "number-ambiguous"),
        ({"value": "341,0", "valueType": "EXISTS"}, "number-out-of-bounds"),
        ({"value": "12,0", "valueType": "NEW_KIND"}, "value-type-unknown"),
    ],
)
def test_a_value_that_cannot_be_read_for_certain_is_refused(
    workspace: Workspace, entry: dict[str, str], code: str
) -> None:
    source = load_api_source(workspace, "planned_educations", PlannedEducations)
    with pytest.raises(CellFault) as caught:
        read_value(entry, source.statistics["averageGradesMeritRating9thGrade"])
    assert caught.value.code == code


def test_a_number_that_the_api_calls_hidden_stays_hidden(workspace: Workspace) -> None:
    source = load_api_source(workspace, "planned_educations", PlannedEducations)
    entry = {"value": "87,5", "valueType": "OMITTED_DUE_TO_BASED_ON_FEW_PUPILS"}
    found = read_value(entry, source.statistics["averageGradesMeritRating9thGrade"])
    assert (found.number, found.mark) == (None, "suppressed")


def test_a_refused_value_gives_status_1_and_the_rest_is_stored(
    workspace: Workspace, server: ApiServer
) -> None:
    place = GR.format(code=CODES[0])
    broken = json.loads(json.dumps(server.answers[place][0].document))  # type: ignore[union-attr]
    broken["body"]["averageGradesMeritRating9thGrade"][0]["value"] = "Svensson"
    server.play(place, Reply(broken))
    report = fetch(workspace)
    told = about(report, "/statistics/gr")
    assert (report.exit_status, told.rows_rejected, told.stored) == (1, 1, True)
    assert CODES[0] in told.messages[0].message
    assert "Svensson" not in json.dumps(report.as_json(), ensure_ascii=False)


def test_a_table_that_fails_stores_nothing_and_the_others_go_on(
    workspace: Workspace, server: ApiServer
) -> None:
    server.play(GR.format(code=CODES[-1]), Reply(raw=b"<html>Underh\xc3\xa5ll</html>"))
    report = fetch(workspace)
    told = about(report, "/statistics/gr")
    assert (told.exit_status, told.stored, told.format) == (2, False, None)
    assert about(report, "/national-values/gr").stored


def test_a_service_that_is_down_is_told_once(workspace: Workspace, server: ApiServer) -> None:
    server.play("/v4/school-units", Reply(status=503))
    report = fetch(workspace)
    assert [file.exit_status for file in report.files] == [2]
    assert "api-failing" in render_summary(report)


def test_endless_pages_of_units_are_refused(workspace: Workspace, server: ApiServer) -> None:
    about_pages = {"size": 1, "totalElements": 10**6, "totalPages": 10**6, "number": 0}
    same = {"_embedded": {"listedSchoolUnits": [listed(CODES[0], "A", ("gr",))]}, "page": about_pages}
    server.play("/v4/school-units", envelope(same))
    codes = {m.code for file in fetch(workspace).files for m in file.messages if m.level == "error"}
    assert "api-paging-endless" in codes


def test_the_command_writes_the_objects_of_the_contract(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "fetched.json"
    words = ["fetch", "skolverket", "--json", str(out), "--workspace", str(workspace.root)]
    assert main(words) == 0
    told = json.loads(out.read_text("utf-8"))
    for found in told:
        assert {"file", "format", "level", "school_year", "rows", "columns", "sha256", "stored"} <= set(found)
        assert found["rows_read"] == sum(
            found[f"rows_{name}"] for name in ("accepted", "rejected", "ignored")
        )
    assert "läsåret 2025/26" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["fetch", "siris"],
        ["fetch", "skolverket", "--municipality", "81"],
        ["fetch", "skolverket", "--unit", "123"],
        ["fetch", "kolada", "--since", "2025-01-02", "--until", "2025-01-01"],
    ],
)
def test_wrong_use_is_told_before_anything_is_asked(
    workspace: Workspace, server: ApiServer, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--workspace", str(workspace.root)]) == 2
    assert capsys.readouterr().err.startswith(("”", "Värdet", "Första"))
    assert server.asked == []


def test_the_cube_takes_the_file_first_and_the_api_for_what_no_file_has(workspace: Workspace) -> None:
    import_paths([EXTRACT], workspace=workspace)
    fetch(workspace)
    catalog = Catalog(workspace)
    cube = compute_cube(Store(workspace), catalog, {})
    rows = cube[(cube["indicator"] == "results.merit_rating_17") & (cube["code"] == "10453232")]
    by_year = rows.set_index("school_year")
    assert by_year.loc["2024/25", "value"] == 202.6
    assert by_year.loc["2024/25", "n"] == 51
    assert by_year.index.is_unique
    older = by_year.drop(index="2024/25")
    assert len(older) >= 2
    assert older["n"].isna().all()
