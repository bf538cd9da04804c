"""A tree of boxes: goals from fullmäktige through nämnd to units (floor 6).

Wide, each level is a column and lines run from left to right; on a phone the same tree is indented. What
lacks measures has a dashed border and says so, since colour alone never tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis_lib import text
from analysis_lib.present import theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting, column, figure_block, row, table_cell
from analysis_lib.present.typeset import wrap

_GAP, _SPACE, _PAD, _LINE, _INDENT = 34.0, 12.0, 12.0, 19.0, 18.0
_MOST_CHILDREN = 8


@dataclass(frozen=True)
class TreeNode:
    """One box: who decided, what, and a note below; a bare one lacks what it should have."""

    owner: str
    words: str
    note: str
    is_bare: bool = False
    children: tuple[TreeNode, ...] = ()


@dataclass(frozen=True)
class _Box:
    node: TreeNode
    depth: int
    x: float
    y: float
    wide: float
    owners: tuple[str, ...]
    lines: tuple[str, ...]
    notes: tuple[str, ...]
    parent: _Box | None = None

    @property
    def tall(self) -> float:
        return 2 * _PAD + _LINE * (len(self.owners) + len(self.lines) + len(self.notes))


def draw_tree(roots: Sequence[TreeNode], setting: Setting, *, title: str, heads: Sequence[str]) -> Block:
    """The tree as a figure; ``heads`` name the levels. Many leaves under one box are told as a number."""
    every = [node for _, node in walk(roots)]
    finding = tree_finding(every)
    parts = Parts(
        finding=finding,
        title=title,
        alt=f"Trädbild. {title} {finding}. {_counted(roots, heads)}.",
        foot="Streckad ram: inga åtgärder.",
        columns=[
            column("words", "Mål", "left"),
            column("owner", "Vem har beslutat", "left"),
            column("above", "Hör till", "left"),
            column("note", "Åtgärder", "left"),
        ],
        rows=list(_rows(roots, "")),
        facts=(),
    )
    shown = [_gathered(root) for root in roots]
    return figure_block(setting, parts, lambda width: _draw(shown, setting, width, heads))


def tree_finding(nodes: Sequence[TreeNode]) -> str:
    """``Två av elva mål saknar åtgärder``."""
    bare = sum(node.is_bare for node in nodes)
    if not bare:
        return "Alla mål har åtgärder"
    if bare == len(nodes):
        return "Inget av målen har åtgärder"
    first = "ett" if bare == 1 else text.count_word(bare)
    return f"{text.capitalised(first)} av {text.count_word(len(nodes))} mål saknar åtgärder"


def walk(nodes: Sequence[TreeNode], depth: int = 0) -> Iterator[tuple[int, TreeNode]]:
    """Every node with its depth, parents first."""
    for node in nodes:
        yield depth, node
        yield from walk(node.children, depth + 1)


def _counted(roots: Sequence[TreeNode], heads: Sequence[str]) -> str:
    depths = [depth for depth, _ in walk(roots)]
    told = [f"{head.lower()} {depths.count(at)}" for at, head in enumerate(heads) if depths.count(at)]
    return text.capitalised(text.listing(told))


def _rows(nodes: Sequence[TreeNode], above: str) -> Iterator[dict[str, Any]]:
    for node in nodes:
        cells = {"words": node.words, "owner": node.owner, "above": above or text.EN_DASH, "note": node.note}
        yield row({name: table_cell(words) for name, words in cells.items()})
        yield from _rows(node.children, node.words)


def _gathered(node: TreeNode) -> TreeNode:
    """The node with units that share a goal in one box, and at most some leaves; more are a number."""
    node = replace(node, children=tuple(_shared([_gathered(child) for child in node.children])))
    if len(node.children) <= _MOST_CHILDREN:
        return node
    bare = sum(child.is_bare for child in node.children)
    note = f"{text.count_word(bare)} utan åtgärder" if bare else "alla har åtgärder"
    together = TreeNode(node.children[0].owner.split(",")[0], f"{len(node.children)} mål", note, bool(bare))
    return replace(node, children=(together,))


def _shared(nodes: Sequence[TreeNode]) -> Iterator[TreeNode]:
    """Leaves with the same words as one box, those with measures and those without apart."""
    alike: dict[tuple[object, ...], list[TreeNode]] = {}
    for number, node in enumerate(nodes):
        key = (number,) if node.children else (node.words, node.is_bare, node.owner.split(", ")[0])
        alike.setdefault(key, []).append(node)
    for group in alike.values():
        names = [node.owner.partition(", ")[2] for node in group]
        if len(group) == 1 or not all(names):
            yield from group
            continue
        notes = list(dict.fromkeys(text.uncapitalised(node.note) for node in group))
        note = " eller ".join(notes) if group[0].is_bare else f"{' eller '.join(notes)} var"
        yield replace(group[0], owner=text.listing(names), note=text.capitalised(note))


def _draw(
    roots: Sequence[TreeNode], setting: Setting, width: theme.Width, heads: Sequence[str]
) -> dict[str, Any]:
    total, size = float(theme.WIDTHS[width]), theme.CHART_TYPE[width].label
    is_narrow = width == "narrow"
    levels = 1 + max(depth for depth, _ in walk(roots))
    column_width = (total - _GAP * (levels - 1)) / levels
    boxes: list[_Box] = []
    y = 0.0
    for root in roots:
        if is_narrow:
            y = _indented(root, 0, y, total, size, None, boxes)
        else:
            y = _columns(root, 0, y, column_width, size, None, boxes)
    top = 4.0 if is_narrow else 30.0
    canvas = Canvas(width, y + top + 4, 0, 0, top, 4, (0, 1), (1, 0))
    for at, head in enumerate(heads[:levels] if not is_narrow else ()):
        x = at * (column_width + _GAP)
        canvas.text(x, -16, head, colour=theme.INK_2, size=size, weight=600)
    for box in boxes:
        _line(canvas, box, is_narrow=is_narrow)
    for box in boxes:
        _box(canvas, box, size)
    return canvas.spec(f"{setting.id}-{width}", "")


def _columns(
    node: TreeNode, depth: int, y: float, wide: float, size: float, parent: _Box | None, boxes: list[_Box]
) -> float:
    """Places a subtree in columns and gives where the next one may begin."""
    x = depth * (wide + _GAP)
    box = _Box(node, depth, x, y, wide, *_wrapped(node, size, wide), parent)
    boxes.append(box)
    below = y
    for child in node.children:
        below = _columns(child, depth + 1, below, wide, size, box, boxes)
    return max(below, y + box.tall + _SPACE)


def _indented(
    node: TreeNode, depth: int, y: float, total: float, size: float, parent: _Box | None, boxes: list[_Box]
) -> float:
    x = depth * _INDENT
    box = _Box(node, depth, x, y, total - x, *_wrapped(node, size, total - x), parent)
    boxes.append(box)
    y += box.tall + _SPACE
    for child in node.children:
        y = _indented(child, depth + 1, y, total, size, box, boxes)
    return y


def _wrapped(
    node: TreeNode, size: float, wide: float
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The lines of who, what and how many."""
    mark, room = "– " if node.is_bare else "", wide - 2 * _PAD
    return (
        tuple(wrap(node.owner, size - 1, room, 400)),
        tuple(wrap(node.words, size, room, 600)),
        tuple(wrap(f"{mark}{node.note}", size - 1, room, 400)),
    )


