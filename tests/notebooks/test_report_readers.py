"""What a parent, a board member and a rektor meet: plain words, whole tables, short and kind gaps."""

from __future__ import annotations

import html as html_text
import io
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pikepdf
import pytest
import yaml
from executed_reports import LARGE, REPORTS, ROOT, SEMINAR, SMALL, Executed, place_of
from synthetic import INDEPENDENT

from analysis_lib.disclosure.release import open_released
from analysis_lib.report import sections
from analysis_lib.report.context import Report, open_report
from analysis_lib.report.document import read_document
from analysis_lib.report.pdf import write_pdf
from analysis_lib.report.scope import Place, Scope
from analysis_lib.vocabulary.workspace import Workspace

Give = Callable[..., Executed]
# Words about how the tool is used; "läst" alone is not among them, since pupils have "läst" a subject.
TOOL_WORDS = re.compile(
    r"\.ya?ml|\.csv|params/|skolbank |notebook|inläst|[Ll]äs in |lästs in|fyll i|fylls", re.I
)
GAPS = yaml.safe_load((ROOT / "params" / "gaps.yaml").read_text("utf-8"))
BAND = b"0.98039216 0.9137255 0.8117647"  # the band's colour, #FAE9CF
ELIGIBLE = ("yrkesprogram", "estetiska programmet", "ekonomi, humaniora och samhälle", "natur och teknik")


def reader_text(page: str) -> str:
    page = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", page, flags=re.S)
    return html_text.unescape(re.sub(r"<[^>]+>", " ", page))


def opened(workspace: Workspace, report: str, unit: str = "", audience: str = "") -> Report:
    return open_report(
        report=report, unit=unit, seminar=SEMINAR, audience=audience, workspace=str(workspace.root)
    )


def overview(document: Executed) -> dict[str, Any]:
    blocks = read_document(document.notebook).blocks()
    return dict(next(block.data for block in blocks if block.data.get("id") == "tabell-matt"))


# -- gaps ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "unit"),
    [
        ("skolbild", LARGE),
        ("skolbild", SMALL),
        ("skolbild", INDEPENDENT),
        ("kommunbild", ""),
        ("verksamhetsanalys", ""),
    ],
)
def test_a_public_page_never_says_how_the_tool_is_used(executed: Give, report: str, unit: str) -> None:
    found = TOOL_WORDS.search(reader_text(executed(report, unit).html))
    assert not found, found


def test_a_public_gap_is_one_short_line_and_only_the_internal_edition_tells_how_it_is_filled(
    workspace: Workspace,
) -> None:
    public, internal = (opened(workspace, "kommunbild", audience=each) for each in ("", "internal"))
    for kind in ("surveys", "measures", "inspections", "targets"):
        shown, told = public.missing(kind).data, internal.missing(kind).data
        assert (shown["why"], shown["remedy"]) == ("", "")
        assert len(shown["what"]) <= 90
        assert told["what"] == shown["what"]
        assert told["remedy"]


@pytest.mark.parametrize("kind", sorted(GAPS))
def test_every_gap_has_words_for_both_kinds_of_reader(kind: str) -> None:
    assert set(GAPS[kind]) == {"public", "internal"}
    assert not TOOL_WORDS.search(GAPS[kind]["public"])


# -- where the numbers come from -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bases", "said", "unsaid"),
    [
        ({"own"}, "skolornas egna uppgifter", "Skolverket"),
        ({"published"}, "Skolverkets publicerade statistik", "beräknat"),
        ({"published", "computed"}, "beräknat", "egna uppgifter"),
    ],
)
def test_the_first_page_says_what_is_true_for_where_the_numbers_come_from(
    bases: set[str], said: str, unsaid: str
) -> None:
    told = sections.whose_numbers(bases)
    assert "kommunens egna skolor" in told
    assert said in told
    assert unsaid not in told


