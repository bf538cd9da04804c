"""Blocks as HTML: escaped, labelled, self-contained, drawn now or later (R20)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import present_example as example
import pytest

from analysis_lib.present import svg, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.html import block_html, slug
from analysis_lib.present.landscape import landscape_svg
from analysis_lib.vocabulary.workspace import builtin_root

NASTY = "<b>\"&'</b>"
TERMS = [{"term": NASTY, "text": NASTY}]
ROW = {
    "style": "sum",
    "cells": {"a": {"text": NASTY}, "b": {"text": "..", "reason": NASTY}, "c": {"chip": "reached"}},
}
COLUMNS = [{"key": key, "label": NASTY, "align": "right"} for key in "abc"]
TABLE = {
    "id": "t", "caption": NASTY, "columns": COLUMNS, "rows": [ROW], "notes": [{"term": NASTY, "text": NASTY}],
    "foot": NASTY,
}  # fmt: skip
SAMPLES: dict[str, dict[str, Any]] = {
    "masthead": {
        "municipality": NASTY, "website": NASTY, "kicker": NASTY, "title": NASTY, "standfirst": NASTY,
        "lines": [NASTY], "band_seed": NASTY, "audience": "public", "seminar": NASTY, "edition": NASTY,
        "handbook": NASTY, "source": NASTY, "is_example": True,
    },
    "findings": {"items": [{"headline": NASTY, "text": NASTY}]},
    "facts": {"items": [{"value": NASTY, "label": NASTY, "note": NASTY, "comparison": NASTY}]},
    "table": TABLE,
    "paragraph": {"text": NASTY},
    "gap": {"what": NASTY, "why": NASTY, "remedy": NASTY},
    "questions": {"heading": NASTY, "items": [NASTY]},
    "links": {"items": [{"text": NASTY, "target": "#x"}]},
    "cards": {"items": [{"chip": "ongoing", "heading": NASTY, "text": NASTY, "lines": TERMS}]},
    "foot": {"columns": [{"heading": NASTY, "lines": [NASTY]}], "closing": NASTY},
}  # fmt: skip


class Reader(HTMLParser):
    """Collects tags and checks that each is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("br", "img", "hr"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    assert not reader.open
    return reader


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_text_is_escaped_and_every_tag_closed(kind: str) -> None:
    html = block_html(kind, SAMPLES[kind])
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    read(html)


def test_the_seal_shows_nothing() -> None:
    assert block_html("seal", {"report": "x"}) == ""


def test_a_figure_has_a_heading_two_drawings_a_table_and_a_description() -> None:
    block = example.figures()["broken trend"]
    html = block_html("figure", block.data)
    tags = read(html).tags
    names = [tag for tag, _ in tags]
    assert (
        names.count("figure") == names.count("figcaption") == names.count("h3") == names.count("table") == 1
    )
    assert names.count("details") == 2
    drawings = [attributes for tag, attributes in tags if tag == "svg"]
    assert [one["width"] for one in drawings] == ["736", "342"]
    assert all(one["role"] == "img" and one["aria-label"] == block.data["alt"] for one in drawings)
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in tags if tag == "th")
    assert names.count("caption") == 1


def test_ids_are_unique_on_a_page_with_every_figure() -> None:
    page = "".join(block_html("figure", block.data) for block in example.figures().values())
    ids = [attributes["id"] for _, attributes in read(page).tags if "id" in attributes]
    assert len(ids) == len(set(ids)) > 20
    assert {f"#{one}" for one in ids} >= set(re.findall(r"url\((#[^)]+)\)", page))


def test_nothing_points_outside_the_page() -> None:
    page = "".join(block_html("figure", block.data) for block in example.figures().values())
    page += "".join(block_html(kind, data) for kind, data in SAMPLES.items())
    rest = page.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
    assert "//" not in rest
    assert "<script" not in rest
    assert theme.HATCH_SUPPRESSED not in rest


def test_a_hidden_value_in_a_table_says_why_to_a_screen_reader() -> None:
    html = block_html("table", TABLE)
    assert 'class="visually-hidden"> (' in html
    assert '<span aria-hidden="true">✓</span> Nått' in html


