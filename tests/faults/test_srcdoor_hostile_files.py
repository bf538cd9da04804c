"""Hostile files are refused quickly and with a message that says what to do; what we write cannot run."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from pupil_files import UNIT, Pupil, lines, make_workspace, write

import analysis_lib
from analysis_lib.dashboards.table_file import safe
from analysis_lib.report.csv_tables import harmless
from analysis_lib.sources.import_report import FileReport
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.workspace import Workspace

QUICK = 5.0  # seconds


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path, units=(UNIT,))


def archive(*names: str, link: str = "", body: bytes = b"a;b\n") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, body)
        if link:
            part = zipfile.ZipInfo(link)
            part.external_attr = 0o120777 << 16
            made.writestr(part, "/etc/passwd")
    return content.getvalue()


def refused(workspace: Workspace, name: str, content: bytes | str) -> FileReport:
    place = write(workspace, name, content)
    began = time.perf_counter()
    (report,) = import_paths([place], workspace=workspace).files
    assert time.perf_counter() - began < QUICK
    assert (report.exit_status, report.stored) == (2, False)
    assert {path.name for path in workspace.inbox.iterdir()} == {name}
    return report


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (archive("../../ut.csv"), "archive-hostile"),
        (archive("/etc/cron.d/x"), "archive-hostile"),
        (archive("C:\\\\windows\\\\x.csv"), "archive-hostile"),
        (archive("a.csv", link="b.csv"), "archive-hostile"),
        (archive("inre.zip"), "archive-nested"),
        (archive("xl/workbook.xml", "xl/../../ut.xml"), "archive-hostile"),
        (archive("betyg.csv"), "file-not-workbook"),
        (archive("a.csv", body=bytes(300 * 1024 * 1024)), "workbook-bomb"),
        (archive(*(f"{i}.csv" for i in range(3)), body=bytes(90 * 1024 * 1024)), "workbook-bomb"),
    ],
    ids=["up", "absolute", "drive", "link", "nested", "workbook-up", "plain", "bomb", "bomb-in-parts"],
)
def test_archives_are_refused_by_their_directory(workspace: Workspace, content: bytes, code: str) -> None:
    report = refused(workspace, "arkiv.zip", content)
    assert [message.code for message in report.messages] == [code]
    assert "passwd" not in report.messages[0].message


@pytest.mark.parametrize("columns", [3_000, 15_999, 40_000])
def test_thousands_of_columns_of_no_known_table_are_refused_quickly(
    workspace: Workspace, columns: int
) -> None:
    rows = [[f"kolumn {i}" for i in range(columns)], *([str(i) for i in range(columns)] for _ in range(20))]
    report = refused(workspace, "bred.csv", lines(rows))
    (message,) = report.messages
    assert message.code == ("too-many-columns" if columns > 16_000 else "format-unknown")
    assert len(message.message) < 2_000


def test_xml_with_entities_is_refused(workspace: Workspace) -> None:
    laughs = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><root>&b;</root>'
    assert refused(workspace, "a.csv", laughs).messages[0].code == "file-is-xml"


def test_formulas_in_cells_never_become_formulas_in_the_correction_workbook(workspace: Workspace) -> None:
    bad = ["=1+1", "+2", "-3", "@SUM(A1)", "\t=4", '=HYPERLINK("http://x")']
    rows = [Pupil(i, cells={"Ma": text, "Klass": "9A"}).grades_row() for i, text in enumerate(bad)]
    staff = "Skolenhetskod;Läsår;Personalkategori;Heltidstjänster\n"
    for name, content in (("a.txt", lines(rows)), ("b.csv", staff + f"{UNIT};2024/25;=cmd|x;=2+3\n")):
        import_paths([write(workspace, name, content)], workspace=workspace)
    books = sorted((workspace.data / "refused").glob("*.xlsx"))
    assert len(books) == 2
    for place in books:
        for sheet in openpyxl.load_workbook(place).worksheets:
            assert all(cell.data_type in {"s", "n"} for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("hostile", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=4", "\r=4", "=cmd|'/c calc'!A0"])
def test_every_writer_of_csv_makes_a_formula_text(hostile: str) -> None:
    for neutralise in (harmless, safe):
        assert not neutralise(hostile).startswith(("=", "+", "-", "@", "\t", "\r")), neutralise


def test_nothing_is_written_with_texts_as_formulas() -> None:
    root = Path(analysis_lib.__file__).parent
    texts = {p: p.read_text("utf-8") for p in root.rglob("*.py") if "example" not in p.parts}
    books = {place for place, told in texts.items() if "xlsxwriter.Workbook(" in told}
    tables = {place for place, told in texts.items() if "csv.writer(" in told}
    assert len(books) >= 3
    assert len(tables) >= 2
    assert all('"strings_to_formulas": False' in texts[place] for place in books)
    assert all("harmless(" in texts[place] or "safe(" in texts[place] for place in tables)
