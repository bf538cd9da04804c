"""R18: the kommun beside those most like it: open weights, by name, quarters in words, never a rank."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis_lib import text
from analysis_lib.disclosure.release import RELEASED_COLUMNS, open_released
from analysis_lib.present.charts.figure import Setting
from analysis_lib.report.scope import Scope
from analysis_lib.report.similar import similar_figure
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.peers import Peers
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

CATALOG = Catalog(Workspace(builtin_root()))
YEAR = "2024/25"
ELIGIBLE = CATALOG.indicators["results.eligible_vocational"]
OWN = CATALOG.settings.municipality_code
NAMES = {
    f"98{i:02d}": name for i, name in enumerate(["Å", "Be", "Ce", "De", "E", "Fe", "Ge", "Hå", "I", "Jo"])
}


def _row(indicator: str, code: str, value: float, level: str = "municipality") -> dict[str, Any]:
    known: dict[str, Any] = dict.fromkeys(RELEASED_COLUMNS, "")
    known |= {"indicator": indicator, "school_year": YEAR, "level": level, "code": code, "organiser": "all"}
    known |= {"sex": "T", "state": "shown", "n_state": "shown", "basis": "published", "decimals": 1}
    known |= {"population": "ak9-2025-skolverket", "rounding": 1, "value": value, "n": 400}
    return known | {"low": value - 3, "high": value + 3, "numerator": None}


def _scope(places: int) -> Scope:
    """Kommuner whose background rises by place; ours is like the first ones and has the highest result."""
    rows = [_row(ELIGIBLE.id, OWN, 95.0), _row(ELIGIBLE.id, "RIKET", 85.0, "national")]
    rows += [_row(name, OWN, 10.0) for name in CATALOG.peers.municipalities]
    for place, code in enumerate(list(NAMES)[:places]):
        rows.append(_row(ELIGIBLE.id, code, 70.0 + place))
        rows += [_row(name, code, 10.0 + 5 * place) for name in CATALOG.peers.municipalities]
    frame = pd.DataFrame(rows)
    return Scope(open_released(frame, "public"), CATALOG.settings, {}, None, YEAR, (YEAR,))


def _figure(places: int, peers: Peers) -> Any:
    scope = _scope(places)
    names = {"known": CATALOG.indicators, "names": NAMES}
    setting = Setting(id="VA-25-01", subject="Almvik", source="")
    return similar_figure(scope, scope.table, ELIGIBLE, peers, setting=setting, **names)


def test_R18_the_most_alike_stand_by_name_beside_the_open_weights() -> None:
    block = _figure(10, CATALOG.peers.model_copy(update={"count": 4}))
    names = [row["cells"]["group"]["text"] for row in block.data["table"]["rows"]]
    assert set(names) == {*list(NAMES.values())[:4], CATALOG.settings.municipality_name, "Riket"}
    assert names[:-1] == sorted(names[:-1], key=text.sort_key)
    notes = {note["term"]: note["text"] for note in block.data["notes"]}
    assert "(vikt tre)" in notes["Liknande kommuner"]
    assert "den gynnsamma fjärdedelen" in notes["Bland alla kommuner"]


def test_R18_quarters_of_few_are_not_told_and_two_are_not_enough() -> None:
    notes = [note["term"] for note in _figure(4, CATALOG.peers).data["notes"]]
    assert "Bland alla kommuner" not in notes
    assert _figure(2, CATALOG.peers) is None
