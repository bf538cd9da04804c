"""PxWeb as API and as workbook are twins: the same figures come out equal, whole or in parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from api_server import ApiServer, Asked, Reply, serving
from api_workspace import connect, make_workspace
from source_specs import ROOT

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.api_sources import fetch_source
from analysis_lib.sources.fetching import FetchOrder
from analysis_lib.sources.import_report import ImportReport
from analysis_lib.sources.importer import import_paths
from analysis_lib.sources.jsonstat import read_cells
from analysis_lib.vocabulary.workspace import Workspace

WORKBOOK = ROOT / "pxweb_analysis_support" / "input.xlsx"
TABLE = "/Underlag_for_analys_inom_det_nationella_kvalitetssystemet/Grundskola/Grundskola.px"
SQL = "SELECT * FROM core_skolverket__statistics WHERE table_id = 'analysis_support' ORDER BY ALL"


class Database(ApiServer):
    """Holds the figures of the workbook and answers as PxWeb does."""

    def __init__(self, *, is_sparse: bool = False) -> None:
        super().__init__()
        sheet = openpyxl.load_workbook(WORKBOOK).active
        assert sheet is not None
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        top = next(i for i, row in enumerate(rows) if str(row[1]).startswith("RIKET"))
        bottom = next(i for i in range(top + 2, len(rows)) if rows[i][0] is None)
        self.places = [str(name) for name in rows[top][1:]]
        self.year = str(rows[top + 1][1])
        self.measures = [str(row[0]) for row in rows[top + 2 : bottom]]
        self.figures = {
            (place, str(row[0])): value
            for row in rows[top + 2 : bottom]
            for place, value in zip(self.places, row[1:], strict=True)
        }
        self.is_sparse = is_sparse
        self.codes = [f"plats-{n}" for n in range(len(self.places))]
        self.play(TABLE, self.answer)

    def answer(self, asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply({"title": "Underlag för analys för grundskola", "variables": self.variables()})
        wanted = {each["code"]: each["selection"]["values"] for each in asked.document["query"]}
        assert asked.document["response"] == {"format": "json-stat2"}
        places = [self.places[self.codes.index(code)] for code in wanted["level"]]
        found = [self.figures[place, measure] for place in places for measure in self.measures]
        return Reply(self.dataset(wanted["level"], places, found))

    def variables(self) -> list[dict[str, Any]]:
        numbers = [str(n) for n in range(len(self.measures))]
        return [
            {"code": "level", "text": "nivå", "values": self.codes, "valueTexts": self.places},
            {"code": "tid", "text": "läsår", "values": ["0"], "valueTexts": [self.year]},
            {"code": "variabel", "text": "mått", "values": numbers, "valueTexts": self.measures},
        ]

    def dataset(self, codes: list[str], places: list[str], found: list[Any]) -> dict[str, Any]:
        numbers = [_number(value) for value in found]
        status = {str(i): str(v) for i, v in enumerate(found) if numbers[i] is None}
        values: Any = numbers
        if self.is_sparse:
            values = {str(i): number for i, number in enumerate(numbers) if number is not None}
        keys = [str(n) for n in range(len(self.measures))]
        return {
            "version": "2.0",
            "class": "dataset",
            "id": ["level", "tid", "variabel"],
            "size": [len(codes), 1, len(self.measures)],
            "dimension": {
                "level": _dimension(codes, places),
                "tid": _dimension(["0"], [self.year]),
                "variabel": _dimension(keys, self.measures),
            },
            "value": values,
            "status": status,
        }


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _dimension(keys: list[str], labels: list[str]) -> dict[str, Any]:
    index = {key: position for position, key in enumerate(keys)}
    return {"category": {"index": index, "label": dict(zip(keys, labels, strict=True))}}


@pytest.fixture(params=[False, True], ids=["list", "sparse"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    played = Database(is_sparse=request.param)
    with serving(played):
        yield played


def workspace_for(place: Path, database: Database, **values: Any) -> Workspace:
    codes = sorted({label[-9:-1] for label in database.places if label[-9:-1].isdigit()})
    listed = "".join(f'  - {{code: "{code}", name: Skola {code}}}\n' for code in codes)
    made = make_workspace(place, municipality="1440", units=f"units:\n{listed}")
    settings = made.params / "settings.yaml"
    settings.write_text(settings.read_text("utf-8").replace("Ortens kommun", "Ale kommun"), "utf-8")
    connect(made, "pxweb_api", database.url, **values)
    return made


def fetch(workspace: Workspace, **order: Any) -> ImportReport:
    return fetch_source("pxweb", FetchOrder(**order), workspace=workspace)


def test_the_api_and_the_workbook_are_twins(tmp_path: Path, database: Database) -> None:
    workspace = workspace_for(tmp_path / "api", database)
    report = fetch(workspace)
    (told,) = report.files
    assert (report.exit_status, told.format, told.stored) == (0, "skolverket.analysis_support", True)
    api = Store(workspace).query(SQL)
    other = make_workspace(tmp_path / "file", municipality="1440")
    import_paths([WORKBOOK], workspace=other)
    file = Store(other).query(SQL)
    own = file["authority_name"].str.casefold() == "ale kommun"
    kept = file[(file["level"] == "national") | (file["level"] == "unit") | own].reset_index(drop=True)
    assert set(api["level"]) == {"national", "authority", "unit"}
    assert len(api) > 200
    pd.testing.assert_frame_equal(api, kept)
    assert {"", "missing", "suppressed"} <= set(api["mark"])


def test_parts_give_the_same_as_one_question(tmp_path: Path, database: Database) -> None:
    whole, parts = (
        workspace_for(tmp_path / "a", database),
        workspace_for(tmp_path / "b", database, cells_a_call=100),
    )
    fetch(whole)
    asked = len(database.asked)
    fetch(parts)
    assert len(database.asked) - asked > 2
    pd.testing.assert_frame_equal(Store(whole).query(SQL), Store(parts).query(SQL))


def test_only_the_units_asked_for_and_riket(tmp_path: Path, database: Database) -> None:
    workspace = workspace_for(tmp_path / "w", database)
    code = next(label[-9:-1] for label in database.places if label[-9:-1].isdigit())
    fetch(workspace, units=(code,))
    assert set(Store(workspace).query(SQL)["unit_code"]) == {"", code}
    assert set(Store(workspace).query(SQL)["level"]) == {"national", "unit"}


def test_a_set_with_other_sizes_is_refused(database: Database) -> None:
    good = database.dataset(["plats-0"], database.places[:1], [1.0] * len(database.measures))
    read_cells(good, where="/x")
    for change in (
        {"size": [2, 1, len(database.measures)]},
        {"value": [1]},
        {"id": ["a"]},
        {"dimension": {}},
    ):
        with pytest.raises(SkolbankError) as caught:
            read_cells(good | change, where="/x")
        assert caught.value.code == "api-answer-unexpected"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply({"title": "x", "variables": []}), "api-answer-unexpected"),
        (Reply([{"id": "Grundskola", "type": "l"}]), "api-answer-unexpected"),
        (Reply(status=404), "api-not-found"),
        (Reply(status=429, headers={"Retry-After": "0"}), "api-busy"),
    ],
)
def test_a_table_of_another_form_is_told(tmp_path: Path, database: Database, reply: Reply, code: str) -> None:
    workspace = workspace_for(tmp_path / "w", database)
    database.play(TABLE, reply)
    (told,) = fetch(workspace).files
    assert ({message.code for message in told.messages}, told.exit_status) == ({code}, 2)


@pytest.mark.parametrize("agrees", [True, False])
def test_several_tables_are_read_as_one_unless_they_contradict(
    agrees: bool, tmp_path: Path, database: Database
) -> None:
    other = "Kommunala_jamforelsetal/Grundskola/Grundskola.px"
    second = Database()
    if agrees:
        second.measures = [f"{measure} (jämförelse)" for measure in second.measures[:2]]
    second.figures = {(p, m): n for n, m in enumerate(second.measures) for p in second.places}
    database.play(f"/{other}", second.answer)
    workspace = workspace_for(tmp_path, database, tables=[TABLE[1:], other])
    (file,) = fetch(workspace).files
    if agrees:
        names = set(Store(workspace).query(SQL)["measure"])
        assert file.exit_status == 0
        assert len(names) == len(database.measures) + 2
    else:
        assert [message.code for message in file.messages] == ["measure-repeated"]
        assert Store(workspace).current() == []
