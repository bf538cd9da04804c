"""A computer without a sandbox: the server starts, its pages work, and nothing runs unsandboxed.

Once without bubblewrap at all, and once with one that may not make namespaces, as on a locked Debian.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from dashboard_world import World, make_world, served, xsrf

from analysis_lib.dashboards.desk import RESULT_PAGES
from analysis_lib.dashboards.pages import PAGES
from analysis_lib.vocabulary.workspace import Workspace

_REFUSED = (
    "bwrap: No permissions to creating new namespace, likely because the kernel does not allow "
    "non-privileged user namespaces. On e.g. debian this can be enabled with "
    "'sysctl kernel.unprivileged_userns_clone=1'."
)
_MISSING = ("sandbox-missing", "apt install bubblewrap")
_FORBIDDEN = ("sandbox-refused", "kernel.unprivileged_userns_clone=1")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_world(tmp_path_factory.mktemp("closed"))


@pytest.fixture(params=[_MISSING, _FORBIDDEN], ids=["missing", "forbidden"])
def closed(
    request: pytest.FixtureRequest,
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[World, str, str, Path]]:
    """A server that has no sandbox, the code of its refusal, what its words must hold, and what it said."""
    code, remedy = request.param
    if code == "sandbox-refused":
        program = tmp_path / "bwrap"
        program.write_text(f'#!/bin/sh\necho "{_REFUSED}" >&2\nexit 1\n', "utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    heard = tmp_path / "heard"
    with heard.open("wb") as sink, served(workspace, heard=sink) as running:
        yield running, code, remedy, heard


def test_pages_are_served_and_nothing_is_started(closed: tuple[World, str, str, Path]) -> None:
    world, code, remedy, heard = closed
    server = psutil.Process(world.process.pid)
    with world.log_in("strategen") as reader:
        for page in [each for each in PAGES if each != "sjalvskattning"]:  # that one is a rektor's
            shown = reader.get(f"/{page}")
            assert shown.status_code == 200
            assert ('id="utforska"' in shown.text) == (page not in RESULT_PAGES and bool(PAGES[page].choices))
        assert 'id="kort-' in reader.get("/lage").text
        word = xsrf(reader.get("/lage").text)
        for page in RESULT_PAGES:
            answer = reader.post(f"/{page}/levande", data={"_xsrf": word, "query": ""})
            assert answer.status_code == 503
            assert answer.json()["code"] == code
            assert remedy in answer.json()["fault"]
            assert "visas sidorna som vanligt, inte levande" in answer.json()["fault"]
        assert reader.get("/levande/" + "a" * 24).status_code == 404
    time.sleep(0.5)
    assert [each.name() for each in server.children(recursive=True)] == []
    told = heard.read_text("utf-8")
    assert f"[{code}]" in told
    assert remedy in told
    assert os.environ["PATH"] not in told
