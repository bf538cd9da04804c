"""Faulty Skolverket files (safety.md, bad input): named rows, named columns, nothing lost in silence."""

from __future__ import annotations

import contextlib
import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from skolverket_forms import (
    EXTRACTS,
    as_workbook,
    data_end,
    header_place,
    joined,
    lines_of,
    read_bytes,
    read_one,
)

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.reading import TableResult
from analysis_lib.sources.skolverket import TABLE

UNITS = (EXTRACTS / "final_grades_9_unit_2024-25.csv").read_bytes()
GRADES = (EXTRACTS / "grades_6_kommun_2021-22.csv").read_bytes()
TESTS = (EXTRACTS / "national_tests_9_kommun_2018-19.csv").read_bytes()
STAFF = (EXTRACTS / "staff_kommun_2022-23.csv").read_bytes()


def text_of(data: bytes) -> str:
    return data.decode("utf-8-sig")


def changed(data: bytes, before: str, after: str) -> bytes:
    assert before in text_of(data)
    return text_of(data).replace(before, after, 1).encode()


def codes(result: TableResult) -> list[str]:
    return [message.code for message in result.messages]


def refusal(data: bytes, *, wanted: str = "") -> SkolbankError:
    with pytest.raises(SkolbankError) as caught:
        read_bytes(data, wanted=wanted)
    assert caught.value.remedy
    return caught.value


def row_of(data: bytes, start: str) -> int:
    return next(i for i, line in enumerate(text_of(data).splitlines(), start=1) if line.startswith(start))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1.212", "number-ambiguous"),
        ("0,85", "number-ambiguous"),
        ("12-jan", "number-unreadable"),
        ("1e3", "number-unreadable"),
        ("<5", "number-unreadable"),
        ("184,2", "number-out-of-bounds"),
        ("-4,0", "number-out-of-bounds"),
    ],
)
def test_an_unreadable_number_refuses_its_row_with_row_column_and_reason(value: str, code: str) -> None:
    data = changed(
        UNITS,
        ";1440;Kommunal;Ale kommun;2120001439;174;76,4;",
        f";1440;Kommunal;Ale kommun;2120001439;174;{value};",
    )
    result = read_one(data)
    assert (result.rows_read, result.rows_accepted, result.rows_rejected) == (43, 42, 1)
    (message,) = [message for message in result.messages if message.level == "error"]
    assert message.code == code
    assert message.row == row_of(data, "Aroseniusskolan")
    assert message.column == "Andel (%) elever som uppfyllt betygskriterierna i alla ämnen"
    ((row, cells, reason),) = result.refused
    assert (row, cells[1]) == (message.row, "48529699")
    assert message.column in reason
    assert "48529699" not in set(result.frames[TABLE]["unit_code"])


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("Aroseniusskolan;48529699;", "Aroseniusskolan;4852969;", "unit-code-unreadable"),
        ("Aroseniusskolan;48529699;Ale;1440;", "Aroseniusskolan;48529699;Ale;1499;", "municipality-mismatch"),
        ("Aroseniusskolan;48529699;Ale;1440;", "Aroseniusskolan;48529699;Ale;1459;", "municipality-unknown"),
        (
            "Aroseniusskolan;48529699;Ale;1440;Kommunal",
            "Aroseniusskolan;48529699;Ale;1440;Okänd",
            "value-unknown",
        ),
        ("Aroseniusskolan;48529699;", "Arosenius;skolan;48529699;", "row-too-long"),
        ("Aroseniusskolan;48529699;", ";48529699;", "unit-name-missing"),
        (";174;76,4;82,2;236", ";174;76,4", "row-cut"),
        (";174;76,4;82,2;236", ";~100;76,4;82,2;236", "mark-misplaced"),
    ],
)
def test_a_damaged_row_is_refused_and_the_others_stand(before: str, after: str, code: str) -> None:
    result = read_one(changed(UNITS, before, after))
    assert (result.rows_read, result.rows_accepted, result.rows_rejected) == (43, 42, 1)
    assert codes(result) == [code]


def test_a_cut_last_row_is_never_taken_for_whole() -> None:
    whole = text_of(GRADES)
    start = whole.index("\n\nRapportbeskrivning")
    for cut in range(1, 45):
        result = read_one(whole[: start - cut].encode())
        assert result.rows_read - result.rows_rejected == 28, cut
        assert result.rows_rejected == 1, cut


