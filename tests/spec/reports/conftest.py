"""The example's lived year, told to one circle of readers at a time."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

import pytest
from register_world import SCHOOL, YEAR, World, world

from analysis_lib.present.charts.figure import Setting
from analysis_lib.report.words.told import Told
from analysis_lib.sources.example.lived import fill_register
from analysis_lib.vocabulary.catalog import Catalog

Tell = Callable[..., Told]


@pytest.fixture(scope="module", name="lived")
def _lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    for made in world(tmp_path_factory.mktemp("reports") / "almvik"):
        assert fill_register(made.workspace) > 500
        yield made


@pytest.fixture(name="tell")
def _tell(lived: World) -> Tell:
    return teller(lived)


@pytest.fixture(name="tell_empty")
def _tell_empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tell]:
    for made in world(tmp_path_factory.mktemp("empty") / "almvik"):
        yield teller(made)


@pytest.fixture(name="blank")
def _blank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Tell]]:
    """An empty register to write in, and what tells of it."""
    for made in world(tmp_path_factory.mktemp("blank") / "almvik"):
        yield made, teller(made)


def teller(made: World) -> Tell:
    """A function that tells of a unit (None: the huvudman) to an audience."""

    def tell(unit: str | None = SCHOOL, audience: str = "internal", **changes: object) -> Told:
        given: dict[str, object] = {
            "reading": made.register,
            "catalog": Catalog(made.workspace),
            "units": made.units,
            "unit": made.units[unit] if unit else None,
            "school_year": YEAR,
            "audience": audience,
            "today": datetime.date(2026, 11, 26),
            "setting": Setting("RX-26-01", "Almvik", "registret"),
            "handbook": "rektorsrapport",
            "handbook_version": "2.1",
        }
        return Told(**{**given, **changes})  # type: ignore[arg-type]

    return tell
