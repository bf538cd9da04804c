"""Four real municipalities from Skolverket's public statistics alone, by the commands of the README."""

import csv
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command import skolbank

PUBLISHED = Path(__file__).parents[1] / "data" / "skolverket"
MUNICIPALITIES = {"2081": "Borlänge", "1499": "Falköping", "1230": "Staffanstorp", "1982": "Fagersta"}
MEASURES = (
    "Andel (%) elever som uppfyllt betygskriterierna i alla ämnen",
    "Andel (%) elever behöriga till yrkesprog.",
    "Genomsnittligt meritvärde (17 ämnen)",
)


def published_schools(municipality: str) -> Iterator[dict[str, str]]:
    """The rows of Skolverket's file as it stands, read without the product."""
    lines = (PUBLISHED / "final_grades_9_unit_2024-25.csv").read_text("utf-8-sig").splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("Skola;"))
    for row in csv.DictReader(lines[start:], delimiter=";"):
        if row["Kommun-kod"] == municipality:
            yield row


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The workspace of a municipality after the three commands of the README."""

    @functools.cache
    def made(municipality: str) -> Path:
        folder = tmp_path_factory.mktemp("real") / municipality
        for words, place in (
            (("init", str(folder), "--municipality", municipality), None),
            (("import", str(PUBLISHED)), folder),
            (("run", "resultat"), folder),
        ):
            told = skolbank(*words, workspace=place)
            assert told.status == 0, told.err
        return folder

    return made


def text_of(page: Path) -> str:
    page_text = re.sub(r"<[^>]+>", " ", page.read_text("utf-8"))
    return page_text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("municipality", MUNICIPALITIES)
def test_F13_every_published_figure_of_every_school_stands_in_its_skolbild(
    real: Callable[[str], Path], municipality: str
) -> None:
    schools = list(published_schools(municipality))
    assert schools
    for row in schools:
        pages = real(municipality) / "output" / "resultat" / row["Skol-enhetskod"]
        shown = text_of(pages / "skolbild.html")
        assert row["Skola"] in shown
        for measure in MEASURES:
            whole, _, decimal = row[measure].partition(",")
            if whole.isdigit():
                assert f"{whole},{decimal or '0'}" in shown, (row["Skola"], measure)


def test_all_reports_of_the_year_are_made_from_public_statistics_alone(real: Callable[[str], Path]) -> None:
    """What has no source is an explained gap; no report fails and none is empty."""
    folder = real("1982")
    told = skolbank("run", "kvalitetsaret", workspace=folder)
    assert told.status == 0, told.out + told.err
    pages = list((folder / "output" / "kvalitetsaret").glob("*/*.html"))
    assert len(pages) > 15
    assert all(page.read_text("utf-8").count("<h2") >= 2 for page in pages)
