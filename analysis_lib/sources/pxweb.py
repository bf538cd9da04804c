"""Skolverket's PxWeb workbook "Underlag för analys": one column per huvudman or unit (floor 3).

The sheet is transposed, may have thousands of columns, and notes follow the data. Every cell becomes a
row of ``core_skolverket__statistics`` with ``table_id`` ``analysis_support``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.missing import RefusedRows
from analysis_lib.sources.numbers import CellFault, CellValue, read_cell, swedish
from analysis_lib.sources.pxweb_layout import Grid, Place, find_grid
from analysis_lib.sources.shapes import Message, ReadContext, Sheet, TableResult
from analysis_lib.sources.skolverket import COLUMNS, TABLE
from analysis_lib.sources.skolverket_tables import header_key
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.marks import Mark, read_mark
from analysis_lib.vocabulary.params_reading import read_model
from analysis_lib.vocabulary.settings import Strict
from analysis_lib.vocabulary.workspace import Workspace

TABLE_ID = "analysis_support"
_MEAN_MAXIMUM = 10
_MARKS = (Mark.MISSING, Mark.SUPPRESSED, Mark.NEARLY_ALL)


class PxWebSource(Strict):
    """The whole of ``params/sources/pxweb.yaml``: the measures and every label they have had."""

    id: str
    name: str
    owner: str
    address: str
    licence: str
    legal_basis: str
    measures: dict[str, tuple[str, ...]]

    @cached_property
    def by_label(self) -> dict[str, str]:
        """From the letters and digits of a label to its measure."""
        return {header_key(label): name for name, labels in self.measures.items() for label in labels}


@dataclass(frozen=True)
class _Line:
    """One accepted measure row: its measure and a value per place."""

    measure: str
    values: tuple[CellValue, ...]


def formats(workspace: Workspace) -> tuple[AnalysisSupport, ...]:
    """The one format of this source, with its measures as the workspace describes them."""
    places = workspace.layered("params", "sources", "pxweb.yaml")
    return (AnalysisSupport(read_model(places[0], PxWebSource, workspace)),) if places else ()


class AnalysisSupport:
    """``skolverket.analysis_support``: the national quality system's own figures, per unit and huvudman."""

    def __init__(self, source: PxWebSource) -> None:
        self.id = source.id
        self.name = source.name
        self.source = source

    def recognise(self, sheet: Sheet) -> float:
        """How sure: columns named after units and huvudmän, school years, and known measures beside them."""
        grid = find_grid(sheet)
        if grid is None:
            return 0.0
        known = sum(header_key(label) in self.source.by_label for _, label, _ in grid.lines)
        return 0.7 + 0.3 * known / max(len(grid.lines), 1)

    def read(self, sheet: Sheet, context: ReadContext) -> TableResult:
        """A row per place and measure; a measure row with an impossible cell is refused whole."""
        grid = find_grid(sheet)
        if grid is None:
            raise SkolbankError(
                "header-missing",
                "Ingen rad med huvudmän och skolenheter hittades",
                remedy="Hämta arbetsboken på nytt ur Skolverkets statistikdatabas.",
            )
        messages: list[Message] = []
        refused: list[tuple[int, list[str], str]] = []
        lines = self._lines(grid, sheet, refused, messages)
        municipalities = Catalog(context.workspace).municipalities
        frame = _frame(grid, lines, municipalities)
        years = sorted({place.school_year for place in grid.places})
        levels = sorted({place.level for place in grid.places})
        return TableResult(
            format=self.id,
            level="unit" if "unit" in levels else levels[0],
            school_year=", ".join(years),
            frames={TABLE: frame},
            slots={TABLE: ""},
            rows_read=len(grid.lines) + grid.blank,
            rows_accepted=len(lines),
            rows_rejected=len(refused),
            rows_ignored=grid.blank,
            columns=len(grid.places),
            marks=_marks(lines),
            messages=messages,
            refused=refused,
            metadata=self._metadata(grid),
            waiting=(RefusedRows(len(refused), school_year=years[-1]),) if refused else (),
        )

    def _lines(
        self,
        grid: Grid,
        sheet: Sheet,
        refused: list[tuple[int, list[str], str]],
        messages: list[Message],
    ) -> list[_Line]:
        lines: dict[str, _Line] = {}
        for row, label, texts in grid.lines:
            key = header_key(label)
            measure = self.source.by_label.get(key, f"text:{key[:120]}")
            try:
                line = _Line(measure, _values(label, texts, grid, row, sheet))
                if measure in lines:
                    raise CellFault("row-contradicted", "Måttet finns två gånger")
            except CellFault as fault:
                refused.append((row, [label], str(fault)))
                messages.append(Message("error", fault.code, f"Raden togs inte in. {fault}.", row))
                continue
            lines[measure] = line
            if measure.startswith("text:"):
                text = (
                    f"Måttet ”{label[:120]}” är nytt. Det lästes, men ingen indikator använder det "
                    "förrän det läggs till i params/sources/pxweb.yaml."
                )
                messages.append(Message("warning", "measure-new", text, row))
        return list(lines.values())

    def _metadata(self, grid: Grid) -> dict[str, object]:
        return {
            "title": grid.title or self.source.name,
            "source": f"{self.source.owner}, {self.source.address}",
            "licence": self.source.licence,
            "legal_basis": self.source.legal_basis,
            "footer": list(grid.notes),
            "header": {label: self.source.by_label.get(header_key(label), "") for _, label, _ in grid.lines},
        }


