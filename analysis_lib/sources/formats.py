"""The formats that can be imported, and which of them a sheet is (floor 3)."""

from __future__ import annotations

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.sources import scb, simple_grades
from analysis_lib.sources.shapes import Format, Sheet

FORMATS: tuple[Format, ...] = (*scb.FORMATS, *simple_grades.FORMATS)
_SURE = 0.5
_CLOSE = 0.02


def by_id(format_id: str) -> Format:
    """The format that ``--as`` names, or an error with the nearest name."""
    known = {one.id: one for one in FORMATS}
    if format_id not in known:
        raise SkolbankError(
            "format-unknown",
            f"Formatet {format_id[:60]} finns inte",
            remedy=did_you_mean(format_id, known) or f"Det finns: {', '.join(sorted(known))}.",
        )
    return known[format_id]


def recognise(sheet: Sheet) -> Format | None:
    """The one format that the sheet is, judged by content; None when it is none of them."""
    scores = sorted(((one.recognise(sheet), one.id, one) for one in FORMATS), key=lambda s: (-s[0], s[1]))
    (best, _, found), (second, _, other) = scores[0], scores[1]
    if best < _SURE:
        return None
    if second >= _SURE and best - second < _CLOSE:
        raise SkolbankError(
            "format-ambiguous",
            f"Tabellen kan vara både {found.id} och {other.id}",
            remedy=f"Säg vilket med --as {found.id} eller --as {other.id}.",
        )
    return found
