"""What an entry is: a typed model per kind, and the record that the log wraps around it (register floor).

A kind is a frozen pydantic model that is made known with ``@entry_kind("measure")``. Fields carry a Swedish
``title`` and ``description``, which become the headers and the guidance of the workbooks and forms.
"""

from __future__ import annotations

import datetime
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from analysis_lib.errors import SkolbankError, did_you_mean


class Entry(BaseModel):
    """What a person wrote down about one thing, without who and when.

    ``title`` and ``guidance`` are the kind's Swedish name and what its form says first. ``model`` is the
    version of the model: raise it when a stored payload no longer fits, and let ``upgrade`` read the older.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""
    guidance: ClassVar[str] = ""
    by_hand: ClassVar[bool] = True  # whether people write it, or only the program does
    model: ClassVar[int] = 1

    @classmethod
    def upgrade(cls, payload: dict[str, Any], *, model: int) -> dict[str, Any]:
        """The payload that an older version of the model wrote, in the form of this one."""
        return payload


EntryT = TypeVar("EntryT", bound=Entry)
EntryT_co = TypeVar("EntryT_co", bound=Entry, covariant=True)

KINDS: dict[str, type[Entry]] = {}


@dataclass(frozen=True)
class FreeText:
    """Marks a field in which people write freely: it is scanned for what may point out a person.

    Personal numbers are refused everywhere; with ``people`` also names and addresses, as in what pupils,
    guardians and staff have said.
    """

    people: bool = False


Words = Annotated[str, FreeText()]


@dataclass(frozen=True)
class Refers:
    """Marks a field or tuple that holds the identity (``thing``) of entries of one of these kinds."""

    kinds: tuple[str, ...]

    def __init__(self, *kinds: str) -> None:
        object.__setattr__(self, "kinds", kinds)


@dataclass(frozen=True)
class Labels:
    """What a reader sees instead of each value of a ``Literal``: ``Labels({"done": "genomförd"})``."""

    words: Mapping[str, str]


def entry_kind(name: str) -> Callable[[type[EntryT]], type[EntryT]]:
    """Makes a model known as the kind ``name``; a name can be taken once only."""

    def register(model: type[EntryT]) -> type[EntryT]:
        if KINDS.get(name, model).__qualname__ != model.__qualname__:
            raise ValueError(f"the kind {name} is taken by {KINDS[name].__qualname__}")
        model.kind = name
        KINDS[name] = model
        return model

    return register


def load_kinds() -> dict[str, type[Entry]]:
    """All kinds by name, after the modules of ``analysis_lib.register.kinds`` have been imported."""
    package = importlib.import_module("analysis_lib.register.kinds")
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    return KINDS


def kind_model(name: str) -> type[Entry]:
    """The model of a kind, or an error that suggests the nearest one."""
    known = KINDS if name in KINDS else load_kinds()
    if name not in known:
        raise SkolbankError(
            "register-kind-unknown",
            f"Registret har inga poster av slaget {name[:40]}",
            remedy=did_you_mean(name, known) or f"Slagen är: {', '.join(sorted(known))}.",
        )
    return known[name]


def read_entry(kind: str, model: int, payload: dict[str, Any]) -> Entry:
    """The entry that a stored payload holds, whichever version of the model wrote it."""
    current = kind_model(kind)
    if model > current.model:
        raise SkolbankError(
            "register-newer",
            f"En post av slaget {kind} är skriven av en nyare version av Skolbänken",
            remedy="Uppdatera Skolbänken på den här datorn.",
        )
    upgraded = current.upgrade(payload, model=model) if model < current.model else payload
    return current.model_validate(upgraded)


@dataclass(frozen=True)
class Record(Generic[EntryT_co]):
    """One line of the log: an entry with who, when and what it supersedes.

    ``id`` is unique and sorts in the order of writing; ``thing`` is the identity that all versions of the
    same thing share; ``version`` counts them from 1.
    """

    id: str
    thing: str
    kind: str
    version: int
    author: str
    role: str
    unit: str
    school_year: str
    at: datetime.datetime
    supersedes: str | None
    withdrawn: bool
    entry: EntryT_co
