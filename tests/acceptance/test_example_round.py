"""The main job end to end on the example municipality: files in, one seminar round of reports out."""

import csv
import hashlib
import html
import json
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

SEMINAR = "2026-ht-resultat"
LARGEST, SMALLEST = "99010014", "99010019"


def output(workspace: Path) -> Path:
    return workspace / "output" / SEMINAR


@pytest.fixture(scope="session")
def facts(example_round: Path, run_skolbank: Callable[..., object]) -> list[dict]:
    told = run_skolbank(
        "audit", SEMINAR, "--facts", "facts.jsonl", "--lattice", "lattice.json", workspace=example_round
    )
    assert told.status == 0, told.err
    return [json.loads(line) for line in (example_round / "facts.jsonl").read_text("utf-8").splitlines()]


def test_every_file_of_the_inbox_is_read_and_no_row_is_lost(example_round: Path) -> None:
    reports = json.loads((example_round / "imported.json").read_text("utf-8"))
    assert len(reports) >= len(list((example_round / "data/inbox").iterdir()))
    for report in reports:
        assert report["stored"], report
        assert (
            report["rows_read"] == report["rows_accepted"] + report["rows_rejected"] + report["rows_ignored"]
        )


def test_every_unit_has_its_skolbild_and_the_huvudman_its_two_reports(example_round: Path) -> None:
    run = json.loads((output(example_round) / "run.json").read_text("utf-8"))
    assert run["status"] == "done"
    for document in run["documents"]:
        assert document["status"] == "done", document
        for name in document["outputs"]:
            assert (output(example_round) / document["unit"] / name).stat().st_size > 0
    assert {d["report"] for d in run["documents"]} == {"skolbild", "kommunbild", "verksamhetsanalys"}


def test_manifests_hold_the_hashes_of_the_files(example_round: Path) -> None:
    seen = 0
    for manifest in output(example_round).glob("*/manifest.json"):
        text = manifest.read_text("utf-8")
        for path in manifest.parent.iterdir():
            if path != manifest and path.suffix in {".html", ".pdf", ".ipynb"}:
                assert hashlib.sha256(path.read_bytes()).hexdigest() in text
                seen += 1
    assert seen >= 30


def test_a_second_run_makes_nothing_again(example_round: Path, run_skolbank: Callable[..., object]) -> None:
    before = {p: p.stat().st_mtime_ns for p in output(example_round).glob("*/*.html")}
    told = run_skolbank("run", SEMINAR, workspace=example_round)
    assert told.status == 0
    assert {p: p.stat().st_mtime_ns for p in output(example_round).glob("*/*.html")} == before


def test_no_page_reaches_outside_or_shows_code(example_round: Path) -> None:
    for page in output(example_round).rglob("*.html"):
        text = page.read_text("utf-8")
        addresses = set(re.findall(r"""(?:src|href)\s*=\s*["']((?:https?:)?//[^"']+)""", text))
        assert not addresses, (page.name, addresses)
        assert "url(http" not in text
        assert "open_report(" not in text
        assert 'lang="sv"' in text


def test_names_and_personal_numbers_of_the_inbox_are_in_no_other_file(example_round: Path) -> None:
    numbers, names = set(), set()
    for path in (example_round / "data/inbox").glob("betyg*.txt"):
        for line in path.read_text("utf-8-sig").splitlines():
            cells = line.split(";")
            numbers.add(cells[3])
            names.add(f"{cells[6]};{cells[7]}")
            names.add(f"{cells[6]} {cells[7]}")
    assert len(numbers) > 500
    ten_digits = {number[2:] for number in numbers} | numbers
    for folder in ("output", "data/snapshots", "data/work"):
        for path in (example_round / folder).rglob("*"):
            if path.is_file():
                content = path.read_bytes().decode("latin-1")
                assert not ten_digits & set(re.findall(r"\d{10}(?:\d\d)?", content)), path.name
                utf8 = content.encode("latin-1").decode("utf-8", "ignore")
                assert not [name for name in names if len(name) > 8 and name in utf8], path.name


def test_all_numbers_of_unit_results_are_published_statements(example_round: Path, facts: list[dict]) -> None:
    """Every share that a page's tables show is a fact of that page."""
    said = defaultdict(set)
    written = (example_round / "params/targets.yaml").read_text("utf-8")
    targets = {float(value) for value in re.findall(r"value: ([\d.]+)", written)}
    for fact in facts:
        said[fact["doc"].removesuffix(".html").removesuffix(".pdf")].add(fact["shown"])
    for page in output(example_round).glob("*/*.html"):
        document = f"{SEMINAR}/{page.parent.name}/{page.stem}"
        for cell in re.findall(r"<td[^>]*>([^<]*)</td>", page.read_text("utf-8")):
            text = html.unescape(cell).replace("\xa0", "").replace("−", "-").strip()
            if re.fullmatch(r"\d+,\d %", text.replace("%", " %")):
                value = float(text.replace("%", "").replace(",", "."))
                assert value in said[document] | targets, (page, cell)


def test_no_unit_with_few_pupils_shows_a_result(example_round: Path, facts: list[dict]) -> None:
    with (example_round / "truth/truth_indicators.csv").open(encoding="utf-8") as file:
        small = {
            (row["code"], row["indicator"].split(".")[1], row["school_year"][:2] + row["school_year"][-2:])
            for row in csv.DictReader(file)
            if row["level"] == "unit" and row["sex"] == "T" and int(row["n"]) < 10
        }
    assert small
    checked = 0
    for fact in facts:
        unit = fact["cell"].get("unit", "")
        year = fact["pop"].split("-")[1] if "-" in fact["pop"] else ""
        if (unit, fact["what"], year) in small and not fact["pop"].endswith("skolverket"):
            checked += 1
            assert isinstance(fact["shown"], str), fact
    assert checked


def test_the_kommuns_n_is_the_sum_of_its_units(example_round: Path, facts: list[dict]) -> None:
    """F10: the roll-up that is shown equals what the units' pupils add up to."""
    sums: dict[str, int] = defaultdict(int)
    with (example_round / "truth/truth_indicators.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["indicator"] == "results.all_passed_9" and row["level"] == "unit" and row["sex"] == "T":
                sums[f"ak9-{row['school_year'][:2]}{row['school_year'][-2:]}"] += int(row["n"])
    shown = {
        fact["pop"]: fact["shown"]
        for fact in facts
        if fact["what"] == "n" and fact["cell"] == {"unit": "KOMMUN"} and fact["pop"] in sums
    }
    assert shown
    assert shown == {pop: sums[pop] for pop in shown}
