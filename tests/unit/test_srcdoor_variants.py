"""One table written in any way gives one and the same snapshot; a corrected file of any family replaces the
older, tells the difference, and leaves the older reachable."""

from __future__ import annotations

import csv
import datetime
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from old_workbook import old_workbook
from pupil_files import make_workspace, write

from analysis_lib.snapshots.store import Store
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.workspace import Workspace

SPEC = Path(__file__).parents[1] / "spec" / "sources"
DECIMAL = re.compile(r"-?[0-9]+,[0-9]{1,2}")
TABLES = {
    "skolverket_grades_6_per_sex": "core_skolverket__statistics",
    "skolverket_salsa": "core_skolverket__statistics",
    "skolverket_subject_grades_over_time": "core_skolverket__statistics",
    "skolverket_upper_leavers": "core_skolverket__statistics",
    "survey_guardians_shares": "core_survey__answers_by_unit",
    "simple_staff": "core_local__figures",
    "survey_prio_respondents": "core_survey__answers_by_unit",
}
WIDE_MINUS, NBSP = "\u2212", "\u00a0"
SPELLINGS = {  # of one mark each; what Latin letters cannot hold is left out in cp1252
    ".": (".", "-", "\u2013", f"{NBSP}.", " . ", "\u2212"),
    "..": ("..", ". .", f"..{NBSP}", "\u2025", f".{NBSP}."),
    "~100": ("~100", "~ 100", f"~{NBSP}100", "\u223c100", "\u02dc100", "...", "\u2026"),
}


@dataclass(frozen=True)
class Writing:
    """One way to write a table."""

    form: str
    encoding: str
    separator: str
    end: str
    padded: bool
    quoted: bool
    decomposed: bool
    nbsp: bool
    minus: bool
    marks: int
    point: bool
    as_numbers: bool


