"""A report as a piece for a unit's own web page: no head, no script, a style of its own (seed F9).

The style is closed in by a declarative shadow root, so that neither page can change the look of the other;
a browser that does not know it shows the link to the whole page. What is wide or narrow is the place that the
piece is given, not the reader's window. Only its fonts, with names of their own, are known to the whole page.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from analysis_lib.report.document import read_document
from analysis_lib.report.html import page_of, refuse_outside

_HEADINGS = re.compile(r"<(/?)h([1-5])\b")
_FONTS = re.compile(r"@font-face \{.*?\}\n", re.S)
_WINDOW = re.compile(r"@media screen and (\([^)]*\)) \{(.*?)\n\}", re.S)
_ROOT, _BODY = re.compile(r":root(?![\w-])"), re.compile(r"(?<![\w.-])body(?= \{)")
_HEADING_RULES = re.compile(r"(?<![\w.#-])h([1-5])(?=[^\w-][^{}]*\{)")
_PLACE = ":host { display: block; container-type: inline-size; }"


def write_fragment(notebook: Path, target: Path, *, link: str) -> Path:
    """Writes the fragment of an executed notebook; ``link`` is the whole page's place under ``dokument/``."""
    document = read_document(json.loads(notebook.read_text("utf-8")))
    page = page_of(document)
    fonts, style = fragment_style(page["style"])
    body = _HEADINGS.sub(lambda m: f"<{m[1]}h{int(m[2]) + 1}", _body(page))
    made = (
        f'<div class="skolbank" lang="sv"><style>{fonts}</style>'
        f'<template shadowrootmode="open"><style>{style}</style>'
        f'<article class="report">{body}</article></template>'
        f'<p><a href="../../dokument/{link}">Läs {html.escape(document.title)}</a></p></div>\n'
    )
    refuse_outside(made)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(made, "utf-8")
    return target


def fragment_style(style: str) -> tuple[str, str]:
    """The fonts, for the whole page, and the rest of a page's style as that of a piece inside another page.

    Headings are a step lower, and widths are those of the piece's own place.
    """
    fonts = "".join(_FONTS.findall(style))
    rest = _WINDOW.sub(r"@media screen { @container \1 {\2\n} }", _FONTS.sub("", style))
    rest = _BODY.sub(".report", _ROOT.sub(".report", rest))
    return fonts, f"{_PLACE}\n{_HEADING_RULES.sub(lambda m: f'h{int(m[1]) + 1}', rest)}"


def _body(page: dict[str, Any]) -> str:
    parts = [page["masthead"], *(part["html"] for part in page["lead"])]
    for section in page["sections"]:
        heading = html.escape(section["heading"])
        parts.append(f'<section class="section" aria-labelledby="{section["slug"]}">')
        parts.append(f'<h2 id="{section["slug"]}">{heading}</h2>')
        for part in section["parts"]:
            is_text = part["kind"] == "text"
            parts.append(f'<div class="prose">{part["html"]}</div>' if is_text else part["html"])
        parts.append("</section>")
    return "".join([*parts, page["foot"]])