def test_repeated_headers_totals_and_blank_rows_are_ignored_and_told() -> None:
    lines = lines_of(GRADES)
    header = lines[header_place(lines)]
    total = ["Totalt", "", "", "", "Samtliga", "900", "16,0", "70,0", "10,0", "20,0"]
    lines[12:12] = [[""], header, total]
    result = read_one(joined(lines).encode())
    assert (result.rows_read, result.rows_accepted, result.rows_ignored) == (32, 29, 3)
    assert sorted(codes(result)) == ["row-blank", "row-ignored", "row-ignored"]


def test_a_repeated_row_is_read_once_and_contradicting_rows_are_refused() -> None:
    line = next(
        line for line in text_of(GRADES).splitlines() if line.startswith("Ale;1440") and "Enskild" in line
    )
    again = read_one(changed(GRADES, line, f"{line}\n{line}"))
    assert (again.rows_read, again.rows_accepted, again.rows_ignored) == (30, 29, 1)
    assert codes(again) == ["row-repeated"]
    other = read_one(changed(GRADES, line, f"{line}\n{line.replace('59,1', '61,9')}"))
    assert (other.rows_read, other.rows_accepted, other.rows_rejected) == (30, 28, 2)
    assert codes(other) == ["row-contradicted"] * 2


def test_an_empty_cell_is_missing_and_told() -> None:
    result = read_one(changed(GRADES, "447;17,0;77,6;9,8;12,5;", "447;17,0;;9,8;12,5;"))
    assert codes(result) == ["cell-empty"]
    assert result.rows_accepted == 29


def test_a_missing_column_is_named() -> None:
    error = refusal(changed(UNITS, ";Genomsnittligt meritvärde (17 ämnen)", ";Något annat"))
    assert error.code == "column-missing"
    assert "Genomsnittligt meritvärde (17 ämnen)" in error.what
    assert "rad 6" in error.where
    without_code = refusal(changed(GRADES, "Kommun;Kommun-kod;", "Kommun;Nummer;"))
    assert without_code.code == "column-missing"
    assert "Kommun-kod" in without_code.what


def test_an_unknown_column_is_kept_out_and_named() -> None:
    lines = lines_of(GRADES)
    start, end = header_place(lines), data_end(lines)
    lines[start].append("Andel (%) vänsterhänta")
    for cells in lines[start + 1 : end]:
        cells.append("12,0")
    result = read_one(joined(lines).encode())
    assert codes(result) == ["column-unknown"]
    assert "vänsterhänta" in result.messages[0].message
    assert result.columns == 11
    assert len(result.frames[TABLE]) == len(read_one(GRADES).frames[TABLE])


def test_two_equal_columns_are_one_and_two_unlike_ones_refuse_the_file() -> None:
    for value, code in (("", "column-repeated"), ("50,0", "column-twice")):
        lines = lines_of(GRADES)
        start, end = header_place(lines), data_end(lines)
        for cells in lines[start:end]:
            cells.append(cells[7])
        if value:
            lines[start + 1][-1] = value
            assert refusal(joined(lines).encode()).code == code
        else:
            assert codes(read_one(joined(lines).encode())) == [code]


@pytest.mark.parametrize("data", [TESTS, STAFF], ids=["tests", "staff"])
def test_lost_group_headings_make_a_table_ambiguous(data: bytes) -> None:
    lines = lines_of(data)
    place = header_place(lines) - 1
    lines[place] = [""] * len(lines[place])
    assert refusal(joined(lines).encode()).code in {"column-twice", "column-missing"}


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("Valt läsår: 2021/22", "", "school-year-ambiguous"),
        ("Valt läsår: 2021/22", "Valt läsår: 2021/23", "school-year-unreadable"),
        ("Valt läsår: 2021/22", "Valt år: 2022", "school-year-ambiguous"),
        ("Valt läsår: 2021/22", "Valt läsår: 2021/22\nValt läsår: 2022/23", "school-year-ambiguous"),
        ("Grundskola - Betyg", "Anpassad grundskola - Betyg", "format-unknown"),
        ("samtliga elever\n", "per utländsk bakgrund\n", "format-unknown"),
        ("Grundskola - Betyg årskurs 6", "Något helt annat", "format-unknown"),
    ],
)
def test_an_ambiguous_year_or_another_table_refuses_the_file(before: str, after: str, code: str) -> None:
    assert refusal(changed(GRADES, before, after)).code == code


def test_an_unknown_table_of_the_source_is_named_with_the_known_ones() -> None:
    error = refusal(changed(GRADES, "Grundskola - Betyg årskurs 6", "Grundskola - Slöjd årskurs 6"))
    assert "Slöjd årskurs 6" in error.what
    assert "Betyg årskurs 6, andel som fått godkänt betyg" in error.what


