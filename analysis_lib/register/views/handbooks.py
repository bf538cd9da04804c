"""Handbook versions in force, per report, and the change log of drafts (register floor; M2, G7, G12)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.documents import DraftComment, HandbookDecision
from analysis_lib.vocabulary.questions import Handbook


@dataclass(frozen=True)
class HandbookChange:
    """What a version changed: section headings that came and went, and the words of its decision."""

    version: str
    decided_on: datetime.date | None
    decided_by: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changes: str


@dataclass(frozen=True)
class CommentRound:
    """One round of comments on a draft: all of them, and how many still lack an answer."""

    version: str
    round: int
    comments: tuple[Record[DraftComment], ...]
    open_count: int


def handbook_in_force(
    handbooks: Mapping[str, Handbook],
    name: str,
    *,
    on: datetime.date,
    decisions: Iterable[Record[HandbookDecision]] = (),
) -> Handbook | None:
    """The version that was decided last on or before a day; the register's decisions go before the file's."""
    decided = {d.entry.version: d.entry.decided_on for d in decisions if d.entry.handbook == name}
    dated = [
        (decided.get(book.version, book.decided_on), book)
        for book in handbooks.values()
        if book.handbook == name
    ]
    in_force = [(day, _number(book), book) for day, book in dated if day is not None and day <= on]
    return max(in_force, key=lambda one: one[:2])[2] if in_force else None


def change_log(
    handbooks: Mapping[str, Handbook],
    name: str,
    decisions: Iterable[Record[HandbookDecision]] = (),
) -> list[HandbookChange]:
    """Every version of a handbook, oldest first, with what it added and took away."""
    decided = {d.entry.version: d.entry for d in decisions if d.entry.handbook == name}
    books = sorted((book for book in handbooks.values() if book.handbook == name), key=_number)
    log: list[HandbookChange] = []
    before: Handbook | None = None
    for book in books:
        have = _headings(book)
        had = _headings(before) if before else {}
        decision = decided.get(book.version)
        log.append(
            HandbookChange(
                book.version,
                decision.decided_on if decision else book.decided_on,
                decision.decided_by if decision else book.decided_by,
                tuple(heading for name_, heading in have.items() if name_ not in had and before),
                tuple(heading for name_, heading in had.items() if name_ not in have),
                decision.changes if decision and decision.changes else book.changes,
            )
        )
        before = book
    return log


def comment_rounds(comments: Iterable[Record[DraftComment]], *, handbook: str) -> list[CommentRound]:
    """The rounds of comments per version, in order (seed G12)."""
    mine = [c for c in comments if c.entry.handbook == handbook]
    keys = sorted({(c.entry.version, c.entry.round) for c in mine})
    rows = []
    for version, number in keys:
        of_round = tuple(c for c in mine if (c.entry.version, c.entry.round) == (version, number))
        still_open = sum(c.entry.state == "open" for c in of_round)
        rows.append(CommentRound(version, number, of_round, still_open))
    return rows


def _headings(book: Handbook) -> dict[str, str]:
    return {section.id: section.heading for section in book.sections}


def _number(book: Handbook) -> tuple[int, ...]:
    return tuple(int(part) for part in book.version.split("."))
