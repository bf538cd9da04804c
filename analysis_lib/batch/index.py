"""The page from which a reader finds every document of a seminar (floor 8).

One file, in Swedish, that works without a server: the search field filters what is already on the page. A
failed document is shown with an error id, never with a traceback.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis_lib import text
from analysis_lib.batch.ledger import Entry
from analysis_lib.present.landscape import landscape_svg
from analysis_lib.report.forms import FORMS
from analysis_lib.vocabulary.settings import Seminar, Settings
from analysis_lib.vocabulary.whole_files import write_whole
from analysis_lib.vocabulary.workspace import builtin_root

STATE_WORDS = {
    "done": "Klar",
    "incomplete": "Delvis klar",
    "failed": "Misslyckades",
    "refused": "Stoppad av röjandekontroll",
    "staged": "Väntar på röjandekontroll",
    "running": "Görs nu",
    "waiting": "Väntar",
}
_CHIPS = {
    "done": ("reached", "✓"),
    "incomplete": ("overdue", "!"),
    "failed": ("not-reached", "✗"),
    "refused": ("not-reached", "✗"),
    "staged": ("ongoing", "→"),
    "running": ("ongoing", "→"),
    "waiting": ("no-data", "–"),
}
AUDIENCE_WORDS = {
    "public": "Publik utgåva",
    "board": "Nämndens utgåva",
    "internal": "Intern – får inte publiceras",
}
_FONT = re.compile(r"url\(\"?([^):\"]+\.woff2)\"?\)")
_WHOLE = "Hela huvudmannen"
_NO_AREA = "Skolor och förskolor"


@dataclass(frozen=True)
class Row:
    """One document as the index shows it."""

    code: str
    report: str
    title: str
    name: str
    area: str
    scope: str
    entry: Entry | None


def write_index(folder: Path, settings: Settings, seminar: Seminar, rows: Sequence[Row], status: str) -> Path:
    """Writes ``index.html`` into the seminar's output folder."""
    path = folder / "index.html"
    write_whole(path, draw_index(folder, settings, seminar, rows, status))
    return path


def draw_index(folder: Path, settings: Settings, seminar: Seminar, rows: Sequence[Row], status: str) -> str:
    """The index page; links are made only to files that are in place."""
    import jinja2

    places = [str(builtin_root() / "templates" / "report")]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(places), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    counts = _counts(rows)
    page = environment.get_template("index.html.j2").render(
        settings=settings,
        seminar=seminar,
        audience=AUDIENCE_WORDS[seminar.audience],
        style=page_style(),
        status=status,
        counts=counts,
        total=len(rows),
        summary=_summary(counts, len(rows), status),
        groups=_groups(folder, rows),
        band=landscape_svg(settings.municipality_code),
        has_failures=any(row.entry and row.entry.error_id for row in rows),
        held=text.date(seminar.held) if seminar.held else "",
    )
    return page + "\n"


def page_style() -> str:
    """The page's style sheet with its fonts inside."""
    folder = builtin_root() / "templates" / "report"

    def embed(match: re.Match[str]) -> str:
        font = (folder / match[1]).resolve().read_bytes()
        return f"url(data:font/woff2;base64,{base64.b64encode(font).decode()})"

    sheets = (folder / name for name in ("skolbank.css", "index.css"))
    return _FONT.sub(embed, "\n".join(sheet.read_text("utf-8") for sheet in sheets))


def _counts(rows: Iterable[Row]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        state = row.entry.state if row.entry else "waiting"
        counts[state] = counts.get(state, 0) + 1
    return counts


def _summary(counts: Mapping[str, int], total: int, status: str) -> str:
    done = counts.get("done", 0)
    if status == "running":
        return f"Körningen pågår: {text.count(done)} av {text.count(total)} dokument är klara."
    bad = total - done
    if not bad and total == 1:
        return "Dokumentet är klart."
    if not bad:
        return f"Alla {text.count(total)} dokument är klara."
    words = "dokument saknas eller är ofullständigt" if bad == 1 else "dokument saknas eller är ofullständiga"
    return f"{text.count(done)} av {text.count(total)} dokument är klara. {text.count(bad)} {words}."


def _groups(folder: Path, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows by area in Swedish order, the whole authority first; one line per unit."""
    areas: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        area = _WHOLE if row.scope == "authority" else (row.area or _NO_AREA)
        areas.setdefault(area, {}).setdefault(row.code, []).append(row)
    order = sorted(areas, key=lambda area: (area != _WHOLE, area == _NO_AREA, text.sort_key(area)))
    return [{"name": area, "units": _units(folder, areas[area])} for area in order]


def _units(folder: Path, units: Mapping[str, list[Row]]) -> list[dict[str, Any]]:
    found = [
        {"code": code, "name": rows[0].name, "documents": [_document(folder, row) for row in rows]}
        for code, rows in units.items()
    ]
    return sorted(found, key=lambda unit: (text.sort_key(str(unit["name"])), unit["code"]))


def _document(folder: Path, row: Row) -> dict[str, Any]:
    state = row.entry.state if row.entry else "waiting"
    links = [
        {"href": f"{row.code}/{name}", "text": words}
        for name, words in ((f"{row.report}{form.ending}", form.words) for form in FORMS.values())
        if state in ("done", "incomplete") and (folder / row.code / name).is_file()
    ]
    return {
        "title": row.title,
        "state": state,
        "word": STATE_WORDS[state],
        "chip": _CHIPS[state][0],
        "sign": _CHIPS[state][1],
        "links": links,
        "error_id": row.entry.error_id if row.entry else "",
    }


def rows_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The documents as ``run.json`` and ``status --json`` tell them."""
    found = []
    for row in rows:
        entry = row.entry
        line: dict[str, Any] = {
            "unit": row.code,
            "name": row.name,
            "report": row.report,
            "status": entry.state if entry else "waiting",
        }
        if entry:
            line |= {"started": entry.started, "finished": entry.finished, "seconds": entry.seconds}
            line["outputs"] = sorted(name for name in entry.files if not name.endswith(".facts.jsonl"))
            if entry.error_id:
                line["error"] = {
                    "id": entry.error_id,
                    "code": entry.error_code,
                    "message": entry.message,
                }
        found.append(line)
    return found


def as_text(document: object) -> str:
    """JSON as we write it to files."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
