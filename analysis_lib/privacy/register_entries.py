"""Gallring of what people have written: what is too old in the register, and its emptying (floor 9).

Copies that a restore has set aside hold the same words, so they go with what they are copies of.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator, Sequence

from analysis_lib.privacy.overdue import Thing
from analysis_lib.privacy.retention_rules import title_of
from analysis_lib.register.emptying import Keeping, copies_of, due_lines, empty_lines, overwrite_free_pages
from analysis_lib.register.log import Register, is_on_server, open_register, register_file
from analysis_lib.vocabulary.retention import Rule
from analysis_lib.vocabulary.workspace import Workspace


def find(workspace: Workspace, rule: Rule, limit: datetime.date) -> list[Thing]:
    """The entries of a kind that are too old; none when there is no register."""
    if not is_on_server() and not register_file(workspace).is_file():
        return []
    with _opened(workspace) as register:
        due = due_lines(register, Keeping(rule.entries, rule.after, limit))
    return [_thing(workspace, name, lines) for name, lines in due.items()]


def empty(
    workspace: Workspace, rule: Rule, limit: datetime.date, *, things: Sequence[Thing], actor: str
) -> list[Thing]:
    """Empties the entries that are still too old, and deletes copies that were set aside; what went."""
    seen = {line for thing in things for line in thing.lines}
    with _opened(workspace) as register:
        gone = empty_lines(
            register,
            Keeping(rule.entries, rule.after, limit),
            seen=seen,
            decision=rule.decision,
            rule=f"{title_of(rule)}: {rule.kept} från {rule.since}",
            author=actor,
        )
        overwrite_free_pages(register)
    ids = {line for lines in gone.values() for line in lines}
    copies = list(copies_of(register_file(workspace).parent, ids)) if ids else []
    for copy in copies:
        copy.unlink()
    return [
        *(_thing(workspace, name, lines) for name, lines in gone.items()),
        *(Thing(copy, workspace.shown(copy)) for copy in copies),
    ]


def _thing(workspace: Workspace, name: str, lines: tuple[str, ...]) -> Thing:
    return Thing(register_file(workspace), f"post {name}", rows=len(lines), lines=lines)


@contextlib.contextmanager
def _opened(workspace: Workspace) -> Iterator[Register]:
    register = open_register(workspace)
    try:
        yield register
    finally:
        register.close()
