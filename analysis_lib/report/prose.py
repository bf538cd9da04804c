"""Markdown as simple blocks of text runs, for the forms that are not HTML (floor 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markdown_it.token import Token

from analysis_lib.report.document import MARKDOWN

_MARKS = {"strong_open": "strong", "em_open": "emph"}
_LIST_KINDS = {"bullet_list_open": "bullets", "ordered_list_open": "numbers"}


def paragraphs(markdown: str) -> list[dict[str, Any]]:
    """Markdown as the template's simple blocks: headings, paragraphs and lists of text runs."""
    made: list[dict[str, Any]] = []
    items: list[list[dict[str, Any]]] | None = None
    kind, level = "prose", 0
    for token in MARKDOWN.parse(markdown):
        if token.type == "heading_open":
            kind, level = "heading", int(token.tag[1])
        elif token.type in _LIST_KINDS:
            items = []
            made.append({"kind": _LIST_KINDS[token.type], "items": items})
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            items = None
        elif token.type == "inline":
            runs = _runs(token.children or [])
            if items is not None:
                items.append(runs)
            else:
                made.append({"kind": kind, "level": level, "runs": runs})
            kind, level = "prose", 0
    return made


def _runs(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = []
    styles: list[str] = []
    link = ""
    for token in tokens:
        if token.type in _MARKS:
            styles.append(_MARKS[token.type])
        elif token.type in {"strong_close", "em_close"}:
            styles.pop()
        elif token.type == "link_open":
            link = str(token.attrGet("href") or "")
        elif token.type == "link_close":
            link = ""
        elif token.type in {"text", "code_inline", "softbreak", "hardbreak"}:
            content = token.content if token.content else " "
            runs.append({"text": content, "styles": list(styles), "link": link})
    return runs


def plain(runs: Sequence[dict[str, Any]]) -> str:
    """The runs as one line of text."""
    return "".join(str(run["text"]) for run in runs)
