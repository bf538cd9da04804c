"""The sources that can be fetched, by the names that the command knows (floor 3)."""

from __future__ import annotations

import re
from collections.abc import Callable

from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.fetching import FetchContext, FetchOrder
from analysis_lib.sources.http.settings import ApiSource
from analysis_lib.sources.import_report import ImportReport
from analysis_lib.sources.kolada import Kolada, fetch_kolada
from analysis_lib.sources.planned_educations import fetch_planned_educations
from analysis_lib.sources.planned_educations_values import PlannedEducations
from analysis_lib.sources.pxweb_api import PxWebApi, fetch_pxweb
from analysis_lib.sources.ss12000.client import Ss12000
from analysis_lib.sources.ss12000.fetch import fetch_ss12000
from analysis_lib.sources.unit_register import UnitRegister, fetch_unit_register
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.params_reading import read_model
from analysis_lib.vocabulary.workspace import Workspace

SOURCES: dict[str, Callable[[FetchContext], ImportReport]] = {
    "skolverket": fetch_planned_educations,
    "units": fetch_unit_register,
    "kolada": fetch_kolada,
    "pxweb": fetch_pxweb,
    "ss12000": fetch_ss12000,
}

_PARAMS: dict[str, type[ApiSource]] = {
    "planned_educations": PlannedEducations,
    "unit_register": UnitRegister,
    "kolada": Kolada,
    "pxweb_api": PxWebApi,
    "ss12000": Ss12000,
}


def check_api_params(workspace: Workspace) -> None:
    """Raises ``SeveralErrors`` with every fault in the sources' params; a source may lack an address."""
    faults: list[SkolbankError] = []
    for name, model in _PARAMS.items():
        place = workspace.layered("params", "sources", f"{name}.yaml")[0]
        try:
            read_model(place, model, workspace)
        except SeveralErrors as error:
            faults += error.errors
        except SkolbankError as error:
            faults.append(error)
    if faults:
        raise SeveralErrors(faults)


def fetch_source(name: str, order: FetchOrder, *, workspace: Workspace) -> ImportReport:
    """Fetches one source; raises SkolbankError only for wrong use, before anything is asked."""
    _check(order)
    return SOURCES[name](FetchContext(workspace, order, Catalog(workspace), Store(workspace)))


def _check(order: FetchOrder) -> None:
    if order.municipality and not re.fullmatch(r"[0-9]{4}", order.municipality):
        raise SkolbankError(
            "municipality-unreadable",
            f"”{order.municipality[:20]}” är ingen kommunkod",
            remedy="Skriv fyra siffror, t.ex. --municipality 2081.",
        )
    for code in order.units:
        if not re.fullmatch(r"[0-9]{8}", code):
            raise SkolbankError(
                "unit-unreadable",
                f"”{code[:20]}” är ingen skolenhetskod",
                remedy="Skriv åtta siffror enligt Skolenhetsregistret.",
            )
    if order.since and order.until and order.since > order.until:
        raise SkolbankError(
            "dates-reversed",
            "Första dagen ligger efter den sista",
            remedy="Byt plats på --since och --until.",
        )
