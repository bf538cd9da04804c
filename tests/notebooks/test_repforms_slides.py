"""The presentation: the report's own findings, numbers and marks, one finding a slide."""

from __future__ import annotations

import copy
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pptx
import pytest
from executed_reports import LARGE, Executed
from office_files import MIME, as_internal, parts, refuse_traces, times
from pptx.enum.shapes import MSO_SHAPE_TYPE

from analysis_lib.report import forms, office_slides
from analysis_lib.report.document import read_document
from analysis_lib.report.office_slides import write_pptx
from analysis_lib.report.slides import MISSING, MOST_POINTS, MOST_SLIDES, slides_of
from analysis_lib.report.slides_pdf import write_slides_pdf
from analysis_lib.report.table_sheets import INTERNAL

Give = Callable[..., Executed]
REPORT = "verksamhetsanalys"
NUMBER = re.compile(r"\d[\d\u00a0]*(?:,\d+)?")


def show_of(notebook: dict[str, Any]) -> Any:
    return pptx.Presentation(io.BytesIO(write_pptx(notebook)))


def words_of(page: Any) -> str:
    found = [shape.text_frame.text for shape in page.shapes if shape.has_text_frame]
    tables = (shape.table for shape in page.shapes if shape.has_table)
    return "\n".join(found + [cell.text for table in tables for row in table.rows for cell in row.cells])


def numbers(words: str) -> set[str]:
    return {found.replace("\u00a0", "") for found in NUMBER.findall(words)}


def pages(pdf: bytes, folder: Path) -> list[str]:
    path = folder / "slides.pdf"
    path.write_bytes(pdf)
    told = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    return told.stdout.split("\f")[:-1]


@pytest.mark.parametrize(("report", "unit"), [(REPORT, ""), ("kommunbild", ""), ("skolbild", LARGE)])
def test_M6_every_fact_and_number_of_the_slides_stands_in_the_report(
    executed: Give, report: str, unit: str
) -> None:
    document = executed(report, unit)
    read = read_document(document.notebook)
    slides = slides_of(read)
    known = [repr(sorted(fact.items())) for block in read.blocks() for fact in block.facts]
    shown = [repr(sorted(fact.items())) for slide in slides for fact in slide.facts]
    assert shown
    assert set(shown) <= set(known)
    page = re.sub(r"<style.*?</style>|<[^>]+>", " ", document.html, flags=re.S)
    said = numbers(page) | numbers(read.title) | numbers(" ".join(slide.mark for slide in slides))
    for slide in show_of(document.notebook).slides:
        told = re.sub(r"Bild \d+ av \d+", "", words_of(slide)) + slide.notes_slide.notes_text_frame.text
        assert numbers(told) <= said


def test_marks_and_headlines_are_those_of_the_report(executed: Give) -> None:
    read = read_document(executed(REPORT).notebook)
    figures = [block.data for block in read.blocks() if block.kind == "figure"]
    slides = [slide for slide in slides_of(read) if slide.kind == "figure"]
    assert [(s.mark, s.headline, s.alt) for s in slides] == [
        (f["figure"], f["finding"], f["alt"]) for f in figures
    ]
    assert all(slide.source.startswith("Källa: ") for slide in slides)
    assert any(point.number for slide in slides for point in slide.points)


def test_the_presentation_is_short_and_ends_with_method_and_decisions(executed: Give) -> None:
    slides = slides_of(read_document(executed(REPORT).notebook))
    assert slides[0].kind == "title"
    assert [slide.headline for slide in slides[-2:]] == ["Så är siffrorna gjorda", "Till beslut"]
    assert any(MISSING in (slide.headline, slide.question_heading) for slide in slides)
    assert all(len(slide.points) <= MOST_POINTS for slide in slides if slide.kind == "figure")


def test_many_figures_still_give_fourteen_slides_at_most(executed: Give, tmp_path: Path) -> None:
    notebook = copy.deepcopy(executed(REPORT).notebook)
    figures = [
        cell
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if output.get("data", {}).get(MIME, {}).get("kind") == "figure"
    ]
    at = notebook["cells"].index(figures[0])
    notebook["cells"][at:at] = [copy.deepcopy(figures[0]) for _ in range(20)]
    slides = slides_of(read_document(notebook))
    assert len(slides) == MOST_SLIDES
    assert slides[-1].headline == "Till beslut"
    assert len(pages(write_slides_pdf(notebook), tmp_path)) == MOST_SLIDES


def test_a_tall_chart_and_many_words_keep_to_their_slide(executed: Give, tmp_path: Path) -> None:
    notebook = copy.deepcopy(executed(REPORT).notebook)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {}).get(MIME, {}).get("data", {})
            if "charts" in data:
                data["charts"]["wide"]["height"] = 1200
                data["foot"] = "En lång mening om hur figuren är gjord. " * 3 + data["foot"]
    slides = slides_of(read_document(notebook))
    assert len(pages(write_slides_pdf(notebook), tmp_path)) == len(slides)


