"""From a seminar to its documents: every fault is told before anything starts (floor 8).

Each document gets a fingerprint of all it is made from, so that a second run redoes only what changed.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from analysis_lib.batch.files import sha256_of, tree_hash
from analysis_lib.batch.rooms import RoundData
from analysis_lib.batch.targets import targets
from analysis_lib.disclosure.archive import timeline
from analysis_lib.disclosure.overrides import in_force, load_overrides
from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.register.state import register_state
from analysis_lib.report.parameters import (
    Sidecar,
    check_parameters,
    load_sidecar,
    notebook_path,
    unknown_unit,
)
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.questions import handbook
from analysis_lib.vocabulary.settings import CIRCLES, ReportOrder, Seminar, Unit
from analysis_lib.vocabulary.workspace import Workspace

_PACKAGES = (
    "altair",
    "ipykernel",
    "ipython",
    "nbconvert",
    "nbformat",
    "numpy",
    "pandas",
    "papermill",
    "pyarrow",
    "typst",
    "vl-convert-python",
)
_SHARED_PARAMS = (
    "settings.yaml",
    "groups.yaml",
    "targets.yaml",
    "sentences.yaml",
    "gaps.yaml",
    "notes.yaml",
    "disclosure.yaml",
    "overrides.yaml",
)


_WORD_FOLDERS = ("questions", "handbook", "instruments", "codebooks")
_WORD_FILES = ("arshjul.yaml", "national_goals.yaml")


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line; empty tuples mean all."""

    seminar: str
    units: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.units and not self.reports


@dataclass(frozen=True)
class Document:
    """One document to make: a report about one unit, or about the authority."""

    report: str
    title: str
    code: str
    name: str
    area: str
    scope: str
    notebook: Path
    outputs: tuple[str, ...]
    engine: str
    parameters: Mapping[str, Any]
    fingerprint: str

    @property
    def key(self) -> str:
        return f"{self.code}/{self.report}"


@dataclass(frozen=True)
class Plan:
    """The documents of an order, in the order in which they are made, and all that the seminar has."""

    seminar: Seminar
    documents: tuple[Document, ...]
    everything: tuple[Document, ...]


def make_plan(workspace: Workspace, catalog: Catalog, order: Order, data: RoundData) -> Plan:
    """The plan of an order; raises ``SeveralErrors`` with all its faults, and nothing has been started."""
    seminar = catalog.seminar(order.seminar)
    faults = [*_order_faults(order, seminar, data.units), *_group_faults(catalog, seminar)]
    base = _base(workspace, seminar)
    documents: list[Document] = []
    for report in seminar.reports:
        try:
            sidecar = load_sidecar(workspace, report.name)
            if sidecar.handbook:
                handbook(workspace, sidecar.handbook, seminar.handbook)
            documents += _documents(workspace, catalog, seminar, report, sidecar, data, base)
        except SeveralErrors as error:
            faults += error.errors
        except SkolbankError as error:
            faults.append(error)
    if faults:
        raise SeveralErrors({str(fault): fault for fault in faults}.values())
    wanted = [
        document
        for document in documents
        if (not order.reports or document.report in order.reports)
        and (not order.units or document.code in order.units)
    ]
    if not wanted:
        raise SkolbankError(
            "nothing-to-make",
            f"Seminariet {seminar.id} har inga dokument att göra för det som valdes",
            remedy="Läs in uppgifter med skolbank import, eller ändra urvalet.",
        )
    return Plan(seminar, tuple(wanted), tuple(documents))


def round_fingerprint(workspace: Workspace, seminar: str) -> str:
    """One hash of everything a whole round is made from; an unchanged round is known at once by it."""
    inbox = sorted(
        (str(path.relative_to(workspace.snapshots)), path.stat().st_size)
        for path in workspace.snapshots.rglob("*")
        if path.is_file()
    )
    log = workspace.snapshots / "log.jsonl"
    # What other seminars have released is known to the readers, so a new release there counts here.
    others = [each.frame for each in timeline(workspace) if each.seminar != seminar]
    exceptions = [each.model_dump_json() for each in in_force(load_overrides(workspace), CIRCLES[-1])]
    parts = [
        seminar,
        json.dumps([others, exceptions]),
        all_code_hash(),
        templates_hash(workspace),
        tree_hash(*workspace.layered("notebooks", "reports")),
        tree_hash(*workspace.layered("params")),
        json.dumps(inbox),
        sha256_of(log) if log.is_file() else "",
        register_state(workspace),
        json.dumps(versions()),
    ]
    return _hash(parts)


