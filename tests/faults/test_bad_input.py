"""Bad input (docs/FORMAT.md): one outcome for each kind, every row accounted for, nothing personal told.

Each case edits a clean file; the outcome classes are accept, warn, part and reject.
"""

from __future__ import annotations

import codecs
import datetime
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pupil_files import (
    FIRST_NAMES,
    LAST_NAME,
    OTHER_UNIT,
    SIMPLE_HEADER,
    UNIT,
    Pupil,
    check_digit,
    everything_written,
    lines,
    make_workspace,
    personal_number,
    simple_rows,
    write,
)

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.pseudonyms import Pseudonyms
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.importer import ImportReport, import_paths, render_summary
from analysis_lib.vocabulary.workspace import Workspace

ACCEPT, WARN, PART, REJECT = "accept", "warn", "part", "reject"
TABLE = "core_scb__pupil_grades"
Content = str | bytes


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, units=(UNIT, OTHER_UNIT))


def outcome(report: ImportReport) -> str:
    if report.exit_status == 2:
        return REJECT
    if report.exit_status == 1:
        return PART
    levels = {message.level for one in report.files for message in one.messages}
    return WARN if "warning" in levels else ACCEPT


def run(workspace: Workspace, content: Content, name: str = "fil.txt") -> ImportReport:
    report = import_paths([write(workspace, name, content)], workspace=workspace)
    check_promises(workspace, report)
    return report


def check_promises(workspace: Workspace, report: ImportReport) -> None:
    """What holds for every import whatever the file was."""
    for one in report.files:
        assert one.rows_read == one.rows_accepted + one.rows_rejected + one.rows_ignored
        assert one.exit_status == 0 or one.messages
        if one.rows_rejected or one.rows_ignored:
            assert one.messages
    told = json.dumps(report.as_json(), ensure_ascii=False) + render_summary(report)
    everywhere = told + everything_written(workspace)
    assert LAST_NAME not in everywhere
    assert not any(name in told for name in FIRST_NAMES)
    for index in range(6):
        number = personal_number(index)
        for spelling in (number, number[2:], f"{number[:8]}-{number[8:]}", f"{number[2:8]}-{number[8:]}"):
            assert spelling not in everywhere, "a personal number"
    assert "Traceback" not in told
    assert "import-failed" not in told
    if report.exit_status == 2:
        assert Store(workspace).current() == []


def changed(index: int = 1, /, **cells: str) -> str:
    """A clean file of four pupils in which one pupil's cells are others (``__`` stands for a space)."""
    named = {name.replace("__", " "): cell for name, cell in cells.items()}
    return lines([Pupil(i, cells=named if i == index else {}).grades_row() for i in range(4)])


def simple(row: int = 1, **cells: str) -> str:
    """The clean simple table with other cells in one row."""
    rows = [list(cells_) for cells_ in simple_rows()]
    for name, cell in cells.items():
        rows[row][SIMPLE_HEADER.index(name)] = cell
    return lines(rows)


NUMBER = personal_number(1)
COORDINATION = NUMBER[2:6] + str(int(NUMBER[6:8]) + 60) + NUMBER[8:11]


@dataclass(frozen=True)
class Case:
    name: str
    content: Content | Callable[[], Content]
    expected: str
    code: str = ""
    rejected: int = 0
    ignored: int = 0
    accepted: int | None = None
    file: str = "fil.txt"


CLEAN = changed()
SHIFT = -len("\r\n")


def identity(name: str, text: str, expected: str, code: str = "", *, rejected: int = 0) -> Case:
    return Case(f"identity {name}", changed(PersonNr=text), expected, code, rejected)


def grade(text: str, expected: str, code: str = "", *, rejected: int = 0) -> Case:
    return Case(f"grade {text!r}", changed(Ma=text), expected, code, rejected)


