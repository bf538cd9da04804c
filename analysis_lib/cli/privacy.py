"""The commands about personal data and provenance: trace, keys, retain, extract, privacy (floor 9)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from analysis_lib.cli.options import NO_OPTIONS, Shared, refuse_unwritable

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis_lib.vocabulary.workspace import Workspace

Flag = Parameter(negative="")


def enter(workspace: Workspace, action: str, scope: str) -> None:
    """What a command that touches people's data does first: rights are checked, and one line is logged."""
    from analysis_lib.errors import SkolbankError
    from analysis_lib.snapshots.access_log import AccessLog, current_actor
    from analysis_lib.snapshots.rights import check_rights, make_private

    make_private(workspace)
    for warning in check_rights(workspace):
        print(warning, file=sys.stderr)
    try:
        AccessLog(workspace).record(current_actor(), action, scope)
    except OSError:
        raise SkolbankError(
            "access-log-unwritable",
            "Åtkomstloggen går inte att skriva, och utan den får elevuppgifter inte röras",
            where="data/access",
            remedy="Kontrollera att disken har plats och att du får skriva i arbetsytan.",
            exit_status=1,
        ) from None


def trace(
    figure: str,
    /,
    *,
    json_path: Annotated[Path | None, Parameter(name="--json", allow_leading_hyphen=True)] = None,
    shared: Shared = NO_OPTIONS,
) -> int:
    """Show where a figure comes from, from the mark at its foot.

    Parameters
    ----------
    figure
        The mark, as it stands at the figure in a page, a PDF or a print.
    json_path
        Write the same as JSON to this file; - for standard output.
    """
    from analysis_lib.report.trace import trace as find
    from analysis_lib.report.trace import trace_text

    refuse_unwritable(json_path)
    found = find(shared.find(), figure)
    text = json.dumps([each.as_json() for each in found], ensure_ascii=False, indent=1)
    if str(json_path) == "-":
        print(text)
        return 0
    if json_path:
        json_path.write_text(text + "\n", "utf-8")
    print("\n\n".join(trace_text(each) for each in found))
    return 0


def keys(
    action: Literal["status", "rotate", "destroy", "encrypt", "new"],
    /,
    *,
    version: int = 0,
    shared: Shared = NO_OPTIONS,
) -> int:
    """Look after the keys of pseudonyms and stored pupil rows.

    Parameters
    ----------
    action
        status: which keys there are; rotate: a new key version for all pupils; destroy: remove an old version
        for good; encrypt: encrypt stored pupil rows with SKOLBANK_SNAPSHOT_KEY; new: print such a key.
    version
        The key version to destroy.
    """
    from analysis_lib.privacy import key_acts

    if action == "new":
        print(key_acts.new_key())
        return 0
    workspace = shared.find()
    scope = f"version {version}" if action == "destroy" else "alla elevuppgifter"
    if action != "status":
        enter(workspace, f"keys-{action}", scope)
    told: dict[str, Callable[[Workspace], str]] = {
        "status": key_acts.status,
        "rotate": key_acts.rotate,
        "encrypt": key_acts.encrypt,
        "destroy": lambda place: key_acts.destroy(place, version),
    }
    print(told[action](workspace))
    return 0


def retain(
    *,
    apply: Annotated[bool, Flag] = False,
    json_path: Annotated[Path | None, Parameter(name="--json")] = None,
    shared: Shared = NO_OPTIONS,
) -> int:
    """List what must be deleted by now, by params/retention.yaml; with --apply delete it.

    Parameters
    ----------
    apply
        Delete what is due and has a decision, and write a record of it in data/protocols.
    json_path
        Write the list as JSON to this file.
    """
    from analysis_lib.privacy.retention import apply_retention, due, retention_text
    from analysis_lib.snapshots.access_log import current_actor

    refuse_unwritable(json_path)
    workspace = shared.find()
    found = due(workspace)
    if json_path:
        text = json.dumps([each.as_json() for each in found], ensure_ascii=False, indent=1)
        json_path.write_text(text + "\n", "utf-8")
    print(retention_text(found, is_applied=apply))
    if apply:
        enter(workspace, "retain", "enligt params/retention.yaml")
        protocol = apply_retention(workspace, found, actor=current_actor())
        print(f"Protokoll: {workspace.shown(protocol)}")
    return 0


def extract(file: Path, /, *, lead_teacher: str = "", author: str = "", shared: Shared = NO_OPTIONS) -> int:
    """Write everything that is stored about one person (registerutdrag); the number is read from stdin.

    On the line after it may stand the id of a pupil with protected identity in the school's own system.

    Parameters
    ----------
    file
        The new file to write, which only you may read.
    lead_teacher
        The designation of a lead teacher in the register, such as F07, when the person is one.
    author
        The user name by which the person has saved in the register, when the person is employed.
    """
    from analysis_lib.privacy.person import read_number, read_system_id, write_extract

    workspace = shared.find()
    number = read_number(sys.stdin)
    system_id = read_system_id(sys.stdin)
    enter(workspace, "extract", "en person")
    count = write_extract(
        workspace, number, file, system_id=system_id, designation=lead_teacher, author=author
    )
    print(f"{count} rader och poster skrevs till {file.name}.")
    print("Lämna ut filen enligt rutinen och ta sedan bort den.")
    return 0


def privacy(folder: Path, /, *, shared: Shared = NO_OPTIONS) -> int:
    """Write drafts of the impact assessment and the record of processing, filled in as far as is known.

    Parameters
    ----------
    folder
        Where the two Markdown files are written; files that are there already are left as they are.
    """
    from analysis_lib.privacy.documents import write_documents

    workspace = shared.find()
    for path in write_documents(workspace, folder):
        print(workspace.shown(path))
    return 0
