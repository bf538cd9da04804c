"""The commands about data and params: import, check (floor 9)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from analysis_lib.cli.options import NO_OPTIONS, Shared

Flag = Parameter(negative="")


def import_files(
    first: Path,
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
    first
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
    from analysis_lib.sources.import_report import render_summary
    from analysis_lib.sources.importer import import_paths

    workspace = shared.find()
    report = import_paths(
        [first, *more], workspace=workspace, as_format=as_format or None, dry_run=dry_run, strict=strict
    )
    text = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
    if str(json_path) == "-":
        print(text)
    else:
        if json_path:
            json_path.write_text(text + "\n", "utf-8")
        print(render_summary(report))
    return int(report.exit_status)


def check(*, shared: Shared = NO_OPTIONS) -> int:
    """Cross-check params, notebooks and data; tell all faults at once."""
    from analysis_lib.check import check_workspace

    faults = check_workspace(shared.find())
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(faults)} fel." if faults else "Inga fel.")
    return 2 if faults else 0
