"""Gallring: what is too old by the rules, its deletion, and the record of it (floor 9).

Only what a decision covers is deleted. The record tells what, how much, when and by which decision, and holds
no personal data. Reports in ``output`` are records and are kept. Source: docs/PRIVACY.md.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis_lib import text
from analysis_lib.errors import SkolbankError
from analysis_lib.privacy import deletion, overdue, register_entries
from analysis_lib.privacy.overdue import Thing
from analysis_lib.privacy.retention_rules import ENTRIES, Rule, load_rules, title_of
from analysis_lib.vocabulary.whole_files import write_whole
from analysis_lib.vocabulary.workspace import Workspace


@dataclass(frozen=True)
class Due:
    """What one rule finds too old."""

    rule: Rule
    limit: datetime.date
    things: tuple[Thing, ...]

    @property
    def rows(self) -> int:
        """How many rows the things hold together, as far as rows are counted."""
        return sum(thing.rows for thing in self.things)

    @property
    def is_decided(self) -> bool:
        """Whether there is a decision that lets it be deleted."""
        return bool(self.rule.decision.strip()) and not self.rule.preserved

    def as_json(self) -> dict[str, Any]:
        """The rule and what it finds: counts and content hashes, no names of files."""
        return {
            "kind": self.rule.kind,
            "entries": self.rule.entries,
            "title": title_of(self.rule),
            "kept": self.rule.kept,
            "decision": self.rule.decision,
            "before": self.limit.isoformat(),
            "files": len(self.things),
            "rows": self.rows,
            "hashes": [thing.hash[:12] for thing in self.things if thing.hash],
        }


def due(workspace: Workspace, *, today: datetime.date | None = None) -> list[Due]:
    """What each rule finds too old on a day (default: today), in the order of the rules."""
    day = today or datetime.datetime.now(datetime.UTC).date()
    found = []
    for rule in load_rules(workspace):
        limit = rule.limit(day)
        found.append(Due(rule, limit, tuple(_too_old(workspace, rule, limit))))
    return found


def _too_old(workspace: Workspace, rule: Rule, limit: datetime.date) -> list[Thing]:
    if rule.kind == ENTRIES:
        return register_entries.find(workspace, rule, limit)
    return overdue.find(workspace, rule.kind, limit)


def apply_retention(
    workspace: Workspace, found: Sequence[Due], *, actor: str, at: datetime.datetime | None = None
) -> Path:
    """Deletes what is due and decided, cleans the databases' free pages, and gives the path of the record.

    Raises SkolbankError when a database is in use; what is deleted by then is told in the record anyway.
    """
    moment = at or datetime.datetime.now(datetime.UTC)
    decided = [each for each in found if each.is_decided and each.things]
    gone = {each.rule: _delete(workspace, each, actor) for each in decided}
    caches: list[Thing] = []
    if any(each.rule.kind in ("pupil_rows", "replaced_rows") for each in decided):
        caches = overdue.derived(workspace)
        deletion.delete(workspace, "work_files", caches)
    told = [replace(each, things=gone.get(each.rule, each.things)) for each in found]
    try:
        cleaned = deletion.clean_databases(workspace)
    except SkolbankError:
        _write_protocol(workspace, told, _Act(actor, moment, len(caches), -1))
        raise
    return _write_protocol(workspace, told, _Act(actor, moment, len(caches), len(cleaned)))


@dataclass(frozen=True)
class _Act:
    """Who did it and when, how many files were emptied with it and databases cleaned (-1: one was busy)."""

    actor: str
    at: datetime.datetime
    caches: int
    databases: int

    @property
    def pages(self) -> str:
        """What became of the databases' free pages, in words."""
        if self.databases < 0:
            return "En databas användes, så databasernas fria sidor skrevs INTE över. Gör om gallringen."
        return f"Databasernas fria sidor har skrivits över ({self.databases} st)."


def _delete(workspace: Workspace, due: Due, actor: str) -> tuple[Thing, ...]:
    """Deletes what a rule found; what really went, as others may have been at work since it was found."""
    if due.rule.kind == ENTRIES:
        gone = register_entries.empty(workspace, due.rule, due.limit, things=due.things, actor=actor)
        return tuple(gone)
    deletion.delete(workspace, due.rule.kind, due.things)
    return due.things


def retention_text(found: Sequence[Due], *, is_applied: bool = False) -> str:
    """The list as a person reads it."""
    lines = []
    kept = [each for each in found if each.rule.preserved and each.things]
    for each in found:
        if not each.things or each in kept:
            continue
        amount = f"{text.count(len(each.things))} st"
        amount += f", {text.count(each.rows)} rader" if each.rows else ""
        if each.is_decided:
            state = f"{'gallras' if is_applied else 'ska gallras'} enligt {each.rule.decision}"
        else:
            state = "beslut saknas i params/retention.yaml, gallras inte"
        lines.append(f"{title_of(each.rule)}: {amount} äldre än {each.limit.isoformat()}; {state}")
        lines += [f"  {thing.name}" for thing in each.things[:5]]
        lines += [f"  och {len(each.things) - 5} till"] if len(each.things) > 5 else []
    stay = [
        f"{title_of(each.rule)}: {text.count(len(each.things))} st; bevaras: {each.rule.preserved}"
        for each in kept
    ]
    if not lines:
        return "\n".join(["Inget är för gammalt.", *stay])
    hint = [] if is_applied else ["Inget har tagits bort. Gallra med: skolbank retain --apply"]
    return "\n".join([*lines, *stay, *hint])


def _write_protocol(workspace: Workspace, found: Sequence[Due], act: _Act) -> Path:
    folder = workspace.data / "protocols"
    stem = f"gallring-{act.at.astimezone(datetime.UTC):%Y%m%d-%H%M%S-%f}"
    told = {
        "at": act.at.isoformat(timespec="seconds"),
        "actor": act.actor,
        "caches": act.caches,
        "databases_cleaned": max(act.databases, 0),
        "is_database_busy": act.databases < 0,
        "deleted": [each.as_json() for each in found if each.is_decided and each.things],
        "not_decided": [
            each.as_json()
            for each in found
            if each.things and not each.is_decided and not each.rule.preserved
        ],
    }
    write_whole(folder / f"{stem}.json", (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode())
    place = folder / f"{stem}.md"
    write_whole(place, _protocol_text(found, act).encode())
    return place


def _protocol_text(found: Sequence[Due], act: _Act) -> str:
    when = act.at.isoformat(timespec="minutes")
    lines = [
        "# Gallringsprotokoll",
        "",
        f"Gallringen gjordes {when} av {act.actor} med skolbank retain --apply.",
        "",
        "| Vad | Antal | Rader | Äldre än | Sparas | Beslut | Gallrat |",
        "|---|---:|---:|---|---|---|---|",
    ]
    for each in found:
        cells = [
            title_of(each.rule),
            text.count(len(each.things)),
            text.count(each.rows),
            "" if each.rule.preserved else each.limit.isoformat(),
            each.rule.kept + (f" från {each.rule.since}" if each.rule.since else ""),
            each.rule.preserved or each.rule.decision or "saknas",
            "ja" if each.is_decided and each.things else "nej",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "Av en gallrad post i registret står det kvar vilket slag, vem som skrev, när och för vilken enhet.",
        f"Mellanlager som räknats fram ur elevrader och togs bort: {text.count(act.caches)} filer.",
        f"{act.pages} Säkerhetskopior gallras enligt driftens egen rutin.",
        "Protokollet innehåller inga personuppgifter om elever.",
        "",
    ]
    return "\n".join(lines)
