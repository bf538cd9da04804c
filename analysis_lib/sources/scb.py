"""SCB's collection files, one row per pupil: grades in years 9 and 6, national tests in 3, 6 and 9 (floor 3).

They come straight from the schools' pupil systems (Procapita, Vklass, IST). Source of columns and
codes: SCB, "Kravspecifikation för datafil" 2026; earlier column sets in ``scb_layouts``.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.missing import RefusedRows
from analysis_lib.snapshots.schemas import NATIONAL_TESTS, NATIONAL_TESTS_3, PUPIL_GRADES, TableSchema
from analysis_lib.sources import pupils
from analysis_lib.sources.grade_columns import Grades, check_grades, grade_rows
from analysis_lib.sources.long_files import Headed, of_person
from analysis_lib.sources.pupil_rows import Rows
from analysis_lib.sources.scb_layouts import (
    LAYOUTS_6,
    LAYOUTS_9,
    LAYOUTS_NP3,
    LAYOUTS_NP6,
    LAYOUTS_NP9,
    NOT_GRADES,
    OPTIONAL_6,
    OPTIONAL_9,
    Layout,
)
from analysis_lib.sources.scb_requirements import check_requirements, rows_of_requirements
from analysis_lib.sources.scb_table import Recognised, read_rows, recognise, school_years
from analysis_lib.sources.scb_tests import check_tests, rows_of_tests
from analysis_lib.sources.shapes import ReadContext, Sheet, TableResult

_LEAVING_AGE = {3: 10, 6: 13, 9: 16}
LEGAL_BASIS = "Offentlig huvudmans uppföljning, 4 kap. skollagen (2010:800); uppgifter enligt 23 kap. OSL"


class PupilFile:
    """What SCB's formats share: recognition by column set and the road of a pupil row."""

    id = ""
    year_group = 0
    table: TableSchema = PUPIL_GRADES
    layouts: Sequence[Layout] = ()
    marker: frozenset[str] = frozenset()

    def recognise(self, sheet: Sheet) -> float:
        """How sure, 0-1, that the sheet holds this collection; judged by its columns and their contents.

        Of SCB's collections only the one that fits best claims the sheet, unless two fit equally well.
        """
        known = _LAST.find(sheet, self)
        if known is None or not self._takes(known):
            return 0.0
        rivals = (_LAST.find(sheet, other) for other in FORMATS if other.id != self.id)
        best = max((rival.score for rival in rivals if rival), default=0.0)
        return min(known.score, 0.99) if known.score >= best else 0.0

    def _takes(self, known: Recognised) -> bool:
        return True

    def read(self, sheet: Sheet, context: ReadContext) -> TableResult:
        """One row per pupil and subject; raises SkolbankError when no row can be read."""
        return self._read(sheet, context, known=self._known(sheet))

    def in_portions(self, head: Sheet, context: ReadContext) -> Headed:
        """How a file too long for memory is read: all rows of a person together."""
        known = self._known(head)
        column = next(place for place, name in known.fields.items() if name == "PersonNr")
        read = partial(self._read, known=known)
        return Headed(head, known.header_row or 0, of_person(column), read)

    def _known(self, sheet: Sheet) -> Recognised:
        known = _LAST.find(sheet, self)
        if known is None:
            raise _other_format(self.id)
        return known

    def _read(self, sheet: Sheet, context: ReadContext, *, known: Recognised) -> TableResult:
        rows = read_rows(sheet, known)
        years = school_years(rows, _LEAVING_AGE[self.year_group])
        people = pupils.identify(rows, years.str[:4].where(years != "", "0").astype(int) + 1)
        people["unit_code"] = pupils.check_units(rows, context.units)
        people["school_year"] = years
        people["year_group"] = self.year_group
        people["subject_key"] = ""
        people["class_name"] = pupils.class_names(rows)
        grades = self._check(rows)
        content = rows.cells.drop(columns=["System", "Datum", "Version"], errors="ignore")
        pupils.refuse_doubles(rows, people, content)
        people = pupils.pseudonymise(people, rows.accepted, pupils.maker_of(context), table=self.id)
        pupils.refuse_stored_elsewhere(rows, people, self.table.name, context.whereabouts)
        frame = self._frame(rows, people, grades)
        header = {str(column + 1): name for column, name in known.fields.items()}
        metadata = {"variant": known.variant, "legal_basis": LEGAL_BASIS}
        waiting = pupils.rows_waited_for(rows, people, context.units)
        return result_of(self.id, self.table.name, rows, frame, header, metadata, waiting=waiting)

    def _check(self, rows: Rows) -> Grades | None:
        """Refuses rows with impossible cells; gives the grade cells as they were read, if there are any."""
        raise NotImplementedError

    def _frame(self, rows: Rows, people: pd.DataFrame, grades: Grades | None) -> pd.DataFrame:
        raise NotImplementedError


class GradesFile(PupilFile):
    """Betyg, one column per subject."""

    optional: frozenset[str] = frozenset()

    def _check(self, rows: Rows) -> Grades:
        grades = _grades(rows)
        check_grades(rows, grades, self.optional, allow_untaught=self.year_group == 6)
        return grades

    def _frame(self, rows: Rows, people: pd.DataFrame, grades: Grades | None) -> pd.DataFrame:
        assert grades is not None
        return grade_rows(rows, people, grades)


