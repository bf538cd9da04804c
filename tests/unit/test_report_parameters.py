"""The typed parameters of a report: every fault at once, with the nearest right name."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.report import parameters
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.workspace import Workspace

UNITS = {
    "12345687": Unit(code="12345687", name="Åsskolan"),
    "22222222": Unit(code="22222222", name="Björkskolan"),
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "params" / "seminars").mkdir(parents=True)
    names = {"municipality_name": "Almvik", "authority_name": "Almviks kommun"}
    settings = {"municipality_code": "9901"} | names
    (tmp_path / "params" / "settings.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    seminar = {"id": "2026-ht", "title": "Hösten", "school_year": "latest", "reports": [{"name": "skolbild"}]}
    (tmp_path / "params" / "seminars" / "2026-ht.yaml").write_text(yaml.safe_dump(seminar), "utf-8")
    return Workspace(tmp_path)


def check(workspace: Workspace, given: dict[str, object]) -> dict[str, object]:
    sidecar = parameters.load_sidecar(workspace, "skolbild")
    return parameters.check_parameters(
        sidecar, given, where="seminars/2026-ht.yaml", catalog=Catalog(workspace), units=UNITS
    )


def test_right_parameters_come_back_with_defaults(workspace: Workspace) -> None:
    assert check(workspace, {"unit": "12345687", "seminar": "2026-ht"}) == {
        "unit": "12345687",
        "seminar": "2026-ht",
        "audience": "",
    }


def test_every_fault_is_told_at_once_with_the_nearest_name(workspace: Workspace) -> None:
    with pytest.raises(SeveralErrors) as caught:
        check(workspace, {"unit": "12345678", "semniar": "2026-ht", "audience": "publik"})
    faults = {error.code: error for error in caught.value.errors}
    assert faults["parameter-unknown"].remedy == "Menade du seminar?"
    assert faults["parameter-missing"].where == "seminars/2026-ht.yaml: seminar"
    assert faults["parameter-invalid"].remedy == "Menade du public?"
    assert faults["unit-unknown"].remedy == "Menade du 12345687 Åsskolan?"
    assert caught.value.exit_status == 2


def test_a_units_name_is_answered_with_its_code() -> None:
    assert "Menade du 12345687 Åsskolan?" in str(parameters.unknown_unit("Åsskolan", UNITS))
    told = str(parameters.unknown_unit("Sjöskolan norr", {}))
    assert "åtta siffror" in told
    assert "skolbank status" in told


def test_a_number_where_text_is_wanted_is_a_fault(workspace: Workspace) -> None:
    with pytest.raises(SeveralErrors) as caught:
        check(workspace, {"unit": 12345687, "seminar": "2026-ht"})
    assert [error.code for error in caught.value.errors] == ["parameter-mistyped"]
    assert "citattecken" in str(caught.value)


def test_an_unknown_seminar_and_report_are_answered_with_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(SeveralErrors) as caught:
        check(workspace, {"unit": "12345687", "seminar": "2026-th"})
    assert caught.value.errors[0].remedy == "Menade du 2026-ht?"
    with pytest.raises(SkolbankError, match="Menade du skolbild"):
        parameters.load_sidecar(workspace, "skolbid")


def test_the_workspaces_own_report_goes_before_the_builtin(workspace: Workspace) -> None:
    own = workspace.root / "notebooks" / "reports"
    own.mkdir(parents=True)
    (own / "skolbild.ipynb").write_text("{}", "utf-8")
    assert parameters.notebook_path(workspace, "skolbild") == own / "skolbild.ipynb"
    assert "kommunbild" in parameters.report_names(workspace)
