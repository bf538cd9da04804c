"""One empty register per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from register_world import World, world


@pytest.fixture(name="world")
def _world(tmp_path: Path) -> Iterator[World]:
    yield from world(tmp_path / "almvik")
