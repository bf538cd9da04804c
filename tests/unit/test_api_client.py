"""The HTTP client against a real server: waits, retries and refuses, and always says why in Swedish."""

from __future__ import annotations

import datetime
import email.utils
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_server import ApiServer, Reply, serving
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.http.cache import ResponseCache
from analysis_lib.sources.http.client import HttpClient
from analysis_lib.sources.http.paging import Page, all_items
from analysis_lib.sources.http.settings import ApiSource


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as played:
        yield played


def source_at(url: str, **values: Any) -> ApiSource:
    given_values = {"requests_per_second": 1000, "backoff_seconds": 1, "timeout_seconds": 5} | values
    return ApiSource(
        id="test", name="Testtjänsten", owner="Test", licence="", legal_basis="", base_url=url, **given_values
    )


class Asking:
    """A client that notes its waits instead of waiting."""

    def __init__(self, url: str, *, cache: ResponseCache | None = None, token: str = "", **values: Any):
        self.waits: list[float] = []
        self.client = HttpClient(source_at(url, **values), cache=cache, token=token, sleep=self.note)

    def note(self, seconds: float) -> None:
        if seconds > 0.05:  # shorter pauses keep the pace between questions
            self.waits.append(seconds)


def refused(client: HttpClient, place: str = "/a") -> SkolbankError:
    with pytest.raises(SkolbankError) as caught:
        client.get(place)
    return caught.value


def test_an_answer_comes_as_json(server: ApiServer) -> None:
    server.play("/a", Reply({"value": "å"}))
    asking = Asking(server.url)
    assert asking.client.get("/a", {"x": "1", "list": ["b", "c"]}) == {"value": "å"}
    (asked,) = server.asked
    assert asked.query == {"x": ["1"], "list": ["b", "c"]}
    assert asked.headers["user-agent"].startswith("skolbank/")


def test_429_waits_as_long_as_it_is_asked_to(server: ApiServer) -> None:
    server.play("/a", Reply(status=429, headers={"Retry-After": "7"}), Reply([1]))
    asking = Asking(server.url)
    assert asking.client.get("/a") == [1]
    assert asking.waits == [7]


def test_a_wait_is_never_longer_than_the_limit(server: ApiServer) -> None:
    server.play("/a", Reply(status=429, headers={"Retry-After": "86400"}), Reply([1]))
    asking = Asking(server.url, longest_wait_seconds=30)
    assert asking.client.get("/a") == [1]
    assert asking.waits == [30]


def test_retry_after_may_be_a_date(server: ApiServer) -> None:
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=20)
    header = email.utils.format_datetime(moment, usegmt=True)
    server.play("/a", Reply(status=503, headers={"Retry-After": header}), Reply([1]))
    asking = Asking(server.url)
    assert asking.client.get("/a") == [1]
    assert 15 < asking.waits[0] <= 20


def test_500_twice_then_200_with_doubled_waits(server: ApiServer) -> None:
    server.play("/a", Reply(status=500), Reply(status=502), Reply({"ok": True}))
    asking = Asking(server.url)
    assert asking.client.get("/a") == {"ok": True}
    assert asking.waits == [1, 2]


@pytest.mark.parametrize(("status", "code"), [(429, "api-busy"), (500, "api-failing"), (503, "api-failing")])
def test_a_lasting_fault_is_told_after_the_attempts(server: ApiServer, status: int, code: str) -> None:
    server.play("/a", Reply(status=status))
    asking = Asking(server.url, attempts=3)
    error = refused(asking.client)
    assert error.code == code
    assert "Testtjänsten" in str(error)
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=400), "api-question-refused"),
        (Reply(status=401), "api-access-refused"),
        (Reply(status=403), "api-access-refused"),
        (Reply(status=404), "api-not-found"),
        (Reply(status=302, headers={"Location": "http://example.org/"}), "api-moved"),
        (Reply(raw=b"<!DOCTYPE html><html>Logga in</html>"), "api-not-json"),
        (Reply(raw=b'{"values": [1, 2'), "api-not-json"),
        (Reply(raw=b"\xff\xfe\x00"), "api-not-json"),
        (Reply(raw=b"[" * 100_000), "api-not-json"),
    ],
)
def test_what_cannot_get_better_is_told_at_once(server: ApiServer, reply: Reply, code: str) -> None:
    server.play("/a", reply)
    error = refused(Asking(server.url).client)
    assert error.code == code
    assert error.remedy
    assert len(server.asked) == 1


def test_a_cut_body_is_asked_for_again(server: ApiServer) -> None:
    server.play("/a", Reply(list(range(1000)), cut=True), Reply([1]))
    assert Asking(server.url).client.get("/a") == [1]


def test_a_body_that_is_always_cut_is_refused(server: ApiServer) -> None:
    server.play("/a", Reply(list(range(1000)), cut=True))
    assert refused(Asking(server.url, attempts=2).client).code == "api-body-cut"


def test_a_body_too_large_is_refused_before_it_is_read(server: ApiServer) -> None:
    server.play("/a", Reply(raw=b" " * 300_000))
    assert refused(Asking(server.url, largest_megabytes=0.1).client).code == "api-too-large"


