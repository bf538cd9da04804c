"""A served workspace of the invented municipality, with people in it, for tests of the dashboards."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
import yaml
from synthetic import SCHOOLS, make_workspace

from analysis_lib.dashboards.access import AccessList, make_person
from analysis_lib.register import open_register
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

ROOT = Path(__file__).parents[1]
MINE, THEIRS = tuple(SCHOOLS)[:2]
CANARY = "Kanariefågel i grannskolans åtgärd"
PASSWORD = "fyra ord efter varandra"
PEOPLE = {
    "strategen": ("strateg", ()),
    "rektor.min": ("rektor", (MINE,)),
    "rektor.grannen": ("rektor", (THEIRS,)),
    "laget": ("arbetslag", (MINE,)),
    "namnden": ("nämnd", ()),
}


def make_world(root: Path) -> Workspace:
    """The workspace with its people and one measure in the neighbour's unit."""
    workspace = make_workspace(root)
    group = {"id": "grundskola", "name": "Grundskola", "school_forms": ["gr"]}
    (root / "params" / "groups.yaml").write_text(yaml.safe_dump({"groups": [group]}), "utf-8")
    catalog = Catalog(workspace)
    people = AccessList(workspace)
    for name, (role, units) in PEOPLE.items():
        person = make_person(name, role, unit=units, units=catalog.units, groups=catalog.groups)
        people.add(person, PASSWORD)
    register = open_register(workspace)
    canary = Measure.model_validate(
        {"what": CANARY, "origin": "staff", "responsible": "Rektor", "deadline": "2027-03-01"}
    )
    register.save(canary, author="rektor.grannen", role="Rektor", unit=THEIRS, school_year="2026/27")
    register.close()
    return workspace


@dataclass
class World:
    """A running server and its workspace."""

    workspace: Workspace
    address: str
    process: subprocess.Popen[str]

    def visitor(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=20)

    @contextmanager
    def log_in(self, name: str, password: str = PASSWORD) -> Iterator[httpx.Client]:
        """A client that is logged in as one of the people."""
        with self.visitor() as client:
            given = {"_xsrf": xsrf(client.get("/logga-in").text), "name": name, "password": password}
            answer = client.post("/logga-in", data=given)
            assert answer.status_code == 303, answer.status_code
            yield client


def xsrf(page: str) -> str:
    """The word that a page's forms must send back."""
    found = re.search(r'name="_xsrf" value="([^"]+)"', page)
    assert found
    return found[1]


@contextmanager
def served(workspace: Workspace, *words: str, heard: IO[bytes] | None = None) -> Iterator[World]:
    """The server as a person starts it, on a free port, until the test is over; its messages to ``heard``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "analysis_lib", "serve", "--port", "0", *words],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SKOLBANK_WORKSPACE": str(workspace.root),
            "SECRET": CANARY,
        },
        stdout=subprocess.PIPE,
        stderr=heard,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"(http://\S+?)/ |(unix:\S+)", line)
        assert found, line
        yield World(workspace, found[1] or found[2], process)
    finally:
        process.terminate()
        process.wait(60)
