"""The cells of a survey file into answers per question and step: shares, counts or single answers (floor 3).

Whether numbers are per cent, parts of one or counts is decided for the whole table by what they sum to,
never cell by cell; a table that could be either is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from analysis_lib.sources.numbers import CellFault, read_cell
from analysis_lib.sources.shapes import Message, Row
from analysis_lib.sources.survey_layout import Column, SurveyLayout
from analysis_lib.sources.survey_places import PlaceReader, Respondents
from analysis_lib.sources.survey_whole import Cell, Counts, Sums, Unit
from analysis_lib.vocabulary.instruments import Instrument, Question, Step, wording_key
from analysis_lib.vocabulary.marks import Mark, read_mark


@dataclass
class SurveyRows:
    """What became of the data rows of a sheet."""

    read: int = 0
    accepted: int = 0
    ignored: int = 0
    cells: list[Cell] = field(default_factory=list)
    unit: Unit = "count"
    refused: list[tuple[int, list[str], str]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    new_questions: dict[str, str] = field(default_factory=dict)

    notes: Counter[str] = field(default_factory=Counter)

    def refuse(self, row: int, fault: CellFault) -> None:
        """Refuses a row with its reason."""
        self.refused.append((row, [], f"{fault} [{fault.code}]"))
        self.messages.append(Message("error", fault.code, f"Rad {row}: {fault}.", row))


def read_survey(
    layout: SurveyLayout, instrument: Instrument, places: PlaceReader, *, numeric: frozenset[tuple[int, int]]
) -> SurveyRows:
    """All answers of a sheet; each row is accepted, refused with a reason, or ignored when empty."""
    rows = [row for row in layout.data if any(cell.strip() for cell in row[1])]
    kept = list(rows)
    while kept and not is_datum(kept[-1][1], layout):
        kept.pop()
    result = read_rows(kept, layout, instrument, places, numeric=numeric)
    result.read = len(rows)
    result.ignored += len(rows) - len(kept)
    if has_single_answers(layout):
        counts = Counts()
        counts.see(result.cells)
        result.cells = counts.cells()
    elif layout.shape != "answers":
        sums = Sums()
        sums.see(result.cells)
        result.unit = sums.unit()
    return result


def has_single_answers(layout: SurveyLayout) -> bool:
    """Whether a row holds one person's answers, or one of them."""
    return layout.shape == "respondents" or (layout.shape == "answers" and "count" not in layout.roles)


def is_datum(cells: list[str], layout: SurveyLayout) -> bool:
    """Whether a row holds more than a note in its first cells."""
    filled = (index < len(cells) and bool(cells[index].strip()) for index in layout.places)
    return next((True for is_filled in filled if is_filled), False) and any(filled)


def read_rows(
    data: Sequence[Row],
    layout: SurveyLayout,
    instrument: Instrument,
    places: PlaceReader,
    *,
    numeric: frozenset[tuple[int, int]] = frozenset(),
) -> SurveyRows:
    """The cells of some data rows as they stand, neither summed nor weighed against each other."""
    result = SurveyRows(read=len(data))
    reader = {
        "respondents": _respondent,
        "answers": _answer,
        "shares": _shares,
        "workbook": _shares,
    }[layout.shape]
    sheet = _Sheet(layout, instrument, places, numeric)
    found: dict[int, list[Cell]] = {}
    for row, cells in data:
        try:
            found[row] = reader(sheet, row, cells, result)
        except CellFault as fault:
            result.refuse(row, fault)
    if not has_single_answers(layout):
        _settle_repeats(found, result)
    result.accepted = len(found)
    result.cells = [cell for cells in found.values() for cell in cells]
    return result


def _settle_repeats(found: dict[int, list[Cell]], result: SurveyRows) -> None:
    """A row that stands twice is read once; rows that say different things of one group are all refused."""
    told: dict[tuple[object, ...], tuple[int, Cell]] = {}
    wrong: dict[int, int] = {}
    repeated: dict[int, int] = {}
    for row, cells in found.items():
        for cell in cells:
            first, same = told.setdefault((cell.who, cell.question, cell.area, cell.step), (row, cell))
            if same != cell:
                wrong |= {row: first, first: row}
            elif first != row:
                repeated[row] = first
    for row, other in sorted(wrong.items()):
        del found[row]
        what = f"Raden säger något annat än rad {other} om samma grupp och fråga"
        result.refuse(row, CellFault("row-contradicted", what))
    for row, first in sorted(repeated.items()):
        if found.pop(row, None) is not None:
            result.ignored += 1
            text = f"Raden upprepar rad {first} och lästes en gång."
            result.messages.append(Message("warning", "row-repeated", text, row))


