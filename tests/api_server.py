"""A real HTTP server on this machine that plays back recorded answers, faults included."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Reply:
    """One answer: a document (or raw bytes), its status and headers; ``cut`` sends half of the body."""

    document: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: bool = False

    @property
    def body(self) -> bytes:
        return json.dumps(self.document, ensure_ascii=False).encode() if self.raw is None else self.raw


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    document: Any = None

    def first(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]


Answer = Reply | Callable[[Asked], Reply]


class ApiServer:
    """Answers by path; a list of answers is given one by one, and the last one stays."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[Asked] = []
        self.url = ""
        self._given: dict[str, int] = defaultdict(int)

    def play(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        answers = self.answers.get(asked.path)
        if not answers:
            return Reply({"message": "not found"}, 404)
        position = min(self._given[asked.path], len(answers) - 1)
        self._given[asked.path] += 1
        answer = answers[position]
        return answer if isinstance(answer, Reply) else answer(asked)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle of an answer is part of the tests."""


@contextlib.contextmanager
def serving(server: ApiServer | None = None) -> Iterator[ApiServer]:
    """Serves on a free port of the loopback address until the block ends."""
    played = server or ApiServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply()

        def do_POST(self) -> None:
            self._reply()

        def _reply(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            document = json.loads(self.rfile.read(length)) if length else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = parse_qs(parts.query, keep_blank_values=True)
            reply = played.reply(Asked(self.command, parts.path, query, headers, document))
            body = reply.body
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if reply.cut else body)
            if reply.cut:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    http = _Server(("127.0.0.1", 0), Handler)
    played.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield played
    finally:
        http.shutdown()
        http.server_close()
