"""The addresses that show something: log-in, pages, tables, bundles (floor 8)."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup
from tornado.web import HTTPError

from analysis_lib.dashboards.access import ROLE_WORDS, Rights
from analysis_lib.dashboards.address import check_order, read_state
from analysis_lib.dashboards.forms import Faults
from analysis_lib.dashboards.handlers import COOKIE, Base, local_path
from analysis_lib.dashboards.more_entries import Asked
from analysis_lib.dashboards.pages import PAGES, PageKind, State, choices
from analysis_lib.dashboards.runs import run_cards
from analysis_lib.dashboards.shell import Drawn, Frame, bundle, page_html, steps_down
from analysis_lib.dashboards.written_cards import written_cards

TOLD = {
    "sparat": "Sparat i registret.",
    "angrat": "Den senaste ändringen är tillbakatagen. Båda versionerna finns kvar i historiken.",
    "oandrat": "Inget hade ändrats, så inget nytt sparades.",
    "startad": "Körningen har startat.",
    "granskas": "Granskningen har startat.",
    "vald": "Figuren är vald. Den ritas i nästa interna rapport, med din kommentar.",
}


class Login(Base):
    """The log-in page; a new session for each log-in."""

    def get(self) -> None:
        target = local_path(self.get_query_argument("next", "/"))
        if self.person or self.desktop.trust:
            self.redirect(target if self.person else "/", status=303)
            return
        self._ask(target)

    async def post(self) -> None:
        if self.desktop.trust:
            raise HTTPError(404)
        target = local_path(self.get_body_argument("next", "/"))
        name = self.get_body_argument("name", "").casefold()[:60]
        password = self.get_body_argument("password", "", strip=False)
        seconds = self.desktop.throttle.wait(name)
        if seconds:
            self.set_status(429)
            self.set_header("Retry-After", str(seconds))
            self._ask(target, f"För många försök med det namnet. Försök igen om {seconds} sekunder.", name)
            return
        person = await self.run(self.desktop.desk.people.check, name, password)
        if person is None:
            known = name in self.desktop.desk.people.people()
            self.note("login-refused", "fel namn eller lösenord", name if known else "okänd")
            self.set_status(403)
            self._ask(target, "Namnet eller lösenordet stämmer inte.", name)
            return
        self.desktop.throttle.forget(name)
        self.desktop.sessions.end(self.word)
        self.note("login", ROLE_WORDS[person.role], person.name)
        word = self.desktop.sessions.begin(person.name)
        safe = self.desktop.is_secure
        self.set_signed_cookie(
            COOKIE, word, expires_days=None, path="/", httponly=True, samesite="Lax", secure=safe
        )
        self.clear_cookie("_xsrf")
        self.redirect(target, status=303)

    def _ask(self, target: str, fault: str = "", name: str = "") -> None:
        lines = [fault] if fault else ["Logga in för att se det som hör till din roll."]
        xsrf = self.xsrf_form_html()
        self.notice(
            "Logga in", lines, login=True, next=target, name=name, xsrf=_markup(xsrf), is_alert=bool(fault)
        )


class Logout(Base):
    """Ends the session on the server; the browser's word is worth nothing from then on."""

    async def post(self) -> None:
        ended = self.session_key
        self.desktop.sessions.end(self.word)
        if self.desktop.live and ended:
            await self.desktop.live.keeper.end_session(ended)
        self.clear_cookie(COOKIE)
        self.clear_cookie("_xsrf")
        self.redirect("/logga-in", status=303)


class Start(Base):
    """The first page that the viewer's role has."""

    async def get(self) -> None:
        rights = await self.need_rights()
        if rights:
            first = next(page.id for page in PAGES.values() if rights.may_open(page.id))
            self.redirect(f"/{first}", status=303)


