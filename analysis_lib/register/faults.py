"""What may go wrong with the register, told so that a person can act (register floor)."""

from __future__ import annotations

import sqlalchemy as sa

from analysis_lib.errors import SkolbankError
from analysis_lib.register.entry import Entry, Record
from analysis_lib.register.moments import SWEDEN


class RegisterConflict(SkolbankError):
    """Someone else saved the same thing in between; nothing of what was to be saved has been."""

    def __init__(self, seen: str | None, latest: Record[Entry]) -> None:
        self.seen = seen
        self.latest = latest
        local = latest.at.astimezone(SWEDEN)
        super().__init__(
            "register-conflict",
            f"Någon annan ({latest.role or 'okänd roll'}) hann spara samma post "
            f"{local:%Y-%m-%d} kl. {local:%H.%M}",
            where=f"{type(latest.entry).title or latest.kind} {latest.thing}",
            remedy="Läs den nya versionen och gör ändringen igen; inget har skrivits över.",
        )


def unknown_thing(thing: str) -> SkolbankError:
    """The error for an identity that the register doesn't hold."""
    remedy = "Hämta listan på nytt; posten kan höra till ett annat register."
    return SkolbankError("register-unknown", f"Posten {thing[:80]} finns inte i registret", remedy=remedy)


def damaged(where: str) -> SkolbankError:
    """The error for a log that is not what was once written."""
    remedy = "Läs tillbaka den senaste säkerhetskopian: skolbank register restore FIL --replace."
    return SkolbankError("register-damaged", "Registret är skadat", where=where, remedy=remedy)


def missing_reference(kind: str, title: str, thing: str) -> SkolbankError:
    """The error for an entry that points at something that isn't there."""
    return SkolbankError(
        "register-reference-unknown",
        f"{title} pekar på {thing[:80]}, som inte finns i registret",
        where=kind,
        remedy="Välj en post som finns, eller spara den först.",
    )


_DAMAGE = ("malformed", "not a database", "disk i/o error", "corrupt", "invalid page")
_FAULTS: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    (
        ("append-only",),
        "register-append-only",
        "I registret ändras eller tas inget bort",
        "Spara en ny version.",
    ),
    (
        ("is full", "no space left"),
        "register-full",
        "Disken är full; inget har sparats",
        "Frigör plats och spara igen.",
    ),
    (
        ("readonly", "read-only", "unable to open", "permission denied", "must be owner"),
        "register-readonly",
        "Registret kan inte skrivas",
        "Kontrollera rättigheterna till data/register, eller till databasen.",
    ),
    (
        ("is locked", "lock timeout"),
        "register-busy",
        "Registret är upptaget av någon annan just nu",
        "Försök igen om en stund; inget har sparats.",
    ),
    (
        ("connection", "connect", "server closed", "no such host", "resolve host"),
        "register-unreachable",
        "Registrets databas svarar inte",
        "Kontrollera SKOLBANK_REGISTER_URL och att servern är igång.",
    ),
)


def tell_fault(context: sa.engine.ExceptionContext) -> None:
    """Raises a fault of the database as one that a person can act on, without address or password."""
    if context.is_pre_ping:
        return  # the pool finds out whether a connection still stands, and takes a new one
    told = str(context.original_exception).lower()
    if any(word in told for word in _DAMAGE):
        raise damaged("databasfilen") from None
    for words, code, what, remedy in _FAULTS:
        if any(word in told for word in words):
            raise SkolbankError(code, what, remedy=remedy) from None
