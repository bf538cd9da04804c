"""The command about the rhythm of the year: wheel (floor 9)."""

from __future__ import annotations

from pathlib import Path

from analysis_lib.cli.options import NO_OPTIONS, Shared, refuse_unwritable


def wheel(
    *,
    school_year: str = "",
    school_form: str = "",
    today: str = "",
    svg: Path | None = None,
    html: Path | None = None,
    ics: Path | None = None,
    shared: Shared = NO_OPTIONS,
) -> int:
    """Tell what is late, due and next in the årshjul; draw it, or write it as a calendar file.

    Parameters
    ----------
    school_year
        The läsår, as 2026/27; else the one that is going on.
    school_form
        Only the calendar that leads this school form, as fsk, gr or vux.
    today
        Another day than today, as 2027-03-01.
    svg
        Write the drawn wheel to this file.
    html
        Write the wheel with its list as a page.
    ics
        Write the moments as a calendar file that Outlook opens.
    """
    from analysis_lib.register.rhythm import told, wheel_year

    refuse_unwritable(svg, html, ics)
    year = wheel_year(shared.find(), school_year=school_year, school_form=school_form, today=today)
    if svg or html or ics:
        from analysis_lib.report.wheel_page import write_calendar, write_page, write_svg

        for path, write in ((svg, write_svg), (html, write_page), (ics, write_calendar)):
            if path is not None:
                write(year, path)
    print(told(year))
    return 0
