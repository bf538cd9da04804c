"""Some writers of many, as a process of their own: saves until told to stop and says what it has saved.

Started as ``python register_writer.py WORKSPACE NAMES SECONDS``; each line out is the id of a saved entry,
written only when the save has returned. Each tenth save is a new version of a thing that all writers share.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from register_kinds import Aim

from analysis_lib.register import Register, RegisterConflict, open_register
from analysis_lib.vocabulary.workspace import Workspace

SHARED = "shared-goal"


def _tell(*words: str) -> None:
    os.write(1, f"{' '.join(words)}\n".encode())  # in one piece, so that no kill can cut a line


def write_until(register: Register, name: str, end: float) -> None:
    """Saves entry after entry, and tells each id when it stands in the log."""
    number = 0
    while time.monotonic() < end:
        number += 1
        saved = register.save(Aim(name=f"{name} {number} åäö " + "ord " * 40), author=name, role="rektor")
        _tell("saved", saved.id)
        if number % 10 == 0:
            seen = register.get(SHARED)
            try:
                mine = register.revise(seen, Aim(name=f"{name} {number}"), author=name, role="rektor")
                _tell("shared", mine.id)
            except RegisterConflict:
                _tell("conflict", seen.id)


if __name__ == "__main__":
    folder, names, seconds = sys.argv[1:]
    opened = open_register(Workspace(Path(folder)))
    _tell("ready", names)
    end = time.monotonic() + float(seconds)
    writers = names.split(",")
    with ThreadPoolExecutor(len(writers)) as threads:
        list(threads.map(lambda name: write_until(opened, name, end), writers))
