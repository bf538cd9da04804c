"""What one answer of Skolverket's unit API says, field by field, as cells with numbers or marks (floor 3).

Statistics come as lists of value, value type and period; surveys as one flat or one nested object that say
the same. Source: Skolverket, planned-educations API v4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.http.settings import ApiSource
from analysis_lib.sources.numbers import CellFault, CellValue, Kind, read_cell
from analysis_lib.sources.published_cells import Place, PublishedCells, Whose
from analysis_lib.vocabulary.marks import Mark
from analysis_lib.vocabulary.periods import SchoolYear, Term
from analysis_lib.vocabulary.settings import Strict

_MARKS = {
    "MISSING": Mark.MISSING,
    "OMITTED_DUE_TO_BASED_ON_FEW_PUPILS": Mark.SUPPRESSED,
    "ROUNDED_OFF_DUE_TO_FEW_PUPILS_NOT_ELIGIBLE": Mark.NEARLY_ALL,
    "TEACHERS_EXCLUDED_DUE_TO_NO_REQUIRED_LEGITIMATION": Mark.NOT_REQUIRED,
}
# Answers about the group itself; every other field of a survey is an area of questions and a figure on it.
_COUNTS = {"noOfAnswers": "answers", "noInGroup": "group_size", "answeringFrequency": "response_rate_pct"}
_AREA = re.compile(r"(.+?)(?:Question)?(Average|Ratio[A-Z]\w*)")
_YEAR_GROUP = re.compile(r"(?:ak|ar|åk|år)?\s*(\d{1,2})", re.IGNORECASE)


class StatisticField(Strict):
    """One field of the API: the table and measure that it is stored as."""

    table: str
    measure: str
    kind: Kind
    subject: str = ""
    decimals: int | None = None
    minimum: float = 0
    maximum: float | None = None


class PlannedEducations(ApiSource):
    """The whole of ``params/sources/planned_educations.yaml``."""

    organisers: dict[str, tuple[str, ...]]
    forms: dict[str, str] = Field(description="Skolformens kod i enhetslistan: statistikens namn")
    surveys: tuple[str, ...]
    statistics: dict[str, StatisticField]


def read_value(entry: dict[str, Any], known: StatisticField) -> CellValue:
    """The number or mark of one statistic; raises CellFault when it is neither.

    A number that the value type calls hidden stays hidden, whatever its text is.
    """
    kind, text = str(entry.get("valueType") or ""), str(entry.get("value") or "")
    if kind in _MARKS:
        return CellValue(None, _MARKS[kind])
    if kind != "EXISTS":
        raise CellFault("value-type-unknown", "värdets typ är okänd")
    if not text.strip():
        return CellValue(None, Mark.MISSING)
    return read_cell(text, known.kind, minimum=known.minimum, maximum=known.maximum, decimals=known.decimals)


def school_year_of(period: str) -> str:
    """The school year of a period: ``2024/25`` or a term.

    >>> school_year_of("VT24"), school_year_of("2024/25")
    ('2023/24', '2024/25')
    """
    try:
        return str(SchoolYear.parse(period))
    except SkolbankError:
        return str(Term.parse(period).school_year)


def take_statistics(
    body: dict[str, Any],
    whose: Whose,
    *,
    form: str,
    source: PlannedEducations,
    cells: PublishedCells,
    programme: str = "",
) -> None:
    """All figures of one unit (or riket) and school form; unknown fields with figures are named."""
    for name, entries in body.items():
        if name == "programMetrics" and isinstance(entries, list):
            for each in entries:
                code = str(each.get("programCode") or "")
                take_statistics(each, whose, form=form, source=source, cells=cells, programme=code)
        elif isinstance(entries, list):
            _take_field(name, [e for e in entries if isinstance(e, dict) and "valueType" in e], whose,
                        form=form, source=source, cells=cells, programme=programme)  # fmt: skip


def _take_field(
    name: str,
    entries: list[dict[str, Any]],
    whose: Whose,
    *,
    form: str,
    source: PlannedEducations,
    cells: PublishedCells,
    programme: str,
) -> None:
    known = source.statistics.get(name)
    if known is None:
        if entries:
            why = f"Fältet {name[:60]} är okänt och sparas inte."
            cells.leave_out("field-unknown", why, count=len(entries))
        return
    for entry in entries:
        if not entry.get("timePeriod") and entry.get("valueType") == "MISSING":
            cells.leave_out("no-figure", "Fält utan både värde och läsår räknas inte som uppgifter.")
            continue
        try:
            year = school_year_of(str(entry.get("timePeriod") or ""))
            value = read_value(entry, known)
        except CellFault as fault:
            cells.refuse(whose, name, fault)
        except SkolbankError:
            cells.refuse(whose, name, CellFault("period-unreadable", "perioden går inte att läsa"))
        else:
            table = known.table.format(form=form)
            place = Place(table, year, known.measure, known.subject or programme)
            cells.take(whose, place, value, raw=str(entry.get("value") or ""))


def take_survey(body: dict[str, Any], whose: Whose, *, survey: str, cells: PublishedCells) -> None:
    """The answers of one survey at one unit, flat or nested, for each year group that it holds."""
    groups = body.get("schoolYearMetrics")
    for group in groups if isinstance(groups, list) else [body]:
        _take_group(group, whose, survey, cells)


def _take_group(group: dict[str, Any], whose: Whose, survey: str, cells: PublishedCells) -> None:
    try:
        year = school_year_of(str(group.get("semester") or ""))
    except SkolbankError:
        cells.refuse(whose, survey, CellFault("period-unreadable", "terminen går inte att läsa"))
        return
    match = _YEAR_GROUP.fullmatch(str(group.get("schoolYear") or ""))
    table = f"survey_{survey}{f'_{match[1]}' if match else ''}_api"
    for measure, kind, text in _figures(group):
        if text is None:
            continue  # the question was not asked: no cell at all
        try:
            value = read_cell(str(text), kind, maximum=10 if measure.endswith("_index") else None)
        except CellFault as fault:
            cells.refuse(whose, measure, fault)
        else:
            cells.take(whose, Place(table, year, measure), value, raw=str(text))


def _figures(group: dict[str, Any]) -> Iterator[tuple[str, Kind, Any]]:
    """Measure, kind and text of every figure; flat and nested objects give the same."""
    for name, value in group.items():
        if name in _COUNTS:
            kind: Kind = "share" if name == "answeringFrequency" else "count"
            yield _COUNTS[name], kind, value
        elif isinstance(value, dict) and name.endswith("Metrics"):
            area = _snake(name.removesuffix("Metrics"))
            for inner, text in value.items():
                found = _AREA.fullmatch("x" + inner[:1].upper() + inner[1:])
                if found:
                    yield _measure(area, found[2], text)
        elif match := _AREA.fullmatch(name):
            yield _measure(_snake(match[1]), match[2], value)


def _measure(area: str, what: str, text: Any) -> tuple[str, Kind, Any]:
    if what == "Average":
        return f"{area}_index", "number", text
    return f"{area}_{_snake(what.removeprefix('Ratio'))}_pct", "share", text


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