def test_a_table_without_title_is_known_by_its_columns() -> None:
    title = "Grundskola - Betyg årskurs 6, andel som fått godkänt betyg (A-E), samtliga elever\n"
    result = read_one(changed(GRADES, title, ""))
    assert result.format == "skolverket.grades_6"
    assert codes(result) == ["title-missing"]


def test_as_must_agree_with_the_content() -> None:
    for data in (GRADES, as_workbook(GRADES)):
        assert read_one(data, wanted="skolverket.grades_6").rows_accepted == 29
    assert refusal(GRADES, wanted="skolverket.staff").code == "format-mismatch"
    misspelt = refusal(GRADES, wanted="skolverket.grade_6")
    assert misspelt.code == "format-unknown"
    assert "skolverket.grades_6" in misspelt.remedy


@pytest.mark.parametrize(
    "data",
    [
        b"Namn;Ort\nKalle;Lund\n",
        b"bara text utan avgransare\n",
        b"Kommun;Kommun-kod;Typ av huvudman\nAle;1440;Kommunal\n",
    ],
)
def test_unknown_content_is_refused_without_repeating_it(data: bytes) -> None:
    error = refusal(data)
    assert error.code == "format-unknown"
    assert "Kalle" not in str(error)


def test_another_level_is_told() -> None:
    data = changed(GRADES, "Kommun;Kommun-kod;Län;Läns-kod;", "Huvudman;Huvudman orgnr;Län;Läns-kod;")
    assert refusal(data).code == "level-unknown"


def test_a_header_without_data_is_refused() -> None:
    lines = lines_of(GRADES)
    assert refusal(joined(lines[: header_place(lines) + 1]).encode()).code == "table-empty"


def test_per_cents_written_as_parts_of_one_refuse_the_file() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(GRADES)))
    sheet = book.worksheets[0]
    for (cell,) in sheet.iter_rows(min_row=9, min_col=8, max_col=8):
        if isinstance(cell.value, float | int):
            cell.value = round(cell.value / 100, 1)
    content = io.BytesIO()
    book.save(content)
    assert refusal(content.getvalue()).code == "share-ambiguous"


def test_a_workbook_with_two_tables_gives_both_and_text_cells_stay_ambiguous() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(GRADES)))
    book.worksheets[0]["F9"] = "1.212"
    other = book.create_sheet("Personal")
    for row in (
        openpyxl.load_workbook(io.BytesIO(as_workbook(STAFF))).worksheets[0].iter_rows(values_only=True)
    ):
        other.append(row)
    content = io.BytesIO()
    book.save(content)
    grades, staff = read_bytes(content.getvalue())
    assert (grades.format, staff.format) == ("skolverket.grades_6", "skolverket.staff")
    assert grades.rows_rejected == 1


def test_a_sole_traders_number_is_never_kept() -> None:
    result = read_one(changed(UNITS, ";7696142343;", ";8001011234;"))
    assert codes(result) == ["authority-number-left-out"]
    assert "8001011234" not in result.frames[TABLE].to_csv()
    assert "8001011234" not in repr(result.messages)


_LINES = [line.split(";") for line in text_of(UNITS).replace("\r\n", "\n").split("\n")]
_PIECES = [
    "",
    ";",
    "..",
    ".",
    "~100",
    "1.212",
    "0,85",
    "88",
    "Kommunal",
    "1440",
    "\n",
    '"',
    "Å",
    "\t",
    "=cmd()",
    "<b>",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["cell", "drop", "double", "move", "cut", "join"]),
            st.integers(0, len(_LINES) - 1),
            st.integers(0, 10),
            st.sampled_from(_PIECES),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_random_edits_conserve_rows_or_give_one_clear_refusal(edits: list[tuple[str, int, int, str]]) -> None:
    lines = [list(cells) for cells in _LINES]
    for kind, row, column, piece in edits:
        cells = lines[row % len(lines)]
        if kind == "cell" and column < len(cells):
            cells[column] = piece
        elif kind == "drop":
            del lines[row % len(lines)]
        elif kind == "double":
            lines.insert(row % len(lines), list(cells))
        elif kind == "move":
            lines.append(lines.pop(row % len(lines)))
        elif kind == "cut":
            del cells[column:]
        elif kind == "join" and cells:
            cells[0] += piece
    data = "\n".join(";".join(cells) for cells in lines).encode()
    results: list[TableResult] = []
    with contextlib.suppress(SkolbankError):
        results = read_bytes(data)
    for result in results:
        frame = result.frames[TABLE]
        assert result.conserves_rows
        assert result.rows_rejected == len(result.refused)
        assert result.rows_accepted == len(frame[["unit_code", "authority_number"]].drop_duplicates())
        assert frame.loc[frame["mark"] != "", "value"].isna().all()
