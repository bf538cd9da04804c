"""The public site of one whole round: only what is public and audited, whole or not at all (F9 B12 M7)."""

from __future__ import annotations

import datetime
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command import LARGEST, MUNICIPALITY, SEMINAR, skolbank

from analysis_lib.errors import SkolbankError
from analysis_lib.publish import site as room
from analysis_lib.publish.site import publish_site
from analysis_lib.vocabulary.workspace import Workspace

DAY = datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def site(example_round: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site") / "webb"
    told = skolbank("publish", SEMINAR, "--to", str(target), workspace=example_round)
    assert told.status == 0, told.err
    return target


def test_B12_every_document_of_the_round_has_its_place(site: Path, example_round: Path) -> None:
    now = site / "aktuell"
    assert (now / f"dokument/{SEMINAR}/{MUNICIPALITY}/verksamhetsanalys.html").is_file()
    made = sorted(
        p.relative_to(example_round / "output") for p in (example_round / "output" / SEMINAR).glob("*/*.pdf")
    )
    assert sorted(p.relative_to(now / "dokument") for p in (now / "dokument").rglob("*.pdf")) == made
    assert not list(now.rglob("*.ipynb"))
    assert not list(now.rglob("manifest.json"))


def test_every_link_leads_somewhere_on_the_site_and_none_to_another_host(site: Path) -> None:
    for page in (site / "aktuell").rglob("index.html"):
        for link in re.findall(r'(?:href|src)="([^"#]+)"', page.read_text("utf-8")):
            assert "://" not in link, (page, link)
            assert not link.startswith("/"), (page, link)
            assert (page.parent / link.partition("?")[0]).exists(), (page, link)


def test_M7_the_matrix_shows_what_is_missing(site: Path) -> None:
    page = (site / "aktuell/dokument/index.html").read_text("utf-8")
    assert "VA1 2024/25 saknas" in page.replace(" och ", ", ").replace("\xa0", " ") or "saknas." in page
    assert page.count("saknas") > 2


def test_S9_the_archive_answers_whether_an_old_document_holds(site: Path) -> None:
    page = (site / "aktuell/dokument/index.html").read_text("utf-8")
    answers = page.partition("Äldre dokument: gäller de?")[2]
    assert "gäller inte längre" in answers


def test_F9_a_fragment_stands_alone_without_script_or_other_hosts(site: Path) -> None:
    fragment = (site / f"aktuell/enhet/{LARGEST}/skolbild-fragment.html").read_text("utf-8")
    assert fragment.startswith('<div class="skolbank" lang="sv">')
    assert "<script" not in fragment
    assert "<h1" not in fragment
    assert not re.search(r'(?:src|href)="https?:', fragment)


def test_F9_a_fragment_has_its_look_with_it_and_fits_the_place_it_is_given(site: Path) -> None:
    fragment = (site / f"aktuell/enhet/{LARGEST}/skolbild-fragment.html").read_text("utf-8")
    outside, _, inside = fragment.partition("<template")
    style = inside.partition("</style>")[0]
    assert "@font-face" in outside, "a browser reads no fonts inside a shadow root"
    assert "@font-face" not in style
    assert "@media screen and" not in style, "the reader's window says nothing of the place"
    assert "@container (min-width: 700px)" in style
    assert style.count("{") == style.count("}")
    assert "\nbody {" not in style
    assert ":root" not in style
    assert not re.search(r"(?<![\w.#-])h1(?=[^\w-][^{}]*\{)", style), "headings are a step lower"
    assert '<section class="section"' in inside


def test_the_search_index_holds_names_and_titles_only(site: Path) -> None:
    body = (site / "aktuell/utseende/index.js").read_text("utf-8")
    rows = json.loads(body.removeprefix("window.SKOLBANK_INDEX = ").rstrip(";\n"))
    assert {row["t"] for row in rows} >= {"Dokument", "Sök", "Tillgänglighetsredogörelse"}
    numbers = {word for row in rows for word in re.findall(r"\d+", re.sub(r"\d{4}/\d\d", "", row["t"]))}
    assert not numbers


def test_an_unchanged_site_is_not_made_again_and_an_earlier_edition_stays(
    site: Path, example_round: Path, tmp_path: Path
) -> None:
    workspace = Workspace(example_round)
    again = publish_site(workspace, (SEMINAR,), site)
    assert not again.is_new
    target = tmp_path / "webb"
    first = publish_site(workspace, (SEMINAR,), target, today=DAY)
    settings = example_round / "params" / "settings.yaml"
    before = settings.read_text("utf-8")
    settings.write_text(
        before + "\ncontact: Kvalitetsutvecklaren\n"
        if "contact:" not in before
        else re.sub(r"contact:.*", "contact: Kvalitetsutvecklaren", before),
        "utf-8",
    )
    try:
        second = publish_site(workspace, (SEMINAR,), target, today=DAY)
    finally:
        settings.write_text(before, "utf-8")
    assert second.is_new
    assert second.edition != first.edition
    assert first.edition.is_dir()
    assert (target / "aktuell").resolve() == second.edition.resolve()


def test_a_stop_on_the_way_leaves_the_site_as_it_was(
    example_round: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room._Site, "_search_index", full)
    with pytest.raises(SkolbankError) as stopped:
        publish_site(Workspace(example_round), (SEMINAR,), tmp_path / "webb", today=DAY)
    assert stopped.value.code == "publish-not-written"
    assert not (tmp_path / "webb" / "aktuell").exists()
    assert not list((tmp_path / "webb" / "utgavor").iterdir())


@pytest.mark.parametrize(
    ("spoil", "code", "status"),
    [
        (lambda place: _edit(place, "audience: public", "audience: internal"), "publish-not-public", 2),
        (
            lambda place: next((place / "output" / SEMINAR).glob("*/skolbild.pdf")).write_bytes(b"x"),
            "publish-not-finished",
            2,
        ),
        (lambda place: shutil.rmtree(place / "data" / "statements"), "release-not-audited", 3),
        (lambda place: _change_a_fact(place), "release-not-audited", 3),
    ],
    ids=["internal", "damaged", "no certificate", "another statement"],
)
def test_what_is_not_public_whole_and_audited_is_refused(
    example_round: Path, tmp_path: Path, spoil: Callable[[Path], object], code: str, status: int
) -> None:
    place = tmp_path / "w"
    shutil.copytree(example_round, place, ignore=shutil.ignore_patterns("inbox", "cube"))
    spoil(place)
    told = skolbank("publish", SEMINAR, "--to", str(tmp_path / "webb"), workspace=place)
    assert (told.status, code in told.err) == (status, True), told.err
    assert not (tmp_path / "webb").exists()


def _edit(place: Path, before: str, after: str) -> None:
    path = place / "params" / "seminars" / f"{SEMINAR}.yaml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


def _change_a_fact(place: Path) -> None:
    path = next((place / "data/work/facts" / SEMINAR).glob("*/skolbild.facts.jsonl"))
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[1:]), "utf-8")
