"""The commands about seminars over time: publish, freeze and diff (floor 9)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from analysis_lib.cli.options import NO_OPTIONS, Shared, refuse_unwritable


def freeze(seminar: str, /, *, note: str = "", shared: Shared = NO_OPTIONS) -> int:
    """Lock a seminar; what is made of it from now on has the same numbers, whatever is imported.

    Parameters
    ----------
    seminar
        A seminar in params/seminars.
    note
        What is corrected, when a later edition is locked.
    """
    from analysis_lib import text
    from analysis_lib.batch.editions import lock_edition

    lock = lock_edition(shared.find(), seminar, note=note)
    print(
        f"{seminar}, utgåva {lock.edition}, är låst: läsåret {lock.school_year}, "
        f"{text.count(len(lock.snapshots))} inlästa tabeller, {text.count(len(lock.files))} filer."
    )
    return 0


def diff(
    before: str,
    after: str,
    /,
    *,
    to: Path | None = None,
    json_path: Annotated[Path | None, Parameter(name="--json")] = None,
    shared: Shared = NO_OPTIONS,
) -> int:
    """Tell what has changed between two seminars: figures with why, measures that came or ended.

    Parameters
    ----------
    before
        The earlier seminar.
    after
        The later seminar.
    to
        Where the page is written; else andringar-BEFORE.html in the later seminar's output folder.
    json_path
        Write the changed figures as JSON to this file.
    """
    from analysis_lib.batch.editions import write_differences
    from analysis_lib.report.changes import differences
    from analysis_lib.report.changes_page import summary

    refuse_unwritable(to, json_path)
    workspace = shared.find()
    found = differences(workspace, before, after)
    page = write_differences(workspace, found, to=to)
    if json_path:
        lines = [
            {
                "indicator": each.indicator.id,
                "place": each.after.code,
                "school_year": each.after.school_year,
                "sex": each.after.sex,
                "subject": each.after.subject,
                "before": each.before.text,
                "after": each.after.text,
                "reason": each.reason,
            }
            for each in found.figures
        ]
        json_path.write_text(json.dumps(lines, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(summary(found))
    print(workspace.shown(page))
    return 0


def publish(*seminars: str, to: Path, url: str = "", shared: Shared = NO_OPTIONS) -> int:
    """Make the public static site: documents, pages for units and areas, archive, search.

    Parameters
    ----------
    seminars
        Public seminars whose rounds are finished.
    to
        The folder of the site; it shows the newest edition under aktuell and keeps earlier ones.
    url
        The site's own address, for sitemap.xml.
    """
    from analysis_lib import text
    from analysis_lib.cli.privacy import enter
    from analysis_lib.errors import SkolbankError
    from analysis_lib.publish.site import publish_site

    if not seminars:
        raise SkolbankError(
            "publish-nothing",
            "Inget seminarium är valt",
            remedy="Ange minst ett: skolbank publish 2026-ht --to MAPP.",
        )
    workspace = shared.find()
    enter(workspace, "publish", " ".join(seminars)[:200])
    made = publish_site(workspace, tuple(seminars), to.resolve(), url=url)
    pages, documents = text.count(made.pages), text.count(made.documents)
    if made.is_new:
        print(f"Webbplatsen är publicerad: {pages} sidor och {documents} filer.")
    else:
        print(f"Inget har ändrats sedan förra utgåvan: {pages} sidor och {documents} filer.")
    print(to / "aktuell" / "index.html")
    return 0
