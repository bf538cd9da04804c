"""A whole lived year: rounds, corrections, dashboards, copies, the site; nothing together tells.

Public round, the board's copy of the dashboards, a corrected file, the internal round, its dashboards, the
board's seminar, the public round again and the site; then everything ever said is attacked at once.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import LARGEST, SEMINAR, copied, skolbank

from analysis_lib.dashboards.access import Person
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.desk import RESULT_PAGES, Desk
from analysis_lib.dashboards.pages import PAGES
from analysis_lib.disclosure import archive, gate
from analysis_lib.report.document import read_document
from analysis_lib.report.slides import slides_of
from analysis_lib.vocabulary.workspace import Workspace

INTERNAL, BOARD = "2026-ht-intern", "2027-vt-namnd"
GRADES = f"data/inbox/betyg_ak9_vt2026_{LARGEST}.txt"


def done(workspace: Path, *words: str) -> str:
    told = skolbank(*words, workspace=workspace)
    assert told.status == 0, (words, told.err[-2000:])
    return told.out


def said(fact: dict[str, object]) -> str:
    shown = fact["shown"]
    told = float(shown) if isinstance(shown, int | float) else shown
    return json.dumps([fact["pop"], fact["cell"], fact["what"], told], sort_keys=True)


@pytest.mark.slow
def test_a_lived_year_with_dashboards_slides_and_copies_tells_nothing(
    example_imported: Path, tmp_path: Path
) -> None:
    place = copied(example_imported, tmp_path / "almvik")
    seminars = place / "params/seminars"
    board = (seminars / f"{SEMINAR}.yaml").read_text("utf-8")
    board = board.replace(f"id: {SEMINAR}", f"id: {BOARD}").replace("audience: public", "audience: board")
    board = board.rstrip() + "\n  - {name: kvalitetsnamnd, scope: authority}\n"
    (seminars / f"{BOARD}.yaml").write_text(board, "utf-8")
    done(place, "run", SEMINAR)
    done(place, "serve", "--export", str(tmp_path / "kopia-1"), "--seminar", SEMINAR)
    lines = (place / GRADES).read_bytes().splitlines(keepends=True)
    (place / GRADES).write_bytes(b"".join([lines[0], *lines[2:]]))
    done(place, "import", GRADES)
    done(place, "run", INTERNAL)
    done(place, "serve", "--export", str(tmp_path / "kopia-2"), "--seminar", INTERNAL)
    done(place, "run", BOARD)
    done(place, "run", SEMINAR)
    done(place, "publish", SEMINAR, "--to", str(tmp_path / "webb"))
    assert done(place, "audit").strip().endswith(" 0 fynd.")
    workspace = Workspace(place)
    made = {path.stem for path in workspace.output.glob("*/*/*.html")}
    assert made >= {"skolbild", "kommunbild", "verksamhetsanalys", "kvalitetsnamnd"}
    seen = _dashboards(workspace)  # their release is certified when they open
    known = {said(fact) for fact in archive.statements(workspace, "internal")}
    assert seen <= known
    slides = _slides(workspace)
    assert slides
    assert slides <= known
    for circle in ("public", "board", "internal"):
        everything = archive.statements(workspace, circle)
        assert len({fact["edition"] for fact in everything}) > 1
        assert gate.attack(workspace, everything, circle).findings == ()


def _dashboards(workspace: Workspace) -> set[str]:
    """What the dashboards' pages say today."""
    found: set[str] = set()
    desk = Desk(workspace, seminar=INTERNAL)
    for role, units in (("strateg", ()), ("nämnd", ()), ("rektor", (LARGEST,))):
        rights = desk.rights(Person(name="prov", role=role, units=units))
        for page in [each for each in RESULT_PAGES if rights.may_open(each)]:
            state = read_state(PAGES[page], {}, rights, desk.edition(rights.audience))
            for card in desk.show(state, rights).cards:
                found |= {said(fact.as_json("")) for fact in card.block.facts}
    assert len(found) > 200
    return found


def _slides(workspace: Workspace) -> set[str]:
    """What the slides of every report of the year say."""
    found: set[str] = set()
    for path in sorted(workspace.output.glob("*/*/*.ipynb")):
        for slide in slides_of(read_document(json.loads(path.read_text("utf-8")))):
            found |= {said(dict(fact)) for fact in slide.facts}
    return found
