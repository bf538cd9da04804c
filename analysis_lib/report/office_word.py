"""An executed notebook as an editable Word document on the municipality's own template (floor 7).

Real headings, real tables whose head is repeated, pictures with descriptions: what the report says can be
worked on and is read aloud as it stands. Same notebook and template, same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, RGBColor

from analysis_lib.errors import SkolbankError
from analysis_lib.present import theme
from analysis_lib.present.heat import heat_ground
from analysis_lib.present.svg import render_png
from analysis_lib.report.brand import current_brand
from analysis_lib.report.document import Document, Section, Shown, read_document
from analysis_lib.report.office import LANGUAGE, saved, set_properties, template_path
from analysis_lib.report.prose import paragraphs
from analysis_lib.report.table_sheets import INTERNAL

TEMPLATE = "report.docx"
NEEDED = ("Normal", "Heading 1", "Heading 2", "Heading 3", "Caption", "List Bullet")
_TABLE_STYLES = ("Skolbank", "Table Grid")
_WIDEST = Mm(160)
_CELL_SIDES = 3  # what the sides of a cell take, in signs


def write_docx(notebook: Mapping[str, Any]) -> bytes:
    """The Word document of an executed notebook."""
    document = read_document(notebook)
    word = docx.Document(str(template_path(TEMPLATE)))
    _refuse_lacking(word)
    for element in list(word.element.body):
        if element.tag != qn("w:sectPr"):
            word.element.body.remove(element)
    writer = _Writer(word)
    writer.write(document)
    _set_language(word)
    _mark_pages(word, document)
    accent = current_brand().accent
    if accent:
        for name in ("Heading 1", "Heading 2", "Heading 3"):
            word.styles[name].font.color.rgb = RGBColor.from_string(accent[1:])
    set_properties(word, document, document.title)
    return saved(word)


def _refuse_lacking(word: Any) -> None:
    names = {style.name for style in word.styles}
    lacking = [name for name in NEEDED if name not in names]
    if lacking:
        raise SkolbankError(
            "template-style-missing",
            f"Wordmallen saknar formatmallen {lacking[0]}",
            where=f"templates/office/{TEMPLATE}",
            remedy="Spara mallen på nytt från Word med Rubrik 1–3, Beskrivning och Punktlista.",
        )


@dataclass
class _Writer:
    word: Any
    level: int = 1

    def write(self, document: Document) -> None:
        """All of the document, from masthead to foot."""
        masthead = document.first("masthead")
        if masthead:
            self._masthead(masthead.data)
        self._section(document.lead)
        for section in document.printed:
            self._heading(section.heading, 2)
            self._section(section)
        foot = document.first("foot")
        if foot:
            self._foot(foot.data)

    def _section(self, section: Section) -> None:
        draw: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "findings": self._findings,
            "facts": self._facts,
            "table": self._table,
            "figure": self._figure,
            "cards": self._cards,
            "questions": self._questions,
            "gap": self._gap,
        }
        for part in section.parts:
            if not isinstance(part, Shown):
                self._prose(part.markdown)
            elif part.kind in draw:
                draw[part.kind](part.data)
            elif part.data.get("text") and part.kind != "seal":
                self._text(str(part.data["text"]))

    def _masthead(self, data: Mapping[str, Any]) -> None:
        self._text(f"{data.get('municipality') or ''} · {data.get('kicker') or ''}".strip(" ·"), "Subtitle")
        self._heading(str(data.get("title") or ""), 1)
        self._text(str(data.get("standfirst") or ""), "Ingress")
        for line in data.get("lines", ()):
            self._text(str(line), "Caption")

    def _findings(self, data: Mapping[str, Any]) -> None:
        for item in data["items"]:
            self._heading(str(item["headline"]), self.level + 1)
            self._text(str(item.get("text") or ""))
        if data.get("figure"):
            self._text(str(data["figure"]), "Caption")

    def _facts(self, data: Mapping[str, Any]) -> None:
        names = {"label": "Mått", "value": "Värde", "note": "Gäller", "comparison": "Jämförelse"}
        rows = [[str(item.get(name) or "") for name in names] for item in data["items"]]
        self._grid(list(names.values()), [False, True, False, False], rows, [""] * len(rows))
        self._text(str(data.get("figure") or ""), "Caption")

    def _table(self, data: Mapping[str, Any]) -> None:
        self._text(str(data.get("finding") or ""), holds=True)
        self._text(f"{data.get('caption') or ''} {data.get('figure') or ''}".strip(), "Caption", holds=True)
        self._data_table(data)
        self._notes(data)
        self._text(str(data.get("foot") or ""), "Caption")

    def _figure(self, data: Mapping[str, Any]) -> None:
        self._heading(str(data["finding"]), self.level + 1)
        self._text(str(data["title"]), "Caption", holds=True)
        picture = io.BytesIO(render_png(data["charts"]["wide"], scale=2))
        shape = self.word.add_picture(picture, width=Emu(self._text_width()))
        for side in "TBLR":
            shape._inline.set(f"dist{side}", "0")  # LibreOffice shifts the picture when they are left out
        shape._inline.docPr.set("descr", str(data["alt"]))
        shape._inline.docPr.set("title", str(data["title"]))
        shape._inline.docPr.set("name", str(data.get("figure") or data["id"]))
        self.word.paragraphs[-1].paragraph_format.keep_with_next = True
        self._text(f"{data.get('foot') or ''} {data.get('figure') or data['id']}".strip(), "Caption")
        self._notes(data)
        self._data_table(data["table"])

    def _cards(self, data: Mapping[str, Any]) -> None:
        for item in data["items"]:
            self._heading(str(item["heading"]), self.level + 1)
            self._text(str(item.get("chip_text") or ""), "Caption")
            self._text(str(item.get("text") or ""))
            for line in item.get("lines", ()):
                self._term(line)
        if data.get("figure"):
            self._text(str(data["figure"]), "Caption")

    def _questions(self, data: Mapping[str, Any]) -> None:
        if data["items"]:
            self._heading(str(data["heading"]), self.level + 1)
            for item in data["items"]:
                self._text(str(item), "List Bullet")

    def _gap(self, data: Mapping[str, Any]) -> None:
        self._text(" ".join(filter(None, (data["what"], data.get("why"), data.get("remedy")))))

    def _foot(self, data: Mapping[str, Any]) -> None:
        self._heading("Om dokumentet", 2)
        for column in data["columns"]:
            self._heading(str(column["heading"]), 3)
            for line in column["lines"]:
                self._text(str(line), "Caption")
        self._text(str(data.get("closing") or ""), "Caption")

    def _notes(self, data: Mapping[str, Any]) -> None:
        for note in data.get("notes", ()):
            self._term(note)

    def _term(self, line: Mapping[str, Any]) -> None:
        paragraph = self.word.add_paragraph(style="Caption")
        paragraph.add_run(f"{line['term']}: ").bold = True
        paragraph.add_run(str(line["text"]))

    def _data_table(self, data: Mapping[str, Any]) -> None:
        columns = _telling_columns(data)
        right = [column.get("align") in ("right", "number", "end") for column in columns]
        rows = [
            [str(row["cells"].get(column["key"], {}).get("text") or "") for column in columns]
            for row in data["rows"]
        ]
        styles = [str(row.get("style") or "") for row in data["rows"]]
        if rows:
            headers = [str(column["label"]) for column in columns]
            grounds = [
                [heat_ground(row["cells"].get(column["key"], {})) for column in columns]
                for row in data["rows"]
            ]
            self._grid(headers, right, rows, styles, grounds)

    def _grid(
        self,
        headers: Sequence[str],
        right: Sequence[bool],
        rows: Sequence[Sequence[str]],
        styles: Sequence[str],
        grounds: Sequence[Sequence[str]] = (),
    ) -> None:
        """A real table: its head repeated on every page, no row divided between two."""
        table = self.word.add_table(rows=len(rows) + 1, cols=len(headers))
        names = {style.name for style in self.word.styles}
        table.style = next((name for name in _TABLE_STYLES if name in names), None)
        widths = [Emu(each) for each in _shares([headers, *rows], self._text_width())]
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        cells = table._cells
        for place, (words, style) in enumerate(zip([headers, *rows], ["head", *styles], strict=True)):
            for number, text in enumerate(words):
                cells[place * len(headers) + number].width = widths[number]
                paragraph = cells[place * len(headers) + number].paragraphs[0]
                run = paragraph.add_run(text)
                run.bold = True if style in ("head", "sum", "total", "group") else None
                paragraph.alignment = 2 if right[number] else 0
                paragraph.paragraph_format.space_after = 0
                ground = grounds[place - 1][number] if place and grounds else ""
                if ground:
                    _shade(cells[place * len(headers) + number], ground)
                    run.font.color.rgb = RGBColor.from_string(theme.ink_on(ground)[1:])
        for number, row in enumerate(table._tbl.tr_lst):
            properties = row.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                properties.append(OxmlElement("w:tblHeader"))
        self._text("", "Caption")

    def _text_width(self) -> int:
        page = self.word.sections[0]
        return min(int(page.page_width - page.left_margin - page.right_margin), _WIDEST)

    def _prose(self, markdown: str) -> None:
        for block in paragraphs(markdown):
            if block["kind"] == "heading":
                self._heading("".join(run["text"] for run in block["runs"]), max(3, block["level"]))
                continue
            style = "List Bullet" if "items" in block else "Normal"
            for runs in block.get("items", [block.get("runs", [])]):
                self._runs(runs, style)

    def _runs(self, runs: Iterable[Mapping[str, Any]], style: str) -> None:
        paragraph = self.word.add_paragraph(style=style)
        paragraph.paragraph_format.keep_with_next = style == "Normal"  # a question stays with its answer
        for piece in runs:
            if not str(piece["text"]).strip() and not paragraph.runs:
                continue
            run = paragraph.add_run(str(piece["text"]))
            run.bold = True if "strong" in piece["styles"] else None
            run.italic = True if "emph" in piece["styles"] else None

    def _heading(self, words: str, level: int) -> None:
        """A heading, never more than one level below the one before it."""
        level = min(level, self.level + 1 if self.level > 1 else 2, 3)
        self.word.add_paragraph(words, style=f"Heading {level}")
        self.level = level if level < 3 else 2

    def _text(self, words: str, style: str = "Normal", *, holds: bool = False) -> None:
        if words or style == "Caption":
            known = style if style in {each.name for each in self.word.styles} else "Normal"
            paragraph = self.word.add_paragraph(words, style=known)
            if holds:
                paragraph.paragraph_format.keep_with_next = True


def _shade(cell: Any, ground: str) -> None:
    """The ground of a table cell."""
    shading = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", ground[1:])):
        shading.set(qn(name), value)
    cell._tc.get_or_add_tcPr().append(shading)


def _telling_columns(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The columns without a school year that is the same on every row: it stands in the title already."""
    columns: list[Mapping[str, Any]] = list(data["columns"])
    years = {str(row["cells"].get("period", {}).get("text") or "") for row in data["rows"]}
    is_same = len(years) == 1 and columns[0]["key"] != "period"
    return [column for column in columns if column["key"] != "period"] if is_same else columns


