"""Lists that come in pages, followed to their end and never round in a circle (floor 3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from analysis_lib.errors import SkolbankError

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page:
    """One page of a list: its items, and the mark of the next page (empty: this was the last)."""

    items: list[Any]
    next: str = ""


def all_items(load: Callable[[str], Page], *, limit: int, where: str) -> list[Any]:
    """The items of all pages; ``load`` gets the mark of a page, empty for the first.

    Raises ``api-paging-endless`` when a mark or a whole page comes a second time, or after ``limit`` pages.
    """
    return list(each_item(load, limit=limit, where=where))


def each_item(load: Callable[[str], Page], *, limit: int, where: str) -> Iterator[Any]:
    """The same, one item at a time, for lists too long to hold."""
    for page in _pages(load, limit, where):
        yield from page.items


def _pages(load: Callable[[str], Page], limit: int, where: str) -> Iterator[Page]:
    marks, contents = {""}, set()
    page = load("")
    for _ in range(limit):
        digest = hashlib.sha256(json.dumps(page.items, sort_keys=True).encode()).digest()
        if page.items and digest in contents:
            raise _endless(where, "samma sida kom två gånger")
        contents.add(digest)
        yield page
        if not page.next:
            return
        if page.next in marks:
            raise _endless(where, "samma sida angavs två gånger")
        marks.add(page.next)
        page = load(page.next)
    raise _endless(where, f"listan är längre än {limit} sidor")


def _endless(where: str, why: str) -> SkolbankError:
    return SkolbankError(
        "api-paging-endless",
        f"Listan tar aldrig slut: {why}",
        where=where,
        remedy="Inget har sparats från listan. Försök senare, och anmäl felet till tjänsten om det är kvar.",
    )


def require_list(document: Any, *names: str, where: str) -> list[Any]:
    """The list under a path of names in an answer, or an error that says that the answer has another form."""
    found = document
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise unexpected(where, f"listan {'.'.join(names) or 'överst'} saknas")
    return found


def unexpected(where: str, why: str) -> SkolbankError:
    """An answer that is JSON but not what the API's description promises."""
    return SkolbankError(
        "api-answer-unexpected",
        f"Svaret har en annan form än väntat: {why}",
        where=where,
        remedy="Tjänsten kan ha fått en ny version. Inget har sparats; anmäl felet.",
    )


def in_parts(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """The items in parts of at most ``size``, for questions that may only name so many.

    >>> in_parts([1, 2, 3], 2)
    [[1, 2], [3]]
    """
    return [items[start : start + size] for start in range(0, len(items), size)]