@cache
def all_code_hash() -> str:
    """One hash of our own code."""
    return tree_hash(Path(__file__).resolve().parents[1], endings=(".py",))


def templates_hash(workspace: Workspace) -> str:
    """One hash of all templates, the workspace's own first."""
    return tree_hash(*workspace.layered("templates"))


@cache
def versions() -> dict[str, str]:
    """The versions of what shapes a document."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def _order_faults(order: Order, seminar: Seminar, units: Mapping[str, Unit]) -> Iterator[SkolbankError]:
    reports = [report.name for report in seminar.reports]
    for name in order.reports:
        if name not in reports:
            yield SkolbankError(
                "report-not-in-seminar",
                f"Rapporten {name[:40]} ingår inte i seminariet {seminar.id}",
                where="--report",
                remedy=did_you_mean(name, reports) or f"Det finns: {', '.join(reports)}.",
            )
    for code in order.units:
        if code not in units:
            yield unknown_unit(code, units, where="--unit")


def _group_faults(catalog: Catalog, seminar: Seminar) -> Iterator[SkolbankError]:
    for name in seminar.groups:
        if name not in catalog.groups:
            yield SkolbankError(
                "group-unknown",
                f"Ledningsgruppen {name[:40]} finns inte",
                where=f"params/seminars/{seminar.id}.yaml",
                remedy=did_you_mean(name, catalog.groups) or "Lägg till den i params/groups.yaml.",
            )


def _documents(
    workspace: Workspace,
    catalog: Catalog,
    seminar: Seminar,
    report: ReportOrder,
    sidecar: Sidecar,
    data: RoundData,
    base: str,
) -> Iterator[Document]:
    notebook = notebook_path(workspace, report.name)
    side = workspace.layered("notebooks", "reports", f"{report.name}.yaml")[0]
    where = f"params/seminars/{seminar.id}.yaml"
    given = dict(report.parameters)
    outputs = report.outputs or sidecar.outputs
    if "seminar" in sidecar.parameters:
        given.setdefault("seminar", seminar.id)
    words = _words(workspace, seminar, sidecar)
    for code, unit in targets(catalog, seminar, report, sidecar, data):
        own = dict(given) | ({"unit": code} if unit else {})
        parameters = check_parameters(sidecar, own, where=where, catalog=catalog, units=data.units)
        known = unit.model_dump_json() if unit else _hash(u.model_dump_json() for u in data.units.values())
        read = data.slices.get(code, data.whole) if unit else data.whole
        read += words
        parts = [base, sha256_of(notebook), sha256_of(side), read, known, data.school_year]
        parts.append(json.dumps([parameters, outputs], sort_keys=True, default=str))
        yield Document(
            report=report.name,
            title=sidecar.title,
            code=code,
            name=unit.name if unit else catalog.settings.authority_name,
            area=unit.area if unit else "",
            scope=report.scope,
            notebook=notebook,
            outputs=outputs,
            engine=sidecar.engine,
            parameters=parameters,
            fingerprint=_hash(parts),
        )


def _words(workspace: Workspace, seminar: Seminar, sidecar: Sidecar) -> str:
    """What the register held when the document reads it; empty for a report that reads no words."""
    if not sidecar.reads_register:
        return ""
    from analysis_lib.report.freeze import frozen  # pandas with it: `status` does without

    lock = frozen(workspace, seminar.id)
    state = register_state(workspace, moment=lock.at if lock else None)
    folders = [path for name in _WORD_FOLDERS for path in workspace.layered("params", name)]
    files = [path for name in _WORD_FILES for path in workspace.layered("params", name)]
    return state + tree_hash(*folders) + "".join(sha256_of(path) for path in files)


def _base(workspace: Workspace, seminar: Seminar) -> str:
    """What all documents of a seminar share: code, templates, versions, the seminar's own settings."""
    shared = [path for name in _SHARED_PARAMS for path in workspace.layered("params", name)]
    folders = [*workspace.layered("params", "indicators"), *workspace.layered("params", "rules")]
    return _hash(
        [
            all_code_hash(),
            templates_hash(workspace),
            json.dumps(versions()),
            seminar.model_dump_json(exclude={"reports"}),
            *(sha256_of(path) for path in shared),
            tree_hash(*folders),
        ]
    )


def _hash(parts: Sequence[str] | Iterator[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
