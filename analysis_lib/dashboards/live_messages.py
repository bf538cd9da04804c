"""What may pass between a reader's page and its kernel: changes of widgets, and nothing that runs (floor 8).

A message is read strictly and written anew, so that what the kernel's server reads is what was judged here,
whatever the sender meant another reader to see.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Mapping
from typing import Any

LONGEST_UP = 16 * 1024
LONGEST_DOWN = 8 * 1024 * 1024
CONTROL = "jupyter.widget.control"
_METHODS = ("update", "request_state", "request_states")
_UP = ("comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request")
_DOWN = {
    "iopub": ("comm_open", "comm_msg", "comm_close", "status"),
    "shell": ("comm_info_reply", "kernel_info_reply"),
}
_PARTS = {"header", "parent_header", "metadata", "content", "channel", "buffers"}


class Refused(Exception):
    """A message that no page of ours sends."""


def upward(raw: str | bytes, *, session: str) -> str:
    """The message as it may go on to the kernel; raises Refused for everything else."""
    if not isinstance(raw, str) or len(raw) > LONGEST_UP:
        raise Refused
    try:
        told = json.loads(raw, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Refused from None
    if not isinstance(told, dict) or not set(told) <= _PARTS or told.get("buffers"):
        raise Refused
    header, content = told.get("header"), told.get("content")
    if not isinstance(header, dict) or not isinstance(content, dict) or told.get("channel") != "shell":
        raise Refused
    kind = header.get("msg_type")
    if not isinstance(kind, str) or kind not in _UP:
        raise Refused
    given = header.get("msg_id")
    known = given if isinstance(given, str) and given.isascii() and 0 < len(given) <= 40 else uuid.uuid4().hex
    return json.dumps(
        {
            "header": {
                "msg_id": known,
                "msg_type": kind,
                "username": "",
                "session": session,
                "date": datetime.datetime.now(datetime.UTC).isoformat(),
                "version": "5.3",
            },
            "parent_header": {},
            "metadata": {"version": "1.0.0"} if kind == "comm_open" else {},
            "content": _content(kind, content),
            "channel": "shell",
            "buffers": [],
        }
    )


def downward(raw: str | bytes | None) -> str | None:
    """A message of the kernel as it may reach the page, or None: no prints, no faults, no sources."""
    if not isinstance(raw, str) or len(raw) > LONGEST_DOWN:
        return None
    told = json.loads(raw)
    header = told.get("header") or {}
    if header.get("msg_type") not in _DOWN.get(told.get("channel", ""), ()):
        return None
    kept = {"msg_id": header.get("msg_id"), "msg_type": header["msg_type"]}
    parent = {"msg_id": (told.get("parent_header") or {}).get("msg_id")}
    passed = {"header": kept, "parent_header": parent, "channel": told["channel"]}
    return json.dumps(passed | {"content": told.get("content", {})})


def _content(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "kernel_info_request":
        return {}
    if kind == "comm_info_request":
        return {"target_name": "jupyter.widget"}
    comm = content.get("comm_id")
    if not isinstance(comm, str) or not comm.isascii() or not 0 < len(comm) <= 64:
        raise Refused
    if kind == "comm_close":
        return {"comm_id": comm, "data": {}}
    if kind == "comm_open":
        if content.get("target_name") != CONTROL:
            raise Refused
        return {"comm_id": comm, "target_name": CONTROL, "data": {}}
    data = content.get("data")
    if not isinstance(data, dict) or data.get("method") not in _METHODS:
        raise Refused
    passed: dict[str, Any] = {"method": data["method"]}
    if data["method"] == "update":
        state = data.get("state")
        if not isinstance(state, dict) or data.get("buffer_paths"):
            raise Refused
        passed |= {"state": state, "buffer_paths": []}
    return {"comm_id": comm, "data": passed}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names stand once: another reader would take the other one of two."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused
    return found


def asked_of(passed: str) -> str | None:
    """The state that a passed message asks the page for, as a query; None for any other message."""
    state = (json.loads(passed)["content"].get("data") or {}).get("state") or {}
    if "asked" not in state:
        return None
    asked = state["asked"]
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str) or len(asked["query"]) > 2000:
        raise Refused
    return str(asked["query"])


def is_dead(passed: str) -> bool:
    """Whether the kernel's message says that it is gone."""
    told = json.loads(passed)
    return told["header"]["msg_type"] == "status" and told["content"].get("execution_state") in (
        "dead",
        "restarting",
    )
