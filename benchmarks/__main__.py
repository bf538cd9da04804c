"""``python -m benchmarks``: times everything in one run and writes docs/PERFORMANCE.md.

python -m benchmarks            the small example and a town, about seven minutes
python -m benchmarks --quick    the small example only
python -m benchmarks --batch    the batch only: rounds, engines, memory, about six minutes
python -m benchmarks --disclosure   the attacker on a whole municipality only, about three minutes
python -m benchmarks --imports  the import only: text, workbook and 1 GB, about ten minutes
python -m benchmarks --dashboards   the dashboards only, beside plain Voila, Panel and Streamlit
python -m benchmarks --nation   the country too: 15 000 units, some gigabytes and minutes more
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.disclosure import disclosure
from benchmarks.effects import effects
from benchmarks.imports import import_speed
from benchmarks.measure import ROOT, run, skolbank
from benchmarks.models import mixed_models
from benchmarks.nation import nation_cube
from benchmarks.planted import planted_table
from benchmarks.report import write_report
from benchmarks.sections import (
    Table,
    against_bare,
    commands,
    data_road,
    generation,
    make_place,
    round_of,
    sixty_schools,
    thousand_notebooks,
)


def main() -> None:
    """Runs the chosen sections and writes the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small example only")
    parser.add_argument("--batch", action="store_true", help="the batch only, for a town")
    parser.add_argument("--disclosure", action="store_true", help="the attacker on a municipality only")
    parser.add_argument("--imports", action="store_true", help="the import only, with 1 GB of text")
    parser.add_argument("--dashboards", action="store_true", help="the dashboards only, in Chromium")
    parser.add_argument("--peers", type=Path, help="where Panel and Streamlit are installed, or will be")
    parser.add_argument("--nation", action="store_true", help="the country too")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "PERFORMANCE.md")
    chosen = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    tables: list[Table] = []
    with tempfile.TemporaryDirectory(prefix="skolbank-bench-") as folder:
        for table in _chosen(chosen, Path(folder)):
            tables.append(table)
            write_report(chosen.output, tables, load=load)  # what is measured stands if a later one fails
    _say(f"written: {chosen.output}")


def _chosen(chosen: argparse.Namespace, folder: Path) -> Iterator[Table]:
    if chosen.imports:
        return iter([import_speed(folder, _say, whole=True)])
    if chosen.disclosure:
        return iter([disclosure(_say)[0]])
    if chosen.batch:
        return _batch(folder)
    if chosen.dashboards:
        return _dashboards(folder, chosen.peers)
    return _measured(folder, is_quick=chosen.quick, with_nation=chosen.nation)


def _batch(folder: Path) -> Iterator[Table]:
    place = make_place(folder / "town", "town")
    _say("town: import")
    run(skolbank("import", place.inbox, "--workspace", place.folder))
    yield round_of(place, _say)
    yield against_bare(place, _say)
    yield commands(place)
    yield sixty_schools(folder / "sixty", _say)
    yield thousand_notebooks(place, _say)


def _dashboards(folder: Path, peers: Path | None) -> Iterator[Table]:
    from benchmarks.dashboards import dashboards

    yield from dashboards(make_place(folder / "small", "small"), peers or folder / "peers", _say)


def _measured(folder: Path, *, is_quick: bool, with_nation: bool) -> Iterator[Table]:
    places = [make_place(folder / size, size) for size in ("small", *(() if is_quick else ("town",)))]
    yield generation(places)
    yield data_road(places, _say)
    yield import_speed(folder, _say, megabytes=(5,) if is_quick else (5, 100), whole=with_nation)
    for place in places:
        yield round_of(place, _say)
    yield against_bare(places[0], _say)
    yield commands(places[0])
    if not is_quick:
        yield sixty_schools(folder / "sixty", _say)
        yield thousand_notebooks(places[-1], _say)
        yield mixed_models(_say)
        yield disclosure(_say)[0]
    _say("effects of measures and value added on planted truth")
    yield effects(20 if is_quick else 200)
    yield planted_table(range(20 if is_quick else 200))
    if with_nation:
        _say("nation: example")
        nation = [make_place(folder / "nation", "nation")]
        yield generation(nation, "A nation: the example")
        yield data_road(nation, _say, "A nation: from files to indicators")
        yield nation_cube(folder, _say)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
