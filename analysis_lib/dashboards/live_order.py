"""How the front door tells its Voila which page to open, from what and in which state (floor 8)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tornado.web import HTTPError

ORDER = "X-Skolbank-Order"


def order_word(scope: Path, page: str, state: Mapping[str, str]) -> str:
    """What the front door asks for, as one header: the scope's folder, the page and its state."""
    told = json.dumps({"scope": str(scope), "page": page, "state": dict(state)})
    return base64.urlsafe_b64encode(told.encode()).decode()


def read_order(word: str) -> dict[str, Any]:
    """The order of a header; raises HTTPError 403 for what the front door has not written."""
    try:
        told = json.loads(base64.urlsafe_b64decode(word.encode()))
        if set(told) == {"scope", "page", "state"} and Path(told["scope"]).is_dir():
            return dict(told)
    except (ValueError, TypeError, binascii.Error):
        pass
    raise HTTPError(403)
