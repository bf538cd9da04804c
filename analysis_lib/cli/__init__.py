"""The command ``skolbank``: thin faces over the rooms, with stable exit statuses (floor 9)."""

from __future__ import annotations

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # a second at each start, for nothing

from analysis_lib.cli.app import main  # noqa: E402

__all__ = ["main"]
