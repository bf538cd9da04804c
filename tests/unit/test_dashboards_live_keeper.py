"""Whose kernel is whose, how many there may be, and when each one ends; with a clock of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from own_loop import to_end

from analysis_lib.dashboards.access import Person, Rights
from analysis_lib.dashboards.desk import Desk
from analysis_lib.dashboards.live_desk import LiveDesk
from analysis_lib.dashboards.live_keeper import ENDED, Live, LiveKeeper
from analysis_lib.dashboards.live_server import LiveServer
from analysis_lib.dashboards.sessions import LIFE, Sessions
from analysis_lib.errors import SkolbankError


class FakeServer:
    """Kernels by number; remembers which have ended."""

    def __init__(self) -> None:
        self.opened, self.ended = 0, list[str]()
        self.fault: SkolbankError | None = None

    async def open(self, page: str, scope: Path, state: object) -> str:
        if self.fault:
            raise self.fault
        self.opened += 1
        return f"k{self.opened}"

    async def end(self, kernel: str) -> None:
        self.ended.append(kernel)


class World:
    def __init__(self, **limits: float) -> None:
        self.now = 0.0
        self.server = FakeServer()
        self.keeper = LiveKeeper(cast(LiveServer, self.server), clock=lambda: self.now, **cast(Any, limits))

    async def open(self, owner: str = "anna", session: str = "s1", page: str = "lage") -> Live:
        """A live page that somebody looks at."""
        live = await self.keeper.begin(owner, session, page, "r", Path(page), {})
        live.left = None
        return live

    def sweep(self, why: str = "") -> Coroutine[Any, Any, None]:
        return self.keeper.sweep(lambda live: why)


def run(work: Callable[[World], Coroutine[Any, Any, None]], **limits: float) -> None:
    to_end(work(World(**limits)))


def test_a_kernel_is_found_by_its_owner_in_the_same_log_in_only() -> None:
    async def work(world: World) -> None:
        live = await world.open()
        assert world.keeper.find(live.id, "anna", "s1") is live
        for owner, session, id in (("bo", "s1", live.id), ("anna", "s2", live.id), ("anna", "s1", "x")):
            assert world.keeper.find(id, owner, session) is None

    run(work)


def test_a_viewer_has_three_and_all_have_twenty() -> None:
    async def work(world: World) -> None:
        for page in ("lage", "betyg", "jamfor"):
            await world.open(page=page)
        with pytest.raises(SkolbankError, match="3 levande sidor"):
            await world.open(page="roster")
        for at in range(17):
            await world.open(owner=f"person{at}")
        with pytest.raises(SkolbankError) as full:
            await world.open(owner="sist")
        assert full.value.code == "live-full"
        assert "Visa" in full.value.remedy
        assert world.server.opened == 20

    run(work)


def test_a_page_that_was_left_gives_way_and_one_that_is_looked_at_does_not() -> None:
    async def work(world: World) -> None:
        first = await world.open(page="lage")
        await world.open(page="betyg")
        await world.open(page="jamfor")
        first.left = world.now
        await world.open(page="roster")
        assert world.server.ended == ["k1"]

    run(work)


def test_reloading_comes_back_to_the_same_kernel() -> None:
    async def work(world: World) -> None:
        live = await world.open()
        live.left = world.now
        again = await world.open()
        assert again is live
        live.left = world.now
        assert await world.open(session="s2") is not live
        assert world.server.opened == 2

    run(work)


def test_a_left_page_ends_after_the_grace_and_an_unused_one_after_a_quarter() -> None:
    async def work(world: World) -> None:
        left, idle = await world.open(), await world.open(page="betyg")
        told: list[int] = []
        idle.hang_up = told.append
        left.left = world.now
        world.now = 19
        await world.sweep()
        assert world.server.ended == []
        world.now = 21
        await world.sweep()
        assert world.server.ended == ["k1"]
        world.now = 901
        await world.sweep()
        assert world.server.ended == ["k1", "k2"]
        assert told == [ENDED["idle"]]

    run(work)


@pytest.mark.parametrize("why", ["rights", "session"])
def test_what_is_no_longer_allowed_ends_and_says_why(why: str) -> None:
    async def work(world: World) -> None:
        live = await world.open()
        told: list[int] = []
        live.hang_up = told.append
        await world.sweep(why)
        assert told == [ENDED[why]]
        assert world.server.ended == ["k1"]
        assert world.keeper.find(live.id, "anna", "s1") is None

    run(work)


def test_log_out_ends_the_kernels_of_that_log_in_only() -> None:
    async def work(world: World) -> None:
        await world.open()
        other = await world.open(session="s2", page="betyg")
        await world.keeper.end_session("s1")
        assert world.server.ended == ["k1"]
        assert world.keeper.find(other.id, "anna", "s2") is other

    run(work)


def test_log_out_while_a_kernel_starts_leaves_none() -> None:
    async def work(world: World) -> None:
        begun = asyncio.Event()

        async def slowly(page: str, scope: Path, state: object) -> str:
            begun.set()
            await asyncio.sleep(0.01)
            return "slow"

        world.server.open = slowly  # type: ignore[method-assign]
        opening = asyncio.ensure_future(world.open())
        await begun.wait()
        await world.keeper.end_session("s1")
        with pytest.raises(SkolbankError, match="inloggad"):
            await opening
        assert world.server.ended == ["slow"]

    run(work)


def test_a_kernel_that_never_came_takes_no_place() -> None:
    async def work(world: World) -> None:
        world.server.fault = SkolbankError("live-open", "Det gick inte")
        for _ in range(5):
            with pytest.raises(SkolbankError, match="Det gick inte"):
                await world.open()
        world.server.fault = None
        await world.open()
        assert len(world.keeper.all()) == 1

    run(work)


def test_an_ended_session_a_removed_person_and_other_rights_are_each_a_reason(tmp_path: Path) -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    key = sessions.key(sessions.begin("anna"))
    anna = Person(name="anna", role="rektor", units=("99010001",))
    rights = Rights(anna, frozenset({"99010001"}), False)
    people = {"anna": anna}
    desk = SimpleNamespace(people=SimpleNamespace(people=lambda: people), rights=lambda person: rights)
    live = LiveDesk(cast(Desk, desk), sessions)
    try:
        page = Live("x", "anna", key, "lage", rights.scope, tmp_path)
        assert live._judge(page) == ""
        assert live._judge(Live("x", "anna", key, "lage", "other units", tmp_path)) == "rights"
        assert live._judge(Live("x", "anna", key, "korningar", rights.scope, tmp_path)) == "rights"
        now[0] = LIFE + 1
        assert live._judge(page) == "session"
        people.clear()
        assert live._judge(page) == "rights"
    finally:
        live.stop()