def _values(label: str, texts: list[str], grid: Grid, row: int, sheet: Sheet) -> tuple[CellValue, ...]:
    """The cells of one measure; shares are 0-100, survey means 0-10, the rest not negative except costs."""
    is_share = "(%)" in label
    key = header_key(label)
    maximum = 100 if is_share else _MEAN_MAXIMUM if "medelvärde" in key else None
    minimum = None if key.startswith("kostnader") else 0
    values = []
    for place, text in zip(grid.places, texts, strict=True):
        mark = read_mark(text or ".")
        if mark is not Mark.NONE:
            values.append(CellValue(None, mark))
            continue
        is_number = (row, place.index) in sheet.numeric and not grid.is_turned
        values.append(
            read_cell(text, "number", is_number_cell=is_number, minimum=minimum, maximum=maximum, decimals=2)
        )
    return tuple(values)


def _frame(grid: Grid, lines: list[_Line], municipalities: dict[str, str]) -> pd.DataFrame:
    decimals = {line.measure: max((value.decimals for value in line.values), default=0) for line in lines}
    codes = _codes_by_name(municipalities)
    records = []
    for index, place in enumerate(grid.places):
        keys = _keys(place, codes, municipalities)
        for line in lines:
            value, digits = line.values[index], decimals[line.measure]
            number = value.number
            records.append(
                (
                    TABLE_ID,
                    place.school_year,
                    place.level,
                    *keys,
                    "T",
                    "",
                    line.measure,
                    None if number is None else float(number),
                    value.mark.value,
                    digits,
                    _sign(value.mark) if number is None else swedish(number, digits),
                )
            )
    frame = pd.DataFrame(records, columns=list(COLUMNS)).astype({"value": "float64", "decimals": "int64"})
    order = ["school_year", "level", "authority_number", "unit_code", "organiser", "measure"]
    return frame.sort_values(order, kind="stable", ignore_index=True)


def _sign(mark: Mark) -> str:
    return {Mark.MISSING: ".", Mark.SUPPRESSED: "..", Mark.NEARLY_ALL: "..."}.get(mark, "")


def _keys(place: Place, codes: dict[str, str], municipalities: dict[str, str]) -> tuple[str, ...]:
    code = codes.get(header_key(place.municipality), "") if place.organiser == "municipal" else ""
    name = "Riket" if place.level == "national" else municipalities.get(code, "")
    return (
        place.unit_code,
        place.unit_name,
        code,
        name,
        place.organiser,
        place.authority_name,
        place.authority_number,
    )


def _codes_by_name(municipalities: dict[str, str]) -> dict[str, str]:
    """From a kommun's name, also in the genitive ("Falu", "Sävsjö", "Tanums"), to its code."""
    found: dict[str, str] = {}
    for code, name in municipalities.items():
        key = header_key(name)
        for form in (key, key + "s", key.removesuffix("n"), key.removesuffix("a") + "e"):
            found.setdefault(form, code)
    return found | {header_key(name): code for code, name in municipalities.items()}


def _marks(lines: list[_Line]) -> dict[str, int]:
    counts = Counter(value.mark for line in lines for value in line.values)
    return {mark.value: counts[mark] for mark in _MARKS}
