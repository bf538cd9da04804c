"""What is known about Skolverket's tables: the values of ``params/sources/skolverket.yaml`` (floor 3).

Headers are compared by letters and digits alone, so that case, no-break spaces, hyphens and stray
blanks never matter and two years' wordings can stand beside each other.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property, lru_cache
from typing import Literal

from pydantic import Field, field_validator

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.numbers import Kind
from analysis_lib.vocabulary.params_reading import read_model
from analysis_lib.vocabulary.settings import Strict
from analysis_lib.vocabulary.workspace import Workspace

Key = Literal[
    "unit_name",
    "unit_code",
    "municipality_name",
    "municipality_code",
    "county_name",
    "county_code",
    "organiser",
    "authority_name",
    "authority_number",
    "sex",
    "subject",
    "part",
    "programme",
]


@lru_cache(maxsize=65_536)
def header_key(text: str) -> str:
    """The letters and digits of a header, in lower case.

    >>> header_key("Andel (%)\\u00a0elever, behöriga till yrkesprog. ")
    'andeleleverbehörigatillyrkesprog'
    """
    composed = unicodedata.normalize("NFC", text).casefold()
    return "".join(char for char in composed if char.isalnum())


class Wording(Strict):
    """One wording of a header; some mean a measure only since or until a school year."""

    text: str
    since: str = ""
    until: str = "9999/00"

    @cached_property
    def key(self) -> str:
        """What a header must read like, by letters and digits."""
        return header_key(self.text)

    def names(self, key: str, school_year: str) -> bool:
        """Whether a header of this key, in that year's file, is this wording."""
        return self.key == key and self.since <= school_year <= self.until


class Measure(Strict):
    """A published measure and every header it has had."""

    kind: Kind
    headers: tuple[Wording, ...]
    like: str = Field(default="", description="Mönster för rubriker som ingen har sett än")
    group: tuple[str, ...] = ()
    group_like: str = Field(default="", description="Mönster för grupprubriker som ingen har sett än")
    maximum: float | None = None
    signed: bool = Field(default=False, description="Måttet kan vara negativt")
    decimals: int | None = Field(default=None, description="Fler decimaler än slaget annars har")

    @field_validator("headers", mode="before")
    @classmethod
    def _plain_texts_are_wordings(cls, headers: object) -> object:
        if not isinstance(headers, list):
            return headers
        return [{"text": header} if isinstance(header, str) else header for header in headers]

    @property
    def minimum(self) -> float | None:
        """The least possible value; None when it may be negative."""
        return None if self.signed or self.kind == "money" else 0

    def has_group(self, key: str) -> bool:
        """Whether a group header with this key is one of the measure's own."""
        named = any(header_key(text) == key for text in self.group)
        return named or bool(self.group_like and re.fullmatch(self.group_like, key))

    def is_named(self, key: str, school_year: str) -> bool:
        """Whether a header with this key names the measure in a file of that year."""
        return any(wording.names(key, school_year) for wording in self.headers)

    def is_like(self, key: str, school_year: str) -> bool:
        """Whether a header that no wording knows reads like the measure, whatever the year."""
        return bool(self.like and re.fullmatch(self.like, key))


class Table(Strict):
    """One table: how its titles read, on which levels it comes and what it measures."""

    name: str
    titles: tuple[str, ...] = ()
    title_like: str = Field(default="", description="Mönster för titelns bokstäver och siffror")
    not_titles: tuple[str, ...] = ()
    school_forms: tuple[str, ...] = ("grundskola",)
    levels: tuple[Literal["unit", "municipality"], ...]
    needs_keys: tuple[Key, ...] = ()
    optional: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    calendar_year_starts: bool = Field(default=False, description="Valt år: 2024 räknas till läsåret 2024/25")
    joint_authorities: bool = Field(default=False, description="Kommunalförbund har egna rader")
    wide_years: bool = Field(default=False, description="En kolumn per läsår; smälts till en rad per läsår")
    open_subjects: bool = Field(default=False, description="Okända ämnen behålls som de är skrivna")
    measures: dict[str, Measure]

    def is_titled(self, title: str) -> bool:
        """Whether a title names this table and no other population, form of school or breakdown."""
        form, dash, _ = title.partition(" - ")
        key = header_key(title)
        named = any(header_key(text) in key for text in self.titles)
        named = named or bool(self.title_like and re.fullmatch(self.title_like, key))
        forms = {header_key(text).removesuffix("n") for text in self.school_forms}
        return (
            named
            and not any(header_key(text) in key for text in self.not_titles)
            and (not dash or header_key(form).removesuffix("n") in forms)
        )


class Source(Strict):
    """The whole of ``params/sources/skolverket.yaml``."""

    id: str
    name: str
    owner: str
    address: str
    licence: str
    legal_basis: str
    keys: dict[Key, tuple[str, ...]]
    organisers: dict[str, tuple[str, ...]]
    sexes: dict[str, tuple[str, ...]]
    subjects: dict[str, tuple[str, ...]]
    programmes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    other_populations: tuple[str, ...]
    whole_population: tuple[str, ...]
    tables: dict[str, Table]


def by_wording(wordings: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """From the key of each wording to the value it stands for."""
    return {header_key(text): value for value, texts in wordings.items() for text in texts}


def load_source(workspace: Workspace) -> Source:
    """The source's values, the workspace's own file before the built-in one."""
    places = workspace.layered("params", "sources", "skolverket.yaml")
    if not places:
        raise SkolbankError(
            "source-missing",
            "Beskrivningen av Skolverkets tabeller saknas",
            where="params/sources/skolverket.yaml",
            remedy="Installera om Skolbänken.",
        )
    return read_model(places[0], Source, workspace)
