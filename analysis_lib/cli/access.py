"""The commands about who may see what in the dashboards: access add, list, remove (floor 9)."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from analysis_lib.cli.options import NO_OPTIONS, Shared

if TYPE_CHECKING:
    from analysis_lib.dashboards.access import AccessList

Many = Parameter(negative="")


def add(
    name: str,
    /,
    *,
    role: str,
    unit: Annotated[tuple[str, ...], Many] = (),
    group: Annotated[tuple[str, ...], Many] = (),
    proxy: Annotated[bool, Many] = False,
    shared: Shared = NO_OPTIONS,
) -> int:
    """Let somebody in to the dashboards, or change what they may see; the password is read from stdin.

    Parameters
    ----------
    name
        The name they log in with.
    role
        strateg, skolchef, ledningsgrupp, rektor, arbetslag or nämnd.
    unit
        A unit code that the role is about; may be repeated.
    group
        A ledningsgrupp in params/groups.yaml; may be repeated.
    proxy
        No password: the person logs in through the municipality's own single sign-on.
    """
    from analysis_lib.dashboards.access import AccessList, make_person
    from analysis_lib.snapshots.units import load_units
    from analysis_lib.vocabulary.catalog import Catalog

    workspace = shared.find()
    catalog = Catalog(workspace)
    units = load_units(workspace, catalog)
    person = make_person(name, role, unit=unit, group=group, units=units, groups=catalog.groups)
    is_new = AccessList(workspace).add(person, "" if proxy else _password())
    print(f"{person.name} {'får nu logga in' if is_new else 'har ändrats'} som {role}.")
    return 0


def list_people(*, shared: Shared = NO_OPTIONS) -> int:
    """List those who may log in, with role and scope."""
    for person in _list(shared).people().values():
        places = ", ".join((*person.units, *person.groups)) or "hela huvudmannen"
        way = "" if person.password else " (bara genom inloggningsproxyn)"
        print(f"{person.name}: {person.role}, {places}{way}")
    return 0


def remove(name: str, /, *, shared: Shared = NO_OPTIONS) -> int:
    """Take somebody off the list; an open session ends with the next click.

    Parameters
    ----------
    name
        The name they log in with.
    """
    chosen = name.strip().casefold()
    _list(shared).remove(chosen)
    print(f"{chosen} kan inte längre logga in.")
    return 0


def _list(shared: Shared) -> AccessList:
    from analysis_lib.dashboards.access import AccessList

    return AccessList(shared.find())


def _password() -> str:
    from analysis_lib.errors import SkolbankError

    given = getpass.getpass("Lösenord: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise SkolbankError(
            "password-missing",
            "Lösenordet saknas",
            remedy="Skriv det på en rad på stdin, eller ange --proxy om kommunens inloggning används.",
        )
    return given
