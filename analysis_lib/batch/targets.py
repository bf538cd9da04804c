"""What the reports of a seminar are made about: the authority, or the units that a report concerns (floor 8).

A report's own definition says whose units it is about; register words and inner figures are only our own.
"""

from __future__ import annotations

from analysis_lib.batch.rooms import RoundData
from analysis_lib.report.parameters import Sidecar
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import ReportOrder, Seminar, Unit


def targets(
    catalog: Catalog, seminar: Seminar, report: ReportOrder, sidecar: Sidecar, data: RoundData
) -> list[tuple[str, Unit | None]]:
    """What a report is made about: the authority, or the open units of the wanted school forms."""
    if report.scope == "authority":
        return [(catalog.settings.municipality_code, None)]
    groups = [catalog.groups[name] for name in seminar.groups if name in catalog.groups]
    led = {form for group in groups for form in group.school_forms}
    wanted = set(report.school_forms)
    found: list[tuple[str, Unit | None]] = []
    for code, unit in data.units.items():
        forms = set(unit.school_forms)
        is_led = not led or bool(forms & led)
        is_wanted = not wanted or not forms or bool(forms & wanted)
        has_matter = code in data.slices or (unit.is_own and sidecar.reads_register)
        if (
            unit.is_open(data.school_year)
            and is_led
            and is_wanted
            and has_matter
            and _is_concerned(unit, sidecar, seminar)
        ):
            found.append((code, unit))
    return found


def _is_concerned(unit: Unit, sidecar: Sidecar, seminar: Seminar) -> bool:
    """Whether the report is about the unit: others' only from published figures, never inside the house."""
    return unit.is_own or (sidecar.units == "published" and seminar.audience != "internal")
