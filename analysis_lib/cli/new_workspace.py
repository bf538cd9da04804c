"""A new workspace for a real municipality: settings, groups and two seminars to begin with (floor 9)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.snapshots.rights import make_private
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

_GROUPS = """\
# Ledningsgrupper. Ett seminarium utan grupper gäller hela huvudmannen.
groups:
  - id: forskola
    name: Förskola
    school_forms: [fsk, pedoms]
  - id: grundskola
    name: Grundskola
    school_forms: [fkl, fth, gr, gran]
  - id: gymnasium-vux
    name: Gymnasieskola och vuxenutbildning
    school_forms: [gy, gyan, vux]
"""
_SEMINAR = """\
# Ett första seminarium. Kopiera filen för nästa omgång och byt id och filnamn.
id: resultat
title: Resultat och kvalitet
school_year: latest  # det senaste läsåret med resultat i inlästa uppgifter
audience: public
reports:
  - name: skolbild
    scope: unit
  - name: kommunbild
    scope: authority
  - name: verksamhetsanalys
    scope: authority
"""
_YEAR = """\
# Kvalitetsårets alla rapporter. Det som saknar underlag blir en förklarad lucka, med vad som behövs.
id: kvalitetsaret
title: Kvalitetsåret
school_year: latest
audience: internal
reports:
  - {name: verksamhetsrapport, scope: unit}
  - {name: verksamhetsplan, scope: unit}
  - {name: huvudmannens-verksamhetsplan, scope: authority}
  - {name: verksamhetsanalys, scope: authority}
  - {name: skolanalys, scope: unit, school_forms: [gr]}
  - {name: resultatsamtal, scope: unit, school_forms: [gr]}
  - {name: analysseminarium, scope: authority}
  - {name: arskullsanalys, scope: unit, school_forms: [gr]}
  - {name: betyg-och-prov, scope: authority}
  - {name: enkatrapport, scope: unit}
  - {name: enkatrapport-huvudman, scope: authority}
  - {name: prio, scope: unit, school_forms: [gr]}
  - {name: bruk, scope: unit, school_forms: [fsk, pedoms]}
  - {name: djupdykning, scope: unit, school_forms: [gr, fsk]}
  - {name: kvalitetsnamnd, scope: authority}
  - {name: tillsyn, scope: authority}
  - {name: utvecklingsarbete, scope: authority}
  - {name: forskolebild, scope: unit, school_forms: [fsk]}
  - {name: fritidshemsbild, scope: unit, school_forms: [fth]}
  - {name: kommunbild-forskola, scope: authority}
  - {name: kommunbild-fritidshem, scope: authority}
  - {name: kompetenscenter, scope: unit, school_forms: [gy, vux]}
  - {name: nulagesanalys, scope: unit}
  - {name: personalsida, scope: unit, school_forms: [gr]}
  - {name: dokument, scope: authority}
"""
_IGNORED = "data/\noutput/\n.keys/\n"


@dataclass(frozen=True)
class NewWorkspace:
    """The workspace that was made, and the seminar it starts with."""

    workspace: Workspace
    first_seminar: str


def make_workspace(folder: Path, municipality: str, *, name: str = "") -> NewWorkspace:
    """Makes the workspace in a new or empty folder; anything else is refused and left untouched."""
    known = _municipalities()
    if municipality not in known:
        near = next((code for code, title in known.items() if title.lower() == municipality.lower()), "")
        remedy = f"Menade du {near} {known[near]}?" if near else did_you_mean(municipality, known)
        raise SkolbankError(
            "municipality-unknown",
            f"Det finns ingen kommun med koden {municipality[:20]}",
            where="--municipality",
            remedy=remedy or "Ange kommunkoden med fyra siffror, t.ex. 2081 för Borlänge.",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SkolbankError(
            "folder-not-empty",
            "Mappen finns redan och är inte tom",
            where=folder.name,
            remedy="Välj en ny mapp; inget har ändrats.",
        )
    title = known[municipality]
    settings = {
        "municipality_code": municipality,
        "municipality_name": title,
        "authority_name": name or f"{genitive(title)} kommun",
        "website": "Förskola och skola",
    }
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    _write(folder / "params" / "groups.yaml", _GROUPS)
    _write(folder / "params" / "seminars" / "resultat.yaml", _SEMINAR)
    _write(folder / "params" / "seminars" / "kvalitetsaret.yaml", _YEAR)
    _write(folder / ".gitignore", _IGNORED)
    make_private(Workspace(folder))
    (folder / "output").mkdir()
    _write(folder / "params" / "settings.yaml", text)
    return NewWorkspace(Workspace(folder.resolve()), "resultat")


def genitive(name: str) -> str:
    """A place name as it stands before ``kommun``.

    >>> genitive("Falköping"), genitive("Borås"), genitive("Borlänge")
    ('Falköpings', 'Borås', 'Borlänge')
    """
    return name if name[-1] in "sxzaeiouyåäö" else f"{name}s"


def _municipalities() -> dict[str, str]:
    path = builtin_root() / "params" / "municipalities.yaml"
    found = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return {str(code): str(name) for code, name in found.items()}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