writings = st.builds(
    Writing,
    form=st.sampled_from(["csv", "csv", "xlsx", "xls"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"]),
    separator=st.sampled_from([";", "\t", "|sep="]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    padded=st.booleans(),
    quoted=st.booleans(),
    decomposed=st.booleans(),
    nbsp=st.booleans(),
    minus=st.booleans(),
    marks=st.integers(0, 6),
    point=st.booleans(),
    as_numbers=st.booleans(),
)


def cells_of(name: str) -> list[list[str]]:
    text = (SPEC / name / "input.csv").read_text("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def written(rows: list[list[str]], way: Writing) -> tuple[str, bytes]:
    width = max(map(len, rows))
    made = [[*row, *[""] * (width - len(row))] if way.padded and way.form == "csv" else row for row in rows]
    made = [[_cell(cell, way) for cell in row] for row in made]
    if way.form == "xlsx":
        return "a.xlsx", _workbook(made, way)
    if way.form == "xls":
        return "a.xls", old_workbook([[_typed(cell, way) for cell in row] for row in made])
    separator = ";" if way.separator == "|sep=" else way.separator
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if way.quoted else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=separator, lineterminator=way.end, quoting=quoting).writerows(made)
    text = out.getvalue()
    if way.separator == "|sep=":
        text = f"sep=;{way.end if way.end != chr(13) else chr(10)}{text}"
    return "a.csv", text.encode(way.encoding)


def _cell(cell: str, way: Writing) -> str:
    if cell in SPELLINGS:
        spelled = [each for each in SPELLINGS[cell] if way.form != "csv" or _fits(each, way.encoding)]
        return spelled[way.marks % len(spelled)]
    if way.point and DECIMAL.fullmatch(cell):
        cell = cell.replace(",", ".")
    if (
        way.minus
        and (way.form != "csv" or way.encoding != "cp1252")
        and cell[:1] == "-"
        and cell[1:2].isdigit()
    ):
        cell = WIDE_MINUS + cell[1:]
    if way.nbsp:
        cell = cell.replace(" ", NBSP) if any(sign.isalpha() for sign in cell) else cell
    if way.decomposed and (way.encoding.startswith("utf") or way.form != "csv"):
        cell = unicodedata.normalize("NFD", cell)
    return cell


def _fits(text: str, encoding: str) -> bool:
    return text.encode(encoding, "ignore").decode(encoding) == text


def _typed(cell: str, way: Writing) -> str | float:
    """A decimal number as a workbook holds it when the table is typed in or saved again."""
    if way.as_numbers and DECIMAL.fullmatch(cell.replace(".", ",")):
        return float(cell.replace(",", "."))
    return cell


def _workbook(rows: list[list[str]], way: Writing) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Tabell")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                typed = _typed(cell, way)
                if isinstance(typed, float):
                    sheet.write_number(number, column, typed)
                elif cell:
                    sheet.write_string(number, column, cell)
    return out.getvalue()


def snapshot(workspace: Workspace, table: str) -> list[str]:
    return sorted(s.hash for s in Store(workspace).current() if s.table == table)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    found = {}
    for name, table in TABLES.items():
        workspace = make_workspace(tmp_path_factory.mktemp("plain") / name)
        import_paths(
            [write(workspace, "a.csv", (SPEC / name / "input.csv").read_bytes())], workspace=workspace
        )
        found[name] = snapshot(workspace, table)
        assert found[name]
    return found


@pytest.mark.parametrize("name", sorted(TABLES))
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(way=writings)
def test_every_writing_of_a_table_gives_the_same_snapshot(
    name: str, way: Writing, plain: dict[str, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    workspace = make_workspace(tmp_path_factory.mktemp("way") / "w")
    file, data = written(cells_of(name), way)
    (report,) = import_paths([write(workspace, file, data)], workspace=workspace).files
    assert snapshot(workspace, TABLES[name]) == plain[name], [m.message for m in report.messages]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("skolverket_salsa", "251", "252"),
        ("simple_staff", "29,4", "30,4"),
        ("survey_guardians_shares", "62,2;26,7", "61,2;27,7"),
        ("attendance_simple", "93,4;5,6", "92,4;6,6"),
        ("simple_course_results", "C;Slutförd", "B;Slutförd"),
        ("scb_national_tests_3_35", None, None),
        ("pxweb_analysis_support", None, None),
    ],
)
def test_a_corrected_file_of_each_family_replaces_and_the_older_stays_reachable(
    name: str, old: str | None, new: str | None, tmp_path: Path
) -> None:
    workspace = make_workspace(tmp_path / "w")
    (source,) = [p for p in sorted((SPEC / name).glob("input.*")) if p.suffix in {".csv", ".txt"}][:1] or [
        next(iter(sorted((SPEC / name).glob("input.*"))))
    ]
    place = write(workspace, source.name, source.read_bytes())
    import_paths([place], workspace=workspace)
    store = Store(workspace)
    tables = sorted({s.table for s in store.current()})
    before = {table: store.query(f"SELECT * FROM {table} ORDER BY ALL") for table in tables}
    assert before
    (again,) = import_paths([place], workspace=workspace).files[:1]
    assert "unchanged" in {message.code for message in again.messages}
    older = datetime.datetime.now(datetime.UTC)
    if source.suffix == ".xlsx":
        return
    text = source.read_text("utf-8-sig")
    corrected = text.replace(old, new, 1) if old and new else _without_last_row(text)
    (told,) = import_paths([write(workspace, source.name, corrected)], workspace=workspace).files
    assert {"replaced", "replaced-fewer"} & {message.code for message in told.messages}, told.messages
    now = Store(workspace)
    assert any(not now.query(f"SELECT * FROM {table} ORDER BY ALL").equals(before[table]) for table in tables)
    for table in tables:
        assert now.query(f"SELECT * FROM {table} ORDER BY ALL", older).equals(before[table])


@pytest.mark.parametrize("name", ["survey_guardians_shares", "attendance_simple"])
def test_a_file_that_only_lacks_a_unit_changes_nothing_for_the_others(name: str, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    text = (SPEC / name / "input.csv").read_text("utf-8-sig")
    import_paths([write(workspace, "a.csv", text)], workspace=workspace)
    (told,) = import_paths([write(workspace, "a.csv", _without_last_row(text))], workspace=workspace).files
    assert "unchanged" in {message.code for message in told.messages}


def _without_last_row(text: str) -> str:
    lines = text.splitlines(keepends=True)
    last = max(number for number, line in enumerate(lines) if any(sign.isdigit() for sign in line))
    return "".join(lines[:last] + lines[last + 1 :])
