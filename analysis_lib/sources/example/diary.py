"""Writes what an invented huvudman did into a register, in order of date (floor 3).

The same diary always gives the same entries at the same moments; only the log's own ids differ.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from analysis_lib.register import Draft, Entry, Register
from analysis_lib.register.free_text import WorkspaceScanner
from analysis_lib.register.params_check import ParamsCheck
from analysis_lib.register.tables import sqlite_engine
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.workspace import Workspace

AUTHOR = "exempel"


@dataclass(frozen=True)
class Page:
    """One entry of the diary: the same ``thing`` again is a new version of it."""

    on: datetime.date
    unit: str
    role: str
    thing: str
    entry: Entry
    school_year: str = ""

    @property
    def year(self) -> str:
        return self.school_year or str(SchoolYear.of_date(self.on))


class Diary:
    """Pages in any order, kept by ``write`` in the order of their dates."""

    def __init__(self) -> None:
        self.pages: list[Page] = []

    def note(
        self, on: str, thing: str, entry: Entry, *, unit: str = "", role: str = "Rektor", year: str = ""
    ) -> str:
        """Adds a page and gives its thing back, so that later pages can point to it."""
        self.pages.append(Page(datetime.date.fromisoformat(on), unit, role, thing, entry, year))
        return thing

    def revise(self, on: str, thing: str, *, role: str = "Rektor", **changes: Any) -> None:
        """Adds a new version of a thing that was noted earlier, with some fields changed."""
        before = next(page for page in reversed(self.pages) if page.thing == thing)
        entry = type(before.entry).model_validate({**before.entry.model_dump(), **changes})
        self.pages.append(Page(datetime.date.fromisoformat(on), before.unit, role, thing, entry, before.year))


def write_diary(workspace: Workspace, diary: Diary) -> int:
    """Writes the diary into the workspace's own register file and counts its entries.

    A register that already holds something is left as it is: 0.
    """
    moments: list[datetime.datetime] = []
    engine = sqlite_engine(workspace.data / "register" / "register.sqlite")
    check, scanner = ParamsCheck(workspace), WorkspaceScanner(workspace)
    register = Register(engine, clock=lambda: moments.pop(0), scanner=scanner, check=check)
    try:
        if next(iter(register.records()), None) is not None:
            return 0
        latest: dict[str, str] = {}
        for pages in _batches(sorted(diary.pages, key=lambda page: page.on)):
            moments.extend(_moments(pages))
            drafts = [
                Draft(page.entry, page.unit, page.year, page.thing, latest.get(page.thing)) for page in pages
            ]
            for saved in register.save_all(drafts, author=AUTHOR, role=pages[0].role):
                latest[saved.thing] = saved.id
    finally:
        register.close()
    return len(diary.pages)


def _batches(pages: Iterable[Page]) -> Iterator[list[Page]]:
    """Pages of one month and role together, but never two versions of one thing."""
    for _, group in groupby(pages, key=lambda page: (page.on.year, page.on.month, page.role)):
        batch: list[Page] = []
        for page in group:
            if page.thing in {one.thing for one in batch}:
                yield batch
                batch = []
            batch.append(page)
        yield batch


def _moments(pages: Iterable[Page]) -> list[datetime.datetime]:
    noon = datetime.time(12, tzinfo=datetime.UTC)
    return [datetime.datetime.combine(page.on, noon) for page in pages]
