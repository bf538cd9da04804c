"""All stored tables by name, those of files and those of APIs (floor 2)."""

from __future__ import annotations

from analysis_lib.snapshots import schemas
from analysis_lib.snapshots.fetched_schemas import FETCHED
from analysis_lib.snapshots.schemas import TableSchema

TABLES: dict[str, TableSchema] = schemas.TABLES | {table.name: table for table in FETCHED}
