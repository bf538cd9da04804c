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
    "…": Mark.NEARLY_ALL,
    "...": Mark.NEARLY_ALL,
    "-": Mark.MISSING,
}


def read_mark(text: str) -> Mark:
    """The mark that a cell's text is, or ``Mark.NONE`` when it is no mark.

    >>> read_mark("~100").value, read_mark("88,0").value
    ('nearly_all', '')
    """
    return _FROM_SIGN.get(text.strip(), Mark.NONE)
