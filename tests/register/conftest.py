"""Registers on both engines: SQLite in a folder, PostgreSQL on a server that the tests start themselves."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgres_server import postgres_server

from analysis_lib.register import Register, open_register
from analysis_lib.vocabulary.workspace import Workspace

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as server:
        yield server.url


@pytest.fixture
def new_schema(postgres: str) -> Callable[[], str]:
    """Makes a new empty schema of the server's database and gives the URL that leads to it."""

    def make() -> str:
        name = f"register_{next(_NUMBERS)}"
        url = sa.make_url(postgres)
        engine = sa.create_engine(url.set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA {name}"))
        engine.dispose()
        chosen = url.update_query_dict({"options": f"-csearch_path={name}"})
        return chosen.render_as_string(hide_password=False)

    return make


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def register(
    request: pytest.FixtureRequest, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Register]:
    """An empty register on each engine in turn."""
    if request.param == "postgresql":
        monkeypatch.setenv("SKOLBANK_REGISTER_URL", request.getfixturevalue("new_schema")())
    else:
        monkeypatch.delenv("SKOLBANK_REGISTER_URL", raising=False)
    opened = open_register(workspace)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    monkeypatch.delenv("SKOLBANK_REGISTER_URL", raising=False)
    opened = open_register(workspace)
    yield opened
    opened.close()
