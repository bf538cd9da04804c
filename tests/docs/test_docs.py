"""Documents that can go stale are held to the code."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import analysis_lib

ROOT = Path(__file__).parents[2]


def test_the_changelog_has_this_version() -> None:
    assert f"## {analysis_lib.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f'version = "{analysis_lib.__version__}"' in (ROOT / "pyproject.toml").read_text("utf-8")


def _refused_words() -> set[str]:
    rows = re.findall(r"^\|[^|]*\|[^|]*\|([^|]*)\|$", (ROOT / "docs/ORDLISTA.md").read_text("utf-8"), re.M)
    return {word.strip() for row in rows[2:] for word in row.split(",") if word.strip()}


def test_identifiers_use_one_word_per_concept() -> None:
    refused = _refused_words()
    assert "student" in refused
    pattern = re.compile(
        rf"\b(?:def|class)\s+\w*(?:{'|'.join(sorted(refused))})\w*|^\s*(?:{'|'.join(refused)})\s*[:=]"
    )
    faults = []
    for path in sorted((ROOT / "analysis_lib").rglob("*.py")):
        for position, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if pattern.search(line):
                faults.append(f"{path.relative_to(ROOT)}:{position}: {line.strip()}")
    assert faults == []


def test_no_document_or_module_names_a_machine() -> None:
    faults = [
        str(path.relative_to(ROOT))
        for folder in ("analysis_lib", "docs", "notebooks", "params", "templates", "benchmarks", "tests")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".md", ".ipynb", ".yaml", ".j2", ".typ"}
        and path != Path(__file__)
        and re.search(r"(?<!\w)/(work|root|home/\w+)/", path.read_text("utf-8"))
    ]
    assert faults == []


def _maker(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / f"docs/{name}.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_method_holds_every_indicators_definition() -> None:
    make_method = _maker("make_method")
    committed = (ROOT / "docs/METHOD.md").read_text("utf-8")
    assert make_method.with_indicators(committed) == committed


def test_the_table_of_formats_is_current() -> None:
    assert _maker("make_formats").document() == (ROOT / "docs/KALLOR.md").read_text("utf-8")


def test_the_table_of_rows_is_current_and_names_what_exists() -> None:
    make_rows = _maker("make_rows")
    remedy = "kör python docs/make_rows.py"
    assert (ROOT / "docs/RADER.md").read_text("utf-8") == make_rows.table(), remedy
    rows = make_rows.rows()
    assert len(rows) == 12 + 14 + 18 + 9 + 13 + 3
    places = [place for row in rows.values() for place in row.get("where", [])]
    assert [place for place in places if not (ROOT / place).exists()] == []
    assert set(make_rows.tests_by_row()) <= set(rows)
