"""Everything that can be read or heard in one form of a document: Word, Excel, CSV, charts, slides.

Each form gives its texts as ``shown_numbers.page_texts`` does of a page: running text, cells, alternative
texts, notes, titles, properties and the names of files inside.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from shown_numbers import HEADING, pdf_text, without_ticks

_WORD_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|comments|footnotes|endnotes)\.xml")
_SLIDE_PARTS = re.compile(r"ppt/(?:slides|notesSlides|comments)/[^/]+\.xml")
_PROPERTIES = re.compile(r"docProps/(?:core|custom)\.xml")
_PARAGRAPH_ENDS = re.compile(r"</(?:w:p|a:p|w:tc|a:tc)>")
_HEARD = re.compile(r'\b(?:descr|title|name)="([^"]*)"')
_ENDS = ("Om dokumentet", "Om siffrorna")
_DECLARATION = re.compile(r"^<\?xml.*?\?>")
_NUMBERED = re.compile(r"^(\w+ ; )?\d+ (?=\w)")  # the number of a table, before its name
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:]+Z")


def form_texts(form: str, content: bytes, folder: Path) -> Iterator[str]:
    """The texts of a form as the batch names it; ``folder`` may be written in."""
    if form.endswith("pdf"):
        place = folder / "form.pdf"
        place.write_bytes(content)
        yield re.sub(r"Bild \d+ av \d+", " ", pdf_text(place))
    elif form == "xlsx":
        yield from _workbook(content)
    else:
        reader = {"docx": _word, "presentation-pptx": _slides, "csv": _tables, "charts": _charts}[form]
        yield from reader(content)


def _parts(content: bytes, wanted: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if wanted.fullmatch(name):
                yield name, _DECLARATION.sub("", archive.read(name).decode())


def _word(content: bytes) -> Iterator[str]:
    for name, body in _parts(content, _WORD_PARTS):
        yield from (html.unescape(words) for words in _HEARD.findall(body))
        words = _told(body)
        yield _without_appendix(words) if "document" in name else re.sub(r"Sida 1 av 1", " ", words)
    yield from (_properties(body) for _, body in _parts(content, _PROPERTIES))


def _slides(content: bytes) -> Iterator[str]:
    for _, body in _parts(content, _SLIDE_PARTS):
        yield from (html.unescape(words) for words in re.findall(r'\bdescr="([^"]*)"', body))
        body = re.sub(r'<a:fld[^>]*type="slidenum".*?</a:fld>', " ", body, flags=re.S)
        body = re.sub(r"<a:tableStyleId>.*?</a:tableStyleId>", " ", body)
        yield re.sub(r"Bild \d+ av \d+", " ", _told(body))
    yield from (_properties(body) for _, body in _parts(content, _PROPERTIES))


def _told(body: str) -> str:
    ended = _PARAGRAPH_ENDS.sub("\n", body)
    return html.unescape(re.sub(r"<[^>]+>", "", ended))


def _properties(body: str) -> str:
    return _TIME.sub(" ", re.sub(r"<cp:revision>\d+</cp:revision>", " ", body)).replace("<", "\n<")


def _without_appendix(words: str) -> str:
    at = words.find(f"\n{HEADING}\n")
    if at < 0:
        return words
    ends = [end for mark in _ENDS if (end := words.find(f"\n{mark}", at + 1)) > 0]
    return words[:at] + (words[min(ends) :] if ends else "")


def _workbook(content: bytes) -> Iterator[str]:
    """Cells as they are drawn; a value with more decimals than it shows is told whole: it is found."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert all(sheet.sheet_state == "visible" for sheet in book)
    for sheet in book:
        yield re.sub(r"^\d+ ", "", sheet.title)
        rows = (row for row in sheet.iter_rows())
        skipped = False
        for row in rows:
            first = str(row[0].value or "")
            skipped = (skipped and not first.startswith(_ENDS)) or first == HEADING
            if skipped:
                continue
            for cell in row:
                if cell.comment:
                    yield cell.comment.text
                if isinstance(cell.value, int | float):
                    yield _drawn(float(cell.value), str(cell.number_format))
                elif cell.value is not None:
                    is_about = sheet is book.worksheets[0]
                    yield _NUMBERED.sub("", str(cell.value)) if is_about else str(cell.value)
    yield from (_properties(body) for _, body in _parts(content, _PROPERTIES))


def _drawn(value: float, number_format: str) -> str:
    plain = re.sub(r'"[^"]*"|[\\_].', "", number_format.split(";")[0])
    value = value * 100 if "%" in plain else value
    decimals = plain.partition(".")[2].count("0")
    is_exact = abs(round(value, decimals) - value) < 1e-9
    return (f"{value:.{decimals}f}" if is_exact else f"{value}").replace(".", ",")


def _tables(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield re.sub(r"^\d+-", "", name)
            for line in archive.read(name).decode("utf-8-sig").splitlines():
                if not line.startswith((HEADING, f'"{HEADING}')):
                    words = line.replace(";", " ; ").replace('"', " ")
                    yield _NUMBERED.sub(" ", words) if name.startswith("om-") else words


def _charts(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield name
            if name.endswith(".png"):
                continue
            body = archive.read(name).decode()
            yield from (html.unescape(words) for words in re.findall(r'\baria-label="([^"]*)"', body))
            body = re.sub(r"<style.*?</style>", " ", without_ticks(body), flags=re.S)
            yield html.unescape(re.sub(r"<[^>]+>", "\n", body) if name.endswith(".svg") else body)
