"""Any file into numbered rows of text, or a clear refusal (floor 3).

The content decides what a file is, never its name: a workbook named csv and the reverse are read as
what they are. The file itself is only ever opened for reading.
"""

from __future__ import annotations

from analysis_lib.sources.shapes import (
    Format,
    Message,
    RawFile,
    ReadContext,
    Row,
    Sheet,
    TableResult,
)

__all__ = ["Format", "Message", "RawFile", "ReadContext", "Row", "Sheet", "TableResult"]
