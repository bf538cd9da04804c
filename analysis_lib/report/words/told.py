"""The register as one document may tell it: whose entries, which year, for which circle of readers (floor 7).

A wider circle sees fewer kinds: colleagues' feedback and single voices stay inside, drafts are for nobody but
their writers. Every drawing below asks this class, so that the rule stands in one place.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from analysis_lib.present.charts.figure import Setting
from analysis_lib.register import Entry, Reading, Record
from analysis_lib.register.kinds.chosen import ChosenFigure
from analysis_lib.register.kinds.development import LeadTeacher
from analysis_lib.register.kinds.documents import Document, DraftComment
from analysis_lib.register.kinds.inspection import Deficiency, InspectionCase
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.register.kinds.prio import Observation, Proposal, TimeLog
from analysis_lib.register.kinds.seminars import PeerFeedback
from analysis_lib.register.kinds.visits import VisitNote
from analysis_lib.register.kinds.voices import Interview, ThemeNote
from analysis_lib.register.rhythm import open_existing
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import Audience, Unit
from analysis_lib.vocabulary.workspace import Workspace

EntryT = TypeVar("EntryT", bound=Entry)
ONLY_INSIDE = (ChosenFigure, PeerFeedback, Observation, TimeLog, Proposal, DraftComment, LeadTeacher)
NOT_PUBLIC = (*ONLY_INSIDE, Interview, ThemeNote)
LEAST_PEOPLE = 5  # voices of a role outside the internal edition, as for surveys


@dataclass(frozen=True)
class Told:
    """What a document may tell: ``unit`` is None for the huvudman; ``today`` is the date on the document."""

    reading: Reading | None
    catalog: Catalog
    units: Mapping[str, Unit]
    unit: Unit | None
    school_year: str
    audience: Audience
    today: datetime.date
    setting: Setting
    question_set: str = ""
    handbook: str = ""
    handbook_version: str = ""
    school_form: str = ""
    indicator_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Workspace:
        return self.catalog.workspace

    @property
    def code(self) -> str:
        """The unit's code in the register; the huvudman's own entries have none."""
        return self.unit.code if self.unit else ""

    @property
    def next_year(self) -> str:
        return str(SchoolYear.parse(self.school_year).plus(1))

    @property
    def in_year(self) -> datetime.date:
        """A day of the report's läsår: today, or the first of June when the läsår is over."""
        return min(self.today, datetime.date(SchoolYear.parse(self.school_year).end, 6, 1))

    @property
    def own_units(self) -> dict[str, Unit]:
        """The huvudman's units that are open this year."""
        municipal = {code: unit for code, unit in self.units.items() if unit.is_own}
        return {code: unit for code, unit in municipal.items() if unit.is_open(self.school_year)}

    @property
    def names(self) -> dict[str, str]:
        """Names by code; the huvudman's own code is the empty text."""
        return {"": self.catalog.settings.authority_name} | {c: u.name for c, u in self.units.items()}

    def every(self, kind: type[EntryT]) -> list[Record[EntryT]]:
        """All current entries of a kind that these readers may see, of all units and years."""
        if self.reading is None or not self._may_see(kind):
            return []
        return [record for record in self.reading.current(kind) if self._is_open(record.entry)]

    def mine(self, kind: type[EntryT], *, school_year: str | None = "") -> list[Record[EntryT]]:
        """The unit's own entries (the huvudman's: all units') of the year; None: of every year."""
        year = self.school_year if school_year == "" else school_year
        found = [record for record in self.every(kind) if year is None or record.school_year == year]
        return [record for record in found if self._is_mine(record.unit)]

    def _is_mine(self, code: str) -> bool:
        """The unit's own; the huvudman's report has all units', or its school form's and the common ones."""
        if self.unit is not None:
            return code == self.code
        unit = self.units.get(code)
        return not self.school_form or unit is None or self.school_form in unit.school_forms

    def _may_see(self, kind: type[Entry]) -> bool:
        hidden: Mapping[str, tuple[type[Entry], ...]] = {"public": NOT_PUBLIC, "board": ONLY_INSIDE}
        return kind not in hidden.get(self.audience, ())

    def _is_open(self, entry: Entry) -> bool:
        """Whether this very entry is for these readers."""
        if self.audience == "internal":
            return True
        if isinstance(entry, Measure):
            return entry.state != "proposed"
        if isinstance(entry, VisitNote):
            return entry.state == "established"
        if isinstance(entry, Document):
            return entry.audience == "public"
        if isinstance(entry, InspectionCase):
            return entry.scope == "general"
        if isinstance(entry, Deficiency):
            return self._is_general(entry)
        return True

    def _is_general(self, entry: Deficiency) -> bool:
        cases = self.reading.current(InspectionCase) if self.reading else []
        return any(case.thing == entry.case and case.entry.scope == "general" for case in cases)


def read_register(workspace: Workspace, moment: datetime.datetime | None) -> Reading | None:
    """The register now, or as it stood when a seminar was locked; None where nobody has written anything."""
    register = open_existing(workspace)
    if register is None or moment is None:
        return register
    return register.as_of(moment)
