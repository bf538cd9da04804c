"""The documents of the quality year as their readers get them: B1, B2, F8, F12, G8 and G11."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

import pikepdf
import pytest
from executed_reports import LARGE, ROOT, SEMINAR, Executed
from synthetic import make_workspace

from analysis_lib.present.blocks import Block
from analysis_lib.register import Entry, load_kinds, open_register
from analysis_lib.register.kinds.chosen import ChosenFigure
from analysis_lib.register.kinds.inspection import Deficiency, InspectionCase
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.register.kinds.ratings import Rating
from analysis_lib.register.kinds.voices import Judgement
from analysis_lib.report.context import Report, open_report
from analysis_lib.report.parameters import load_sidecar
from analysis_lib.vocabulary.questions import handbook
from analysis_lib.vocabulary.workspace import Workspace

YEAR = "2024/25"
PICTURES = ("skolbild", "forskolebild", "fritidshemsbild")
CHILD_RESULTS = ("results.", "progress.", "attendance.")


@pytest.fixture(scope="module", name="place")
def _place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The synthetic municipality with a register in which one unit has written of its läsår."""
    workspace = make_workspace(tmp_path_factory.mktemp("provkoping-ord"))
    load_kinds()
    register = open_register(workspace)

    def put(entry: Entry) -> str:
        saved = register.save(entry, author="test", role="Rektor", unit=LARGE, school_year=YEAR)
        return saved.thing

    for scope, area in (("general", "Studiero"), ("individual", "Stöd")):
        case = InspectionCase.model_validate(
            {"form": "planned", "scope": scope, "decided_on": "2025-01-15", "decision": "order"}
        )
        brist = {"case": put(case), "area": area, "deficiency": "Arbetsron brister", "due": "2025-06-01"}
        put(Deficiency.model_validate(brist))
    for term, level in (("ht", 2), ("vt", 3)):
        rating = {"instrument": "lararnas-rutiner", "part": "lektion.start", "round": term, "level": level}
        put(Rating.model_validate({**rating, "rated_on": "2025-04-10", "rater": "leadership"}))
    told = {"area": "Läsning", "source": "interview", "verdict": "ongoing", "evidence": "Samtal i maj"}
    put(Judgement.model_validate(told))
    for indicator in ("Godkänt i alla ämnen", "results.merit_rating_17", "Eget läsprov"):
        measure = {"what": f"Läsgrupper, {indicator}", "origin": "staff", "responsible": "Rektor"}
        measure |= {"indicator": indicator, "start": "2024-09-02", "deadline": "2025-06-01"}
        put(Measure.model_validate(measure))
    chosen = {"drawing": "trend", "indicators": ["results.all_passed_9"], "report": "verksamhetsanalys"}
    put(ChosenFigure.model_validate({**chosen, "comment": "Se på den långa linjen"}))
    register.close()
    return workspace


def opened(place: Workspace, report: str, *, audience: str = "internal") -> Report:
    return open_report(
        report=report, unit=LARGE, seminar=SEMINAR, audience=audience, workspace=str(place.root)
    )


def lines(block: Block) -> list[dict[str, str]]:
    """A table's rows as texts by column."""
    return [{key: cell["text"] for key, cell in row["cells"].items()} for row in block.data["rows"]]


