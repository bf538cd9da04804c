"""Which kernels live pages have: ordinary ones for now behind the interface of the sandbox (floor 8)."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def kernel_name() -> str:
    return "skolbank-live"


def write_kernelspec(folder: Path) -> Path:
    """Writes the kernelspec; the folder that holds it."""
    place = folder / kernel_name()
    place.mkdir(parents=True, exist_ok=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Skolbänken live",
        "language": "python",
    }
    (place / "kernel.json").write_text(json.dumps(spec))
    return folder
