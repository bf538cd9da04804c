"""What to say of a table that no format knows: its headings, its size, and the nearest formats (floor 3).

A heading is shown only when it is a word that some format knows, or when the cells below it are figures
while it is not: what stands in the first row of a file without headings may be a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis_lib.sources import scb, simple_grades
from analysis_lib.sources.course_results import NAMES as COURSE_NAMES
from analysis_lib.sources.course_results import NEEDED as COURSE_NEEDED
from analysis_lib.sources.course_results import CourseResults
from analysis_lib.sources.scb_layouts import PERSON
from analysis_lib.sources.shapes import Format, Row, Sheet
from analysis_lib.sources.simple_tables import SimpleFigures
from analysis_lib.sources.skolverket import SkolverketTable
from analysis_lib.sources.skolverket_tables import header_key
from analysis_lib.sources.surveys import SurveyFile

_SEARCHED = 40
_SAMPLE = 30
_SHOWN = 8
_WIDEST = 300  # columns that are looked at
_NEAREST = 3
_FIGURE = re.compile(r"[\s\d.,%\-\u2212~<]*\d[\s\d.,%]*|\.{1,3}|-|")
_LONG_NUMBER = re.compile(r"\d{5,}")


@dataclass(frozen=True)
class Wanted:
    """The headings a format reads: a shown name for each with its wordings' keys, and which it cannot do
    without."""

    headings: Mapping[str, frozenset[str]]
    needed: frozenset[str]

    @property
    def keys(self) -> frozenset[str]:
        """Every wording."""
        return frozenset().union(*self.headings.values()) if self.headings else frozenset()


@dataclass(frozen=True)
class Near:
    """A format that is nearly right: the headings it knows and those it misses."""

    format_id: str
    known: int
    absent: tuple[str, ...]

    def __str__(self) -> str:
        if not self.absent:
            return f"{self.format_id} (har {self.known} av rubrikerna, men innehållet under dem stämmer inte)"
        shown = ", ".join(f"”{name[:60]}”" for name in self.absent[:3])
        more = " med flera" if len(self.absent) > 3 else ""
        return f"{self.format_id} (känner {self.known} av rubrikerna men saknar {shown}{more})"


def wanted_by(known: Format) -> Wanted | None:
    """What a format looks for; nothing for those that do not go by headings alone."""
    match known:
        case SimpleFigures():
            return _of_simple(known)
        case simple_grades.SimpleGrades():
            names = simple_grades.SYNONYMS
            return _wanted({simple_grades.SHOWN.get(n, n): texts for n, texts in names.items()}, {
                simple_grades.SHOWN.get(n, n) for n in simple_grades.REQUIRED
            })  # fmt: skip
        case CourseResults():
            return _wanted({name: (name, *texts) for name, texts in COURSE_NAMES.items()}, set(COURSE_NEEDED))
        case SkolverketTable():
            measures = known.described.measures
            names = {
                each.headers[0].text: tuple(w.text for w in each.headers)
                for each in measures.values()
                if each.headers
            }
            optional = {
                measures[name].headers[0].text
                for name in known.described.optional
                if name in measures and measures[name].headers
            }
            return _wanted(names, set(names) - optional)
        case SurveyFile():
            questions = known.instrument.questions
            names = {each.wordings[0]: (*each.wordings, *each.columns) for each in questions}
            return _wanted(names, set(names))
        case scb.PupilFile():
            names = {name: (name,) for name in (*PERSON, *known.marker)}
            return _wanted(names, set(known.marker))
    return None


def nearest(sheet: Sheet, formats: Sequence[Format]) -> list[Near]:
    """The formats that know most of the sheet's headings, best first; none when no heading is known."""
    found = header_of(sheet, formats)
    if found is None:
        return []
    keys = {header_key(cell) for cell in found[1][:_WIDEST] if cell.strip()} - {""}
    near: list[tuple[float, Near]] = []
    for known in formats:
        wanted = wanted_by(known)
        if wanted is None:
            continue
        hits = [name for name, wordings in wanted.headings.items() if wordings & keys]
        absent = tuple(name for name in wanted.headings if name in wanted.needed and name not in hits)
        if hits:
            share = len(set(hits) & wanted.needed) / max(len(wanted.needed), 1)
            near.append((len(hits) / len(keys) + share, Near(known.id, len(hits), absent)))
    near.sort(key=lambda pair: -pair[0])
    return [each for _, each in near[:_NEAREST]]


