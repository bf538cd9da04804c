"""A hand-made client of live pages: what a browser would send, and what no browser ever would."""

from __future__ import annotations

import asyncio
import json
import struct
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from dashboard_world import World, xsrf
from live_world import is_possible
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

CONTROL = "control-1"
CODE = "open('/tmp/hit', 'w')"


def message(kind: str, content: object = None, **more: object) -> dict[str, object]:
    told = {"header": {"msg_type": kind, "msg_id": "m1"}, "parent_header": {}, "metadata": {}}
    return told | {"content": content or {}, "channel": "shell"} | more


def update(state: object) -> dict[str, object]:
    return message("comm_msg", {"comm_id": "a1", "data": {"method": "update", "state": state}})


def changed(data: dict[str, object]) -> str:
    return json.dumps(message("comm_msg", {"comm_id": "a", "data": data}))


def binary(told: dict[str, object]) -> bytes:
    """The binary form, version 1, of a message."""
    parts = [b"shell", *(json.dumps(told[name]).encode() for name in ("header", "parent_header"))]
    parts += [json.dumps(told[name]).encode() for name in ("metadata", "content")]
    at, offsets = 8 * (len(parts) + 2), []
    for part in parts:
        offsets.append(at)
        at += len(part)
    return struct.pack(f"<{len(parts) + 2}Q", len(parts) + 1, *offsets, at) + b"".join(parts)


RUN = message("execute_request", {"code": CODE, "silent": False})
DISGUISED: dict[str, str | bytes] = {
    "json": json.dumps(RUN),
    "control channel": json.dumps(RUN | {"channel": "control"}),
    "stdin channel": json.dumps(message("input_reply", {"value": CODE}) | {"channel": "stdin"}),
    "no channel": json.dumps({name: value for name, value in RUN.items() if name != "channel"}),
    "binary": binary(RUN),
    "binary of an allowed kind": binary(message("comm_info_request")),
    "two types": json.dumps(RUN).replace(
        '"msg_type": "execute_request"', '"msg_type": "execute_request", "msg_type": "comm_msg"'
    ),
    "two headers": f'{{"header": {json.dumps(RUN["header"])}, {json.dumps(update({}))[1:]}',
    "escaped": json.dumps(RUN).replace("execute_request", "\\u0065xecute_request"),
    "type outside the header": json.dumps(update({}) | {"msg_type": "execute_request"}),
    "type as a list": json.dumps(update({})).replace('"comm_msg"', '["comm_msg", "execute_request"]'),
    "other case": json.dumps(RUN).replace("execute_request", "Execute_Request"),
    "space": json.dumps(RUN).replace("execute_request", "comm_msg "),
    "an array": json.dumps([RUN]),
    "two documents": json.dumps(update({})) + json.dumps(RUN),
    "NUL": json.dumps(update({})) + "\0" + json.dumps(RUN),
    "deep": "[" * 8000,
    "oversize": json.dumps(update({"asked": "x" * 20_000})),
    "buffers": json.dumps(update({}) | {"buffers": ["aaaa"]}),
    "buffer paths": changed({"method": "update", "state": {}, "buffer_paths": [["x"]]}),
    "custom message": changed({"method": "custom", "content": {}}),
    "other target": json.dumps(message("comm_open", {"comm_id": "a", "target_name": "jupyter.widget"})),
    "no comm": json.dumps(message("comm_msg", {"data": {"method": "update", "state": {}}})),
}


def start(client: httpx.Client, page: str, query: str = "") -> httpx.Response:
    """Asks for a live page, as the page's own script does."""
    word = xsrf(client.get("/arshjul").text)
    return client.post(f"/{page}/levande", data={"_xsrf": word, "query": query}, timeout=60)


def socket_of(client: httpx.Client, page: str, query: str = "") -> str:
    """The address of a live page's websocket; the page must become live."""
    answer = start(client, page, query)
    assert answer.status_code == 200, answer.text[:300]
    return str(answer.json()["socket"])


def without_sandbox(world: World) -> None:
    """Where the machine allows no sandbox nothing is offered or starts, and it is said what to install."""
    with world.log_in("rektor.min") as client:
        assert "Utforska</button>" not in client.get("/lage").text
        answer = start(client, "lage")
    assert answer.status_code == 503
    assert "sandlåda" in answer.json()["fault"]
    assert answer.json()["code"].startswith("sandbox-")


def only_where_live(tests: dict[str, Any]) -> None:
    """Leaves the tests of a module as they are, or puts the one about the refusal in their place."""
    if is_possible():
        return
    for name in [each for each in tests if each.startswith("test_")]:
        del tests[name]
    tests["test_without_a_sandbox_nothing_starts"] = without_sandbox


class Wire:
    """An open websocket; remembers everything that it hears."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self.connection = connection
        self.heard: list[dict[str, Any]] = []

    @property
    def code(self) -> int | None:
        return self.connection.close_code

    async def send(self, raw: str | bytes) -> None:
        await self.connection.write_message(raw, binary=isinstance(raw, bytes))

    async def tell(self, kind: str, content: dict[str, Any], **more: Any) -> None:
        header = {"msg_type": kind, "msg_id": uuid.uuid4().hex}
        told = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        await self.send(json.dumps(told | more))

    async def hear(self, seconds: float = 15) -> dict[str, Any] | None:
        """The next message; None when the other end has hung up."""
        raw = await asyncio.wait_for(self.connection.read_message(), seconds)
        if raw is None:
            return None
        told: dict[str, Any] = json.loads(raw)
        self.heard.append(told)
        return told

    async def until_closed(self, seconds: float = 15) -> int | None:
        """The code that the other end hangs up with."""
        while await self.hear(seconds) is not None:
            pass
        return self.code

    async def states(self) -> dict[str, Any]:
        """The state of every widget in the kernel, shown or not."""
        opening = {"comm_id": CONTROL, "target_name": "jupyter.widget.control", "data": {}}
        await self.tell("comm_open", opening)
        await self.tell("comm_msg", {"comm_id": CONTROL, "data": {"method": "request_states"}})
        while (told := await self.hear()) is not None:
            data = told["content"].get("data") or {}
            if data.get("method") == "update_states":
                return dict(data["states"])
        raise AssertionError(f"hung up: {self.code}")

    async def cards(self) -> str:
        """The id of the widget that answers."""
        known = await self.states()
        return next(m for m, one in known.items() if "skolbank-live" in one["state"].get("_dom_classes", []))

    async def ask(self, model: str, query: str, number: int = 1) -> dict[str, Any]:
        """What the page shows in a state: ``shown`` of the cards."""
        asked = {"asked": {"number": number, "query": query}}
        await self.tell("comm_msg", {"comm_id": model, "data": {"method": "update", "state": asked}})
        while (told := await self.hear()) is not None:
            state = (told["content"].get("data") or {}).get("state") or {}
            if (state.get("shown") or {}).get("number") == number:
                return dict(state["shown"])
        raise AssertionError(f"hung up: {self.code}")


@asynccontextmanager
async def wired(world: World, client: httpx.Client, path: str, **headers: str) -> AsyncIterator[Wire]:
    """A websocket with the cookies of a client; ``headers`` as in ``Origin``."""
    cookies = "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)
    given = {"Cookie": cookies, "Origin": world.address} | headers
    request = HTTPRequest(world.address.replace("http", "ws", 1) + path, headers=given)
    connection = await websocket_connect(request)
    try:
        yield Wire(connection)
    finally:
        connection.close()
