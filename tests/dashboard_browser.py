"""What tests of the dashboards in a browser do over and over: check a page, read its figures, tab along."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

LogIn = Callable[..., Page]
LAWS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LIVE = 60_000


def check(page: Page, width: int) -> None:
    """axe, and nothing beside the window, with every table open."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LAWS}})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def explore(page: Page) -> None:
    """Presses Utforska and waits until the kernel has answered."""
    page.get_by_role("button", name="Utforska").click()
    expect(page.locator("body[data-live]")).to_have_count(1, timeout=LIVE)


def figures(page: Page) -> str:
    """Every word and number of the cards, folded tables too; a drawing is the words that describe it."""
    drawn = page.locator("#uppgifter").evaluate_all(
        "all => all.map(each => { const one = each.cloneNode(true);"
        " for (const svg of one.querySelectorAll('svg')) { svg.replaceWith(svg.getAttribute('aria-label')); }"
        " return one.textContent; })"
    )
    return " ".join(str(drawn[0]).split())


def saved(page: Page, words: str = "Sparat i registret.") -> None:
    """What the page tells after saving."""
    expect(page.locator("#besked")).to_have_text(words)


def tab_to(page: Page, goal: Locator, *, most: int = 150) -> None:
    """Presses Tab, as one without a mouse does, until the control has the focus and shows it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if goal.evaluate("one => one === document.activeElement"):
            assert goal.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
            return
    raise AssertionError(f"Tab never comes to {goal}")


def cells(page: Page, card: str, number: int = 0) -> list[list[str]]:
    """What a card's table shows, row by row, as a person reads it."""
    found = (
        page.locator(f"#kort-{card} table")
        .nth(number)
        .evaluate(
            "table => [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => "
            "(cell.querySelector('abbr') || cell).textContent.trim()))"
        )
    )
    return [[" ".join(str(cell).split()) for cell in row] for row in found]
