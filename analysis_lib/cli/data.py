"""The commands about data and params: import, check (floor 9)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from analysis_lib.cli.options import NO_OPTIONS, Shared, refuse_unwritable
from analysis_lib.cli.privacy import enter
from analysis_lib.cli.reported import progress, tell

Flag = Parameter(negative="")


def import_files(
    file: Path,
    /,
    *more: Path,
    as_format: Annotated[str, Parameter(name="--as")] = "",
    dry_run: Annotated[bool, Flag] = False,
    strict: Annotated[bool, Flag] = False,
    json_path: Annotated[Path | None, Parameter(name="--json", allow_leading_hyphen=True)] = None,
    shared: Shared = NO_OPTIONS,
) -> int:
    """Recognise, check, pseudonymise and store files.

    Parameters
    ----------
    file
        A file, or a folder with files.
    more
        More files or folders.
    as_format
        The format to read as, when a file could be several.
    dry_run
        Check everything and store nothing.
    strict
        Refuse a file whole when one of its rows is refused.
    json_path
        Write one object per file to this file; - for standard output.
    """
    from analysis_lib.sources.importer import import_paths

    refuse_unwritable(json_path)
    workspace = shared.find()
    if not dry_run:
        enter(workspace, "import", f"{1 + len(more)} filer eller mappar")
    report = import_paths(
        [file, *more],
        workspace=workspace,
        as_format=as_format or None,
        dry_run=dry_run,
        strict=strict,
        tell=progress("Läser"),
    )
    return tell(report, json_path)


def check(*, shared: Shared = NO_OPTIONS) -> int:
    """Cross-check params, notebooks and data, and that nothing made or logged has been changed."""
    from analysis_lib.check import check_workspace
    from analysis_lib.privacy.outputs import check_kept, unread_files
    from analysis_lib.report.output_seals import unsealed_outputs

    workspace = shared.find()
    faults, changed = check_workspace(workspace), check_kept(workspace)
    for fault in (*faults, *changed):
        print(fault, file=sys.stderr)
    if unread := unread_files(workspace):
        print(f"Krypterade filer som inte prövades: {unread}. Sätt SKOLBANK_SNAPSHOT_KEY.", file=sys.stderr)
    if unsealed := unsealed_outputs(workspace):
        print(f"Manifest utan sigill, gjorda av en äldre version: {unsealed}.", file=sys.stderr)
    count = len(faults) + len(changed)
    print(f"{count} fel." if count else "Inga fel.")
    return 2 if faults else 1 if changed else 0
