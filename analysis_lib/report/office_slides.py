"""The presentation as an editable PowerPoint file on the municipality's own template (floor 7).

Real titles, pictures with descriptions, native tables, and the longer text in the notes. Sizes are in points
of a slide 960 wide, and follow the width of the template. Same notebook and template, same bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pptx
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu

from analysis_lib.errors import SkolbankError
from analysis_lib.present import theme
from analysis_lib.present.heat import heat_ground
from analysis_lib.present.svg import render_png
from analysis_lib.report.brand import current_brand
from analysis_lib.report.document import read_document
from analysis_lib.report.office import LANGUAGE, saved, set_properties, template_path
from analysis_lib.report.slide_tables import height
from analysis_lib.report.slides import Point, Slide, slides_of
from analysis_lib.report.table_sheets import INTERNAL

TEMPLATE = "presentation.pptx"
_WIDTH, _HEIGHT, _SIDE = 960, 540, 42
_BODY, _FOOT, _ASIDE = 140, 500, 240
_TEXT = 18
_Line = tuple[str, float, bool, str]  # words, size in points, bold or not, colour
_TITLE = 0  # the index of the title among a layout's placeholders


def write_pptx(notebook: Mapping[str, Any]) -> bytes:
    """The PowerPoint file of an executed notebook."""
    document = read_document(notebook)
    show = pptx.Presentation(str(template_path(TEMPLATE)))
    _without_slides(show)
    masthead = document.first("masthead")
    data = masthead.data if masthead else {}
    slides = slides_of(document)
    example = "Exempeldata" if data.get("is_example") else ""
    for number, slide in enumerate(slides, start=1):
        place = " · ".join(filter(None, (example, slide.mark, f"Bild {number} av {len(slides)}")))
        foot = (f"{slide.source} {data.get('edition') or ''}.".strip(), place)
        _Drawing(show, slide, document.audience == "internal").draw(str(data.get("kicker") or ""), foot)
    _set_language(show)
    set_properties(show, document, f"{document.title} – presentation")
    return saved(show)


def _without_slides(show: Any) -> None:
    """Takes out the slides that the template shows its look with."""
    for each in list(show.slides._sldIdLst):
        show.part.drop_rel(each.rId)
        show.slides._sldIdLst.remove(each)


def _layout(show: Any) -> Any:
    """The layout with a title and as little else as possible."""
    titled = [
        layout
        for layout in show.slide_layouts
        if any(each.placeholder_format.idx == _TITLE for each in layout.placeholders)
    ]
    if not titled:
        raise SkolbankError(
            "template-layout-missing",
            "Presentationsmallen saknar en layout med rubrik",
            where=f"templates/office/{TEMPLATE}",
            remedy="Lägg till layouten Endast rubrik i mallen.",
        )
    return min(titled, key=lambda layout: len(list(layout.placeholders)))


@dataclass
class _Drawing:
    show: Any
    slide: Slide
    is_internal: bool

    def __post_init__(self) -> None:
        self.page = self.show.slides.add_slide(_layout(self.show))
        self.scale = self.show.slide_width / _WIDTH

    def draw(self, kicker: str, foot: Sequence[str]) -> None:
        """Title, body, foot and notes."""
        slide = self.slide
        for shape in list(self.page.placeholders):
            if shape.placeholder_format.idx != _TITLE:
                shape._element.getparent().remove(shape._element)
        self.page.shapes.title.text_frame.text = slide.headline
        self._shrink_title()
        words = " · ".join(filter(None, (slide.kicker, kicker))) if slide.kind != "title" else slide.kicker
        self._words((_SIDE, 20, 876, 20), [(words, 13, False, current_brand().colour)])
        if slide.kind == "figure":
            self._figure()
        elif slide.kind == "table":
            self._tables([table for table in (slide.table, slide.second) if table])
        else:
            self._list()
        for words, align in zip(foot, (PP_ALIGN.LEFT, PP_ALIGN.RIGHT), strict=True):
            left, width = (_SIDE, 560) if align == PP_ALIGN.LEFT else (608, 310)
            self._words((left, _FOOT, width, 30), [(words, 11.5, False, theme.INK_2)], align=align)
        if self.is_internal:
            self._words(
                (_SIDE, 2, 876, 18), [(INTERNAL, 12, True, theme.INTERNAL_TEXT)], fill=theme.INTERNAL_GROUND
            )
        self.page.notes_slide.notes_text_frame.text = "\n".join(filter(None, slide.notes)) or slide.headline

    def _shrink_title(self) -> None:
        """Two lines at most: a long headline gets smaller letters."""
        length = len(self.slide.headline)
        size = next((size for longest, size in ((125, 21), (100, 24), (76, 26)) if length > longest), 0)
        if size:
            self.page.shapes.title.text_frame.paragraphs[0].runs[0].font.size = self._size(size)

    def _figure(self) -> None:
        self._words((_SIDE, 114, 876, 22), [(self.slide.measured, 15, False, theme.INK_2)])
        picture = io.BytesIO(render_png(self.slide.chart or {}, scale=2))
        left, top, width, height = self._place((_SIDE, _BODY, 876 - _ASIDE - 22, _FOOT - _BODY - 8))
        shape = self.page.shapes.add_picture(picture, left, top, width=width)
        if shape.height > height:
            shape.width, shape.height = Emu(int(width * height / shape.height)), height
        shape.name = self.slide.mark
        shape._element.nvPicPr.cNvPr.set("descr", self.slide.alt)
        column = (_WIDTH - _SIDE - _ASIDE, _BODY, _ASIDE)
        asked = 34 + 22 * math.ceil(len(" ".join(self.slide.question)) / 25) if self.slide.question else 0
        lines = self._fitted(_FOOT - _BODY - 16 - asked)
        self._words((*column, _FOOT - _BODY - 16 - asked), lines)
        self._question((column[0], _FOOT - 8 - asked, _ASIDE, asked), _TEXT)

    def _fitted(self, room: float) -> list[_Line]:
        """What stands beside a chart, in letters for the back of a room; what has no room is in the notes."""
        points = list(self.slide.points)
        while True:
            lines = [line for point in points for line in self._lines(point, 34, _TEXT)]
            tall = sum(
                6 + size * 1.22 * math.ceil(len(words) * size / 2.02 / _ASIDE) for words, size, *_ in lines
            )
            if tall <= room or len(points) == 1:
                return lines
            points.pop()

    def _numbers(self, top: float, big: float, size: float) -> None:
        """Large numbers beside each other."""
        numbers = self.slide.numbers
        wide = (876 - 22 * (len(numbers) - 1)) / max(len(numbers), 1)
        for place, point in enumerate(numbers):
            box = (_SIDE + place * (wide + 22), top, wide, _FOOT - top - 8)
            self._words(box, self._lines(point, big, size))

    def _list(self) -> None:
        slide = self.slide
        is_title = slide.kind == "title"
        width = 560 if slide.question else 876
        top = 114 if is_title else 100
        if slide.measured:
            self._words((_SIDE, top, 700, 60), [(slide.measured, 18, False, theme.INK)])
            top += 90
        below = 112 if slide.numbers and slide.points else 0
        size = 15 if is_title else 20 if below else 22
        lines = [line for point in slide.points for line in self._lines(point, 40, size)]
        self._words((_SIDE, top, width, _FOOT - top - 10 - below), lines)
        self._numbers(_FOOT - below, 30, 15) if below else self._numbers(120, 48, 22)
        self._question((640, 100, 278, 330), _TEXT)

    def _lines(self, point: Point, big: float, size: float) -> list[_Line]:
        found = [(point.number, big, False, theme.INK)] if point.number else []
        found.append((point.label, size, bool(point.note and not point.number), theme.INK))
        return [*found, (point.note, max(13, size - 3), False, theme.INK_2)] if point.note else found

    def _question(self, box: tuple[float, float, float, float], size: float) -> None:
        if self.slide.question:
            lines = [(self.slide.question_heading, size, True, theme.ROWAN_TEXT)]
            lines += [(words, size, False, theme.INK) for words in self.slide.question]
            self._words(box, lines, fill=theme.TONE)

    def _tables(self, tables: Sequence[Mapping[str, Any]]) -> None:
        """One table, or two below each other with their captions."""
        top = 104.0
        for data in tables:
            if len(tables) > 1:
                self._words((_SIDE, top, 876, 26), [(str(data["caption"]), _TEXT, True, theme.INK)])
                top += 28
            self._table(data, top)
            top += height(data) + 10 if len(tables) > 1 else 0

    def _table(self, data: Mapping[str, Any], top: float) -> None:
        columns, rows = data["columns"], data["rows"]
        box = self._place((_SIDE, top, 876, 26 * (len(rows) + 1)))
        shape = self.page.shapes.add_table(len(rows) + 1, len(columns), *box)
        shape.name = self.slide.mark or str(data["caption"])
        shape._element.nvGraphicFramePr.cNvPr.set("descr", str(data["caption"]))
        table = shape.table
        table.first_row = True
        weights = data.get("weights") or [1.0] * len(columns)
        for each, weight in zip(table.columns, weights, strict=True):
            each.width = Emu(int(box[2] * weight / sum(weights)))
        for place in range(len(rows) + 1):
            for number, column in enumerate(columns):
                head = {"text": column["label"]}
                cell = head if place == 0 else rows[place - 1]["cells"].get(column["key"], {})
                self._cell(table.cell(place, number), cell, column, is_head=place == 0)

    def _cell(self, place: Any, cell: Mapping[str, Any], column: Mapping[str, Any], *, is_head: bool) -> None:
        frame = place.text_frame
        frame.text = str(cell.get("text") or "")
        frame.margin_left = frame.margin_right = self._size(5)
        frame.margin_top = frame.margin_bottom = self._size(3)
        is_right = column.get("align") in ("right", "number", "end")
        frame.paragraphs[0].alignment = PP_ALIGN.RIGHT if is_right else PP_ALIGN.LEFT
        for run in frame.paragraphs[0].runs:
            run.font.size = self._size(16)
            ink = theme.WHITE if is_head else theme.ink_on(heat_ground(cell) or theme.WHITE)
            run.font.color.rgb = _colour(ink)
        place.fill.solid()
        ground = current_brand().colour if is_head else heat_ground(cell) or theme.WHITE
        place.fill.fore_color.rgb = _colour(ground)

    def _words(
        self,
        box: tuple[float, float, float, float],
        lines: Sequence[_Line],
        *,
        fill: str = "",
        align: Any = PP_ALIGN.LEFT,
    ) -> None:
        """A box of lines: words, size in points, bold or not, colour."""
        if not any(words for words, *_ in lines):
            return
        shape = self.page.shapes.add_textbox(*self._place(box))
        frame = shape.text_frame
        frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
        if fill:
            shape.fill.solid()
            shape.fill.fore_color.rgb = _colour(fill)
        else:
            frame.margin_left = frame.margin_right = 0
        for number, (words, size, is_bold, colour) in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.alignment = align
            run = paragraph.add_run()
            run.text, run.font.bold, run.font.color.rgb = words, is_bold, _colour(colour)
            run.font.size = self._size(size)
            if size >= 30:
                run.font.name = "Georgia"
            if number and len(lines) > 2 and colour == theme.INK:
                paragraph.space_before = self._size(6)

    def _place(self, box: Sequence[float]) -> list[Emu]:
        return [Emu(round(each * self.scale)) for each in box]

    def _size(self, points: float) -> Emu:
        return Emu(round(points * self.scale))


def _colour(value: str) -> RGBColor:
    found: RGBColor = RGBColor.from_string(value[1:])  # type: ignore[no-untyped-call]
    return found


def _set_language(show: Any) -> None:
    """Swedish in every run, on the slides and in the notes, so that they are read aloud as Swedish."""
    for slide in show.slides:
        for page in (slide, slide.notes_slide):
            for run in page._element.iter(qn("a:r")):
                run.get_or_add_rPr().set("lang", LANGUAGE)
