"""Loads and cross-checks ``params/``: every fault at once, with file and line (floor 1)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.text import INVISIBLE
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.instruments import Instrument
from analysis_lib.vocabulary.peers import Peers
from analysis_lib.vocabulary.sentences import SentenceRule
from analysis_lib.vocabulary.settings import Group, Seminar, Settings, Target, Unit
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

Model = TypeVar("Model", bound=BaseModel)
Named = TypeVar("Named", Indicator, Instrument)


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
        return self._layered("indicators", Indicator)

    @cached_property
    def instruments(self) -> dict[str, Instrument]:
        """All survey instruments by id, the workspace's own before the built-in ones.

        Files of another ``type`` in the folder are instruments for self-rating.
        """
        return self._layered("instruments", Instrument, other="type")

    def _layered(self, name: str, model: type[Named], *, other: str = "") -> dict[str, Named]:
        found: dict[str, Named] = {}
        faults: list[SkolbankError] = []
        for folder in reversed(self.workspace.layered("params", name)):
            for path in sorted(folder.glob("*.yaml")):
                try:
                    if other and other in (read_document(path, self.workspace) or {}):
                        continue
                    read = read_model(path, model, self.workspace)
                except SkolbankError as error:
                    faults.extend(_each(error))
                    continue
                if path.stem != read.id:
                    faults.append(_misnamed(path, read.id, self.workspace))
                found[read.id] = read
        if faults:
            raise SeveralErrors(faults)
        return dict(sorted(found.items()))

    @cached_property
    def seminars(self) -> dict[str, Seminar]:
        """The workspace's seminars by id; a fault in one is told when any is asked for."""
        found: dict[str, Seminar] = {}
        faults: list[SkolbankError] = []
        for path in sorted((self.workspace.params / "seminars").glob("*.yaml")):
            try:
                seminar = read_model(path, Seminar, self.workspace)
            except SkolbankError as error:
                faults.extend(_each(error))
                continue
            if path.stem != seminar.id:
                faults.append(_misnamed(path, seminar.id, self.workspace))
            found[seminar.id] = seminar
        if faults:
            raise SeveralErrors(faults)
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
    """The version that the huvudman works by when a seminar names none."""
    from analysis_lib.vocabulary.questions import load_handbooks

    versions = {book.version for book in load_handbooks(workspace).values()}
    return max(versions, key=lambda version: tuple(int(part) for part in version.split(".")), default="")


def read_model(path: Path, model: type[Model], workspace: Workspace) -> Model:
    """One YAML file as a model.

    Raises ``SeveralErrors`` with one error per fault (code ``params-invalid``), each naming file and line.
    """
    document = read_document(path, workspace)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise SeveralErrors(_faults(error, path, model, workspace)) from None


def read_models(path: Path, key: str, model: type[Model], workspace: Workspace) -> list[Model]:
    """The list under ``key`` of a YAML file as models; faults as in ``read_model``."""
    document = read_document(path, workspace)
    unknown = [name for name in document if name != key]
    if unknown:
        raise SeveralErrors([_unknown_name(str(unknown[0]), [key], workspace.shown(path))])
    try:
        return TypeAdapter(list[model]).validate_python(document.get(key) or [])  # type: ignore[valid-type]
    except ValidationError as error:
        raise SeveralErrors(_faults(error, path, model, workspace, prefix=(key,))) from None


def write_schemas(folder: Path) -> list[Path]:
    """The JSON Schemas of all ``params/`` files, written to ``folder`` for editors; paths returned."""
    import json

    from analysis_lib.vocabulary.free_text import Names
    from analysis_lib.vocabulary.questions import Codebook, Handbook, NationalGoal, QuestionSet
    from analysis_lib.vocabulary.retention import Rule
    from analysis_lib.vocabulary.self_rating import SelfRating
    from analysis_lib.vocabulary.wheel import WheelFile

    folder.mkdir(parents=True, exist_ok=True)
    models: dict[str, type[BaseModel]] = {
        "settings": Settings,
        "unit": Unit,
        "group": Group,
        "seminar": Seminar,
        "target": Target,
        "indicator": Indicator,
        "instrument": Instrument,
        "sentence": SentenceRule,
        "peers": Peers,
        "wheel": WheelFile,
        "self_rating": SelfRating,
        "question_set": QuestionSet,
        "codebook": Codebook,
        "handbook": Handbook,
        "national_goal": NationalGoal,
        "retention_rule": Rule,
        "free_text": Names,
    }
    written = []
    for name, model in models.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(model.model_json_schema(), ensure_ascii=False, indent=1) + "\n", "utf-8")
        written.append(path)
    return written


def schema_folder() -> Path:
    """Where the built-in JSON Schemas lie."""
    return builtin_root() / "params" / "schema"


def _each(error: SkolbankError) -> list[SkolbankError]:
    return error.errors if isinstance(error, SeveralErrors) else [error]


