"""D5, D7 and D9 in a real browser: promises, answers, steps, chosen figures, a round and its audit."""

from __future__ import annotations

import re

import pytest
from dashboard_browser import LogIn, saved
from dashboard_world import MINE, THEIRS, World, xsrf
from playwright.sync_api import expect

from analysis_lib.register import open_register
from analysis_lib.register.kinds.chosen import ChosenFigure
from analysis_lib.register.kinds.measures import Promise
from analysis_lib.report.context import open_report

pytestmark = pytest.mark.browser
SEMINAR = "2026-prov"


def test_D5_every_measure_of_last_lasar_has_an_answer_and_none_is_the_neighbours(
    log_in: LogIn, world: World
) -> None:
    page = log_in("rektor.min", has_script=False)
    page.goto(f"{world.address}/atgarder")
    card = page.locator("#kort-effekt")
    expect(card).to_contain_text(f"Läsgrupper vid {MINE}")
    expect(card).to_contain_text("kan ändå bero på annat än åtgärden")
    expect(card).not_to_contain_text(THEIRS)
    whole = log_in("strategen", has_script=False)
    whole.goto(f"{world.address}/atgarder")
    expect(whole.locator("#kort-effekt")).to_contain_text(f"Läsgrupper vid {THEIRS}")
    board = log_in("namnden", has_script=False)
    board.goto(f"{world.address}/atgarder")
    expect(board.locator("#kort-effekt")).to_contain_text("visas inte här")


def test_D5_a_promise_is_checked_saved_followed_up_in_conflict_and_taken_back(
    log_in: LogIn, world: World
) -> None:
    page, other = log_in("rektor.min", has_script=False), log_in("strategen", has_script=False)
    page.goto(f"{world.address}/atgarder")
    page.get_by_role("button", name="Spara löftet").click()
    expect(page.get_by_role("alert")).to_contain_text("fyll i den här uppgiften")
    expect(page.locator("#lofte-text")).to_have_attribute("aria-invalid", "true")
    page.locator("#lofte-text").fill("Alla läser i tio minuter")
    page.locator("#lofte-responsible").fill("Rektor")
    page.locator("#lofte-due").fill("2027-02-01")
    page.get_by_role("button", name="Spara löftet").click()
    saved(page)
    for each in (page, other):
        each.goto(f"{world.address}/atgarder?unit={MINE}")
        each.get_by_role("link", name=re.compile("Följ upp eller ändra.*tio minuter")).click()
    other.locator("#lofte-state").select_option("kept")
    other.get_by_role("button", name="Spara löftet").click()
    expect(other.get_by_role("alert")).to_contain_text("Skriv vad det blev av löftet")
    other.locator("#lofte-outcome").fill("Det görs på alla lektioner.")
    other.get_by_role("button", name="Spara löftet").click()
    saved(other)
    page.locator("#lofte-outcome").fill("Något annat.")
    page.get_by_role("button", name="Spara löftet").click()
    expect(page.get_by_role("alert")).to_contain_text("hann spara")
    expect(page.locator("#lofte-outcome")).to_have_value("Något annat.")
    other.get_by_role("button", name=re.compile("Ångra senaste.*tio minuter")).click()
    expect(other.locator("#besked")).to_contain_text("tillbakatagen")
    with_register = open_register(world.workspace)
    known = with_register.current(Promise, unit=MINE)
    (promise,) = [one for one in known if one.entry.text == "Alla läser i tio minuter"]
    assert (promise.version, promise.entry.state) == (3, "open")
    with_register.close()


def test_D7_answers_and_steps_are_written_and_taken_back(log_in: LogIn, world: World) -> None:
    page = log_in("rektor.min", has_script=False)
    page.goto(f"{world.address}/arshjul?unit={MINE}")
    first = page.locator("#kort-svar textarea").first
    first.fill("Fler läser med flyt.")
    page.get_by_role("button", name="Spara svaren").click()
    saved(page)
    expect(page.locator("#kort-svar textarea").first).to_have_value("Fler läser med flyt.")
    page.get_by_role("button", name="Spara svaren").click()
    saved(page, "Inget hade ändrats, så inget nytt sparades.")
    page.locator("#kort-svar-versioner").get_by_role("button").first.click()
    expect(page.locator("#besked")).to_contain_text("tillbakatagen")
    expect(page.locator("#kort-svar textarea").first).to_have_value("")
    page.locator("#step").select_option("team")
    page.get_by_role("button", name="Spara steget").click()
    saved(page)
    page.locator("#kort-steg-versioner").get_by_role("button", name=re.compile("Arbetslaget klart")).click()
    expect(page.locator("#besked")).to_contain_text("tillbakatagen")
    expect(page.locator("#kort-steg-versioner")).to_have_count(0)


