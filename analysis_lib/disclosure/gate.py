"""The gate that every release passes: no clean audit of exactly these statements, no release (floor 5).

``certify`` attacks new statements together with everything ever released that the same readers, and those of
narrower circles, can see; what is clean gets a certificate bound to the hash of the statements, and is from
then on counted as known. ``require_clean`` is what publishing, serving and the batch ask.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis_lib.disclosure import archive
from analysis_lib.disclosure.archive_seal import broken_seals
from analysis_lib.disclosure.attack_memory import CleanMemory
from analysis_lib.disclosure.attack_words import Finding
from analysis_lib.disclosure.audit import AuditReport, audit
from analysis_lib.disclosure.definitions import definitions_hash
from analysis_lib.disclosure.lattice import Lattice, with_classes
from analysis_lib.disclosure.overrides import Override, in_force, load_overrides
from analysis_lib.disclosure.policy import load_policy
from analysis_lib.disclosure.told_codes import under_todays_codes
from analysis_lib.errors import EXIT_DISCLOSURE, SkolbankError
from analysis_lib.indicators.renamed import known_renames
from analysis_lib.snapshots.log import locked
from analysis_lib.snapshots.store import Store
from analysis_lib.snapshots.units import load_units
from analysis_lib.statistics.lineage import Succession
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.settings import CIRCLES, Audience
from analysis_lib.vocabulary.successors import load_successions
from analysis_lib.vocabulary.whole_files import write_private
from analysis_lib.vocabulary.workspace import Workspace

Facts = Sequence[Mapping[str, Any]]
Tree = Mapping[str, Mapping[str, Sequence[str]]]
REFUSED = (
    "Kördes bara en del: kör hela seminariet. Annars kan den som ansvarar för dataskyddet besluta om ett "
    "undantag i params/overrides.yaml."
)


@dataclass(frozen=True)
class Judgement:
    """What the attacker says of a set of statements for one audience; ``sha256`` is the set's hash.

    ``findings`` are those that no exception in force covers; ``overridden`` those that one does; ``apart``
    the populations that earlier definitions counted in another way.
    """

    audience: Audience
    sha256: str
    findings: tuple[str, ...]
    overridden: tuple[tuple[Override, str], ...] = ()
    statements: int = 0
    cells: int = 0
    seconds: float = 0.0
    apart: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        return not self.findings


@dataclass(frozen=True)
class Ground:
    """What the attacker reads of a workspace beside the statements, loaded once for all circles.

    ``lattice`` names parents and children among the huvudman's own units and between the sexes;
    ``definitions`` is the hash of those that a release of today is made by.
    """

    indicators: tuple[Indicator, ...]
    lattice: Tree
    renames: tuple[Succession, ...]
    definitions: str

    @classmethod
    def of(cls, workspace: Workspace, lattice: Tree | None = None) -> Ground:
        """The ground of a workspace, with its own lattice unless another is given."""
        catalog, store = Catalog(workspace), Store(workspace)
        units = load_units(workspace, catalog, store)
        areas = {code: unit.area for code, unit in units.items() if unit.is_own}
        return cls(
            indicators=tuple(catalog.indicators.values()),
            lattice=lattice or Lattice.of_units(areas).as_json(),
            renames=tuple(known_renames(store, load_successions(workspace), units)),
            definitions=definitions_hash(workspace, catalog, units),
        )

    def of_today(self, facts: Facts) -> list[Mapping[str, Any]]:
        """The statements under the codes that units have today; what is not released yet is of today."""
        made = {"definitions": self.definitions}
        told = under_todays_codes(facts, self.renames)
        return [fact if "edition" in fact else {**fact, **made} for fact in told]


def judge(
    workspace: Workspace,
    facts: Facts,
    *,
    audience: Audience,
    lattice: Tree | None = None,
    day: datetime.date | None = None,
) -> Judgement:
    """Attack ``facts`` with everything that readers of the audience and of narrower circles already know.

    Raises ``SkolbankError`` with exit status 3 when what they know is no longer all on record.
    """
    for broken in broken_seals(workspace, archive.folder(workspace)):
        raise broken
    ground = Ground.of(workspace, lattice)
    overrides = load_overrides(workspace)
    applying = in_force(overrides, audience, day=day)
    judged = Judgement(audience, archive.hash_of(facts), (), statements=len(facts))
    told: dict[str, None] = {}
    covered: dict[tuple[Override, str], None] = {}
    for circle in _readers(workspace, audience):
        report = attack(workspace, [*archive.statements(workspace, circle), *facts], circle, ground)
        judged = replace(
            judged,
            cells=judged.cells + report.cells,
            seconds=judged.seconds + report.seconds,
            apart=tuple(sorted({*judged.apart, *report.apart})),
        )
        for finding in report.findings:
            exception = next((each for each in applying if each.covers(finding)), None)
            if exception:
                covered[exception, finding.message] = None
            else:
                told[finding.message + _spent(overrides, applying, finding)] = None
    return replace(judged, findings=tuple(told), overridden=tuple(covered))


def attack(
    workspace: Workspace, facts: Facts, audience: Audience, ground: Ground | None = None
) -> AuditReport:
    """The attacker over statements, with what the workspace's indicators tell of each other."""
    known = ground or Ground.of(workspace)
    told = known.of_today(facts)
    places = (str(fact["cell"].get("unit", "")) for fact in told)
    return audit(
        told,
        with_classes(known.lattice, places),
        nested={_short(i.id): [_short(name) for name in i.implied_by] for i in known.indicators},
        within={i.population: i.within for i in known.indicators if i.within},
        same={_short(i.id): _short(i.counts_as) for i in known.indicators if i.counts_as},
        threshold=load_policy(workspace, audience).threshold,
        memory=CleanMemory(workspace.work / "audit" / "clean.json"),
    )


