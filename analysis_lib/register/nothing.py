"""A register with nothing in it, for where the register itself is not (register floor).

A live page's kernel never sees the log.
"""

from __future__ import annotations

import sqlalchemy as sa

from analysis_lib.register.reading import Reading
from analysis_lib.register.tables import METADATA


def empty_reading() -> Reading:
    """Reads as a register in which nobody has written; in memory only."""
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    METADATA.create_all(engine)
    return Reading(engine)