def test_deferred_drawings_are_filled_in_later(monkeypatch: pytest.MonkeyPatch) -> None:
    data = example.figures()["ranges"].data
    monkeypatch.setenv("SKOLBANK_DEFER_CHARTS", "1")
    waiting = block_html("figure", data)
    assert "<svg" not in waiting
    assert waiting.count("data-chart=") == 2
    carried = json.loads(json.dumps(data["charts"]))
    filled = svg.fill_charts(waiting + waiting, {svg.chart_key(carried): carried})
    assert filled.count("<svg") == 4
    ids = re.findall(r'<pattern id="([^"]+)"', filled)
    assert len(ids) == len(set(ids)) == 4
    with pytest.raises(KeyError):
        svg.fill_charts(waiting, {})


def test_a_notebook_kernel_never_loads_the_drawing_engine() -> None:
    """vl-convert starts threads; a process that forks later must not hold them."""
    code = (
        "import sys, os; os.environ['SKOLBANK_DEFER_CHARTS'] = '1'; import present_example as example;"
        "[block._repr_mimebundle_() for block in example.figures().values()];"
        "sys.exit('vl_convert' in sys.modules)"
    )
    folders = [str(Path(__file__).parent), str(builtin_root())]
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(folders)}, check=False)
    assert done.returncode == 0


def test_drawings_are_kept_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = example.figures()["units"].data["charts"]["narrow"]
    monkeypatch.setenv("SKOLBANK_CHART_CACHE", str(tmp_path))
    first = svg.render_svg(spec, id_prefix="a")
    assert len(list(tmp_path.rglob("*.svg"))) == 1
    monkeypatch.setattr(svg, "_draw", lambda _: pytest.fail("drawn twice"))
    assert svg.render_svg(spec, id_prefix="a") == first
    other = svg.render_svg(spec, id_prefix="b")
    assert 'id="b-hatch"' in other
    assert 'id="a-hatch"' not in other


def test_a_drawing_that_a_crash_left_empty_is_drawn_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = example.figures()["units"].data["charts"]["narrow"]
    monkeypatch.setenv("SKOLBANK_CHART_CACHE", str(tmp_path))
    first = svg.render_svg(spec, id_prefix="a")
    (kept,) = tmp_path.rglob("*.svg")
    whole = kept.read_bytes()
    kept.write_bytes(b"")
    assert svg.render_svg(spec, id_prefix="a") == first
    assert kept.read_bytes() == whole


def test_a_block_shows_itself_in_a_notebook() -> None:
    block = Block("gap", SAMPLES["gap"])
    bundle = block._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "application/vnd.skolbank.block+json"}


def test_each_seed_has_its_own_landscape_and_keeps_it() -> None:
    seeds = [f"9901{number:04d}" for number in range(12)]
    bands = [landscape_svg(seed) for seed in seeds]
    assert len(set(bands)) == 12
    assert bands == [landscape_svg(seed) for seed in seeds]
    assert all('aria-hidden="true"' in band for band in bands)
    for band in bands:
        read(band)


def test_ids_are_plain() -> None:
    assert slug("SB-26-01") == "sb-26-01"
    assert slug("Å/Ä") == "a-a"
    assert slug("") == "block"


def test_the_style_sheet_names_only_our_fonts_and_existing_files() -> None:
    path = builtin_root() / "templates" / "report" / "skolbank.css"
    sheet = path.read_text("utf-8")
    files = re.findall(r'url\("([^"]+)"\)', sheet)
    assert len(files) == 6
    assert all((path.parent / file).resolve().is_file() for file in files)
    assert "http" not in sheet
    families = set(re.findall(r'font-family: "([^"]+)"', sheet))
    assert families == {"Skolbank Sans", "Skolbank Serif", "Skolbank Display"}


def test_the_page_colours_are_the_tokens() -> None:
    sheet = (builtin_root() / "templates" / "report" / "skolbank.css").read_text("utf-8").upper()
    for token in (theme.PAPER, theme.INK, theme.INK_2, theme.INK_3, theme.RULE, theme.LAKE, theme.ROWAN_TEXT):
        assert token in sheet
    for status in theme.STATUSES.values():
        assert status.text in sheet
        assert status.ground in sheet


def test_the_fonts_hold_every_sign_we_set() -> None:
    widths = json.loads((builtin_root() / "templates" / "fonts" / "widths.json").read_text("utf-8"))
    needed = "åäöÅÄÖéü–−…”’·\u00a0~%±✓→✗!≈▲▼○●▸▾←"
    for table in widths.values():
        assert not [sign for sign in needed if sign not in table]
    assert len({widths["400"][digit] for digit in "0123456789"}) == 1
