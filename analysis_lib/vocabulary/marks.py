"""The signs that stand in published tables instead of numbers (floor 1).

A sign is never a number: ``..`` is not 0 and ``~100`` is not 100. Source: footers of Skolverket's
statistics tables and its API's value types.
"""

from __future__ import annotations

from enum import StrEnum


class Mark(StrEnum):
    """What a cell without an exact number says. ``NONE`` means: the number stands."""

    NONE = ""
    MISSING = "missing"  # "."  no data, not applicable, no pupils
    SUPPRESSED = "suppressed"  # ".." hidden because of few pupils
    NEARLY_ALL = "nearly_all"  # "~100": 1-4 pupils did not reach it
    NEARLY_NONE = "nearly_none"  # "~0": 1-4 pupils did (our own releases only)
    APPROXIMATE = "approximate"  # "cirka 70"
    NOT_REQUIRED = "not_required"  # "*"  teachers' registration is not required


SIGNS: dict[Mark, str] = {
    Mark.MISSING: ".",
    Mark.SUPPRESSED: "..",
    Mark.NEARLY_ALL: "~100",
    Mark.NEARLY_NONE: "~0",
    Mark.NOT_REQUIRED: "*",
}

_FROM_SIGN = {sign: mark for mark, sign in SIGNS.items()} | {
    "...": Mark.NEARLY_ALL,
    "-": Mark.MISSING,
}
_PLAIN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u223c\u02dc\uff5e", "~")
    | {"\u2024": ".", "\u2025": "..", "\u2026": "..."}
)
_LONGEST = 12


def read_mark(text: str) -> Mark:
    """The mark that a cell's text is, or ``Mark.NONE`` when it is no mark.

    Spaces of any kind inside it, and the dashes, tildes and dots that programs put in its place, are the
    same sign.

    >>> read_mark("~100").value, read_mark("88,0").value, read_mark("\u2013").value
    ('nearly_all', '', 'missing')
    """
    plain = text.strip()
    if not plain or plain[0].isalnum() or len(plain) > _LONGEST:
        return Mark.NONE
    return _FROM_SIGN.get("".join(plain.split()).translate(_PLAIN), Mark.NONE)