IDENTITIES = [
    identity("hyphen", f"{NUMBER[:8]}-{NUMBER[8:]}", WARN, "identity-normalised"),
    identity("no century", NUMBER[2:], WARN, "identity-normalised"),
    identity("no century, hyphen", f"{NUMBER[2:8]}-{NUMBER[8:]}", WARN, "identity-normalised"),
    identity("en dash", f"{NUMBER[:8]}\u2013{NUMBER[8:]}", WARN, "identity-normalised"),
    identity("space inside", f"{NUMBER[:8]} {NUMBER[8:]}", WARN, "identity-normalised"),
    identity("no-break space", f"{NUMBER}\u00a0", ACCEPT),
    identity("Excel float", f"{NUMBER}.0", WARN, "identity-normalised"),
    identity("plus", f"{NUMBER[2:8]}+{NUMBER[8:]}", PART, "identity-age", rejected=1),
    identity("scientific", "2,01E+11", PART, "identity-truncated", rejected=1),
    identity("lost zero", NUMBER[3:], PART, "identity-length", rejected=1),
    identity("one digit short", NUMBER[:-1], PART, "identity-length", rejected=1),
    identity(
        "check digit", NUMBER[:-1] + str((int(NUMBER[-1]) + 5) % 10), PART, "identity-check-digit", rejected=1
    ),
    identity("month 13", "200913" + NUMBER[6:], PART, "identity-date", rejected=1),
    identity("coordination", "20" + COORDINATION + check_digit(COORDINATION), ACCEPT),
    identity("T123", "20090512T123", PART, "identity-unreadable", rejected=1),
    identity("TF12", "20090512TF12", ACCEPT, "pupils-protected"),
    identity("tf20", "20090512tf20", WARN, "pupils-protected"),
    identity("future", personal_number(1, birth_year=2031), PART, "identity-age", rejected=1),
    identity("adult", personal_number(1, birth_year=1971), PART, "identity-age", rejected=1),
    identity("empty", "", PART, "identity-missing", rejected=1),
    identity("a name", "Bertil", PART, "identity-unreadable", rejected=1),
    identity("NULL", "NULL", PART, "identity-unreadable", rejected=1),
]
GRADE_CELLS = [
    *(grade(text, ACCEPT) for text in ("A", "B", "C", "D", "E", "F", "9", "3")),
    *(grade(text, WARN, "grade-lower-case") for text in ("a", "f")),
    *(grade(text, WARN, "grade-dash") for text in ("-", "\u2013", "\u2014")),
    *(
        grade(text, PART, "grade-unknown", rejected=1)
        for text in (
            "F-",
            "*",
            "..",
            "IG",
            "G",
            "VG",
            "MVG",
            "S",
            "U",
            "\u0391",
            "\u0410",
            "NULL",
            "A/B",
            "C+",
        )
    ),
    *(
        grade(text, PART, "grade-unknown", rejected=1)
        for text in ("#VÄRDEFEL!", "1", "0", "AB", "Godkänd", "=cmd")
    ),
    grade("", PART, "grade-missing", rejected=1),
    grade("2", PART, "grade-code-misplaced", rejected=1),
    grade("Z", PART, "grade-code-misplaced", rejected=1),
    Case("grade blank in språkval", changed(M2=""), ACCEPT),
    Case("several faults in one row", changed(Ma="VG", Ke="IG", PersonNr="x"), PART, "grade-unknown", 1),
]
UNITS = [
    Case("unit unknown", changed(Skolenhetskod="10000003"), PART, "unit-unknown", 1),
    Case("unit is a name", changed(Skolenhetskod="Provskolan"), PART, "unit-unreadable", 1),
    Case("unit lost a digit", changed(Skolenhetskod="1000001"), PART, "unit-unreadable", 1),
    Case("unit climbs folders", changed(Skolenhetskod="../../a"), PART, "unit-unreadable", 1),
    Case("unit is empty", changed(Skolenhetskod=""), PART, "unit-unreadable", 1),
]
PUPILS = [
    Case("exact repeat", lines([Pupil(i % 3).grades_row() for i in range(6)]), ACCEPT, "row-repeated", 0, 3),
    Case(
        "two grades",
        lines([Pupil(0).grades_row(), Pupil(0, grade="A").grades_row(), Pupil(1).grades_row()]),
        PART,
        "pupil-doubled",
        2,
    ),
    Case(
        "two schools",
        lines([Pupil(0).grades_row(), Pupil(0, unit=OTHER_UNIT).grades_row(), Pupil(1).grades_row()]),
        PART,
        "pupil-in-two-units",
        2,
    ),
    Case("class spellings", changed(Klass="9 a"), ACCEPT),
    Case(
        "protected name", changed(Fornamn="Skyddade", Efternamn="personuppgifter"), ACCEPT, "pupils-protected"
    ),
]
TIMES = [
    Case("date with time", changed(Datum="2025-06-12 08:00:00"), ACCEPT),
    Case("date without hyphens", changed(Datum="20250612"), ACCEPT),
    Case("date the Swedish way", changed(Datum="12/6 2025"), PART, "date-unreadable", 1),
    Case("Excel serial", changed(Datum="45820"), PART, "date-unreadable", 1),
    Case("no such day", changed(Datum="2025-02-30"), PART, "date-unreadable", 1),
    Case(
        "no date at all",
        lines([Pupil(i, cells={"Datum": "okänt"}).grades_row() for i in range(3)]),
        REJECT,
        "date-unreadable",
    ),
]
SHAPES = [
    Case("clean", CLEAN, ACCEPT),
    Case("trailing separator", CLEAN.replace("\r\n", ";\r\n"), ACCEPT),
    Case("LF", CLEAN.replace("\r\n", "\n"), ACCEPT),
    Case("no end of line at end", CLEAN[:SHIFT], ACCEPT),
    Case("blank rows", CLEAN.replace("\r\n", "\r\n\r\n"), ACCEPT, accepted=4),
    Case("tabs", CLEAN.replace(";", "\t"), ACCEPT),
    Case("commas", CLEAN.replace(";", ","), ACCEPT),
    Case("all quoted", lines([[f'"{c}"' for c in Pupil(i).grades_row()] for i in range(3)]), ACCEPT),
    Case("total row", CLEAN + ";".join(["Totalt", "4", *[""] * 31]) + "\r\n", ACCEPT, "row-total", 0, 1),
    Case("cut last row", CLEAN[: CLEAN.rindex("\r\n", 0, -2) + 60], PART, "row-width", 1),
    Case("short row", CLEAN + "Elevsystem;2025-06-12;1.0\r\n", PART, "row-width", 1),
    Case("long row", CLEAN + ";".join([*Pupil(8).grades_row(), "C", "C"]) + "\r\n", PART, "row-width", 1),
    Case("rows without end", "a\n" * 1_500_001, REJECT, "file-too-large"),
    Case("cells without end", ";" * 20_000_001 + "\n", REJECT, "too-many-columns"),
    Case("empty", "", REJECT, "file-empty"),
    Case("only blank lines", "\r\n\r\n", REJECT, "file-empty"),
    Case("login page", "<!DOCTYPE html><html><body><form>Logga in</form></body></html>", REJECT),
    Case("prose", "Hej!\nHär kommer betygen.\n", REJECT, "format-unknown"),
    Case("binary", bytes(range(256)) * 20, REJECT),
    Case("unclosed quote", changed(Klass='"9A'), REJECT),
    Case("a PDF", b"%PDF-1.7\n%abc", REJECT, "file-not-table"),
    Case("cut zip", lambda: _workbook(simple_rows())[:900], REJECT, file="fil.xlsx"),
    Case("a bomb", lambda: _bomb(), REJECT, file="fil.xlsx"),
    Case("an empty workbook", lambda: _workbook([]), REJECT, "file-empty", file="fil.xlsx"),
    Case("workbook named csv", lambda: _workbook(simple_rows()), WARN, "file-misnamed", file="fil.csv"),
    Case("csv named xlsx", CLEAN, WARN, "file-misnamed", file="fil.xlsx"),
]
ENCODINGS = [
    Case("utf-8 BOM", codecs.BOM_UTF8 + CLEAN.encode(), ACCEPT),
    Case("utf-16", changed(Klass="9Ö").encode("utf-16"), ACCEPT),
    Case("cp1252", changed(Klass="9Ö").encode("cp1252"), WARN),
    Case("doubly encoded", changed(Klass="9Ö").encode().decode("cp1252").encode(), WARN),
    Case("doubly encoded by latin-1", changed(Klass="9Ö").encode().decode("latin-1").encode(), WARN),
    Case("NUL", CLEAN.encode().replace(b"9A", b"9\0A", 1), REJECT),
    Case("Ctrl-Z at the end", CLEAN.encode() + b"\x1a", WARN),
]
SIMPLE = [
    Case("simple", simple(), ACCEPT),
    Case("simple workbook", lambda: _workbook(simple_rows()), ACCEPT, file="fil.xlsx"),
    Case("simple VT 2025", simple(Termin="VT 2025"), ACCEPT),
    Case("simple vt25", simple(Termin="vt25"), ACCEPT),
    Case("simple date as term", simple(Termin="2025-06-12"), ACCEPT),
    Case("simple school year as term", simple(Termin="2024/25"), PART, "term-unreadable", 1),
    Case("simple Swedish date", simple(Termin="12/6 2025"), PART, "term-unreadable", 1),
    Case("simple Excel serial", simple(Termin="45820"), PART, "term-unreadable", 1),
    Case("simple HT99", simple(Termin="HT99"), PART, "identity-age", 1),
    Case("simple subject unknown", simple(Ämne="Rymdfart"), PART, "subject-unknown", 1),
    Case("simple moderna språk", simple(Ämne="Moderna språk"), PART, "subject-unknown", 1),
    Case("simple subject in words", simple(Ämne="Matematik"), ACCEPT),
    Case("simple old grade", simple(Betyg="MVG"), PART, "grade-unknown", 1),
    Case("simple no grade", simple(Betyg=""), PART, "grade-missing", 1),
    Case("simple sex contradicts", simple(Kön="P"), PART, "sex-contradicts", 1),
    Case("simple sex in words", simple(Kön="Flicka"), ACCEPT),
    Case("simple sex unreadable", simple(Kön="X"), PART, "sex-unreadable", 1),
    Case("simple class without year", simple(Klass="Alfa"), WARN, "class-unusual"),
    Case("simple repeat", simple() + lines(simple_rows()[1:2]), ACCEPT, "row-repeated", 0, 1),
    Case(
        "simple two grades",
        simple() + lines([[*simple_rows()[1][:6], "A", "VT25"]]),
        PART,
        "pupil-doubled",
        2,
    ),
    Case("simple repeated header", simple() + lines([SIMPLE_HEADER]), ACCEPT, "header-repeated", 0, 1),
    Case("simple title rows", "Betyg vårterminen\r\n\r\n" + simple(), ACCEPT),
    Case("simple sep line", "sep=;\r\n" + simple(), ACCEPT),
    Case("simple other order", lines([row[::-1] for row in simple_rows()]), ACCEPT),
    Case("simple header case", simple().replace("Personnummer", "PERSONNR"), ACCEPT),
    Case("simple header no-break space", simple().replace("Ämne", "Ämne\u00a0"), ACCEPT),
    Case(
        "simple extra column",
        lines([[*row, "Anm" if not i else ""] for i, row in enumerate(simple_rows())]),
        ACCEPT,
        "column-unread",
    ),
    Case(
        "simple missing column", lines([row[:6] + row[7:] for row in simple_rows()]), REJECT, "column-missing"
    ),
    Case("simple doubled column", lines([[*row, row[6]] for row in simple_rows()]), REJECT, "column-doubled"),
    Case("simple only header", lines([SIMPLE_HEADER]), REJECT, "file-empty"),
    Case(
        "simple autumn and spring",
        simple() + lines([[*simple_rows()[1][:6], "E", "HT24"]]),
        ACCEPT,
        "term-superseded",
        0,
        1,
    ),
]
HOSTILE = ["=cmd|' /C calc'!A0", "+1", "@SUM(A1)", "<script>alert(1)</script>", "{{ 7*7 }}", "\\input{x}"]
ATTACKS = [
    *(Case(f"class {text!r}", changed(Klass=text), WARN, "class-unusual") for text in HOSTILE),
    Case("class is a person", changed(Klass="Zebulon Kanariefågelsson"), WARN, "class-unusual"),
    *(
        Case(f"grade {text!r}", changed(Ma=text), PART, "grade-unknown", 1)
        for text in HOSTILE[:1] + HOSTILE[3:]
    ),
    Case("class is a personal number", changed(Klass=personal_number(4)), PART, "class-personal-number", 1),
    Case("class holds a number", changed(Klass="9A 090105-9802"), PART, "class-personal-number", 1),
    Case("class is a long text", changed(Klass="9" * 5_000), PART, "class-too-long", 1),
    Case("right-to-left", changed(Klass="9\u202eA"), WARN),
]
CASES = [*IDENTITIES, *GRADE_CELLS, *UNITS, *PUPILS, *TIMES, *SHAPES, *ENCODINGS, *SIMPLE, *ATTACKS]


