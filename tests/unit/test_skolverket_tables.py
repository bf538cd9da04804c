"""Skolverket's tables by meaning (formats.md 1): real extracts, older wordings, every re-saved form."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from skolverket_forms import EXTRACTS, FORMS, data_end, header_place, joined, lines_of, read_one

from analysis_lib.sources.reading import TableResult, read_raw
from analysis_lib.sources.recognition import known_formats
from analysis_lib.sources.skolverket import COLUMNS, TABLE
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

UNIT_HEADER = "Skola;Skol-enhetskod;Skolkommun;Kommun-kod;Typ av huvudman;Huvudman;Huvudman orgnr;"
EXTRACT_FILES = sorted(EXTRACTS.glob("*.csv"))


def extract(name: str) -> bytes:
    return (EXTRACTS / name).read_bytes()


def frame_of(result: TableResult) -> pd.DataFrame:
    return result.frames[TABLE]


def cell(result: TableResult, **keys: str) -> pd.Series:
    frame = frame_of(result)
    for column, value in keys.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


@pytest.mark.parametrize(
    ("name", "table_id", "level", "year", "rows", "columns", "marks"),
    [
        ("final_grades_9_unit_2024-25.csv", "final_grades_9", "unit", "2024/25", 43, 11, (2, 15, 4)),
        ("grades_6_kommun_2021-22.csv", "grades_6", "municipality", "2021/22", 29, 10, (5, 26, 4)),
        ("grades_6_kommun_2024-25.csv", "grades_6", "municipality", "2024/25", 29, 10, (7, 15, 1)),
        ("grades_6_kommun_2024-25.xlsx", "grades_6", "municipality", "2024/25", 29, 10, (7, 15, 1)),
        ("pupils_kommun_2021-22.csv", "pupils", "municipality", "2021/22", 29, 18, (7, 3, 0)),
        ("pupils_kommun_2024-25.csv", "pupils", "municipality", "2024/25", 29, 18, (12, 2, 0)),
        ("staff_kommun_2022-23.csv", "staff", "municipality", "2022/23", 29, 13, (4, 0, 0)),
        (
            "national_tests_9_kommun_2018-19.csv",
            "national_tests_9",
            "municipality",
            "2018/19",
            101,
            18,
            (0, 199, 80),
        ),
        ("eligibility_kommun_2024-25.csv", "eligibility", "municipality", "2024/25", 78, 11, (13, 2, 62)),
        ("costs_upper_2021.csv", "costs_upper", "municipality", "2021/22", 13, 15, (20, 0, 0)),
        ("costs_upper_2023.csv", "costs_upper", "municipality", "2023/24", 13, 15, (20, 0, 0)),
    ],
)
def test_real_extracts_are_read_whole(
    name: str,
    table_id: str,
    level: str,
    year: str,
    rows: int,
    columns: int,
    marks: tuple[int, int, int],
) -> None:
    result = read_one(extract(name), name)
    assert (result.format, result.level, result.school_year) == (f"skolverket.{table_id}", level, year)
    assert (result.rows_read, result.rows_accepted, result.columns) == (rows, rows, columns)
    assert result.conserves_rows
    assert list(frame_of(result).columns) == list(COLUMNS)
    assert [message for message in result.messages if message.level != "info"] == []
    assert tuple(result.marks.values()) == marks


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("path", EXTRACT_FILES, ids=lambda path: path.stem)
def test_every_re_saved_form_gives_the_same_rows(path: Path, form: Callable[[bytes], bytes]) -> None:
    original = read_one(path.read_bytes())
    changed = read_one(form(path.read_bytes()))
    pd.testing.assert_frame_equal(frame_of(original), frame_of(changed))
    assert original.marks == changed.marks
    assert (original.rows_read, original.columns) == (changed.rows_read, changed.columns)
    assert original.slots == changed.slots


def test_the_published_workbook_says_what_its_csv_says() -> None:
    workbook, text = extract("grades_6_kommun_2024-25.xlsx"), extract("grades_6_kommun_2024-25.csv")
    pd.testing.assert_frame_equal(frame_of(read_one(workbook)), frame_of(read_one(text)))


def test_known_figures_stand_as_published() -> None:
    units = read_one(extract("final_grades_9_unit_2024-25.csv"))
    merit = cell(units, unit_code="48529699", measure="merit_rating_17")
    assert (merit["value"], merit["raw"], merit["decimals"], merit["organiser"]) == (
        236,
        "236,0",
        1,
        "municipal",
    )
    nearly = cell(units, unit_code="71387206", measure="eligible_vocational_pct")
    assert (nearly["mark"], nearly["raw"]) == ("nearly_all", "~100")
    assert pd.isna(nearly["value"])
    grades = read_one(extract("grades_6_kommun_2021-22.csv"))
    hidden = cell(grades, municipality_code="0604", organiser="all", measure="one_failed_pct")
    assert hidden["mark"] == "suppressed"
    assert (
        cell(grades, municipality_code="0604", organiser="all", measure="subject_count_mean")["value"] == 12.1
    )


def test_sexes_and_subjects_of_national_tests() -> None:
    result = read_one(extract("national_tests_9_kommun_2018-19.csv"))
    ale = {"municipality_code": "1440", "organiser": "all", "subject": "SVA"}
    assert cell(result, **ale, sex="F", measure="graded_count")["value"] == 11
    assert cell(result, **ale, sex="T", measure="participated_pct")["value"] == 76.3
    assert cell(result, **ale, sex="P", measure="passed_pct")["mark"] == "nearly_all"
    assert set(frame_of(result)["subject"]) == {"SV", "SVA", "EN", "MA"}
    assert result.slots[TABLE] == "national_tests_9/2018-19/municipality/TFP"


def test_eligibility_has_a_row_for_each_sex() -> None:
    result = read_one(extract("eligibility_kommun_2024-25.csv"))
    ale = {"municipality_code": "1440", "organiser": "all", "measure": "eligible_science_pct"}
    assert [cell(result, **ale, sex=sex)["value"] for sex in "TFP"] == [77.6, 79.0, 76.4]


def test_whole_per_cents_of_older_years_keep_their_precision() -> None:
    old, new = read_one(extract("pupils_kommun_2021-22.csv")), read_one(extract("pupils_kommun_2024-25.csv"))
    place = {"municipality_code": "1440", "organiser": "all", "measure": "girls_pct"}
    assert (cell(old, **place)["raw"], cell(new, **place)["raw"]) == ("49", "47,8")


def test_joint_authorities_of_the_cost_tables_are_kept_under_their_own_name() -> None:
    for name in ("costs_upper_2021.csv", "costs_upper_2023.csv"):
        frame = frame_of(read_one(extract(name)))
        joint = frame[frame["municipality_code"] == ""]
        assert "Jämtlands Gymnasieförbund" in set(joint["authority_name"])
    kalmar = cell(read_one(extract("costs_upper_2021.csv")), municipality_code="0880", measure="total_tkr")
    assert kalmar["value"] == -1618


def test_title_notices_footer_and_extract_date_are_kept() -> None:
    metadata = read_one(extract("staff_kommun_2022-23.csv")).metadata
    assert metadata["title"] == "Grundskola - Personalstatistik med lärarlegitimation och behörighet"
    assert metadata["extracted"] == "2023-02-10"
    assert metadata["notices"][0].startswith("Från och med läsåret 2024/25")
    assert metadata["footer"][0] == "Rapportbeskrivning och definitioner etc."
    assert metadata["header"]["#Heltidstjänster: Totalt antal"] == "fte_total"
    workbook = read_one(extract("grades_6_kommun_2024-25.xlsx"), "fil.xlsx").metadata
    assert any("streck eller anpassad studiegång" in line for line in workbook["footer"])


def unit_table(measures: str, *rows: str, year: str = "Valt läsår: 2018/19", title: str = "") -> bytes:
    lines = [
        "Statistik från Skolverket, http://www.skolverket.se",
        "",
        title or "Grundskola - Slutbetyg årskurs 9, samtliga elever",
        year,
        "",
        UNIT_HEADER + measures,
        *(
            f"Ahlafors Fria skola;71387206;Ale;1440;Enskild;Ahlafors Ekonomisk förening;7696142343;{row}"
            for row in rows
        ),
    ]
    return ("\n".join(lines) + "\n").encode("utf-8-sig")


@pytest.mark.parametrize(
    ("year", "measures", "merit"),
    [
        (
            "2024/25",
            "Antal elever;Andel (%) elever som uppfyllt betygskriterierna i alla ämnen;"
            "Andel (%) elever behöriga till yrkesprog.;Genomsnittligt meritvärde (17 ämnen);",
            "merit_rating_17",
        ),
        (
            "2018/19",
            "Antal elever;Andel som uppnått kunskapskraven i alla ämnen;Andel (%) behörig yrkesprog.;"
            "Genomsnittligt meritvärde (17);",
            "merit_rating_17",
        ),
        (
            "2012/13",
            "Antal elever;Andel (%) som uppnått målen i alla ämnen;Andel (%) behöriga till yrkesprogram;"
            "Genomsnittligt meritvärde (16);",
            "merit_rating_16",
        ),
        (
            "2012/13",
            "Antal elever;Andel (%) som uppnått målen i alla ämnen;Andel (%) behöriga till yrkesprogram;"
            "Genomsnittligt meritvärde;",
            "merit_rating_16",
        ),
        (
            "2015/16",
            "Antal elever;Andel som uppnått kunskapskraven i alla ämnen;Andel (%) behörig yrkesprog.;"
            "Genomsnittligt meritvärde;",
            "merit_rating_17",
        ),
    ],
)
def test_one_indicator_under_the_names_of_each_year(year: str, measures: str, merit: str) -> None:
    result = read_one(unit_table(measures, "25;88,0;96,0;237,7;", year=f"Valt läsår: {year}"))
    values = dict(zip(frame_of(result)["measure"], frame_of(result)["value"], strict=True))
    expected = {"pupil_count": 25, "all_passed_pct": 88, "eligible_vocational_pct": 96, merit: 237.7}
    assert values == expected
    assert result.school_year == year


def test_a_wording_nobody_has_seen_is_read_by_its_meaning_and_told() -> None:
    measures = (
        "Antal elever;Andel (%) elever som uppnått minst godkänt (A-E) i alla ämnen;"
        "Andel elever med behörighet till yrkesprogram;Genomsnittligt meritvärde, 17 ämnen (poäng);"
        "Andel (%) elever som ej uppnått kraven i alla ämnen;"
    )
    result = read_one(unit_table(measures, "25;88,0;96,0;237,7;12,0;"))
    assert cell(result, measure="all_passed_pct")["value"] == 88
    assert cell(result, measure="merit_rating_17")["value"] == 237.7
    assert [message.code for message in result.messages] == ["header-assumed"] * 3 + ["column-unknown"]


def test_doubled_column_sets_of_2016_take_the_whole_population() -> None:
    groups = ";" * 7 + "Inklusive okänd bakgrund;" * 4 + "Exklusive okänd bakgrund;" * 4
    measures = (
        "Antal elever;Andel som uppnått kunskapskraven i alla ämnen;Andel (%) behörig yrkesprog.;"
        "Genomsnittligt meritvärde (17);"
    ) * 2
    data = unit_table(measures, "25;88,0;96,0;237,7;24;90,0;97,0;240,1;")
    text = data.decode("utf-8-sig").replace(UNIT_HEADER, groups + "\n" + UNIT_HEADER)
    result = read_one(text.encode())
    assert cell(result, measure="merit_rating_17")["value"] == 237.7
    assert (
        len([m for m in result.messages if m.code == "column-unknown" and "inte alla elever" in m.message])
        == 4
    )


def test_pupils_per_unit_with_the_total_first_and_the_socioeconomic_area_as_text() -> None:
    measures = (
        "Elever, årskurs 1-9;Andel (%) flickor, årskurs 1-9;Andel (%) elever med utländsk bakgrund, åk 1-9;"
        "Andel (%) elever med föräldrar med eftergymnasial utb., åk 1-9;"
        + ";".join(f"Elever, årskurs {year}" for year in range(1, 10))
        + ";Socioekonomisk områdestyp;"
    )
    area = "4. Område med goda socioekonomiska förutsättningar"
    data = unit_table(
        measures,
        f"254;49,5;..;66,0;.;.;.;49;24;23;46;88;24;{area};",
        year="Valt läsår: 2025/26",
        title="Grundskola - Antal elever per årskurs",
    )
    result = read_one(data)
    assert (result.format, result.level) == ("skolverket.pupils", "unit")
    assert cell(result, measure="pupils_total")["value"] == 254
    assert cell(result, measure="socioeconomic_area")["raw"] == area
    assert result.marks == {"missing": 3, "suppressed": 1, "nearly_all": 0}


def test_grades_6_per_sex_come_as_girls_and_boys() -> None:
    lines = lines_of(extract("grades_6_kommun_2021-22.csv"))
    start, end = header_place(lines), data_end(lines)
    lines[start:end] = [cells + cells[5:] for cells in lines[start:end]]
    lines.insert(start, [""] * 5 + ["Flickor"] * 5 + ["Pojkar"] * 5)
    result = read_one(joined(lines).encode("utf-8-sig"))
    assert set(frame_of(result)["sex"]) == {"F", "P"}
    assert result.slots[TABLE].endswith("/municipality/FP")


def test_national_tests_without_maths_and_with_participation_last() -> None:
    lines = lines_of(extract("national_tests_9_kommun_2018-19.csv"))
    first, end = header_place(lines) - 1, data_end(lines)
    lines[first:end] = [
        cells[:6] + cells[9:] + cells[6:9] for cells in lines[first:end] if "Matematik" not in cells
    ]
    moved = frame_of(read_one(joined(lines).encode()))
    whole = frame_of(read_one(extract("national_tests_9_kommun_2018-19.csv")))
    expected = whole[whole["subject"] != "MA"].reset_index(drop=True)
    pd.testing.assert_frame_equal(moved, expected)


def test_lost_leading_zeros_come_back_only_with_the_right_name() -> None:
    text = extract("grades_6_kommun_2021-22.csv").decode("utf-8-sig")
    lost = read_one(text.replace(";0604;", ";604;").encode())
    pd.testing.assert_frame_equal(frame_of(lost), frame_of(read_one(text.encode())))
    assert [message.code for message in lost.messages] == ["leading-zero-restored"]
    wrong = read_one(text.replace("Aneby;0604;", "Aneby;764;").encode())
    assert wrong.rows_rejected == 3


def test_numbers_kept_as_codes_in_a_workbook_are_read() -> None:
    book = openpyxl.load_workbook(EXTRACTS / "grades_6_kommun_2024-25.xlsx")
    sheet = book.worksheets[0]
    for row in range(8, sheet.max_row + 1):
        for column in (2, 4):
            sheet.cell(row, column).value = int(sheet.cell(row, column).value)
    content = io.BytesIO()
    book.save(content)
    result = read_one(content.getvalue())
    pd.testing.assert_frame_equal(
        frame_of(result), frame_of(read_one(extract("grades_6_kommun_2024-25.csv")))
    )


def test_a_national_row_is_the_country() -> None:
    text = extract("grades_6_kommun_2021-22.csv").decode("utf-8-sig")
    row = "Riket;00;;;Samtliga;118 000;16,4;71,5;9,0;19,5;\n"
    result = read_one(text.replace("Ale;1440;", row + "Ale;1440;", 1).encode())
    assert cell(result, level="national", measure="pupil_count")["value"] == 118_000
    assert result.rows_accepted == 30


def test_formats_are_named_after_their_tables() -> None:
    ids = [known.id for known in known_formats(Workspace(builtin_root()))]
    assert {"skolverket.final_grades_9", "skolverket.costs_upper"} <= set(ids)


def test_the_file_itself_is_described(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(extract("staff_kommun_2022-23.csv"))
    raw = read_raw(path)
    assert (raw.size, len(raw.sha256), raw.kind) == (path.stat().st_size, 64, "text")
