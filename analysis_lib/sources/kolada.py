"""Kolada, version 3: key figures of the municipality, its peers and riket, and of its units (floor 3).

Lists come in pages and a question may name 25 of each thing. Kolada's own unit ids are no unit codes, so a
unit is known by its name within the municipality or not at all. Source: https://api.kolada.se.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from pydantic import Field

from analysis_lib.snapshots.fetched_schemas import KOLADA_VALUES
from analysis_lib.snapshots.units import load_units
from analysis_lib.sources.fetching import FetchContext, Step, fetch_steps
from analysis_lib.sources.http.client import HttpClient, Params
from analysis_lib.sources.http.paging import Page, all_items, in_parts, require_list
from analysis_lib.sources.http.settings import ApiSource, load_api_source
from analysis_lib.sources.import_report import ImportReport
from analysis_lib.sources.kolada_published import PublishedAs, published_frame
from analysis_lib.sources.kolada_values import NATION, catalogue_result, groups_result, values_result
from analysis_lib.sources.shapes import Message, TableResult

_IDS_A_CALL = 25


class Kolada(ApiSource):
    """The whole of ``params/sources/kolada.yaml``."""

    page_size: int = Field(default=5000, ge=1, le=5000)
    indicators: tuple[str, ...] = Field(min_length=1, description="Nyckeltal, t.ex. N15428")
    first_year: int = Field(ge=1990, le=2100)
    groups: tuple[str, ...] = Field(default=(), description="Början på namnen på jämförelsegrupper")
    published: dict[str, PublishedAs] = Field(
        default_factory=dict, description="Nyckeltal som är en indikator: tabell, mått, huvudmannatyp"
    )
    with_units: bool = Field(default=True, description="Sant: hämta också enheternas värden")


class KoladaApi:
    """Asks the API and follows its pages."""

    def __init__(self, http: HttpClient, source: Kolada) -> None:
        self.http = http
        self.source = source

    def listed(self, place: str, **asked: str) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        where = self.http.shown(place)
        params: Params = {**asked, "per_page": str(self.source.page_size)}

        def load(mark: str) -> Page:
            answer = self.http.get(mark or place, None if mark else params)
            items = require_list(answer, "values", where=where)
            return Page(items, str(answer.get("next_url") or ""))

        return all_items(load, limit=self.source.page_limit, where=where)

    def figures(
        self, kind: str, names: Sequence[str], codes: Sequence[str], years: Sequence[int]
    ) -> list[dict[str, Any]]:
        """Values of key figures at municipalities (``data``) or units (``oudata``), 25 ids a call."""
        of, thing = ("data", "municipality") if kind == "municipality" else ("oudata", "ou")
        found: list[dict[str, Any]] = []
        parts = product(
            in_parts(names, _IDS_A_CALL), in_parts(codes, _IDS_A_CALL), in_parts(years, _IDS_A_CALL)
        )
        for some_names, some_codes, some_years in parts:
            place = (
                f"v3/{of}/kpi/{','.join(some_names)}/{thing}/{','.join(some_codes)}"
                f"/year/{','.join(map(str, some_years))}"
            )
            found += self.listed(place)
        return found


def fetch_kolada(context: FetchContext) -> ImportReport:
    """The catalogue, the comparison groups, and the values of municipality, peers, riket and units."""
    source = load_api_source(context.workspace, "kolada", Kolada)
    with HttpClient(source, cache=context.cache(source)) as http:
        return fetch_steps(_Round(KoladaApi(http, source), context).steps(), source, context)


class _Round:
    """One fetch; later tables use what the earlier ones found."""

    def __init__(self, api: KoladaApi, context: FetchContext) -> None:
        self._api = api
        self._context = context
        self._wanted = api.source.indicators
        self._catalogue: list[dict[str, Any]] = []
        self._groups: list[dict[str, Any]] = []

    def steps(self) -> Iterator[Step]:
        yield Step("/v3/kpi", self._indicators)
        yield Step("/v3/municipality_groups", self._peers)
        if self._catalogue:
            yield Step("/v3/data/kpi/{kpi}/municipality/{id}", self._municipalities)
            if self._api.source.with_units:
                yield Step("/v3/oudata/kpi/{kpi}/ou/{id}", self._units)

    def _indicators(self) -> TableResult:
        for names in in_parts(self._wanted, _IDS_A_CALL):
            self._catalogue += self._api.listed(f"v3/kpi/{','.join(names)}")
        return catalogue_result(self._catalogue, self._wanted)

    def _peers(self) -> TableResult:
        own = self._context.municipality
        for start in self._api.source.groups:
            for group in self._api.listed("v3/municipality_groups", title=start):
                is_named = str(group.get("title") or "").startswith(start)
                if is_named and any(str(m.get("member_id")) == own for m in group.get("members") or ()):
                    self._groups.append(group)
        return groups_result(list({str(group["id"]): group for group in self._groups}.values()))

    def _municipalities(self) -> TableResult:
        peers = {
            str(member["member_id"]): str(member.get("member_title") or "")
            for group in self._groups
            for member in group.get("members") or ()
        }
        own = self._context.municipality
        names = {NATION: "Riket", own: self._context.catalog.municipalities.get(own, "")}
        places = {
            code: {"level": _level(code), "name": name, "municipality_code": code, "unit_code": ""}
            for code, name in sorted((peers | names).items())
        }
        found = self._api.figures("municipality", self._found(), list(places), self._years())
        result = values_result(found, places, level="municipality")
        result.frames |= published_frame(result.frames[KOLADA_VALUES.name], self._api.source.published)
        return result

    def _units(self) -> TableResult:
        own = self._context.municipality
        by_name = self._codes_by_name()
        places = {
            str(unit["id"]): {
                "level": "unit",
                "name": str(unit.get("title") or ""),
                "municipality_code": own,
                "unit_code": by_name.get(_name_key(str(unit.get("title") or "")), ""),
            }
            for unit in self._api.listed("v3/ou", municipality=own)
        }
        names = [str(entry["id"]) for entry in self._catalogue if entry.get("has_ou_data")]
        found = self._api.figures("unit", names, list(places), self._years()) if names and places else []
        result = values_result(found, places, level="unit")
        result.messages += self._about_units(names, places)
        return result

    def _about_units(self, names: list[str], places: dict[str, dict[str, str]]) -> list[Message]:
        without = sorted(set(self._found()) - set(names))
        unknown = sum(not place["unit_code"] for place in places.values())
        messages = []
        if without:
            text = f"Kolada har inga uppgifter per enhet för {', '.join(without)}."
            messages.append(Message("info", "no-unit-values", text))
        if unknown:
            text = f"{unknown} av {len(places)} enheter i Kolada har ett namn som ingen skolenhet har."
            messages.append(Message("info", "units-unmatched", text))
        return messages

    def _codes_by_name(self) -> dict[str, str]:
        """Unit codes by name; a name that two units share stands for neither."""
        units = load_units(self._context.workspace, self._context.catalog, self._context.store)
        names = [(_name_key(unit.name), code) for code, unit in units.items()]
        keys = [key for key, _ in names]
        return {key: code for key, code in names if keys.count(key) == 1}

    def _found(self) -> list[str]:
        return [str(entry["id"]) for entry in self._catalogue]

    def _years(self) -> list[int]:
        order = self._context.order
        first = order.since.year if order.since else self._api.source.first_year
        last = order.until.year if order.until else datetime.datetime.now(datetime.UTC).year
        return list(range(first, last + 1))


def _level(code: str) -> str:
    if code == NATION:
        return "national"
    return "region" if code.startswith("00") else "municipality"


def _name_key(name: str) -> str:
    """A unit's name as it is compared: letters and digits in lower case.

    >>> _name_key("Å-skolan 7–9") == _name_key("åskolan 7-9 ")
    True
    """
    return "".join(sign for sign in name.casefold() if sign.isalnum())