def _workbook(rows: list[list[str]], *, hidden: list[list[str]] | None = None) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        for name, content in (("Betyg", rows), ("Dold", hidden)):
            if content is None:
                continue
            sheet = book.add_worksheet(name)
            for line, cells in enumerate(content):
                for column, cell in enumerate(cells):
                    sheet.write_string(line, column, cell)
            if name == "Dold":
                sheet.hide()
    return data.getvalue()


def _bomb() -> bytes:
    data = io.BytesIO(_workbook(simple_rows()))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet9.xml", b"0" * (210 * 1024 * 1024))
    return data.getvalue()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_kind_has_one_outcome(workspace: Workspace, case: Case) -> None:
    content = case.content() if callable(case.content) else case.content
    report = run(workspace, content, case.file)
    told = [message for one in report.files for message in one.messages]
    assert outcome(report) == case.expected, [(m.code, m.message) for m in told]
    if case.code:
        assert case.code in {message.code for message in told}
    (one,) = report.files
    assert (one.rows_rejected, one.rows_ignored) == (case.rejected, case.ignored)
    if case.accepted is not None:
        assert one.rows_accepted == case.accepted
    if case.expected != REJECT:
        assert one.stored
        assert one.rows_accepted > 0
    if case.expected in {PART, REJECT}:
        assert any(message.level == "error" for message in told)


