"""One whole round of the example municipality, made once by the command and looked at by many tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command import Told, skolbank, whole_round


@pytest.fixture(scope="session")
def run_skolbank() -> Callable[..., Told]:
    return skolbank


@pytest.fixture(scope="session")
def example_round(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the example municipality after one whole seminar round."""
    return whole_round(tmp_path_factory.getbasetemp())
