"""Finds personal data in what people write: numbers, addresses and names (floor 1).

Called when a free text comes in and again before it is released. What is found is told by kind and place and
never repeated, so that a message can be logged. Names are those of ``params/free_text.yaml``, which also says
where the lists come from; a name that is in no list can not be found, so a person still reads each text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema, field_validator

from analysis_lib import text as swedish
from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.params_reading import read_model
from analysis_lib.vocabulary.settings import Strict
from analysis_lib.vocabulary.workspace import Workspace

Kind = Literal[
    "personal_number", "coordination_number", "temporary_number", "phone", "email", "address", "name"
]
NUMBERS: tuple[Kind, ...] = ("personal_number", "coordination_number", "temporary_number")
WORDS: dict[Kind, str] = {
    "personal_number": "ett personnummer",
    "coordination_number": "ett samordningsnummer",
    "temporary_number": "ett tillfälligt nummer",
    "phone": "ett telefonnummer",
    "email": "en e-postadress",
    "address": "en adress",
    "name": "ett namn",
}
_GAP = r"[\s.\-–/]{0,2}"
_DATE = rf"(?:(?:18|19|20)\d\d{_GAP}|\d\d)(?:0[1-9]|1[0-2]){_GAP}"
_DAY, _LATE_DAY = r"(?:0[1-9]|[12]\d|3[01])", r"(?:6[1-9]|[78]\d|9[01])"
_LAST = r"[\s]?[-+–]?[\s]?\d{4}(?!\d)"
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "temporary_number",
        re.compile(rf"(?<!\d){_DATE}(?:{_DAY}|{_LATE_DAY})[\s]?[-+–]?[\s]?(?:TF\d\d|T\d\d\d)(?!\d)", re.I),
    ),
    ("coordination_number", re.compile(rf"(?<!\d){_DATE}{_LATE_DAY}{_LAST}")),
    ("personal_number", re.compile(rf"(?<!\d){_DATE}{_DAY}{_LAST}")),
    ("email", re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")),
    (
        "phone",
        re.compile(
            r"(?<![\d-])(?:(?:\+|00)\d{2}[\s-]?(?:\(0\))?|0)\d{1,3}[\s/-]{1,3}\d{2,3}(?:[\s-]?\d{2,3}){1,3}(?!\d)"
        ),
    ),
    ("phone", re.compile(r"(?<![\d-])(?:\+46\d{7,9}|07\d{8})(?!\d)")),
    (
        "address",
        re.compile(
            r"\b[A-ZÅÄÖ][\wåäöé]*(?:[\s][A-ZÅÄÖ]?[\wåäöé]+)?[\s]?(?:[Gg]atan|[Vv]ägen|[Gg]ränd|[Gg]ränden|[Ss]tigen"
            r"|[Aa]llén|[Bb]acken|[\s](?:gata|väg|stig|allé))[\s]\d{1,4}\s?[A-Za-z]?\b"
        ),
    ),
    ("address", re.compile(r"(?<!\d)\d{3}\s\d{2}\s+[A-ZÅÄÖ][A-ZÅÄÖa-zåäö]{2,}")),
)
_WORD = re.compile(r"[A-ZÅÄÖÉÜ][\wåäöéüáíóúàèçñß'’]*(?:-[A-ZÅÄÖÉÜ][\wåäöéü]+)*")
_BETWEEN = re.compile(r"[ \t\u00a0]{1,2}")
_INITIAL = re.compile(r"[A-ZÅÄÖ]\.?(?![\wåäö])")
_PLACE = re.compile(
    r"(?i)^\W*(?:[\w-]+\W+){0,1}?[\w-]*(?:skola|skolan|förskola|förskolan|gymnasiet|gymnasium|gården|gård|gatan"
    r"|gata|vägen|väg|torg|torget|parken|kyrka|biblioteket|bibliotek|priset|stiftelsen)\b"
)


_NamesInText = Annotated[
    frozenset[str],
    WithJsonSchema({"type": ["string", "null", "array"], "description": "Namn med mellanslag emellan"}),
]


class Names(Strict):
    """``params/free_text.yaml``: the names that are looked for, each list one text of words."""

    first_names: _NamesInText = Field(description="Förnamn")
    last_names: _NamesInText = Field(description="Efternamn")
    also_words: _NamesInText = Field(
        default=frozenset(), description="Namn som också är ord: räknas bara tillsammans med ett annat namn"
    )
    allowed: _NamesInText = Field(default=frozenset(), description="Namn som alltid får stå i text")

    @field_validator("*", mode="before")
    @classmethod
    def _split(cls, words: object) -> object:
        return frozenset(words.split()) if isinstance(words, str) else words or frozenset()


@dataclass(frozen=True)
class Found:
    """One piece of personal data: its kind and where it stands, from ``start`` up to but not with ``end``."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True)
