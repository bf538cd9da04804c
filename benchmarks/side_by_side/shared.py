"""The page that Panel and Streamlit show: our own blocks, from one edition that all their viewers share."""

from __future__ import annotations

from functools import cache

from analysis_lib.dashboards import live
from analysis_lib.dashboards.extract import newest_seminar, open_edition
from analysis_lib.dashboards.scope_folder import LiveScope, own_scope
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace


@cache
def _scope() -> LiveScope:
    workspace = Workspace.find()
    seminar = newest_seminar(Catalog(workspace))
    return own_scope("lage", open_edition(workspace, seminar, "internal"))


def new_page() -> live.LivePage:
    """A viewer's own page, of the scope that all share; the whole huvudman at first."""
    setattr(live, "_scope", lambda page, seminar: _scope())  # noqa: B010
    return live.LivePage("lage", state={})
