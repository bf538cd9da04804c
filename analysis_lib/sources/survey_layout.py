"""Where things stand in a survey file: keys, questions, answers, year and respondents (floor 3).

Four shapes are told apart by their headers: a column per question and answer (one to three header rows), a
row per question with a column per answer, a row per respondent with a column per question, and a row per
single answer. Nothing is found by line or column number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.shapes import Row, Sheet
from analysis_lib.vocabulary.instruments import Instrument, Question, Step, wording_key
from analysis_lib.vocabulary.periods import SchoolYear, Term

Shape = Literal["workbook", "shares", "respondents", "answers"]
ROLES: dict[str, tuple[str, ...]] = {
    "unit_code": ("Skolenhetskod", "Enhetskod", "Skol-enhetskod", "Enhetens kod", "Förskolekod"),
    "unit_name": (
        "Skolenhet",
        "Skola",
        "Skolenhetsnamn",
        "Enhet",
        "Enhetens namn",
        "Förskola",
        "Arbetsplats",
    ),
    "municipality_name": ("Kommun", "Lägeskommun", "Kommunnamn"),
    "municipality_code": ("Kommunkod", "Lägeskommunkod"),
    "term": ("Termin", "Mättillfälle", "Enkätomgång", "Omgång", "År", "Mätår", "Enkätår", "Läsår", "Datum"),
    "respondent_group": (
        "Respondentgrupp",
        "Svarsgrupp",
        "Målgrupp",
        "Grupp",
        "Årskurs",
        "Roll",
        "Befattning",
        "Yrkesgrupp",
    ),
    "sex": ("Kön",),
    "question": ("Fråga", "Frågetext", "Frågenummer", "Fråga/påstående", "Påstående"),
    "area": ("Område", "Frågeområde", "Dimension"),
    "answer": ("Svar", "Svarsalternativ", "Svarskod"),
    "count": ("Antal svar per alternativ", "Antal per svarsalternativ"),
    "invited_n": (
        "Antal tillfrågade",
        "Gruppstorlek",
        "Antal i gruppen",
        "Antal utskick",
        "Population",
        "Urval",
    ),
    "answers_n": ("Antal svar", "Antal svarande", "Antal besvarade", "Svar totalt"),
    "response_rate_pct": ("Svarsfrekvens", "Svarsfrekvens (%)", "Svarsandel", "Svarsandel (%)"),
}
_MEAN_WORDS = ("Medelvärde", "Medel", "Index", "Indexvärde", "Genomsnitt", "Snitt", "NKI", "NFI")
MEANS = frozenset(map(wording_key, _MEAN_WORDS))
MEAN = Step(code="mean", labels=("Medelvärde",))
_SEARCHED = 30
_HEADER_ROWS = 4
_TERM = re.compile(r"(?i)\b(VT|HT|vår(?:terminen|en)?|höst(?:terminen|en)?)\s*(\d{4}|\d{2})\b")
_SCHOOL_YEAR = re.compile(r"\b(20\d\d\s*[/–-]\s*\d{2}(?:\d\d)?)\b")
_YEAR = re.compile(r"\b(20[0-4]\d)\b")
_DAY = re.compile(r"\b(20\d\d)-(\d\d)-\d\d\b")


@dataclass(frozen=True)
class Column:
    """A column that is no key: the question and answer it holds, as far as its headers say."""

    index: int
    shown: str
    question: Question | None = None
    question_text: str = ""
    area: str = ""
    step: Step | None = None


@dataclass(frozen=True)
class SurveyLayout:
    """The parts of a survey sheet."""

    shape: Shape
    roles: dict[str, int]
    columns: tuple[Column, ...]
    unread: tuple[str, ...]
    header_row: int
    above: tuple[str, ...]
    data: tuple[Row, ...] = field(repr=False)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """All columns that are read."""
        return tuple(sorted({column.index for column in self.columns} | set(self.roles.values())))


def find_layout(sheet: Sheet, instrument: Instrument) -> SurveyLayout | None:
    """The parts of a sheet as one instrument would read it, or None when it has none of its questions."""
    names = _role_names(instrument)
    for position, (_, cells) in enumerate(sheet.rows[:_SEARCHED]):
        roles = _roles(cells, names)
        if roles:
            found = _layout(sheet, position, roles, instrument)
            if found is not None:
                return found
    return None


def _role_names(instrument: Instrument) -> dict[str, str]:
    names = {wording_key(text): role for role, texts in ROLES.items() for text in texts}
    own = {wording_key(text): role for role, texts in instrument.columns.items() for text in texts}
    return names | own


def _roles(cells: list[str], names: dict[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if len(cell) < 2 or cell[0].isdigit():  # most rows are data, and every instrument asks
            continue
        role = names.get(wording_key(cell))
        if role and role not in found:
            found[role] = index
    return found


def _layout(
    sheet: Sheet, position: int, roles: dict[str, int], instrument: Instrument
) -> SurveyLayout | None:
    rows = sheet.rows
    first, last = _header_block(rows, position, roles)
    columns, unread = _columns([cells for _, cells in rows[first : last + 1]], roles, instrument)
    shape = _shape(roles, columns)
    if shape is None:
        return None
    above = [cell.strip() for _, cells in rows[:first] for cell in cells if cell.strip()]
    data = tuple(rows[last + 1 :])
    number = rows[last][0]
    return SurveyLayout(shape, roles, tuple(columns), tuple(unread), number, (*above, sheet.name), data)


def _header_block(rows: list[Row], position: int, roles: dict[str, int]) -> tuple[int, int]:
    """The header rows around the one with the keys: above it those with names over the answer columns, below
    it those where the key cells are empty."""
    keys = sorted(roles.values())
    first = position
    while first and position - first < _HEADER_ROWS - 1:
        cells = rows[first - 1][1]
        filled = [index for index, cell in enumerate(cells) if cell.strip()]
        if not filled or min(filled) <= keys[0]:
            break
        first -= 1
    last = position
    while last + 1 < len(rows) and last - first < _HEADER_ROWS - 1:
        cells = rows[last + 1][1]
        filled = [index for index, cell in enumerate(cells) if cell.strip()]
        numbers = any(re.fullmatch(r"[\d ,.%-]+", cells[index].strip()) for index in filled)
        if not filled or set(filled) & set(keys) or numbers:
            break
        last += 1
    return first, last


def _columns(
    header: list[list[str]], roles: dict[str, int], instrument: Instrument
) -> tuple[list[Column], list[str]]:
    keys = set(roles.values())
    width = max(map(len, header))
    filled = [
        _filled(cells, keys, width, is_last=place == len(header) - 1) for place, cells in enumerate(header)
    ]
    columns, unread = [], []
    for index in range(width):
        if index in keys:
            continue
        texts = [text for row in filled if (text := row[index])]
        if not texts or not any(index < len(cells) and cells[index].strip() for cells in header):
            continue
        column = _column(index, texts, instrument)
        if column is None:
            unread.append(" ".join(texts))
        else:
            columns.append(column)
    return columns, unread


def _filled(cells: list[str], keys: set[int], width: int, *, is_last: bool) -> list[str]:
    """A header row with merged names carried to the right; the last row is never merged."""
    found, current = [], ""
    for index in range(width):
        text = " ".join(cells[index].split()) if index < len(cells) else ""
        if index in keys:
            current = ""
            found.append("")
            continue
        current = text or ("" if is_last else current)
        found.append(current)
    return found


def _column(index: int, texts: list[str], instrument: Instrument) -> Column | None:
    shown = " – ".join(dict.fromkeys(texts))
    step, rest = _step_of(texts, instrument)
    if step is None and len(texts) == 1:
        step, rest = _split(texts[0], instrument)
    area = next((a for text in rest if (a := instrument.area(text))), "")
    named = [text for text in rest if not instrument.area(text)]
    # An area may be called as a question is in our tables: the wording goes before it.
    question = next((q for text in (*named, *rest) if (q := instrument.question(text))), None)
    text = named[-1] if named else ""
    if step is None and question is None:
        return None
    if question is not None:
        area = question.area
    return Column(index, shown, question, text, area, step)


def _step_of(texts: list[str], instrument: Instrument) -> tuple[Step | None, list[str]]:
    for place in range(len(texts) - 1, -1, -1):
        step = MEAN if wording_key(texts[place]) in MEANS else instrument.step(texts[place])
        if step is not None and not (len(texts) == 1 and instrument.question(texts[place])):
            return step, texts[:place] + texts[place + 1 :]
    return None, texts


def _split(text: str, instrument: Instrument) -> tuple[Step | None, list[str]]:
    """Question and answer out of one header: ``Jag är trygg i skolan - Stämmer helt``."""
    for match in re.finditer(r"\s*[-–:|/]\s+", text):
        before, after = text[: match.start()], text[match.end() :]
        step = MEAN if wording_key(after) in MEANS else instrument.step(after)
        if step is not None and before.strip():
            return step, [before]
    return None, [text]


def _shape(roles: dict[str, int], columns: list[Column]) -> Shape | None:
    with_both = [c for c in columns if c.step is not None and (c.question or c.question_text or c.area)]
    steps = [c for c in columns if c.step is not None]
    if "question" in roles:
        if "answer" in roles:
            return "answers"
        return "shares" if len(steps) >= 2 else None
    if with_both and len({c.question_text for c in with_both}) >= 1 and len(with_both) * 2 >= len(columns):
        return "workbook"
    if any(c.question for c in columns if c.step is None):
        return "respondents"
    return None


def read_term(texts: list[str]) -> tuple[Term, bool] | None:
    """The one term that the texts name, and whether it was assumed to be spring; None when none is named.

    Raises SkolbankError when they name several.
    """
    for pattern in (_DAY, _TERM, _SCHOOL_YEAR, _YEAR):
        found = {_term(pattern, match) for text in texts for match in pattern.finditer(text)}
        if len(found) == 1:
            return found.pop(), pattern in (_SCHOOL_YEAR, _YEAR)
        if found:
            raise SkolbankError(
                "survey-term-ambiguous",
                f"Filen nämner flera terminer: {' och '.join(sorted(map(str, found)))}",
                remedy="Lägg till en kolumn Termin, eller en rad ”Termin: VT25” ovanför rubrikerna.",
            )
    return None


def _term(pattern: re.Pattern[str], match: re.Match[str]) -> Term:
    if pattern is _DAY:
        return Term(int(match[1]), int(match[2]) >= 8)
    if pattern is _TERM:
        name = "HT" if match[1].lower().startswith("h") else "VT"
        return Term.parse(f"{name}{match[2]}")
    if pattern is _SCHOOL_YEAR:
        return Term(SchoolYear.parse(match[1]).end, False)
    return Term(int(match[1]), False)