def test_a_service_out_of_reach_is_told() -> None:
    with serving() as played:
        url = played.url
    error = refused(Asking(url, attempts=2).client)
    assert error.code == "api-unreachable"


def test_a_link_to_another_host_is_refused(server: ApiServer) -> None:
    with serving() as other:
        other.play("/next", Reply([1]))
        error = refused(Asking(server.url, token="hemlig").client, f"{other.url}/next")
        assert error.code == "api-foreign-host"
        assert other.asked == []
        assert "hemlig" not in str(error)


def test_a_full_link_to_the_same_host_is_followed(server: ApiServer) -> None:
    server.play("/a", Reply([1]))
    assert Asking(server.url).client.get(f"{server.url}/a?page=2") == [1]
    assert server.asked[0].first("page") == "2"


def test_the_token_goes_in_a_header_only(server: ApiServer) -> None:
    server.play("/a", Reply(status=401))
    error = refused(Asking(server.url, token="hemlig", token_variable="MY_TOKEN").client)
    assert server.asked[0].headers["authorization"] == "Bearer hemlig"
    assert "MY_TOKEN" in str(error)
    assert "hemlig" not in str(error)


def test_no_proxy_of_the_surroundings_is_used(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.play("/a", Reply([1]))
    assert Asking(server.url).client.get("/a") == [1]


@pytest.mark.parametrize(
    "url",
    [
        "http://api.kolada.se",
        "https://user:pass@api.kolada.se",
        "ftp://api.kolada.se",
        "https://",
        "api.kolada.se",
    ],
)
def test_only_https_or_this_machine_may_be_asked(url: str) -> None:
    with pytest.raises(ValidationError):
        source_at(url)


def test_a_fresh_answer_is_not_asked_for_again(server: ApiServer, tmp_path: Path) -> None:
    server.play("/a", Reply([1]), Reply([2]))
    cache = ResponseCache(tmp_path, hours=1)
    assert [Asking(server.url, cache=cache).client.get("/a") for _ in range(3)] == [[1]] * 3
    assert len(server.asked) == 1
    refreshing = ResponseCache(tmp_path, hours=1, is_refreshing=True)
    assert Asking(server.url, cache=refreshing).client.get("/a") == [2]
    assert Asking(server.url, cache=cache).client.get("/a") == [2]


def test_the_cache_tells_questions_apart_and_forgets_old_answers(server: ApiServer, tmp_path: Path) -> None:
    server.play("/a", lambda asked: Reply([asked.first("x"), asked.document]))
    cache = ResponseCache(tmp_path, hours=1)
    client = Asking(server.url, cache=cache).client
    assert [client.get("/a", {"x": "1"}), client.get("/a", {"x": "2"})] == [["1", None], ["2", None]]
    assert client.post("/a", {"q": 1}) == ["", {"q": 1}]
    for file in tmp_path.rglob("*.json"):
        file.write_text(file.read_text("utf-8").replace(str(datetime.datetime.now().year), "2019"), "utf-8")
    client.get("/a", {"x": "1"})
    assert len(server.asked) == 4


def test_a_damaged_answer_in_the_cache_is_asked_for_again(server: ApiServer, tmp_path: Path) -> None:
    server.play("/a", Reply([1]))
    client = Asking(server.url, cache=ResponseCache(tmp_path, hours=1)).client
    client.get("/a")
    (kept,) = tmp_path.rglob("*.json")
    kept.write_bytes(b'{"url": "')
    assert client.get("/a") == [1]
    assert len(server.asked) == 2


def test_no_fault_is_kept_in_the_cache(server: ApiServer, tmp_path: Path) -> None:
    server.play("/a", Reply(status=404), Reply([1]))
    client = Asking(server.url, cache=ResponseCache(tmp_path, hours=1)).client
    assert refused(client).code == "api-not-found"
    assert client.get("/a") == [1]


def test_questions_keep_a_polite_pace(server: ApiServer) -> None:
    server.play("/a", Reply([1]))
    asking = Asking(server.url, requests_per_second=2)
    for _ in range(3):
        asking.client.get("/a")
    assert len(asking.waits) == 2
    assert all(0.3 < wait <= 0.5 for wait in asking.waits)


@pytest.mark.parametrize(
    "load",
    [
        lambda mark: Page([1, 2], "a"),  # the same mark again
        lambda mark: Page([1, 2], mark + "a"),  # the same page under new marks
        lambda mark: Page([len(mark)], mark + "a"),  # ever new pages
        lambda mark: Page([], mark + "a"),  # ever new empty pages
    ],
)
def test_endless_paging_is_stopped(load: Any) -> None:
    with pytest.raises(SkolbankError) as caught:
        all_items(load, limit=50, where="/v3/kpi")
    assert caught.value.code == "api-paging-endless"


@given(st.lists(st.integers(), max_size=60, unique=True), st.integers(1, 7))
def test_paging_gives_every_item_once_in_order(items: list[int], size: int) -> None:
    def load(mark: str) -> Page:
        start = int(mark or 0)
        end = start + size
        return Page(items[start:end], str(end) if end < len(items) else "")

    assert all_items(load, limit=100, where="") == items
