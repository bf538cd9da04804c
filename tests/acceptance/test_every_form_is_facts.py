"""No number without a fact, in any form: Word, Excel, CSV, charts, slides, the site, dashboards, the copy."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from command import LARGEST, SEMINAR, skolbank
from shown_forms import form_texts
from shown_numbers import (
    accounted,
    bundles_of,
    measured_of,
    numbers_of,
    page_texts,
    pdf_text,
    ticks_of,
    written,
)
from shown_words import people_wrote

from analysis_lib.dashboards.access import Person, Rights
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.desk import RESULT_PAGES, Desk
from analysis_lib.dashboards.pages import PAGES, State
from analysis_lib.dashboards.runs import run_cards
from analysis_lib.dashboards.shell import Frame, page_html
from analysis_lib.dashboards.static_copy import write_copy
from analysis_lib.dashboards.table_file import table_csv
from analysis_lib.present.html import block_html
from analysis_lib.report.forms import FORMS, file_name, make
from analysis_lib.report.trace import trace
from analysis_lib.vocabulary.workspace import Workspace

OTHERS = tuple(form for form in FORMS if form not in ("html", "pdf"))
FEW = ("9901/kommunbild", "9901/verksamhetsanalys", f"{LARGEST}/skolbild")
MARK = re.compile(r"[A-ZÅÄÖ]{2,3}-\d\d-[0-9A-Z]{4}-[0-9A-Z]{4}")
YEAR = "2026-ht-analys"
ROOT = Path(__file__).parents[2]


def notebook_of(workspace: Path, document: str, seminar: str = SEMINAR) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (workspace / "output" / seminar / f"{document}.ipynb").read_text("utf-8")
    )
    return found


def known_of(workspace: Path, document: str, seminar: str = SEMINAR) -> set[str]:
    """The numbers that a document's facts, and the targets that people have decided, account for."""
    facts = workspace / "data/work/facts" / seminar / f"{document}.facts.jsonl"
    listed = [json.loads(line) for line in facts.read_text("utf-8").splitlines()]
    bundles = bundles_of(workspace / "output" / seminar / f"{document}.ipynb")
    return accounted(listed, bundles) | written([workspace / "params/targets.yaml"])


def content_of(workspace: Path, document: str, form: str, seminar: str = SEMINAR) -> bytes:
    """The file as the round wrote it, else as it would have."""
    code, _, report = document.partition("/")
    made = workspace / "output" / seminar / code / file_name(report, form)
    if made.is_file():
        return made.read_bytes()
    content = make(form, notebook_of(workspace, document, seminar))
    assert isinstance(content, bytes)
    return content


def found_in(texts: Iterable[str]) -> set[str]:
    return {number for words in texts for number in numbers_of(words)}


@pytest.mark.parametrize("document", FEW)
@pytest.mark.parametrize("form", OTHERS)
def test_every_number_of_every_other_form_is_a_fact(
    example_round: Path, tmp_path: Path, document: str, form: str
) -> None:
    texts = list(form_texts(form, content_of(example_round, document, form), tmp_path))
    known = known_of(example_round, document)
    if form == "presentation-pdf":
        known |= ticks_of((example_round / "output" / SEMINAR / f"{document}.html").read_text("utf-8"))
    assert len(found_in(texts)) > 5
    assert found_in(texts) - known == set()


@pytest.mark.slow
def test_every_number_of_every_form_of_every_document_is_a_fact(example_round: Path, tmp_path: Path) -> None:
    pages = sorted((example_round / "output" / SEMINAR).glob("*/*.html"))
    for page in pages:
        document = f"{page.parent.name}/{page.stem}"
        known = known_of(example_round, document) | ticks_of(page.read_text("utf-8"))
        for form in OTHERS:
            texts = form_texts(form, content_of(example_round, document, form), tmp_path)
            assert found_in(texts) - known == set(), (document, form)


@pytest.mark.parametrize("form", OTHERS)
def test_a_number_without_a_fact_is_found_in_every_form(
    example_round: Path, tmp_path: Path, form: str
) -> None:
    notebook = copy.deepcopy(notebook_of(example_round, FEW[0]))
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            bundle = output.get("data", {}).get("application/vnd.skolbank.block+json", {})
            if bundle.get("kind") == "figure":
                bundle["data"]["finding"] += " Av dem nådde 437 elever 43,7 procent"
                bundle["data"]["table"]["caption"] += " Av 437 elever nådde 43,7 procent"
    content = make(form, notebook)
    assert isinstance(content, bytes)
    strange = found_in(form_texts(form, content, tmp_path)) - known_of(example_round, FEW[0])
    assert {"437", "43,7"} <= strange


# -- the published site ------------------------------------------------------------------------------------


