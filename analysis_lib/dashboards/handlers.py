"""What every request goes through: host, session, rights, headers, and friendly error pages (floor 8)."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from markupsafe import Markup
from tornado.web import HTTPError, RequestHandler

from analysis_lib.dashboards.access import Person, Rights
from analysis_lib.dashboards.desk import Desk
from analysis_lib.dashboards.live_desk import LiveDesk
from analysis_lib.dashboards.pages import PAGES, NotAllowed
from analysis_lib.dashboards.sessions import Sessions, Throttle
from analysis_lib.dashboards.shell import environment
from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.workspace import builtin_root

COOKIE = "skolbank_session"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src data:; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
Given = TypeVar("Given")


@dataclass
class Desktop:
    """What all requests of one server share. ``trust`` is the proxy's header, for the unix socket only."""

    desk: Desk
    hosts: frozenset[str]
    trust: str = ""
    is_secure: bool = False
    sessions: Sessions = field(default_factory=Sessions)
    throttle: Throttle = field(default_factory=Throttle)
    live: LiveDesk | None = None
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "sidor"))


class Stale(HTTPError):
    """A form from before the latest log-in: it is not believed, and its sender is told what to do."""

    def __init__(self) -> None:
        super().__init__(403, "the form's word is not this log-in's")


class Base(RequestHandler):
    """Checks the host, finds the person, sets the headers; errors become pages in Swedish."""

    desktop: Desktop
    person: Person | None = None

    def initialize(self, desktop: Desktop) -> None:
        self.desktop = desktop

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("X-Frame-Options", "DENY")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Server", "skolbank")

    def prepare(self) -> None:
        if self.desktop.hosts and self.request.host.lower() not in self.desktop.hosts:
            raise HTTPError(400)
        self.person = self.find_person()

    def check_xsrf_cookie(self) -> None:
        try:
            super().check_xsrf_cookie()
        except HTTPError:
            raise Stale from None

    def find_person(self) -> Person | None:
        """Who asks: by the proxy's word on the unix socket, else by the session; always still on the list."""
        people = self.desktop.desk.people.people()
        if self.desktop.trust:
            named = self.request.headers.get_list(self.desktop.trust)
            return people.get(named[0].strip().casefold()) if len(named) == 1 else None
        session = self.desktop.sessions.find(self.word)
        return people.get(session.name) if session else None

    @property
    def word(self) -> str:
        found = self.get_signed_cookie(COOKIE, max_age_days=1)
        return found.decode("ascii", "replace") if found else ""

    @property
    def session_key(self) -> str:
        """What this log-in is called inside the server; behind a proxy there is none."""
        return "" if self.desktop.trust else self.desktop.sessions.key(self.word)

    async def run(self, work: Callable[..., Given], *given: Any) -> Given:
        """Work that takes time, beside the loop, so that others are served meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self.desktop.pool, work, *given)

    def note(self, action: str, scope: str, actor: str = "") -> None:
        """One line in the access log; when it cannot be written nothing is shown."""
        name = actor or (self.person.name if self.person else "okänd")
        self.desktop.desk.log.record(name, f"dashboard-{action}", scope[:200])

    async def need_rights(self) -> Rights | None:
        """The rights of the one who asks; one who is not logged in is sent to log in."""
        if self.person is None:
            if self.desktop.trust:
                raise HTTPError(403)
            if self.request.method == "GET":
                self.redirect(f"/logga-in?next={quote(self.request.uri or '/', safe='')}", status=303)
                return None
            raise HTTPError(401)
        return await self.run(self.desktop.desk.rights, self.person)

    def refuse(self, page: str) -> None:
        """Not theirs, or not there: the same answer, and a line in the log."""
        self.note("refused", page)
        raise HTTPError(403)

    def notice(self, title: str, lines: list[str], **more: Any) -> None:
        """A small page of its own, with its style behind a nonce and no script."""
        nonce = secrets.token_urlsafe(16)
        policy = POLICY.replace("style-src 'self'", f"style-src 'nonce-{nonce}'").replace(
            "script-src 'self'; ", ""
        )
        self.set_header("Content-Security-Policy", policy)
        style = (builtin_root() / "templates" / "dashboards" / "notice.css").read_text("utf-8")
        told = {
            "login": False,
            "is_alert": False,
            "links": (),
            "code": "",
            "name": "",
            "next": "",
            "xsrf": "",
        }
        page = environment().get_template("notice.html.j2")
        self.finish(page.render(title=title, lines=lines, nonce=nonce, style=Markup(style), **(told | more)))

    def write_error(self, status_code: int, **given: Any) -> None:
        fault = (given.get("exc_info") or (None, None, None))[1]
        if isinstance(fault, NotAllowed):
            status_code = 403
        elif isinstance(fault, SkolbankError):
            status_code = 400 if fault.code == "address-invalid" else 500
        self.set_status(status_code)
        title, lines = _STALE if isinstance(fault, Stale) else _TOLD.get(status_code, _TOLD[500])
        code = fault.code if isinstance(fault, SkolbankError) else f"http-{status_code}"
        if isinstance(fault, SkolbankError) and status_code == 400:
            lines = [f"{fault.what}.", fault.remedy]
        links = [] if status_code == 400 and not self.person else [{"href": "/", "text": "Till startsidan"}]
        if isinstance(fault, Stale):
            links = [{"href": self.page_again(), "text": "Öppna sidan igen"}]
        elif status_code == 401:
            href = f"/logga-in?next={quote(self.page_again(), safe='')}"
            links = [{"href": href, "text": "Logga in och fortsätt"}]
        self.notice(title, lines, links=links, code=code, is_alert=True)

    def page_again(self) -> str:
        """Where the page is that the refused form stood on, with the choices that the form carried."""
        page = next((PAGES[part] for part in self.request.path.split("/") if part in PAGES), None)
        if page is None:
            return "/logga-in" if self.request.path == "/logga-in" else "/"
        sent = {name: self.request.body_arguments.get(name, [b""])[-1][:200] for name in page.choices}
        chosen = urlencode({name: value for name, value in sent.items() if value})
        return f"/{page.id}{'?' if chosen else ''}{chosen}"

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if not isinstance(value, HTTPError | SkolbankError | NotAllowed):
            super().log_exception(typ, value, tb)


class Missing(Base):
    """An address that leads nowhere; one who is not logged in learns nothing of that."""

    async def get(self) -> None:
        if await self.need_rights() is not None:
            raise HTTPError(404)

    async def post(self) -> None:
        await self.need_rights()
        raise HTTPError(404)


def local_path(asked: str) -> str:
    """Where to go after logging in: a path on this server, or the start page.

    >>> local_path("/lage?unit=1"), local_path("//annan.se/"), local_path("https://annan.se")
    ('/lage?unit=1', '/', '/')
    """
    split = urlsplit(asked) if "\\" not in asked and asked.isprintable() else None
    is_local = split and not split.scheme and not split.netloc and asked.startswith("/")
    return asked if is_local and not asked.startswith("//") and len(asked) <= 1000 else "/"


_STALE = (
    "Sidan behöver öppnas igen",
    [
        "Inget sparades: sidan öppnades före din senaste inloggning.",
        "Öppna den igen. Det du skrev finns kvar som utkast i den här fliken.",
    ],
)
_TOLD = {
    400: (
        "Adressen går inte att läsa",
        ["Något i adressen är fel skrivet.", "Välj i listorna på sidan i stället."],
    ),
    401: (
        "Du behöver logga in igen",
        ["Sessionen är slut. Det du skrev finns kvar som utkast i den här fliken."],
    ),
    403: (
        "Du har inte behörighet",
        [
            "Sidan finns inte för din roll, eller så hör enheten inte till dig.",
            "Fråga den som ansvarar för Skolbänken om du borde se den.",
        ],
    ),
    404: ("Sidan finns inte", ["Kontrollera adressen, eller börja om från startsidan."]),
    405: ("Sidan finns inte", ["Kontrollera adressen, eller börja om från startsidan."]),
    413: ("Det var för mycket på en gång", ["Korta texten och försök igen."]),
    429: ("För många försök", ["Vänta en minut och försök igen."]),
    500: (
        "Något gick fel hos oss",
        [
            "Inget av det du sparat är förlorat. Försök igen om en stund.",
            "Hjälper det inte: visa koden nedan.",
        ],
    ),
}
