"""The commands that set up or open a workspace: init, example, lab (floor 9)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

from analysis_lib.cli.options import NO_OPTIONS, Shared
from analysis_lib.cli.privacy import enter


def init(
    folder: Path,
    /,
    *,
    municipality: str,
    name: str = "",
    shared: Shared = NO_OPTIONS,
) -> int:
    """Make a new workspace for a real municipality.

    Parameters
    ----------
    folder
        A folder that does not exist yet, or is empty.
    municipality
        The municipality's code, four digits; its units come from imported files.
    name
        The name of the school authority, when it is not the municipality's own.
    """
    from analysis_lib.cli.new_workspace import make_workspace

    workspace = make_workspace(folder, municipality, name=name)
    typed = f'"{folder}"' if " " in str(folder) else str(folder)  # as it must be written in a shell
    print(f"Arbetsytan är klar: {folder}")
    print(
        f"Nästa steg: skolbank import FILER --workspace {typed}, "
        f"sedan skolbank run {workspace.first_seminar} --workspace {typed}."
    )
    return 0


def example(
    folder: Path,
    /,
    *,
    size: Literal["small", "town", "city", "nation"] = "small",
    seed: int = 2026,
    shared: Shared = NO_OPTIONS,
) -> int:
    """Make the example municipality: a workspace with files in the real formats.

    Parameters
    ----------
    folder
        Where to; an earlier example there is replaced.
    size
        small: about 12 units; town: 60; city: 400; nation: 15 000.
    seed
        Same seed, same bytes.
    """
    from analysis_lib import text
    from analysis_lib.sources.example import write_example
    from analysis_lib.sources.example.lived import fill_register
    from analysis_lib.vocabulary.workspace import Workspace

    made = write_example(folder, size=size, seed=seed)
    entries = fill_register(Workspace(folder.resolve()))
    counts = [text.count(number) for number in (made.units, made.pupils, made.files)]
    print("Exempelkommunen är klar: {} enheter, {} elever, {} filer i data/inbox.".format(*counts))
    if entries:
        print(f"Registret har {text.count(entries)} poster från ett läsårs kvalitetsarbete.")
    return 0


def lab(
    *,
    port: Annotated[int, Parameter(validator=validators.Number(gte=0, lte=65535))] = 8888,
    browser: bool = True,
    shared: Shared = NO_OPTIONS,
) -> int:
    """Open JupyterLab on notebooks/explore.

    Parameters
    ----------
    port
        The port on this computer.
    browser
        Open a browser.
    """
    import subprocess

    from analysis_lib.cli.laboratory import lab_command, lab_environment

    workspace = shared.find()
    enter(workspace, "lab", "hela arbetsytan")
    try:
        return subprocess.call(
            lab_command(workspace, port=port, browser=browser), env=lab_environment(workspace)
        )
    except KeyboardInterrupt:
        return 130
