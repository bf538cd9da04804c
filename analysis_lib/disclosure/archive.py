"""Everything that has ever been released, kept so that later releases and the attacker know it (floor 5).

Statements cannot be taken back, so what lies here is never overwritten: a line for each statement when it was
first made, and the released frame of each edition on one time line. ``data/statements/``.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis_lib.disclosure.archive_seal import broken_seals, seal
from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.log import locked
from analysis_lib.vocabulary.settings import CIRCLES, Audience
from analysis_lib.vocabulary.whole_files import append_private, private_file
from analysis_lib.vocabulary.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

_OF_RELEASE = ("doc", "edition", "definitions")
_SPENT = ("low", "high", "sources", "decimals")


@dataclass(frozen=True)
class Edition:
    """One released edition on the time line: ``key`` names what it was made of, ``frame`` its file."""

    seminar: str
    audience: Audience
    key: str
    frame: str


def folder(workspace: Workspace) -> Path:
    """Where statements, frames and certificates are kept."""
    return workspace.data / "statements"


def faults(workspace: Workspace) -> list[SkolbankError]:
    """What is no longer as it was released: statements by their seal, frames by their names."""
    found = list(broken_seals(workspace, folder(workspace)))
    for edition in dict.fromkeys((each.frame, frame_path(workspace, each)) for each in timeline(workspace)):
        name, path = edition
        if not path.is_file() or _frame_name(path) != name:
            found.append(
                SkolbankError(
                    "edition-changed",
                    "Det som en tidigare utgåva visade saknas eller har ändrats",
                    where=workspace.shown(path),
                    remedy="Lägg tillbaka den nyaste säkerhetskopian av data/statements.",
                    exit_status=1,
                )
            )
    return found


def statement_key(fact: Mapping[str, Any]) -> str:
    """What a statement is about: population, cell and what is said; not what it says, nor where."""
    return json.dumps([fact["pop"], fact["cell"], fact["what"]], ensure_ascii=False, sort_keys=True)


def hash_of(facts: Iterable[Mapping[str, Any]]) -> str:
    """The sha256 of a set of statements: the same for any order, repeats and documents."""
    told = {_plain(fact) for fact in facts}
    return hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()


def statements(workspace: Workspace, audience: Audience) -> list[dict[str, Any]]:
    """Every statement that readers of an audience have been given, wider circles' included, oldest first."""
    found: list[dict[str, Any]] = []
    for circle in CIRCLES[: CIRCLES.index(audience) + 1]:
        found += _said(workspace, circle)
    return found


def has_statements(workspace: Workspace, audience: Audience) -> bool:
    """Whether anything has been released to this circle itself."""
    return _path(workspace, audience).is_file()


def add_statements(
    workspace: Workspace, audience: Audience, facts: Sequence[Mapping[str, Any]], *, definitions: str = ""
) -> int:
    """Keep the statements that are new, or say something else than the last time. Returns their number.

    Each line has ``edition``: 1 for the first release to anyone, and so on, and ``definitions``: the hash of
    those it was made by. What is said once more by other definitions is kept once more, and so is all that
    is said of a school year in which a number has become another since: it stands beside the new number too.
    """
    with locked(folder(workspace) / ".lock"):
        before = _said(workspace, audience)
        last = {statement_key(fact): (fact["shown"], fact.get("definitions", "")) for fact in before}
        said_in = {statement_key(fact): int(fact["edition"]) for fact in before}
        told = [fact for circle in CIRCLES for fact in _said(workspace, circle)]
        edition = max((int(fact["edition"]) for fact in told), default=0) + 1
        moved = (_school_year(fact) for fact in facts if _is_another(fact, last))
        changed = _changed_in(told) | dict.fromkeys(moved, edition)
        made = {"edition": edition} | ({"definitions": definitions} if definitions else {})
        new: dict[tuple[str, Any], Mapping[str, Any]] = {}
        for fact in facts:
            key, shown = statement_key(fact), fact["shown"]
            is_older = said_in.get(key, 0) < changed.get(_school_year(fact), 0)
            if last.get(key) != (shown, definitions) or is_older:
                new.setdefault((key, shown), {**fact, **made})
        if new:
            append_lines(_path(workspace, audience), new.values())
            seal(workspace, _path(workspace, audience))
    return len(new)


