"""Published figures beside each other: the SIRIS and Kolada comparison of row F13 (floor 7).

Only what an authority has published, marks kept, and only läsår by läsår: our own figures have other rules
and stand elsewhere. Similar kommuner are chosen by the open weights of ``params/peers.yaml``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell, ReleasedTable
from analysis_lib.indicators.peers import similar_codes
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, mark_notes, row, table_cell, value_cell
from analysis_lib.present.evidence import cell_name, derived_value, facts_of, merged
from analysis_lib.report.released_file import released_rows
from analysis_lib.report.scope import NATION, Scope
from analysis_lib.report.tables import CERTAINTY_SIGNS, table_data
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.settings import Audience

_LEAST = 3
_NOTHING = table_cell(text.EN_DASH, reason="finns inte")


def compared_table(
    scope: Scope, indicators: Sequence[Indicator], catalog: Catalog, released: Path, *, audience: Audience
) -> Block | None:
    """A row per measure of the newest published läsår; None when nothing of it has been read.

    Columns: the report's own schools, all schools in the kommun, riket, similar kommuner and the kommungrupp
    (the median of those whose value is shown, at least three), and the change of the own figure.
    """
    wanted = [*catalog.peers.municipalities, *(each.id for each in indicators)]
    places = released_rows(released, audience, level=["municipality", "national"], indicator=wanted)
    groups = _groups(scope, catalog, places)
    found = [_measure(scope, each, places, groups) for each in indicators]
    rows = [each for each in found if each is not None]
    if not rows:
        return None
    own = scope.unit.name if scope.unit else "Kommunala skolor"
    columns = [
        column("measure", "Mått", "left"),
        column("year", "Läsår", "left"),
        column("own", own),
        column("all", f"Alla skolor i {scope.settings.municipality_name}"),
        column("nation", "Riket"),
        *(column(f"g{at}", name) for at, (name, _) in enumerate(groups)),
        column("change", "Egen förändring", "left"),
    ]
    cells = [cell for each in rows for cell in each[3]]
    data = table_data(
        "jamforelse",
        "Skolverkets och Koladas publicerade uppgifter bredvid varandra, det senaste publicerade läsåret.",
        columns,
        [each[0] for each in rows],
        [*_notes(groups, catalog), *mark_notes(cells)],
        foot="Källa: Skolverkets publicerade statistik, till exempel SIRIS, och där den saknas Kolada. "
        "Tecknen . .. och ~100 står som de är publicerade.",
        is_wide=True,
    )
    derived = [one for each in rows for one in each[2]]
    return Block("table", {**data, "derived": derived}, merged(*(each[1] for each in rows)))


_Group = tuple[str, Collection[str]]
_Row = tuple[dict[str, Any], tuple[Fact, ...], list[dict[str, Any]], list[ReleasedCell]]


def _groups(scope: Scope, catalog: Catalog, places: ReleasedTable) -> list[_Group]:
    """The kommuner to compare with, each group by its name; without enough of them there is no group."""
    code, peers = scope.settings.municipality_code, catalog.peers
    found: list[_Group] = []
    near = similar_codes(places.frame, code, peers, level="municipality", school_year=scope.school_year)
    if len(near) >= _LEAST:
        found.append(("Liknande kommuner", near))
    group = peers.group_of(code)
    if group is not None:
        found.append((f"Kommungruppen {group[0]}", [each for each in group[1] if each != code]))
    return found


def _measure(
    scope: Scope, indicator: Indicator, places: ReleasedTable, groups: Sequence[_Group]
) -> _Row | None:
    series = _published(scope, indicator, places)
    own = max(series, key=lambda cell: cell.school_year, default=None)
    if own is None:
        return None
    year = own.school_year
    everyone = _at(places, indicator, year, scope.settings.municipality_code)
    nation = _at(places, indicator, year, NATION, level="national")
    cells = [own, *(cell for cell in (everyone, nation) if cell is not None)]
    told = {
        "measure": table_cell(indicator.short),
        "year": table_cell(year),
        "own": value_cell(own, indicator),
        "all": value_cell(everyone, indicator) if everyone else _NOTHING,
        "nation": value_cell(nation, indicator) if nation else _NOTHING,
    }
    derived: list[dict[str, Any]] = []
    facts = [facts_of(cells, indicator)]
    for at, (name, codes) in enumerate(groups):
        others = [_at(places, indicator, year, code) for code in codes]
        shown = [cell for cell in others if cell is not None and cell.is_shown and cell.value is not None]
        told[f"g{at}"] = _NOTHING
        if len(shown) >= _LEAST:
            value = float(median(float(cell.value or 0) for cell in shown))
            unit = f"{text.NBSP}%" if indicator.kind == "share" else ""
            told[f"g{at}"] = table_cell(text.number(value, indicator.decimals) + unit)
            named = map(cell_name, shown)
            derived.append(derived_value(f"{indicator.id}/{name}", value, indicator.decimals, named))
            facts.append(facts_of(shown, indicator))
    words, more, about = _change(series, own, indicator)
    told["change"] = table_cell(words)
    return row(told), merged(*facts, more), [*derived, *about], cells


def _published(scope: Scope, indicator: Indicator, places: ReleasedTable) -> list[ReleasedCell]:
    """The report's own published figures over the läsår: the unit's, or all municipal schools'."""
    if scope.unit:
        keys: dict[str, Any] = {"level": "unit", "code": scope.unit.code, "sex": "T", "subject": ""}
        rows = scope.of(indicator.id).select(basis="published", category="", **keys)
    else:
        keys = {"level": "municipality", "code": scope.settings.municipality_code, "organiser": "municipal"}
        rows = places.select(indicator=indicator.id, sex="T", subject="", category="", **keys)
    return [cell for cell in rows.cells() if cell.state != "missing"]


def _at(
    places: ReleasedTable, indicator: Indicator, year: str, code: str, *, level: str = "municipality"
) -> ReleasedCell | None:
    rows = places.select(indicator=indicator.id, school_year=year, level=level, code=code, sex="T")
    rows = rows.select(subject="", category="", organiser=["all", ""])
    return next(rows.cells(), None)


def _change(
    series: Sequence[ReleasedCell], own: ReleasedCell, indicator: Indicator
) -> tuple[str, tuple[Fact, ...], list[dict[str, Any]]]:
    """What may be said of the own figure against the latest before it."""
    before = max(
        (cell for cell in series if cell.school_year < own.school_year and cell.is_shown),
        key=lambda cell: cell.school_year,
        default=None,
    )
    found = narrative.change_between(before, own, indicator)
    words = narrative.CERTAINTY.get(found.verdict, "")
    if before is None or not words:
        return "kan inte bedömas", (), []
    sign = CERTAINTY_SIGNS.get(found.verdict.value, "")
    told = f"{sign} {words} mot {before.school_year}".strip()
    return told, facts_of([before], indicator), []


def _notes(groups: Sequence[_Group], catalog: Catalog) -> list[dict[str, str]]:
    notes = []
    for name, codes in groups:
        listed = text.swedish_sorted([catalog.municipalities.get(code, f"Kommun {code}") for code in codes])
        told = f"är {text.listing(listed)}. Talet är det mittersta (medianen) av dem vars värde visas."
        notes.append({"term": name, "text": told})
    if not groups:
        told = (
            "visas när uppgifter från tillräckligt många kommuner är inlästa. Den som ansvarar för "
            "Skolbänken väljer kommungrupp."
        )
        notes.append({"term": "Liknande kommuner och kommungrupp", "text": told})
    return notes
