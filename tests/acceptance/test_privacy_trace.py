"""Every figure can be traced from its mark, in page and print, over re-runs and later editions."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pikepdf
import pytest
from command import LARGEST, Told, skolbank

from analysis_lib.privacy.outputs import check_kept
from analysis_lib.report.trace import trace
from analysis_lib.vocabulary.workspace import Workspace

SEMINAR = "2026-ht-resultat"
MARK = re.compile(r"[A-ZÅÄÖ]{2,3}-\d\d-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


def marks(page: Path) -> list[str]:
    return re.findall(r'data-figure="([^"]+)"', page.read_text("utf-8"))


def traced(workspace: Path, mark: str) -> list[dict]:
    told = skolbank("trace", mark, "--json", "-", workspace=workspace)
    assert told.status == 0, told.err
    found: list[dict] = json.loads(told.out)
    return found


@pytest.fixture(scope="session")
def own_round(example_round: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example's round that a test may change."""
    workspace = tmp_path_factory.mktemp("traced") / "almvik"
    shutil.copytree(example_round, workspace, symlinks=True)
    return workspace


def test_every_figure_and_table_has_a_mark_and_no_two_the_same(example_round: Path) -> None:
    pages = sorted((example_round / "output" / SEMINAR).glob("*/*.html"))
    found = Counter(mark for page in pages for mark in marks(page))
    assert len(found) > 40
    assert set(found.values()) == {1}
    assert all(MARK.fullmatch(mark) for mark in found)
    for page in pages:
        text = page.read_text("utf-8")
        assert len(re.findall(r'<figure class="figure"[^>]* data-figure=', text)) == text.count(
            '<figure class="figure"'
        )
        for mark in re.findall(r'<figure class="figure"[^>]* data-figure="([^"]+)"', text):
            assert f'<span class="figure-id">{mark}</span>' in text