@dataclass(frozen=True)
class _Sheet:
    layout: SurveyLayout
    instrument: Instrument
    places: PlaceReader
    numeric: frozenset[tuple[int, int]]

    def text(self, cells: list[str], role: str) -> str:
        index = self.layout.roles.get(role, -1)
        return " ".join(cells[index].split()) if 0 <= index < len(cells) else ""

    def number(self, row: int, cells: list[str], index: int) -> tuple[float | None, Mark]:
        """The number or mark of a cell; a footnote mark counts as missing."""
        text = cells[index].strip() if index < len(cells) else ""
        if not text or text.strip("*") == "" or text.startswith("<"):
            return None, Mark.SUPPRESSED if text.startswith("<") else Mark.MISSING
        mark = read_mark(text)
        if mark is not Mark.NONE:
            return None, mark
        is_number = (row, index) in self.numeric
        text = text.rstrip("*").removesuffix("%").rstrip()
        if is_number and "." in text:
            text = f"{float(text):.6f}".rstrip("0").rstrip(".")
        value = read_cell(text, "number", is_number_cell=is_number, minimum=0, decimals=6)
        return (None if value.number is None else float(value.number)), value.mark

    def whole(self, row: int, cells: list[str], role: str) -> int | None:
        if role not in self.layout.roles:
            return None
        number, _ = self.number(row, cells, self.layout.roles[role])
        return None if number is None else round(number)

    def rate(self, row: int, cells: list[str]) -> float | None:
        if "response_rate_pct" not in self.layout.roles:
            return None
        number, _ = self.number(row, cells, self.layout.roles["response_rate_pct"])
        text = self.text(cells, "response_rate_pct")
        return number * 100 if number is not None and number <= 1 and "%" not in text else number


def _shares(sheet: _Sheet, row: int, cells: list[str], result: SurveyRows) -> list[Cell]:
    """A row of the workbook (all questions) or of a table with one question a row."""
    who = sheet.places.read(cells)
    answers, invited = sheet.whole(row, cells, "answers_n"), sheet.whole(row, cells, "invited_n")
    rate = sheet.rate(row, cells)
    named = _question(sheet, cells, result) if "question" in sheet.layout.roles else None
    found = []
    for column in sheet.layout.columns:
        if column.step is None:
            continue
        number, mark = sheet.number(row, cells, column.index)
        question, area = named or _of_column(column, result)
        found.append(Cell(who, question, area, column.step.code, number, mark.value, answers, invited, rate))
    return found


def _of_column(column: Column, result: SurveyRows) -> tuple[str, str]:
    if column.question is not None:
        return column.question.id, column.question.area
    if not column.question_text:
        return "", column.area
    return _new_question(column.question_text, result), column.area


def _question(sheet: _Sheet, cells: list[str], result: SurveyRows) -> tuple[str, str]:
    text = sheet.text(cells, "question")
    question = sheet.instrument.question(text)
    if question is not None:
        return question.id, question.area
    area = sheet.instrument.area(text)
    if area:
        return "", area
    if not text:
        raise CellFault("question-missing", "Raden säger inte vilken fråga den gäller")
    return _new_question(text, result), sheet.instrument.area(sheet.text(cells, "area"))


def _new_question(text: str, result: SurveyRows) -> str:
    """A question that the instrument does not know keeps its wording; it gets no weights until it does."""
    code = f"text:{wording_key(text)[:100]}"
    result.new_questions.setdefault(code, text)
    return code


def _respondent(sheet: _Sheet, row: int, cells: list[str], result: SurveyRows) -> list[Cell]:
    """One person's answers; an answer that is on no scale refuses the row."""
    who = sheet.places.read(cells)
    invited = sheet.whole(row, cells, "invited_n")
    found = []
    for column in sheet.layout.columns:
        text = cells[column.index].strip() if column.index < len(cells) else ""
        if column.question is None or not text:
            continue
        step = _step(sheet, text, column.question, who, column.shown)
        cell = Cell(who, column.question.id, column.question.area, step.code, 1.0, invited_n=invited)
        found.append(cell)
    return found


def _answer(sheet: _Sheet, row: int, cells: list[str], result: SurveyRows) -> list[Cell]:
    """A row per answer, or per question and answer with a count."""
    who = sheet.places.read(cells)
    text = sheet.text(cells, "question")
    question = sheet.instrument.question(text)
    if question is None:
        raise CellFault(
            "question-unknown", f"Frågan finns inte i params/instruments/{sheet.instrument.id}.yaml"
        )
    step = _step(sheet, sheet.text(cells, "answer"), question, who, "Svar")
    number: float | None = 1.0
    mark = ""
    if "count" in sheet.layout.roles:
        number, found = sheet.number(row, cells, sheet.layout.roles["count"])
        mark = found.value
    return [Cell(who, question.id, question.area, step.code, number, mark)]


def _step(sheet: _Sheet, text: str, question: Question, who: Respondents, column: str) -> Step:
    era = next(era for era in sheet.instrument.eras if era.id == who.era)
    scale = question.scale or era.scale
    step = sheet.instrument.step(text, scale)
    if step is None:
        allowed = ", ".join(each.labels[0] for each in sheet.instrument.scales[scale].steps)
        shown = f"”{text}”" if len(text) <= 20 and sum(map(str.isdigit, text)) < 6 else "Svaret"
        raise CellFault(
            "answer-unknown",
            f"{column[:60]}: {shown} finns inte på skalan. Tillåtet är {allowed} och svaren utan vikt",
        )
    return step
