"""The commands of the register: forms out and in, back-up and restore (floor 9)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from analysis_lib.cli.options import NO_OPTIONS, Shared, refuse_unwritable
from analysis_lib.cli.privacy import enter

if TYPE_CHECKING:
    from analysis_lib.vocabulary.workspace import Workspace

Flag = Parameter(negative="")
Many = Parameter(negative="")


def export(
    workbook: Path,
    /,
    *,
    unit: Annotated[list[str] | None, Many] = None,
    kind: Annotated[list[str] | None, Many] = None,
    school_year: str = "",
    shared: Shared = NO_OPTIONS,
) -> int:
    """Write pre-filled Excel forms of the register.

    Parameters
    ----------
    workbook
        The workbook to write (.xlsx).
    unit
        Only the entries of this unit (code); may be given several times.
    kind
        Only this kind of entry, by its Swedish name or id; may be given several times.
    school_year
        Only the entries of this school year, such as 2026/27.
    """
    from analysis_lib.register.log import open_register
    from analysis_lib.register.workbook import write_workbook

    refuse_unwritable(workbook)
    workspace = shared.find()
    units = _units(workspace)
    chosen = [_known_unit(code, units) for code in unit or []]
    kinds = [_kind_id(name) for name in kind] if kind else _all_kinds()
    enter(workspace, "register-export", " ".join(chosen)[:200] or "alla enheter")
    register = open_register(workspace)
    rows = write_workbook(
        register, workbook, kinds=kinds, units=units, unit=chosen, school_year=_year(school_year)
    )
    print(f"{workbook.name}: antal blad {len(kinds)}, ifyllda rader {rows}.")
    return 0


def import_workbook(
    workbook: Path,
    /,
    *,
    yes: Annotated[bool, Flag] = False,
    unit: str = "",
    role: str = "strateg",
    author: str = "",
    shared: Shared = NO_OPTIONS,
) -> int:
    """Read a filled-in workbook back: show what it changes, and save it when you say yes.

    Parameters
    ----------
    workbook
        The workbook, from skolbank register export.
    yes
        Save without asking.
    unit
        The unit (code) of new rows that have none.
    role
        The role that the changes are saved as.
    author
        Who saves; else the user of this computer.
    """
    import getpass

    from analysis_lib.register.log import open_register
    from analysis_lib.register.workbook_import import lines_of, plan_import

    workspace = shared.find()
    units = _units(workspace)
    register = open_register(workspace)
    plan = plan_import(register, workbook, units=units, unit=_known_unit(unit, units) if unit else "")
    for line in lines_of(plan):
        print(line)
    print(f"Rader som ändrar registret: {len(plan.changes)}. Rader som är som de var: {plan.untouched}.")
    if not plan.changes:
        return 0
    if not yes and not _confirmed():
        print("Inget har sparats. Lägg till --yes för att spara utan fråga.", file=sys.stderr)
        return 1
    enter(workspace, "register-import", unit or "alla enheter")
    saved = plan.save(register, author=author or getpass.getuser(), role=role)
    print("1 post sparad." if len(saved) == 1 else f"{len(saved)} poster sparade.")
    return 0


def backup(file: Path, /, *, shared: Shared = NO_OPTIONS) -> int:
    """Write the whole register to one file with a checksum.

    Parameters
    ----------
    file
        The file to write.
    """
    from analysis_lib.register.backup import write_backup
    from analysis_lib.register.log import open_register

    refuse_unwritable(file)
    workspace = shared.find()
    enter(workspace, "register-backup", "hela registret")
    lines = write_backup(open_register(workspace), file)
    print(f"{file.name}: {lines} rader, kontrollerade.")
    return 0


def restore(file: Path, /, *, replace: Annotated[bool, Flag] = False, shared: Shared = NO_OPTIONS) -> int:
    """Put a back-up into an empty register, or in the place of the one that is there.

    Parameters
    ----------
    file
        A file from skolbank register backup.
    replace
        Replace a register that has entries; the old one is kept aside in data/register.
    """
    from analysis_lib.register.rescue import restore_whole

    workspace = shared.find()
    enter(workspace, "register-restore", "hela registret")
    done = restore_whole(workspace, file, replace=replace)
    for kept in done.kept:
        print(f"Det gamla registret ligger i {kept}.")
    print(f"{done.lines} rader återlästa och kontrollerade.")
    return 0


def verify(*, shared: Shared = NO_OPTIONS) -> int:
    """Check that every line of the register is whole and in its place."""
    from analysis_lib.register.log import open_register

    print(f"Registret är helt: {open_register(shared.find()).verify()} rader.")
    return 0


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        return False
    return input("Spara? [j/N] ").strip().casefold() in ("j", "ja")


def _units(workspace: Workspace) -> dict[str, str]:
    from analysis_lib.snapshots.units import load_units
    from analysis_lib.vocabulary.catalog import Catalog

    return {code: unit.name for code, unit in load_units(workspace, Catalog(workspace)).items()}


def _known_unit(code: str, units: dict[str, str]) -> str:
    from analysis_lib.errors import SkolbankError, did_you_mean, nearest

    if units and code not in units:
        named = {name: other for other, name in units.items()}.get(nearest(code, units.values()))
        near = f"Menade du {named} {units[named]}?" if named else did_you_mean(code, units)
        remedy = near or "Ange skolenhetskoden med åtta siffror."
        raise SkolbankError("unit-unknown", f"Enheten {code[:20]} finns inte", where="--unit", remedy=remedy)
    return code


def _all_kinds() -> list[str]:
    from analysis_lib.register.entry import load_kinds

    return [kind for kind, model in load_kinds().items() if model.by_hand]


def _kind_id(name: str) -> str:
    from analysis_lib.errors import SkolbankError, did_you_mean
    from analysis_lib.register.entry import load_kinds

    by_title = {model.title: kind for kind, model in load_kinds().items() if model.by_hand}
    known = {title.casefold(): kind for title, kind in by_title.items()} | {
        kind: kind for kind in by_title.values()
    }
    if name.casefold() not in known:
        remedy = did_you_mean(name, by_title) or f"Välj ett av: {', '.join(by_title)}."
        what = f"Registret har inga poster av slaget {name[:40]}"
        raise SkolbankError("register-kind-unknown", what, where="--kind", remedy=remedy)
    return known[name.casefold()]


def _year(text: str) -> str:
    from analysis_lib.vocabulary.periods import SchoolYear

    return str(SchoolYear.parse(text)) if text else ""
