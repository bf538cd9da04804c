"""``python -m analysis_lib`` is the command ``skolbank`` (floor 9)."""

from __future__ import annotations

import sys

from analysis_lib.cli import main

if __name__ == "__main__":
    sys.exit(main())
