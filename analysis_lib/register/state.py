"""What the register holds, in one hash: changed words remake the documents that read them (register)."""

from __future__ import annotations

import sqlalchemy as sa

from analysis_lib.register.moments import Moment, end_of, stamp
from analysis_lib.register.rhythm import open_existing
from analysis_lib.register.tables import ENTRIES
from analysis_lib.vocabulary.workspace import Workspace


def register_state(workspace: Workspace, *, moment: Moment | None = None) -> str:
    """The chain of the last line written by ``moment`` (None: now); empty for a workspace without words."""
    register = open_existing(workspace)
    if register is None:
        return ""
    query = sa.select(ENTRIES.c.chain).order_by(ENTRIES.c.position.desc()).limit(1)
    if moment is not None:
        query = query.where(ENTRIES.c.at <= stamp(end_of(moment)))
    try:
        with register.engine.connect() as connection:
            return str(connection.execute(query).scalar() or "")
    finally:
        register.close()
