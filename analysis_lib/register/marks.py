"""The marks that the fields of an entry carry, wherever in the type they stand (register floor).

A mark may stand on the field, inside an optional or inside a tuple; entries inside entries are walked too.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel

from analysis_lib.register.entry import FreeText, Refers

Marker = TypeVar("Marker")
_DIGEST = re.compile(r"[0-9a-f]{16,}")  # a hash may hold ten figures that look like a person's


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


def marked(entry: BaseModel, marker: type[Marker], place: str = "") -> Iterator[tuple[str, str, Marker]]:
    """Each text under a field with such a mark: the field's Swedish title, the text and the mark."""
    for name, field in type(entry).model_fields.items():
        mark = marker_of(type(entry), name, marker)
        title = f"{place}{field.title or name}"
        for value in _leaves(getattr(entry, name)):
            if isinstance(value, BaseModel):
                yield from marked(value, marker, f"{title}: ")
            elif mark and isinstance(value, str):
                yield title, value, mark


def free_texts(entry: BaseModel) -> Iterator[tuple[str, str, bool]]:
    """Each free text of an entry: the field's Swedish title, the text, and whether people are scanned for."""
    return ((title, text, mark.people) for title, text, mark in marked(entry, FreeText))


def other_texts(entry: BaseModel, place: str = "") -> Iterator[tuple[str, str]]:
    """Each text of an entry that is neither free text nor a thing's name: the field's title and the text."""
    for name, field in type(entry).model_fields.items():
        if marker_of(type(entry), name, FreeText) or marker_of(type(entry), name, Refers):
            continue
        title = f"{place}{field.title or name}"
        for value in _leaves(getattr(entry, name)):
            if isinstance(value, BaseModel):
                yield from other_texts(value, f"{title}: ")
            elif isinstance(value, str) and not _DIGEST.fullmatch(value):
                yield title, value


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (tuple, list, frozenset)):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def references(entry: BaseModel) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each reference of an entry: the field's Swedish title, the thing, and the kinds it may be of."""
    return ((title, thing, mark.kinds) for title, thing, mark in marked(entry, Refers) if thing)
