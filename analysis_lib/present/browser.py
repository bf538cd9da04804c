"""Vega for the reader's browser: one script for all live pages, as new as what draws the SVG (floor 6)."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path


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

        kept.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        made: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]
        part.write_text(made, "utf-8")
        part.replace(path)
    return path.read_bytes()
