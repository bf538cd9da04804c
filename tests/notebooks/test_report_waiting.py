"""Reports say which rows of the schools' own files their numbers lack, and stop when they have come."""

from __future__ import annotations

from pathlib import Path

import pytest
from executed_reports import LARGE, SCHOOLS, SEMINAR, SMALL
from pupil_files import Pupil, lines, write
from synthetic import make_workspace

from analysis_lib.batch.released import round_data
from analysis_lib.report.context import Report, open_report
from analysis_lib.report.prepare import prepare
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.workspace import Workspace

MIDDLE = next(code for code, (name, *_) in SCHOOLS.items() if name == "Björkskolan")
ABOUT = "i årskurs 9 för läsåret 2024/25 väntar på rättelse och ingår inte i siffrorna"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "vantar")


def take(
    workspace: Workspace,
    bad: dict[str, int],
    *,
    year_group: int = 9,
    end: int = 2025,
    is_left_out: bool = False,
) -> None:
    """A file of the given units, the first rows of each with a grade that does not exist or left out."""
    rows = [
        Pupil(
            index + 60 * place,
            unit=unit,
            year_group=year_group,
            school_year_end=end,
            cells={"Ma": "VG"} if index < count else {},
        ).grades_row()
        for place, (unit, count) in enumerate(bad.items())
        for index in range(count if is_left_out else 0, 40)
    ]
    import_paths([write(workspace, "betyg.txt", lines(rows))], workspace=workspace)


def opened(workspace: Workspace, report: str, unit: str = "") -> Report:
    return open_report(report=report, unit=unit, seminar=SEMINAR, workspace=str(workspace.root))


def told(report: Report) -> list[str]:
    """What the report says about rows that wait: under Om siffrorna, and beside the name."""
    (numbers,) = (c for c in report.foot().data["columns"] if c["heading"] == "Om siffrorna")
    said = [*numbers["lines"], *report.masthead().data["lines"]]
    return [line.replace("\u00a0", " ") for line in said if "väntar på rättelse" in line]


def test_a_unit_and_the_huvudman_say_what_is_missing_until_it_comes(workspace: Workspace) -> None:
    take(workspace, {LARGE: 3, MIDDLE: 1})
    assert told(opened(workspace, "skolbild", LARGE)) == [
        f"Tre rader i skolans betyg {ABOUT}.",
        "Tre rader med uppgifter väntar på rättelse, se Om siffrorna",
    ]
    assert told(opened(workspace, "skolbild", SMALL)) == []
    for report in ("kommunbild", "verksamhetsanalys"):
        assert told(opened(workspace, report)) == [
            f"Fyra rader i skolornas betyg {ABOUT}: tre för Alskolan och en för Björkskolan."
        ]
    take(workspace, {LARGE: 0, MIDDLE: 0})
    assert told(opened(workspace, "skolbild", LARGE)) == []
    assert told(opened(workspace, "kommunbild")) == []


def test_the_huvudman_names_a_single_school_and_tells_rows_without_one(workspace: Workspace) -> None:
    take(workspace, {LARGE: 2})
    assert told(opened(workspace, "kommunbild")) == [f"Två rader i Alskolans betyg {ABOUT}."]
    take(workspace, {LARGE: 2, MIDDLE: 1, "99990000": 0})
    assert told(opened(workspace, "kommunbild")) == [
        f"43 rader i skolornas betyg {ABOUT}: två för Alskolan, en för Björkskolan och 40 utan känd skola."
    ]


def test_more_than_twelve_are_written_in_figures(workspace: Workspace) -> None:
    take(workspace, {LARGE: 13}, year_group=6)
    first, _ = told(opened(workspace, "skolbild", LARGE))
    assert first.startswith("13 rader i skolans betyg i årskurs 6 för läsåret 2024/25 väntar")


def test_years_and_collections_that_a_report_does_not_show_are_not_told(workspace: Workspace) -> None:
    take(workspace, {LARGE: 2}, end=2015)
    assert told(opened(workspace, "skolbild", LARGE)) == []


def test_only_the_documents_that_are_concerned_are_made_again(workspace: Workspace) -> None:
    """Taking a bad row away changes no number, only what is said: school and huvudman are made again."""
    take(workspace, {LARGE: 3, MIDDLE: 0})
    before, slices = prepare(workspace, SEMINAR), round_data(workspace, SEMINAR)
    take(workspace, {LARGE: 3, MIDDLE: 0}, is_left_out=True)
    after, newer = prepare(workspace, SEMINAR), round_data(workspace, SEMINAR)
    assert after.fingerprint != before.fingerprint
    assert newer.whole != slices.whole
    changed = {code for code in slices.slices if newer.slices[code] != slices.slices[code]}
    assert changed == {LARGE}