def test_the_catalogue_is_large() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)) > 120


def test_refused_rows_are_named_and_written_for_correction(workspace: Workspace) -> None:
    report = run(workspace, changed(Ma="VG", PersonNr=NUMBER[:-1]))
    (one,) = report.files
    errors = [message for message in one.messages if message.level == "error"]
    assert {(m.row, m.column) for m in errors} == {(2, "Ma"), (2, "PersonNr")}
    (book,) = (workspace.data / "refused").glob("*.xlsx")
    content = everything_written(workspace)
    assert "grade-unknown" in content
    assert not re.search(r"<f>", zipfile.ZipFile(book).read("xl/worksheets/sheet1.xml").decode())


def test_a_cut_row_has_one_reason_and_a_row_without_year_is_not_called_too_old(workspace: Workspace) -> None:
    (cut,) = run(workspace, CLEAN + "Elevsystem;2025-06-12;1.0\r\n").files
    assert [m.code for m in cut.messages if m.row == 5] == ["row-width"]
    (dated,) = run(workspace, changed(Datum="12/6 2025"), "b.txt").files
    assert [m.code for m in dated.messages if m.level == "error"] == ["date-unreadable"]


def test_the_printed_summary_names_rows_and_always_says_where_the_refused_lie(workspace: Workspace) -> None:
    many = lines([Pupil(i, cells={"Ma": "VG"} if i else {}).grades_row() for i in range(40)])
    told = render_summary(run(workspace, many))
    assert "Rad 2, kolumnen Ma" in told
    assert "[refused-written]" in told
    table = (Path(__file__).parents[1] / "data/skolverket/final_grades_9_unit_2024-25.csv").read_text(
        "utf-8-sig"
    )
    told = render_summary(run(workspace, table.replace(";76,4;", ";omöjligt;"), "s.csv"))
    assert re.search(r"Fel: Rad \d+: Raden togs inte in", told)


