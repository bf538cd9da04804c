"""The example takes the road of real files: each is read whole, and the cube finds the planted truth."""

import pandas as pd
import pytest

from analysis_lib.indicators.cube import compute_cube
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.example import write_example
from analysis_lib.sources.import_report import ImportReport
from analysis_lib.sources.importer import import_paths
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

KEYS = ["indicator", "level", "code", "school_year", "sex"]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, ImportReport]:
    workspace = Workspace(tmp_path_factory.mktemp("almvik"))
    write_example(workspace.root)
    return workspace, import_paths([workspace.inbox], workspace=workspace)


def test_every_file_is_read_whole_and_without_a_warning(imported: tuple[Workspace, ImportReport]) -> None:
    workspace, report = imported
    assert len(report.files) == len(list(workspace.inbox.iterdir()))
    formats = {file.format for file in report.files}
    assert formats == {
        *("scb.grades_9", "scb.grades_6", "scb.national_tests_6"),
        *("skolverket.final_grades_9", "skolverket.grades_6", "skolverket.pupils"),
        *("skolverket.staff", "skolverket.eligibility"),
        *("scb.national_tests_3", "scb.national_tests_9", "attendance.report"),
        *("survey.skolenkaten-2022", "survey.skolenkaten-2018", "survey.vardnadshavare-forskola"),
        *("survey.prio", "survey.fritidshem", "survey.medarbetarenkat", "survey.medborgarenkat"),
        *("simple.staff", "simple.children_per_post", "simple.preschool_groups", "skolverket.salsa"),
        *("simple.course_results", "simple.programme_results", "simple.programme_cohorts"),
    }
    for file in report.files:
        assert file.stored, file.file
        assert file.rows_accepted == file.rows_read, file.file
        assert {message.level for message in file.messages} <= {"info"}, file.file


def test_the_cube_holds_the_planted_truth_exactly(imported: tuple[Workspace, ImportReport]) -> None:
    workspace, _ = imported
    catalog = Catalog(workspace)
    cube = compute_cube(Store(workspace), catalog, catalog.units)
    truth = pd.read_csv(workspace.root / "truth" / "truth_indicators.csv", dtype={"code": str})
    for unit in catalog.units.values():  # a unit that changed code has one series, under the new one
        if unit.successor and unit.closed:
            earlier = (truth["code"] == unit.code) & (truth["school_year"] <= unit.closed)
            truth["code"] = truth["code"].mask(earlier, unit.successor)
    names = truth["indicator"].unique()
    own = cube[
        (cube["basis"] == "own")
        & cube["indicator"].isin(names)
        & cube["level"].isin(["unit", "authority"])
        & (cube["n"] > 0)
    ]
    both = truth.merge(own, on=KEYS, how="outer", suffixes=("_true", ""), indicator="found")
    assert set(both["found"]) == {"both"}
    assert (both["n_true"] == both["n"]).all()
    shares = both[both["numerator_true"].notna()]
    assert (shares["numerator_true"] == shares["numerator"]).all()
    means = both[both["half_points"].notna()]
    assert (means["half_points"] == 2 * means["total"]).all()
    assert ((both["uncertain"] > 0) == both["has_protected"])[both["sex"] == "T"].all()


def _sources(workspace: Workspace, what: str) -> pd.DataFrame:
    truth = pd.read_csv(workspace.root / "truth" / "truth_sources.csv", dtype={"unit_code": str})
    return truth[truth["what"] == what].set_index("unit_code").sort_index()


def test_surveys_give_the_planted_index(imported: tuple[Workspace, ImportReport]) -> None:
    workspace, _ = imported
    found = Store(workspace).query(
        """SELECT instrument || '.' || question AS what, unit_code,
                  sum(share_pct * weight) / sum(share_pct) AS index, max(answers_n) AS n
           FROM core_survey__answers_by_unit WHERE weight IS NOT NULL AND share_pct IS NOT NULL
             AND level = 'unit' AND school_year = '2025/26' GROUP BY ALL"""
    )
    for what, tolerance in (
        ("skolenkaten-2022.trygg", 0.3),  # whole per cents are published
        ("skolenkaten-2022.radd_elever", 0.3),
        ("vardnadshavare-forskola.nojd", 0.2),
        ("prio.r1", 0.01),
    ):
        truth = _sources(workspace, what)
        truth = truth[truth["school_year"] == "2025/26"]
        index = found[found["what"] == what].set_index("unit_code").sort_index()
        truth = truth[truth["n"] >= 5]
        assert len(index) == len(truth) > 1
        assert (index["index"] - truth["value"]).abs().max() < tolerance, what
        assert (index["n"] == truth["n"]).all()


def test_attendance_and_national_tests_give_the_planted_sums(
    imported: tuple[Workspace, ImportReport],
) -> None:
    workspace, _ = imported
    store = Store(workspace)
    attended = (
        store.query(
            """SELECT unit_code, sum(attended_minutes) AS attended, count(*) AS n
           FROM core_attendance__periods GROUP BY unit_code"""
        )
        .set_index("unit_code")
        .sort_index()
    )
    truth = _sources(workspace, "attendance")
    assert (attended["attended"] == truth["numerator"]).all()
    assert (attended["n"] == truth["n"]).all()
    keys = ["unit_code", "school_year"]
    for what, sql in (
        (
            "national_tests_9.MA",
            """SELECT unit_code, school_year, count(*) AS n, count(*) FILTER (grade <> 'F') AS passed
               FROM core_scb__national_tests
               WHERE year_group = 9 AND subject = 'MA' AND status = 'graded' GROUP BY ALL""",
        ),
        (
            "national_tests_3.MA",
            """SELECT unit_code, school_year, count(*) AS n,
                      count(*) FILTER (parts_passed = parts_total) AS passed
               FROM core_scb__national_tests_3 WHERE subject = 'MA' AND status = 'complete' GROUP BY ALL""",
        ),
    ):
        planted = _sources(workspace, what).reset_index().set_index(keys).sort_index()
        found = store.query(sql).set_index(keys).sort_index()
        assert (found["n"] == planted["n"]).all(), what
        assert (found["passed"] == planted["numerator"]).all(), what
