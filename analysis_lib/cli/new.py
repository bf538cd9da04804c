"""The commands that write skeletons: new source, new indicator, new report (floor 9)."""

from __future__ import annotations

from pathlib import Path

from analysis_lib.cli.options import NO_OPTIONS, Shared


def source(name: str, file: Path, /, *, shared: Shared = NO_OPTIONS) -> int:
    """Describe a table of your own after a file of it, so that it can be imported.

    Parameters
    ----------
    name
        Small letters a-z, digits and underscore; the format will be simple.NAME.
    file
        A file of the table. Only its headings and the kind of each column are used.
    """
    from analysis_lib.cli.skeletons import write_source

    workspace = shared.find()
    made = write_source(workspace, name, file)
    _tell(made.places, workspace.root)
    for each in made.to_do:
        print(f"Att fylla i: {each}")
    print(f"Nästa steg: läs igenom beskrivningen, sedan skolbank import {file.name} --dry-run.")
    return 0


def indicator(name: str, /, *, shared: Shared = NO_OPTIONS) -> int:
    """Write the skeleton of an indicator.

    Parameters
    ----------
    name
        Family and name, e.g. results.passed_english_9.
    """
    from analysis_lib.cli.skeletons import write_indicator

    workspace = shared.find()
    _tell(write_indicator(workspace, name).places, workspace.root)
    print(
        "Nästa steg: fyll i definition och källa, och vilka publicerade mått den har; sedan skolbank check."
    )
    return 0


def report(name: str, /, *, shared: Shared = NO_OPTIONS) -> int:
    """Write the skeleton of a report: a notebook and its description.

    Parameters
    ----------
    name
        Small letters a-z, digits and hyphens, e.g. trygghet.
    """
    from analysis_lib.cli.skeletons import write_report

    workspace = shared.find()
    _tell(write_report(workspace, name).places, workspace.root)
    print(
        f"Nästa steg: lägg till raden ”  - name: {name}” under reports i ett seminarium (params/seminars), "
        f"sedan skolbank run SEMINARIUM --report {name}."
    )
    return 0


def _tell(places: tuple[Path, ...], root: Path) -> None:
    for place in places:
        print(f"Skrev {place.relative_to(root)}")
