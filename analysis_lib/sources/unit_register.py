"""Skolenhetsregistret, version 2: the municipality's units, and a proposal for params/units.yaml (floor 3).

What a person has written is never overwritten: the proposal is a file of its own that says what differs.
Source: https://api.skolverket.se/skolenhetsregistret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.fetched_schemas import REGISTERED_UNITS
from analysis_lib.sources.fetching import FetchContext, Step, fetch_steps
from analysis_lib.sources.http.client import HttpClient
from analysis_lib.sources.http.paging import require_list, unexpected
from analysis_lib.sources.http.settings import ApiSource, load_api_source
from analysis_lib.sources.import_report import ImportReport
from analysis_lib.sources.shapes import Message, TableResult
from analysis_lib.sources.unit_proposal import write_proposal
from analysis_lib.vocabulary.successors import load_successions

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class UnitRegister(ApiSource):
    """The whole of ``params/sources/unit_register.yaml``."""

    statuses: dict[str, str]
    organisers: dict[str, tuple[str, ...]]
    forms: dict[str, str]


def fetch_unit_register(context: FetchContext) -> ImportReport:
    """All units of the municipality, closed ones too; then the proposal is written."""
    source = load_api_source(context.workspace, "unit_register", UnitRegister)
    load_successions(context.workspace)  # faults in the hand-kept table are told before anything is asked
    with HttpClient(source, cache=context.cache(source)) as http:
        return fetch_steps(_steps(http, source, context), source, context)


def _steps(http: HttpClient, source: UnitRegister, context: FetchContext) -> Iterator[Step]:
    found: list[TableResult] = []

    def fetch() -> TableResult:
        result = registered_units(http, source, context.municipality, wanted=context.order.units)
        found.append(result)
        place = context.workspace.params / "units.proposed.yaml"
        text = (
            f"Förslaget till enhetslista skrivs till {context.workspace.shown(place)}; läs det och kopiera."
        )
        result.messages.append(Message("info", "units-proposed", text))
        return result

    def propose() -> None:
        write_proposal(found[0].frames[REGISTERED_UNITS.name], context.workspace, context.catalog)

    yield Step(http.shown("v2/school-units"), fetch, propose)


def registered_units(
    http: HttpClient, source: UnitRegister, municipality: str, *, wanted: tuple[str, ...] = ()
) -> TableResult:
    """The units of a municipality as rows of ``core_skolverket__units``; unreadable ones are refused."""
    answer = http.get("v2/school-units", {"municipality_code": municipality})
    where = http.shown("v2/school-units")
    listed = require_list(answer, "data", "attributes", where=where)
    codes = [str(unit.get("schoolUnitCode") or "") for unit in listed]
    records, messages = [], []
    for code in codes:
        if wanted and code not in wanted:
            continue
        try:
            records.append(_unit(code, http, source))
        except SkolbankError as error:
            if error.code not in ("api-not-found", "api-answer-unexpected"):
                raise
            messages.append(Message("error", error.code, f"Enhet {code[:8]}: {error.what}."))
    frame = pd.DataFrame(records, columns=REGISTERED_UNITS.names)
    left = len(codes) - len(records) - len(messages)
    return TableResult(
        format="skolverket.unit_register",
        level="unit",
        school_year="",
        frames={REGISTERED_UNITS.name: frame},
        slots={},
        rows_read=len(codes),
        rows_accepted=len(frame),
        rows_rejected=len(messages),
        rows_ignored=left,
        columns=frame.shape[1],
        messages=messages,
        metadata={"extracted": str((answer.get("meta") or {}).get("extractDate") or "")},
    )


def _unit(code: str, http: HttpClient, source: UnitRegister) -> dict[str, str]:
    """One unit: the fields that are needed, never the name of its principal."""
    place = f"v2/school-units/{code}"
    answer = http.get(place)
    data = answer.get("data") if isinstance(answer, dict) else None
    unit = data.get("attributes") if isinstance(data, dict) else None
    if not isinstance(unit, dict) or not re.fullmatch(r"\d{8}", code):
        raise unexpected(http.shown(place), "enhetens uppgifter saknas")
    statuses = {text: status for status, text in source.statuses.items()}
    municipality = str(unit.get("municipalityCode") or "")
    if unit.get("status") not in statuses or not re.fullmatch(r"\d{4}", municipality):
        raise unexpected(http.shown(place), "status eller kommunkod är okänd")
    owner = answer.get("included") or {}
    about_owner = owner.get("attributes") or {}
    kinds = {text: kind for kind, texts in source.organisers.items() for text in texts}
    number = str(owner.get("organizationNumber") or "")
    return {
        "municipality_code": municipality,
        "unit_code": code,
        "name": str(unit.get("displayName") or ""),
        "status": statuses[unit["status"]],
        "school_forms": ",".join(f for t in unit.get("schoolTypes") or () if (f := source.forms.get(t))),
        "year_groups": _year_groups(unit.get("schoolTypeProperties") or {}),
        "opened": _day(unit.get("startdate")),
        "closed": _day(unit.get("endDate")),
        "organiser": kinds.get(str(about_owner.get("organizerType")), "all"),
        "authority_name": str(about_owner.get("displayName") or ""),
        "authority_number": number if re.fullmatch(r"\d{2}[2-9]\d{7}", number) else "",
    }


def _year_groups(properties: dict[str, Any]) -> str:
    """The year groups of grundskola, first and last.

    >>> _year_groups({"gr": {"grades": ["1", "2", "3"]}}), _year_groups({})
    ('1–3', '')
    """
    grades = (properties.get("gr") or {}).get("grades") or ()
    years = sorted({int(found[0]) for each in grades if (found := re.findall(r"\d+", str(each)))})
    if not years:
        return ""
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


def _day(value: Any) -> str:
    found = _DAY.match(str(value or ""))
    return found[0] if found else ""
