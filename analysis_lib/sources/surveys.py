"""Survey results, any instrument described in ``params/instruments``, in the shapes they come in (floor 3).

Every file becomes rows of ``core_survey__answers_by_unit``: one per group, question and answer step. Single
answers are summed on the way in; nothing about one person is stored, and free text is never read.
"""

from __future__ import annotations

from collections import Counter

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.missing import RefusedRows
from analysis_lib.snapshots.schemas import SURVEY
from analysis_lib.sources.shapes import Message, ReadContext, Sheet, TableResult
from analysis_lib.sources.survey_layout import MEAN, SurveyLayout, find_layout, read_term
from analysis_lib.sources.survey_places import PlaceReader
from analysis_lib.sources.survey_rows import Cell, SurveyRows, read_survey
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.instruments import Instrument, wording_key
from analysis_lib.vocabulary.marks import Mark
from analysis_lib.vocabulary.workspace import Workspace

_TITLED = 0.15
_OUTSIDE = 0.1
_SHOWN = 5


def formats(workspace: Workspace) -> tuple[SurveyFile, ...]:
    """One format per instrument."""
    return tuple(SurveyFile(instrument) for instrument in Catalog(workspace).instruments.values())


class SurveyFile:
    """The format ``survey.<instrument>``."""

    def __init__(self, instrument: Instrument) -> None:
        self.id = f"survey.{instrument.id}"
        self.name = instrument.name
        self.instrument = instrument

    def recognise(self, sheet: Sheet) -> float:
        """How sure: the share of the sheet's questions that the instrument asks, its title, and its years."""
        layout = find_layout(sheet, self.instrument)
        if layout is None:
            return 0.0
        known, seen = _known(layout, self.instrument)
        titled = _titled(layout, self.instrument)
        if not known and not titled:
            return 0.0
        score = 0.45 + 0.35 * known / max(seen, 1) + _TITLED * titled
        return max(score - _OUTSIDE * (not _in_era(layout, self.instrument)) * 3, 0.0)

    def read(self, sheet: Sheet, context: ReadContext) -> TableResult:
        """The sheet's answers per unit, question and step; raises SkolbankError when none can be read."""
        layout = find_layout(sheet, self.instrument)
        if layout is None:
            raise SkolbankError(
                "header-missing",
                f"Filen har inga frågor som finns i enkäten {self.instrument.name}",
                remedy=f"Lägg till frågornas lydelser i params/instruments/{self.instrument.id}.yaml.",
            )
        catalog = Catalog(context.workspace)
        own = {catalog.settings.municipality_code: catalog.settings.municipality_name}
        places = PlaceReader(
            layout,
            self.instrument,
            municipalities=own | catalog.municipalities,
            units=context.units,
            own_municipality=catalog.settings.municipality_code,
        )
        rows = read_survey(layout, self.instrument, places, numeric=sheet.numeric)
        frame = _frame(rows, self.instrument)
        if rows.refused and not len(frame):
            raise SkolbankError(
                rows.messages[0].code, f"Ingen rad går att läsa. Den första: {rows.messages[0].message}"
            )
        messages = _told(layout, rows, places, self.instrument) + rows.messages
        years = sorted(frame["school_year"].unique()) if len(frame) else []
        return TableResult(
            format=self.id,
            level="unit" if len(frame) and (frame["level"] == "unit").any() else "municipality",
            school_year=", ".join(years),
            frames={SURVEY.name: frame},
            slots={SURVEY.name: ""},
            rows_read=rows.read,
            rows_accepted=rows.accepted,
            rows_rejected=len(rows.refused),
            rows_ignored=rows.ignored,
            columns=len(layout.columns) + len(layout.roles),
            marks=_marks(rows.cells),
            messages=messages,
            refused=rows.refused,
            metadata=self._metadata(layout),
            waiting=(RefusedRows(len(rows.refused)),) if rows.refused else (),
            joins_sheets=True,
        )

    def _metadata(self, layout: SurveyLayout) -> dict[str, object]:
        return {
            "title": self.instrument.name,
            "source": f"{self.instrument.owner}. {self.instrument.source}",
            "licence": self.instrument.licence,
            "legal_basis": self.instrument.legal_basis,
            "shape": layout.shape,
            "notices": list(layout.above),
            "header": {
                column.shown: f"{column.question.id if column.question else column.question_text}"
                f"{'/' + column.step.code if column.step else ''}"
                for column in layout.columns
            },
        }


def _known(layout: SurveyLayout, instrument: Instrument) -> tuple[int, int]:
    """How many of the sheet's questions the instrument asks, and how many there are."""
    if "question" in layout.roles:
        index = layout.roles["question"]
        texts = {cells[index].strip() for _, cells in layout.data[:400] if index < len(cells)} - {""}
        return sum(instrument.question(text) is not None for text in texts), len(texts)
    texts = {c.question.id if c.question else c.question_text for c in layout.columns} - {""}
    known = {column.question.id for column in layout.columns if column.question}
    return len(known), len(texts) + (len(layout.unread) if layout.shape == "respondents" else 0)


