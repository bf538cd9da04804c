"""Vega for the reader's browser: one script for all live pages, as new as what draws the SVG (floor 6)."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from analysis_lib.vocabulary.whole_files import write_whole


def vega_name() -> str:
    """The script's name, which changes with its content: ``vega-1.9.0.js``."""
    return f"vega-{version('vl-convert-python')}.js"


def vega_bundle(kept: Path) -> bytes:
    """The script (vega-embed, Vega and Vega-Lite, BSD-3), made once and kept in a folder.

    Takes about two seconds the first time; never in a process that forks afterwards.
    """
    path = kept / vega_name()
    if not path.is_file():
        import vl_convert

        made: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]
        write_whole(path, made)
    return path.read_bytes()
