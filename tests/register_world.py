"""A register in a workspace of the example's units, written with one line per entry in the tests."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from analysis_lib.register import Entry, Record, Register, open_register
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

EntryT = TypeVar("EntryT", bound=Entry)
SCHOOL, OTHER, PRESCHOOL, CARE = "99010011", "99010012", "99010031", "99010051"
YEAR, NEXT = "2025/26", "2026/27"


def day(text: str) -> datetime.date:
    """``2026-06-30`` as a date."""
    return datetime.date.fromisoformat(text)


class World:
    """The example's units with an empty register and a clock that a test sets."""

    def __init__(self, folder: Path) -> None:
        params = folder / "params"
        params.mkdir(parents=True)
        for name in ("settings.yaml", "units.yaml", "groups.yaml"):
            (params / name).write_bytes((builtin_root() / "params" / name).read_bytes())
        self.workspace = Workspace.find(folder)
        self.now = datetime.datetime(2025, 8, 18, 8, tzinfo=datetime.UTC)
        self.register: Register = open_register(self.workspace, clock=lambda: self.now)

    @property
    def units(self) -> dict[str, Unit]:
        return Catalog(self.workspace).units

    def put(
        self, entry: EntryT, *, unit: str = SCHOOL, school_year: str = YEAR, on: str = ""
    ) -> Record[EntryT]:
        """Saves a new entry, on a day when that matters."""
        if on:
            self.now = datetime.datetime.fromisoformat(f"{on}T08:00:00+00:00")
        saved: Any = self.register.save(
            entry, author="test", role="Rektor", unit=unit, school_year=school_year
        )
        return saved

    def revise(self, seen: Record[EntryT], on: str = "", **changes: Any) -> Record[EntryT]:
        """Saves a new version with some fields changed; it is validated as if it came from a form."""
        if on:
            self.now = datetime.datetime.fromisoformat(f"{on}T08:00:00+00:00")
        entry = type(seen.entry).model_validate({**seen.entry.model_dump(), **changes})
        saved: Any = self.register.revise(seen, entry, author="test", role="Rektor")
        return saved

    def current(self, kind: type[EntryT]) -> list[Record[EntryT]]:
        return self.register.current(kind)


def world(folder: Path) -> Iterator[World]:
    """A world that is closed after the test."""
    made = World(folder)
    yield made
    made.register.close()
