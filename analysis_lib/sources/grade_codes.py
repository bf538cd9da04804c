"""What a cell in a grade column says: a grade, SCB's reason for none, nothing, or a fault (floor 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis_lib.snapshots.schemas import GRADES, REASONS

State = Literal["plain", "lower", "dash", "blank", "wrong"]
DASHES = ("-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212")
NOT_CHOSEN = "2"  # not graded in a subject that is not compulsory for the pupil
NO_BASIS = "9"  # streck: the basis for grading is missing
_OLD_SCALE = ("IG", "G", "VG", "MVG")
_HARMLESS = (
    *_OLD_SCALE,
    "U",
    "S",
    "F-",
    "NULL",
    "..",
    "...",
    "A/B",
    "GODKÄND",
    "#VÄRDEFEL!",
    "#VALUE!",
    "#N/A",
)


@dataclass(frozen=True)
class GradeCell:
    """A cell as it was understood."""

    state: State
    grade: str = ""
    reason: str = ""


def read_grade(text: str) -> GradeCell:
    """The meaning of a grade cell; never guesses a grade from anything but A-F in either case.

    >>> read_grade("b"), read_grade("9").reason, read_grade("VG").state
    (GradeCell(state='lower', grade='B', reason=''), '9', 'wrong')
    """
    cell = text.strip()
    if not cell:
        return GradeCell("blank")
    if cell in DASHES:
        return GradeCell("dash", reason=NO_BASIS)
    upper = cell.upper() if cell.isascii() else cell
    state: State = "plain" if upper == cell else "lower"
    if upper in GRADES:
        return GradeCell(state, grade=upper)
    if upper in REASONS:
        return GradeCell(state, reason=upper)
    return GradeCell("wrong")


def describe_wrong(text: str) -> str:
    """What may be said of a cell that is no grade: the cell itself only when it cannot be a person's.

    >>> describe_wrong("MVG"), describe_wrong("Anna"), describe_wrong("Α")
    ('”MVG” är ett betyg i en äldre skala', 'cellen är inget betyg', '”Α” liknar A men är ett annat tecken')
    """
    cell = text.strip()
    if cell.upper() in _OLD_SCALE:
        return f"”{cell}” är ett betyg i en äldre skala"
    if len(cell) == 1 and not cell.isascii() and cell in _LOOKALIKES:
        return f"”{cell}” liknar {_LOOKALIKES[cell]} men är ett annat tecken"
    if (len(cell) == 1 and cell.isprintable()) or cell.upper() in _HARMLESS:
        return f"”{cell}” är inget betyg"
    return "cellen är inget betyg"


_LOOKALIKES = {
    "\u0391": "A", "\u0410": "A", "\u0392": "B", "\u0412": "B", "\u0421": "C", "\u03f9": "C",
    "\u0395": "E", "\u0415": "E", "\u03dc": "F",
}  # fmt: skip