class Fixed(Base):
    """The style sheet and the script, for those who are logged in; kept by the browser."""

    async def get(self, name: str) -> None:
        if await self.need_rights() is None:
            return
        found = next((one[1:] for one in bundle().values() if one[0] == f"/fast/{name}"), None)
        if found is None and self.desktop.live:
            script = await self.run(self.desktop.live.fixed, name)
            found = (script, "text/javascript") if script else None
        if found is None:
            raise HTTPError(404)
        self.set_header("Content-Type", f"{found[1]}; charset=utf-8")
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.finish(found[0])


class Viewed(Base):
    """A page that is asked for by a person who may see it."""

    async def opened(self, page_id: str) -> tuple[PageKind, State, Rights] | None:
        """Page, state and rights, or None when the person has been sent to log in."""
        rights = await self.need_rights()
        if rights is None:
            return None
        given = {
            name: [value.decode("utf-8", "replace") for value in values]
            for name, values in self.request.query_arguments.items()
            if name not in ("told", "sortering")
        }
        check_order(self.get_query_arguments("sortering"))
        return await self.wanted(page_id, given, rights)

    async def wanted(
        self, page_id: str, given: Mapping[str, list[str]], rights: Rights
    ) -> tuple[PageKind, State, Rights]:
        """Page and checked state of what is asked for; what is not theirs is refused and logged."""
        page = PAGES.get(page_id)
        if page is None:
            raise HTTPError(404)
        desk = self.desktop.desk
        edition = await self.run(desk.edition, rights.audience)
        if not rights.may_open(page.id):
            self.refuse(page.id)
        unit = (given.get("unit") or [""])[0]
        if unit and not rights.may_see(unit):
            self.refuse(f"{page.id} annan enhet")
        instruments = desk.instruments_for(rights) if "instrument" in page.choices else {}
        titles = {name: one.title for name, one in instruments.items()}
        return page, read_state(page, given, rights, edition, instruments=titles), rights


class Show(Viewed):
    """One page in its state, with the forms that the viewer may write in."""

    async def get(self, page_id: str) -> None:
        found = await self.opened(page_id)
        if found is None:
            return
        page, state, rights = found
        if (
            self.request.headers.get("X-Skolbank-Part") == "forms"
        ):  # a live page has its cards from its kernel
            self.note("view", f"{page.id} {state.unit or 'hela'} formulär")
            await self.show_page(state, rights, [], Frame())
            return
        shown = await self.run(self.desktop.desk.show, state, rights)
        self.note("view", f"{page.id} {state.unit or 'hela'}")
        told = TOLD.get(self.get_query_argument("told", ""), "")
        await self.show_page(state, rights, list(shown.drawn), Frame(told=told))

    async def show_page(
        self,
        state: State,
        rights: Rights,
        drawn: list[Drawn],
        frame: Frame,
        *,
        given: Mapping[str, str] | None = None,
        faults: Faults | None = None,
    ) -> None:
        desk = self.desktop.desk
        edition = desk.edition(rights.audience)
        xsrf = _markup(self.xsrf_form_html())
        forms: list[Drawn] = []
        refresh = 0
        instruments = desk.instruments_for(rights) if state.page == "sjalvskattning" else {}
        if state.page == "korningar":
            forms, is_running = await self.run(run_cards, desk.runs, xsrf)
            refresh = 5 if is_running else 0
        else:
            asked = Asked(state, rights, edition, desk.register, xsrf, given, faults)
            forms = await self.run(written_cards, asked, instruments)
        titles = {name: one.title for name, one in instruments.items()}
        whole = Frame(
            choices=choices(state, rights, edition, instruments=titles),
            steps=steps_down(state, rights, edition),
            errors=faults.listed((given or {}).get("form", "")) if faults else (),
            told=frame.told,
            xsrf=xsrf,
            refresh=refresh,
            forms=forms,
            has_forms_first=state.page == "sjalvskattning",
            live=self.desktop.live.offer(state) if self.desktop.live else None,
        )
        self.finish(page_html(state, drawn, rights, edition, whole))


def _markup(html: bytes | str) -> Markup:
    return Markup(html.decode() if isinstance(html, bytes) else html)
