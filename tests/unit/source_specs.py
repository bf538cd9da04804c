"""Specifications of file families: ``tests/spec/sources/<name>/`` holds a file and the table it must give.

``input.*`` are twins (the same table in several forms), ``expected.csv`` the rows they all give, with the
columns that never change left out of it and told in ``facts.json``.
"""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from skolverket_forms import lines_of

from analysis_lib.snapshots.pseudonyms import Pseudonyms
from analysis_lib.sources.reading import read_raw_bytes
from analysis_lib.sources.recognition import known_formats, recognise_all
from analysis_lib.sources.shapes import Format, ReadContext, TableResult
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

ROOT = Path(__file__).parents[1] / "spec" / "sources"
NAMES = sorted(folder.name for folder in ROOT.iterdir() if folder.is_dir())


@cache
def _formats() -> tuple[Format, ...]:
    return known_formats(Workspace(builtin_root()))


def read_twin(data: bytes, name: str, workspace: Workspace) -> list[TableResult]:
    """What the importer makes of a file, with a pseudonym key of its own."""
    raw = read_raw_bytes(data, Path(name))
    context = ReadContext(workspace, Pseudonyms.open(workspace, create=True))
    built_in = ReadContext(Workspace(builtin_root()), context.pseudonymiser)
    return [
        found.format.read(
            found.sheet, ReadContext(built_in.workspace, context.pseudonymiser, other_sheets=found.notes)
        )
        for found in recognise_all(raw, _formats())
    ]


def twins(name: str) -> dict[str, bytes]:
    """The committed files of a specification, and the workbook that a CSV file would be saved as."""
    found = {path.name: path.read_bytes() for path in sorted((ROOT / name).glob("input*"))}
    if "input.csv" in found and "input.xlsx" not in found:
        found["made.xlsx"] = as_workbook(found["input.csv"])
    return found


def as_workbook(data: bytes) -> bytes:
    """The CSV's cells in a workbook: numbers as numbers, marks and codes as text, equal groups merged."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("Tabell")
    for row, cells in enumerate(lines_of(data)):
        column = 0
        while column < len(cells):
            stop = column + 1
            while (
                row and not cells[0] and cells[column] and stop < len(cells) and cells[stop] == cells[column]
            ):
                stop += 1
            if stop - column > 1 and not cells[column].strip(".~0123456789, "):
                stop = column + 1
            if stop - column > 1:
                sheet.merge_range(row, column, row, stop - 1, cells[column])
            else:
                _write(sheet, row, column, cells[column])
            column = stop
    book.close()
    return stream.getvalue()


def _write(sheet: Any, row: int, column: int, text: str) -> None:
    plain = text.replace(" ", "").replace(",", ".")
    is_code = len(plain) > 1 and plain.startswith("0") and not plain.startswith("0.")
    try:
        number = float(plain)
    except ValueError:
        sheet.write_string(row, column, text)
        return
    if is_code or len(plain) >= 8:
        sheet.write_string(row, column, text)
    else:
        sheet.write_number(row, column, number)


def frame_of(results: list[TableResult]) -> pd.DataFrame:
    """All rows of a file, whatever sheet they stood on, with the table's name and no pseudonyms."""
    parts = [
        frame.assign(table=table)
        for result in results
        for table, frame in result.frames.items()
        if len(frame)
    ]
    frame = pd.concat(parts, ignore_index=True)
    for column in ("pupil", "person"):
        if column in frame:
            order = {value: f"p{place}" for place, value in enumerate(dict.fromkeys(frame[column]), start=1)}
            frame[column] = frame[column].map(order)
    return frame


def as_csv(frame: pd.DataFrame, facts: dict[str, Any]) -> str:
    """The rows as the expected file holds them: without the columns that the facts tell."""
    shown = frame.drop(columns=[name for name in facts["constant"] if name in frame])
    return shown.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)


def facts_of(results: list[TableResult]) -> dict[str, Any]:
    """What is told of a file beside its rows."""
    frame = frame_of(results)
    constant = {name: frame[name].iat[0] for name in frame if frame[name].nunique(dropna=False) == 1}
    return {
        "formats": sorted({result.format for result in results}),
        "levels": sorted({result.level for result in results}),
        "school_years": sorted({result.school_year for result in results}),
        "rows": [sum(getattr(result, f"rows_{name}") for result in results) for name in _COUNTED],
        "codes": sorted({message.code for result in results for message in result.messages}),
        "constant": {name: _plain(value) for name, value in sorted(constant.items())},
    }


_COUNTED = ("read", "accepted", "rejected", "ignored")


def _plain(value: object) -> object:
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    return value.item() if hasattr(value, "item") else value


def write_expected(name: str, workspace: Workspace) -> None:
    """Writes what a specification gives now, for a person to read and judge before it is committed."""
    file, data = next(iter(twins(name).items()))
    results = read_twin(data, file, workspace)
    facts = facts_of(results)
    (ROOT / name / "facts.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (ROOT / name / "expected.csv").write_text(as_csv(frame_of(results), facts), "utf-8")
