"""Gallring in the log: the line that names what was emptied and why, and how it reads (register floor).

The content of an entry is emptied and the line stays: who, when, which kind. What is left is checked against
the checksum that the line of the gallring holds.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from pydantic import Field

from analysis_lib.errors import SkolbankError
from analysis_lib.register.chain import DISPOSAL, digest, emptied_by
from analysis_lib.register.entry import Entry, entry_kind
from analysis_lib.register.faults import damaged
from analysis_lib.register.moments import SWEDEN, read_stamp
from analysis_lib.register.tables import ENTRIES


@entry_kind(DISPOSAL)
class Disposal(Entry):
    """The decision by which the contents of lines were emptied; each line as its id and its remains."""

    title = "Gallring"
    guidance = "Skrivs av skolbank retain --apply."
    by_hand = False

    decision: str = Field(title="Beslut", min_length=1)
    rule: str = Field(title="Regel", min_length=1)
    lines: tuple[str, ...] = Field(title="Gallrade rader", min_length=1)


class Emptied(Entry):
    """What is read in the place of an entry that is gallrad: by which decision, and when."""

    title = "Gallrad post"
    by_hand = False  # so that nobody saves it again, as when a change is taken back

    decision: str
    at: datetime.datetime


@dataclass(frozen=True)
class Told:
    """What the log tells about one emptied line."""

    entry: Emptied
    left: str
    position: int


def read_disposals(connection: sa.Connection) -> dict[str, Told]:
    """Every line that has been emptied, by its id; a line of gallring that was changed is a SkolbankError."""
    query = sa.select(ENTRIES).where(ENTRIES.c.kind == DISPOSAL).order_by(ENTRIES.c.position)
    told: dict[str, Told] = {}
    for row in cast(Sequence[Mapping[str, Any]], connection.execute(query).mappings().all()):
        if row["digest"] != digest(row):
            raise damaged(f"rad {row['position']}")
        decision = Disposal.model_validate_json(row["payload"]).decision
        entry = Emptied(decision=decision, at=read_stamp(row["at"]))
        told |= {one: Told(entry, left, row["position"]) for one, left in emptied_by(row).items()}
    return told


def told_of(connection: sa.Connection, lines: Sequence[Mapping[str, Any]]) -> Mapping[str, Told]:
    """What the log tells of those of the lines that are emptied; asks only when there are any."""
    return read_disposals(connection) if any(line["payload"] == "" for line in lines) else {}


def emptied(line: Mapping[str, Any], told: Mapping[str, Told]) -> Emptied:
    """What is read in the place of an emptied line; one that no gallring names is a SkolbankError."""
    found = told.get(line["id"])
    if found is None or found.left != digest(line) or found.position <= line["position"]:
        raise damaged(f"rad {line['position']}")
    return found.entry


def disposed(thing: str, told: Emptied | None = None) -> SkolbankError:
    """The error for a thing whose content is gone by a decision."""
    when = f" {told.at.astimezone(SWEDEN):%Y-%m-%d} enligt {told.decision}" if told else ""
    return SkolbankError(
        "register-disposed",
        f"Posten {thing[:80]} är gallrad{when}",
        remedy="Innehållet finns inte kvar. Skriv en ny post om det behövs.",
    )
