"""Two viewers and a hand-made client against live pages: what is not theirs is neither seen nor touched."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from dashboard_world import CANARY, MINE, PASSWORD, THEIRS, World, make_world, served, xsrf
from live_wire import DISGUISED, only_where_live, socket_of, start, wired
from own_loop import to_end
from tornado.httpclient import HTTPClientError
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError

from analysis_lib.dashboards.access import AccessList
from analysis_lib.dashboards.live_keeper import ENDED
from analysis_lib.dashboards.live_order import ORDER, order_word
from analysis_lib.dashboards.live_server import LiveServer
from analysis_lib.snapshots.access_log import AccessLog


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(make_world(tmp_path_factory.mktemp("live"))) as running:
        yield running


@pytest.fixture
def rektor(world: World) -> Iterator[httpx.Client]:
    with world.log_in("rektor.min") as client:
        yield client
        client.post("/logga-ut", data={"_xsrf": xsrf(client.get("/arshjul").text)})


def logged(world: World) -> list[tuple[str, str, str]]:
    return [(line["actor"], line["action"], line["scope"]) for line in AccessLog(world.workspace).lines()]


def refused(world: World, client: httpx.Client, path: str, **headers: str) -> int:
    """The status that a websocket is refused with."""

    async def attempt() -> int:
        try:
            async with wired(world, client, path, **headers):
                return 101
        except HTTPClientError as fault:
            return fault.code

    return to_end(attempt())


def test_a_live_page_shows_the_released_figures_and_is_logged(world: World, rektor: httpx.Client) -> None:
    path = socket_of(rektor, "lage")

    async def look() -> dict[str, object]:
        async with wired(world, rektor, path) as wire:
            return await wire.ask(await wire.cards(), f"unit={MINE}&indicator=results.eligible_vocational")

    shown = to_end(look())
    released = rektor.get(f"/lage?unit={MINE}&indicator=results.eligible_vocational").text
    table = str(shown["html"]).partition('id="kort-matt"')[2].partition("</table>")[0]
    assert table
    assert table == released.partition('id="kort-matt"')[2].partition("</table>")[0]
    assert ("rektor.min", "dashboard-live", f"lage {MINE}") in logged(world)
    assert ("rektor.min", "dashboard-view", f"lage {MINE} levande") in logged(world)


def test_nobody_joins_reads_or_ends_anothers_kernel(world: World, rektor: httpx.Client) -> None:
    path = socket_of(rektor, "lage")
    with world.log_in("rektor.grannen") as other, world.log_in("rektor.min") as again:
        assert refused(world, other, path) == 404
        assert refused(world, again, path) == 404
        for method in ("GET", "DELETE", "POST"):
            assert other.request(method, path).status_code in (403, 404, 405)
            assert other.request(method, f"/api/kernels{path[8:]}").status_code in (403, 404, 405)
        other.post("/logga-ut", data={"_xsrf": xsrf(other.get("/arshjul").text)})
    with world.visitor() as stranger:
        assert refused(world, stranger, path) == 401
        assert stranger.post("/lage/levande").status_code == 403

    async def still_there() -> None:
        async with wired(world, rektor, path) as wire:
            assert await wire.cards()

    to_end(still_there())
    assert ("rektor.grannen", "dashboard-live-refused", "inte egen") in logged(world)


def test_another_site_opens_no_socket(world: World, rektor: httpx.Client) -> None:
    path = socket_of(rektor, "lage")
    for origin in ("https://annan.se", "null", world.address.replace("127.0.0.1", "localhost")):
        assert refused(world, rektor, path, Origin=origin) == 403
    assert refused(world, rektor, path, Host="annan.se") == 400


def test_code_reaches_no_kernel_in_any_disguise(world: World, rektor: httpx.Client) -> None:
    path = socket_of(rektor, "lage")

    async def attempt(raw: str | bytes) -> set[str]:
        async with wired(world, rektor, path) as wire:
            await wire.send(raw)
            shown = await wire.ask(await wire.cards(), f"unit={MINE}")
            assert shown["place"] == "Alskolan"
            return {told["header"]["msg_type"] for told in wire.heard}

    allowed = {"comm_msg", "comm_open", "comm_close", "status", "kernel_info_reply", "comm_info_reply"}
    for name in sorted(set(DISGUISED) - {"oversize"}):
        assert to_end(attempt(DISGUISED[name])) <= allowed, name


def test_a_stubborn_sender_is_hung_up_on(world: World, rektor: httpx.Client) -> None:
    path = socket_of(rektor, "lage")

    async def attempt(raw: str, times: int) -> int | None:
        async with wired(world, rektor, path) as wire:
            for _ in range(times):
                await wire.send(raw)
            return await wire.until_closed()

    assert to_end(attempt(str(DISGUISED["json"]), 7)) == ENDED["much"]
    assert ("rektor.min", "dashboard-live-refused", "lage meddelande") in logged(world)


def test_oversize_messages_and_floods_end_the_connection_and_nothing_else(
    world: World, rektor: httpx.Client
) -> None:
    path = socket_of(rektor, "lage")

    async def oversize() -> int | None:
        async with wired(world, rektor, path) as wire:
            await wire.send("x" * 20_000_000)
            return await wire.until_closed()

    async def a_thousand(content: dict[str, object], kind: str) -> int | None:
        async with wired(world, rektor, path) as wire:
            for at in range(1000):
                await wire.tell(kind, content | {"comm_id": f"c{at}"})
            return await wire.until_closed()

    async def then() -> str:
        async with wired(world, rektor, path) as wire:
            return str((await wire.ask(await wire.cards(), f"unit={MINE}"))["place"])

    opening: dict[str, object] = {"target_name": "jupyter.widget.control", "data": {}}
    asking: dict[str, object] = {"data": {"method": "request_state"}}
    hung_up = (1009, 1006, ENDED["much"], None)
    assert to_end(_quietly(oversize())) in hung_up
    assert to_end(_quietly(a_thousand(opening, "comm_open"))) in hung_up
    assert to_end(_quietly(a_thousand(asking, "comm_msg"))) in hung_up
    time.sleep(1)
    assert to_end(then()) == "Alskolan"


async def _quietly(attempt: Awaitable[int | None]) -> int | None:
    """What is sent after the other end has hung up is an error of the sender's own."""
    try:
        return await attempt
    except (WebSocketClosedError, StreamClosedError):
        return None


