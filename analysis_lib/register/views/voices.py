"""Theme counts by role, quotes with consent, and whether the sources agree (register floor; F2–F4, B7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.voices import SOURCE_WORDS, Interview, Judgement, ThemeNote
from analysis_lib.text import sort_key
from analysis_lib.vocabulary.questions import Codebook

_STEPS = {"not_reached": 0, "ongoing": 1, "reached": 2}


@dataclass(frozen=True)
class ThemeCount:
    """In how many interviews of one role a theme came up, of how many, and the quotes that may be shown."""

    code: str
    name: str
    dimension: str
    role: str
    interviews: int
    of: int
    people: int
    quotes: tuple[str, ...]


@dataclass(frozen=True)
class TriangleRow:
    """One area of the triangulation matrix: a verdict per source (``no_data`` when none is told).

    ``disagrees`` when two sources lie two steps apart, nått against inte nått; ``spread`` names the
    sources that say the highest and the lowest then.
    """

    area: str
    verdicts: Mapping[str, str]
    disagrees: bool
    spread: tuple[str, ...]


def theme_counts(
    codebook: Codebook, interviews: Sequence[Record[Interview]], notes: Iterable[Record[ThemeNote]]
) -> list[ThemeCount]:
    """Themes in the codebook's order and roles within each; a theme nobody of a role spoke of isn't a row.

    An interview counts once per theme however often it is noted. Notes whose code isn't in the book are left
    out here and told by ``unknown_codes``.
    """
    by_thing = {one.thing: one for one in interviews if one.entry.codebook == codebook.id}
    rows = []
    known = list(notes)
    for code in codebook.codes:
        mine = [note for note in known if note.entry.code == code.id and note.entry.interview in by_thing]
        for role in dict.fromkeys(by_thing[note.entry.interview].entry.role for note in mine):
            of_role = [note for note in mine if by_thing[note.entry.interview].entry.role == role]
            spoken = {note.entry.interview for note in of_role}
            asked = sum(one.entry.role == role for one in by_thing.values())
            people = sum(by_thing[thing].entry.people for thing in spoken)
            quotes = tuple(n.entry.quote for n in of_role if n.entry.quote and n.entry.consent)
            rows.append(
                ThemeCount(code.id, code.name, code.dimension, role, len(spoken), asked, people, quotes)
            )
    return rows


def unknown_codes(
    codebooks: Mapping[str, Codebook],
    interviews: Iterable[Record[Interview]],
    notes: Iterable[Record[ThemeNote]],
) -> list[str]:
    """Codes that were noted but stand not in their interview's book, in Swedish order."""
    books = {one.thing: codebooks.get(one.entry.codebook) for one in interviews}
    mine = (note.entry for note in notes if note.entry.interview in books)
    loose = {one.code for one in mine if (book := books[one.interview]) is None or one.code not in book.by_id}
    return sorted(loose, key=sort_key)


def triangulation(judgements: Iterable[Record[Judgement]]) -> list[TriangleRow]:
    """Area × source for one unit and läsår (seed F2); several voices of one source count as the lowest."""
    known = list(judgements)
    names = {one.entry.area.strip().casefold(): one.entry.area.strip() for one in known}
    rows = []
    for key in sorted(names, key=sort_key):
        mine = [one.entry for one in known if one.entry.area.strip().casefold() == key]
        verdicts = {source: _lowest(one for one in mine if one.source == source) for source in SOURCE_WORDS}
        said = {source: _STEPS[verdict] for source, verdict in verdicts.items() if verdict in _STEPS}
        low, high = min(said.values(), default=0), max(said.values(), default=0)
        spread = [source for source, step in said.items() if step in (low, high)] if high - low >= 2 else []
        inner = _apart(mine)
        rows.append(TriangleRow(names[key], verdicts, bool(spread) or inner, tuple(spread)))
    return rows


def _lowest(judgements: Iterable[Judgement]) -> str:
    said = [one.verdict for one in judgements if one.verdict in _STEPS]
    return min(said, key=lambda verdict: _STEPS[verdict]) if said else "no_data"


def _apart(judgements: Iterable[Judgement]) -> bool:
    """Whether two voices of one source (pupils and staff in a survey) say nått and inte nått."""
    by_source: dict[str, set[int]] = {}
    for one in judgements:
        if one.verdict in _STEPS:
            by_source.setdefault(one.source, set()).add(_STEPS[one.verdict])
    return any(max(steps) - min(steps) >= 2 for steps in by_source.values())
