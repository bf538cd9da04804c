"""The release of a seminar: cube and released frame, made once for all its reports (floor 7).

Everything a report shows is read from the released frame, so a notebook never meets a number that has not
passed disclosure control. The release is keyed by what went into it and is made again only when that changes.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from analysis_lib.disclosure import archive
from analysis_lib.disclosure.definitions import numbers_code_hash
from analysis_lib.disclosure.lattice import Lattice
from analysis_lib.disclosure.policy import load_policy
from analysis_lib.disclosure.release import release_cube
from analysis_lib.errors import SkolbankError
from analysis_lib.indicators.cube import compute_cube
from analysis_lib.indicators.renamed import known_renames, renamed
from analysis_lib.report.manifest import file_hash, own_version
from analysis_lib.snapshots.log import locked
from analysis_lib.snapshots.missing import MissingRows, waited_for
from analysis_lib.snapshots.store import Store
from analysis_lib.snapshots.units import load_units
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import CIRCLES, Audience, Seminar, Unit
from analysis_lib.vocabulary.successors import load_successions
from analysis_lib.vocabulary.whole_files import private_file, write_whole
from analysis_lib.vocabulary.workspace import Workspace

_PARAMS = ("settings.yaml", "units.yaml", "groups.yaml", "disclosure.yaml", "indicators", "rules")
_LEADING = ("results.all_passed_9", "results.eligible_vocational", "results.all_passed_6")
AUDIENCES: dict[str, Audience] = {"public": "public", "board": "board", "internal": "internal"}
_META = "meta.json"
_RELEASED = "released.parquet"
MISSING = "missing.json"


@dataclass(frozen=True)
class Prepared:
    """Where a seminar's released numbers lie, what they were made of and which rows are waited for."""

    seminar: Seminar
    audience: Audience
    school_year: str
    released_path: Path
    fingerprint: str
    units: dict[str, Unit]
    snapshots: tuple[str, ...]
    imported: datetime.date | None
    missing: tuple[MissingRows, ...] = ()
    edition: str = ""
    params: Mapping[str, str] = field(default_factory=dict)  # sha256 of each file that shaped the numbers
    moment: datetime.datetime | None = None  # of the register, when the seminar is locked; else now


def prepare(workspace: Workspace, seminar_id: str, *, audience: str = "") -> Prepared:
    """The release of a seminar for one audience (default: the seminar's own), made when it is not there.

    Cheap when nothing has changed: hashes of the parameters, the import log and our own code are compared.
    Several processes may ask at once; one makes it, the others wait. A locked seminar has its own numbers.
    """
    catalog = Catalog(workspace)
    seminar = catalog.seminar(seminar_id)
    reader = AUDIENCES.get(audience, seminar.audience)
    if workspace.frozen:
        return _locked(workspace.frozen, seminar, reader)
    store = Store(workspace)
    fingerprint = _fingerprint(workspace, store, seminar, reader)
    folder = workspace.work / "release" / seminar.id / reader / fingerprint[:16]
    if not (folder / _META).is_file():
        with locked(workspace.work / "release.lock"):
            if not (folder / _META).is_file():
                _make(workspace, catalog, store, seminar, reader, folder)
    return replace(_read(folder, seminar, reader, fingerprint), missing=tuple(store.missing_rows()))


def _read(folder: Path, seminar: Seminar, reader: Audience, fingerprint: str) -> Prepared:
    meta = json.loads((folder / _META).read_text("utf-8"))
    return Prepared(
        seminar=seminar,
        audience=reader,
        school_year=meta["school_year"],
        released_path=folder / _RELEASED,
        fingerprint=fingerprint,
        units={code: Unit.model_validate(unit) for code, unit in meta["units"].items()},
        snapshots=tuple(meta["snapshots"]),
        imported=datetime.date.fromisoformat(meta["imported"][:10]) if meta["imported"] else None,
        edition=meta["edition"],
        params=meta.get("params", {}),
    )


def _locked(folder: Path, seminar: Seminar, reader: Audience) -> Prepared:
    """The numbers that a locked seminar keeps; it has one circle of readers only."""
    record = json.loads((folder / "freeze.json").read_text("utf-8"))
    place = folder / "release" / reader
    if reader not in record["releases"] or not (place / _META).is_file():
        raise SkolbankError(
            "freeze-other-readers",
            "Seminariet är låst för en annan läsekrets",
            where=f"{seminar.id}, utgåva {seminar.edition}",
            remedy="Välj den läsekrets som seminariet har i params/seminars.",
        )
    kept = _read(place, seminar, reader, record["releases"][reader])
    waited = json.loads((place / MISSING).read_text("utf-8"))
    return replace(
        kept,
        missing=tuple(MissingRows(**rows) for rows in waited),
        moment=datetime.datetime.fromisoformat(record["moment"]),
    )