def test_cards_are_told_under_the_word_they_share(executed: Give) -> None:
    notebook = copy.deepcopy(executed(REPORT).notebook)
    items = [
        {"chip": "uncertain", "chip_text": "Att titta på", "heading": "Långt till målet", "text": "Se mer."}
    ]
    cards = {"kind": "cards", "data": {"items": items}, "facts": []}
    output = {"output_type": "display_data", "metadata": {}, "data": {MIME: cards}}
    at = next(n for n, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "markdown")
    cell = {"cell_type": "code", "id": "cards", "source": "", "metadata": {}, "outputs": [output]}
    notebook["cells"].insert(at + 1, cell)
    headlines = [slide.headline for slide in slides_of(read_document(notebook))]
    assert "Att titta på" in headlines


def test_the_pdf_has_one_page_and_one_heading_a_slide(executed: Give) -> None:
    """R20, PDF/UA-1 and PDF/A-2a; 1280 × 720."""
    notebook = executed(REPORT).notebook
    with pikepdf.open(io.BytesIO(write_slides_pdf(notebook))) as pdf:
        slides = slides_of(read_document(notebook))
        assert len(pdf.pages) == len(slides)
        assert [float(each) for each in pdf.pages[0].MediaBox] == [0, 0, 1280, 720]
        assert str(pdf.Root.Lang).startswith("sv")
        tags = [str(each.S) for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each]
        assert tags.count("/H1") == len(slides)
        figures = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/Alt" in each]
        assert {str(each.Alt) for each in figures} == {slide.alt for slide in slides if slide.alt}
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")


def test_powerpoint_has_titles_notes_and_described_pictures(executed: Give) -> None:
    notebook = executed(REPORT).notebook
    slides = slides_of(read_document(notebook))
    show = show_of(notebook)
    assert [page.shapes.title.text_frame.text for page in show.slides] == [s.headline for s in slides]
    for page, slide in zip(show.slides, slides, strict=True):
        assert page.notes_slide.notes_text_frame.text
        pictures = [shape for shape in page.shapes if shape.shape_type == MSO_SHAPE_TYPE.PICTURE]
        told = [shape._element.nvPicPr.cNvPr.get("descr") for shape in pictures]
        assert told == ([slide.alt] if slide.chart else [])
        for shape in page.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= show.slide_width
            assert shape.top + shape.height <= show.slide_height


@pytest.mark.parametrize("write", [write_pptx, write_slides_pdf])
def test_the_slides_are_the_same_bytes(executed: Give, write: Callable[[dict[str, Any]], bytes]) -> None:
    notebook = executed(REPORT).notebook
    assert write(notebook) == write(notebook)


def test_powerpoint_keeps_no_traces(executed: Give) -> None:
    made = write_pptx(executed(REPORT).notebook)
    assert times(made) == {(1980, 1, 1, 0, 0, 0)}
    refuse_traces(made)
    known = pptx.Presentation(io.BytesIO(made)).core_properties
    assert (known.language, known.last_modified_by) == ("sv-SE", "")
    slides = {name: content for name, content in parts(made).items() if name.startswith("ppt/slides/slide")}
    assert slides
    assert all(b'lang="sv-SE"' in content for content in slides.values())


def test_internal_slides_say_so_on_each(executed: Give, tmp_path: Path) -> None:
    notebook = executed(REPORT).notebook
    internal = as_internal(notebook)
    assert all(INTERNAL in words_of(page) for page in show_of(internal).slides)
    assert all(INTERNAL in page for page in pages(write_slides_pdf(internal), tmp_path))
    assert not any(INTERNAL in page for page in pages(write_slides_pdf(notebook), tmp_path))


def test_the_municipality_s_own_template_keeps_its_look_and_loses_its_slides(
    executed: Give, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = pptx.Presentation()
    page = own.slides.add_slide(own.slide_layouts[0])
    page.shapes.title.text_frame.text = "Mallens egen bild"
    own.save(str(tmp_path / "presentation.pptx"))
    monkeypatch.setattr(office_slides, "template_path", lambda name: tmp_path / name)
    made = write_pptx(executed(REPORT).notebook)
    show = pptx.Presentation(io.BytesIO(made))
    assert show.slide_width == own.slide_width
    assert len(show.slides) == len(slides_of(read_document(executed(REPORT).notebook)))
    assert b"Mallens egen" not in b"".join(parts(made).values())
    assert all(page.slide_layout.name == "Title Only" for page in show.slides)


def test_real_programs_open_the_office_files(executed: Give, tmp_path: Path) -> None:
    """LibreOffice reads all three and prints as much as we wrote."""
    program = shutil.which("soffice")
    assert program, "LibreOffice is missing; .ci/run installs it"
    notebook = as_internal(executed(REPORT).notebook)
    files = []
    for form in ("docx", "xlsx", "presentation-pptx"):
        path = tmp_path / f"{form}.{form.rpartition('-')[2]}"
        made = forms.make(form, notebook)
        assert isinstance(made, bytes)
        path.write_bytes(made)
        files.append(path)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [program, "--headless", home, "--convert-to", "pdf", "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, *map(str, files)], check=True, capture_output=True, timeout=180)
    for path in files:
        printed = pages((tmp_path / "out" / f"{path.stem}.pdf").read_bytes(), tmp_path)
        assert len(printed) >= 4
        assert all(INTERNAL in page for page in printed), path.name
        assert "Exempelbild" in " ".join(printed)
