"""D9: start a batch and watch it, in a process of its own that outlives the page (floor 8)."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from analysis_lib import text
from analysis_lib.batch.status import status_of
from analysis_lib.dashboards.audits import Audits, audit_block
from analysis_lib.dashboards.forms import Field, Form
from analysis_lib.dashboards.launch import Started, check_start, start_command
from analysis_lib.dashboards.pages import Card, State
from analysis_lib.dashboards.shell import Drawn, draw
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, gap_block, row, table_cell
from analysis_lib.report.tables import table_data
from analysis_lib.vocabulary.workspace import Workspace

_STATES = {
    "waiting": "Väntar",
    "running": "Pågår",
    "staged": "Klar att granska",
    "done": "Klart",
    "incomplete": "Ofullständigt",
    "failed": "Misslyckat",
    "refused": "Stoppat av röjandekontrollen",
}
_LAST_EVENTS = 12


class Runs:
    """The rounds that have been started from here; any other start of the same round is seen too."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.audits = Audits(workspace)
        self._started: dict[str, Started] = {}

    def start(self, seminar: str) -> None:
        """Starts the round of a seminar; raises SkolbankError when there is none, or when it runs already."""
        check_start(self.workspace, seminar, is_running=self.is_running, what="Körningen", wait="hur det går")
        events = self.events(seminar)
        words = ("run", seminar, "--json", str(events))
        self._started[seminar] = start_command(self.workspace, words, log=events.with_suffix(".log"))

    def is_running(self, seminar: str) -> bool:
        process = self._started.get(seminar)
        return (process is not None and process.poll() is None) or any(
            one["is_running"] for one in status_of(self.workspace, seminar)["seminars"]
        )

    def events(self, seminar: str) -> Path:
        return self.workspace.work / "dashboards" / f"run-{seminar}.jsonl"

    def told(self, seminar: str) -> list[dict[str, Any]]:
        """The last events of the latest round that was started from here."""
        try:
            lines = self.events(seminar).read_text("utf-8").splitlines()[-_LAST_EVENTS:]
            return [json.loads(line) for line in lines]
        except (OSError, ValueError):
            return []


def watched(runs: Runs) -> tuple[list[Card], list[dict[str, Any]], list[str]]:
    """The cards of what is done, failed and going on; the seminars, and the names of those that run."""
    seminars = status_of(runs.workspace)["seminars"]
    running = [one["seminar"] for one in seminars if runs.is_running(one["seminar"])]
    blocks = [("laget", _seminars(seminars, running)), ("fel", _failures(seminars))]
    blocks += [(f"handelser{at}", events_block(runs.told(name), name)) for at, name in enumerate(running)]
    blocks.append(
        ("granskningar", audit_block(runs.audits, {one["seminar"]: one["title"] for one in seminars}))
    )
    return [Card(name, block) for name, block in blocks], seminars, running


def run_cards(runs: Runs, xsrf: Markup) -> tuple[list[Drawn], bool]:
    """The seminars with their documents, the last events, and a form to start; and whether any runs now."""
    cards, seminars, running = watched(runs)
    titles = {one["seminar"]: one["title"] for one in seminars}
    is_audited = any(runs.audits.is_running(name) for name in titles)
    drawn = draw(cards, State("korningar"))
    options = tuple((one["seminar"], one["title"]) for one in seminars if one["seminar"] not in running)
    if options:
        form = Form(
            action="/korningar",
            title="Starta en körning",
            fields=(Field("seminar", "Seminarium", "select", "", "", options, True),),
            guidance="Det som redan är gjort och inte har ändrats görs inte om.",
            submit="Starta",
            note="",
            xsrf=xsrf,
        )
        drawn.append(form.card("starta"))
    if titles:
        drawn.append(_audit_form(tuple(titles.items()), xsrf).card("granska"))
    return drawn, bool(running) or is_audited


def _audit_form(options: tuple[tuple[str, str], ...], xsrf: Markup) -> Form:
    return Form(
        action="/korningar",
        title="Granska röjandekontrollen",
        fields=(Field("audited", "Seminarium", "select", "", "", options, True),),
        hidden=(("form", "granska"),),
        guidance="Ett program försöker räkna ut dolda tal ur allt som är utgivet.",
        submit="Granska",
        note="",
        xsrf=xsrf,
    )


def _seminars(seminars: list[dict[str, Any]], running: list[str]) -> Block:
    rows = [
        row(
            {
                "title": table_cell(one["title"]),
                "now": {"text": "Körs nu", "chip": "ongoing"}
                if one["seminar"] in running
                else table_cell("Vilar"),
                "made": table_cell(
                    ", ".join(f"{_STATES[state].lower()}: {count}" for state, count in one["counts"].items())
                    or "inget är gjort än"
                ),
            }
        )
        for one in seminars
    ]
    columns = [
        column("title", "Seminarium", "left"),
        column("now", "Nu", "left"),
        column("made", "Dokument", "left"),
    ]
    return Block("table", table_data("laget", "Seminarierna och deras dokument.", columns, rows, []))


def _failures(seminars: list[dict[str, Any]]) -> Block:
    bad = [
        (one, each)
        for one in seminars
        for each in one["documents"]
        if each["status"] not in ("done", "running")
    ]
    if not bad:
        return gap_block("Inga dokument har misslyckats", "Röjandekontrollen har inte stoppat något.", "")
    rows = [
        row(
            {
                "unit": table_cell(each["unit"]),
                "report": table_cell(each["report"]),
                "state": table_cell(_STATES.get(each["status"], each["status"])),
                "why": table_cell(f"{each['message']} {each['error_id']}".strip()),
            }
        )
        for _, each in bad
    ]
    columns = [
        column("unit", "Enhet", "left"),
        column("report", "Rapport", "left"),
        column("state", "Läge", "left"),
        column("why", "Varför", "left"),
    ]
    return Block("table", table_data("fel", "Dokument som inte är klara.", columns, rows, []))


def events_block(events: list[dict[str, Any]], seminar: str) -> Block:
    """The newest lines of a round's event file as a table, the newest first."""
    if not events:
        return gap_block(
            f"{seminar} förbereds", "De första händelserna kommer när uppgifterna är framtagna.", ""
        )
    rows = [
        row(
            {
                "at": table_cell(_clock(str(each["time"]))),
                "what": table_cell(_happened(each)),
                "of": table_cell(", ".join(str(each[name]) for name in ("report", "unit") if each.get(name))),
            }
        )
        for each in reversed(events)
    ]
    columns = [
        column("at", "Klockan", "left"),
        column("what", "Händelse", "left"),
        column("of", "Dokument", "left"),
    ]
    return Block("table", table_data("handelser", f"Det senaste i {seminar}.", columns, rows, []))


def _happened(event: Mapping[str, Any]) -> str:
    """An event of a round in words."""
    if event["event"] == "started":
        return f"Körningen började: {text.count(event['documents'])} dokument att göra"
    if event["event"] == "document":
        return _STATES.get(event["status"], "Dokumentet är gjort")
    return "Körningen är slut"


def _clock(time: str) -> str:
    """The time of day in Sweden of a moment that is told in UTC.

    >>> _clock("2026-09-14T07:05:03+00:00")
    '09:05:03'
    """
    return f"{datetime.datetime.fromisoformat(time).astimezone(ZoneInfo('Europe/Stockholm')):%H:%M:%S}"
