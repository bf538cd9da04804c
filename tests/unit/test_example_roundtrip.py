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
