"""Everything that ``params/`` says, cross-checked: every fault at once, with file and line (floor 1)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.instruments import Instrument
from analysis_lib.vocabulary.params_folder import load_things, read_folders
from analysis_lib.vocabulary.params_reading import read_document, read_model, read_models
from analysis_lib.vocabulary.peers import Peers
from analysis_lib.vocabulary.questions import load_handbooks
from analysis_lib.vocabulary.sentences import SentenceRule
from analysis_lib.vocabulary.settings import Group, Seminar, Settings, Target, Unit
from analysis_lib.vocabulary.workspace import Workspace

Model = TypeVar("Model", bound=BaseModel)


class Catalog:
    """Everything that ``params/`` says, read once, checked on first use."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    @cached_property
    def settings(self) -> Settings:
        return read_model(self.workspace.params / "settings.yaml", Settings, self.workspace)

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The units that are listed by hand, by code (``params/units.yaml``, may be absent)."""
        rows = self._rows("units.yaml", "units", Unit)
        _refuse_repeats("units.yaml", (unit.code for unit in rows))
        return {unit.code: unit for unit in rows}

    @cached_property
    def groups(self) -> dict[str, Group]:
        return {group.id: group for group in self._rows("groups.yaml", "groups", Group)}

    @cached_property
    def targets(self) -> list[Target]:
        targets = self._rows("targets.yaml", "targets", Target)
        unknown = [t.indicator for t in targets if t.indicator not in self.indicators]
        if unknown:
            raise SeveralErrors(
                SkolbankError(
                    "indicator-unknown",
                    f"Indikatorn {name} finns inte",
                    where="params/targets.yaml",
                    remedy=did_you_mean(name, self.indicators),
                )
                for name in unknown
            )
        return targets

    @cached_property
    def sentences(self) -> list[SentenceRule]:
        """The rules for triggered sentences, the workspace's own list before the built-in one."""
        path = self.workspace.layered("params", "sentences.yaml")[0]
        rules = read_models(path, "sentences", SentenceRule, self.workspace)
        where = self.workspace.shown(path)
        named = [rule.id for rule in rules]
        faults = [
            SkolbankError("sentence-repeated", f"Regeln {each} står två gånger", where=where)
            for each in dict.fromkeys(named)
            if named.count(each) > 1
        ]
        faults += [
            SkolbankError(
                "indicator-unknown",
                f"Indikatorn {name[:40]} i regeln {rule.id} finns inte",
                where=where,
                remedy=did_you_mean(name, self.indicators),
            )
            for rule in rules
            for name in rule.indicators
            if name not in self.indicators
        ]
        if faults:
            raise SeveralErrors(faults)
        return rules

    @cached_property
    def peers(self) -> Peers:
        """With whom places are compared; the workspace's own file before the built-in one."""
        path = self.workspace.layered("params", "peers.yaml")[0]
        peers = read_model(path, Peers, self.workspace)
        faults = [
            SkolbankError(
                "indicator-unknown",
                f"Indikatorn {name[:40]} finns inte",
                where=self.workspace.shown(path),
                remedy=did_you_mean(name, self.indicators),
            )
            for name in sorted({*peers.units, *peers.municipalities} - set(self.indicators))
        ]
        if faults:
            raise SeveralErrors(faults)
        return peers

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """All indicators by id, the workspace's own definitions before the built-in ones."""
        return load_things(self.workspace, "indicators", Indicator)

    @cached_property
    def instruments(self) -> dict[str, Instrument]:
        """All survey instruments by id, the workspace's own before the built-in ones.

        Files of another ``type`` in the folder are instruments for self-rating.
        """
        folders = reversed(self.workspace.layered("params", "instruments"))
        found = read_folders(folders, Instrument, self.workspace, wanted=lambda it: "type" not in it)
        return dict(sorted(found.items()))

    @cached_property
    def seminars(self) -> dict[str, Seminar]:
        """The workspace's seminars by id; a fault in one is told when any is asked for."""
        found = read_folders([self.workspace.params / "seminars"], Seminar, self.workspace)
        if any(not seminar.handbook for seminar in found.values()):
            newest = {"handbook": _newest_handbook(self.workspace)}
            found = {
                name: each if each.handbook else each.model_copy(update=newest)
                for name, each in found.items()
            }
        return found

    def seminar(self, seminar_id: str) -> Seminar:
        """One seminar, or an error that suggests the nearest name."""
        if seminar_id not in self.seminars:
            raise SkolbankError(
                "seminar-unknown",
                f"Seminariet {seminar_id[:40]} finns inte",
                where="params/seminars",
                remedy=did_you_mean(seminar_id, self.seminars)
                or f"Det finns: {', '.join(self.seminars) or 'inga seminarier'}.",
            )
        return self.seminars[seminar_id]

    @cached_property
    def municipalities(self) -> dict[str, str]:
        """Municipality names by code (source: Kolada's public register of municipalities)."""
        path = self.workspace.layered("params", "municipalities.yaml")[0]
        return {str(code): str(name) for code, name in read_document(path, self.workspace).items()}

    @cached_property
    def gaps(self) -> dict[str, dict[str, str]]:
        """The words that explain what is missing, by kind and circle of readers."""
        return read_document(self.workspace.layered("params", "gaps.yaml")[0], self.workspace)

    def rules(self, name: str) -> dict[str, Any]:
        """A table of dated rules, ``params/rules/<name>.yaml``, the workspace's own first."""
        return read_document(self.workspace.layered("params", "rules", f"{name}.yaml")[0], self.workspace)

    def _rows(self, file: str, key: str, model: type[Model]) -> list[Model]:
        path = self.workspace.params / file
        if not path.is_file():
            return []
        return read_models(path, key, model, self.workspace)


def _newest_handbook(workspace: Workspace) -> str:
    """The version that the huvudman works by when a seminar names none: a draft is not worked by yet."""
    books = load_handbooks(workspace).values()
    versions = {book.version for book in books if book.decided_on} or {book.version for book in books}
    return max(versions, key=lambda version: tuple(int(part) for part in version.split(".")), default="")


def _refuse_repeats(file: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise SkolbankError(
                "unit-repeated",
                f"Enheten {code} står två gånger",
                where=f"params/{file}",
                remedy="Ta bort den ena raden.",
            )
        seen.add(code)
