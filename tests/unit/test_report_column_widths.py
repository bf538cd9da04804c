"""Columns are as wide as their words ask for, and no word is cut off while the line has room."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.present.table_groups import grouped, is_long
from analysis_lib.report.column_widths import column_widths, fits, line_count
from analysis_lib.report.slide_tables import for_slide, is_little, share_a_slide

WORDS = st.lists(st.text("abcdeåäö", min_size=1, max_size=20), min_size=1, max_size=8).map(" ".join)


def table(*rows: list[str], heads: list[str] | None = None, chips: bool = False) -> dict[str, Any]:
    keys = [f"k{number}" for number in range(len(rows[0]))]
    labels = heads or [key.upper() for key in keys]
    return {
        "caption": "Tabell.",
        "columns": [{"key": key, "label": label} for key, label in zip(keys, labels, strict=True)],
        "rows": [
            {"cells": {key: {"text": words, **({"chip": "no_data"} if chips else {})} for key, words in
                       zip(keys, row, strict=True)}, "style": ""}
            for row in rows
        ],
    }  # fmt: skip


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=6))
def test_each_column_has_room_for_its_longest_word(rows: list[tuple[str, str, str]]) -> None:
    made = table(*map(list, rows))
    widths = column_widths(made, 110, 40)
    for number, width in enumerate(widths):
        longest = max(len(word) for row in rows for word in row[number].split())
        assert width > longest
    if fits(made, 110):
        assert sum(widths) <= 110.001
    assert line_count(made, widths) > len(rows)


def test_a_short_status_stands_on_one_line() -> None:
    long = "En mening som är så lång att den tar det mesta av raden. " * 3
    made = table(["Underlag saknas", long, long], chips=True)
    made["rows"][0]["cells"]["k1"].pop("chip")
    made["rows"][0]["cells"]["k2"].pop("chip")
    assert column_widths(made, 110, 60)[0] >= len("– Underlag saknas") + 2


def test_a_name_that_stands_on_row_after_row_becomes_a_heading() -> None:
    rows = [[unit, f"rutin {number}", "2"] for unit in ("Åsskolan", "Ekskolan") for number in range(3)]
    made = grouped(table(*rows, heads=["Enhet", "Rutin", "Nivå"]))
    assert [column["label"] for column in made["columns"]] == ["Rutin", "Nivå"]
    groups = [row["cells"]["k1"]["text"] for row in made["rows"] if row["style"] == "group"]
    assert groups == ["Åsskolan", "Ekskolan"]
    said = [row["cells"]["k1"]["text"] for row in made["rows"] if row["style"] != "group"]
    assert said == [row[1] for row in rows]
    few = table(*rows[::3], heads=["Enhet", "Rutin", "Nivå"])
    assert grouped(few) == few
    assert not is_long(few)


def test_R6_no_cell_is_lost_when_rows_are_grouped() -> None:
    rows = [[f"enhet {n // 2}", str(n), ".."] for n in range(12)]
    before, after = table(*rows), grouped(table(*rows))
    told = sorted(cell["text"] for row in after["rows"] for cell in row["cells"].values())
    names = {row[0] for row in rows}
    assert told == sorted([*names, *(words for row in rows for words in row[1:])])
    assert len(before["rows"]) == sum(row["style"] != "group" for row in after["rows"])


def test_only_tables_that_can_be_read_from_the_back_of_a_room_are_slides() -> None:
    short = table(*([["Åsskolan", "Pågår", "2027-09-01"]] * 4))
    made = for_slide(short)
    assert made is not None
    assert len(made["weights"]) == 3
    assert not is_little(short)
    assert for_slide(table(*([["Åsskolan", "Pågår"]] * 30))) is None
    words = "En mening som tar flera rader när den läses längst bak i salen. " * 3
    assert for_slide(table(*([[words, words, words]] * 5))) is None
    assert is_little(table(["Nämndens plan", "2024-06-13"]))
    assert share_a_slide(made, made)
    tall = for_slide(table(*([["Åsskolan", "Pågår", "2027-09-01"]] * 10)))
    assert tall is not None
    assert not share_a_slide(tall, tall)
