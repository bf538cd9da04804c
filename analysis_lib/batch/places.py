"""Where a workspace keeps what rounds need: the ledger, the locks and the published facts (floor 8)."""

from __future__ import annotations

import os
from pathlib import Path

from analysis_lib.batch.ledger import Ledger
from analysis_lib.vocabulary.workspace import Workspace

LEDGER_URL = "SKOLBANK_LEDGER_URL"


def facts_folder(workspace: Workspace) -> Path:
    """Where the facts of published documents lie, ``<seminar>/<code>/<report>.facts.jsonl``."""
    return workspace.work / "facts"


def ledger_of(workspace: Workspace) -> Ledger:
    """The workspace's ledger; a database shared by several machines when the environment names one."""
    return Ledger(workspace.work / "ledger.sqlite", os.environ.get(LEDGER_URL, ""))


def lock_of(workspace: Workspace, seminar: str) -> Path:
    """The lock file of a seminar."""
    return workspace.work / "locks" / f"{seminar}.lock"