class FreeTextScan:
    """Looks for personal data with the names of one workspace; ``known`` are words that are no one's name."""

    names: Names
    known: frozenset[str] = field(default=frozenset())

    def find(self, text: str, *, kinds: Collection[Kind] = tuple(WORDS)) -> list[Found]:
        """Everything found, in order of place; where two overlap the more sensitive one."""
        plain, places = _plain(text)
        found: list[Found] = []
        for kind, pattern in _PATTERNS:
            if kind in kinds:
                found += [Found(kind, *match.span()) for match in pattern.finditer(plain)]
        if "name" in kinds:
            found += self._names(plain)
        kept: list[Found] = []
        for each in found:
            if all(each.end <= other.start or other.end <= each.start for other in kept):
                kept.append(each)
        kept.sort(key=lambda each: each.start)
        return [Found(each.kind, places[each.start], places[each.end - 1] + 1) for each in kept]

    def refuse(self, text: str, *, where: str, kinds: Collection[Kind] = tuple(WORDS)) -> None:
        """Raises SkolbankError when the text holds personal data; the message tells kind and place only."""
        found = self.find(text, kinds=kinds)
        if found:
            raise SkolbankError(
                "text-personal-data",
                f"Texten innehåller {told(found)}",
                where=where,
                remedy="Skriv om texten så att ingen enskild kan kännas igen.",
            )

    def _names(self, plain: str) -> list[Found]:
        words = list(_WORD.finditer(plain))
        found: list[Found] = []
        position = 0
        while position < len(words):
            run = self._run(plain, words, position)
            if run:
                found.append(Found("name", *run))
            position += 1
            while position < len(words) and run and words[position].start() < run[1]:
                position += 1
        return found

    def _run(self, plain: str, words: Sequence[re.Match[str]], at: int) -> tuple[int, int] | None:
        """The span of the name that starts at a word, if one does."""
        first = words[at]
        is_first, is_last = self._is_first(first[0]), self._is_last(first[0])
        if not (is_first or is_last):
            return None
        end, count, is_sure = first.end(), 1, not self._is_word(first[0])
        while at + count < len(words) and _BETWEEN.fullmatch(plain[end : words[at + count].start()]):
            following = words[at + count]
            is_name = self._is_first(following[0]) or self._is_last(following[0])
            is_initial = bool(_INITIAL.match(plain, following.start())) and len(following[0]) == 1
            if not (
                is_name or is_initial or (is_first and count == 1 and is_sure and self._is_open(following))
            ):
                break
            is_sure = is_sure or is_name or is_initial
            end, count = following.end(), count + 1
            if is_initial:
                end += plain[end : end + 1] == "."
                break
        if not is_sure or _PLACE.match(plain[end : end + 60]):
            return None
        return first.start(), end

    def _is_open(self, word: re.Match[str]) -> bool:
        """Whether an unknown capitalised word after a first name may be a last name."""
        return word[0] not in self.known and not _PLACE.match(word[0])

    def _is_first(self, word: str) -> bool:
        return self._is_in(word, self.names.first_names)

    def _is_last(self, word: str) -> bool:
        return self._is_in(word, self.names.last_names)

    def _is_in(self, word: str, names: Collection[str]) -> bool:
        if word in self.known or word in self.names.allowed:
            return False
        parts = [word, word.removesuffix("s"), *word.split("-")]
        return any(part in names or (part.isupper() and part.title() in names) for part in parts)

    def _is_word(self, word: str) -> bool:
        return word in self.names.also_words or word.removesuffix("s") in self.names.also_words


def told(found: Iterable[Found]) -> str:
    """What was found and where, without any of it: ``ett namn (tecken 3–8)``.

    >>> told([Found("name", 2, 8)])
    'ett namn (tecken 3–8)'
    """
    return swedish.listing([f"{WORDS[each.kind]} (tecken {each.start + 1}–{each.end})" for each in found])


def free_text_scan(workspace: Workspace, *, known: Iterable[str] = ()) -> FreeTextScan:
    """The scan of a workspace; ``known`` are texts with names that may stand, such as names of units."""
    path = workspace.layered("params", "free_text.yaml")[0]
    names = _read(path, path.stat().st_mtime_ns, workspace)
    words = frozenset(word for phrase in known for word in _WORD.findall(phrase))
    return FreeTextScan(names, words)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, workspace: Workspace) -> Names:
    return read_model(path, Names, workspace)


def _plain(text: str) -> tuple[str, list[int]]:
    """The text as it is read, and for each of its signs the place in the original.

    Signs that nobody sees are dropped; wide and other forms of digits and letters become the usual ones.
    """
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for each in unicodedata.normalize("NFKC", sign):
            if unicodedata.category(each) in ("Cf", "Cc") and each not in "\n\t\r":
                continue
            digit = unicodedata.decimal(each, None)
            shown = str(digit) if digit is not None else "-" if unicodedata.category(each) == "Pd" else each
            signs.append(shown)
            places.append(place)
    return "".join(signs), places
