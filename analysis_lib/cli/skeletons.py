"""Skeletons of sources, indicators and reports; ``skolbank check`` passes them at once (floor 9)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.new_source import check_described, describe_source
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

_INDICATOR = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_REPORT = re.compile(r"[a-z][a-z0-9-]{1,39}")
_SHOWN_FIRST = (
    "results.all_passed_9",
    "pupils.total",
)  # the first report of one's own has findings and a chart
_INDICATOR_TEXT = """\
# Ny indikator. Byt texterna. Utan formula visas bara publicerade värden: ange dem under published, t.ex.
#   published: [{{table: final_grades_9, measure: all_passed_pct}}]
# Vad varje fält betyder står i params/schema/indicator.json.
id: {name}
version: "1"
title: {title}
short: {title}
finding: {title}
kind: share
population: elever
direction: higher
definition: >-
  Skriv exakt vad som räknas: täljare, nämnare, vilka som ingår och när det mäts.
source: Skriv källan, t.ex. Skolverket eller egen uppföljning
"""
_SIDECAR = """\
# Ny rapport. Rubrikerna under sections är de som notebooken har, i samma ordning.
title: {title}
short: {short}
description: Skriv i en mening vad rapporten är till för.
scope: unit
audience: internal
outputs: [html, pdf]
indicators: [{indicator}]
sections: [Så gick det, Det här gör vi nu]
# standfirst: En mening till under namnet, om rapporten behöver den.
about: [{indicator}]
questions:
  heading: Att prata om
  items:
    - Vad ser vi, och vad vet vi ännu inte?
parameters:
  unit: {{type: string, format: unit-code, description: Skolenhetskod med åtta siffror}}
  seminar: {{type: string, format: seminar-id, description: Ett seminarium i params/seminars}}
  audience:
    type: string
    format: audience
    enum: ["", public, board, internal]
    default: ""
    description: Läsare; tomt är detsamma som seminariet
"""


@dataclass(frozen=True)
class Written:
    """The files that were written, and what a person still has to say."""

    places: tuple[Path, ...]
    to_do: tuple[str, ...] = ()


def write_source(workspace: Workspace, name: str, file: Path) -> Written:
    """The description of a table and an invented sample of it."""
    made = describe_source(name, file, workspace)
    check_described(name, made.description, workspace)
    sample = workspace.root / "tests" / "spec" / "sources" / f"simple_{name}" / "input.csv"
    place = workspace.root / "params" / "sources" / f"{name}.yaml"
    return Written(_write({place: made.description, sample: made.sample}, workspace), made.to_do)


def write_indicator(workspace: Workspace, name: str) -> Written:
    """The values of an indicator that is shown nowhere yet."""
    _refuse_name(_INDICATOR, name, "familj.namn med små bokstäver, t.ex. results.passed_english_9")
    if name in Catalog(workspace).indicators:
        raise _exists(f"Indikatorn {name}", "params/indicators")
    title = name.split(".")[1].replace("_", " ").capitalize()
    place = workspace.root / "params" / "indicators" / f"{name}.yaml"
    return Written(_write({place: _INDICATOR_TEXT.format(name=name, title=title)}, workspace))


def write_report(workspace: Workspace, name: str) -> Written:
    """A notebook with a cell of parameters and its description."""
    from analysis_lib.report.parameters import load_sidecar, report_names

    _refuse_name(_REPORT, name, "små bokstäver a–z, siffror och bindestreck, t.ex. trygghet")
    known = report_names(workspace)
    if name in known:
        raise _exists(f"Rapporten {name}", "notebooks/reports")
    taken = {load_sidecar(workspace, each).short for each in known}
    catalog = Catalog(workspace)
    indicator = next((each for each in _SHOWN_FIRST if each in catalog.indicators), min(catalog.indicators))
    seminar = min(catalog.seminars, default="")
    sidecar = _SIDECAR.format(
        title=name.replace("-", " ").capitalize(), short=_short(name, taken), indicator=indicator
    )
    folder = workspace.root / "notebooks" / "reports"
    notebook = (
        json.dumps(
            _notebook(name, seminar, indicator, _first_unit(workspace, catalog)), ensure_ascii=False, indent=1
        )
        + "\n"
    )
    return Written(_write({folder / f"{name}.ipynb": notebook, folder / f"{name}.yaml": sidecar}, workspace))


def _first_unit(workspace: Workspace, catalog: Catalog) -> str:
    """A unit to try the notebook on: the first own school, or none before anything is imported."""
    from analysis_lib.snapshots.units import load_units

    own = [unit for unit in load_units(workspace, catalog).values() if unit.is_own]
    schools = [unit.code for unit in own if "gr" in unit.school_forms]
    return min(schools or [unit.code for unit in own], default="")


def _notebook(name: str, seminar: str, indicator: str, unit: str) -> dict[str, object]:
    parameters = (
        f'unit: str = "{unit}"  # Skolenhetskod\n'
        f'seminar: str = "{seminar}"  # Seminarium, ett namn i params/seminars\n'
        'audience: str = ""  # Läsare: public, board eller internal; tomt: som seminariet'
    )
    opening = (
        "from analysis_lib.report.context import open_report\n\n"
        f'report = open_report(report="{name}", unit=unit, seminar=seminar, audience=audience)\n'
        "report.masthead()"
    )
    cells = [
        ("code", parameters, ["parameters"]),
        ("code", opening, []),
        ("code", f'report.findings("{indicator}")', []),
        (
            "markdown",
            "## Så gick det\n\nÄr årets resultat en tillfällig variation, eller ser vi ett mönster?",
            [],
        ),
        ("code", f'report.trend("{indicator}")', []),
        ("markdown", "## Det här gör vi nu\n\nVad leder resultaten till?", []),
        ("code", "report.questions()", []),
        ("code", "report.foot()", []),
        ("code", "report.seal()", []),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": [_cell(f"{name}-{place}", *each) for place, each in enumerate(cells)],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(name: str, kind: str, source: str, tags: list[str]) -> dict[str, object]:
    cell: dict[str, object] = {"cell_type": kind, "id": name, "metadata": {"tags": tags} if tags else {}}
    cell |= {"execution_count": None, "outputs": []} if kind == "code" else {}
    return cell | {"source": source.splitlines(keepends=True)}


def _short(name: str, taken: set[str]) -> str:
    letters = "".join(each for each in name.upper() if "A" <= each <= "Z")
    choices = [
        letters[:2],
        letters[0] + letters[-1:],
        letters[:3],
        letters[:4],
        *(f"R{chr(65 + i)}" for i in range(26)),
    ]
    return next(each for each in choices if 2 <= len(each) <= 4 and each not in taken)


def _write(files: Mapping[Path, str], workspace: Workspace) -> tuple[Path, ...]:
    """Writes all the files, or none when one of them is there already."""
    for place in files:
        if place.exists():
            raise _exists(workspace.shown(place), workspace.shown(place))
    for place, text in files.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    return tuple(files)


def _refuse_name(form: re.Pattern[str], name: str, rule: str) -> None:
    if not form.fullmatch(name):
        raise SkolbankError(
            "name-invalid", "Namnet går inte att använda", where=name[:40], remedy=f"Skriv {rule}."
        )


def _exists(what: str, where: str) -> SkolbankError:
    return SkolbankError(
        "exists-already", f"{what} finns redan", where=where, remedy="Välj ett annat namn. Inget har ändrats."
    )
