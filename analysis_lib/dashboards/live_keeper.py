"""Whose kernel is whose, how many there may be, and when each one ends (floor 8).

A kernel belongs to the person and the log-in that opened it. It ends when its page is gone, when nobody has
used it for a while, and when the person logs out, is taken off the list or gets other rights.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis_lib.dashboards.live_server import LiveServer
from analysis_lib.errors import SkolbankError

PER_VIEWER, IN_ALL = 3, 20
GRACE, IDLE = 20.0, 900.0
# Why a live page ended, as the code that its websocket is closed with.
ENDED = {"session": 4401, "rights": 4403, "idle": 4408, "dead": 4410, "much": 4429, "stopped": 4500}


@dataclass
class Live:
    """One live page: its owner, its kernel, and since when nobody looks at it (None while somebody does)."""

    id: str
    owner: str
    session: str
    page: str
    rights_key: str
    scope: Path
    kernel: str = ""
    used: float = 0.0
    left: float | None = None
    hang_up: Callable[[int], None] | None = field(default=None, repr=False)


class LiveKeeper:
    """All live pages of one front door."""

    def __init__(
        self,
        server: LiveServer,
        *,
        clock: Callable[[], float] = time.monotonic,
        per_viewer: int = PER_VIEWER,
        in_all: int = IN_ALL,
        grace: float = GRACE,
        idle: float = IDLE,
    ) -> None:
        self.server = server
        self.clock = clock
        self.per_viewer, self.in_all = per_viewer, in_all
        self.grace, self.idle = grace, idle
        self._open: dict[str, Live] = {}

    async def begin(
        self, owner: str, session: str, page: str, rights_key: str, scope: Path, state: Mapping[str, str]
    ) -> Live:
        """A live page for a viewer: the one that was just left, or a new kernel.

        Raises SkolbankError at the ceilings and when no kernel can be opened.
        """
        again = next((one for one in self._of(owner) if _is_same(one, session, page, scope)), None)
        if again is not None:
            again.left = self.clock()
            return again
        await self._make_room(owner)
        now = self.clock()
        live = Live(secrets.token_urlsafe(18), owner, session, page, rights_key, scope, used=now)
        self._open[live.id] = live
        try:
            live.kernel = await self.server.open(page, scope, state)
        except BaseException:
            self._open.pop(live.id, None)
            raise
        live.left = self.clock()
        if live.id not in self._open:  # logged out while the kernel was starting
            await self.server.end(live.kernel)
            raise _gone()
        return live

    def find(self, id: str, owner: str, session: str) -> Live | None:
        """A live page of this person and log-in; nobody else's is ever found."""
        live = self._open.get(id)
        is_own = live is not None and live.kernel and (live.owner, live.session) == (owner, session)
        return live if is_own else None

    def all(self) -> list[Live]:
        return list(self._open.values())

    async def end(self, live: Live, why: str) -> None:
        """Ends a kernel, and tells its page why."""
        if self._open.pop(live.id, None) is None:
            return
        if live.hang_up is not None:
            live.hang_up(ENDED[why])
        if live.kernel:
            await self.server.end(live.kernel)

    async def end_session(self, session: str) -> None:
        """Log-out: what was opened in that log-in ends at once."""
        for live in [one for one in self.all() if one.session == session]:
            await self.end(live, "session")

    async def sweep(self, judge: Callable[[Live], str]) -> None:
        """Ends what is left, idle, or no longer allowed; ``judge`` names why, or nothing."""
        now = self.clock()
        for live in self.all():
            is_left = live.left is not None and now - live.left > self.grace
            why = judge(live) or ("idle" if is_left or now - live.used > self.idle else "")
            if why and live.kernel:
                await self.end(live, why)

    def _of(self, owner: str) -> list[Live]:
        return [one for one in self._open.values() if one.owner == owner]

    async def _make_room(self, owner: str) -> None:
        """A place under both ceilings: kernels that nobody looks at give way first."""
        for mine, most in ((True, self.per_viewer), (False, self.in_all)):
            there = self._of(owner) if mine else self.all()
            for live in [one for one in there if one.left is not None and one.kernel]:
                if len(there) < most:
                    break
                there.remove(live)
                await self.end(live, "idle")
            if len(there) >= most:
                raise _full(mine, most)


def _is_same(live: Live, session: str, page: str, scope: Path) -> bool:
    is_free = live.left is not None and live.kernel
    return bool(is_free) and (live.session, live.page, live.scope) == (session, page, scope)


def _full(is_own: bool, most: int) -> SkolbankError:
    if is_own:
        return SkolbankError(
            "live-many",
            f"Du har redan {most} levande sidor öppna",
            remedy="Stäng en av dem och försök igen. Den här sidan stämmer och fungerar som vanligt.",
        )
    return SkolbankError(
        "live-full",
        "Just nu utforskar så många att det är fullt",
        remedy="Försök igen om några minuter. Sidan fungerar som vanligt: välj och tryck på Visa.",
    )


def _gone() -> SkolbankError:
    return SkolbankError("live-gone", "Du är inte längre inloggad", remedy="Logga in igen.")
