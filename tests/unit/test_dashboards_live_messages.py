"""What may pass between a reader's page and its kernel: changes of widgets, and nothing that runs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_wire import DISGUISED, message, update

from analysis_lib.dashboards.live_messages import Refused, asked_of, downward, is_dead, upward


@pytest.mark.parametrize("name", DISGUISED)
def test_nothing_that_runs_passes_in_any_disguise(name: str) -> None:
    with pytest.raises(Refused):
        upward(DISGUISED[name], session="s")


OTHERS = ("complete", "inspect", "history", "shutdown", "interrupt", "debug", "create_subshell")


@pytest.mark.parametrize("kind", ["", "input_reply", *(f"{name}_request" for name in OTHERS)])
def test_no_other_kind_of_message_passes(kind: str) -> None:
    with pytest.raises(Refused):
        upward(json.dumps(message(kind)), session="s")


def test_what_passes_is_written_anew() -> None:
    given = update({"asked": {"number": 1, "query": "unit=1"}}) | {"metadata": {"extra": 1}}
    given["header"] = {"msg_type": "comm_msg", "msg_id": "m1", "session": "stolen", "username": "root"}
    passed = json.loads(upward(json.dumps(given), session="mine"))
    assert passed["header"]["session"] == "mine"
    assert passed["header"]["username"] == ""
    assert passed["metadata"] == {}
    assert passed["content"]["data"]["state"] == {"asked": {"number": 1, "query": "unit=1"}}
    assert asked_of(json.dumps(passed)) == "unit=1"


NAMES = st.sampled_from(["header", "content", "channel", "msg_type", "data", "method", "comm_id"]) | st.text()
LEAVES = st.none() | st.booleans() | st.integers() | st.text()


@given(st.recursive(LEAVES, lambda each: st.lists(each) | st.dictionaries(NAMES, each)))
def test_only_allowed_kinds_ever_come_out(document: object) -> None:
    try:
        passed = json.loads(upward(json.dumps(document), session="s"))
    except Refused:
        return
    assert passed["header"]["msg_type"] in ("comm_info_request", "kernel_info_request")


def down(kind: str, channel: str = "iopub", content: object = None) -> str:
    return json.dumps(
        {"header": {"msg_type": kind, "msg_id": "1"}, "channel": channel, "content": content or {}}
    )


@pytest.mark.parametrize("kind", ["stream", "error", "execute_input", "display_data", "execute_result"])
def test_prints_faults_and_sources_never_reach_the_reader(kind: str) -> None:
    assert downward(down(kind, content={"traceback": ["/srv/secret.py"]})) is None
    assert downward(down("execute_reply", "shell")) is None
    assert downward(b"\x00") is None
    assert downward(None) is None


def test_widget_changes_and_the_end_of_a_kernel_reach_the_reader() -> None:
    passed = downward(down("comm_msg", content={"comm_id": "a"}))
    assert passed is not None
    assert json.loads(passed)["content"] == {"comm_id": "a"}
    dead = downward(down("status", content={"execution_state": "dead"}))
    assert dead is not None
    assert is_dead(dead)
    assert not is_dead(passed)
