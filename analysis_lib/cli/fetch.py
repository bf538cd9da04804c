"""The command that fetches from other systems' APIs (floor 9)."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from analysis_lib.cli.options import NO_OPTIONS, Shared, refuse_unwritable
from analysis_lib.cli.privacy import enter
from analysis_lib.cli.reported import progress, tell

Flag = Parameter(negative="")
Source = Literal["skolverket", "units", "kolada", "pxweb", "ss12000"]


def fetch(
    source: Source,
    /,
    *,
    municipality: str = "",
    unit: Annotated[tuple[str, ...], Flag] = (),
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    refresh: Annotated[bool, Flag] = False,
    dry_run: Annotated[bool, Flag] = False,
    json_path: Annotated[Path | None, Parameter(name="--json", allow_leading_hyphen=True)] = None,
    shared: Shared = NO_OPTIONS,
) -> int:
    """Fetch figures from an API, check them and store them like imported files.

    Parameters
    ----------
    source
        skolverket (statistics, surveys and SALSA per unit), units (the unit register), kolada, pxweb
        (the national quality system's indicators) or ss12000 (the municipality's own school system).
    municipality
        The municipality's code; else the workspace's own.
    unit
        Only this unit; may be given several times.
    since
        First day of attendance (ss12000), or the first year (kolada).
    until
        Last day of attendance (ss12000).
    refresh
        Ask again even when a fresh answer is kept; ss12000: everything, not only what has changed.
    dry_run
        Fetch and check everything and store nothing.
    json_path
        Write one object per fetched table to this file; - for standard output.
    """
    from analysis_lib.sources.api_sources import fetch_source
    from analysis_lib.sources.fetching import FetchOrder

    refuse_unwritable(json_path)
    order = FetchOrder(municipality, unit, since, until, refresh, dry_run, tell=progress("Hämtar"))
    workspace = shared.find()
    if source == "ss12000" and not dry_run:
        enter(workspace, "fetch", source)
    report = fetch_source(source, order, workspace=workspace)
    return tell(report, json_path)