def test_a_trace_goes_down_to_file_rows_and_hash(example_round: Path) -> None:
    page = example_round / "output" / SEMINAR / LARGEST / "skolbild.html"
    text = page.read_text("utf-8")
    mark = re.findall(r'<figure class="figure"[^>]* data-figure="([^"]+)"', text)[0]
    (found,) = traced(example_round, mark)
    assert found["is_current"]
    assert found["document"].startswith(f"{SEMINAR}/{LARGEST}/skolbild")
    assert found["seminar"] == SEMINAR
    assert found["code_version"]
    assert found["library"]
    cells = [cell for cell in found["cells"] if cell["basis"] == "own"]
    assert cells
    for cell in cells:
        assert cell["version"]
        assert cell["definition_hash"]
        assert cell["state"] in {"shown", "suppressed", "nearly_all", "nearly_none"}
        assert cell["snapshots"]
    files = {snapshot["file"]: snapshot for snapshot in found["snapshots"]}
    own = next(each for name, each in files.items() if LARGEST in name)
    source = example_round / "data" / "inbox" / own["file"]
    assert own["file_sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert own["rows"] > 100
    assert own["is_kept"]


def test_a_trace_tells_no_numerator_or_n_that_was_not_released(example_round: Path) -> None:
    checked = hidden = 0
    for path in (example_round / "data" / "provenance").rglob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            edition = json.loads(line)
            for row in edition["cells"]:
                cell = dict(zip(edition["columns"], row, strict=True))
                if cell["state"] != "shown" or not cell["n"].replace("\xa0", "").isdigit():
                    assert cell["numerator"] is None, cell
                    hidden += 1
                elif cell["numerator"] is not None:
                    n = int(cell["n"].replace("\xa0", ""))
                    shown = cell["value"].replace("\xa0", "")
                    half = 0.5 / 10 ** len(shown.partition(",")[2])  # as exact as the share is shown
                    assert abs(100 * cell["numerator"] / n - float(shown.replace(",", "."))) < half + 0.001
                    checked += 1
    assert checked > 50
    assert hidden > 50


def test_marks_stand_in_the_print_too(example_round: Path) -> None:
    """The letters of a PDF are glyphs; they are read back through the fonts' own tables."""
    page = example_round / "output" / SEMINAR / LARGEST / "skolbild.html"
    text = page.read_text("utf-8")
    # A hyphen in a print that also divides words is a soft one for those who copy it.
    printed = printed_text(page.with_suffix(".pdf")).replace("\xad", "-")
    for mark in re.findall(r'<figure class="figure"[^>]* data-figure="([^"]+)"', text):
        assert mark in printed


def printed_text(path: Path) -> str:
    """The text of a PDF made by Typst, without spaces between pieces."""
    said = []
    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            tables = {name: _table(font) for name, font in page.Resources.Font.items()}
            font = ""
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    font = str(operands[0])
                elif str(operator) in ("Tj", "TJ"):
                    pieces = operands[0] if str(operator) == "TJ" else operands
                    for piece in pieces:
                        if isinstance(piece, pikepdf.String):
                            codes = bytes(piece)
                            pairs = [codes[i : i + 2] for i in range(0, len(codes), 2)]
                            said += [tables[font].get(pair, "") for pair in pairs]
    return "".join(said)


def _table(font: pikepdf.Object) -> dict[bytes, str]:
    source = bytes(font.ToUnicode.read_bytes()).decode("ascii")
    pairs = re.findall(r"<([0-9A-Fa-f]{4})>\s*<((?:[0-9A-Fa-f]{4})+)>\s*(?=[<\n\r])", source)
    return {bytes.fromhex(code): bytes.fromhex(sign).decode("utf-16-be") for code, sign in pairs}


@pytest.mark.parametrize("typed", ["{0}", "  {1} ", "{2}", "{3}", "{4}", "{5}"])
def test_a_mark_may_be_typed_loosely(example_round: Path, typed: str) -> None:
    mark = marks(example_round / "output" / SEMINAR / LARGEST / "skolbild.html")[-1]
    signs = (mark.replace("-", sign) for sign in ("\xad", "\u2011"))  # as copied from a print
    loose = typed.format(mark, mark.lower(), mark.replace("-", " "), mark[-9:], *signs)
    assert trace(Workspace(example_round), loose)[0].mark == mark


def test_an_unknown_mark_is_told_in_words(example_round: Path) -> None:
    told = skolbank("trace", "SB-26-0000-0000", workspace=example_round)
    assert told.status == 2
    assert "[figure-unknown]" in told.err


ORDER = ("run", SEMINAR, "--unit", LARGEST, "--force")


def test_marks_stay_when_nothing_changes(own_round: Path) -> None:
    page = own_round / "output" / SEMINAR / LARGEST / "skolbild.html"
    before = marks(page)
    assert skolbank(*ORDER, workspace=own_round).status == 0
    assert marks(page) == before
    noted = own_round / "data/provenance" / SEMINAR / LARGEST / "skolbild.jsonl"
    assert len(noted.read_text("utf-8").splitlines()) == 1


@pytest.mark.slow
def test_old_editions_stay_reachable(own_round: Path) -> None:
    page = own_round / "output" / SEMINAR / LARGEST / "skolbild.html"
    noted = own_round / "data/provenance" / SEMINAR / LARGEST / "skolbild.jsonl"
    before = marks(page)
    targets = own_round / "params" / "targets.yaml"
    targets.write_text(re.sub(r"value: [\d.]+", "value: 99", targets.read_text("utf-8")), "utf-8")
    assert skolbank(*ORDER, workspace=own_round).status == 0
    gone = [mark for mark in before if mark not in marks(page)]
    kept = [mark for mark in before if mark in marks(page)]
    assert gone
    assert kept
    assert len(noted.read_text("utf-8").splitlines()) == 2
    assert not traced(own_round, gone[0])[0]["is_current"]
    assert traced(own_round, kept[0])[0]["is_current"]


def checked(workspace: Path) -> Told:
    return skolbank("check", workspace=workspace)


def test_check_tells_changed_missing_and_extra_files(own_round: Path) -> None:
    folder = own_round / "output" / SEMINAR / LARGEST
    assert check_kept(Workspace(own_round)) == []
    page, print_ = folder / "skolbild.html", folder / "skolbild.pdf"
    kept = page.read_bytes(), print_.read_bytes()
    page.write_bytes(kept[0] + b" ")
    print_.unlink()
    (folder / "anteckning.txt").write_text("hej", "utf-8")
    log = next((own_round / "data" / "access").glob("*.jsonl"))
    lines = log.read_bytes()
    log.write_bytes(lines.replace(b'"action": "run"', b'"action": "rum"', 1))
    told = checked(own_round)
    assert told.status == 1
    for code in ("output-changed", "output-missing", "output-extra", "access-log-changed"):
        assert f"[{code}]" in told.err
    assert str(own_round) not in told.err
    page.write_bytes(kept[0])
    print_.write_bytes(kept[1])
    (folder / "anteckning.txt").unlink()
    log.write_bytes(lines)
    assert check_kept(Workspace(own_round)) == []


def test_check_tells_a_manifest_changed_with_its_file_and_other_pages_of_ours(
    own_round: Path,
) -> None:
    manifest = own_round / "output" / SEMINAR / LARGEST / "manifest.json"
    page = manifest.with_name("skolbild.html")
    rests_on = own_round / "data" / "provenance" / SEMINAR / LARGEST / "skolbild.jsonl"
    index = manifest.parents[1] / "index.html"
    changed = {each: each.read_bytes() for each in (manifest, page, index, rests_on)}
    page.write_bytes(changed[page] + b" ")
    hashes = [hashlib.sha256(each).hexdigest().encode() for each in (changed[page], page.read_bytes())]
    manifest.write_bytes(changed[manifest].replace(*hashes))
    index.write_bytes(b"<p>Alla klarar allt</p>")
    rests_on.write_bytes(changed[rests_on].replace(b'"n"', b'"N"', 1)[:-2])
    assert checked(own_round).status == 1
    codes = sorted(fault.code for fault in check_kept(Workspace(own_round)))
    assert codes == ["index-changed", "manifest-changed", "provenance-changed"]
    for path, content in changed.items():
        path.write_bytes(content)
    rests_on.write_bytes(changed[rests_on] + b"{}\n")  # a later edition is only ever added
    assert check_kept(Workspace(own_round)) == []
    rests_on.write_bytes(changed[rests_on])


def test_manifests_of_an_earlier_version_are_told_as_unsealed_not_as_changed(own_round: Path) -> None:
    seals = own_round / ".keys" / "output-seals.json"
    kept = seals.read_bytes()
    seals.unlink()
    told = checked(own_round)
    assert told.status == 0
    assert "Manifest utan sigill" in told.err
    seals.write_bytes(kept)


@pytest.mark.slow
def test_check_has_nothing_to_say_of_a_whole_round(own_round: Path) -> None:
    told = checked(own_round)
    assert (told.status, told.err) == (0, "")


def test_check_tells_changed_snapshots(own_round: Path) -> None:
    path = next((own_round / "data/snapshots/core_scb__pupil_grades").rglob("*.parquet"))
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert [fault.code for fault in check_kept(Workspace(own_round))] == ["snapshot-changed"]
    path.write_bytes(content)


def test_every_act_with_pupil_rows_left_one_line(own_round: Path) -> None:
    lines = [
        json.loads(line)
        for path in sorted((own_round / "data" / "access").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    actions = Counter(line["action"] for line in lines)
    assert actions["import"] == 1
    assert actions["run"] >= 2
    assert all(line["actor"] and line["at"] and line["scope"] for line in lines)
