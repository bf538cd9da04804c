"""What lies beside a document (manifest, facts), and the page template under plain nbconvert."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from executed_reports import LARGE, ROOT, Executed

from analysis_lib.errors import SkolbankError
from analysis_lib.report.html import refuse_outside, style_sheet
from analysis_lib.report.manifest import (
    collect_facts,
    manifest_entry,
    write_facts,
    write_manifest,
)
from analysis_lib.vocabulary.whole_files import write_whole

Give = Callable[..., Executed]


def test_the_manifest_tells_inputs_outputs_and_versions(executed: Give, tmp_path: Path) -> None:
    document = executed("skolbild", LARGE)
    page = tmp_path / "skolbild.html"
    page.write_text(document.html, "utf-8")
    source = ROOT / "notebooks" / "reports" / "skolbild.ipynb"
    entry = manifest_entry(document.notebook, source=source, outputs=[page])
    assert entry["parameters"] == {"unit": LARGE, "seminar": "2026-prov", "audience": ""}
    assert entry["outputs"]["skolbild.html"]["sha256"] == hashlib.sha256(page.read_bytes()).hexdigest()
    assert entry["inputs"]["notebook"]["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert entry["inputs"]["snapshots"]
    assert {"skolbank", "typst", "pandas"} <= set(entry["versions"])


def test_documents_of_a_folder_share_a_manifest(tmp_path: Path) -> None:
    write_manifest(tmp_path, {"kommunbild": {"facts": "a"}})
    path = write_manifest(tmp_path, {"verksamhetsanalys": {"facts": "b"}})
    assert list(json.loads(path.read_text("utf-8"))["documents"]) == ["kommunbild", "verksamhetsanalys"]
    assert [each.name for each in tmp_path.iterdir()] == ["manifest.json"]


def test_facts_have_the_form_of_the_contract(executed: Give, tmp_path: Path) -> None:
    facts = collect_facts(executed("kommunbild").notebook, "2026-prov/9901/kommunbild.html")
    write_facts(tmp_path / "facts.jsonl", facts)
    lines = [json.loads(line) for line in (tmp_path / "facts.jsonl").read_text("utf-8").splitlines()]
    assert lines == facts
    for fact in facts:
        assert {"pop", "cell", "what", "kind", "shown", "doc"} <= set(fact)
        assert fact["kind"] in {"count", "share", "mean"}
        assert isinstance(fact["shown"], int | float) or re.fullmatch(r"\.\.|~100|~0|<\d+", fact["shown"])
    assert {"..", "~100"} & {fact["shown"] for fact in facts}


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="full"):
        write_whole(tmp_path / "page.html", b"half")
    assert list(tmp_path.iterdir()) == []


def test_fonts_lie_inside_the_style_sheet() -> None:
    css = style_sheet()
    assert css.count("url(data:font/woff2;base64,") >= 6
    assert not re.search(r"url\((?!data:)", css)


@pytest.mark.parametrize(
    "page",
    [
        '<img src="https://example.org/a.png">',
        '<link rel="stylesheet" href="//example.org/a.css">',
        "<script>1</script>",
        "<style>@import 'a.css'</style>",
        "<style>p{background:url(https://example.org/a.png)}</style>",
        '<p style="background: url(//example.org/a.png)">x</p>',
        '<iframe src="a.html"></iframe>',
    ],
)
def test_a_page_that_points_outside_itself_is_refused(page: str) -> None:
    with pytest.raises(SkolbankError, match="page-not-self-contained"):
        refuse_outside(page)


def test_a_link_that_a_reader_may_follow_is_no_fault() -> None:
    refuse_outside('<p><a href="https://www.skolverket.se">Skolverket</a></p>')


@pytest.mark.parametrize(
    "name",
    ["@import url(http://example.org/x.css)", "src='//example.org'", "&lt;script&gt;", "style=url(//x"],
)
def test_a_name_that_looks_like_markup_is_text(name: str) -> None:
    refuse_outside(f"<style>p{{color:red}}</style><h1>{name}</h1><p title='@import'>{name}</p>")


def test_plain_nbconvert_with_our_template_gives_the_same_page(executed: Give, tmp_path: Path) -> None:
    document = executed("skolbild", LARGE)
    source = tmp_path / "skolbild.ipynb"
    source.write_text(json.dumps(document.notebook), "utf-8")
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--template", "skolbank", str(source)]
    env = dict(os.environ) | {"JUPYTER_PATH": str(ROOT / "templates"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    page = source.with_suffix(".html").read_text("utf-8")
    assert words(page) == words(document.html)
    assert "<script" not in page


def words(page: str) -> list[str]:
    plain = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S)
    return plain.replace("&#34;", '"').split()
