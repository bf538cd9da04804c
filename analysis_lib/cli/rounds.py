"""The commands about a seminar's round: run, status, audit (floor 9)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter, validators

from analysis_lib.cli.options import NO_OPTIONS, Shared, refuse_unwritable
from analysis_lib.cli.privacy import enter

if TYPE_CHECKING:
    from analysis_lib.batch.round import Result
    from analysis_lib.vocabulary.workspace import Workspace

Many = Parameter(negative="")


def run(
    seminar: str,
    /,
    *,
    unit: Annotated[tuple[str, ...], Many] = (),
    report: Annotated[tuple[str, ...], Many] = (),
    jobs: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
    force: Annotated[bool, Many] = False,
    engine: Literal["fork", "kernel"] = "fork",
    scheduler: str = "",
    time_limit: Annotated[float, Parameter(validator=validators.Number(gte=0))] = 0,
    if_due: Annotated[bool, Many] = False,
    json_path: Annotated[Path | None, Parameter(name="--json")] = None,
    shared: Shared = NO_OPTIONS,
) -> int:
    """Make all documents of a seminar; what is made and unchanged is left as it is.

    Parameters
    ----------
    seminar
        A seminar in params/seminars.
    unit
        Only this unit (its code); may be repeated.
    report
        Only this report; may be repeated.
    jobs
        Notebooks at the same time; 0 means one per core.
    force
        Make everything again.
    engine
        fork: warm processes; kernel: ordinary Jupyter kernels.
    scheduler
        A Dask cluster's address (docs/KLUSTER.md), or local for one on this machine.
    time_limit
        Minutes for the whole run; what is not made by then is told, and made the next time. 0: no limit.
    if_due
        Do nothing before the seminar's cut-off date or after it is held; for scheduled runs.
    json_path
        Write events here while the round runs, one JSON object a line.
    """
    import datetime

    from analysis_lib.batch.due import why_not_due
    from analysis_lib.batch.plan import Order
    from analysis_lib.batch.round import Manner
    from analysis_lib.batch.run import interrupted, run_seminar
    from analysis_lib.vocabulary.catalog import Catalog

    refuse_unwritable(json_path)
    workspace = shared.find()
    if if_due and (reason := why_not_due(Catalog(workspace).seminar(seminar), datetime.date.today())):
        print(f"Inget att göra för {seminar}. {reason}")
        return 0
    if json_path:
        json_path.write_text("", "utf-8")
    order = Order(seminar, tuple(unit), tuple(report))
    enter(workspace, "run", f"{seminar[:40]} {' '.join(unit)}".strip()[:200])
    manner = Manner(
        jobs=jobs,
        engine=engine,
        force=force,
        scheduler=scheduler,
        events=json_path,
        run_timeout=60 * time_limit,
    )
    try:
        result = run_seminar(workspace, order, manner=manner, warn=_warn)
    except KeyboardInterrupt:
        raise interrupted(workspace, seminar) from None
    _summarise(workspace, result)
    return result.exit_status


def status(
    seminar: str = "",
    /,
    *,
    json_path: Annotated[Path | None, Parameter(name="--json")] = None,
    quality: Annotated[bool, Parameter(negative="")] = False,
    unit: str = "",
    shared: Shared = NO_OPTIONS,
) -> int:
    """Show what is made, missing and failed, and how fresh the imported data of each unit are.

    Parameters
    ----------
    seminar
        A seminar in params/seminars; without it, all of them.
    json_path
        Write the same as JSON to this file.
    quality
        Write a page for each unit to check before the run: pupils per class and subject. Internal.
    unit
        Only this unit's page.
    """
    from analysis_lib.batch.status import sources_text, status_of, status_text
    from analysis_lib.snapshots.store import Store

    refuse_unwritable(json_path)
    workspace = shared.find()
    if quality:
        return _write_quality(workspace, unit)
    found = status_of(workspace, seminar)
    if json_path:
        json_path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(status_text(found))
    if sources := sources_text(found):
        print(f"Inlästa uppgifter:\n{sources}")
    elif not Store(workspace).current():
        print("Inga uppgifter är inlästa än. Nästa steg: skolbank import MAPP.")
    for line in _handed_in(workspace):
        print(line)
    return 0


def audit(
    *seminars: str,
    facts: Path | None = None,
    lattice: Path | None = None,
    shared: Shared = NO_OPTIONS,
) -> int:
    """Attack everything released so far; export every published statement.

    Parameters
    ----------
    seminars
        Seminars whose findings are told; without any, all.
    facts
        Write every published statement here, one JSON object a line.
    lattice
        Write parents and children of each dimension here.
    """
    from analysis_lib.batch.audit import audit_published

    refuse_unwritable(facts, lattice)
    workspace = shared.find()
    if facts:
        enter(workspace, "audit-export", " ".join(seminars)[:200] or "alla seminarier")
    result = audit_published(workspace, seminars, facts=facts, lattice=lattice)
    for finding in result.findings:
        print(finding, file=sys.stderr)
    print(result.summary)
    return result.exit_status


def _summarise(workspace: Workspace, result: Result) -> None:
    for key, reason in result.failed.items():
        print(f"{key}: {reason}", file=sys.stderr)
    for finding in result.findings:
        print(finding, file=sys.stderr)
    if result.findings:
        from analysis_lib.disclosure.gate import REFUSED

        what = "Dokumenten gavs inte ut: dolda uppgifter går att räkna ut. Inget har bytts ut i output."
        print(f"{what} {REFUSED} [release-refused]", file=sys.stderr)
    counts: list[Any] = [f"{result.made} gjordes", f"{result.kept} var oförändrade"]
    if result.failed:
        counts.append(f"{len(result.failed)} misslyckades")
    print(f"Dokument: {', '.join(counts)}.")
    print(workspace.shown(result.index))


def _write_quality(workspace: Workspace, unit: str) -> int:
    """Pages that name small groups are made by someone with a reason: the access is logged."""
    from analysis_lib.batch.quality import write_quality

    enter(workspace, "status", f"kvalitet {unit or 'alla enheter'}"[:200])
    for place in write_quality(workspace, unit):
        print(workspace.shown(place))
    return 0


def _handed_in(workspace: Workspace) -> list[str]:
    """Who has handed in what to the register in this läsår; nothing without a register."""
    from analysis_lib.register.rhythm import handed_told, wheel_year

    year = wheel_year(workspace)
    lines = handed_told(year.handed, year.names)
    return [f"Inlämnat läsåret {year.school_year}:", *(f"  {line}" for line in lines)] if lines else []


def _warn(text: str) -> None:
    print(text, file=sys.stderr)
