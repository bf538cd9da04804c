"""The Word document: headings, tables and pictures that are real, on the municipality's own template."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from executed_reports import LARGE, Executed
from office_files import as_internal, parts, refuse_traces, times

from analysis_lib.errors import SkolbankError
from analysis_lib.report import office_word
from analysis_lib.report.document import read_document
from analysis_lib.report.office_word import NEEDED, write_docx
from analysis_lib.report.table_sheets import INTERNAL
from analysis_lib.vocabulary.workspace import builtin_root

Give = Callable[..., Executed]
BUILTIN = builtin_root() / "templates" / "office" / "report.docx"


def word_of(notebook: dict[str, Any]) -> Any:
    return docx.Document(io.BytesIO(write_docx(notebook)))


def levels(word: Any) -> list[int]:
    names = (paragraph.style.name for paragraph in word.paragraphs)
    return [int(name[-1]) for name in names if name.startswith("Heading ")]


@pytest.mark.parametrize(
    ("report", "unit"), [("verksamhetsanalys", ""), ("kommunbild", ""), ("skolbild", LARGE)]
)
def test_headings_are_real_and_skip_no_level(executed: Give, report: str, unit: str) -> None:
    notebook = executed(report, unit).notebook
    word = word_of(notebook)
    found = levels(word)
    assert found[0] == 1
    assert found.count(1) == 1
    assert all(later <= before + 1 for before, later in itertools.pairwise(found))
    headings = [p.text for p in word.paragraphs if p.style.name == "Heading 2"]
    assert {section.heading for section in read_document(notebook).sections} <= set(headings)


def test_tables_have_a_head_that_is_repeated(executed: Give) -> None:
    notebook = executed("kommunbild").notebook
    word = word_of(notebook)
    shown = [b for b in read_document(notebook).blocks() if b.kind in ("table", "figure", "facts")]
    assert len(word.tables) == len(shown) >= 5
    for table in word.tables:
        first, *others = table._tbl.tr_lst
        assert first.trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:tblHeader")) is None for row in others)
        assert others
    words = {cell.text for table in word.tables for row in table.rows for cell in row.cells}
    assert ".." in words


def test_pictures_are_described_and_carry_the_mark_of_their_figure(executed: Give) -> None:
    notebook = executed("verksamhetsanalys").notebook
    word = word_of(notebook)
    figures = [block.data for block in read_document(notebook).blocks() if block.kind == "figure"]
    told = [(each._inline.docPr.get("name"), each._inline.docPr.get("descr")) for each in word.inline_shapes]
    assert told == [(figure["figure"], figure["alt"]) for figure in figures]
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert all(figure["figure"] in text for figure in figures)


def test_language_title_and_no_traces_of_the_template(executed: Give) -> None:
    notebook = executed("verksamhetsanalys").notebook
    made = write_docx(notebook)
    known = docx.Document(io.BytesIO(made)).core_properties
    assert (known.title, known.language) == (read_document(notebook).title, "sv-SE")
    assert (known.last_modified_by, known.comments, known.keywords) == ("", "", "")
    assert b'w:lang w:val="sv-SE"' in parts(made)["word/styles.xml"]
    assert b"en-US" not in parts(made)["word/styles.xml"].replace(b'w:bidi="en-US"', b"").replace(
        b'w:eastAsia="en-US"', b""
    )
    assert not {"docProps/app.xml", "docProps/thumbnail.jpeg", "docProps/custom.xml"} & set(parts(made))
    refuse_traces(made)


def test_the_document_is_the_same_bytes(executed: Give) -> None:
    notebook = executed("kommunbild").notebook
    made = write_docx(notebook)
    assert made == write_docx(notebook)
    assert times(made) == {(1980, 1, 1, 0, 0, 0)}


def test_an_internal_document_says_so_on_every_page(executed: Give) -> None:
    notebook = executed("verksamhetsanalys").notebook
    section = word_of(as_internal(notebook)).sections[0]
    for header in (section.header, section.first_page_header, section.even_page_header):
        assert header.paragraphs[0].text == INTERNAL
    assert INTERNAL not in word_of(notebook).sections[0].header.paragraphs[0].text


def test_the_municipality_s_own_template_is_used_without_what_stood_in_it(
    executed: Give, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = docx.Document(str(BUILTIN))
    own.add_paragraph("Exempeltext ur mallen")
    own.core_properties.last_modified_by = "Någon Person"
    own.sections[0].header.paragraphs[0].text = "Provköpings kommun, egen mall"
    own.save(str(tmp_path / "report.docx"))
    monkeypatch.setattr(office_word, "template_path", lambda name: tmp_path / name)
    made = write_docx(as_internal(executed("verksamhetsanalys").notebook))
    word = docx.Document(io.BytesIO(made))
    assert "Exempeltext" not in "\n".join(paragraph.text for paragraph in word.paragraphs)
    header = word.sections[0].header.paragraphs[0].text
    assert header.startswith("Provköpings kommun, egen mall")
    assert INTERNAL in header
    assert b"Person" not in b"".join(parts(made).values())


def test_a_template_without_a_needed_style_is_refused_with_its_name(
    executed: Give, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own: Any = docx.Document(str(BUILTIN))
    for name in NEEDED[2:3]:
        own.styles[name].delete()
    own.save(str(tmp_path / "report.docx"))
    monkeypatch.setattr(office_word, "template_path", lambda name: tmp_path / name)
    with pytest.raises(SkolbankError, match="Heading 2"):
        write_docx(executed("verksamhetsanalys").notebook)