@pytest.mark.parametrize("page", ["lage", "arskullar", "betyg"])
def test_no_widget_shown_or_hidden_holds_what_is_not_theirs(
    world: World, rektor: httpx.Client, page: str
) -> None:
    path = socket_of(rektor, page)

    async def everything() -> str:
        async with wired(world, rektor, path) as wire:
            model = await wire.cards()
            await wire.ask(model, f"unit={MINE}")
            return json.dumps(wire.heard, ensure_ascii=False)

    told = to_end(everything())
    assert "Alskolan" in told
    for secret in (CANARY, THEIRS, "Björkskolan", PASSWORD, "scrypt", str(world.workspace.root)):
        assert secret not in told


def test_another_unit_is_refused_at_the_door_and_in_the_kernel(world: World, rektor: httpx.Client) -> None:
    assert start(rektor, "lage", f"unit={THEIRS}").status_code == 403
    for page in ("korningar", "atgarder", "arshjul", "sjalvskattning", "roster"):
        assert start(rektor, page).status_code == 404
    assert start(rektor, "jamfor").status_code == 403
    path = socket_of(rektor, "lage")

    async def attempt() -> list[dict[str, object]]:
        async with wired(world, rektor, path) as wire:
            model = await wire.cards()
            asked = {"asked": {"number": 5, "query": f"unit={THEIRS}"}}
            await wire.tell("comm_msg", {"comm_id": model, "data": {"method": "update", "state": asked}})
            await wire.ask(model, f"unit={MINE}", 6)
            return wire.heard

    heard = json.dumps(to_end(attempt()), ensure_ascii=False)
    assert "Björkskolan" not in heard
    assert '"number": 5' not in heard
    assert ("rektor.min", "dashboard-refused", "lage levande") in logged(world)


