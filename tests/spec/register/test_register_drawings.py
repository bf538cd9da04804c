"""What people wrote, drawn: the need table, the timeline of tillsyn and the publication matrix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from register_world import YEAR, World, day, world

from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.charts.needs import draw_needs
from analysis_lib.present.charts.timeline import draw_timeline, timeline_finding
from analysis_lib.present.html import block_html
from analysis_lib.present.publication import publication_table
from analysis_lib.present.svg import render_svg
from analysis_lib.register.kinds.documents import Document
from analysis_lib.register.kinds.inspection import Deficiency, InspectionCase
from analysis_lib.register.kinds.measures import ImprovementArea
from analysis_lib.register.views.documents import publication_matrix
from analysis_lib.register.views.inspections import case_rows
from analysis_lib.register.views.needs import need_table
from analysis_lib.sources.example.lived import fill_register


@pytest.fixture(scope="module", name="lived")
def _lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    for made in world(tmp_path_factory.mktemp("drawn") / "almvik"):
        fill_register(made.workspace)
        yield made


def names(lived: World) -> dict[str, str]:
    return {unit.code: unit.name for unit in lived.units.values() if unit.closed is None}


def needs(lived: World, **given: Any) -> Block:
    cells = need_table(lived.current(ImprovementArea), lived.units, school_year=YEAR, **given)
    return draw_needs(cells, names(lived), Setting("BE-25", "", "registret"), period=YEAR)


def timeline(lived: World) -> Block:
    rows = case_rows(lived.current(InspectionCase), lived.current(Deficiency), today=day("2026-11-22"))
    return draw_timeline(rows, names(lived), Setting("TI-26", "", "registret"), today=day("2026-11-22"))


def test_B4_the_need_table_tells_the_commonest_need_and_has_a_sum(lived: World) -> None:
    block = needs(lived)
    told = "Studiero och trygghet är de vanligaste behoven: fem av 13 enheter var"
    assert block.data["finding"] == told
    rows = block.data["table"]["rows"]
    assert len(rows) == 14
    total = sum(record.school_year == YEAR for record in lived.current(ImprovementArea))
    sums = [cell["text"] for key, cell in rows[-1]["cells"].items() if key != "unit"]
    assert sum(int(words.split(" ")[0]) for words in sums) == total


def test_B4_a_missing_report_is_hatched_and_no_need_is_blank(lived: World) -> None:
    everyone = list(names(lived))
    block = needs(lived, reported=everyone[1:])
    told = block.data["table"]["rows"][1]["cells"]
    assert {cell["text"] for cell in told.values()} >= {""}
    drawn = render_svg(needs(lived).data["charts"]["wide"], id_prefix="w")
    assert "-hatch" not in drawn


def test_F14_the_timeline_has_one_lane_per_general_deficiency(lived: World) -> None:
    block = timeline(lived)
    assert block.data["finding"] == "Ett ärende är öppet och försenat"
    states = [row["cells"]["state"]["text"] for row in block.data["table"]["rows"]]
    assert states == ["Försenad", "Avslutad"]
    assert block.data["table"]["rows"][0]["cells"]["closed"]["text"] == "resultat saknas"


def test_F15_individual_cases_are_in_the_count_and_not_in_the_drawing(lived: World) -> None:
    secret: Any = {
        "form": "targeted",
        "scope": "individual",
        "decided_on": "2026-09-01",
        "decision": "order",
        "due": "2027-02-01",
    }
    saved = lived.put(InspectionCase.model_validate(secret), unit="99010012", on="2026-11-20")
    lived.put(
        Deficiency(
            case=saved.thing, area="Särskilt stöd", deficiency="Utredningen är sen", due=day("2027-02-01")
        ),
        unit="99010012",
    )
    block = timeline(lived)
    assert block.data["finding"] == "Två ärenden är öppna, ett är försenat"
    assert "Särskilt stöd" not in str(block.data)
    assert timeline_finding([]) == "Inga ärenden är öppna"


def test_M7_the_matrix_names_what_is_missing(lived: World) -> None:
    cells = publication_matrix(lived.current(Document), ["2023/24", "2024/25"])
    block = publication_table(cells)
    assert block.data["foot"] == "VA1 2024/25 saknas."
    assert len(block.data["rows"]) == 4
    html = block_html("table", block.data)
    assert html.count("saknas") == 3
    assert "Presentation 2024-03-18" in html


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_B4_and_F14_drawings_have_alt_texts_and_no_small_letters(lived: World, width: str) -> None:
    for block in (needs(lived), timeline(lived)):
        assert len(block.data["alt"]) <= 300
        spec = block.data["charts"][width]
        sizes = [layer["mark"]["fontSize"] for layer in spec["layer"] if layer["mark"]["type"] == "text"]
        assert min(sizes) >= 12.5
        assert 'role="img"' in render_svg(spec, id_prefix=width)
