"""D9: what happens in a round, in words and by the clock of the wall."""

from __future__ import annotations

from analysis_lib.dashboards.runs import events_block

STARTED = {"event": "started", "time": "2026-09-14T07:05:03+00:00", "documents": 7, "kept": 0}
MADE = {"event": "document", "unit": "99010014", "report": "skolbild", "status": "staged"}


def test_D9_tells_a_round_in_words_the_newest_first() -> None:
    failed = {**MADE, "status": "failed", "time": "2026-01-14T23:05:03+00:00"}
    ended = {"event": "finished", "status": "failed", "time": "2026-01-14T23:05:04+00:00"}
    told = events_block([STARTED, {**MADE, "time": "2026-09-14T07:05:09+00:00"}, failed, ended], "2026-ht")
    assert [[row["cells"][name]["text"] for name in ("at", "what", "of")] for row in told.data["rows"]] == [
        ["00:05:04", "Körningen är slut", ""],
        ["00:05:03", "Misslyckat", "skolbild, 99010014"],
        ["09:05:09", "Klar att granska", "skolbild, 99010014"],
        ["09:05:03", "Körningen började: 7 dokument att göra", ""],
    ]


def test_D9_says_that_a_round_is_prepared_before_its_first_event() -> None:
    assert events_block([], "2026-ht").data["what"] == "2026-ht förbereds"
