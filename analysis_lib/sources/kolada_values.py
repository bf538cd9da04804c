"""Kolada's answers into rows, and when its name may stand as source (floor 3).

A period is a calendar year; for results of year 9 it is the year in which the school year ends. Source:
https://api.kolada.se, version 3.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from analysis_lib.snapshots.fetched_schemas import KOLADA_GROUPS, KOLADA_INDICATORS, KOLADA_VALUES
from analysis_lib.sources.shapes import Message, TableResult
from analysis_lib.vocabulary.marks import Mark

NATION = "0000"
_SEXES = {"T": "T", "K": "F", "M": "P"}


def source_line(*, is_processed: bool) -> str:
    """What may stand under Kolada's figures: its name only when they are shown as they came (R18).

    >>> source_line(is_processed=False)
    'Källa: Kolada'
    """
    return "Egen bearbetning av öppna data om kommuner" if is_processed else "Källa: Kolada"


def values_result(
    entries: list[dict[str, Any]], places: dict[str, dict[str, str]], *, level: str
) -> TableResult:
    """Values of municipalities or units; ``places`` says the columns that name each one.

    One row per value: a null is a mark, what Kolada has deleted is left out, an unknown sex refused.
    """
    records, marks, messages = [], Counter[str](), []
    read = deleted = refused = 0
    for entry in entries:
        code = str(entry.get("municipality") or entry.get("ou") or "")
        for value in entry.get("values") or ():
            read += 1
            if value.get("isdeleted"):
                deleted += 1
                continue
            fault = _fault(entry, value, code in places)
            if fault:
                refused += 1
                what = f"{str(entry.get('kpi'))[:10]}, {code[:20]}, {str(entry.get('period'))[:10]}: {fault}."
                messages.append(Message("error", "value-unreadable", what))
                continue
            number = value.get("value")
            mark = Mark.MISSING if number is None else Mark.NONE
            marks[mark.value] += 1
            cell = {
                "kpi": entry["kpi"],
                "code": code,
                "period": entry["period"],
                "sex": _SEXES[value["gender"]],
                "value": None if number is None else float(number),
                "mark": mark.value,
                "observations": int(value.get("count") or 0),
                "status": str(value.get("status") or ""),
            }
            records.append(places[code] | cell)
    if deleted:
        messages.append(Message("info", "values-deleted", f"{deleted} värden är borttagna hos Kolada."))
    frame = _frame(records)
    repeated = frame.duplicated(["level", "period", "kpi", "code", "sex"])
    if repeated.any():
        messages.append(Message("info", "cell-repeated", f"{int(repeated.sum())} värden kom två gånger."))
    marks.pop("", None)
    return TableResult(
        format=f"kolada.{'unit_' if level == 'unit' else ''}values",
        level=level,
        school_year="",
        frames={KOLADA_VALUES.name: frame[~repeated].reset_index(drop=True)},
        slots={},
        rows_read=read,
        rows_accepted=int((~repeated).sum()),
        rows_rejected=refused,
        rows_ignored=deleted + int(repeated.sum()),
        columns=len(KOLADA_VALUES.names),
        marks=dict(marks),
        messages=messages + _periods(frame),
        metadata={"attribution": source_line(is_processed=False)},
    )


def _fault(entry: dict[str, Any], value: dict[str, Any], is_known: bool) -> str:
    number = value.get("value")
    if value.get("gender") not in _SEXES:
        return "könet är varken T, K eller M"
    if not isinstance(entry.get("period"), int):
        return "perioden är inget år"
    if number is not None and not isinstance(number, int | float):
        return "värdet är inget tal"
    return "" if is_known else "det efterfrågades inte"


def _frame(records: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(records, columns=KOLADA_VALUES.names)
    kinds = {"value": "float64", "period": "int64", "observations": "int64"}
    return frame.astype(kinds)


def _periods(frame: pd.DataFrame) -> list[Message]:
    if frame.empty:
        return []
    text = f"Åren {frame['period'].min()}–{frame['period'].max()}, {frame['kpi'].nunique()} nyckeltal."
    return [Message("info", "years", text)]


def catalogue_result(entries: list[dict[str, Any]], wanted: tuple[str, ...]) -> TableResult:
    """What each key figure means; one that is wanted and not found is refused by name."""
    records = [
        {
            "catalogue": "kolada",
            "kpi": str(entry["id"]),
            "title": str(entry.get("title") or ""),
            "description": str(entry.get("description") or ""),
            "auspice": str(entry.get("auspice") or ""),
            "operating_area": str(entry.get("operating_area") or ""),
            "is_by_sex": bool(entry.get("is_divided_by_gender")),
            "has_unit_values": bool(entry.get("has_ou_data")),
            "published": str(entry.get("publication_date") or ""),
            "newest_period": str(entry.get("publ_period") or ""),
        }
        for entry in entries
    ]
    found = {record["kpi"] for record in records}
    absent = [name for name in wanted if name not in found]
    messages = [
        Message(
            "error",
            "indicator-not-found",
            f"Nyckeltalet {name} finns inte i Kolada. Rätta params/sources/kolada.yaml.",
        )
        for name in absent
    ]
    frame = pd.DataFrame(records, columns=KOLADA_INDICATORS.names)
    return _plain("kolada.indicators", KOLADA_INDICATORS.name, frame, refused=len(absent), messages=messages)


def groups_result(groups: list[dict[str, Any]]) -> TableResult:
    """Groups of municipalities, one row per member."""
    records = [
        {
            "catalogue": "kolada",
            "group_id": str(group["id"]),
            "title": str(group.get("title") or ""),
            "member_code": str(member.get("member_id") or ""),
            "member_name": str(member.get("member_title") or ""),
        }
        for group in groups
        for member in group.get("members") or ()
    ]
    frame = pd.DataFrame(records, columns=KOLADA_GROUPS.names)
    return _plain("kolada.groups", KOLADA_GROUPS.name, frame)


def _plain(
    format_id: str,
    table: str,
    frame: pd.DataFrame,
    *,
    refused: int = 0,
    messages: list[Message] | None = None,
) -> TableResult:
    return TableResult(
        format=format_id,
        level="catalogue",
        school_year="",
        frames={table: frame},
        slots={},
        rows_read=len(frame) + refused,
        rows_accepted=len(frame),
        rows_rejected=refused,
        rows_ignored=0,
        columns=frame.shape[1],
        messages=messages or [],
    )
