"""Makes the built-in Office templates. Run it again only when their look is to change.

A municipality puts its own ``templates/office/report.docx`` and ``presentation.pptx`` in its workspace. The
Word template needs the styles that Word itself has: Heading 1-3, Normal, Caption and List Bullet; a table
style with the name Skolbank is used when there is one. The presentation needs a layout with a title only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from pptx import Presentation
from pptx.oxml import parse_xml as pptx_parse
from pptx.oxml.ns import nsdecls as pptx_ns
from pptx.oxml.ns import qn as pptx_qn
from pptx.util import Pt as SlidePt

INK, INK_2 = RGBColor(0x14, 0x22, 0x2A), RGBColor(0x44, 0x53, 0x5B)
HEADINGS = {"Heading 1": (28, 0, 10), "Heading 2": (18, 20, 8), "Heading 3": (13, 14, 5)}
SMALL = {"Subtitle": 11, "Caption": 9, "Header": 9, "Footer": 8.5}
TABLE_STYLE = """
<w:style {ns} w:type="table" w:customStyle="1" w:styleId="Skolbank">
  <w:name w:val="Skolbank"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/><w:qFormat/>
  <w:pPr><w:spacing w:before="40" w:after="40" w:line="240" w:lineRule="auto"/></w:pPr>
  <w:rPr><w:sz w:val="18"/></w:rPr>
  <w:tblPr><w:tblBorders>
    <w:top w:val="single" w:sz="12" w:color="14222A"/><w:bottom w:val="single" w:sz="4" w:color="D8D2C6"/>
    <w:insideH w:val="single" w:sz="4" w:color="D8D2C6"/></w:tblBorders>
    <w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>
  <w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:color w:val="44535B"/></w:rPr>
    <w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="F2EEE6"/></w:tcPr></w:tblStylePr>
</w:style>"""

BAR = """
<p:sp {ns}><p:nvSpPr><p:cNvPr id="{id}" name="Kant"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>
<p:spPr><a:xfrm><a:off x="0" y="{top}"/><a:ext cx="114300" cy="{height}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>
<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"""


def make_report(path: Path) -> None:
    """The template: an empty A4 page with the styles."""
    document: Any = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(25), Mm(24), Mm(25), Mm(25)
    styles = document.styles
    _dress(styles["Normal"], "Calibri", 11, INK, before=0, after=7)
    for name, (size, before, after) in HEADINGS.items():
        _dress(styles[name], "Georgia", size, INK, before=before, after=after, is_bold=True)
        styles[name].paragraph_format.keep_with_next = True
    for name, size in SMALL.items():
        _dress(styles[name], "Calibri", size, INK_2, before=0, after=6)
    styles["Caption"].font.bold = False
    styles["Subtitle"].font.italic = False
    lead = styles.add_style("Ingress", WD_STYLE_TYPE.PARAGRAPH)
    lead.base_style = styles["Normal"]
    _dress(lead, "Georgia", 13, INK, before=0, after=10)
    styles.element.append(parse_xml(TABLE_STYLE.format(ns=nsdecls("w"))))
    document.save(str(path))


def make_presentation(path: Path) -> None:
    """The template: 16:9, one layout with a title only, and our three colours along the left edge."""
    show: Any = Presentation()
    show.slide_width, show.slide_height = SlidePt(960), SlidePt(540)
    keep = next(layout for layout in show.slide_layouts if layout.name == "Title Only")
    for layout in [layout for layout in show.slide_layouts if layout is not keep]:
        show.slide_layouts.remove(layout)
    for holder in (keep, show.slide_master):
        for shape in list(holder.placeholders):
            if shape.placeholder_format.idx:
                shape._element.getparent().remove(shape._element)
                continue
            shape.left, shape.top, shape.width, shape.height = map(SlidePt, (42, 40, 876, 74))
            body = shape._element.txBody.find(pptx_qn("a:bodyPr"))
            for name, value in (("lIns", "0"), ("rIns", "0"), ("anchor", "t")):
                body.set(name, value)
    top = 0
    for number, (colour, height) in enumerate((("00516C", 389), ("DAB767", 75), ("D06817", 76)), start=90):
        values = {"id": number, "colour": colour, "top": SlidePt(top), "height": SlidePt(height)}
        show.slide_master.shapes._spTree.append(pptx_parse(BAR.format(ns=pptx_ns("p", "a"), **values)))
        top += height
    style = next(show.slide_master.element.iter(pptx_qn("p:titleStyle")))
    for paragraph in style:
        paragraph.set("algn", "l")
        run = paragraph.find(pptx_qn("a:defRPr"))
        run.set("sz", "3000")
        run.set("b", "1")
        run.find(pptx_qn("a:latin")).set("typeface", "Georgia")
    show.save(str(path))


def _dress(
    style: Any,
    font: str,
    size: float,
    colour: RGBColor,
    *,
    before: float,
    after: float,
    is_bold: bool = False,
) -> None:
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{kind}"), font)
    style.font.size, style.font.bold, style.font.color.rgb = Pt(size), is_bold, colour
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)


if __name__ == "__main__":
    make_report(Path(__file__).parent / "report.docx")
    make_presentation(Path(__file__).parent / "presentation.pptx")
