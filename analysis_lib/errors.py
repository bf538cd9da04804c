"""One family of errors for everything a person may have to act on (floor 0).

A message always says what is wrong, where, and what to do about it, and ends with a stable code,
so that a school employee can solve it and a program can recognise it. A message never holds a
personal identity number or a name.
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable

EXIT_DONE = 0
EXIT_PARTIAL = 1
EXIT_USAGE = 2
EXIT_DISCLOSURE = 3
EXIT_LOCKED = 4
EXIT_INTERRUPTED = 130
_AGAIN = "Frigör utrymme och kör igen, det som är klart görs inte om."
_RIGHTS = (
    "Du får inte läsa eller skriva där",
    "Be om rättigheten, eller välj en annan mapp.",
)
DISK_FAULTS = {
    errno.ENOSPC: ("Disken är full", _AGAIN),
    errno.EDQUOT: ("Diskkvoten är slut", _AGAIN),
    errno.EROFS: ("Mappen går bara att läsa", "Välj en mapp eller arbetsyta där du får skriva."),
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EFBIG: ("Filen blev större än vad som är tillåtet", "Höj gränsen för filstorlek och kör igen."),
}


class SkolbankError(Exception):
    """A fault that is shown without a traceback: what, where, remedy and code (texts in Swedish)."""

    def __init__(
        self,
        code: str,
        what: str,
        *,
        where: str = "",
        remedy: str = "",
        exit_status: int = EXIT_USAGE,
    ) -> None:
        self.code = code
        self.what = what.rstrip(". ")
        self.where = where
        self.remedy = remedy
        self.exit_status = exit_status
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.what}{place}.{remedy} [{self.code}]"


class SeveralErrors(SkolbankError):
    """All faults of one kind of work told at once, in the order in which they were found."""

    def __init__(self, errors: Iterable[SkolbankError]) -> None:
        self.errors = list(errors)
        first = self.errors[0]
        super().__init__(
            first.code,
            first.what,
            where=first.where,
            remedy=first.remedy,
            exit_status=max(error.exit_status for error in self.errors),
        )

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like ``name``, or an empty text when none is near.

    >>> nearest("semniar", ["seminar", "unit"])
    'seminar'
    """
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A Swedish question with the nearest known name, or an empty text.

    >>> did_you_mean("semniar", ["seminar", "unit"])
    'Menade du seminar?'
    """
    close = nearest(name, known)
    return f"Menade du {close}?" if close else ""


def cannot_write(error: OSError, where: str) -> SkolbankError:
    """What a person is told when the disk is full, the folder is closed or the device fails."""
    other = ("Filen gick inte att skriva", "Kontrollera disken och kör igen.")
    what, remedy = DISK_FAULTS.get(error.errno or 0, other)
    return SkolbankError("write-failed", what, where=where, remedy=remedy, exit_status=EXIT_PARTIAL)
