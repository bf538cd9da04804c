"""``skolbank lab`` driven as a strategist drives it: open, run all, choose, see chart and table change."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import surroundings
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@pytest.fixture
def lab_address(example_round: Path, tmp_path: Path) -> Iterator[str]:
    """The address with token that the command prints; the server is ended afterwards."""
    said = tmp_path / "lab.log"
    command = [sys.executable, "-m", "analysis_lib", "lab", "--port", str(free_port()), "--no-browser"]
    with said.open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=example_round,
            env=surroundings(example_round),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            for _ in range(240):
                found = re.search(r"http://127\.0\.0\.1:\d+/\S*token=\w+", said.read_text("utf-8"))
                if found or server.poll() is not None:
                    break
                time.sleep(0.25)
            assert found, said.read_text("utf-8")[-2000:]
            yield found.group()
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


def test_a_strategist_runs_all_and_the_choices_change_chart_and_table(
    browser: Browser, lab_address: str
) -> None:
    """U1."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(lab_address)
    page.get_by_text("| Idle").wait_for(timeout=60_000)
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).click()
    choices = page.locator(".jp-OutputArea-output select")
    expect(choices).to_have_count(3, timeout=90_000)
    view = page.locator(".skolbank")
    drawing = view.locator(".chart-wide svg")
    expect(drawing).to_be_visible(timeout=30_000)
    before = view.inner_text()
    choices.nth(0).select_option(index=3)
    expect(view).not_to_have_text(before, timeout=30_000)
    expect(view.locator(".measured")).to_contain_text("Bergaskolan")
    expect(drawing).to_be_visible()
    choices.nth(1).select_option(label="Genomsnittligt\xa0meritvärde,\xa017\xa0ämnen")
    expect(view.locator(".measured")).to_contain_text(re.compile("meritvärde", re.IGNORECASE), timeout=30_000)
    view.get_by_text("Visa som tabell").click()
    expect(view.locator("table")).to_contain_text("2025/26")
    assert page.locator("[data-mime-type*='error'], [data-mime-type*='stderr']").count() == 0
    expect(page.get_by_text("official Jupyter news")).to_have_count(0)
    outside = [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]
    assert outside == []
