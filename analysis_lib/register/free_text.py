"""The scan of what people write freely, before it is stored: may it point out a person? (register floor)

Personal numbers are refused in every free text; in what people have said also names, addresses and contacts.
A refusal names the field and the kind of finding, never the words themselves.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Protocol

from analysis_lib.errors import SkolbankError
from analysis_lib.register.entry import Entry
from analysis_lib.register.marks import free_texts, other_texts
from analysis_lib.text import listing
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.free_text import (
    NUMBERS,
    WORDS,
    Found,
    FreeTextScan,
    Names,
    free_text_scan,
)
from analysis_lib.vocabulary.workspace import Workspace


class Scanner(Protocol):
    """Finds what may point out a person; ``people``: names, addresses and contacts too."""

    def __call__(self, text: str, *, people: bool) -> Sequence[Found]: ...


def scan_numbers(text: str, *, people: bool) -> Sequence[Found]:
    """The personal numbers in a text: for a register that belongs to no workspace."""
    return _BARE.find(text, kinds=NUMBERS)


_BARE = FreeTextScan(Names(first_names=frozenset(), last_names=frozenset()))


class WorkspaceScanner:
    """Scans with the lists of a workspace, in which the names of its units may stand."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    @cached_property
    def scan(self) -> FreeTextScan:
        units = Catalog(self.workspace).units.values()
        return free_text_scan(self.workspace, known=[unit.name for unit in units])

    def __call__(self, text: str, *, people: bool) -> Sequence[Found]:
        if not people:
            return self.scan.find(text, kinds=NUMBERS)
        return [*self.scan.find(text), *_after_a_title(text, self.scan.known)]


# A name that is in no list is known by the word before it: ”Mamma Zainab”, ”läraren Qvist”.
_TITLED = re.compile(
    r"(?i:\b(?:eleven|barnet|pojken|flickan|läraren|fröken|magistern|mamma|pappa|mentorn|kuratorn|pedagogen))"
    r"[ \u00a0]([A-ZÅÄÖ][a-zåäöéü]+)(?!\w)"
)


def _after_a_title(text: str, known: Collection[str]) -> Iterator[Found]:
    for match in _TITLED.finditer(text):
        if match[1] not in known:
            yield Found("name", *match.span(1))


def refuse_people(entry: Entry, scanner: Scanner) -> None:
    """Raises SkolbankError when a free text of the entry may point out a person, or any text has a number."""
    plain = ((title, text, False) for title, text in other_texts(entry))
    for title, text, people in (*free_texts(entry), *plain):
        found = scanner(text, people=people)
        if found:
            raise SkolbankError(
                "register-free-text",
                f"Texten ser ut att innehålla {listing(sorted({WORDS[one.kind] for one in found}))}",
                where=f"{type(entry).title or type(entry).kind}, {title}",
                remedy="Skriv om så att ingen person pekas ut; inget har sparats.",
            )