def read_document(path: Path, workspace: Workspace) -> dict[str, Any]:
    """A YAML file of names and values; raises SkolbankError with file and line when it is none."""
    where = workspace.shown(path)
    try:
        document = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        raise SkolbankError(
            "params-missing",
            "Filen finns inte",
            where=where,
            remedy="Skapa den, eller gör om arbetsytan med skolbank init.",
        ) from None
    except UnicodeDecodeError:
        raise SkolbankError(
            "params-unreadable",
            "Filen är inte sparad som UTF-8",
            where=where,
            remedy="Spara om den som UTF-8.",
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", rad {mark.line + 1}" if mark else ""
        raise SkolbankError(
            "params-unreadable",
            "Filen är inte giltig YAML",
            where=f"{where}{line}",
            remedy="Kontrollera indrag och kolon.",
        ) from None
    if not isinstance(document, dict):
        raise SkolbankError(
            "params-unreadable",
            "Filen ska innehålla namn och värden",
            where=where,
            remedy="Skriv varje uppgift som namn: värde.",
        )
    return dict(_visible(document))


def _visible(value: Any) -> Any:
    """The value without signs that nobody sees but that turn or hide the text around them."""
    if isinstance(value, str):
        return value if value.isascii() else INVISIBLE.sub("", value)
    if isinstance(value, dict):
        return {_visible(key): _visible(item) for key, item in value.items()}
    return [_visible(item) for item in value] if isinstance(value, list) else value


def lines_of(path: Path) -> dict[tuple[Any, ...], int]:
    """The line of every key and list item in a YAML file, by its path of keys and positions."""
    lines: dict[tuple[Any, ...], int] = {}

    def walk(node: yaml.Node, trail: tuple[Any, ...]) -> None:
        lines.setdefault(trail, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                lines[(*trail, key.value)] = key.start_mark.line + 1
                walk(value, (*trail, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for position, value in enumerate(node.value):
                walk(value, (*trail, position))

    root = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    if root is not None:
        walk(root, ())
    return lines


_SWEDISH_FAULTS = {
    "missing": "saknas",
    "string_type": "ska vara text (sätt citattecken om värdet är siffror)",
    "int_parsing": "ska vara ett heltal",
    "int_type": "ska vara ett heltal",
    "float_parsing": "ska vara ett tal",
    "float_type": "ska vara ett tal",
    "bool_parsing": "ska vara true eller false",
    "bool_type": "ska vara true eller false",
    "date_from_datetime_parsing": "ska vara ett datum som 2026-06-30",
    "date_type": "ska vara ett datum som 2026-06-30",
    "date_parsing": "ska vara ett datum som 2026-06-30",
    "too_short": "får inte vara tom",
}


def _faults(
    error: ValidationError,
    path: Path,
    model: type[BaseModel],
    workspace: Workspace,
    prefix: tuple[Any, ...] = (),
) -> list[SkolbankError]:
    lines = lines_of(path)
    faults = []
    for fault in error.errors(include_url=False):
        trail = (*prefix, *fault["loc"])
        while trail and trail not in lines:
            trail = trail[:-1]
        where = f"{workspace.shown(path)}, rad {lines.get(trail, 1)}"
        name = next((str(part) for part in reversed(fault["loc"]) if isinstance(part, str)), "")
        if fault["type"] == "extra_forbidden":
            faults.append(_unknown_name(name, _field_names(model), where))
        else:
            what = f"{name} {_in_swedish(fault)}".strip()
            faults.append(SkolbankError("params-invalid", what, where=where))
    return faults


def _in_swedish(fault: Any) -> str:
    kind = str(fault["type"])
    context = fault.get("ctx", {})
    if kind == "in_swedish":
        return str(fault["msg"])
    if kind == "string_too_short":
        return f"är för kort (minst {context.get('min_length')} tecken)"
    if kind in ("greater_than", "less_than"):
        bound = context.get("gt", context.get("lt"))
        return f"ska vara {'mer' if kind == 'greater_than' else 'mindre'} än {bound}"
    if kind == "string_pattern_mismatch":
        return "har fel form (ska följa mönstret " + str(context.get("pattern")) + ")"
    if kind == "literal_error":
        return "ska vara " + str(context.get("expected")).replace(" or ", " eller ")
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        return f"ska vara {'minst' if kind.startswith('greater') else 'högst'} {bound}"
    return _SWEDISH_FAULTS.get(kind, "har ett värde som inte går att använda")


def _field_names(model: type[BaseModel]) -> list[str]:
    names = list(model.model_fields)
    for field in model.model_fields.values():
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                names.extend(inner.model_fields)
    return names


def _unknown_name(name: str, known: Iterable[str], where: str) -> SkolbankError:
    return SkolbankError(
        "params-unknown-name", f"Namnet {name[:40]} är okänt", where=where, remedy=did_you_mean(name, known)
    )


def _misnamed(path: Path, expected: str, workspace: Workspace) -> SkolbankError:
    return SkolbankError(
        "params-misnamed",
        f"Filen heter {path.name} men id är {expected}",
        where=workspace.shown(path),
        remedy=f"Döp om filen till {expected}.yaml.",
    )


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