def certify(workspace: Workspace, judgement: Judgement, facts: Facts, *, scope: str) -> Path:
    """Keep the statements as released, with a certificate that the attacker found nothing in them.

    ``scope`` says what they are of (a seminar, the site, a dashboard). Raises ``SkolbankError`` (exit status
    3) for a judgement with findings, or of other statements.
    """
    if judgement.findings or judgement.sha256 != archive.hash_of(facts):
        raise not_audited(scope, judgement.findings)
    path = _certificate(workspace, judgement.audience, judgement.sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    made = definitions_hash(workspace, Catalog(workspace))
    archive.add_statements(workspace, judgement.audience, facts, definitions=made)
    if not path.is_file():
        write_private(path, json.dumps(_lines(judgement, scope), ensure_ascii=False, indent=1) + "\n")
    if judgement.overridden:
        _log_overrides(workspace, judgement, scope)
    return path


def require_clean(workspace: Workspace, facts: Facts, *, audience: Audience, scope: str = "") -> str:
    """The hash of the statements, when a clean audit of exactly these is on record and still holds.

    Raises ``SkolbankError`` with exit status 3 when there is none, when it was of other statements, or when
    an exception that it leans on has come to its end.
    """
    sha256 = archive.hash_of(facts)
    require_certificate(workspace, sha256, audience=audience, scope=scope)
    return sha256


def require_certificate(workspace: Workspace, sha256: str, *, audience: Audience, scope: str = "") -> None:
    """The same for statements whose hash is known already."""
    path = _certificate(workspace, audience, sha256)
    if not path.is_file():
        raise not_audited(scope)
    try:
        kept = json.loads(path.read_text("utf-8"))
        overrides = kept["overrides"]
        if kept["sha256"] != sha256 or kept["findings"] != 0:
            raise not_audited(scope)
        ends = [datetime.date.fromisoformat(each["until"]) for each in overrides]
    except (ValueError, KeyError, TypeError):
        raise not_audited(scope) from None
    still = in_force(load_overrides(workspace), audience) if overrides else ()
    if any(end < datetime.date.today() for end in ends) or len(still) < len(overrides):
        raise SkolbankError(
            "override-expired",
            "Ett undantag från röjandekontrollen har gått ut",
            where=scope or "params/overrides.yaml",
            remedy="Gör om körningen utan uppgiften, eller fatta ett nytt beslut.",
            exit_status=EXIT_DISCLOSURE,
        )


def release_or_refuse(
    workspace: Workspace, facts: Facts, *, audience: Audience, scope: str, lattice: Tree | None = None
) -> Judgement:
    """Attack, and certify what is clean; one at a time, so that two releases always know each other.

    A judgement with findings comes back as it is, and nothing is on record.
    """
    with locked(archive.folder(workspace) / ".gate"):
        judgement = judge(workspace, facts, audience=audience, lattice=lattice)
        if judgement.findings:
            return judgement
        certify(workspace, judgement, facts, scope=scope)
    require_clean(workspace, facts, audience=audience, scope=scope)
    return judgement


def not_audited(scope: str, findings: Sequence[str] = ()) -> SkolbankError:
    """The refusal: what can be worked out, or that nobody has looked."""
    told = f": {findings[0]}" if findings else ""
    more = f" (och {len(findings) - 1} till)" if len(findings) > 1 else ""
    what = "Dolda tal går att räkna ut" if findings else "Uppgifterna har inte klarat röjandekontrollen"
    return SkolbankError(
        "release-refused" if findings else "release-not-audited",
        f"{what}{told}{more}",
        where=scope,
        remedy=REFUSED if findings else "Kör skolbank run för seminariet, så prövas uppgifterna.",
        exit_status=EXIT_DISCLOSURE,
    )


def _readers(workspace: Workspace, audience: Audience) -> list[Audience]:
    """The audience, and the narrower circles that have been told something of their own."""
    narrower = CIRCLES[CIRCLES.index(audience) + 1 :]
    return [audience, *(each for each in narrower if archive.has_statements(workspace, each))]


def _spent(overrides: Sequence[Override], applying: Sequence[Override], finding: Finding) -> str:
    """A note where an exception was decided for the number but does not apply."""
    idle = [each for each in overrides if each not in applying and each.covers(finding)]
    return f" (undantaget av {idle[0].decided} gäller inte: till och med {idle[0].until})" if idle else ""


def _lines(judgement: Judgement, scope: str) -> dict[str, Any]:
    return {
        "scope": scope,
        "audience": judgement.audience,
        "sha256": judgement.sha256,
        "statements": judgement.statements,
        "cells": judgement.cells,
        "findings": 0,
        "apart": list(judgement.apart),
        "overrides": [
            {**each.model_dump(mode="json"), "finding": message} for each, message in judgement.overridden
        ],
        "audited": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def _log_overrides(workspace: Workspace, judgement: Judgement, scope: str) -> None:
    with locked(archive.folder(workspace) / ".lock"):
        archive.append_lines(archive.folder(workspace) / "overrides.jsonl", [_lines(judgement, scope)])


def _certificate(workspace: Workspace, audience: Audience, sha256: str) -> Path:
    return archive.folder(workspace) / "certificates" / f"{audience}-{sha256[:32]}.json"


def read_facts_of(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """The statements of several files, in order."""
    from analysis_lib.disclosure.facts import read_facts

    return [fact for path in paths for fact in read_facts(path)]


def _short(indicator: str) -> str:
    return indicator.split(".", 1)[1]
