"""The PDF of a report: tagged, Swedish, whole, and the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
import pytest
from executed_reports import LARGE, REPORTS, Executed, has_results, place_of

from analysis_lib.report.document import read_document
from analysis_lib.report.pdf import paragraphs, print_data, write_pdf

Give = Callable[..., Executed]


def opened(executed: Give, report: str) -> pikepdf.Pdf:
    document = executed(report, place_of(report))
    return pikepdf.open(io.BytesIO(document.pdf))


def elements(node: Any) -> Iterator[Any]:
    """All structure elements below a node of the tag tree."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from elements(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node["/K"])


@pytest.mark.parametrize("report", REPORTS)
def test_the_file_says_its_language_and_title_and_is_tagged(executed: Give, report: str) -> None:
    """R20, PDF/UA-1 and, for the archive, PDF/A-2a with a colour profile of its own."""
    with opened(executed, report) as pdf:
        assert str(pdf.Root.Lang).startswith("sv")
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
            assert "–" in metadata["dc:title"]
        assert [str(intent.S) for intent in pdf.Root.OutputIntents] == ["/GTS_PDFA1"]


@pytest.mark.parametrize("report", REPORTS)
def test_headings_figures_and_tables_are_read_aloud_in_order(executed: Give, report: str) -> None:
    with opened(executed, report) as pdf:
        tags = list(elements(pdf.Root.StructTreeRoot["/K"]))
        kinds = [str(tag.S) for tag in tags]
        figures = [tag for tag in tags if str(tag.S) == "/Figure"]
        assert figures or not has_results(report)
        assert all(len(str(tag.Alt)) > 20 for tag in figures)
        assert kinds.count("/H1") == 1
        assert "/H2" in kinds
        heads = [tag for tag in tags if str(tag.S) == "/TH"]
        assert heads or not has_results(report)
        for head in heads:
            attributes = head.A if isinstance(head.A, pikepdf.Array) else [head.A]
            assert any(str(each.get("/Scope", "")) in ("/Column", "/Row") for each in attributes)


@pytest.mark.parametrize("report", REPORTS)
def test_only_our_own_fonts_are_used_and_all_are_embedded(executed: Give, report: str) -> None:
    with opened(executed, report) as pdf:
        fonts = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/FontName" in each]
        assert fonts
        for font in fonts:
            assert "Skolbank" in str(font.FontName)
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys())


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_is_short_enough_to_be_read(executed: Give, report: str) -> None:
    with opened(executed, report) as pdf:
        pages = {"skolbild": 4, "forskolebild": 4, "fritidshemsbild": 4, "huvudmannens-verksamhetsplan": 14}
        assert len(pdf.pages) <= pages.get(report, 8)


@pytest.mark.parametrize("report", REPORTS)
def test_no_table_behind_a_figure_is_lost_on_paper(executed: Give, report: str) -> None:
    """R20: each chart's table is printed once, beside the chart or at the end, where the figure points."""
    document = read_document(executed(report, place_of(report)).notebook)
    data = print_data(document)
    parts = [part for group in (data["lead"], *(s["parts"] for s in data["sections"])) for part in group]
    drawn = [part["data"] for part in parts if part["kind"] == "figure"]
    beside = {each["number"] for each in drawn if "beside" in each}
    at_end = [each["number"] for each in drawn if each.get("at_end")]
    assert at_end == [table["number"] for table in data["tables"]]
    assert not beside & set(at_end)
    with_table = [each for each in document.blocks() if each.kind == "figure" and each.data["table"]["rows"]]
    assert len(with_table) == len(beside) + len(at_end)


def test_the_same_notebook_gives_the_same_bytes(executed: Give) -> None:
    document = executed("skolbild", LARGE)
    assert write_pdf(document.notebook) == document.pdf


def test_markup_in_a_text_is_only_text() -> None:
    (one, items) = paragraphs("Vad *betyder* `#panic()` och [länk](https://example.org)?\n\n- $x$ @fel <b>")
    assert [run["text"] for run in one["runs"]] == ["Vad ", "betyder", " ", "#panic()", " och ", "länk", "?"]
    assert one["runs"][1]["styles"] == ["emph"]
    assert "".join(run["text"] for run in items["items"][0]) == "$x$ @fel <b>"
