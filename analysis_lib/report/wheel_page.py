"""The årshjul as a drawing, a page and a calendar file (floor 7)."""

from __future__ import annotations

import datetime
from pathlib import Path

from analysis_lib.present.blocks import Block
from analysis_lib.present.calendar_file import calendar_file
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.charts.wheel import WheelOrder, draw_wheel, wheel_finding
from analysis_lib.register.rhythm import WheelYear
from analysis_lib.text import date
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import builtin_root


def wheel_block(year: WheelYear) -> Block:
    """The årshjul as a figure for a page or a dashboard."""
    setting = Setting(f"AH-{year.school_year.start % 100:02d}", "", "årshjulet och registret")
    return draw_wheel(WheelOrder(year.agenda, year.names, year.school_year, year.today), setting)


def write_svg(year: WheelYear, path: Path) -> None:
    """The drawing alone, with its alt text."""
    from analysis_lib.present.svg import render_svg

    drawn = render_svg(wheel_block(year).data["charts"]["wide"], id_prefix="arshjul")
    path.write_text(drawn + "\n", "utf-8")


def write_page(year: WheelYear, path: Path) -> None:
    """One page with the finding, the ring and the whole list, that loads nothing from outside."""
    import jinja2

    from analysis_lib.present.html import block_html
    from analysis_lib.report.html import refuse_outside, style_sheet

    figure = wheel_block(year).data
    folder = builtin_root() / "templates" / "nbconvert" / "templates" / "skolbank"
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=False)
    listed = {**figure["table"], "id": "arshjul-lista", "notes": []}
    page = {
        "title": f"Årshjul läsåret {year.school_year}",
        "style": style_sheet(),
        "edition": "public",
        "masthead": block_html("masthead", _masthead(year)),
        "lead": [],
        "links": "",
        "sections": [
            {
                "slug": "aret-runt",
                "heading": "Året runt",
                "parts": [{"kind": "figure", "html": block_html("figure", figure)}],
            },
            {
                "slug": "hela-lasaret",
                "heading": "Hela läsåret",
                "parts": [{"kind": "table", "html": block_html("table", listed)}],
            },
        ],
        "foot": "",
    }
    html = environment.get_template("index.html.j2").render(resources={"page": page})
    refuse_outside(html)
    path.write_text(html + "\n", "utf-8")


def write_calendar(year: WheelYear, path: Path) -> None:
    """The moments as a calendar file that Outlook opens."""
    settings = Catalog(year.workspace).settings
    content = calendar_file(
        year.agenda,
        name=f"Årshjul {year.school_year} {settings.authority_name}",
        domain=f"{settings.municipality_code}.skolbank",
        stamped=datetime.datetime.combine(year.today, datetime.time(), datetime.UTC),
        names=year.names,
    )
    path.write_bytes(content)


def _masthead(year: WheelYear) -> dict[str, object]:
    settings = Catalog(year.workspace).settings
    order = WheelOrder(year.agenda, year.names, year.school_year, year.today)
    return {
        "municipality": settings.authority_name,
        "website": settings.website,
        "kicker": "Årshjul",
        "title": f"Läsåret {year.school_year}",
        "standfirst": f"{wheel_finding(order)}.",
        "lines": [f"Läget {date(year.today)}"],
        "band_seed": settings.municipality_code,
    }
