"""By which definitions a release was made: code, indicators, units, changes of code, as one hash (floor 5).

Two releases by the same definitions must agree. Two by different ones may count other pupils under the same
name, after an upgrade of Skolbänken or a changed parameter: then both are known, and neither is wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import analysis_lib
from analysis_lib.snapshots.store import Store
from analysis_lib.snapshots.units import load_units
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.successors import load_successions
from analysis_lib.vocabulary.workspace import Workspace

ROOMS = ("vocabulary", "snapshots", "statistics", "indicators", "disclosure")
_OF_UNITS = {"code", "area", "organiser", "authority_name", "opened", "closed", "successor"}


def definitions_hash(workspace: Workspace, catalog: Catalog, units: Mapping[str, Unit] | None = None) -> str:
    """The hash of everything but the rows themselves that says what a released number counts.

    ``units`` are the workspace's, for one who has loaded them already.
    """
    units = units if units is not None else load_units(workspace, catalog, Store(workspace))
    told = [
        numbers_code_hash(),
        [catalog.indicators[name].model_dump(mode="json") for name in sorted(catalog.indicators)],
        [units[code].model_dump(mode="json", include=_OF_UNITS) for code in sorted(units)],
        [each.model_dump(mode="json") for each in load_successions(workspace)],
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:16]


@cache
def numbers_code_hash() -> str:
    """A hash of our own code that shapes the numbers, so that a changed rule makes a new release."""
    root = Path(analysis_lib.__file__).parent
    paths = [path for room in ROOMS for path in (root / room).rglob("*.py")]
    return _hash_of(sorted(paths), root)


def _hash_of(paths: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(root).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()
