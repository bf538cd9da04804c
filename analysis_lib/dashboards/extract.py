"""What the pages are made of: certified released numbers, cut to each viewer's scope (floor 8).

An edition is the release of one seminar for one circle of readers. All its numbers are attacked and certified
before the first page is shown; a scope's extract is the part of them that one viewer may see, in a file of
its own. Pupil rows are never read here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis_lib.dashboards.access import Rights
from analysis_lib.disclosure.facts import cell_facts
from analysis_lib.disclosure.gate import (
    not_audited,
    release_or_refuse,
    require_certificate,
    require_clean,
)
from analysis_lib.disclosure.release import open_released
from analysis_lib.errors import EXIT_DISCLOSURE, SkolbankError
from analysis_lib.report.prepare import Prepared, prepare, remember_release
from analysis_lib.report.scope import NATION
from analysis_lib.report.sections import EDITIONS
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.classes import unit_of
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.settings import Audience
from analysis_lib.vocabulary.whole_files import private_file
from analysis_lib.vocabulary.workspace import Workspace

EXTRACT = "released.parquet"
INDICATORS = (
    "results.all_passed_9",
    "results.eligible_vocational",
    "results.merit_rating_17",
    "results.all_passed_6",
)


@dataclass(frozen=True)
class Edition:
    """One circle's certified release; ``certificate`` is the hash of every statement in it."""

    workspace: Workspace
    catalog: Catalog
    prepared: Prepared
    certificate: str
    written: int = field(init=False)  # when the file with its numbers was, in nanoseconds

    def __post_init__(self) -> None:
        object.__setattr__(self, "written", self.prepared.released_path.stat().st_mtime_ns)

    def says_the_same(self, prepared: Prepared, catalog: Catalog) -> bool:
        """Whether a release that is looked up again would make the same statements."""
        behind = (prepared.fingerprint, prepared.released_path, catalog.settings, catalog.peers)
        mine = (self.prepared.fingerprint, self.prepared.released_path)
        is_same = behind == (*mine, self.catalog.settings, self.catalog.peers)
        return is_same and prepared.released_path.stat().st_mtime_ns == self.written

    @property
    def is_noted(self) -> bool:
        """Whether the marks of its pages are written down here, so that they can be traced."""
        return True

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The released rows of the huvudman's units, the huvudman, riket and kommuner to compare with."""
        return _rows(self.catalog, self.prepared)

    @cached_property
    def school_years(self) -> tuple[str, ...]:
        """The läsår with results of the huvudman's own units, newest first."""
        own = self.frame[self.frame["level"].eq("unit") & self.frame["state"].ne("missing")]
        return tuple(sorted(set(own["school_year"]), reverse=True)) or (self.prepared.school_year,)

    def extract(self, rights: Rights) -> Prepared:
        """The release cut to what one viewer may see: own units, the huvudman's whole, kommuner and riket."""
        folder = self.prepared.released_path.parent / "scopes" / rights.scope
        path = folder / EXTRACT
        units = {code: unit for code, unit in self.prepared.units.items() if code in rights.units}
        if not path.is_file():
            code = self.catalog.settings.municipality_code
            shown = self.frame["code"].isin([*units, code, NATION])
            # A class is where its unit is, and nowhere else.
            classes = self.frame["level"].eq("class") & self.frame["code"].map(unit_of).isin(list(units))
            _write(path, self.frame[shown | self.frame["level"].eq("municipality") | classes])
        return replace(self.prepared, units=units, released_path=path)

    @property
    def key(self) -> str:
        """Changes when any number, parameter or rule behind the pages does."""
        told = f"{self.prepared.fingerprint}|{self.certificate}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def open_edition(
    workspace: Workspace, seminar: str, audience: Audience, *, before: Edition | None = None
) -> Edition:
    """The release of a seminar for one circle, attacked and certified as a whole.

    When it says what the edition ``before`` said, its certificate must still hold. Raises SkolbankError (exit
    status 3) when anything in it could be worked out: then nothing is served.
    """
    catalog = Catalog(workspace)
    prepared = prepare(workspace, seminar, audience=audience)
    scope = f"panelerna för {seminar}, {EDITIONS[audience].lower()}"
    if before is not None and before.says_the_same(prepared, catalog):
        require_certificate(workspace, before.certificate, audience=audience, scope=scope)
        return Edition(workspace, catalog, prepared, before.certificate)
    said = statements(_rows(catalog, prepared), audience, catalog.indicators)
    try:
        certificate = require_clean(workspace, said, audience=audience, scope=scope)
    except SkolbankError as fault:
        if fault.exit_status != EXIT_DISCLOSURE:
            raise
        judgement = release_or_refuse(workspace, said, audience=audience, scope=scope)
        if judgement.findings:
            raise not_audited(scope, judgement.findings) from None
        remember_release(workspace, prepared)
        certificate = judgement.sha256
    return Edition(workspace, catalog, prepared, certificate)


def newest_seminar(catalog: Catalog) -> str:
    """The seminar that is held last, by name where no date is set; raises when there is none."""
    held = [(str(each.held or ""), each.id) for each in catalog.seminars.values()]
    if not held:
        raise SkolbankError(
            "seminar-missing",
            "Det finns inget seminarium att visa",
            where="params/seminars",
            remedy="Lägg till ett, till exempel genom att kopiera ett som finns.",
        )
    return max(held)[1]


def statements(
    frame: pd.DataFrame, audience: Audience, indicators: Mapping[str, Indicator]
) -> list[dict[str, object]]:
    """Every statement that pages made of the frame could show."""
    cells = open_released(frame, audience).cells()
    known = ((cell, indicators[cell.indicator]) for cell in cells if cell.indicator in indicators)
    return [fact.as_json("dashboards") for cell, each in known for fact in cell_facts(cell, each)]


def _rows(catalog: Catalog, prepared: Prepared) -> pd.DataFrame:
    mine = [*prepared.units, catalog.settings.municipality_code, NATION]
    compared = [*catalog.peers.municipalities, *INDICATORS]
    others: list[tuple[str, str, Any]] = [
        ("level", "==", "municipality"),
        ("organiser", "==", "all"),
        ("indicator", "in", compared),
    ]
    wanted: list[list[tuple[str, str, Any]]] = [
        [("code", "in", mine)],
        [("level", "==", "class")],
        [*others, ("code", "not in", mine)],
    ]
    return pd.read_parquet(prepared.released_path, filters=wanted)


def _write(path: Path, frame: pd.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with private_file(path) as part:
        frame.to_parquet(part, index=False)
