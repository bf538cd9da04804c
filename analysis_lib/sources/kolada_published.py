"""Kolada's values as published figures of the indicators that they are (floor 3).

They compare the municipality's own schools with those of others where no file of Skolverket's has been read;
as they are taken over unchanged, they go after every file in an indicator's list.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import pandas as pd
from pydantic import Field

from analysis_lib.snapshots.schemas import STATISTICS
from analysis_lib.sources.numbers import swedish
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import Strict

_DECIMALS = 1


class PublishedAs(Strict):
    """Where a key figure stands among the published statistics."""

    table: str
    measure: str
    organiser: Literal["all", "municipal", "independent"]
    ends: bool = Field(default=False, description="Sant: perioden är året då läsåret slutar")


def published_frame(values: pd.DataFrame, published: Mapping[str, PublishedAs]) -> dict[str, pd.DataFrame]:
    """Values of municipalities and riket as rows of ``core_skolverket__statistics``; none gives no table."""
    chosen = values[values["kpi"].isin(list(published)) & values["level"].isin(["municipality", "national"])]
    if chosen.empty:
        return {}
    records = []
    for row in chosen.to_dict("records"):
        how = published[str(row["kpi"])]
        is_nation = row["level"] == "national"
        record = {
            "table_id": how.table,
            "school_year": str(SchoolYear(int(row["period"]) - how.ends)),
            "level": row["level"],
            "municipality_code": "" if is_nation else row["code"],
            "municipality_name": row["name"],
            "organiser": how.organiser,
            "sex": row["sex"],
            "measure": how.measure,
            "value": row["value"],
            "mark": row["mark"],
            "decimals": _DECIMALS,
            "raw": "." if pd.isna(row["value"]) else swedish(Decimal(str(row["value"])), _DECIMALS),
        }
        records.append(record)
    frame = pd.DataFrame(records).reindex(columns=STATISTICS.names)
    texts = [column.name for column in STATISTICS.columns if column.kind == "text"]
    frame[texts] = frame[texts].fillna("")
    return {STATISTICS.name: frame.astype({"value": "float64", "decimals": "int64"})}
