"""Every chart as a file of its own: named by its mark, described, drawn in our own letters."""

from __future__ import annotations

import io
import xml.etree.ElementTree as tree
from collections.abc import Callable

from executed_reports import Executed
from office_files import as_internal, parts, times
from PIL import Image

from analysis_lib.report.chart_files import LIST, write_charts
from analysis_lib.report.document import read_document
from analysis_lib.report.table_sheets import INTERNAL

Give = Callable[..., Executed]
SVG = "{http://www.w3.org/2000/svg}"


def test_every_chart_is_there_as_svg_and_png(executed: Give) -> None:
    notebook = executed("verksamhetsanalys").notebook
    files = parts(write_charts(notebook))
    figures = [block.data for block in read_document(notebook).blocks() if block.kind == "figure"]
    assert len(figures) >= 2
    assert set(files) == {LIST} | {f"{f['figure']}.{kind}" for f in figures for kind in ("svg", "png")}
    for figure in figures:
        root = tree.fromstring(files[f"{figure['figure']}.svg"])
        assert root.find(f"{SVG}desc").text == figure["alt"]  # type: ignore[union-attr]
        assert root.find(f"{SVG}title").text == figure["finding"]  # type: ignore[union-attr]
        families = {node.get("font-family") for node in root.iter(f"{SVG}text")} - {None}
        assert {family.strip("\"'") for family in families if family} == {"Skolbank Sans"}
        picture = Image.open(io.BytesIO(files[f"{figure['figure']}.png"]))
        assert picture.width == 736
        assert len(picture.convert("L").getcolors() or []) > 10


def test_the_charts_are_the_same_bytes_and_reach_nothing_outside(executed: Give) -> None:
    notebook = executed("kommunbild").notebook
    made = write_charts(notebook)
    assert made == write_charts(notebook)
    assert times(made) == {(1980, 1, 1, 0, 0, 0)}
    for name, content in parts(made).items():
        if name.endswith(".svg"):
            assert b"url(http" not in content
            assert b"<script" not in content


def test_the_list_of_internal_charts_says_so(executed: Give) -> None:
    notebook = executed("verksamhetsanalys").notebook
    assert INTERNAL in parts(write_charts(as_internal(notebook)))[LIST].decode()
    assert INTERNAL not in parts(write_charts(notebook))[LIST].decode()
