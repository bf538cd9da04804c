"""The scan of what people write freely, before it is stored: may it point out a person? (register floor)

The scanner itself is a callable that can be changed; the built-in one knows personal numbers. A refusal names
the field and the kind of finding, never the words themselves.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol, TypeVar, get_args, get_origin

from pydantic import BaseModel

from analysis_lib.errors import SkolbankError
from analysis_lib.register.entry import Entry, FreeText

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


Marker = TypeVar("Marker")


def marker_of(model: type[BaseModel], name: str, marker: type[Marker]) -> Marker | None:
    """The mark of a type that a field carries, itself or inside a tuple or an optional."""
    field = model.model_fields[name]
    return next(
        (found for found in _marks([*field.metadata, field.annotation]) if isinstance(found, marker)), None
    )


def _marks(parts: Iterable[Any]) -> Iterator[Any]:
    for part in parts:
        if get_origin(part) is not None or isinstance(part, types.UnionType):
            arguments = get_args(part)
            extra = getattr(part, "__metadata__", ()) if get_origin(part) is Annotated else ()
            yield from _marks([*arguments, *extra])
        else:
            yield part


def free_texts(entry: BaseModel, place: str = "") -> Iterator[tuple[str, str, bool]]:
    """Each free text of an entry: the field's Swedish title, the text, and whether people are scanned for."""
    for name, field in type(entry).model_fields.items():
        mark = marker_of(type(entry), name, FreeText)
        title = f"{place}{field.title or name}"
        for value in _leaves(getattr(entry, name)):
            if isinstance(value, BaseModel):
                yield from free_texts(value, f"{title}: ")
            elif mark and isinstance(value, str):
                yield title, value, mark.people


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (tuple, list, frozenset)):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


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