def superseded(workspace: Workspace, current: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Statements of earlier editions that no current document makes any more; they are still known."""
    told = {_plain(fact) for fact in current}
    return [fact for fact in statements(workspace, CIRCLES[-1]) if _plain(fact) not in told]


def timeline(workspace: Workspace) -> list[Edition]:
    """The editions in the order in which they were released."""
    path = folder(workspace) / "editions.jsonl"
    if not path.is_file():
        return []
    lines = path.read_text("utf-8").splitlines()
    return [Edition(**json.loads(line)) for line in lines if line.strip()]


def add_edition(
    workspace: Workspace, seminar: str, audience: Audience, *, key: str, frame: pd.DataFrame
) -> Edition:
    """Put an edition on the time line and keep what its own rows said; the same edition is kept once."""

    own = frame[frame["basis"] == "own"].drop(columns=list(_SPENT), errors="ignore")
    name = _name_of(own)
    edition = Edition(seminar, audience, key, name)
    with locked(folder(workspace) / ".lock"):
        path = frame_path(workspace, edition)
        if not path.is_file():
            with private_file(path) as part:
                own.to_parquet(part, index=False)
        if edition not in timeline(workspace):
            append_lines(folder(workspace) / "editions.jsonl", [asdict(edition)])
    return edition


def _name_of(own: pd.DataFrame) -> str:
    import pandas as pd

    told = pd.util.hash_pandas_object(own.astype("string"), index=False).to_numpy().tobytes()
    return hashlib.sha256(told).hexdigest()[:16]


def _frame_name(path: Path) -> str:
    import pandas as pd

    try:
        return _name_of(pd.read_parquet(path))
    except (OSError, ValueError):
        return ""


def frame_path(workspace: Workspace, edition: Edition) -> Path:
    """The file with the released frame of an edition."""
    return folder(workspace) / f"{edition.frame}.parquet"


def frames(workspace: Workspace, editions: Iterable[Edition]) -> pd.DataFrame | None:
    """The frames of editions put together, each once, in order; None without any."""
    import pandas as pd

    names = dict.fromkeys(frame_path(workspace, edition) for edition in editions)
    return pd.concat([pd.read_parquet(path) for path in names], ignore_index=True) if names else None


def _is_another(fact: Mapping[str, Any], last: Mapping[str, tuple[Any, str]]) -> bool:
    """Whether something else was said of the same the last time."""
    before = last.get(statement_key(fact))
    return before is not None and before[0] != fact["shown"]


def _changed_in(told: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The newest edition in which a number about each school year became another."""
    numbers: dict[str, Any] = {}
    changed: dict[str, int] = {}
    for fact in sorted(told, key=lambda each: int(each["edition"])):
        if not isinstance(fact["shown"], str):
            if numbers.setdefault(statement_key(fact), fact["shown"]) != fact["shown"]:
                changed[_school_year(fact)] = int(fact["edition"])
            numbers[statement_key(fact)] = fact["shown"]
    return changed


def _school_year(fact: Mapping[str, Any]) -> str:
    """The school year of a statement's population, as it is written there."""
    return str(fact["pop"]).partition("/")[0].removesuffix("-skolverket").rpartition("-")[2]


def _path(workspace: Workspace, audience: Audience) -> Path:
    return folder(workspace) / f"{audience}.jsonl"


def _said(workspace: Workspace, audience: Audience) -> list[dict[str, Any]]:
    path = _path(workspace, audience)
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.endswith("\n")]


def append_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Add whole lines; one that a crash cut short was never read and is taken away first."""
    body = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
    kept = path.read_bytes() if path.is_file() else b""
    if not kept.endswith(b"\n"):
        path.touch(0o600)
        os.truncate(path, kept.rfind(b"\n") + 1)
    append_private(path, body.encode())
    path.chmod(0o600)  # a copy that was put back may have come with wider rights


def _plain(fact: Mapping[str, Any]) -> str:
    """A statement without the document and the release that made it, as text."""
    kept = {name: value for name, value in fact.items() if name not in _OF_RELEASE}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)
