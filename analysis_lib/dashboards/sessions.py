"""Who is logged in, and how often somebody may try (floor 8).

A session lives on the server; the browser holds a random word that means nothing anywhere else. Tries are
counted per user name, so that one who guesses locks nobody else out.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

LIFE = 8 * 3600
TRIES, WINDOW = 5, 60.0
_MOST_SESSIONS, _MOST_NAMES = 5000, 5000
Clock = Callable[[], float]


@dataclass(frozen=True)
class Session:
    """One log-in of one person; ``ends`` in seconds of the server's clock."""

    name: str
    ends: float


class Sessions:
    """All open sessions, by the hash of the browser's word."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self.clock = clock
        self._open: OrderedDict[str, Session] = OrderedDict()

    def begin(self, name: str) -> str:
        """A new session's word; the oldest session gives way when there are too many."""
        word = secrets.token_urlsafe(32)
        self._open[_key(word)] = Session(name, self.clock() + LIFE)
        while len(self._open) > _MOST_SESSIONS:
            self._open.popitem(last=False)
        return word

    def find(self, word: str) -> Session | None:
        """The session of a word, unless it has ended."""
        session = self._open.get(_key(word))
        if session and session.ends <= self.clock():
            self.end(word)
            return None
        return session

    def end(self, word: str) -> None:
        self._open.pop(_key(word), None)

    def key(self, word: str) -> str:
        """What a session is called inside the server, where its word is not told."""
        return _key(word)

    def is_open(self, key: str) -> bool:
        """Whether the session with this key goes on."""
        session = self._open.get(key)
        return session is not None and session.ends > self.clock()


class Throttle:
    """At most five tries a minute for each user name, right or wrong."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self.clock = clock
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, name: str) -> int:
        """Notes a try; the seconds to wait, 0 when the try may go on."""
        now = self.clock()
        tries = self._tries.setdefault(_key(name), deque())
        self._tries.move_to_end(_key(name))
        while tries and tries[0] <= now - WINDOW:
            tries.popleft()
        if len(tries) >= TRIES:
            return int(tries[0] + WINDOW - now) + 1
        tries.append(now)
        while len(self._tries) > _MOST_NAMES:
            self._tries.popitem(last=False)
        return 0

    def forget(self, name: str) -> None:
        """A right password: the tries before it are forgotten."""
        self._tries.pop(_key(name), None)


def _key(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "surrogatepass")).hexdigest()
