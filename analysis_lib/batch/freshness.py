"""How fresh and how whole the imported data are, per unit and source, read from the import log (floor 8).

A source is a table that is published or handed in on its own: the grades of one year group, one survey, one
of Skolverket's tables. When the next is expected comes from the årshjul where it names the source, else a
year after the newest.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from analysis_lib import text
from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.log import Snapshot
from analysis_lib.snapshots.missing import MissingRows
from analysis_lib.snapshots.refused_files import RefusedFile, refused_files
from analysis_lib.snapshots.schemas import TABLES
from analysis_lib.snapshots.store import Store
from analysis_lib.snapshots.units import load_units
from analysis_lib.sources.recognition import known_formats
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.wheel import compute_occasions, load_wheel
from analysis_lib.vocabulary.workspace import Workspace

_PUPIL_TABLES = {
    "core_scb__pupil_grades": ("Betyg årskurs {0}", "betyg"),
    "core_scb__national_tests": ("Nationella prov årskurs {0}", "nationella prov"),
    "core_scb__national_tests_3": ("Nationella prov årskurs {0}", "nationella prov"),
}
_OTHERS = {
    "core_attendance__periods": ("Närvaro", "närvaro"),
    "core_local__course_results": ("Kursresultat", "kursutfall"),
}
_NAMED_BY_PARTITION = {
    "core_skolverket__statistics": "skolverket",
    "core_local__figures": "simple",
    "core_survey__answers_by_unit": "survey",
}
_YEAR = re.compile(r"\d{4}-\d{2}(?!-?\d)")
_STALE_DAYS = 400


@dataclass(frozen=True)
class SourceState:
    """What one unit has of one source. ``expected`` is a date or a school year in words, or empty."""

    unit: str
    unit_name: str
    source: str
    newest: str
    imported: str
    age_days: int
    expected: str
    years: int
    coverage: str
    problems: tuple[str, ...]


@dataclass
class _Held:
    """The newest school year of a unit's rows of a source, when it came, and all its years."""

    newest: str = ""
    at: str = ""
    years: set[str] | None = None

    def take(self, year: str, at: str) -> None:
        self.years = (self.years or set()) | {year}
        if (year, at) >= (self.newest, self.at):
            self.newest, self.at = year, at


@dataclass(frozen=True)
class _Around:
    """What every unit has of a source; a closed unit lacks no year after its last."""

    by_unit: Mapping[str, _Held]
    units: Mapping[str, Unit]

    @property
    def newest(self) -> str:
        return max(each.newest for each in self.by_unit.values())

    def is_closed(self, code: str) -> bool:
        """Whether the unit was gone before the newest year."""
        closed = self.units[code].closed
        return bool(closed) and str(closed) < self.newest

    @property
    def coverage(self) -> str:
        open_units = [held for code, held in self.by_unit.items() if not self.is_closed(code)]
        open_units = open_units or list(self.by_unit.values())
        fresh = sum(each.newest == self.newest for each in open_units)
        return f"{fresh} av {len(open_units)} enheter har {self.newest or 'uppgifter'}"


def freshness(workspace: Workspace, today: datetime.date | None = None) -> list[SourceState]:
    """A line per unit and source, by unit and source name."""
    store, catalog = Store(workspace), Catalog(workspace)
    names = {each.id: str(getattr(each, "name", each.id)) for each in known_formats(workspace)}
    units = load_units(workspace, catalog, store)
    held: dict[str, dict[str, _Held]] = defaultdict(lambda: defaultdict(_Held))
    words: dict[str, str] = {}
    for snapshot in store.current():
        source, word = _source(snapshot, names)
        year = _YEAR.search(snapshot.slot)
        for key in snapshot.keys if source else ():
            code = key.split("|")[0]
            if code in units and key not in snapshot.replaced:
                held[source][code].take(year[0].replace("-", "/", 1) if year else "", snapshot.imported_at)
                words[source] = word
    now = today or datetime.date.today()
    waiting = store.missing_rows()
    coming = _coming(workspace, now)
    expected = {source: _expected(word, coming) for source, word in words.items()}
    found = [
        _state(units[code], source, _Around(by_unit, units), expected[source], waiting, now)
        for source, by_unit in held.items()
        for code in by_unit
    ]
    return sorted(found, key=lambda one: (text.sort_key(one.unit_name), one.unit, text.sort_key(one.source)))


def refused_whole(workspace: Workspace) -> list[RefusedFile]:
    """The files of which every row was refused and that are still waited for."""
    return refused_files(Store(workspace))


