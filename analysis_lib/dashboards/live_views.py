"""The addresses of live pages: one that starts a kernel, and the websocket to one's own (floor 8)."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import parse_qs

from tornado.web import HTTPError
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, WebSocketHandler

from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.address import read_state
from analysis_lib.dashboards.handlers import Base
from analysis_lib.dashboards.live_keeper import ENDED, Live
from analysis_lib.dashboards.live_messages import Refused, asked_of, downward, is_dead, upward
from analysis_lib.dashboards.pages import PAGES, NotAllowed, State
from analysis_lib.dashboards.views import Viewed
from analysis_lib.errors import SkolbankError

_MOST_REFUSED, _BURST, _PER_SECOND, _OPENINGS = 5, 40.0, 10.0, 4
_NOTED_AFTER = 1.0


class StartLive(Viewed):
    """Makes a page live; the answer is where its websocket is, or in words why not."""

    async def post(self, page_id: str) -> None:
        rights = await self.need_rights()
        live = self.desktop.live
        if rights is None or live is None or page_id not in live.pages:
            raise HTTPError(404)
        query = self.get_body_argument("query", "")[:2000]
        page, state, rights = await self.wanted(page_id, parse_qs(query, max_num_fields=20), rights)
        try:
            scope = await self.run(live.scope_of, state, rights)
            opened = await live.begin(state, rights, scope=scope, session=self.session_key)
        except SkolbankError as fault:
            self.note("live-refused", f"{page.id} {fault.code}")
            self.set_status(429 if fault.code in ("live-many", "live-full") else 503)
            self.finish({"fault": f"{fault.what}. {fault.remedy}", "code": fault.code})
            return
        self.note("live", f"{page.id} {state.unit or 'hela'}")
        self.finish({"socket": f"/levande/{opened.id}"})


class LiveSocket(WebSocketHandler, Base):
    """The websocket to one's own kernel: messages are judged both ways."""

    live: Live
    upstream: WebSocketClientConnection | None = None
    pumping: asyncio.Future[None] | None = None
    noting: asyncio.Future[None] | None = None

    async def get(self, id: str) -> None:
        keeper = self.desktop.live.keeper if self.desktop.live else None
        if self.person is None or keeper is None:
            raise HTTPError(401)
        found = keeper.find(id, self.person.name, self.session_key)
        if found is None:
            self.note("live-refused", "inte egen")
            raise HTTPError(404)
        if found.hang_up is not None:
            raise HTTPError(409)
        self.live, self.keeper = found, keeper
        self.refused, self.openings = 0, 0
        self.allowance, self.filled = _BURST, time.monotonic()
        await super().get(id)

    async def open(self, id: str) -> None:
        self.live.hang_up = self.hang_up
        self.live.left = None
        try:
            self.upstream = await self.keeper.server.connect(self.live.kernel)
        except Exception:
            await self.keeper.end(self.live, "dead")
            return
        self.pumping = asyncio.ensure_future(self._pump(self.upstream))

    async def _pump(self, upstream: WebSocketClientConnection) -> None:
        """Passes on what the kernel says until either end is gone."""
        while (message := await upstream.read_message()) is not None:
            passed = downward(message)
            if passed is None:
                continue
            if is_dead(passed):
                break
            try:
                await self.write_message(passed)
            except WebSocketClosedError:
                return
        # a page that was loaded again has a connection of its own by now, and its kernel lives
        if self.live.hang_up == self.hang_up:
            await self.keeper.end(self.live, "dead")

    async def on_message(self, message: str | bytes) -> None:
        if not self._has_allowance():
            self.hang_up(ENDED["much"])
            return
        try:
            passed = upward(message, session=self.live.id)
            asked = asked_of(passed)
            self.openings += '"comm_open"' in passed
            if self.openings > _OPENINGS:
                raise Refused
            if asked is not None:
                await self._view(asked)
        except Refused:
            self._refuse()
            return
        self.live.used = self.keeper.clock()
        if self.upstream is not None:
            try:
                await self.upstream.write_message(passed)
            except WebSocketClosedError:
                self.hang_up(ENDED["dead"])

    def on_close(self) -> None:
        self.live.hang_up = None
        self.live.left = self.keeper.clock()
        if self.upstream is not None:
            self.upstream.close()

    def hang_up(self, code: int) -> None:
        """Closes the page's end with the reason that it is told in words."""
        self.live.hang_up = None
        self.close(code)

    async def _view(self, query: str) -> None:
        """What is asked for is checked here too, and is one line in the log, as any other view."""
        assert self.person is not None
        person = self.desktop.desk.people.people().get(self.person.name)
        if person is None:
            raise Refused
        rights = await self.run(self.desktop.desk.rights, person)
        try:
            state = await self._state(query, rights)
        except NotAllowed:
            self.note("refused", f"{self.live.page} levande")
            raise Refused from None
        except SkolbankError:
            return  # the kernel says in words what is wrong
        self.note("view", f"{state.page} {state.unit or 'hela'} levande")
        # Its marks are noted here too, once the kernel has had the processor for its answer.
        asyncio.get_running_loop().call_later(_NOTED_AFTER, self._note_marks, state, rights)

    def _note_marks(self, state: State, rights: Rights) -> None:
        self.noting = asyncio.ensure_future(self.run(self.desktop.desk.note, state, rights))

    async def _state(self, query: str, rights: Rights) -> State:
        desk, page = self.desktop.desk, PAGES[self.live.page]
        edition = await self.run(desk.edition, rights.audience)
        instruments = desk.instruments_for(rights) if "instrument" in page.choices else {}
        titles = {name: one.title for name, one in instruments.items()}
        return read_state(page, parse_qs(query, max_num_fields=20), rights, edition, instruments=titles)

    def _has_allowance(self) -> bool:
        now = time.monotonic()
        self.allowance = min(_BURST, self.allowance + (now - self.filled) * _PER_SECOND) - 1
        self.filled = now
        return self.allowance >= 0

    def _refuse(self) -> None:
        self.refused += 1
        if self.refused == 1:
            self.note("live-refused", f"{self.live.page} meddelande")
        if self.refused > _MOST_REFUSED:
            self.hang_up(ENDED["much"])

    def write_error(self, status_code: int, **given: Any) -> None:
        self.set_status(status_code)
        self.finish()
