"""Skolverket's further families: headers moved or merged, comparisons over several sheets (formats.md 1)."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter
from pupil_files import make_workspace
from skolverket_forms import joined, lines_of, read_bytes, read_one
from source_specs import ROOT

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.importer import import_paths
from analysis_lib.sources.skolverket import TABLE

PER_SEX = (ROOT / "skolverket_grades_6_per_sex" / "input.csv").read_bytes()
SALSA = (ROOT / "skolverket_salsa" / "input.csv").read_bytes()


def group_place(lines: list[list[str]]) -> int:
    return next(i for i, cells in enumerate(lines) if len(cells) > 5 and not cells[0])


@pytest.mark.parametrize("source", [PER_SEX, SALSA])
def test_keys_merged_over_both_header_rows_give_the_same_table(source: bytes) -> None:
    lines = lines_of(source)
    place = group_place(lines)
    groups, names = lines[place], lines[place + 1]
    keys = sum(not cell for cell in groups)
    lines[place] = names[:keys] + groups[keys:]
    lines[place + 1] = [""] * keys + names[keys:]
    moved = read_one(joined(lines).encode("utf-8-sig"))
    assert moved.frames[TABLE].equals(read_one(source).frames[TABLE])


def test_group_names_in_the_first_cell_only_reach_to_the_next_group() -> None:
    lines = lines_of(PER_SEX)
    groups = lines[group_place(lines)]
    for index in range(len(groups) - 1, 0, -1):
        if groups[index] == groups[index - 1]:
            groups[index] = ""
    merged = read_one(joined(lines).encode("utf-8-sig"))
    assert merged.frames[TABLE].equals(read_one(PER_SEX).frames[TABLE])


def test_an_emptied_group_row_over_doubled_columns_is_refused_and_never_guessed() -> None:
    lines = lines_of(PER_SEX)
    lines[group_place(lines)] = [""] * len(lines[group_place(lines)])
    with pytest.raises(SkolbankError, match="två gånger"):
        read_one(joined(lines).encode("utf-8-sig"))


def test_an_empty_group_row_over_plain_columns_is_no_obstacle() -> None:
    source = (ROOT / "skolverket_costs_compulsory_2024" / "input.csv").read_bytes()
    lines = lines_of(source)
    header = next(i for i, cells in enumerate(lines) if cells[0] == "Kommun")
    lines.insert(header, [""] * len(lines[header]))
    assert read_one(joined(lines).encode()).frames[TABLE].equals(read_one(source).frames[TABLE])


def comparison(*, clash: bool = False) -> bytes:
    """A comparison over time as a workbook: one sheet per measure, numbers as numbers."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheets = {"Meritvärde": (213.5, 209.1), "Behörighet": (84.2, 81.0), "Alla ämnen": (71.2, "..")}
    for name, values in sheets.items():
        sheet = book.add_worksheet(name if not clash or name == "Meritvärde" else f"Meritvärde {name[:1]}")
        sheet.write(0, 0, "Statistik från Skolverket, https://www.skolverket.se")
        sheet.write(2, 0, "Grundskola - Slutbetyg årskurs 9, jämförelse över tid")
        header = ["Kommun", "Kommunkod", "Län", "Länskod", "Typ av huvudman", "2024/25", "2023/24"]
        sheet.write_row(4, 0, header)
        sheet.write_row(5, 0, ["Ale", "1440", "Västra Götalands län", "14", "Kommunal", *values])
    book.close()
    return stream.getvalue()


def test_comparison_over_time_joins_its_sheets_into_one_table(tmp_path: Path) -> None:
    results = read_bytes(comparison(), "jämförelse.xlsx")
    assert [set(result.frames[TABLE]["measure"]) for result in results] == [
        {"merit_rating_17"},
        {"eligible_vocational_pct"},
        {"all_passed_pct"},
    ]
    (tmp_path / "fil.xlsx").write_bytes(comparison())
    workspace = make_workspace(tmp_path / "ws")
    report = import_paths([tmp_path / "fil.xlsx"], workspace=workspace)
    assert report.exit_status == 0
    rows = Store(workspace).query(f"SELECT * FROM {TABLE}")
    assert len(rows) == 6
    assert set(rows["school_year"]) == {"2023/24", "2024/25"}
    assert rows.loc[rows["mark"] == "suppressed", "measure"].tolist() == ["all_passed_pct"]


def test_sheets_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "fil.xlsx").write_bytes(comparison(clash=True))
    report = import_paths([tmp_path / "fil.xlsx"], workspace=make_workspace(tmp_path / "ws"))
    assert report.exit_status == 2
    assert "sheets-ambiguous" in {message.code for message in report.files[0].messages}


def test_notices_of_any_length_before_the_header_are_read_past() -> None:
    lines = lines_of(SALSA)
    place = group_place(lines)
    longer = [*lines[:place], *([["En notis; med tecken."]] * 60), *lines[place:]]
    assert read_one(joined(longer).encode()).frames[TABLE].equals(read_one(SALSA).frames[TABLE])