def headings(html: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", found).strip() for found in re.findall(r"<h2[^>]*>(.*?)</h2>", html, re.S)]


def test_B1_everything_is_judged_in_one_table(place: Workspace) -> None:
    table = opened(place, "nulagesanalys").assessment()
    assert [one["label"] for one in table.data["columns"]] == [
        "Område",
        "Mål",
        "Utfall",
        "Jämförelse",
        "Bedömning",
        "Källa",
        "Antal",
    ]
    groups = [row["cells"]["what"]["text"] for row in table.data["rows"] if row["style"] == "group"]
    assert groups == [
        "Resultat och förutsättningar",
        "Självskattning",
        "Tillsyn",
        "Så har ni bedömt källorna",
    ]
    told = [line for line in lines(table) if len(line) > 1]
    assert all(cell.strip() for line in told for cell in line.values())
    by_name = {line["what"]: line for line in told}
    vocational = by_name["Behöriga till yrkesprogram"]
    assert vocational["target"] == "92,0\xa0%"
    assert vocational["verdict"] in ("Nått", "På väg", "Inte nått")
    assert "(kommunen)" in vocational["comparison"]
    assert by_name["Läsning"] | {"what": ""} == {
        "what": "",
        "target": "–",
        "result": "Samtal i maj",
        "comparison": "–",
        "verdict": "På väg",
        "source": "Intervju",
        "n": "–",
    }
    assert "Stöd" not in by_name  # a case about a single pupil is never shown
    assert by_name["Studiero"]["verdict"] == "Försenad"


def test_B1_a_self_rating_stands_beside_its_own_past_only(place: Workspace) -> None:
    table = opened(place, "nulagesanalys").assessment()
    (rated,) = [line for line in lines(table) if line.get("verdict") == "▲ +1 steg"]
    assert (rated["result"], rated["comparison"]) == ("Nivå 3", "Nivå 2 förra gången")


def test_B1_the_table_tells_released_facts_of_the_own_unit_and_the_whole(place: Workspace) -> None:
    table = opened(place, "nulagesanalys").assessment()
    assert table.facts
    assert {fact.cell["unit"] for fact in table.facts} <= {LARGE, "HUVUDMAN", "KOMMUN", "9901"}


def test_B2_the_report_of_a_unit_runs_unattended_with_every_section_of_its_handbook(
    executed: Callable[..., Executed],
) -> None:
    made = executed("verksamhetsrapport", LARGE)
    book = handbook(Workspace(ROOT), "rektorsrapport", "2.1")
    told = headings(made.html)
    assert [one for one in told if one in {s.heading for s in book.sections}] == [
        section.heading for section in book.sections
    ]
    assert made.html.count("<table") > 3
    assert '<html lang="sv"' in made.html
    assert "– Underlag saknas" in made.html  # nobody has written yet, and it says so
    with pikepdf.open(io.BytesIO(made.pdf)) as document:
        assert document.Root.Lang == "sv-SE" or str(document.Root.Lang).startswith("sv")
        assert document.Root.MarkInfo.Marked


def test_G11_the_made_documents_have_the_same_sections_in_the_same_order(
    executed: Callable[..., Executed],
) -> None:
    rektor = headings(executed("verksamhetsrapport", LARGE).html)
    huvudman = headings(executed("huvudmannens-verksamhetsplan").html)
    book = handbook(Workspace(ROOT), "rektorsrapport", "2.1")
    names = {section.heading for section in book.sections}
    assert [one for one in rektor if one in names] == [one for one in huvudman if one in names]
    assert [one for one in rektor if one in names] == [section.heading for section in book.sections]


@pytest.mark.parametrize("report", PICTURES)
def test_F8_each_picture_is_short_public_and_has_at_most_six_figures(
    executed: Callable[..., Executed], report: str
) -> None:
    made = executed(report, LARGE)
    with pikepdf.open(io.BytesIO(made.pdf)) as document:
        assert len(document.pages) <= 5  # about four, and the page on how the numbers are made
    assert made.html.count('class="finding"') <= 6
    for heading in ("Om oss", "Det här gör vi nu"):
        assert heading in headings(made.html)
    assert load_sidecar(Workspace(ROOT), report).scope == "unit"


@pytest.mark.parametrize("report", ["forskolebild", "fritidshemsbild"])
def test_F8_no_childs_results_stand_in_a_picture_of_a_preschool(report: str) -> None:
    sidecar = load_sidecar(Workspace(ROOT), report)
    source = (ROOT / "notebooks" / "reports" / f"{report}.ipynb").read_text("utf-8")
    assert not [name for name in sidecar.indicators if name.startswith(CHILD_RESULTS)]
    assert not [name for name in CHILD_RESULTS if f'"{name}' in source]


def test_F12_the_reports_way_stands_on_the_title_page() -> None:
    notebook = json.loads((ROOT / "notebooks/reports/verksamhetsrapport.ipynb").read_text("utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"]]
    at = next(number for number, cell in enumerate(cells) if "report.masthead()" in cell)
    assert cells[at + 1].strip() == "report.state()"


def test_G8_the_rektors_report_has_every_measure_with_its_computed_effect(place: Workspace) -> None:
    blocks = opened(place, "verksamhetsrapport").drawn_followed()
    table = blocks[0]
    told = {line["k0"]: line for line in lines(table)}
    assert len(told) == 3
    assert all(line["k3"] and line["k4"] for line in told.values())
    assert told["Läsgrupper, Eget läsprov"]["k4"].startswith("Måttet följs av enheten själv")
    for name in ("Läsgrupper, Godkänt i alla ämnen", "Läsgrupper, results.merit_rating_17"):
        assert "→" in told[name]["k2"] or "visas inte" in told[name]["k4"]


def test_G8_a_wider_circle_sees_no_units_effect(place: Workspace) -> None:
    blocks = opened(place, "verksamhetsrapport", audience="public").drawn_followed()
    assert "Mot liknande enheter" not in json.dumps(
        [dict(block.data) for block in blocks], ensure_ascii=False
    )


@pytest.mark.parametrize(("audience", "is_there"), [("internal", True), ("board", False), ("public", False)])
def test_a_chosen_figure_stands_with_the_questions_of_the_internal_edition_only(
    place: Workspace, audience: str, is_there: bool
) -> None:
    report = open_report(
        report="verksamhetsanalys", seminar=SEMINAR, audience=audience, workspace=str(place.root)
    )
    told = json.dumps(report.questions().as_json(), ensure_ascii=False)
    assert ("Se på den långa linjen" in told) is is_there
    assert (f"{LARGE}-" in told or "Alskolan" in told) is is_there
