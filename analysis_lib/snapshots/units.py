"""The units of a workspace: those listed by hand, and those found in published statistics (floor 2)."""

from __future__ import annotations

from typing import get_args

from analysis_lib.snapshots.store import Store
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.workspace import Workspace

# The newest published name and organiser of each unit in the municipality; the names of the PxWeb workbook,
# which are in capitals, count only where no other table has one.
_PUBLISHED = """
SELECT unit_code AS code,
       arg_max(unit_name, rank) AS name,
       arg_max(organiser, rank) AS organiser,
       arg_max(authority_name, rank) AS authority_name,
       max(school_year) AS last_seen
FROM (SELECT *, CASE WHEN table_id = 'analysis_support' THEN '0' ELSE '1' END || school_year AS rank
      FROM core_skolverket__statistics)
WHERE level = 'unit' AND unit_code <> '' AND municipality_code = '{code}'
GROUP BY unit_code
ORDER BY unit_code
"""


def load_units(workspace: Workspace, catalog: Catalog, store: Store | None = None) -> dict[str, Unit]:
    """All units of the workspace's municipality by code.

    ``params/units.yaml`` comes first; schools that only published statistics know are added as
    grundskolor, independent ones marked as such.
    """
    listed = dict(catalog.units)
    published = _published(store or Store(workspace), catalog.settings.municipality_code)
    return listed | {code: unit for code, unit in published.items() if code not in listed}


def _published(store: Store, municipality_code: str) -> dict[str, Unit]:
    organisers = get_args(Unit.model_fields["organiser"].annotation)
    return {
        row["code"]: Unit(
            code=row["code"],
            name=row["name"].strip(),
            school_forms=("gr",),
            organiser=row["organiser"] if row["organiser"] in organisers else "municipal",
            authority_name=row["authority_name"],
            municipality_code=municipality_code,
        )
        for row in store.query(_PUBLISHED.format(code=municipality_code)).to_dict("records")
    }
