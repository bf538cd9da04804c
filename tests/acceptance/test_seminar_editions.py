"""A locked seminar keeps its numbers; corrections are editions; what differs is told with the reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from command import MUNICIPALITY, SEMINAR, copied, skolbank

from analysis_lib.errors import SkolbankError
from analysis_lib.report.changes import ChangedFigure, differences
from analysis_lib.report.changes_page import differences_page
from analysis_lib.report.context import open_report
from analysis_lib.report.freeze import at_freeze, damaged_files, editions, freeze, frozen, frozen_folder
from analysis_lib.report.prepare import prepare
from analysis_lib.report.since_last import MOST_FIGURES, seminar_before
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

LATER = "2026-ht-senare"


@pytest.fixture(scope="module")
def place(example_imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example after a lock, a corrected file and a later seminar about the same year."""
    folder = copied(example_imported, tmp_path_factory.mktemp("editions") / "almvik")
    told = skolbank("freeze", SEMINAR, workspace=folder)
    assert (told.status, "är låst" in told.out) == (0, True), told.err
    _correct(folder)
    seminar = yaml.safe_load((folder / "params/seminars" / f"{SEMINAR}.yaml").read_text("utf-8"))
    seminar |= {"id": LATER, "title": "Det senare seminariet"}
    (folder / "params/seminars" / f"{LATER}.yaml").write_text(yaml.safe_dump(seminar), "utf-8")
    return Workspace(folder.resolve())


def _correct(folder: Path) -> None:
    """A corrected file of year 9 at the largest school: ten failing grades in mathematics become passes."""
    path = max((folder / "data/inbox").glob("betyg_ak9_*2026*.txt"), key=lambda each: each.stat().st_size)
    lines = path.read_bytes().split(b"\r\n" if b"\r\n" in path.read_bytes() else b"\n")
    changed = 0
    for number, line in enumerate(lines):
        parts = line.split(b";")
        if changed < 10 and len(parts) == 33 and parts[11] == b"F":
            parts[11], changed = b"C", changed + 1
            lines[number] = b";".join(parts)
    assert changed, path.name
    corrected = folder / "data/inbox" / f"rattad_{path.name}"
    corrected.write_bytes(b"\n".join(lines))
    told = skolbank("import", str(corrected), workspace=folder)
    assert told.status == 0, told.err


def test_a_locked_seminar_has_the_same_numbers_after_a_correction(place: Workspace) -> None:
    lock = frozen(place, SEMINAR)
    assert lock is not None
    assert not damaged_files(place, lock)
    locked = prepare(at_freeze(place, SEMINAR), SEMINAR)
    live = prepare(place, SEMINAR)
    kept = frozen_folder(place, SEMINAR) / lock.edition / "release" / "public" / "released.parquet"
    assert locked.released_path == kept
    assert locked.released_path.read_bytes() != live.released_path.read_bytes()
    assert locked.moment is not None
    assert live.moment is None


def test_a_locked_seminar_keeps_its_definitions_too(place: Workspace) -> None:
    path = place.root / "params" / "indicators" / "results.all_passed_9.yaml"
    path.parent.mkdir(exist_ok=True)
    source = at_freeze(place, SEMINAR).layered("params", "indicators", path.name)[0]
    path.write_text(source.read_text("utf-8").replace("Andel", "Del", 1), "utf-8")
    try:
        assert at_freeze(place, SEMINAR).layered("params", "indicators", path.name) == [source]
        assert place.layered("params", "indicators", path.name)[0] == path
    finally:
        path.unlink()


def test_an_edition_is_locked_once_and_a_later_one_says_what_it_corrects(place: Workspace) -> None:
    with pytest.raises(SkolbankError) as again:
        freeze(place, SEMINAR)
    assert again.value.code == "freeze-exists"
    path = place.root / "params" / "seminars" / f"{SEMINAR}.yaml"
    before = path.read_text("utf-8")
    path.write_text(before.replace('edition: "1.0"', 'edition: "1.1"'), "utf-8")
    try:
        assert frozen(place, SEMINAR) is None
        told = skolbank("freeze", SEMINAR, workspace=place.root)
        assert (told.status, "freeze-note-missing" in told.err) == (2, True)
        told = skolbank("freeze", SEMINAR, "--note", "Tio betyg i matematik rättade.", workspace=place.root)
        assert told.status == 0
        assert [each.edition for each in editions(place, SEMINAR)] == ["1.0", "1.1"]
        assert [each.note for each in editions(place, SEMINAR)] == ["", "Tio betyg i matematik rättade."]
    finally:
        path.write_text(before, "utf-8")