def test_D7_shows_publications_visits_and_what_is_missing(log_in: LogIn, world: World) -> None:
    page = log_in("strategen", has_script=False)
    page.goto(f"{world.address}/arshjul")
    for card in ("publicering", "seminarier", "besok", "saknas"):
        expect(page.locator(f"#kort-{card}")).to_be_visible()
    rektor = log_in("rektor.min", has_script=False)
    rektor.goto(f"{world.address}/arshjul")
    expect(rektor.locator("#kort-saknas")).not_to_contain_text("Björkskolan")


def test_a_chosen_figure_is_drawn_in_the_next_internal_seminar_with_its_comment(
    log_in: LogIn, world: World
) -> None:
    page = log_in("rektor.min", has_script=False)
    page.goto(f"{world.address}/betyg")
    page.get_by_role("link", name="Lägg i rapport").click()
    page.get_by_role("button", name="Lägg i rapport").click()
    expect(page.get_by_role("alert")).to_contain_text("Rapport: fyll i")
    page.locator("#valj-figure").select_option("amnen")
    page.locator("#valj-report").select_option("analysseminarium")
    page.locator("#valj-comment").fill("Varför är matematiken svårast hos oss?")
    page.get_by_role("button", name="Lägg i rapport").click()
    saved(page, "Figuren är vald. Den ritas i nästa interna rapport, med din kommentar.")
    expect(page.locator("#kort-valda")).to_contain_text("Varför är matematiken svårast")
    where = str(world.workspace.root)
    report = open_report(report="analysseminarium", seminar=SEMINAR, audience="internal", workspace=where)
    parts = report.chosen_figures().data["parts"]
    assert [part["kind"] for part in parts] == ["subheading", "answers", "figure"]
    assert parts[1]["data"]["items"][0]["text"] == "Varför är matematiken svårast hos oss?"
    assert "Alskolan" in parts[2]["data"]["title"]
    public = open_report(report="analysseminarium", seminar=SEMINAR, audience="public", workspace=where)
    assert public.chosen_figures().data["parts"] == []
    page.locator("#kort-valda").get_by_role("button").first.click()
    expect(page.locator("#kort-valda")).to_have_count(0)


def test_nobody_chooses_or_writes_about_what_is_not_theirs(world: World) -> None:
    with world.log_in("rektor.min") as client:
        word = xsrf(client.get("/betyg").text)
        form = {"_xsrf": word, "form": "valj", "figure": "amnen", "report": "analysseminarium"}
        form |= {"comment": "Hos grannen"}
        assert client.post("/betyg", data={**form, "unit": THEIRS}).status_code == 403
        assert client.post("/betyg", data={**form, "unit": MINE, "figure": "likvardighet"}).status_code == 400
        promise = {"_xsrf": word, "form": "lofte", "unit": THEIRS, "text": "Något", "round": "ht"}
        promise |= {"responsible": "Rektor", "due": "2027-01-01"}
        assert client.post("/atgarder", data=promise).status_code == 403
        undo = {"_xsrf": word, "unit": MINE, "kind": "rating", "thing": "x", "expected": "y"}
        assert client.post("/atgarder/angra", data=undo).status_code == 404
        audit = {"_xsrf": word, "form": "granska", "audited": SEMINAR}
        assert client.post("/korningar", data=audit).status_code == 403
    with world.log_in("namnden") as client:
        word = xsrf(client.get("/lage").text)
        form = {
            "_xsrf": word,
            "form": "valj",
            "figure": "matt",
            "report": "analysseminarium",
            "comment": "Se",
        }
        assert client.post("/lage", data=form).status_code == 403
        assert 'id="kort-valj"' not in client.get("/lage").text
    register = open_register(world.workspace)
    assert not [one for one in register.current(ChosenFigure) if one.unit == THEIRS]
    register.close()


def test_D9_a_round_is_started_watched_and_audited(log_in: LogIn, world: World) -> None:
    page = log_in("strategen", has_script=False)
    page.goto(f"{world.address}/korningar")
    page.locator("#kort-starta").get_by_label("Seminarium").select_option(SEMINAR)
    page.get_by_role("button", name="Starta").click()
    saved(page, "Körningen har startat.")
    expect(page.locator("#kort-laget")).to_contain_text("Körs nu")
    page.locator("#kort-laget").get_by_text("Vilar").first.wait_for(timeout=240_000)
    page.goto(f"{world.address}/korningar")
    expect(page.locator("#kort-laget")).to_contain_text("klart")
    expect(page.locator("#kort-fel")).to_contain_text("Inga dokument har misslyckats")
    page.locator("#kort-granska").get_by_label("Seminarium").select_option(SEMINAR)
    page.get_by_role("button", name="Granska").click()
    saved(page, "Granskningen har startat.")
    page.locator("#kort-granskningar").get_by_text("Inget dolt går att räkna ut").wait_for(timeout=120_000)
    expect(page.locator("#kort-granskningar")).to_contain_text("0 fynd")
