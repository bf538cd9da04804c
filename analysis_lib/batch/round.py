"""One round of a seminar: in what manner it is run, what it works on, how it went (floor 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis_lib.batch.ledger import Ledger
from analysis_lib.batch.places import facts_folder
from analysis_lib.batch.plan import Plan
from analysis_lib.batch.rooms import Rooms
from analysis_lib.batch.telling import Telling
from analysis_lib.report.provenance import provenance_folder
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

CELL_TIMEOUT, NOTEBOOK_TIMEOUT = 120.0, 300.0


@dataclass(frozen=True)
class Manner:
    """How a round is run, apart from what it makes. ``jobs`` 0: one per core.

    ``scheduler``: a Dask cluster's address, or ``local``; ``events``: a file for one JSON line per event;
    ``run_timeout``: seconds for the whole run (0: none), what is not made by then is told as such.
    """

    jobs: int = 0
    engine: str = "fork"
    force: bool = False
    cell_timeout: float = CELL_TIMEOUT
    notebook_timeout: float = NOTEBOOK_TIMEOUT
    is_plain: bool | None = None
    scheduler: str = ""
    events: Path | None = None
    run_timeout: float = 0.0


@dataclass(frozen=True)
class Result:
    """How a round went. ``made`` in this run, ``kept`` from before, ``failed`` by key with the reason."""

    exit_status: int
    index: Path
    made: int
    kept: int
    failed: Mapping[str, str]
    findings: tuple[str, ...] = ()


@dataclass
class Round:
    """One run of one seminar while it is going on."""

    workspace: Workspace
    catalog: Catalog
    rooms: Rooms
    manner: Manner
    ledger: Ledger
    plan: Plan
    telling: Telling

    @property
    def folder(self) -> Path:
        return self.workspace.output / self.plan.seminar.id

    @property
    def stage(self) -> Path:
        return self.workspace.work / "batch" / self.plan.seminar.id

    @property
    def facts(self) -> Path:
        return facts_folder(self.workspace) / self.plan.seminar.id

    @property
    def provenance(self) -> Path:
        return provenance_folder(self.workspace) / self.plan.seminar.id
