"""Every report of the example, executed once for all tests in this folder."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable

import pytest
from executed_reports import Executed, run_notebooks
from synthetic import make_workspace

from analysis_lib.vocabulary.workspace import Workspace


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("provkoping"))


@pytest.fixture(scope="session")
def executed(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Executed]:
    """A function from report (and unit) to what it became."""
    from analysis_lib.report.html import write_html
    from analysis_lib.report.pdf import write_pdf

    folder = tmp_path_factory.mktemp("executed")
    run_notebooks(workspace, folder)

    @functools.cache
    def give(report: str, unit: str = "") -> Executed:
        notebook = json.loads((folder / f"{report}-{unit}.ipynb").read_text("utf-8"))
        return Executed(notebook, write_html(notebook), write_pdf(notebook))

    return give
