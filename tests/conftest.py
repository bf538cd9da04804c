"""One whole round of the example municipality, made once by the command and looked at by many tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command import SEMINAR, Told, skolbank


@pytest.fixture(scope="session")
def run_skolbank() -> Callable[..., Told]:
    return skolbank


@pytest.fixture(scope="session")
def example_round(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the example municipality after one whole seminar round."""
    folder = tmp_path_factory.mktemp("example") / "almvik"
    made = skolbank("example", str(folder))
    assert made.status == 0, made.err
    read = skolbank("import", "data/inbox", "--json", "imported.json", workspace=folder)
    assert read.status == 0, read.err
    run = skolbank("run", SEMINAR, workspace=folder)
    assert run.status == 0, run.err
    return folder
