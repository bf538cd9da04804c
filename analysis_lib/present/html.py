"""Blocks as semantic HTML (floor 6): the same piece in a notebook, a report page and a dashboard.

The templates in ``templates/blocks`` escape every text; only drawings made here go in unescaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from analysis_lib.present import theme
from analysis_lib.present.landscape import landscape_svg
from analysis_lib.present.svg import chart_html
from analysis_lib.present.table_groups import grouped, is_long
from analysis_lib.vocabulary.workspace import builtin_root

SILENT = ("seal",)


def block_html(kind: str, data: Mapping[str, Any], *, is_page: bool = False) -> str:
    """One block as HTML; empty for a kind that shows nothing. Texts are escaped.

    Figures are drawn at both widths, or left as placeholders while ``SKOLBANK_DEFER_CHARTS`` is 1. On a page
    to read (``is_page``) long tables are grouped, and folded on a phone; elsewhere they can be sorted.
    """
    if kind in SILENT:
        return ""
    if kind == "several":
        return "\n".join(block_html(part["kind"], part["data"], is_page=is_page) for part in data["parts"])
    if kind == "table" and is_page:
        data = grouped(data)
    context: dict[str, Any] = {"data": data, "kind": kind}
    if kind == "table":
        context["is_folded"] = is_page and is_long(data)
    if kind == "figure":
        prefix = slug(str(data["id"]))
        context["slug"] = prefix
        context["charts"] = {
            width: Markup(chart_html(data["charts"], width, id_prefix=prefix)) for width in theme.PAGE_WIDTHS
        }
    if kind == "masthead":
        context["band"] = Markup(landscape_svg(str(data.get("band_seed", ""))))
    return _environment().get_template(f"{kind}.html.j2").render(context)


def slug(words: str) -> str:
    """A text as an id for HTML: lower case letters, digits and hyphens.

    >>> slug("SB-26-01 (öppen)")
    'sb-26-01-oppen'
    """
    plain = words.casefold().translate(str.maketrans("åäöé", "aaoe"))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "block"


def warm_up() -> None:
    """Compiles all templates, so that a forked process has them ready."""
    environment = _environment()
    for name in environment.list_templates(extensions=["j2"]):
        environment.get_template(name)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(builtin_root() / "templates" / "blocks"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["statuses"] = theme.STATUSES
    environment.filters["slug"] = slug
    return environment
