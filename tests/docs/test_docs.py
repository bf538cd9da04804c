"""Documents that can go stale are held to the code."""

import importlib.util
import re
from pathlib import Path

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


def test_the_method_holds_every_indicators_definition() -> None:
    spec = importlib.util.spec_from_file_location("make_method", ROOT / "docs/make_method.py")
    assert spec
    assert spec.loader
    make_method = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_method)
    committed = (ROOT / "docs/METHOD.md").read_text("utf-8")
    assert make_method.with_indicators(committed) == committed


def test_the_table_of_formats_is_current() -> None:
    spec = importlib.util.spec_from_file_location("make_formats", ROOT / "docs/make_formats.py")
    assert spec
    assert spec.loader
    make_formats = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_formats)
    assert make_formats.document() == (ROOT / "docs/KALLOR.md").read_text("utf-8")