def _shares(rows: Sequence[Sequence[str]], whole: int) -> list[int]:
    """How the columns share the width: each its longest word first, then more to those with more to say."""
    columns = list(zip(*rows, strict=True))
    least = [max(len(word) for text in column for word in (text.split(" ") or [""])) for column in columns]
    wanted = [max(len(text) for text in column) for column in columns]
    least = [each + _CELL_SIDES for each in least]
    spare = max(0, int(whole / Mm(1.9)) - sum(least))
    more = [max(0, want + _CELL_SIDES - small) for want, small in zip(wanted, least, strict=True)]
    given = min(1.0, spare / sum(more)) if sum(more) else 0.0
    parts = [small + given * extra for small, extra in zip(least, more, strict=True)]
    return [int(whole * part / sum(parts)) for part in parts]


def _set_language(word: Any) -> None:
    """Swedish as the language of the whole document, for the spelling and for reading aloud."""
    defaults = word.styles.element.find(qn("w:docDefaults"))
    known = [] if defaults is None else list(defaults.iter(qn("w:lang")))
    known += [each for style in word.styles.element.iter(qn("w:style")) for each in style.iter(qn("w:lang"))]
    if not known:
        run = word.styles["Normal"].element.get_or_add_rPr()
        known = [run.makeelement(qn("w:lang"))]
        run.append(known[0])
    for each in known:
        each.set(qn("w:val"), LANGUAGE)


