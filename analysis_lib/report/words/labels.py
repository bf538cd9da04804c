"""What a reader sees instead of a value of an entry: the words that its own field carries (floor 7)."""

from __future__ import annotations

from typing import Any, get_args

from analysis_lib.register import Entry, Labels


def label(entry: Entry, name: str) -> str:
    """``entry.state == "ended"`` as ``avslutad``; the value itself where a field has no words."""
    given = getattr(entry, name)
    field = type(entry).model_fields[name]
    for meta in (*field.metadata, *_inside(field.annotation)):
        if isinstance(meta, Labels):
            return meta.words.get(given, str(given))
    return str(given)


def _inside(annotation: Any) -> list[Any]:
    return [meta for arg in get_args(annotation) for meta in get_args(arg)]
