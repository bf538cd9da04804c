"""Asks one API, politely and to the end: retries, waits, limits, a Swedish word for every fault (floor 3).

Never follows a link to another host and never uses a proxy that happens to be set, so a token can only
reach the address in params. A message holds the path that was asked, never a header or an answer.
"""

from __future__ import annotations

import datetime
import email.utils
import json
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, NoReturn, Self
from urllib.parse import urlsplit

import httpx

from analysis_lib import __version__
from analysis_lib.errors import SkolbankError
from analysis_lib.sources.http.cache import ResponseCache, cache_key
from analysis_lib.sources.http.settings import ApiSource

Params = Mapping[str, str | int | list[str]]
_AGAIN = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_BODY = 6  # times the time limit: what a whole body may take


class _TryAgain(Exception):
    """An attempt failed in a way that may pass; ``wait`` is what the other side asked for, in seconds."""

    def __init__(self, error: SkolbankError, wait: float | None = None) -> None:
        self.error, self.wait = error, wait
        super().__init__(error.code)


class HttpClient:
    """The client of one source; use it in a ``with`` block."""

    def __init__(
        self,
        source: ApiSource,
        *,
        cache: ResponseCache | None = None,
        token: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.source = source
        self._cache = cache
        self._sleep = sleep
        self._base = urlsplit(source.base_url)
        self._asked_at = 0.0
        secret = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            headers={"User-Agent": f"skolbank/{__version__}", "Accept": "application/json"}
            | source.headers
            | secret,
            timeout=httpx.Timeout(source.timeout_seconds),
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, place: str, params: Params | None = None) -> Any:
        """The JSON answer at a path below the base address, or at a full link to the same host."""
        return self._ask("GET", place, params or {}, None)

    def post(self, place: str, document: Any) -> Any:
        """The JSON answer to a question that is sent as JSON."""
        return self._ask("POST", place, {}, document)

    def shown(self, place: str) -> str:
        """The path and query of an address: what may be told and stored of where something was asked."""
        parts = urlsplit(self._address(place))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def _address(self, place: str) -> str:
        parts = urlsplit(place)
        if not (parts.scheme or parts.netloc):
            return f"{self.source.base_url.rstrip('/')}/{place.lstrip('/')}"
        try:
            is_same = (parts.hostname, parts.port) == (self._base.hostname, self._base.port)
        except ValueError:
            is_same = False
        if not is_same:
            raise SkolbankError(
                "api-foreign-host",
                "Svaret länkar till en annan server än den som är angiven, och länken följs inte",
                where=str(parts.hostname)[:80],
                remedy=f"Kontrollera base_url i params/sources/{self.source.id}.yaml.",
            )
        query = f"?{parts.query}" if parts.query else ""
        return f"{self._base.scheme}://{self._base.netloc}{parts.path}{query}"

    def _ask(self, method: str, place: str, params: Params, document: Any) -> Any:
        url = self._address(place)
        key = cache_key(method, url, params, document)
        if self._cache:
            kept = self._cache.read(key)
            if kept is not None:
                return kept
        content = without(self._persist(method, url, params, document), frozenset(self.source.forget))
        if self._cache:
            self._cache.keep(key, url, content)
        return content

    def _persist(self, method: str, url: str, params: Params, document: Any) -> Any:
        """Tries until it works or the attempts are spent; what can never work is told at once."""
        attempt = 0
        while True:
            attempt += 1
            self._keep_pace()
            try:
                return self._once(method, url, params, document)
            except _TryAgain as again:
                if attempt >= self.source.attempts:
                    raise again.error from None
                usual = self.source.backoff_seconds * 2 ** (attempt - 1)
                asked = usual if again.wait is None else again.wait
                self._sleep(min(asked, self.source.longest_wait_seconds))

    def _keep_pace(self) -> None:
        pause = self._asked_at + 1 / self.source.requests_per_second - time.monotonic()
        if pause > 0:
            self._sleep(pause)
        self._asked_at = time.monotonic()

    def _once(self, method: str, url: str, params: Params, document: Any) -> Any:
        where = urlsplit(url).path
        try:
            with self._http.stream(method, url, params=_query(params), json=document) as response:
                self._judge(response, where)
                body = self._body(response, where)
        except httpx.RemoteProtocolError:
            text = "Svaret bröts innan allt hade kommit"
            raise _TryAgain(_fault("api-body-cut", text, where, "Försök igen om en stund.")) from None
        except httpx.DecodingError:
            text = "Svarets komprimering är skadad"
            raise _TryAgain(_fault("api-body-cut", text, where, "Försök igen om en stund.")) from None
        except httpx.TransportError as error:
            what = "svarar inte i tid" if isinstance(error, httpx.TimeoutException) else "går inte att nå"
            text = f"Tjänsten {self.source.name} {what}"
            remedy = "Kontrollera nätet och brandväggen, eller försök senare. Inget har ändrats."
            raise _TryAgain(_fault("api-unreachable", text, where, remedy)) from None
        return _read_json(body, where)

    def _judge(self, response: httpx.Response, where: str) -> None:
        status = response.status_code
        if status in _AGAIN:
            code, what = ("api-busy", "är upptagen") if status == 429 else ("api-failing", "har ett fel")
            text = f"Tjänsten {self.source.name} {what} (svar {status}, {self.source.attempts} försök)"
            error = _fault(code, text, where, "Försök senare. Inget har ändrats.")
            raise _TryAgain(error, _retry_after(response.headers.get("Retry-After", "")))
        if status in _REDIRECTS:
            text = f"Tjänsten {self.source.name} har flyttat (svar {status})"
            remedy = f"Rätta base_url i params/sources/{self.source.id}.yaml till den nya adressen."
            raise _fault("api-moved", text, where, remedy)
        if status in (401, 403):
            self._refused(status, where)
        if status == 404:
            text = "Uppgiften finns inte hos tjänsten (svar 404)"
            raise _fault("api-not-found", text, where, "Kontrollera koden som efterfrågas.")
        if status != 200:
            text = f"Tjänsten {self.source.name} tog inte emot frågan (svar {status})"
            raise _fault("api-question-refused", text, where, "Kontrollera koder, år och datum.")

    def _refused(self, status: int, where: str) -> NoReturn:
        name = self.source.token_variable
        remedy = f"Kontrollera åtkomstnyckeln i miljövariabeln {name}." if name else "Försök senare."
        text = f"Tjänsten {self.source.name} nekade åtkomst (svar {status})"
        raise _fault("api-access-refused", text, where, remedy)

    def _body(self, response: httpx.Response, where: str) -> bytes:
        limit = int(self.source.largest_megabytes * 1_000_000)
        until = time.monotonic() + _LONGEST_BODY * self.source.timeout_seconds
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > limit:
                text = f"Svaret är större än {self.source.largest_megabytes:g} MB"
                raise _fault("api-too-large", text, where, "Fråga efter färre enheter eller år åt gången.")
            if time.monotonic() > until:
                text = f"Tjänsten {self.source.name} svarar för långsamt"
                raise _TryAgain(_fault("api-unreachable", text, where, "Försök senare."))
        return bytes(body)


