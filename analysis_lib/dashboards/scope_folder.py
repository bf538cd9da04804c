"""The folder that one live page's kernel may read, and the page's numbers and words read from it (floor 8).

It is written by the front door: parameters without the list of people, and the scope's certified extract.
What people have written stays in the front door, as does everything else of the workspace.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis_lib.dashboards.access import Person, Rights, rights_of
from analysis_lib.dashboards.extract import EXTRACT, Edition
from analysis_lib.errors import SkolbankError
from analysis_lib.register import Reading
from analysis_lib.register.nothing import empty_reading
from analysis_lib.register.rhythm import open_existing
from analysis_lib.report.prepare import Prepared
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.self_rating import SelfRating, load_self_ratings
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.workspace import Workspace

SCOPE = "scope.json"
# What a page's verbs read of params; never the list of people.
_OWN = ("settings.yaml", "groups.yaml")
_LAYERED = ("peers.yaml", "sentences.yaml", "gaps.yaml", "notes.yaml", "municipalities.yaml")
_FOLDERS = ("indicators", "instruments", "rules")


@dataclass(frozen=True)
class ScopeEdition(Edition):
    """An edition that holds one scope only, as it lies in its folder."""

    known: Mapping[str, Any]

    @property
    def is_noted(self) -> bool:
        return False  # the front door notes the same page, see live_views

    @property
    def school_years(self) -> tuple[str, ...]:
        return tuple(self.known["school_years"])

    def extract(self, rights: Rights) -> Prepared:
        return self.prepared


@dataclass(frozen=True)
class LiveScope:
    """What a live page is made of; entries and instruments in an analyst's own notebook only."""

    page: str
    edition: Edition
    rights: Rights
    reading: Reading | None
    instruments: Mapping[str, SelfRating]


def write_scope(folder: Path, page: str, rights: Rights, edition: Edition) -> Path:
    """Writes what the page may be made of for these rights; the folder's name is the hash of it.

    A folder is never changed once it is there, so a kernel that runs keeps what it began with.
    """
    files = dict(_params(edition, rights))
    files[SCOPE] = _told(page, rights, edition)
    told = hashlib.sha256(f"{edition.key}|{page}|{rights.scope}".encode())
    for name in sorted(files):
        told.update(name.encode() + files[name])
    place = folder / told.hexdigest()[:24]
    if place.is_dir():
        return place
    part = folder / f".{place.name}.{secrets.token_hex(4)}.part"
    for name, content in files.items():
        path = part / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(content)
    shutil.copyfile(edition.extract(rights).released_path, part / EXTRACT)
    try:
        part.rename(place)
    except OSError:
        if not place.is_dir():
            raise
        shutil.rmtree(part)  # another viewer's was there first, and it is the same
    return place


def open_scope(folder: Path) -> LiveScope:
    """What lies in a scope's folder, ready to draw pages of; raises SkolbankError when it is none."""
    try:
        told = json.loads((folder / SCOPE).read_text("utf-8"))
    except (OSError, ValueError):
        raise SkolbankError(
            "scope-missing", "Sidans uppgifter finns inte", remedy="Ladda om sidan."
        ) from None
    workspace = Workspace(folder)
    catalog = Catalog(workspace)
    prepared = Prepared(
        seminar=catalog.seminar(told["seminar"]),
        audience=told["audience"],
        school_year=told["school_year"],
        released_path=folder / EXTRACT,
        fingerprint=told["fingerprint"],
        units={code: Unit.model_validate(unit) for code, unit in told["units"].items()},
        snapshots=(),
        imported=pd.Timestamp(told["imported"]).date() if told["imported"] else None,
    )
    person = Person(name="lasare", role=told["role"], units=tuple(told["own"]), groups=tuple(told["groups"]))
    rights = Rights(person, frozenset(told["own"]), told["whole"])
    edition = ScopeEdition(workspace, catalog, prepared, told["certificate"], told)
    return LiveScope(told["page"], edition, rights, None, {})


def _told(page: str, rights: Rights, edition: Edition) -> bytes:
    prepared = edition.prepared
    own = {code: unit for code, unit in prepared.units.items() if code in rights.units}
    told: dict[str, Any] = {
        "page": page,
        "seminar": prepared.seminar.id,
        "audience": rights.audience,
        "school_year": prepared.school_year,
        "school_years": list(edition.school_years),
        "fingerprint": prepared.fingerprint,
        "certificate": edition.certificate,
        "imported": prepared.imported.isoformat() if prepared.imported else "",
        "units": {code: unit.model_dump(mode="json") for code, unit in own.items()},
        "role": rights.person.role,
        "own": sorted(own),
        "groups": list(rights.person.groups),
        "whole": rights.whole,
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _params(edition: Edition, rights: Rights) -> dict[str, bytes]:
    """The parameters by path in the folder, built-in ones too: a kernel in a sandbox has no other."""
    catalog, found = edition.catalog, dict[str, Path]()
    layered = catalog.workspace.layered
    for name in (*_OWN, f"seminars/{edition.prepared.seminar.id}.yaml"):
        path = catalog.workspace.params / name
        if path.is_file():
            found[name] = path
    for name in _LAYERED:
        places = layered("params", name)
        if places:
            found[name] = places[0]
    for name in _FOLDERS:
        for place in reversed(layered("params", name)):
            found |= {f"{name}/{path.name}": path for path in place.glob("*.yaml")}
    targets = [t.model_dump(mode="json") for t in catalog.targets if t.unit is None or rights.may_see(t.unit)]
    own = yaml.safe_dump({"targets": targets}, allow_unicode=True).encode()
    return {f"params/{name}": path.read_bytes() for name, path in found.items()} | {
        "params/targets.yaml": own
    }


def own_scope(page: str, edition: Edition) -> LiveScope:
    """The whole workspace as its analyst sees it, for notebooks that are run without a front door."""
    units = edition.prepared.units
    rights = rights_of(Person(name="analytiker", role="strateg"), units, edition.catalog.groups)
    if page == "sjalvskattning":
        person = Person(name="analytiker", role="rektor", units=tuple(units))
        rights = Rights(person, frozenset(units), False)
    register = open_existing(edition.workspace)
    return LiveScope(page, edition, rights, register or empty_reading(), load_self_ratings(edition.workspace))
