"""Status per unit and source, files without one good row, and the page a rektor checks before the run."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
import yaml
from pupil_files import OTHER_UNIT, UNIT, Pupil, lines, make_workspace, write

from analysis_lib.batch.freshness import freshness, freshness_text, refused_whole
from analysis_lib.batch.quality import write_quality
from analysis_lib.cli.app import main
from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.workspace import Workspace

TODAY = datetime.date.today()
STAFF = "Skolenhetskod;Läsår;Personalkategori;Heltidstjänster\n{}"
SURVEYED = "SELECT DISTINCT unit_code FROM core_survey__answers_by_unit WHERE level = 'unit'"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path, units=(UNIT, OTHER_UNIT))
    rows = [Pupil(i, cells={"Klass": "9A" if i % 2 else "9B"}).grades_row() for i in range(12)]
    rows += [Pupil(20, cells={"Ma": "VG"}).grades_row()]
    rows += [Pupil(30 + i, cells={"Klass": "9B"}).grades_row() for i in range(2)]
    older = [
        Pupil(i, unit=OTHER_UNIT, school_year_end=2024, cells={"Datum": "2024-06-12"}) for i in range(40, 45)
    ]
    write(made, "a.txt", lines(rows))
    write(made, "b.txt", lines([pupil.grades_row() for pupil in older]))
    write(made, "c.csv", STAFF.format(f"{UNIT};2024/25;Lärare;20,5\n{OTHER_UNIT};2024/25;Lärare;11\n"))
    import_paths([made.inbox], workspace=made)
    return made


def test_status_tells_newest_age_expected_coverage_and_problems(workspace: Workspace) -> None:
    states = {(one.unit, one.source): one for one in freshness(workspace, TODAY)}
    mine, other = states[UNIT, "Betyg årskurs 9"], states[OTHER_UNIT, "Betyg årskurs 9"]
    assert (mine.newest, mine.age_days, mine.years) == ("2024/25", 0, 1)
    assert mine.coverage == "1 av 2 enheter har 2024/25"
    assert mine.problems == ("1 rad väntar på rättelse",)
    assert (other.newest, other.problems) == ("2023/24", ("saknar 2024/25, som andra enheter har",))
    staff = states[UNIT, "Personal per enhet"]
    assert (staff.coverage, staff.expected, staff.problems) == (
        "2 av 2 enheter har 2024/25",
        "läsåret 2025/26",
        (),
    )
    assert mine.expected != "läsåret 2025/26"  # the årshjul names the grades, so a day is told


def test_a_source_that_has_ended_is_not_expected_in_a_year_gone_by(workspace: Workspace) -> None:
    states = freshness(workspace, datetime.date(2031, 9, 1))
    staff = [one for one in states if one.source == "Personal per enhet"]
    assert {one.expected for one in staff} == {""}
    assert not [line for line in freshness_text(staff, []) if "nästa väntas" in line]


def test_a_closed_unit_lacks_nothing_after_its_last_year(workspace: Workspace) -> None:
    place = workspace.params / "units.yaml"
    told = yaml.safe_load(place.read_text("utf-8"))
    closing = next(each for each in told["units"] if each["code"] == OTHER_UNIT)
    closing["closed"] = "2023/24"
    place.write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    states = {(one.unit, one.source): one for one in freshness(Workspace(workspace.root), TODAY)}
    gone, stays = states[OTHER_UNIT, "Betyg årskurs 9"], states[UNIT, "Betyg årskurs 9"]
    assert (gone.problems, gone.expected) == ((), "inte, enheten är nedlagd efter 2023/24")
    assert stays.coverage == "1 av 1 enheter har 2024/25"


def test_what_is_more_than_a_year_old_is_a_problem(workspace: Workspace) -> None:
    later = freshness(workspace, TODAY + datetime.timedelta(days=500))
    assert all("äldre än ett år" in one.problems for one in later)


def test_a_file_of_which_every_row_was_refused_is_told_until_a_good_one_comes(workspace: Workspace) -> None:
    bad = write(workspace, "d.csv", STAFF.format(f"{UNIT};2024/25;Lärare;många\n"))
    (report,) = import_paths([bad], workspace=workspace).files
    assert (report.exit_status, report.stored) == (1, False)
    (file,) = refused_whole(workspace)
    assert (file.file, file.rows) == ("d.csv", 1)
    told = freshness_text(freshness(workspace, TODAY), refused_whole(workspace))
    assert "d.csv (simple.staff), den enda raden nekades" in told[-1]
    import_paths(
        [write(workspace, "d.csv", STAFF.format(f"{UNIT};2025/26;Lärare;20\n"))], workspace=workspace
    )
    assert refused_whole(workspace) == []


def test_the_command_tells_it_and_writes_it_as_json(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    out = workspace.root / "status.json"
    assert main(["status", "--workspace", str(workspace.root), "--json", str(out)]) == 0
    printed = capsys.readouterr().out
    assert f"Skola 1 ({UNIT})" in printed
    assert "Betyg årskurs 9: senast 2024/25, inläst" in printed
    told = json.loads(out.read_text("utf-8"))["sources"]
    assert {"unit", "source", "newest", "age_days", "expected", "coverage", "problems"} <= set(told[0])


def test_the_quality_page_has_the_number_of_pupils_per_class_and_subject(workspace: Workspace) -> None:
    (place,) = write_quality(workspace, UNIT, today=TODAY)
    page = place.read_text("utf-8")
    assert place == workspace.output / "kvalitet" / f"{UNIT}.html"
    assert "Intern – får inte publiceras" in page
    assert '<th scope="row">9A</th><td data-label="Elever">6</td>' in page
    assert '<th scope="row">9B</th><td data-label="Elever">8</td>' in page
    assert '<th scope="row">Alla</th><td data-label="Elever">14</td>' in page
    assert "1 rad väntar på rättelse" in page
    assert "http" not in page.split("</style>")[1]


def test_the_quality_page_counts_tests_attendance_and_surveys_too(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w", units=("99010011", "99010016"))
    spec = Path(__file__).parents[1] / "spec" / "sources"
    for name in ("attendance_simple", "survey_guardians_shares"):
        import_paths([spec / name / "input.csv"], workspace=workspace)
    unit = ("99010011", "99010016", *Store(workspace).query(SURVEYED)["unit_code"])
    tested = make_workspace(tmp_path / "np")
    import_paths([spec / "scb_national_tests_3_35" / "input.txt"], workspace=tested)
    pages = {place.stem: place.read_text("utf-8") for place in write_quality(workspace, today=TODAY)}
    assert set(unit) <= set(pages)
    assert '<th scope="row">1A</th><td data-label="Elever">22</td>' in pages["99010016"]
    assert (
        '<td data-label="Närvaro %">93,4</td><td data-label="Oregistrerad tid %">13,2</td>'
        in pages["99010016"]
    )
    assert '<td data-label="Oregistrerad tid %">–</td>' in pages["99010011"]
    assert any(
        "<h2>Enkäter</h2>" in page and 'data-label="Svarsfrekvens %"' in page for page in pages.values()
    )
    (page,) = [place.read_text("utf-8") for place in write_quality(tested, today=TODAY)][:1]
    assert "<h2>Nationella prov, årskurs 3</h2>" in page
    assert 'data-label="Matematik"' in page


def test_the_quality_page_is_made_by_the_command_and_neutralises_what_a_file_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path / "w", units=(UNIT,))
    hostile = [Pupil(i, cells={"Klass": "<b>=1+1{{x}}"}).grades_row() for i in range(3)]
    import_paths([write(workspace, "a.txt", lines(hostile))], workspace=workspace)
    assert main(["status", "--quality", "--workspace", str(workspace.root)]) == 0
    assert f"output/kvalitet/{UNIT}.html" in capsys.readouterr().out
    page = (workspace.output / "kvalitet" / f"{UNIT}.html").read_text("utf-8")
    assert "=1+1" not in page  # what is no class is not stored
    assert '<td data-label="Elever">3</td>' in page
    with pytest.raises(SkolbankError, match="unit-without-data"):
        write_quality(workspace, "99999999")