def header_of(sheet: Sheet, formats: Sequence[Format] = ()) -> Row | None:
    """The row that is most like headings: known words, or texts over columns of figures."""
    words = _words(formats)
    best: tuple[int, Row] | None = None
    for place, row in enumerate(sheet.rows[:_SEARCHED]):
        filled = [cell for cell in row[1] if cell.strip()]
        if len(filled) < 2:
            continue
        below = [cells for _, cells in sheet.rows[place + 1 : place + 1 + _SAMPLE]]
        score = sum(is_heading(index, row[1], below, words) for index in range(min(len(row[1]), _WIDEST)))
        if score >= 2 and (best is None or score > best[0]):
            best = score, row
    return best[1] if best else None


def is_heading(index: int, cells: Sequence[str], below: Sequence[list[str]], words: frozenset[str]) -> bool:
    """Whether a cell may be shown as a heading: it is known, or it is a text over figures."""
    text = cells[index].strip()
    if not text or len(text) > 120 or _LONG_NUMBER.search(text):
        return False
    if header_key(text) in words:
        return True
    values = [row[index].strip() for row in below if index < len(row) and row[index].strip()]
    return bool(values) and not _FIGURE.fullmatch(text) and all(map(_FIGURE.fullmatch, values))


def preview(sheet: Sheet, formats: Sequence[Format]) -> str:
    """The sheet's size, the headings that may be told, and the nearest formats, in one paragraph."""
    filled = [row for row in sheet.rows if any(cell.strip() for cell in row[1])]
    width = max((len(cells) for _, cells in filled), default=0)
    told = [f"Den har {len(filled)} rader och upp till {width} kolumner."]
    header = header_of(sheet, formats)
    if header:
        words = _words(formats)
        below = [cells for number, cells in sheet.rows if number > header[0]][:_SAMPLE]
        shown = [
            f"”{' '.join(cell.split())[:60]}”"
            for index, cell in enumerate(header[1][:_WIDEST])
            if is_heading(index, header[1], below, words)
        ]
        more = f" och {len(shown) - _SHOWN} till" if len(shown) > _SHOWN else ""
        told.append(f"Rubriker på rad {header[0]}: {', '.join(shown[:_SHOWN])}{more}.")
    near = nearest(sheet, formats)
    if near:
        told.append("Närmast är " + "; ".join(map(str, near)) + ".")
    return " ".join(told)


def _words(formats: Sequence[Format]) -> frozenset[str]:
    wanted = (wanted_by(known) for known in formats)
    return frozenset().union(*(each.keys for each in wanted if each))


def _of_simple(known: SimpleFigures) -> Wanted:
    table = known.described
    names: dict[str, tuple[str, ...]] = {"Skolenhetskod": known.key_names["unit_code"]}
    names |= {
        "Läsår": tuple(
            t for time in ("school_year", "term", "measured", "year") for t in known.key_names.get(time, ())
        )
    }
    needed = {"Skolenhetskod", "Läsår"}
    for given, is_needed in ((table.category, table.needs_category), (table.detail, table.needs_detail)):
        if given:
            names[given[0]] = given
            needed |= {given[0]} if is_needed else set()
    for measure in table.measures.values():
        names[measure.names[0]] = measure.names
        needed |= {measure.names[0]} if measure.needed else set()
    return _wanted(names, needed)


def _wanted(names: Mapping[str, Sequence[str]], needed: set[str]) -> Wanted:
    keys = {name: frozenset(header_key(text) for text in texts) for name, texts in names.items()}
    return Wanted(keys, frozenset(needed))
