"""What a notebook sees: one report object whose verbs each give a block (floor 7).

A notebook says which question comes when; everything else (which unit, which years, what may be shown, how it
is drawn) is decided here and below. A verb without data gives an explained gap, never an empty chart.
"""

from __future__ import annotations

from analysis_lib.report import sections
from analysis_lib.report.chosen_parts import ChosenParts
from analysis_lib.report.frame import scope_of
from analysis_lib.report.freeze import at_freeze
from analysis_lib.report.parameters import check_parameters, load_sidecar
from analysis_lib.report.prepare import prepare
from analysis_lib.report.scope import Scope
from analysis_lib.snapshots.units import load_units
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace


def open_report(
    *, report: str, unit: str | int = "", seminar: str, audience: str = "", workspace: str | None = None
) -> Report:
    """The report that a notebook fills: one unit, or the whole huvudman when ``unit`` is empty.

    ``papermill -p unit 12345678`` hands the code over as a number, which is taken as the same code.

    Raises ``SeveralErrors`` with every faulty parameter. The release is made when it is not there yet.
    """
    place = at_freeze(Workspace.find(workspace), seminar)
    catalog = Catalog(place)
    sidecar = load_sidecar(place, report)
    unit = str(unit) if type(unit) is int else unit
    given = {"unit": unit, "seminar": seminar, "audience": audience}
    given = {name: value for name, value in given.items() if name in sidecar.parameters or value}
    prepared = None
    if seminar in catalog.seminars and audience in ("", *sections.EDITIONS):
        prepared = prepare(place, seminar, audience=audience)
    units = prepared.units if prepared else load_units(place, catalog)
    checked = check_parameters(
        sidecar, given, where=f"notebooks/reports/{report}", catalog=catalog, units=units
    )
    assert prepared is not None
    return Report(report, sidecar, catalog, prepared, units.get(str(unit)), checked)


def open_scope(workspace: Workspace, catalog: Catalog, seminar: str) -> Scope:
    """The released numbers of a seminar about the whole huvudman, for exploring."""
    return scope_of(catalog, prepare(workspace, seminar), None)


class Report(ChosenParts):
    """The verbs over one release; each gives a block and the report remembers what it showed."""
