"""Inner reports with the register's words are about our own units; the public pictures are about all."""

from __future__ import annotations

import pytest
from batch_workspace import make_workspace

from analysis_lib.batch.rooms import RoundData
from analysis_lib.batch.targets import targets
from analysis_lib.report.parameters import load_sidecar, report_names
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import CIRCLES, Audience, ReportOrder, Seminar, Unit
from analysis_lib.vocabulary.workspace import Workspace

OWN, OTHERS = "12345678", "87654321"
_PUBLIC_PICTURES = {"skolbild", "forskolebild", "fritidshemsbild"}


def _made_about(place: Workspace, report: str, audience: Audience, *, released: tuple[str, ...]) -> list[str]:
    units = {
        OWN: Unit(code=OWN, name="Åsskolan"),
        OTHERS: Unit(code=OTHERS, name="Björkens friskola", organiser="independent"),
    }
    order = ReportOrder(name=report, scope="unit")
    seminar = Seminar(id="prov", title="Prov", school_year="2024/25", audience=audience, reports=(order,))
    data = RoundData("2024/25", units, dict.fromkeys(released, "same"), "whole")
    sidecar = load_sidecar(place, report)
    return [code for code, _ in targets(Catalog(place), seminar, order, sidecar, data)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("targets") / "w")


def test_others_units_are_met_only_in_public_pictures(place: Workspace) -> None:
    of_units = [name for name in report_names(place) if load_sidecar(place, name).scope == "unit"]
    assert {"verksamhetsrapport", "arskullsanalys", "enkatrapport", *_PUBLIC_PICTURES} < set(of_units)
    for report in of_units:
        for audience in CIRCLES:
            found = _made_about(place, report, audience, released=(OWN, OTHERS))
            is_open = report in _PUBLIC_PICTURES and audience != "internal"
            assert found == ([OWN, OTHERS] if is_open else [OWN]), (report, audience)


def test_others_without_published_figures_get_nothing(place: Workspace) -> None:
    assert _made_about(place, "skolbild", "public", released=()) == [OWN]
    assert _made_about(place, "arskullsanalys", "internal", released=()) == []