def _titled(layout: SurveyLayout, instrument: Instrument) -> bool:
    keys = [wording_key(text) for text in layout.above]
    return any(wording_key(title) in key for title in instrument.titles for key in keys)


def _in_era(layout: SurveyLayout, instrument: Instrument) -> bool:
    """Whether the first term that the sheet tells is one that the instrument describes."""
    index = layout.roles.get("term", -1)
    texts = [cells[index] for _, cells in layout.data[:1] if 0 <= index < len(cells)]
    try:
        found = read_term(texts) or read_term(list(layout.above))
    except SkolbankError:
        return True
    return found is None or instrument.era(found[0]) is not None


def _frame(rows: SurveyRows, instrument: Instrument) -> pd.DataFrame:
    eras = {era.id: era for era in instrument.eras}
    questions = {question.id: question for question in instrument.questions}
    factor = 100 if rows.unit == "part" else 1
    totals = _totals(rows.cells)
    records = []
    for cell in rows.cells:
        who, question = cell.who, questions.get(cell.question)
        scale = instrument.scale_of(question, eras[who.era])
        is_reversed = bool(question and question.reversed)
        is_mean = cell.step == MEAN.code
        weight = scale.weight(cell.step, is_reversed=is_reversed) if question else None
        is_count = rows.unit == "count" and not is_mean
        total = totals.get((who, cell.question, cell.area)) if is_count else None
        records.append(
            {
                "instrument": instrument.id,
                "era": who.era,
                "level": who.level,
                "unit_code": who.unit_code,
                "unit_name": who.unit_name,
                "municipality_code": who.municipality_code,
                "school_year": str(who.term.school_year),
                "term": "HT" if who.term.is_autumn else "VT",
                "respondent_group": who.respondent_group,
                "sex": who.sex,
                "question": cell.question,
                "area": cell.area,
                "answer_step": cell.step,
                "weight": weight,
                "is_positive": bool(question) and scale.is_positive(cell.step, is_reversed=is_reversed),
                "count": round(cell.number) if is_count and cell.number is not None else None,
                "share_pct": _share(cell, is_mean=is_mean, is_count=is_count, factor=factor, total=total),
                "mean": cell.number if is_mean else None,
                "answers_n": cell.answers_n if cell.answers_n is not None else total,
                "invited_n": cell.invited_n,
                "response_rate_pct": cell.response_rate,
                "mark": cell.mark,
            }
        )
    frame = pd.DataFrame(records, columns=SURVEY.names)
    order = ["unit_code", "municipality_code", "school_year", "sex", "area", "question"]
    frame = frame.sort_values(order, kind="stable", ignore_index=True)
    whole = ["count", "answers_n", "invited_n"]
    frame = frame.astype({name: "Int64" for name in whole})
    return frame.astype(dict.fromkeys(["weight", "share_pct", "mean", "response_rate_pct"], "float64"))


def _totals(cells: list[Cell]) -> dict[tuple[object, str, str], int | None]:
    """The number of answers to each question, where all its steps are told."""
    found: dict[tuple[object, str, str], int | None] = {}
    for cell in cells:
        key = (cell.who, cell.question, cell.area)
        if cell.step == MEAN.code:
            continue
        before = found.get(key, 0)
        found[key] = None if before is None or cell.number is None else before + round(cell.number)
    return found


def _share(cell: Cell, *, is_mean: bool, is_count: bool, factor: int, total: int | None) -> float | None:
    if is_mean or cell.number is None:
        return None
    if is_count:
        return 100 * cell.number / total if total else None
    return round(cell.number * factor, 6)


def _marks(cells: list[Cell]) -> dict[str, int]:
    counts = Counter(cell.mark for cell in cells)
    always = {Mark.MISSING.value: 0, Mark.SUPPRESSED.value: 0, Mark.NEARLY_ALL.value: 0}
    return always | {mark: count for mark, count in counts.items() if mark}


def _told(
    layout: SurveyLayout, rows: SurveyRows, places: PlaceReader, instrument: Instrument
) -> list[Message]:
    messages = []
    if layout.unread:
        shown = ", ".join(f"”{text[:40]}”" for text in layout.unread[:_SHOWN])
        more = " med flera" if len(layout.unread) > _SHOWN else ""
        text = f"Kolumnerna {shown}{more} hör inte till enkätens frågor och lästes inte."
        messages.append(Message("info", "column-unread", text, layout.header_row))
    for code, wording in list(rows.new_questions.items())[:20]:
        text = (
            f"Frågan ”{wording[:100]}” finns inte i params/instruments/{instrument.id}.yaml. Svaren lästes "
            f"som {code[:40]}, utan vikter, tills frågan läggs till där."
        )
        messages.append(Message("warning", "question-new", text))
    if rows.unit == "part":
        text = "Andelarna är skrivna som delar av 1 och räknades om till procent (svaren summerar till 1)."
        messages.append(Message("warning", "share-parts", text))
    if places.is_assumed_spring:
        text = "Filen säger ett år eller läsår men ingen termin; svaren räknades till vårterminen."
        messages.append(Message("info", "term-assumed", text))
    return messages