class Grades9(GradesFile):
    """``scb.grades_9``: slutbetyg årskurs 9, 33 columns."""

    id = "scb.grades_9"
    year_group = 9
    layouts = LAYOUTS_9
    marker = frozenset({"PersonNr", "Skolenhetskod", "Ma", "Sv", "Sva", "Tk", "ML språk"})
    optional = OPTIONAL_9

    def _takes(self, known: Recognised) -> bool:
        return not {"No", "So"} & set(known.fields.values())


class Grades6(GradesFile):
    """``scb.grades_6``: terminsbetyg årskurs 6, 35 columns."""

    id = "scb.grades_6"
    year_group = 6
    layouts = LAYOUTS_6
    marker = frozenset({"PersonNr", "Skolenhetskod", "Ma", "Sv", "Sva", "Tk", "No", "So"})
    optional = OPTIONAL_6


class NationalTests6(PupilFile):
    """``scb.national_tests_6``: nationella prov årskurs 6, 29 columns."""

    id = "scb.national_tests_6"
    year_group = 6
    table = NATIONAL_TESTS
    layouts = LAYOUTS_NP6
    marker = frozenset({"PersonNr", "Skolenhetskod", "MA_PROVB", "SV_PROVB", "EN_PROVB"})

    def _takes(self, known: Recognised) -> bool:
        return not {"NO_PROV", "SO_PROV"} & set(known.fields.values())

    def _check(self, rows: Rows) -> None:
        check_tests(rows)

    def _frame(self, rows: Rows, people: pd.DataFrame, grades: Grades | None) -> pd.DataFrame:
        return rows_of_tests(rows, people)


class NationalTests9(NationalTests6):
    """``scb.national_tests_9``: nationella prov årskurs 9, 32 columns."""

    id = "scb.national_tests_9"
    year_group = 9
    layouts = LAYOUTS_NP9
    marker = frozenset(
        {"PersonNr", "Skolenhetskod", "MA_PROVB", "SV_PROVB", "EN_PROVB", "NO_PROV", "SO_PROV"}
    )

    def _takes(self, known: Recognised) -> bool:
        return known.header_row is None or bool({"NO_PROV", "SO_PROV"} & set(known.fields.values()))


class NationalTests3(PupilFile):
    """``scb.national_tests_3``: nationella prov årskurs 3, 35 columns."""

    id = "scb.national_tests_3"
    year_group = 3
    table = NATIONAL_TESTS_3
    layouts = LAYOUTS_NP3
    marker = frozenset({"PersonNr", "Skolenhetskod", "MA_A_PR", "MA_B_PR", "SV_A_PR", "SV_B_PR"})

    def _check(self, rows: Rows) -> None:
        check_requirements(rows)

    def _frame(self, rows: Rows, people: pd.DataFrame, grades: Grades | None) -> pd.DataFrame:
        return rows_of_requirements(rows, people)


class _LastSheet:
    """What each format made of the sheet that is being read, since they all ask about each other.

    The sheet itself is not kept: it holds personal numbers.
    """

    def __init__(self) -> None:
        self._sheet: Callable[[], Sheet | None] = lambda: None
        self._found: dict[str, Recognised | None] = {}

    def find(self, sheet: Sheet, asking: PupilFile) -> Recognised | None:
        if self._sheet() is not sheet:
            self._sheet, self._found = weakref.ref(sheet), {}
        if asking.id not in self._found:
            self._found[asking.id] = recognise(sheet, asking.layouts, asking.marker)
        return self._found[asking.id]


_LAST = _LastSheet()
FORMATS: tuple[PupilFile, ...] = (
    Grades9(),
    Grades6(),
    NationalTests3(),
    NationalTests6(),
    NationalTests9(),
)


def _grades(rows: Rows) -> Grades:
    return Grades.read(rows.cells, [name for name in rows.cells.columns if name not in NOT_GRADES])


def result_of(
    format_id: str,
    table: str,
    rows: Rows,
    frame: pd.DataFrame,
    header: dict[str, str],
    metadata: dict[str, Any],
    *,
    waiting: tuple[RefusedRows, ...],
) -> TableResult:
    """What a pupil file gave, with its counts, messages and refused rows."""
    read, accepted, rejected, ignored = rows.counts
    years = sorted(frame["school_year"].unique())
    protected = int(frame.loc[frame["is_protected"].astype(bool), "pupil"].nunique())
    if protected:
        rows.tell(
            "info",
            "pupils-protected",
            f"{protected} {'elev' if protected == 1 else 'elever'} med skyddade eller tillfälliga uppgifter "
            "räknas bara i enhetens helhet.",
        )
    return TableResult(
        format=format_id,
        level="pupil",
        school_year=", ".join(years),
        frames={table: frame},
        slots={table: ""},
        rows_read=read,
        rows_accepted=accepted,
        rows_rejected=rejected,
        rows_ignored=ignored,
        columns=len(header),
        messages=rows.messages,
        refused=[(number, [], reason) for number, reason in rows.refused_rows()],
        metadata={"header": header, **metadata},
        waiting=waiting,
    )


def _other_format(format_id: str) -> SkolbankError:
    return SkolbankError(
        "format-mismatch",
        f"Filen har inte de kolumner som {format_id} ska ha",
        remedy="Utelämna --as så känner programmet själv igen filen, eller ta ut den på nytt.",
    )
