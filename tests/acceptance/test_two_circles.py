"""Readers of an internal edition see the public one too: together they must not tell what is hidden."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command import SEMINAR, Told, copied

INTERNAL = "2026-ht-intern"


@pytest.mark.parametrize(
    ("begun", "order"),
    [
        ("example_round", (INTERNAL, SEMINAR, INTERNAL)),
        ("example_imported", (INTERNAL, SEMINAR, INTERNAL, SEMINAR)),
    ],
    ids=["public first", "internal first"],
)
def test_public_and_internal_editions_are_safe_together(
    begun: str,
    order: tuple[str, ...],
    tmp_path: Path,
    run_skolbank: Callable[..., Told],
    request: pytest.FixtureRequest,
) -> None:
    workspace = copied(request.getfixturevalue(begun), tmp_path / "almvik")
    for words in (*(("run", seminar) for seminar in order), ("audit",)):
        told = run_skolbank(*words, workspace=workspace)
        assert told.status == 0, told.err
