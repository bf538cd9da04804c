"""The page a rektor checks before the run: how many each class has in each subject and test (floor 8).

It is internal: small counts are shown as they are, so that a missing class is seen; it is never published.
One file per unit in ``output/kvalitet``, that loads nothing from outside.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis_lib import text
from analysis_lib.batch.freshness import SourceState, freshness
from analysis_lib.batch.index import AUDIENCE_WORDS, page_style
from analysis_lib.batch.quality_counts import NO_CLASS, Counts
from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.snapshots.schemas import SUBJECTS
from analysis_lib.snapshots.store import Store
from analysis_lib.sources.skolverket_tables import load_source
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.whole_files import write_whole
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

_COUNTED = """
WITH newest AS (SELECT unit_code, year_group, max(school_year) AS school_year
                FROM core_scb__pupil_grades GROUP BY ALL)
SELECT unit_code, year_group, school_year, class_name, subject, count(DISTINCT pupil) AS n,
       count(DISTINCT pupil) FILTER (grade <> '' OR reason = '9') AS graded
FROM core_scb__pupil_grades JOIN newest USING (unit_code, year_group, school_year)
GROUP BY ALL ORDER BY ALL
"""
_PUPILS = """
SELECT unit_code, year_group, school_year, class_name, count(DISTINCT pupil) AS n
FROM core_scb__pupil_grades GROUP BY ALL
"""


def write_quality(workspace: Workspace, unit: str = "", *, today: datetime.date | None = None) -> list[Path]:
    """Writes ``output/kvalitet/<unit>.html`` for one unit or for all that have pupil files.

    Raises SkolbankError for a unit without any.
    """
    counted, pupils = (Store(workspace).query(sql) for sql in (_COUNTED, _PUPILS))
    states = freshness(workspace, today)
    more = Counts(Store(workspace))
    units = sorted({*counted["unit_code"], *more.units, *(one.unit for one in states)})
    if unit and unit not in units:
        raise SkolbankError(
            "unit-without-data",
            f"Enheten {unit[:20]} har inga inlästa uppgifter",
            where="--unit",
            remedy=did_you_mean(unit, units) or "Läs in dess filer med skolbank import.",
        )
    written = []
    for code in [unit] if unit else units:
        own = [one for one in states if one.unit == code]
        page = _page(workspace, code, own, counted[counted["unit_code"] == code], pupils, more, today)
        place = workspace.output / "kvalitet" / f"{code}.html"
        write_whole(place, page)
        written.append(place)
    return written


def _page(
    workspace: Workspace,
    code: str,
    states: list[SourceState],
    counted: pd.DataFrame,
    pupils: pd.DataFrame,
    more: Counts,
    today: datetime.date | None,
) -> str:
    import jinja2

    catalog = Catalog(workspace)
    folder = builtin_root() / "templates" / "report"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(folder)), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    names = {subject: texts[0] for subject, texts in load_source(workspace).subjects.items()}
    known = catalog.units.get(code)
    name = known.name if known else next((one.unit_name for one in states), code)
    tables = [
        _table(group, pupils[pupils["unit_code"] == code], names)
        for _, group in counted.groupby("year_group", sort=True)
    ]
    return (
        environment.get_template("quality.html.j2").render(
            style=page_style(),
            band=AUDIENCE_WORDS["internal"],
            settings=catalog.settings,
            code=code,
            name=name,
            made=text.date(today or datetime.date.today()),
            states=states,
            problems=[(one.source, problem) for one in states for problem in one.problems],
            tables=tables,
            counts=more.of(code, catalog),
        )
        + "\n"
    )


def _table(group: pd.DataFrame, pupils: pd.DataFrame, names: Mapping[str, str]) -> dict[str, Any]:
    """One year group: a row per class, a column per subject; a cell that differs from its class is marked."""
    year_group, year = int(str(group["year_group"].iat[0])), str(group["school_year"].iat[0])
    taught = set(group.loc[group["graded"] > 0, "subject"])
    subjects = [code for code in SUBJECTS if code in taught]
    own = pupils[(pupils["year_group"] == year_group) & (pupils["school_year"] == year)]
    sizes = dict(zip(own["class_name"], own["n"], strict=True))
    classes = sorted(sizes, key=lambda one: (one == "", text.sort_key(one)))
    graded = group.pivot_table(index="class_name", columns="subject", values="graded", fill_value=0)
    counts = graded.reindex(index=classes, columns=subjects, fill_value=0).astype(int)
    is_usual = [2 * int(n) >= sum(map(int, sizes.values())) for n in counts.sum()]  # most pupils have it
    rows = [
        {
            "name": name or NO_CLASS,
            "n": int(sizes[name]),
            "cells": [
                {"n": int(n), "is_few": usual and 2 * int(n) < int(sizes[name])}
                for n, usual in zip(counts.loc[name], is_usual, strict=True)
            ],
        }
        for name in classes
    ]
    return {
        "year_group": year_group,
        "caption": f"Antal elever med betyg per klass och ämne, läsåret {year}",
        "subjects": [(code, names.get(code, code)) for code in subjects],
        "rows": rows,
        "n": sum(map(int, sizes.values())),
        "total": [int(n) for n in counts.sum()],
    }
