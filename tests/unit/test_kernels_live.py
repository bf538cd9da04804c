"""What a live kernel puts in place of parts of ipykernel is looked for there, and does what it is for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_START = """
import json, sys
if {without}: sys.modules["debugpy"] = None
from ipykernel import debugger, ipkernel, kernelapp
from analysis_lib.kernels.live import _NoModules
was = ipkernel.sys is sys and hasattr(kernelapp, "IOPubThread")
if {without}: ipkernel.sys = _NoModules()
kernel = ipkernel.IPythonKernel()
told = dict(was=was, modules=len(kernel._kernel_modules), debugs=debugger._is_debugpy_available)
print(json.dumps(told))
"""


def start(folder: Path, *, without: bool) -> dict[str, int]:
    """What a kernel's start notes of modules and a debugger, with our replacements or as it is."""
    words = [sys.executable, "-c", _START.format(without=without)]
    home = {"IPYTHONDIR": str(folder), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=home)
    told: dict[str, int] = json.loads(done.stdout)
    return told


def test_ipykernel_still_looks_where_a_live_kernel_has_put_nothing(tmp_path: Path) -> None:
    """A new ipykernel that looks elsewhere makes every live viewer some megabytes dearer in silence."""
    plain = start(tmp_path, without=False)
    assert plain["was"]
    assert plain["modules"] > 100
    assert plain["debugs"]
    assert start(tmp_path, without=True) == {"was": True, "modules": 0, "debugs": False}