def freshness_json(states: Iterable[SourceState]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [asdict(one) | {"problems": list(one.problems)} for one in states]


def freshness_text(states: list[SourceState], files: list[RefusedFile]) -> list[str]:
    """The same in words: a heading per unit, a line per source."""
    lines: list[str] = []
    unit = ""
    for one in states:
        if one.unit != unit:
            unit = one.unit
            lines.append(f"{one.unit_name} ({one.unit})")
        told = f"  {one.source}: senast {one.newest or 'utan läsår'}, inläst {one.imported} "
        coming = f"nästa väntas {one.expected}; " if one.expected else ""
        told += f"({_age(one.age_days)}); {coming}{one.coverage}"
        lines.append(told + "".join(f". OBS: {problem}" for problem in one.problems))
    for file in files:
        rows = "den enda raden" if file.rows == 1 else f"alla {text.count(file.rows)} rader"
        lines.append(f"Inget sparat: {file.file} ({file.format}), {rows} nekades ({file.workbook})")
    return lines


def _source(snapshot: Snapshot, names: dict[str, str]) -> tuple[str, str]:
    """The source's name and the word that the årshjul has for it; empty for tables that are no reports."""
    parts = snapshot.slot.split("/")
    if snapshot.table in _PUPIL_TABLES:
        name, word = _PUPIL_TABLES[snapshot.table]
        return name.format(parts[0]), word
    if snapshot.table in _OTHERS:
        return _OTHERS[snapshot.table]
    if snapshot.table in _NAMED_BY_PARTITION:
        name = names.get(f"{_NAMED_BY_PARTITION[snapshot.table]}.{parts[0]}", "")
        name = name or names.get(f"pxweb.{parts[0]}", parts[0])
        return name, name.split(",")[0].casefold()
    if TABLES[snapshot.table].key_sql == "unit_code":
        return snapshot.table.replace("__", " ").removeprefix("core_").replace("_", " ").capitalize(), ""
    return "", ""


def _coming(workspace: Workspace, today: datetime.date) -> list[tuple[datetime.date, tuple[str, ...]]]:
    """The days to come of this läsår and the next on which the årshjul needs something, and what."""
    this = SchoolYear.of_date(today)
    try:
        return [
            (one.start, tuple(each.casefold() for each in one.moment.inputs))
            for calendar in load_wheel(workspace)
            for year in (this, this.plus(1))
            for one in compute_occasions(calendar, year)
            if one.start >= today
        ]
    except SkolbankError:
        return []  # a faulty årshjul is told by skolbank check


def _expected(word: str, coming: Iterable[tuple[datetime.date, tuple[str, ...]]]) -> datetime.date | None:
    """The next day on which the årshjul has the source among what a moment needs."""
    if not word:
        return None
    return min((day for day, needs in coming if any(word in each for each in needs)), default=None)


def _state(
    unit: Unit,
    source: str,
    around: _Around,
    expected: datetime.date | None,
    waiting: list[MissingRows],
    today: datetime.date,
) -> SourceState:
    held, is_closed = around.by_unit[unit.code], around.is_closed(unit.code)
    came = datetime.datetime.fromisoformat(held.at).date()
    age = (today - came).days
    problems = []
    if held.newest < around.newest and not is_closed:
        problems.append(f"saknar {around.newest}, som andra enheter har")
    if age > _STALE_DAYS and not is_closed:
        problems.append("äldre än ett år")
    rows = sum(each.count for each in waiting if each.unit_code == unit.code and _same(each, source))
    if rows:
        problems.append(f"{text.count(rows)} {'rad väntar' if rows == 1 else 'rader väntar'} på rättelse")
    coming = text.date(expected) if expected else _next_year(held.newest, today)
    return SourceState(
        unit.code,
        unit.name,
        source,
        held.newest,
        came.isoformat(),
        age,
        f"inte, enheten är nedlagd efter {unit.closed}" if is_closed else coming,
        len(held.years or ()),
        around.coverage,
        tuple(problems),
    )


def _same(rows: MissingRows, source: str) -> bool:
    if rows.table in _PUPIL_TABLES:
        return _PUPIL_TABLES[rows.table][0].format(rows.year_group) == source
    return rows.table in _OTHERS and _OTHERS[rows.table][0] == source


def _next_year(newest: str, today: datetime.date) -> str:
    """The school year after the newest; nothing when that has long passed: then none may ever come."""
    if not newest:
        return "om ett år"
    coming = SchoolYear.parse(newest[:7]).plus(1)
    return f"läsåret {coming}" if coming >= SchoolYear.of_date(today).plus(-1) else ""


def _age(days: int) -> str:
    return "i dag" if days <= 0 else "i går" if days == 1 else f"{days} dagar sedan"
