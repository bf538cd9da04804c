"""D9: the attacker over what a round has released, started by a strateg and told in one line (floor 8).

The audit runs in a process of its own, as from the command line; what it said is kept beside the runs.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from analysis_lib.dashboards.launch import Started, check_start, start_command
from analysis_lib.errors import EXIT_DISCLOSURE
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, gap_block, row, table_cell
from analysis_lib.report.tables import table_data
from analysis_lib.vocabulary.whole_files import write_private
from analysis_lib.vocabulary.workspace import Workspace

_WORDS = {
    0: {"text": "Inget dolt går att räkna ut", "chip": "reached"},
    EXIT_DISCLOSURE: {"text": "Dolda uppgifter går att räkna ut", "chip": "not_reached"},
}
_FAILED = {"text": "Granskningen gick inte att göra", "chip": "overdue"}


class Audits:
    """The audits that have been started from here, and what the latest of each seminar said."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._started: dict[str, Started] = {}

    def start(self, seminar: str) -> None:
        """Starts the audit of a seminar; raises SkolbankError when there is none, or when it runs already."""
        check_start(self.workspace, seminar, is_running=self.is_running, what="Granskningen", wait="svaret")
        log = self._log(seminar)
        self._started[seminar] = start_command(self.workspace, ("audit", seminar), log=log)

    def is_running(self, seminar: str) -> bool:
        """Whether it still runs; an audit that has ended since is written down."""
        process = self._started.get(seminar)
        if process is None:
            return False
        status = process.poll()
        if status is None:
            return True
        del self._started[seminar]
        now = datetime.datetime.now(ZoneInfo("Europe/Stockholm"))
        lines = self._log(seminar).read_text("utf-8", "replace").strip().splitlines()
        told = {"at": f"{now:%Y-%m-%d %H.%M}", "status": status, "said": lines[-1] if lines else ""}
        write_private(self._result(seminar), json.dumps(told, ensure_ascii=False))
        return False

    def told(self, seminar: str) -> dict[str, Any] | None:
        """When the latest audit was, its exit status and its last line; None when there was none."""
        try:
            found: dict[str, Any] = json.loads(self._result(seminar).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found

    def _log(self, seminar: str) -> Path:
        return self.workspace.work / "dashboards" / f"audit-{seminar}.log"

    def _result(self, seminar: str) -> Path:
        return self.workspace.work / "dashboards" / f"audit-{seminar}.json"


def audit_block(audits: Audits, titles: dict[str, str]) -> Block:
    """Each seminar's latest audit in one row; seminars that never were audited from here are left out."""
    rows = []
    for name, title in titles.items():
        is_running, told = audits.is_running(name), audits.told(name)
        if is_running:
            cells = {"at": table_cell("nu"), "result": {"text": "Pågår", "chip": "ongoing"}}
            rows.append(row({"title": table_cell(title), **cells, "said": table_cell("")}))
        elif told:
            result = dict(_WORDS.get(told["status"], _FAILED))
            cells = {"at": table_cell(told["at"]), "result": result, "said": table_cell(told["said"])}
            rows.append(row({"title": table_cell(title), **cells}))
    if not rows:
        return gap_block(
            "Ingen granskning är startad härifrån", "Varje körning granskas ändå innan den ges ut."
        )
    columns = [
        column("title", "Seminarium", "left"),
        column("at", "Granskat", "left"),
        column("result", "Röjandekontrollen", "left"),
        column("said", "I ord", "left"),
    ]
    return Block(
        "table", table_data("granskningar", "Granskningar av det som är utgivet.", columns, rows, [])
    )