def test_a_published_whole_goes_before_one_computed_from_units(workspace: Workspace) -> None:
    """Issue 2, point 4: what an authority has published stands as it is."""
    scope = opened(workspace, "kommunbild").scope
    frame = scope.table.frame
    row = frame[(frame["level"] == "national") & (frame["indicator"] == "results.all_passed_9")].head(1)
    both = [
        row.assign(basis=basis, value=value) for basis, value in (("computed", 61.0), ("published", 60.0))
    ]
    table = open_released(pd.concat(both, ignore_index=True), "public")
    place = Place("national", "RIKET", ("all", ""), "Riket")
    found = Scope(table, scope.settings, scope.units, None, scope.school_year, scope.years)
    cells = list(found.series([place], "results.all_passed_9", years=None).cells())
    assert [(cell.basis, cell.value) for cell in cells] == [("published", 60.0)]


# -- the table of measures (B1) ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "unit"), [("skolbild", LARGE), ("kommunbild", ""), ("verksamhetsanalys", "")]
)
def test_all_measures_stand_in_one_table_with_goal_comparison_change_n_and_source(
    executed: Give, report: str, unit: str
) -> None:
    data = overview(executed(report, unit))
    names = [line["cells"]["measure"]["text"] for line in data["rows"]]
    assert {f"Behöriga till {each}" for each in ELIGIBLE} <= set(names)
    assert {
        "Godkänt i alla ämnen",
        "Meritvärde (17)",
        "Meritvärde (16)",
        "Godkänt i alla ämnen, åk 6",
    } <= set(names)
    keys = {each["key"] for each in data["columns"]}
    assert {"measure", "target", "result", "n", "nation", "source"} <= keys
    assert ("authority" in keys) == (report == "skolbild")
    for line in data["rows"]:
        assert line["cells"]["n"]["text"]
        assert line["cells"]["source"]["text"] == "Skolorna"
        told = line["cells"].get("change", {}).get("text", "")
        if "(" in told:
            assert re.search(r"säker (ökning|minskning|förändring)", told), told


def test_a_unit_with_published_figures_only_has_the_measures_that_are_published(executed: Give) -> None:
    data = overview(executed("skolbild", INDEPENDENT))
    assert {line["cells"]["source"]["text"] for line in data["rows"]} == {"Skolverket"}
    assert "target" not in {each["key"] for each in data["columns"]} or len(data["rows"]) >= 3


# -- the first page of the board's report, and paper ---------------------------------------------------------


def test_the_first_section_of_the_verksamhetsanalys_stands_alone(executed: Give) -> None:
    first = read_document(executed("verksamhetsanalys").notebook).sections[0]
    shown = [part for part in first.parts if hasattr(part, "kind")]
    assert [part.kind for part in shown] == ["findings", "questions", "paragraph", "facts"]
    assert shown[1].data["heading"] == "Till beslut"
    assert shown[2].data["text"].startswith("Täckning: ")


def test_every_page_of_an_internal_print_says_that_it_must_not_be_published(
    executed: Give, workspace: Workspace
) -> None:
    notebook = executed("skolbild", LARGE).notebook
    outputs = [out for cell in notebook["cells"] for out in cell.get("outputs", ())]
    bundles = [out["data"].get("application/vnd.skolbank.block+json") for out in outputs if "data" in out]
    seal = next(each for each in bundles if each and each["kind"] == "seal")
    seal["data"]["audience"] = "internal"
    try:
        with pikepdf.open(io.BytesIO(write_pdf(notebook))) as pdf:
            assert all(BAND in page_bytes(page) for page in pdf.pages)
    finally:
        seal["data"]["audience"] = "public"
    with pikepdf.open(io.BytesIO(executed("skolbild", LARGE).pdf)) as pdf:
        assert not any(BAND in page_bytes(page) for page in pdf.pages)


def page_bytes(page: Any) -> bytes:
    streams = page.Contents if isinstance(page.Contents, pikepdf.Array) else [page.Contents]
    return b"".join(stream.read_bytes() for stream in streams)


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_has_at_most_six_figures(executed: Give, report: str) -> None:
    """R20, look: a skolbild has at most six figures."""
    blocks = read_document(executed(report, place_of(report)).notebook).blocks()
    assert sum(block.kind == "figure" for block in blocks) <= 6
