"""How documents build on each other: units' on one side, the huvudman's on the other (floor 6; F11).

Between them stand the sources that both read: that is how a number or a word goes from one to the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis_lib import text
from analysis_lib.present import theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting, column, figure_block, row, table_cell
from analysis_lib.present.typeset import wrap

_LINE, _PAD, _SPACE = 18.0, 8.0, 8.0
_HEADS = ("Varje enhet", "Samma underlag", "Hela huvudmannen")


@dataclass(frozen=True)
class MapNode:
    """One kind of document: what it is called, whether it is a unit's, and what it reads."""

    title: str
    is_unit: bool
    reads: tuple[str, ...]
    joined: int = 0  # how many documents on the other side read the same


@dataclass(frozen=True)
class _Placed:
    words: tuple[str, ...]
    y: float
    tall: float

    @property
    def middle(self) -> float:
        return self.y + self.tall / 2


def draw_document_map(nodes: Sequence[MapNode], setting: Setting) -> Block:
    """The picture with a table of the same under it."""
    below = [node for node in nodes if node.is_unit]
    above = [node for node in nodes if not node.is_unit]
    sources = list(dict.fromkeys(source for node in nodes for source in node.reads))
    finding = map_finding(below, above, sources)
    parts = Parts(
        finding=finding,
        title=f"Hur seminariets dokument bygger på varandra. {setting.subject}.",
        alt=f"Bild med linjer. {finding}. Underlagen är {text.listing(sources)}.",
        foot="En linje betyder att dokumentet läser ur underlaget. Blå linjer: ord som någon har skrivit.",
        columns=[
            column("title", "Dokument", "left"),
            column("whose", "Om vem", "left"),
            column("reads", "Läser ur", "left"),
            column("joined", "Hänger ihop med", "left"),
        ],
        rows=[_row(node) for node in nodes],
        facts=(),
    )

    def draw(width: theme.Width) -> dict[str, Any]:
        if width == "narrow":
            return _draw_narrow(below, sources, above, setting)
        return _draw_wide(below, sources, above, setting)

    return figure_block(setting, parts, draw)


def map_finding(below: Sequence[MapNode], above: Sequence[MapNode], sources: Sequence[str]) -> str:
    """``Samma fem underlag bär 13 dokument om enheterna och åtta om helheten``."""
    units, whole = (_number(len(nodes)) for nodes in (below, above))
    base = text.count_word(len(sources))
    return f"Samma {base} underlag bär {units} dokument om enheterna och {whole} om helheten"


def _number(count: int) -> str:
    return "ett" if count == 1 else text.count_word(count)


def _row(node: MapNode) -> dict[str, Any]:
    others = "helheten" if node.is_unit else "enheterna"
    cells = {
        "title": node.title,
        "whose": _HEADS[0] if node.is_unit else _HEADS[2],
        "reads": text.capitalised(text.listing(list(node.reads))) if node.reads else text.EN_DASH,
        "joined": f"{text.capitalised(_number(node.joined))} dokument om {others}",
    }
    return row({name: table_cell(words) for name, words in cells.items()})


def _draw_wide(
    below: Sequence[MapNode], sources: Sequence[str], above: Sequence[MapNode], setting: Setting
) -> dict[str, Any]:
    total = float(theme.WIDTHS["wide"])
    size = theme.CHART_TYPE["wide"].label
    side, middle = 232.0, 150.0
    lanes = [[node.title for node in below], list(sources), [node.title for node in above]]
    wides = [side, middle, side]
    tall = max(_stack(words, size, wide)[1] for words, wide in zip(lanes, wides, strict=True))
    placed = [_spread(words, size, wide, tall) for words, wide in zip(lanes, wides, strict=True)]
    lefts = [0.0, (total - middle) / 2, total - side]
    canvas = Canvas("wide", tall + 36, 0, 0, 32, 4, (0, 1), (1, 0))
    for head, x in zip(_HEADS, lefts, strict=True):
        canvas.text(x, -16, head, colour=theme.INK_2, size=size, weight=600)
    for nodes, at, start, end in ((below, 0, side, lefts[1]), (above, 2, lefts[2], lefts[1] + middle)):
        for node, box in zip(nodes, placed[at], strict=True):
            for source in node.reads:
                told = source == "registret"
                target = placed[1][list(sources).index(source)].middle
                colour = theme.LAKE if told else theme.NATION
                canvas.rule(start, box.middle, end, target, colour, 1.6 if told else 1)
    for boxes, x, wide, at in zip(placed, lefts, wides, range(3), strict=True):
        for box in boxes:
            _box(canvas, box, x, wide, size, is_source=at == 1)
    return canvas.spec(f"{setting.id}-wide", "")


def _draw_narrow(
    below: Sequence[MapNode], sources: Sequence[str], above: Sequence[MapNode], setting: Setting
) -> dict[str, Any]:
    """Three lists under each other, with arrows between: the table under the picture has every line."""
    total, size = float(theme.WIDTHS["narrow"]), theme.CHART_TYPE["narrow"].label
    lanes = [[node.title for node in below], list(sources), [node.title for node in above]]
    stacks = [_stack(words, size, total) for words in lanes]
    canvas = Canvas("narrow", sum(tall for _, tall in stacks) + 150, 0, 0, 4, 4, (0, 1), (1, 0))
    y = 0.0
    for at, ((boxes, tall), head) in enumerate(zip(stacks, _HEADS, strict=True)):
        if at:
            canvas.rule(total / 2, y - 4, total / 2, y + 18, theme.NATION, 1.6)
            canvas.text(total / 2, y + 22, "↓", colour=theme.INK_2, size=size, align="center")
            y += 34
        canvas.text(0, y + 10, head, colour=theme.INK_2, size=size, weight=600)
        y += 26
        for box in boxes:
            _box(canvas, _Placed(box.words, box.y + y, box.tall), 0, total, size, is_source=at == 1)
        y += tall
    return canvas.spec(f"{setting.id}-narrow", "")


def _stack(words: Sequence[str], size: float, wide: float) -> tuple[list[_Placed], float]:
    """Boxes under each other, and how tall they are together."""
    placed, y = [], 0.0
    for each in words:
        lines = tuple(wrap(text.capitalised(each), size, wide - 2 * _PAD, 600))
        tall = 2 * _PAD + _LINE * len(lines)
        placed.append(_Placed(lines, y, tall))
        y += tall + _SPACE
    return placed, y


def _spread(words: Sequence[str], size: float, wide: float, tall: float) -> list[_Placed]:
    """The boxes spread evenly over the whole height."""
    placed, used = _stack(words, size, wide)
    extra = (tall - used) / max(len(placed), 1)
    return [_Placed(box.words, box.y + extra * (at + 0.5), box.tall) for at, box in enumerate(placed)]


def _box(canvas: Canvas, box: _Placed, x: float, wide: float, size: float, *, is_source: bool) -> None:
    border = {"stroke": theme.INK_2 if is_source else theme.LAKE, "strokeWidth": 1.2, "cornerRadius": 4}
    canvas.box(x + 1, box.y, wide - 2, box.tall, theme.TONE if is_source else theme.WHITE, **border)
    for at, line in enumerate(box.words):
        y = box.y + _PAD + _LINE * (at + 0.5)
        canvas.text(x + _PAD, y, line, size=size, weight=600 if is_source else 400)
