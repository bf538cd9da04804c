"""The table of a card as a CSV file that Excel opens in Swedish (floor 8)."""

from __future__ import annotations

import csv
import io

from analysis_lib.present.blocks import Block

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table_csv(block: Block) -> bytes:
    """What the table shows, signs included; semicolons, UTF-8 with a mark, and nothing that runs in Excel."""
    table = block.data if block.kind == "table" else block.data["table"]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    keys = [column["key"] for column in table["columns"]]
    writer.writerow([safe(column["label"]) for column in table["columns"]])
    for row in table["rows"]:
        writer.writerow([safe(str(row["cells"].get(key, {}).get("text", ""))) for key in keys])
    caption = f"{table.get('caption', '')} {block.data.get('figure', '')}".strip()
    if caption:
        writer.writerow([])
        writer.writerow([safe(caption)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def safe(words: str) -> str:
    """A cell that a spreadsheet takes for text: ``=1+1`` gets a quotation mark first; numbers stay.

    >>> safe("=1+1"), safe("-2,5"), safe("Ekskolan")
    ("'=1+1", '-2,5', 'Ekskolan')
    """
    if not words.startswith(_FORMULA):
        return words
    bare = words[1:].replace("\N{NO-BREAK SPACE}", "").replace(",", "")
    return words if words[0] in "+-" and bare.isdecimal() else f"'{words}"
