"""One writer of many, as a process of its own: saves until told to stop and says what it has saved.

Started as ``python register_writer.py WORKSPACE NAME SECONDS``; each line out is the id of a saved entry, written
only when the save has returned. Each tenth save is a new version of a thing that all writers share.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from register_kinds import Aim

from analysis_lib.register import Register, RegisterConflict, open_register
from analysis_lib.vocabulary.workspace import Workspace

SHARED = "shared-goal"


def write_until(register: Register, name: str, end: float) -> None:
    """Saves entry after entry, and tells each id when it stands in the log."""
    number = 0
    while time.monotonic() < end:
        number += 1
        saved = register.save(Aim(name=f"{name} {number} åäö " + "ord " * 40), author=name, role="rektor")
        print("saved", saved.id, flush=True)
        if number % 10 == 0:
            seen = register.get(SHARED)
            try:
                mine = register.revise(seen, Aim(name=f"{name} {number}"), author=name, role="rektor")
                print("shared", mine.id, flush=True)
            except RegisterConflict:
                print("conflict", seen.id, flush=True)


if __name__ == "__main__":
    folder, name, seconds = sys.argv[1:]
    opened = open_register(Workspace(Path(folder)))
    print("ready", name, flush=True)
    write_until(opened, name, time.monotonic() + float(seconds))