def _line(canvas: Canvas, box: _Box, *, is_narrow: bool) -> None:
    """From the parent to the box, in right angles."""
    if box.parent is None:
        return
    middle = box.y + min(box.tall, 40) / 2
    if is_narrow:
        x, start = box.parent.x + _INDENT / 2, box.parent.y + box.parent.tall
        canvas.rule(x, start, x, middle, theme.NATION, 1.4)
        canvas.rule(x, middle, box.x, middle, theme.NATION, 1.4)
        return
    start = box.parent.y + min(box.parent.tall, 40) / 2
    right, turn = box.parent.x + box.parent.wide, box.x - _GAP / 2
    canvas.rule(right, start, turn, start, theme.NATION, 1.4)
    canvas.rule(turn, start, turn, middle, theme.NATION, 1.4)
    canvas.rule(turn, middle, box.x, middle, theme.NATION, 1.4)


def _box(canvas: Canvas, box: _Box, size: float) -> None:
    node = box.node
    border: dict[str, Any] = {"stroke": theme.INK_2 if node.is_bare else theme.LAKE, "strokeWidth": 1.4}
    if node.is_bare:
        border["strokeDash"] = [4, 3]
    canvas.box(box.x + 1, box.y, box.wide - 2, box.tall, theme.WHITE, cornerRadius=4, **border)
    x, y = box.x + _PAD, box.y + _PAD + _LINE / 2
    colour = theme.INK_2 if node.is_bare else theme.LAKE
    told = [(line, theme.INK_2, size - 1, 400) for line in box.owners]
    told += [(line, theme.INK, size, 600) for line in box.lines]
    told += [(line, colour, size - 1, 400) for line in box.notes]
    for at, (line, ink, letters, weight) in enumerate(told):
        canvas.text(x, y + _LINE * at, line, colour=ink, size=letters, weight=weight)