def test_log_out_ends_the_live_page_at_once(world: World) -> None:
    with world.log_in("rektor.min") as client:
        path = socket_of(client, "lage")
        word = xsrf(client.get("/arshjul").text)

        async def leave() -> int | None:
            async with wired(world, client, path) as wire:
                await wire.cards()
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(None, lambda: client.post("/logga-ut", data={"_xsrf": word}))
                return await wire.until_closed()

        assert to_end(leave()) == ENDED["session"]


def test_one_taken_off_the_list_is_out_of_the_live_page_too(world: World) -> None:
    people = AccessList(world.workspace)
    person = people.people()["namnden"]
    with world.log_in("namnden") as client:
        path = socket_of(client, "lage")

        async def stay() -> int | None:
            async with wired(world, client, path) as wire:
                await wire.cards()
                people.remove("namnden")
                return await wire.until_closed(60)

        began = time.monotonic()
        assert to_end(stay()) == ENDED["rights"]
        assert time.monotonic() - began < 60
    people.add(person, PASSWORD)


def test_the_fourth_live_page_is_a_friendly_no(world: World) -> None:
    with world.log_in("strategen") as client:
        first, second, third = (socket_of(client, page) for page in ("lage", "arskullar", "betyg"))

        async def look_at_all() -> httpx.Response:
            async with wired(world, client, first), wired(world, client, second), wired(world, client, third):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(None, lambda: start(client, "jamfor"))

        answer = to_end(look_at_all())
    assert answer.status_code == 429
    assert "3 levande sidor" in answer.json()["fault"]
    assert "fungerar som vanligt" in answer.json()["fault"]


def test_the_private_server_answers_nobody_but_the_front_door(world: World, tmp_path: Path) -> None:
    async def ask() -> dict[str, int]:
        server = LiveServer()
        try:
            await server.ready()
            assert server.folder.stat().st_mode & 0o077 == 0
            transport = httpx.AsyncHTTPTransport(uds=str(server.folder / "voila"))
            async with httpx.AsyncClient(transport=transport, base_url="http://x", timeout=20) as client:
                word = {"Authorization": f"token {server._word}"}
                order = {ORDER: order_word(tmp_path, "lage", {})}
                said = {
                    "no word": (await client.get("/voila/render/lage.ipynb", headers=order)).status_code,
                    "no order": (await client.get("/voila/render/lage.ipynb", headers=word)).status_code,
                    "other page": (
                        await client.get("/voila/render/betyg.ipynb", headers=word | order)
                    ).status_code,
                    "template": (
                        await client.get("/voila/render/lage.ipynb?template=lab", headers=word | order)
                    ).status_code,
                }
                for path in _CLOSED:
                    said[path] = (await client.get(path, headers=word)).status_code
                return said
        finally:
            server.stop()

    said = to_end(ask())
    assert {said.pop("no order"), said.pop("other page"), said.pop("template")} == {403}
    assert said.pop("no word") in (302, 403)
    assert set(said.values()) == {404}, said


_CLOSED = (
    "/",
    "/voila/tree",
    "/voila/files/x.png",
    "/voila/static/voila.js",
    "/voila/templates/lab/x.css",
    "/voila/render/..%2f..%2fetc%2fpasswd",
    "/voila/render/lage.ipynb%00",
    "/voila/query/00000000-0000-0000-0000-000000000000",
    "/voila/api/contents/",
    "/voila/api/shutdown/00000000-0000-0000-0000-000000000000",
    "/api/kernels",
    "/api/kernels/00000000-0000-0000-0000-000000000000",
    "/api/contents",
    "/login",
)


def test_the_scripts_of_live_pages_are_for_those_who_are_logged_in(
    world: World, rektor: httpx.Client
) -> None:
    page = rektor.get("/lage").text
    names = [part.partition('"')[0] for part in page.split("/fast/")[1:]]
    assert len(names) == 4
    with world.visitor() as stranger:
        for name in names:
            assert stranger.get(f"/fast/{name}").status_code == 303
            answer = rektor.get(f"/fast/{name}")
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
    assert urlsplit(world.address).hostname == "127.0.0.1"


only_where_live(globals())
