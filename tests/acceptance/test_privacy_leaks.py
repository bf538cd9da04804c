"""Nothing leaks beside the tables: canaries in the pupil files, forced failures, every byte looked at."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import openpyxl
import pikepdf
import pytest
from command import LARGEST, ROOT, SMALLEST, Told, skolbank

PUBLIC, INTERNAL = "2026-ht-resultat", "2026-ht-intern"
FIRST, LAST, CLASS = "Kanariefågelina", "Qvintusdotter", "9QZ"
REMOTE = re.compile(rb"""(?:src|href|action|poster|url)\s*[=(]\s*["']?(?:https?:)?//""")


# An ordinary run looks at one unit's public reports; make test-full at two units, for readers inside too.
ROUNDS = {"thin": ((PUBLIC,), (SMALLEST,)), "whole": ((PUBLIC, INTERNAL), (SMALLEST, LARGEST))}


@pytest.fixture(scope="session", params=["thin", pytest.param("whole", marks=pytest.mark.slow)])
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def told(size: str) -> list[Told]:
    """What every command of the round said."""
    return []


@pytest.fixture(scope="session")
def canary_round(
    example_round: Path, tmp_path_factory: pytest.TempPathFactory, told: list[Told], size: str
) -> Path:
    """The example's round once more with canaries planted, a file and two notebooks that fail."""
    seminars, units = ROUNDS[size]
    workspace = tmp_path_factory.mktemp("canary") / "almvik"
    shutil.copytree(example_round, workspace, symlinks=True)
    for path in sorted((workspace / "data/inbox").glob(f"betyg_ak9*{SMALLEST}*.txt")):
        rows = [line.split(";") for line in path.read_text("utf-8").splitlines()]
        for row in rows:
            row[5:8] = [CLASS, FIRST, LAST]
        path.write_text("".join(";".join(row) + "\n" for row in rows), "utf-8")
        broken = [*rows[0][:3], "fel" + rows[0][3], *rows[0][4:]]
        (workspace / "data/inbox" / f"trasig-{path.name}").write_text(";".join(broken) + "\n", "utf-8")
    plant_broken_notebooks(workspace)
    told.append(skolbank("import", "data/inbox", "--json", "imported.json", workspace=workspace))
    chosen = [word for unit in units for word in ("--unit", unit)]
    told.extend(skolbank("run", each, *chosen, "--force", workspace=workspace) for each in seminars)
    told.append(skolbank("run", "trasigt", "--unit", SMALLEST, workspace=workspace))
    told.append(skolbank("audit", "--facts", "facts.jsonl", "--lattice", "l.json", workspace=workspace))
    told.append(skolbank("status", workspace=workspace))
    return workspace


def plant_broken_notebooks(workspace: Path) -> None:
    """A report whose code fails and one that names a pupil in its running text, in a seminar of their own."""
    seminar = (workspace / f"params/seminars/{INTERNAL}.yaml").read_text("utf-8")
    head = re.sub(r"(?m)^id: .*$", "id: trasigt", seminar).split("reports:")[0]
    orders = "".join(
        f"  - {{name: {name}, scope: unit, outputs: [html]}}\n" for name in ("trasig", "namngiven")
    )
    (workspace / "params/seminars/trasigt.yaml").write_text(f"{head}reports:\n{orders}", "utf-8")
    folder = workspace / "notebooks" / "reports"
    folder.mkdir(parents=True)
    source = nbformat.read(ROOT / "notebooks/reports/skolbild.ipynb", as_version=4)
    sidecar = (ROOT / "notebooks/reports/skolbild.yaml").read_text("utf-8")
    for name, cell in (
        ("trasig", nbformat.v4.new_code_cell('report.trend("results.finns_inte")')),
        ("namngiven", nbformat.v4.new_markdown_cell(f"Samtal med Anna Svensson, {a_number(workspace)}.")),
    ):
        notebook = nbformat.from_dict(json.loads(json.dumps(source)))
        cell["id"] = "planted"
        notebook.cells.insert(-2, cell)
        nbformat.write(notebook, folder / f"{name}.ipynb")
        (folder / f"{name}.yaml").write_text(sidecar, "utf-8")


def a_number(workspace: Path) -> str:
    return sorted(numbers(workspace))[0]


def numbers(workspace: Path) -> set[str]:
    """The personal numbers of all pupil files."""
    found = set()
    for path in (workspace / "data/inbox").glob("betyg*.txt"):
        found |= {line.split(";")[3] for line in path.read_text("utf-8").splitlines()}
    return found


def exact_values(workspace: Path) -> set[str]:
    """Exact values of groups under ten pupils, with the decimals that no document shows."""
    found = set()
    with (workspace / "truth/truth_indicators.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            digits = row["value"].partition(".")[2]
            if row["level"] == "unit" and int(row["n"] or 0) < 10 and len(digits) >= 4:
                found |= {row["value"][: len(row["value"]) - len(digits) + 4]}
    return found


def published(workspace: Path) -> list[Path]:
    return sorted(path for path in (workspace / "output").rglob("*") if path.is_file())


def everything_else(workspace: Path) -> list[Path]:
    """All files of the workspace but what was put in by hand, the keys and the planted notebook itself."""
    own = ("data/inbox", ".keys", "truth", "params", "notebooks")
    files = (path for path in workspace.rglob("*") if path.is_file())
    return sorted(p for p in files if not p.relative_to(workspace).as_posix().startswith(own))


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and of what is packed in it."""
    yield path.read_bytes()
    if path.suffix == ".parquet":
        import pandas as pd

        yield pd.read_parquet(path).to_csv().encode()
    elif path.suffix in (".xlsx", ".docx", ".pptx", ".zip"):
        with zipfile.ZipFile(path) as book:
            yield from (book.read(name) for name in book.namelist())
    elif path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            streams = (each for each in pdf.objects if isinstance(each, pikepdf.Stream))
            for stream in streams:
                try:
                    yield bytes(stream.read_bytes())
                except pikepdf.PdfError:
                    yield bytes(stream.read_raw_bytes())


def test_the_forced_failures_failed_and_the_rest_was_made(canary_round: Path, told: list[Told]) -> None:
    imported, *made, broken, audit, _ = told
    assert imported.status in (1, 2), imported.err
    assert [each.status for each in made] == [0] * len(made), [each.err for each in made]
    assert broken.status == 1
    assert "text-personal-data" in broken.err
    assert audit.status == 0, audit.err
    assert (canary_round / "output" / "trasigt" / "failed" / f"{SMALLEST}-trasig.ipynb").is_file()
    assert not (canary_round / "output" / "trasigt" / SMALLEST / "namngiven.html").exists()
    assert len([path for path in published(canary_round) if path.suffix == ".pdf"]) >= 6


def test_no_canary_is_in_any_file_or_its_name(canary_round: Path) -> None:
    names = [word.encode() for word in (FIRST, LAST)]
    known = numbers(canary_round)
    pattern = re.compile(rb"(?<!\d)\d{6,8}[-+]?\d{4}(?!\d)")
    spelled = {number.encode() for number in known} | {number[2:].encode() for number in known}
    allowed = canary_round / "output" / "trasigt" / "failed" / f"{SMALLEST}-namngiven.ipynb"
    for path in everything_else(canary_round):
        assert not [name for name in (FIRST, LAST, *known) if name in path.name]
        if path == allowed:  # the author's own text, kept for the author to mend
            continue
        for content in contents(path):
            assert not [name for name in names if name in content], path.name
            found = {each.replace(b"-", b"").replace(b"+", b"") for each in pattern.findall(content)}
            assert not found & spelled, path.name


def test_no_class_and_no_exact_value_of_a_small_group_is_published(canary_round: Path) -> None:
    values = {value.encode() for value in exact_values(canary_round)}
    assert len(values) > 20
    values |= {value.replace(b".", b",") for value in values}
    whole = re.compile(b"|".join(rb"(?<!\d)" + re.escape(value) for value in sorted(values)))
    facts = sorted((canary_round / "data/work/facts").rglob("*.jsonl"))
    noted = sorted((canary_round / "data/provenance").rglob("*.jsonl"))
    for path in [*published(canary_round), *facts, *noted, canary_round / "facts.jsonl"]:
        if path.suffix in (".html", ".json", ".jsonl", ".ipynb"):
            content = path.read_bytes()
            text = re.sub(rb"<svg\b.*?</svg>|\"d\":.*|path d=\"[^\"]*\"", b"", content, flags=re.S)
            assert not whole.search(text), (path.name, whole.search(text))
            assert CLASS.encode() not in re.sub(rb"base64,[^)\"']*", b"", content), path.name


def test_no_command_said_a_canary(canary_round: Path, told: list[Told]) -> None:
    known = numbers(canary_round)
    for each in told:
        said = each.out + each.err
        assert FIRST not in said
        assert LAST not in said
        assert "Traceback" not in said
        assert not known & set(re.findall(r"\d{12}", said))
    for name in ("imported.json", "data/access"):
        for path in [canary_round / name] if name.endswith("json") else (canary_round / name).glob("*.jsonl"):
            assert not known & set(re.findall(r"\d{12}", path.read_text("utf-8")))


def test_no_published_file_holds_a_path_of_this_machine_or_an_outside_address(canary_round: Path) -> None:
    import sys

    places = [str(canary_round), str(canary_round.parent), str(ROOT), sys.prefix, str(Path.home()), "/tmp/"]
    for path in published(canary_round):
        if path.parent.name == "failed":
            continue
        for content in contents(path):
            assert not [place for place in places if len(place) > 2 and place.encode() in content], path.name
        if path.suffix == ".html":
            assert not REMOTE.search(path.read_bytes()), path.name


def test_failed_notebooks_hold_no_path_of_this_machine(canary_round: Path) -> None:
    failed = sorted((canary_round / "output").rglob("failed/*.ipynb"))
    assert failed
    for path in failed:
        content = path.read_text("utf-8")
        for place in (str(canary_round.parent), str(ROOT), str(Path.home()) + "/"):
            assert place not in content, path.name


def test_published_notebooks_hold_no_run_metadata_and_no_rule(canary_round: Path) -> None:
    for path in (canary_round / "output").glob("*/*/*.ipynb"):
        if path.parent.name == "failed":
            continue
        notebook = json.loads(path.read_text("utf-8"))
        assert set(notebook["metadata"]) <= {"kernelspec", "language_info"}
        text = path.read_text("utf-8")
        assert '"papermill": {' not in text
        assert '"provenance"' not in text
        assert '"complementary"' not in text


def test_no_workbook_has_a_hidden_sheet(canary_round: Path) -> None:
    books = sorted(canary_round.rglob("*.xlsx"))
    assert books
    for path in books:
        if (canary_round / "data/inbox") in path.parents:
            continue
        book = openpyxl.load_workbook(path)
        assert {sheet.sheet_state for sheet in book.worksheets} == {"visible"}
        assert book.properties.creator in (None, "", "openpyxl", "Almviks kommun")
        assert not [
            dim for sheet in book.worksheets for dim in sheet.column_dimensions.values() if dim.hidden
        ]


def test_charts_hold_only_released_numbers(canary_round: Path) -> None:
    """The data inside each chart's specification are numbers of the document's own facts."""
    checked = 0
    for path in (canary_round / "output" / PUBLIC).glob("*/*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                block = output.get("data", {}).get("application/vnd.skolbank.block+json", {})
                if block.get("kind") == "figure":
                    text = json.dumps(block["data"]["charts"])
                    assert '"pupil"' not in text
                    assert "url" not in json.loads(text)["wide"].get("data", {})
                    assert block["facts"]
                    checked += 1
    assert checked >= 6
