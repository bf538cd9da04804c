"""The scan of what people write freely, before it is stored: may it point out a person? (register floor)

The scanner itself is a callable that can be changed; the built-in one knows personal numbers. A refusal names
the field and the kind of finding, never the words themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from analysis_lib.errors import SkolbankError
from analysis_lib.register.entry import Entry
from analysis_lib.register.marks import free_texts

What = Literal["personal-number", "name", "address", "phone", "email"]
WORDS: dict[str, str] = {
    "personal-number": "ett personnummer",
    "name": "ett namn",
    "address": "en adress",
    "phone": "ett telefonnummer",
    "email": "en e-postadress",
}
_NUMBER = re.compile(
    r"(?<!\d)(?:18|19|20)?\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[67]\d|8\d|9[01])[-+ ]?\d{4}(?!\d)"
)


@dataclass(frozen=True)
class Finding:
    """What stands between two places of a text."""

    what: What
    start: int
    end: int


class Scanner(Protocol):
    """Finds what may point out a person; ``people``: names and addresses too."""

    def __call__(self, text: str, *, people: bool) -> Sequence[Finding]: ...


def scan_numbers(text: str, *, people: bool) -> list[Finding]:
    """The personal numbers in a text, valid by their check digit or not."""
    return [Finding("personal-number", *match.span()) for match in _NUMBER.finditer(text)]


def refuse_people(entry: Entry, scanner: Scanner) -> None:
    """Raises SkolbankError when a free text of the entry may point out a person."""
    for title, text, people in free_texts(entry):
        found = scanner(text, people=people)
        if found:
            what = " och ".join(sorted({WORDS[finding.what] for finding in found}))
            raise SkolbankError(
                "register-free-text",
                f"Texten ser ut att innehålla {what}",
                where=f"{type(entry).title or type(entry).kind}, {title}",
                remedy="Skriv om så att ingen person pekas ut; inget har sparats.",
            )
