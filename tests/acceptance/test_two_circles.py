"""Readers of an internal edition see the public one too: together they must not tell what is hidden."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command import Told


@pytest.mark.parametrize(
    "order", [("2026-ht-resultat", "2026-ht-intern"), ("2026-ht-intern", "2026-ht-resultat")]
)
def test_public_and_internal_editions_are_safe_together(
    tmp_path: Path, run_skolbank: Callable[..., Told], order: tuple[str, str]
) -> None:
    run_skolbank("example", str(tmp_path / "x"))
    run_skolbank("import", "data/inbox", workspace=tmp_path / "x")
    for seminar in (*order, *order):
        told = run_skolbank("run", seminar, workspace=tmp_path / "x")
        assert told.status == 0, told.err
    told = run_skolbank("audit", workspace=tmp_path / "x")
    assert told.status == 0, told.err
