"""Survey results, any instrument described in ``params/instruments``, in the shapes they come in (floor 3).

Every file becomes rows of ``core_survey__answers_by_unit``: one per group, question and answer step. Single
answers are summed on the way in; nothing about one person is stored, and free text is never read.
"""

from __future__ import annotations

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.missing import RefusedRows
from analysis_lib.snapshots.schemas import SURVEY
from analysis_lib.sources.shapes import Message, ReadContext, Sheet, TableResult
from analysis_lib.sources.survey_frame import as_frame, marks_of
from analysis_lib.sources.survey_layout import SurveyLayout, find_layout, read_term
from analysis_lib.sources.survey_places import PlaceReader
from analysis_lib.sources.survey_portions import InPortions, nothing_readable
from analysis_lib.sources.survey_rows import SurveyRows, read_survey
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.instruments import Instrument, wording_key
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
        places = self._places(self._layout(sheet), context)
        rows = read_survey(places.layout, self.instrument, places, numeric=sheet.numeric)
        if rows.refused and not rows.accepted:
            raise nothing_readable(rows)
        return self._result(rows, places)

    def in_portions(self, head: Sheet, context: ReadContext) -> InPortions:
        """How a file too long for memory is read: single answers are counted, others kept per group."""
        places = self._places(self._layout(head), context)
        return InPortions(places, lambda rows: self._result(rows, places))

    def _layout(self, sheet: Sheet) -> SurveyLayout:
        layout = find_layout(sheet, self.instrument)
        if layout is None:
            raise SkolbankError(
                "header-missing",
                f"Filen har inga frågor som finns i enkäten {self.instrument.name}",
                remedy=f"Lägg till frågornas lydelser i params/instruments/{self.instrument.id}.yaml.",
            )
        return layout

    def _places(self, layout: SurveyLayout, context: ReadContext) -> PlaceReader:
        catalog = Catalog(context.workspace)
        own = {catalog.settings.municipality_code: catalog.settings.municipality_name}
        return PlaceReader(
            layout,
            self.instrument,
            municipalities=own | catalog.municipalities,
            units=context.units,
            own_municipality=catalog.settings.municipality_code,
        )

    def _result(self, rows: SurveyRows, places: PlaceReader) -> TableResult:
        layout = places.layout
        frame = as_frame(rows.cells, rows.unit, self.instrument)
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
            marks=marks_of(rows.cells),
            messages=_told(layout, rows, places, self.instrument) + rows.messages,
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
        messages.append(Message("warning", "question-new", text, column=wording[:100]))
    if rows.unit == "part":
        text = "Andelarna är skrivna som delar av 1 och räknades om till procent (svaren summerar till 1)."
        messages.append(Message("warning", "share-parts", text))
    if places.is_assumed_spring:
        text = "Filen säger ett år eller läsår men ingen termin; svaren räknades till vårterminen."
        messages.append(Message("info", "term-assumed", text))
    return messages