def _mark_pages(word: Any, document: Document) -> None:
    """The edition's band on every page, and below what the document is and which page."""
    masthead = document.first("masthead")
    for section in word.sections:
        if document.audience == "internal":
            for header in (section.header, section.first_page_header, section.even_page_header):
                _band(header)
        footer = section.footer
        if not any(paragraph.text.strip() for paragraph in footer.paragraphs):
            paragraph = footer.paragraphs[0] if footer.paragraphs else footer.add_paragraph()
            names = ("title", "kicker") if masthead else ()
            paragraph.add_run(" · ".join(str(masthead.data[name]) for name in names if masthead) + " · Sida ")
            _field(paragraph, "PAGE")
            paragraph.add_run(" av ")
            _field(paragraph, "NUMPAGES")


def _band(header: Any) -> None:
    header.is_linked_to_previous = False
    paragraph = header.paragraphs[0] if header.paragraphs else header.add_paragraph()
    if INTERNAL not in paragraph.text:
        run = paragraph.add_run(INTERNAL)
        run.bold, run.font.color.rgb = True, RGBColor.from_string(theme.INTERNAL_TEXT[1:])
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", theme.INTERNAL_GROUND[1:])):
            shade.set(qn(f"w:{name}"), value)
        paragraph._p.get_or_add_pPr().append(shade)


def _field(paragraph: Any, instruction: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run = OxmlElement("w:r")
    words = OxmlElement("w:t")
    words.text = "1"
    run.append(words)
    field.append(run)
    paragraph._p.append(field)
