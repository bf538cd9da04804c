"""The PxWeb workbook "Underlag för analys": transposed, wide, over several years (formats.md 2)."""

from __future__ import annotations

import io
import time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from pupil_files import make_workspace
from skolverket_forms import read_one
from source_specs import ROOT

from analysis_lib.snapshots.store import Store
from analysis_lib.sources.importer import import_paths
from analysis_lib.sources.skolverket import TABLE

WORKBOOK = ROOT / "pxweb_analysis_support" / "input.xlsx"


def cells() -> list[list[str]]:
    sheet = openpyxl.load_workbook(WORKBOOK).active
    assert sheet is not None
    return [["" if v is None else str(v) for v in row] for row in sheet.iter_rows(values_only=True)]


def as_csv(rows: list[list[str]]) -> bytes:
    quoted = [";".join(f'"{cell}"' if ";" in cell or "\n" in cell else cell for cell in row) for row in rows]
    return "\n".join(quoted).encode("utf-8-sig")


def test_csv_and_turned_sheet_give_the_same_table_as_the_workbook() -> None:
    expected = read_one(WORKBOOK.read_bytes(), "x.xlsx").frames[TABLE]
    assert read_one(as_csv(cells())).frames[TABLE].equals(expected)
    grid = [row for row in cells()[2:53]]
    turned = [list(row) for row in zip(*grid, strict=True)]
    assert read_one(as_csv([["Underlag för analys"], *turned])).frames[TABLE].equals(expected)


def test_decimal_comma_gives_the_same_numbers() -> None:
    rows = [
        [cell.replace(".", ",") if cell.strip(".") and cell[0].isdigit() else cell for cell in row]
        for row in cells()
    ]
    expected = read_one(WORKBOOK.read_bytes(), "x.xlsx").frames[TABLE]
    assert read_one(as_csv(rows)).frames[TABLE].equals(expected)


def test_a_place_merged_over_several_years_keeps_its_years_apart() -> None:
    rows = [
        ["Underlag för analys"],
        ["", "ALE KOMMUN (2120001439): HUVUDMAN", "", "RIKET: TOTALT", ""],
        ["", "2023/24", "2024/25", "2023/24", "2024/25"],
        ["Elever: Antal elever", "3800", "3841", "1100000", "1104634"],
        ["Delmål 9: Ett helt nytt mått (medelvärde)*", "7.1", "..", "-", "…"],
    ]
    result = read_one(as_csv(rows))
    frame = result.frames[TABLE]
    pupils = frame[frame["measure"] == "pupil_count"].set_index(["level", "school_year"])["value"]
    assert pupils.to_dict() == {
        ("authority", "2023/24"): 3800,
        ("authority", "2024/25"): 3841,
        ("national", "2023/24"): 1100000,
        ("national", "2024/25"): 1104634,
    }
    assert frame.loc[frame["measure"].str.startswith("text:"), "mark"].tolist() == [
        "",
        "missing",
        "suppressed",
        "nearly_all",
    ]
    assert [message.code for message in result.messages] == ["measure-new"]


def test_a_value_outside_the_possible_refuses_its_measure_and_no_other() -> None:
    rows = [
        ["", "ALE KOMMUN (2120001439): HUVUDMAN", "RIKET: TOTALT"],
        ["", "2024/25", "2024/25"],
        ["Elever: Antal elever", "3841", "1104634"],
        ["Elever: Andel (%) flickor", "478", "48.7"],
    ]
    result = read_one(as_csv(rows))
    assert (result.rows_read, result.rows_accepted, result.rows_rejected) == (2, 1, 1)
    assert result.refused[0][0] == 4


def test_authorities_units_and_the_nation_are_replaced_one_by_one(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "ws")
    assert import_paths([WORKBOOK], workspace=workspace).exit_status == 0
    rows = Store(workspace).query(f"SELECT level, count(DISTINCT unit_code) AS n FROM {TABLE} GROUP BY level")
    before = len(Store(workspace).query(f"SELECT * FROM {TABLE}"))
    assert rows.set_index("level")["n"].to_dict() == {"authority": 1, "national": 1, "unit": 6}
    corrected = tmp_path / "rättad.csv"
    corrected.write_bytes(
        as_csv(
            [
                ["", "ALE KOMMUN (2120001439): HUVUDMAN", "RIKET: TOTALT"],
                ["", "2024/25", "2024/25"],
                ["Elever: Antal elever", "3842", "1104634"],
            ]
        )
    )
    import_paths([corrected], workspace=workspace)
    store = Store(workspace)
    ale = store.query(f"SELECT * FROM {TABLE} WHERE level = 'authority' AND municipality_code = '1440'")
    assert ale["value"].tolist() == [3842]
    assert len(store.query(f"SELECT * FROM {TABLE}")) == before - 2 * 48


@pytest.mark.parametrize("places", [6000])
def test_thousands_of_columns_are_read_in_seconds(places: int) -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("Underlag")
    sheet.write_row(2, 1, [f"ALE KOMMUN (2120001439): SKOLA {n} ({10000000 + n})" for n in range(places)])
    sheet.write_row(3, 1, ["2024/25"] * places)
    for row, name in enumerate(("Elever: Antal elever", "Elever: Andel (%) flickor")):
        sheet.write_row(4 + row, 0, [name, *([48.5] * places)])
    book.close()
    start = time.perf_counter()
    result = read_one(stream.getvalue(), "x.xlsx")
    assert time.perf_counter() - start < 10
    assert result.columns == places
    assert len(result.frames[TABLE]) == 2 * places