def without(content: Any, names: frozenset[str]) -> Any:
    """The content without the named fields, however deep they lie.

    >>> without({"a": [{"b": 1, "c": 2}]}, frozenset({"b"}))
    {'a': [{'c': 2}]}
    """
    if not names:
        return content
    if isinstance(content, dict):
        return {name: without(value, names) for name, value in content.items() if name not in names}
    return [without(item, names) for item in content] if isinstance(content, list) else content


def _query(params: Params) -> dict[str, Any] | None:
    return dict(params) or None


def _read_json(body: bytes, where: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        is_page = body[:2000].lstrip().lower().startswith((b"<!doctype", b"<html"))
        text = "Svaret är en webbsida och inte data" if is_page else "Svaret är inte giltig JSON"
        remedy = "Kontrollera adressen i params/sources. Inget har sparats från svaret."
        raise _fault("api-not-json", text, where, remedy) from None


def _retry_after(text: str) -> float | None:
    """Seconds to wait by a Retry-After header, which holds seconds or a date; None when it says neither."""
    if text.strip().isdigit():
        return float(text.strip())
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return max(0.0, (moment - datetime.datetime.now(datetime.UTC)).total_seconds())


def _fault(code: str, what: str, where: str, remedy: str) -> SkolbankError:
    return SkolbankError(code, what, where=where[:160], remedy=remedy)