def test_what_differs_is_told_with_the_reason_and_nothing_else(place: Workspace) -> None:
    found = differences(place, SEMINAR, LATER)
    assert found.figures
    assert {each.reason for each in found.figures} <= {"data", "protection"}
    assert "data" in {each.reason for each in found.figures}
    own = {each.after.code for each in found.figures if each.after.level == "unit"}
    assert own <= set(found.after.units)
    page = differences_page(place, found)
    assert [section.heading for section in page.sections] == ["Ändrade siffror", "Nya siffror", "Åtgärder"]
    rows = [row["cells"] for row in page.sections[0].parts[0].data["rows"] if row["style"] != "group"]
    assert len(rows) == len(_told(found.figures))
    assert sum(cells["after"]["text"].endswith("delar ändrade") for cells in rows) > 0
    assert all(cell["text"] for cells in rows for cell in cells.values())
    shown = {each.before.text for each in found.figures} | {each.after.text for each in found.figures}
    assert not shown & {"", "None", "nan"}


def _told(figures: Sequence[ChangedFigure]) -> set[tuple[str, ...]]:
    """What a reader is told of each by itself; the parts of one distribution are one."""
    return {
        (
            *(one.after.level, one.after.code, one.after.indicator, one.after.subject, one.after.sex),
            *(one.after.school_year, one.reason),
            "" if one.indicator.kind == "distribution" else one.after.category,
        )
        for one in figures
    }


def test_the_command_writes_the_page_and_tells_it_in_two_sentences(place: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "diff.json"
    told = skolbank("diff", SEMINAR, LATER, "--json", str(out), workspace=place.root)
    assert told.status == 0, told.err
    page = place.output / LATER / f"andringar-{SEMINAR}.html"
    html = page.read_text("utf-8")
    assert "Vad har ändrats sedan förra seminariet" in html
    lines = json.loads(out.read_text("utf-8"))
    assert lines
    assert {line["reason"] for line in lines} <= {"data", "protection", "definition"}
    assert MUNICIPALITY in {line["place"] for line in lines}


def test_M5_the_seminar_says_what_has_changed_since_the_one_before(place: Workspace) -> None:
    report = open_report(report="analysseminarium", seminar=LATER, workspace=str(place.root))
    told = report.since_last()
    assert told.kind == "several"
    words, table = told.data["parts"][:2]
    assert words["data"]["text"].startswith("Förra seminariet: ")
    assert "rättade eller nya uppgifter" in words["data"]["text"]
    assert 0 < len([row for row in table["data"]["rows"] if row["style"] != "group"]) <= MOST_FIGURES
    assert table["facts"]


def test_M5_a_seminar_with_none_locked_before_it_says_so(place: Workspace) -> None:
    first = at_freeze(place, SEMINAR)
    seminar = Catalog(first).seminar(SEMINAR)
    assert seminar_before(place, seminar, "public") == ""
    later = seminar.model_copy(update={"id": LATER})
    assert seminar_before(place, later, "public") == SEMINAR


def test_a_damaged_lock_is_noticed(place: Workspace) -> None:
    lock = frozen(place, SEMINAR)
    assert lock is not None
    path = frozen_folder(place, SEMINAR) / lock.edition / "params" / "disclosure.yaml"
    before = path.read_bytes()
    path.write_bytes(before + b"\n# x\n")
    try:
        assert damaged_files(place, lock) == [path]
        told = skolbank("check", workspace=place.root)
        assert told.status == 1
        assert "[lock-changed]" in told.err
    finally:
        path.write_bytes(before)
