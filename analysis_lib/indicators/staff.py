"""Staff figures that take two published tables to compute (floor 4).

Each public function here is a formula that an indicator's YAML can name.
"""

from __future__ import annotations

import pandas as pd

from analysis_lib.indicators.columns import Origin, Tables, cube_rows
from analysis_lib.indicators.published import NATIONAL_CODE, STATISTICS_TABLE, SUFFIX
from analysis_lib.vocabulary.indicators import Indicator

KEYS = ["school_year", "level", "code", "organiser"]


def pupils_per_teacher(store: Tables, indicator: Indicator) -> pd.DataFrame:
    """Pupils in years 1-9 per full-time teacher, both counted on 15 October; n is the pupils.

    Rows where either number is hidden are left out. Source: Skolverket's tables ``pupils`` and ``staff``.
    """
    cells = store.query(
        f"""SELECT pupils.school_year, pupils.level, pupils.unit_code, pupils.municipality_code,
               pupils.organiser, pupils.value AS n, staff.value AS teachers
        FROM {STATISTICS_TABLE} AS pupils
        JOIN {STATISTICS_TABLE} AS staff
          USING (school_year, level, unit_code, municipality_code, organiser, sex)
        WHERE pupils.table_id = 'pupils' AND pupils.measure = 'pupils_total' AND pupils.sex = 'T'
          AND staff.table_id = 'staff' AND staff.measure = 'fte_total'
          AND pupils.value > 0 AND staff.value > 0
        ORDER BY ALL"""
    )
    cells["code"] = cells["unit_code"].where(cells["level"] == "unit", cells["municipality_code"])
    cells["code"] = cells["code"].where(cells["level"] != "national", NATIONAL_CODE)
    cells["organiser"] = cells["organiser"].where(cells["level"] != "unit", "")
    rows = pd.concat([cells, _national(cells)], ignore_index=True)
    rows["value"] = rows["n"] / rows["teachers"]
    rows["sex"] = "T"
    rows["n"] = rows["n"].round().astype("Int64")
    return cube_rows(indicator, rows, Origin("computed", store.fingerprint([STATISTICS_TABLE]), SUFFIX))


def _national(cells: pd.DataFrame) -> pd.DataFrame:
    """Riket from the kommuner, for school years without a row of its own."""
    has_national = cells.loc[cells["level"] == "national", "school_year"]
    parts = cells[(cells["level"] == "municipality") & ~cells["school_year"].isin(has_national)]
    sums = parts.groupby(["school_year", "organiser"], as_index=False)[["n", "teachers"]].sum()
    return sums.assign(level="national", code=NATIONAL_CODE)