def test_the_file_is_never_touched(workspace: Workspace) -> None:
    place = write(workspace, "fil.txt", changed(Ma="VG"))
    before = place.stat()
    import_paths([place], workspace=workspace)
    after = place.stat()
    assert (before.st_mtime_ns, before.st_size, before.st_ino) == (
        after.st_mtime_ns,
        after.st_size,
        after.st_ino,
    )


def test_another_table_than_as_says_is_refused(workspace: Workspace) -> None:
    place = write(workspace, "fil.txt", CLEAN)
    report = import_paths([place], workspace=workspace, as_format="scb.grades_6")
    assert outcome(report) == REJECT
    assert report.files[0].messages[0].code == "format-mismatch"


def test_an_unknown_as_is_wrong_use(workspace: Workspace) -> None:
    with pytest.raises(SkolbankError, match=r"Menade du scb.grades_9\?"):
        import_paths([], workspace=workspace, as_format="scb.grade_9")


def test_a_hidden_sheet_is_never_read_and_told(workspace: Workspace) -> None:
    report = run(workspace, _workbook(simple_rows(), hidden=simple_rows(5)), "fil.xlsx")
    assert report.files[0].rows_read == 9
    assert any("old" in message.message.lower() for message in report.files[0].messages)


def test_numbers_and_dates_of_a_workbook_are_read_as_such(workspace: Workspace) -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        for line, cells in enumerate(simple_rows()):
            sheet.write_row(line, 0, cells)
            if line:
                sheet.write_number(line, 0, int(cells[0]))
                sheet.write_number(line, 2, int(cells[2]))
                sheet.write_datetime(line, 7, datetime.datetime(2025, 6, 12), day)
    report = run(workspace, data.getvalue(), "fil.xlsx")
    (one,) = report.files
    assert (one.rows_accepted, one.school_year) == (9, "2024/25")
    pupils = Store(workspace).query(f"SELECT DISTINCT pupil FROM {TABLE}")["pupil"]
    assert Pseudonyms.open(workspace).pseudonym(personal_number(1)) in set(pupils)


def test_a_name_in_any_cell_is_never_told(workspace: Workspace) -> None:
    for name in ("Klass", "Ma", "Skolenhetskod", "PersonNr", "Datum", "M2 språk"):
        run(
            workspace,
            changed(**{name.replace(" ", "__"): LAST_NAME if name != "Klass" else "9A"}),
            f"{name}.txt",
        )


def test_a_personal_number_in_the_file_name_is_masked(workspace: Workspace) -> None:
    report = run(workspace, CLEAN, f"betyg-{personal_number(3)}.txt")
    assert report.files[0].file.endswith("betyg-[personnummer].txt")


clean_lines = CLEAN.split("\r\n")[:-1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 32), st.text(max_size=8)), min_size=1, max_size=5
    )
)
def test_random_edits_keep_the_promises(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, int, str]]
) -> None:
    workspace = make_workspace(tmp_path_factory.mktemp("a") / "w", units=(UNIT,))
    rows = [line.split(";") for line in clean_lines]
    for row, column, text in edits:
        rows[row][column] = text
    run(workspace, lines(rows).encode("utf-8", "replace"))
