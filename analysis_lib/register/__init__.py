"""What people wrote: an append-only log of typed entries, readable as of any moment (floor between 2 and 3).

``entry`` holds what an entry is, ``log`` the door to the log, ``kinds`` one model per kind of entry.
"""

from __future__ import annotations

from analysis_lib.register.entry import (
    KINDS,
    Entry,
    FreeText,
    Labels,
    Record,
    Refers,
    Words,
    entry_kind,
    load_kinds,
)
from analysis_lib.register.faults import RegisterConflict
from analysis_lib.register.log import Draft, Register, open_register
from analysis_lib.register.reading import Reading

__all__ = [
    "KINDS",
    "Draft",
    "Entry",
    "FreeText",
    "Labels",
    "Reading",
    "Record",
    "Refers",
    "Register",
    "RegisterConflict",
    "Words",
    "entry_kind",
    "load_kinds",
    "open_register",
]
