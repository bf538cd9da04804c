"""Skolverket's unit API, version 4: units, statistics, surveys, SALSA and national values (floor 3).

One unit at a time is asked for, so a municipality takes a minute the first time; answers are kept for
most of a day. Source: https://api.skolverket.se/planned-educations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.fetching import FetchContext, Step, failed_step, fetch_steps
from analysis_lib.sources.http.client import HttpClient, Params
from analysis_lib.sources.http.paging import Page, all_items, require_list, unexpected
from analysis_lib.sources.http.settings import load_api_source
from analysis_lib.sources.import_report import ImportReport
from analysis_lib.sources.planned_educations_values import PlannedEducations, take_statistics, take_survey
from analysis_lib.sources.published_cells import NATION, PublishedCells, Whose
from analysis_lib.sources.shapes import TableResult

_PAGE_SIZE = 100


class UnitApi:
    """Asks the API and opens its envelopes."""

    def __init__(self, http: HttpClient, source: PlannedEducations) -> None:
        self.http = http
        self.source = source

    def listed_units(self, municipality: str) -> list[dict[str, Any]]:
        """The units in a municipality: code, name and school forms."""
        return self._list("v4/school-units", "listedSchoolUnits", {"geographicalAreaCode": municipality})

    def body(self, place: str) -> dict[str, Any]:
        """The body of an answer about one thing; raises ``api-not-found`` when there is no such thing."""
        answer = self.http.get(place)
        body = answer.get("body") if isinstance(answer, dict) else None
        if not isinstance(body, dict):
            raise unexpected(self.http.shown(place), "body saknas")
        return body

    def _list(self, place: str, name: str, asked: dict[str, str]) -> list[dict[str, Any]]:
        where = self.http.shown(place)

        def load(mark: str) -> Page:
            params: Params = asked | {"page": mark or "0", "size": str(_PAGE_SIZE)}
            answer = self.http.get(place, params)
            body = answer.get("body") if isinstance(answer, dict) else None
            page = body.get("page") if isinstance(body, dict) else None
            if not isinstance(body, dict) or not isinstance(page, dict):
                raise unexpected(where, "sidans nummer saknas")
            empty = page.get("totalElements") == 0 and "_embedded" not in body
            items = [] if empty else require_list(body, "_embedded", name, where=where)
            after = int(mark or 0) + 1
            return Page(items, str(after) if after < int(page.get("totalPages") or 0) else "")

        return all_items(load, limit=self.source.page_limit, where=where)


def fetch_planned_educations(context: FetchContext) -> ImportReport:
    """Statistics of every school form, surveys and SALSA of the municipality's units, and riket's values."""
    source = load_api_source(context.workspace, "planned_educations", PlannedEducations)
    with HttpClient(source, cache=context.cache(source)) as http:
        return fetch_steps(_Round(UnitApi(http, source), context).steps(), source, context)


class _Round:
    """One fetch; the list of units is asked for once, by the first table that needs it."""

    def __init__(self, api: UnitApi, context: FetchContext) -> None:
        self._api = api
        self._context = context
        self._units: list[tuple[Whose, frozenset[str]]] | None = None

    def steps(self) -> Iterator[Step]:
        try:
            present = {form for _, forms in self._all_units() for form in forms}
        except SkolbankError as error:
            yield failed_step(self._api.http.shown("v4/school-units"), error)
            return
        for form, name in self._api.source.forms.items():
            if form not in present:
                continue
            place = f"v4/school-units/{{code}}/statistics/{name}"
            yield self._step(place, f"statistics_{name}", self._of_units(place, form, self._statistics(name)))
        for survey in self._api.source.surveys:
            form = _form_of(survey, self._api.source.forms)
            if form not in present:
                continue
            place = f"v4/school-units/{{code}}/surveys/{survey}"
            yield self._step(place, f"survey_{survey}", self._of_units(place, form, self._survey(survey)))
        place = "v4/statistics/all-schools/salsa/{code}"
        yield self._step(place, "salsa", self._of_units(place, "gr", self._statistics("gr")))
        for name in ("fsk", "gr", "gran", "gyan"):
            place = f"v4/statistics/national-values/{name}"
            yield self._step(place, f"national_{name}", self._national(place, name), level="national")

    def _step(
        self, place: str, name: str, take: Callable[[PublishedCells], None], *, level: str = "unit"
    ) -> Step:
        def fetch() -> TableResult:
            cells = PublishedCells(f"skolverket.api_{name}")
            take(cells)
            return cells.result(level, extracted=place)

        return Step(self._api.http.shown(place), fetch)

    def _statistics(self, form: str) -> Callable[[dict[str, Any], Whose, PublishedCells], None]:
        source = self._api.source
        return lambda body, whose, cells: take_statistics(body, whose, form=form, source=source, cells=cells)

    def _survey(self, survey: str) -> Callable[[dict[str, Any], Whose, PublishedCells], None]:
        return lambda body, whose, cells: take_survey(body, whose, survey=survey, cells=cells)

    def _of_units(
        self, place: str, form: str, take: Callable[[dict[str, Any], Whose, PublishedCells], None]
    ) -> Callable[[PublishedCells], None]:
        def fetch(cells: PublishedCells) -> None:
            absent = 0
            for whose, forms in self._all_units():
                if form not in forms:
                    continue
                try:
                    take(self._api.body(place.format(code=whose.unit_code)), whose, cells)
                except SkolbankError as error:
                    if error.code != "api-not-found":
                        raise
                    absent += 1
            if absent:
                cells.tell("units-without", f"{absent} enheter har inga sådana uppgifter.")

        return fetch

    def _national(self, place: str, form: str) -> Callable[[PublishedCells], None]:
        def fetch(cells: PublishedCells) -> None:
            take = self._statistics(form)
            take(self._api.body(place), NATION, cells)

        return fetch

    def _all_units(self) -> list[tuple[Whose, frozenset[str]]]:
        if self._units is None:
            wanted = set(self._context.order.units)
            found = [
                (str(unit.get("code") or ""), frozenset(_forms(unit)))
                for unit in self._api.listed_units(self._context.municipality)
            ]
            absent = wanted - {code for code, _ in found}
            if absent:
                raise SkolbankError(
                    "unit-unknown",
                    f"Enhet {', '.join(sorted(absent))[:100]} finns inte i kommunen enligt Skolverket",
                    remedy="Kontrollera koden, eller ange kommunen med --municipality.",
                )
            self._units = [
                (self._whose(self._api.body(f"v4/school-units/{code}")), forms)
                for code, forms in found
                if not wanted or code in wanted
            ]
        return self._units

    def _whose(self, body: dict[str, Any]) -> Whose:
        code = str(body.get("geographicalAreaCode") or "")
        kinds = {text: kind for kind, texts in self._api.source.organisers.items() for text in texts}
        return Whose(
            "unit",
            unit_code=str(body.get("code") or ""),
            unit_name=str(body.get("name") or ""),
            municipality_code=code,
            municipality_name=self._context.catalog.municipalities.get(code, ""),
            organiser=kinds.get(str(body.get("principalOrganizerType")), "all"),
            authority_name=str(body.get("corporationName") or ""),
            authority_number=_authority_number(str(body.get("organisationRegistryNumber") or "")),
        )


def _forms(unit: dict[str, Any]) -> set[str]:
    return {str(each.get("code")) for each in unit.get("typeOfSchooling") or ()}


def _form_of(survey: str, forms: Iterable[str]) -> str:
    """The school form whose units answer a survey, which its name ends with: ``pupilsgr``."""
    return next(form for form in sorted(forms, key=len, reverse=True) if survey.endswith(form))


def _authority_number(text: str) -> str:
    """The ten digits of an organisation; what may be a person's number is left out.

    >>> _authority_number("2120002783"), _authority_number("8001011234")
    ('2120002783', '')
    """
    is_organisation = len(text) == 10 and text.isdigit() and text[2] >= "2"
    return text if is_organisation else ""