def test_every_number_of_the_published_site_is_a_fact(example_round: Path, tmp_path: Path) -> None:
    target = tmp_path / "webb"
    told = skolbank("publish", SEMINAR, "--to", str(target), workspace=example_round)
    assert told.status == 0, told.err
    now = target / "aktuell"
    known: set[str] = set()
    for page in (example_round / "output" / SEMINAR).glob("*/*.html"):
        known |= known_of(example_round, f"{page.parent.name}/{page.stem}")
    pages = sorted(now.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        texts = [_without_addresses(words) for words in page_texts(page.read_text("utf-8"))]
        assert found_in(texts) - known == set(), page.relative_to(now)
    scripts = " ".join(path.read_text("utf-8") for path in now.rglob("index.js"))
    rows = json.loads(scripts.removeprefix("window.SKOLBANK_INDEX = ").rstrip().rstrip(";"))
    assert found_in(str(value) for row in rows for name, value in row.items() if name != "u") == set()


def _without_addresses(words: str) -> str:
    """Sizes of files and sections of laws say nothing of pupils."""
    words = re.sub(
        r"\d+(?:,\d+)?\s(?:kB|MB)|\b\d{4}:\d+\b|WCAG\s\d\.\d|PDF/UA-\d|\d\s§|\d\skap\.", " ", words
    )
    return re.sub(r"\b0\d{2,3}-\d[\d ]+|EN\s301\s549|\b\d+\.\d+\.\d+\b", " ", words)


# -- the dashboards ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(example_round: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    place = tmp_path_factory.mktemp("paneler") / "almvik"
    shutil.copytree(example_round, place, ignore=shutil.ignore_patterns("inbox", "output"))
    return Desk(Workspace(place), seminar=SEMINAR)


def rights_of_all(desk: Desk) -> list[Rights]:
    people = (("strateg", ()), ("nämnd", ()), ("rektor", (LARGEST,)))
    return [desk.rights(Person(name="prov", role=role, units=units)) for role, units in people]


def page_of(desk: Desk, page: str, rights: Rights, **choice: str) -> tuple[State, str, set[str]]:
    """A page as it is sent, and the numbers that the facts of its own cards account for."""
    edition = desk.edition(rights.audience)
    titles = {name: one.title for name, one in desk.instruments_for(rights).items()}
    given = {name: [value] for name, value in choice.items() if name in PAGES[page].choices}
    state = read_state(PAGES[page], given, rights, edition, instruments=titles)
    shown = desk.show(state, rights)
    drawn = [*shown.drawn, *(run_cards(desk.runs, "")[0] if page == "korningar" else ())]
    facts = [fact.as_json("") for card in shown.cards for fact in card.block.facts]
    known = accounted(facts, [card.block.data for card in shown.cards])
    known |= written([ROOT / "params/targets.yaml"])
    return state, page_html(state, drawn, rights, edition, Frame()), known


def test_every_number_of_the_dashboards_is_a_fact(desk: Desk) -> None:
    seen = 0
    for rights in rights_of_all(desk):
        for page in [each for each in RESULT_PAGES if rights.may_open(each)]:
            for choice in ({}, {"unit": LARGEST}, {"school_year": "2023/24"}):
                _, html, known = page_of(desk, page, rights, **choice)
                found = found_in(page_texts(html))
                seen += len(found)
                assert found - known == set(), (page, rights.person.role, choice)
    assert seen > 500


def test_the_pages_of_peoples_own_words_measure_nothing_that_is_not_a_fact_or_written(desk: Desk) -> None:
    said = people_wrote(desk.workspace)
    shown = set()
    for rights in rights_of_all(desk):
        for page in [each for each in PAGES if each not in RESULT_PAGES and rights.may_open(each)]:
            _, html, known = page_of(desk, page, rights)
            measured = {number for words in page_texts(html) for number in measured_of(words)}
            assert measured - known - said == set(), (page, rights.person.role)
            shown.add(page)
    assert shown == {"roster", "atgarder", "arshjul", "sjalvskattning", "korningar"}


def test_every_table_that_can_be_fetched_holds_facts_only(desk: Desk) -> None:
    for rights in rights_of_all(desk):
        for page in [each for each in RESULT_PAGES if rights.may_open(each)]:
            state, _, known = page_of(desk, page, rights)
            for card in desk.show(state, rights).cards:
                if card.block.kind == "table" or card.block.data.get("table"):
                    words = table_csv(card.block).decode("utf-8-sig").replace(";", " ; ")
                    assert found_in([words]) - known == set(), (page, card.id)


def test_every_number_of_the_static_copy_is_a_fact(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "kopia"
    assert write_copy(desk.workspace, folder, seminar=SEMINAR) > 12
    rights = desk.rights(Person(name="kopia", role="nämnd"))
    for path in sorted(folder.glob("*.html")):
        page, _, unit = path.stem.partition("-")
        _, _, known = page_of(desk, page, rights, **({"unit": unit} if unit else {}))
        assert found_in(page_texts(path.read_text("utf-8"))) - known == set(), path.name
        for table in folder.glob(f"{page}-*-{unit or 'hela'}.csv"):
            words = table.read_text("utf-8-sig").replace(";", " ; ")
            assert found_in([words]) - known == set(), table.name


# -- marks of figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [form for form in OTHERS if form != "csv"])
def test_every_form_shows_the_marks_of_its_figures_and_each_can_be_traced(
    example_round: Path, tmp_path: Path, form: str
) -> None:
    document = FEW[1]
    content = content_of(example_round, document, form)
    words = " ".join(form_texts(form, content, tmp_path))
    shown = set(MARK.findall(words))
    manifest = json.loads((example_round / "output" / SEMINAR / "9901/manifest.json").read_text("utf-8"))
    known = set(manifest["documents"]["verksamhetsanalys"]["figures"])
    assert len(shown) >= 3
    assert shown <= known
    if form == "docx":
        assert shown == known
    for mark in sorted(shown)[:3]:
        (found,) = trace(Workspace(example_round), mark)
        assert (found.document.split(".")[0], found.is_current) == (f"{SEMINAR}/{document}", True)


def test_every_mark_of_a_page_is_on_the_printed_page_too(example_round: Path) -> None:
    for document in FEW:
        page = example_round / "output" / SEMINAR / f"{document}.html"
        marked = set(re.findall(r'data-figure="([^"]+)"', page.read_text("utf-8")))
        printed = pdf_text(page.with_suffix(".pdf"))
        assert marked
        assert marked <= set(MARK.findall(printed))
        assert marked == set(re.findall(r'class="figure-id">([^<]+)<', page.read_text("utf-8")))


def test_the_marks_of_dashboards_are_shown_and_traced_and_told_as_replaced(desk: Desk) -> None:
    for rights in rights_of_all(desk):
        for page in [each for each in (*RESULT_PAGES, "roster") if rights.may_open(each)]:
            _, html, _ = page_of(desk, page, rights)
            marked = re.findall(r'data-figure="([^"]+)"', html)
            assert set(marked) == set(re.findall(r'class="figure-id">([^<]+)<', html))
            assert marked or page == "roster"
            for mark in marked[:2]:
                last = mark
                (found,) = trace(desk.workspace, mark)
                assert found.document.startswith(f"{SEMINAR}/paneler/{page}")
                assert found.is_current
                assert found.cells
                assert found.snapshots
    current = desk.workspace.data / "provenance" / SEMINAR / "paneler/internal/gallande.txt"
    before = current.read_text("utf-8")
    current.write_text("en senare utgåva", "utf-8")
    try:
        assert not trace(desk.workspace, last)[0].is_current
    finally:
        current.write_text(before, "utf-8")


# -- the whole year's reports, with people's own words in them ---------------------------------------------


@pytest.mark.slow
def test_every_number_of_the_years_reports_is_a_fact_or_peoples_own(
    example_round: Path, tmp_path: Path
) -> None:
    """Blocks with facts say facts only; what is drawn from the register measures nothing of its own."""
    place = tmp_path / "almvik"
    shutil.copytree(example_round, place, ignore=shutil.ignore_patterns("inbox", "output"))
    shutil.copy(ROOT / f"params/seminars/{YEAR}.yaml", place / "params/seminars")
    told = skolbank("run", YEAR, workspace=place)
    assert told.status == 0, told.err
    said = people_wrote(Workspace(place))
    pages = sorted((place / "output" / YEAR).glob("*/*.html"))
    assert len(pages) > 100
    for page in pages:
        document = f"{page.parent.name}/{page.stem}"
        known = known_of(place, document, YEAR)
        for block in _blocks_with_facts(notebook_of(place, document, YEAR)):
            drawn = block_html(block["kind"], block["data"])
            assert found_in(page_texts(drawn)) - known - said == set(), (document, block["kind"])
        texts = page_texts(page.read_text("utf-8"))
        measured = {number for words in texts for number in measured_of(words)}
        assert measured - known - said == set(), document
    for page in pages[:: len(pages) // 10]:
        document = f"{page.parent.name}/{page.stem}"
        known = known_of(place, document, YEAR) | said | ticks_of(page.read_text("utf-8"))
        for form in OTHERS:
            texts = form_texts(form, content_of(place, document, form, YEAR), tmp_path)
            measured = {number for words in texts for number in measured_of(words)}
            assert measured - known == set(), (document, form)


def _blocks_with_facts(notebook: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            bundle = output.get("data", {}).get("application/vnd.skolbank.block+json")
            if bundle and bundle.get("facts") and bundle["kind"] not in ("seal", "masthead", "foot"):
                yield bundle
