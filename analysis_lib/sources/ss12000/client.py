"""Collections of an SS 12000 system, page by page, with the token from the environment (floor 3).

The token is never in params, a message or a file, and no answer is kept on disk: answers hold people.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.http.client import HttpClient, Params
from analysis_lib.sources.http.paging import Page, all_items, each_item, require_list
from analysis_lib.sources.http.settings import ApiSource

Item = dict[str, Any]
_REQUIRED = frozenset({"startDate", "endDate", "startTime.onOrAfter", "startTime.onOrBefore"})


class Ss12000(ApiSource):
    """The whole of ``params/sources/ss12000.yaml``."""

    page_size: int = Field(default=500, ge=1)
    school_types: tuple[str, ...] = Field(description="Skolformer i standarden vars betyg läses")
    forms: dict[str, str] = Field(description="Standardens skolform: Skolbänkens")
    class_group: str = Field(description="Grupptypen som är elevens klass")
    attendance: Literal["auto", "aggregatedAttendance", "attendances"] = Field(
        default="auto",
        description="Varifrån närvaron hämtas; auto frågar efter summorna och annars lektion för lektion",
    )
    open_marking: str = Field(description="Säkerhetsmarkeringen som betyder ingen; allt annat är skydd")


def token_of(source: Ss12000) -> str:
    """The bearer token; raises ``token-missing`` before anything is asked."""
    token = os.environ.get(source.token_variable, "").strip()
    if not token:
        raise SkolbankError(
            "token-missing",
            f"Åtkomstnyckeln till {source.name} saknas",
            where=f"miljövariabeln {source.token_variable}",
            remedy=f"Sätt den i skalet och kör igen: export {source.token_variable}=…",
        )
    if not (token.isascii() and token.isprintable()):
        raise SkolbankError(
            "token-unreadable",
            "Åtkomstnyckeln har tecken som inte hör dit",
            where=f"miljövariabeln {source.token_variable}",
            remedy="Kopiera nyckeln på nytt, utan radbrytning.",
        )
    return token


class Ss12000Api:
    """Asks the system for whole collections."""

    def __init__(self, http: HttpClient, source: Ss12000) -> None:
        self.http = http
        self.source = source

    def all(self, collection: str, **asked: str) -> list[Item]:
        """Every item of a collection, e.g. ``grades``; filters use the standard's own names."""
        return list(self.each(collection, **asked))

    def each(self, collection: str, **asked: str) -> Iterator[Item]:
        """The same, one item at a time; the mark of a page stands for the filters of its question."""
        where = self.http.shown(collection)
        usual = {name.replace("__", "."): value for name, value in asked.items()}

        def load(mark: str) -> Page:
            kept = {name: value for name, value in usual.items() if name in _REQUIRED} if mark else usual
            params: Params = kept | {"limit": str(self.source.page_size)}
            answer = self.http.get(collection, {**params, "pageToken": mark} if mark else params)
            items = require_list(answer, "data", where=where)
            return Page(
                [each for each in items if isinstance(each, dict)], str(answer.get("pageToken") or "")
            )

        return each_item(load, limit=self.source.page_limit, where=where)

    def deleted(self, after: str, entity: str, collection: str) -> list[str]:
        """The ids of the things of one kind that were removed after a moment.

        Raises ``api-not-found`` or ``api-question-refused`` when the system cannot tell.
        """
        where = self.http.shown("deletedEntities")

        def load(mark: str) -> Page:
            params: Params = {"after": after, "entities": [entity], **({"pageToken": mark} if mark else {})}
            answer = self.http.get("deletedEntities", params)
            data = answer.get("data") if isinstance(answer, dict) else None
            found = (data or {}).get(collection) or []
            return Page([str(each) for each in found], str(answer.get("pageToken") or ""))

        return all_items(load, limit=self.source.page_limit, where=where)


def reference(item: Item, *names: str) -> str:
    """The id that a reference holds, under the first of the names that is there."""
    for name in names:
        found = item.get(name)
        if isinstance(found, dict) and found.get("id"):
            return str(found["id"])
    return ""