def _make(
    workspace: Workspace, catalog: Catalog, store: Store, seminar: Seminar, reader: Audience, folder: Path
) -> None:
    units = load_units(workspace, catalog, store)
    cube = _cube(workspace, catalog, store, units)
    school_year = latest_school_year(cube, units) if seminar.school_year == "latest" else seminar.school_year
    before = _before(workspace, _edition_key(workspace, store, seminar, reader), reader)
    changes = known_renames(store, load_successions(workspace), units)

    def told(editions: Iterable[archive.Edition]) -> pd.DataFrame | None:
        frame = archive.frames(workspace, editions)
        return frame if frame is None else renamed(frame, changes)

    released = release_cube(
        cube,
        policy=load_policy(workspace, reader),
        lattice=Lattice.of_units({code: unit.area for code, unit in units.items()}),
        indicators=catalog.indicators,
        earlier=told(before.same),
        wider=told(before.wider),
        narrower=told(before.narrower),
    )
    meta = {
        "seminar": seminar.id,
        "audience": reader,
        "school_year": school_year,
        "units": {code: unit.model_dump(mode="json") for code, unit in units.items()},
        "snapshots": sorted({snapshot.hash for snapshot in store.current()}),
        "params": {workspace.shown(path): file_hash(path) for path in _params_files(workspace)},
        "imported": max((snapshot.imported_at for snapshot in store.current()), default=""),
        "edition": _edition_key(workspace, store, seminar, reader),
    }
    folder.mkdir(parents=True, exist_ok=True)
    _write_frame(folder / _RELEASED, released)
    write_whole(folder / _META, json.dumps(meta, ensure_ascii=False, indent=1).encode())


def _cube(workspace: Workspace, catalog: Catalog, store: Store, units: dict[str, Unit]) -> pd.DataFrame:
    """The cube of the current snapshots: the same for all seminars and audiences."""
    path = workspace.work / "cube" / f"{_cube_fingerprint(workspace, store)[:16]}.parquet"
    if path.is_file():
        return pd.read_parquet(path)
    with store.reading() as tables:
        cube = compute_cube(tables, catalog, units)
    _write_frame(path, cube)
    return cube


def latest_school_year(cube: pd.DataFrame, units: dict[str, Unit]) -> str:
    """The newest school year in which the workspace's own units have results."""
    own = cube[(cube["level"] == "unit") & cube["code"].isin(list(units))]
    own = own[own["value"].notna() | own["mark"].isin(["suppressed", "nearly_all"])]
    for indicator in _LEADING:
        years = own.loc[own["indicator"] == indicator, "school_year"]
        if len(years):
            return str(years.max())
    years = own.loc[own["indicator"].str.startswith("results."), "school_year"]
    if not len(years):
        raise SkolbankError(
            "results-missing",
            "Det finns inga resultat för kommunens skolor att göra rapporter av",
            where="data/snapshots",
            remedy="Läs in betyg eller Skolverkets statistik med skolbank import först.",
        )
    return str(years.max())


def remember_release(workspace: Workspace, prepared: Prepared) -> None:
    """Put the release on the time line of everything released: its documents are about to be published.

    Later releases count what it said as known; the same edition is kept once.
    """
    archive.add_edition(
        workspace,
        prepared.seminar.id,
        prepared.audience,
        key=prepared.edition,
        frame=pd.read_parquet(prepared.released_path),
    )


@dataclass(frozen=True)
class _Before:
    """What was released before an edition: to the same readers, to wider and to narrower circles."""

    same: tuple[archive.Edition, ...]
    wider: tuple[archive.Edition, ...]
    narrower: tuple[archive.Edition, ...]


def _before(workspace: Workspace, key: str, reader: Audience) -> _Before:
    """Only what came before on the time line: two editions that look at each other never come to rest.

    A wider circle's releases count whenever they came; they never look at narrower ones that came later.
    """
    line = archive.timeline(workspace)
    at = next((i for i, each in enumerate(line) if each.key == key), len(line))
    place = CIRCLES.index(reader)
    earlier = [(CIRCLES.index(each.audience) - place, each) for each in line[:at]]
    return _Before(
        tuple(each for rank, each in earlier if rank == 0),
        _wider(line, reader),
        tuple(each for rank, each in earlier if rank > 0),
    )


def _wider(line: Iterable[archive.Edition], reader: Audience) -> tuple[archive.Edition, ...]:
    return tuple(each for each in line if CIRCLES.index(each.audience) < CIRCLES.index(reader))


def _edition_key(workspace: Workspace, store: Store, seminar: Seminar, reader: Audience) -> str:
    """What an edition is made of, apart from what these readers were told before."""
    parts = [_cube_fingerprint(workspace, store), seminar.id, seminar.school_year, reader]
    parts += [each.frame for each in _wider(archive.timeline(workspace), reader)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _fingerprint(workspace: Workspace, store: Store, seminar: Seminar, reader: Audience) -> str:
    key = _edition_key(workspace, store, seminar, reader)
    parts = [key, seminar.model_dump_json(), json.dumps(waited_for(store.missing_rows()))]
    before = _before(workspace, key, reader)
    parts += [each.frame for each in (*before.same, *before.wider, *before.narrower)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _cube_fingerprint(workspace: Workspace, store: Store) -> str:
    digest = hashlib.sha256(f"{store.fingerprint()}\n{own_version()}\n{numbers_code_hash()}\n".encode())
    for path in _params_files(workspace):
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _params_files(workspace: Workspace) -> Iterator[Path]:
    """The parameter files that shape the numbers, the workspace's own before the built-in ones."""
    for name in _PARAMS:
        for place in workspace.layered("params", name):
            yield from sorted(place.rglob("*.yaml")) if place.is_dir() else [place]


def _write_frame(path: Path, frame: pd.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with private_file(path) as part:
        frame.to_parquet(part, index=False)
