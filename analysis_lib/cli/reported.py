"""How the commands that bring data in tell what they do and what came of it (floor 9)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis_lib.sources.import_report import ImportReport


def progress(verb: str) -> Callable[[str], None]:
    """Tells what is being read to a person who waits, and nothing to a file or a program."""
    if not sys.stderr.isatty():
        return lambda file: None
    return lambda file: print(f"{verb} {file} …", file=sys.stderr)


def tell(report: ImportReport, json_path: Path | None) -> int:
    """Prints the report, as text or as JSON (``-``), writes it where asked, and gives the exit status."""
    from analysis_lib.sources.import_report import render_summary

    text = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
    if str(json_path) == "-":
        print(text)
    else:
        if json_path:
            json_path.write_text(text + "\n", "utf-8")
        print(render_summary(report))
    return int(report.exit_status)
