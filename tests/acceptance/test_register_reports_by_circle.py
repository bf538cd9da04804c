"""Every report of the quality year for the public and for the board: released, clean, no inner words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from command import skolbank

from analysis_lib.register import Entry, open_register
from analysis_lib.report.parameters import load_sidecar, report_names
from analysis_lib.vocabulary.workspace import Workspace

ALL, UNIT = "2026-ht-analys", "99010012"
# What ADR 54 keeps inside: kinds never told, and the single entries that are not yet, or not, for others.
INSIDE = {
    "chosen_figure",
    "peer_feedback",
    "observation",
    "time_log",
    "proposal",
    "draft_comment",
    "lead_teacher",
}
HIDDEN = {"board": INSIDE, "public": INSIDE | {"interview", "theme_note"}}
SINGLE = {
    "measure": lambda entry, _: entry.state == "proposed",
    "visit_note": lambda entry, _: entry.state != "established",
    "document": lambda entry, _: entry.audience != "public",
    "inspection_case": lambda entry, _: entry.scope != "general",
    "deficiency": lambda entry, individual: entry.case in individual,
}
BAND = "Intern – får inte publiceras"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example with a seminar of all reports for each circle outside the house."""
    folder = tmp_path_factory.mktemp("circles") / "almvik"
    assert skolbank("example", str(folder)).status == 0
    assert skolbank("import", "data/inbox", workspace=folder).status == 0
    workspace = Workspace(folder.resolve())
    seminars = folder / "params" / "seminars"
    known = yaml.safe_load((seminars / f"{ALL}.yaml").read_text("utf-8"))
    named = {order["name"] for order in known["reports"]}
    for name in report_names(workspace):
        if name not in named:
            known["reports"].append({"name": name, "scope": load_sidecar(workspace, name).scope})
    for circle in HIDDEN:
        made = known | {"id": f"alla-{circle}", "audience": circle}
        (seminars / f"alla-{circle}.yaml").write_text(yaml.safe_dump(made, allow_unicode=True), "utf-8")
    return workspace


def _texts(value: Any) -> Iterator[str]:
    """Sentences of people in an entry; codes and single words are told elsewhere too."""
    if isinstance(value, str):
        plain = " ".join(value.split())
        if len(plain) >= 25 and plain.count(" ") >= 3:
            yield plain
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _inner_words(workspace: Workspace, circle: str) -> set[str]:
    """What only narrower circles may read: in no entry that this one sees."""
    inside: set[str] = set()
    seen: set[str] = set()
    register = open_register(workspace)
    records = list(register.current())
    register.close()
    individual = {
        record.thing
        for record in records
        if record.kind == "inspection_case" and record.entry.scope != "general"
    }

    def is_hidden(kind: str, entry: Entry) -> bool:
        single = SINGLE.get(kind)
        return kind in HIDDEN[circle] or (single is not None and single(entry, individual))

    for record in records:
        place = inside if is_hidden(record.kind, record.entry) else seen
        place.update(_texts(record.entry.model_dump(mode="json")))
    return {word for word in inside if not any(word in other for other in seen)}


def _shown(page: Path) -> str:
    words = html.unescape(
        re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page.read_text("utf-8"), flags=re.S)
    )
    return " ".join(words.split())


def _clean(workspace: Workspace, circle: str, *narrowed: str) -> list[Path]:
    """The pages of a round that was made, told nothing of the house, and stood the attack."""
    seminar = f"alla-{circle}"
    told = skolbank("run", seminar, *narrowed, workspace=workspace.root)
    assert told.status == 0, told.out + told.err
    pages = sorted((workspace.output / seminar).glob("*/*.html"))
    inner = _inner_words(workspace, circle)
    assert len(inner) > 10
    for page in pages:
        shown = _shown(page)
        assert BAND not in shown, page
        found = [word for word in inner if word in shown]
        assert not found, (page, found[:3])
    return pages


@pytest.mark.slow
def test_all_reports_for_the_public_and_for_the_board(place: Workspace) -> None:
    names = set(report_names(place))
    for circle in ("board", "public"):
        pages = _clean(place, circle)
        assert {page.stem for page in pages} >= names
    told = skolbank("audit", workspace=place.root)
    assert told.status == 0, told.out + told.err


def test_the_words_of_one_school_for_the_public(place: Workspace) -> None:
    reports = ("verksamhetsrapport", "skolanalys", "djupdykning", "prio")
    pages = _clean(
        place, "public", "--unit", UNIT, *(word for name in reports for word in ("--report", name))
    )
    assert {page.stem for page in pages} >= set(reports)
