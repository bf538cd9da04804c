"""Live pages of one front door: which there are, their scripts, and the order that is kept (floor 8)."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis_lib.dashboards.access import Rights
from analysis_lib.dashboards.desk import RESULT_PAGES, Desk
from analysis_lib.dashboards.live_keeper import Live, LiveKeeper
from analysis_lib.dashboards.live_server import LiveServer
from analysis_lib.dashboards.pages import PAGES, State
from analysis_lib.dashboards.scope_folder import write_scope
from analysis_lib.dashboards.sessions import Sessions
from analysis_lib.errors import SkolbankError
from analysis_lib.kernels.sandbox import sandbox_available
from analysis_lib.present.browser import vega_bundle, vega_name
from analysis_lib.present.svg import HATCHES
from analysis_lib.vocabulary.workspace import builtin_root

# Pages of words are drawn by the front door alone: what people have written is never where a kernel can read.
FETCHED = tuple(page.id for page in PAGES.values() if page.choices and page.id not in RESULT_PAGES)
_SWEEP = 5.0


class LiveDesk:
    """What is needed for pages to become live."""

    def __init__(self, desk: Desk, sessions: Sessions, *, is_trusting: bool = False) -> None:
        self.desk, self.sessions, self.is_trusting = desk, sessions, is_trusting
        self.pages = RESULT_PAGES
        self.keeper = LiveKeeper(LiveServer())
        self.closed = _closed()
        self._sweeping: asyncio.Task[None] | None = None

    def offer(self, state: State) -> dict[str, Any] | None:
        """What a page needs to know to become live: where its kernel is asked for, empty when it has none.

        None for a page without choices, or where a kernel is needed and there is no sandbox.
        """
        if state.page not in FETCHED and (self.closed or state.page not in self.pages):
            return None
        return {
            "start": f"/{state.page}/levande" if state.page in self.pages else "",
            "query": state.query(),
            "vega": f"/fast/{vega_name()}",
            "hatches": json.dumps({colour: asdict(hatch) for colour, hatch in HATCHES.items()}),
            "scripts": [f"/fast/{live_script()[0]}"],
        }

    def fixed(self, name: str) -> bytes | None:
        """One of the scripts of live pages."""
        if name == vega_name():
            return vega_bundle(self.desk.workspace.work / "vega")
        return live_script()[1] if name == live_script()[0] else None

    async def warm(self) -> None:
        """Starts Voila, its warm process and Vega's script ahead of the first live page.

        Nothing without a sandbox; what cannot start is told to the one who asks for a live page.
        """
        if self.closed:
            return
        loop = asyncio.get_running_loop()
        with contextlib.suppress(SkolbankError, OSError):
            await self.keeper.server.ready()
            await loop.run_in_executor(None, vega_bundle, self.desk.workspace.work / "vega")

    def scope_of(self, state: State, rights: Rights) -> Path:
        """The folder that a live page may read; raises SkolbankError when there can be no live page."""
        if self.closed:
            raise self.closed
        edition = self.desk.edition(rights.audience)
        return write_scope(self.keeper.server.scopes, state.page, rights, edition)

    async def begin(self, state: State, rights: Rights, *, scope: Path, session: str) -> Live:
        """A live page in this state for the one whose log-in it is; refused above the ceilings."""
        if self._sweeping is None:
            self._sweeping = asyncio.ensure_future(self._sweep())
        chosen = {name: getattr(state, name) for name in PAGES[state.page].choices}
        given = {name: value for name, value in chosen.items() if value}
        return await self.keeper.begin(rights.person.name, session, state.page, rights.scope, scope, given)

    def stop(self) -> None:
        """Ends all kernels."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        self.keeper.server.stop()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP)
            await self.keeper.sweep(self._judge)

    def _judge(self, live: Live) -> str:
        """Why a live page must end now: the log-in is over, or its rights are no longer what they were."""
        person = self.desk.people.people().get(live.owner)
        if person is None:
            return "rights"
        if not self.is_trusting and not self.sessions.is_open(live.session):
            return "session"
        rights = self.desk.rights(person)
        return "" if rights.scope == live.rights_key and rights.may_open(live.page) else "rights"


def _closed() -> SkolbankError | None:
    """Why no page can be live on this machine; None when the sandbox is there."""
    try:
        sandbox_available()
    except SkolbankError as fault:
        return fault
    return None


@lru_cache(maxsize=1)
def live_script() -> tuple[str, bytes]:
    """The script that makes a page live, under a name that changes with its content."""
    content = (builtin_root() / "templates" / "dashboards" / "levande.js").read_bytes()
    return f"levande-{hashlib.sha256(content).hexdigest()[:12]}.js", content
