"""What has changed since last time: grades kept between fetches without a person in them (floor 3).

A system is asked only for what was modified after the newest moment that it has told itself. What is kept
names pupils by a keyed hash of the system's own id; the people are asked for anew each time, so that a
protection that has come since is honoured. The file is derived data: without it everything is fetched again.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis_lib.snapshots.pseudonyms import Pseudonyms
from analysis_lib.sources.ss12000.client import Item, reference
from analysis_lib.vocabulary.whole_files import write_private

_KEPT = (
    *("id", "organisation", "schoolUnit", "registeredDate", "gradeValue", "trial", "semester", "year"),
    *("syllabus", "correctionType", "meta"),
)
_OVERLAP = datetime.timedelta(seconds=1)  # two changes in one second must not hide each other


@dataclass
class GradeMemory:
    """The grades of one system as they were at the newest moment that it has told."""

    place: Path
    address: str
    ids: Pseudonyms
    modified_after: str = ""
    grades: dict[str, Item] | None = None

    @classmethod
    def open(cls, place: Path, address: str, ids: Pseudonyms, *, is_forgetting: bool = False) -> GradeMemory:
        """What is remembered of this address under this key; nothing when asked to forget or damaged."""
        memory = cls(place, address, ids)
        if is_forgetting:
            return memory
        try:
            kept = json.loads(place.read_text("utf-8"))
            if kept["address"] == address and kept["key"] == ids.pseudonym(""):
                memory.modified_after, memory.grades = str(kept["modified_after"]), dict(kept["grades"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return memory

    def with_changes(self, changed: list[Item], deleted: list[str]) -> list[Item]:
        """All grades as they stand now, pupils named by hash; what was remembered is brought up to date."""
        found = dict(self.grades or {})
        for item in changed:
            kept: dict[str, Any] = {name: item[name] for name in _KEPT if name in item}
            pupil_id = reference(item, "student")
            kept["student"] = {"id": self.ids.pseudonym(pupil_id)} if pupil_id else None
            kept["adaptedStudyPlan"] = "1" if item.get("adaptedStudyPlan") else ""
            found[str(item.get("id"))] = kept
            self.modified_after = max(self.modified_after, _modified(item))
        for gone in deleted:
            found.pop(gone, None)
        self.grades = found
        return list(found.values())

    def keep(self) -> None:
        """Writes the memory for its owner only, whole or not at all."""
        self.place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        document = {
            "address": self.address,
            "key": self.ids.pseudonym(""),  # tells a memory from before the key was changed
            "modified_after": self.modified_after,
            "grades": self.grades,
        }
        write_private(self.place, json.dumps(document, ensure_ascii=False))


def _modified(item: Item) -> str:
    """The moment of a change as sortable UTC text, moved back a little; empty when it cannot be read."""
    text = str((item.get("meta") or {}).get("modified") or "")
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return ""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return (moment.astimezone(datetime.UTC) - _OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
