"""``python -m benchmarks``: times everything in one run and writes docs/PERFORMANCE.md.

python -m benchmarks            the small example and a town, about five minutes
python -m benchmarks --quick    the small example only
python -m benchmarks --nation   the country too: 15 000 units, some gigabytes and minutes more
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import ROOT
from benchmarks.report import write_report
from benchmarks.sections import against_bare, commands, data_road, generation, make_place, round_of


def main() -> None:
    """Runs the chosen sections and writes the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small example only")
    parser.add_argument("--nation", action="store_true", help="the country too")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "PERFORMANCE.md")
    chosen = parser.parse_args()
    sizes = ["small", *([] if chosen.quick else ["town"]), *(["nation"] if chosen.nation else [])]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    with tempfile.TemporaryDirectory(prefix="skolbank-bench-") as folder:
        places = []
        for size in sizes:
            _say(f"{size}: example")
            places.append(make_place(Path(folder) / size, size))
        tables = [generation(places), data_road(places, _say)]
        tables += [round_of(place, _say) for place in places if place.size != "nation"]
        tables += [against_bare(places[0], _say), commands(places[0])]
    write_report(chosen.output, tables, load=load)
    _say(f"written: {chosen.output}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
