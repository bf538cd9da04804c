"""Starting and stopping the server: a taken place is told in words, and a stop waits for no page."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from dashboard_world import ROOT, make_world

from analysis_lib.dashboards.server import start
from analysis_lib.errors import SkolbankError


def test_a_place_that_is_taken_or_cannot_be_opened_is_told(tmp_path: Path) -> None:
    workspace = make_world(tmp_path / "world")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SkolbankError, match=f"Port {port} används redan") as told:
            start(workspace, port=port)
        assert told.value.code == "place-taken"
        assert "--port" in told.value.remedy
    with pytest.raises(SkolbankError, match="går inte att öppna"):
        start(workspace, socket=tmp_path / "saknas" / "dörr")


def test_a_server_that_is_told_to_stop_leaves_a_page_in_hand(tmp_path: Path) -> None:
    """The page never ends, so the server ends only if it waits for none."""
    workspace = make_world(tmp_path / "world")
    code = (
        "import time, sys\n"
        "from analysis_lib.dashboards.desk import Desk\n"
        "Desk.warm = lambda self, is_over: (print('warming', flush=True), time.sleep(3600))\n"
        "from analysis_lib.cli import main\n"
        "sys.argv = ['skolbank', 'serve', '--port', '0']\n"
        "sys.exit(main())\n"
    )
    given = {**os.environ, "PYTHONPATH": str(ROOT), "SKOLBANK_WORKSPACE": str(workspace.root)}
    process = subprocess.Popen([sys.executable, "-c", code], env=given, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        lines = iter(process.stdout.readline, "")
        assert any("warming" in line for line in lines)
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
