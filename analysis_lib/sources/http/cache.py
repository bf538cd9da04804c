"""Answers kept on disk, so that a second look does not ask the other system again (floor 3).

Only public statistics are ever kept here; a source with a token has no cache, since its answers hold people.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis_lib.vocabulary.whole_files import write_private


@dataclass(frozen=True)
class ResponseCache:
    """A folder of JSON answers, each named by what was asked; older than ``hours`` counts as absent."""

    folder: Path
    hours: float
    is_refreshing: bool = False  # asks again whatever is kept, and keeps the new answer

    def read(self, key: str) -> Any:
        """The kept answer of a key, or None when there is none that is fresh and whole."""
        if self.is_refreshing or self.hours == 0:
            return None
        try:
            kept = json.loads(self._place(key).read_text("utf-8"))
            at = datetime.datetime.fromisoformat(kept["fetched_at"])
            content = kept["content"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        age = datetime.datetime.now(datetime.UTC) - at
        return content if datetime.timedelta(0) <= age < datetime.timedelta(hours=self.hours) else None

    def keep(self, key: str, url: str, content: Any) -> None:
        """Keeps an answer, whole or not at all."""
        place = self._place(key)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        at = datetime.datetime.now(datetime.UTC).isoformat()
        text = json.dumps({"url": url, "fetched_at": at, "content": content}, ensure_ascii=False)
        write_private(place, text)

    def _place(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"


def cache_key(method: str, url: str, params: Mapping[str, Any], document: Any) -> str:
    """A name for one question: the same words in any order give the same name.

    >>> cache_key("GET", "u", {"a": 1, "b": 2}, None) == cache_key("GET", "u", {"b": 2, "a": 1}, None)
    True
    """
    asked = json.dumps([method, url, dict(params), document], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(asked.encode()).hexdigest()
