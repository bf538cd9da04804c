"""A report as a piece for a unit's own web page: no head, no script, a style of its own (seed F9).

The style is closed in by a declarative shadow root, so that neither page can change the look of the other;
a browser that does not know it shows the link to the whole page.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from analysis_lib.report.document import read_document
from analysis_lib.report.html import page_of, refuse_outside

_HEADINGS = re.compile(r"<(/?)h([1-5])\b")


def write_fragment(notebook: Path, target: Path, *, link: str) -> Path:
    """Writes the fragment of an executed notebook; ``link`` is the whole page's place under ``dokument/``."""
    document = read_document(json.loads(notebook.read_text("utf-8")))
    page = page_of(document)
    parts = [page["masthead"], *(part["html"] for part in page["lead"])]
    for section in page["sections"]:
        parts.append(f'<section><h2 id="{section["slug"]}">{section["heading"]}</h2>')
        parts += [part["html"] for part in section["parts"]]
        parts.append("</section>")
    style = page["style"].replace(":root", ":host").replace("\nbody {", "\n.report {")
    body = _HEADINGS.sub(lambda m: f"<{m[1]}h{int(m[2]) + 1}", "".join(parts))
    html = (
        f'<div class="skolbank" lang="sv"><template shadowrootmode="open"><style>{style}</style>'
        f'<article class="report">{body}{page["foot"]}</article></template>'
        f'<p><a href="../../dokument/{link}">Läs {document.title}</a></p></div>\n'
    )
    refuse_outside(html)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(html, "utf-8")
    return target
