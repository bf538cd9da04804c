"""The marks of figures on pages, noted so that ``skolbank trace`` knows them too (floor 8).

Each page that shows figures is noted once per content, when it is drawn; the edition that is shown now is
noted beside, so that a mark from an earlier one is told as replaced. Only released values are noted.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from analysis_lib.dashboards.extract import Edition
from analysis_lib.dashboards.pages import Card, State
from analysis_lib.report.context import Report
from analysis_lib.report.provenance import CURRENT_PAGES, PAGES_FOLDER, provenance_folder
from analysis_lib.vocabulary.whole_files import write_whole


def noted(cards: Sequence[Card], report: Report, state: State, edition: Edition) -> list[Card]:
    """The cards with a mark on every figure, and what the marks rest on written down once."""
    marked = [replace(card, block=report.marked(card.block)) for card in cards]
    told = report.provenance()
    if told["figures"] and edition.is_noted:
        _note(told, state, edition)
    return marked


def _note(told: dict[str, object], state: State, edition: Edition) -> None:
    seminar = edition.prepared.seminar.id
    folder = provenance_folder(edition.workspace) / seminar / PAGES_FOLDER
    query = state.query()
    page = {
        "document": f"{seminar}/{PAGES_FOLDER}/{state.page}{f'?{query}' if query else ''}",
        "report": state.page,
        "parameters": {"unit": state.unit, "seminar": seminar},
        "pages": edition.key,
        **told,
    }
    content = json.dumps(page, ensure_ascii=False, sort_keys=True)
    name = hashlib.sha256(content.encode()).hexdigest()[:16]
    path = folder / edition.prepared.audience / f"{state.page}-{name}.jsonl"
    if not path.is_file():
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        write_whole(path, (json.dumps({**page, "published": now}, ensure_ascii=False) + "\n").encode())
    _keep_current(folder / edition.prepared.audience / CURRENT_PAGES, edition.key)


def _keep_current(path: Path, key: str) -> None:
    if not path.is_file() or path.read_text("utf-8") != key:
        write_whole(path, key.encode())
