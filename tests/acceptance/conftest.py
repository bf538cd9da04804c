"""One whole round of the example municipality, made once by the command and looked at by many tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command import Told, imported, skolbank, whole_round


@pytest.fixture(scope="session")
def run_skolbank() -> Callable[..., Told]:
    return skolbank


@pytest.fixture(scope="session")
def example_round(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the example municipality after one whole seminar round."""
    return whole_round(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def example_imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same before the round: only its inbox is read in. Tests make copies of it."""
    return imported(tmp_path_factory.getbasetemp())
