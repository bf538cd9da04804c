"""How pages and slides look: large letters for the back of a room, and one thing told once."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any

import present_example as example
import pytest
from test_present_charts import TEXT, text_boxes

from analysis_lib.present import theme
from analysis_lib.present.svg import render_svg
from analysis_lib.report.document import Document, Section, Shown
from analysis_lib.report.html import page_of
from analysis_lib.report.words.shapes import from_to, words_table

TALL = [name for name, block in example.figures().items() if "slide" in block.data["charts"]]


def on_a_slide(name: str) -> tuple[str, float]:
    """The drawing for a slide, and how much it is shrunk to stand there."""
    spec = example.figures()[name].data["charts"]["slide"]
    height = spec["height"] + spec["padding"]["top"] + spec["padding"]["bottom"]
    return render_svg(spec, id_prefix="slide"), min(1.0, theme.SLIDE_HEIGHT / height)


def test_some_figures_are_too_tall_for_a_slide_as_they_stand() -> None:
    assert TALL
    wide = example.figures()[TALL[0]].data["charts"]["wide"]
    assert wide["height"] * theme.WIDTHS["slide"] / theme.WIDTHS["wide"] > theme.SLIDE_HEIGHT / 2


@pytest.mark.parametrize("name", TALL)
def test_letters_on_a_slide_are_read_from_the_back_of_the_room(name: str) -> None:
    drawn, shrunk = on_a_slide(name)
    sizes = [float(size) for _, _, _, _, size, *_ in TEXT.findall(drawn)]
    assert min(sizes) >= 17
    assert min(sizes) * shrunk >= 15


@pytest.mark.parametrize("name", TALL)
def test_texts_on_a_slide_do_not_overlap_and_stay_inside(name: str) -> None:
    boxes = text_boxes(on_a_slide(name)[0])
    for words, left, _, right, _ in boxes:
        assert left >= -1, words
        assert right <= theme.WIDTHS["slide"] + 1, words
    for one, two in combinations(boxes, 2):
        apart = one[3] <= two[1] + 0.5 or two[3] <= one[1] + 0.5
        assert apart or one[4] <= two[2] + 0.5 or two[4] <= one[2] + 0.5, (one[0], two[0])


def table(id: str, *terms: str) -> Shown:
    notes = [{"term": term, "text": f"Om {term}."} for term in terms]
    block = words_table(id, "Tabell.", ["Enhet", "Mål", "Läge"], [["Ekskolan", "", "pågår"]], notes=notes)
    return Shown(block.kind, block.data)


def page(*sections: Section) -> list[str]:
    head = Shown(
        "masthead", {"title": "Ekskolan", "municipality": "Almviks kommun"}, html="<header></header>"
    )
    shown = page_of(Document(Section(parts=[head]), sections))["sections"]
    return ["".join(part["html"] for part in section["parts"]) for section in shown]


def test_a_margin_note_is_told_once_under_a_heading_and_again_under_the_next() -> None:
    one = Section("Ett", "ett", [table("a", "Index", "Positiva"), table("b", "Index"), table("c", "Få svar")])
    first, second = page(one, Section("Två", "tva", [table("d", "Index")]))
    assert [len(re.findall(f"<dt>{term}</dt>", first)) for term in ("Index", "Positiva", "Få svar")] == [
        1,
        1,
        1,
    ]
    assert first.count('class="margin-notes"') == 2
    assert second.count("<dt>Index</dt>") == 1


def test_an_empty_cell_keeps_its_dash_and_its_label() -> None:
    [drawn] = page(Section("Ett", "ett", [table("a")]))
    assert '<td class="left" data-label="Mål">–</td>' in drawn
    assert '<td class="left" data-label="Läge">Pågår</td>' in drawn


@pytest.mark.parametrize(
    ("before", "after", "told"), [(6.9, 8.0, "6,9 → 8,0"), (2, 3, "2 → 3"), (None, 7.5, "– → 7,5")]
)
def test_a_step_has_equal_decimals_and_stands_on_one_line(before: Any, after: Any, told: str) -> None:
    assert from_to(before, after) == told.replace(" ", "\u00a0")
