"""The methods appendix: a decided exception is told in it, as text and never as markup."""

from __future__ import annotations

import datetime
import html
import re

from analysis_lib.disclosure.overrides import Override
from analysis_lib.disclosure.policy import Policy
from analysis_lib.disclosure.released import Fact
from analysis_lib.report.document import MARKDOWN
from analysis_lib.report.methods import methods_text
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace, builtin_root
from tests.disclosure.municipality import INDICATORS

EXCEPTION = Override.model_validate(
    {
        "cell": {"population": "ak9-2026", "what": "all_passed_9", "unit": "99010013", "sex": "F"},
        "person": "Eva *Ek* <b>",
        "role": "Skolchef",
        "reason": "Vårdnadshavarna har själva begärt att resultatet visas.",
        "decided": datetime.date(2026, 9, 1),
        "until": datetime.date(2027, 6, 30),
    }
)


def appendix(*overrides: Override) -> str:
    """The appendix as a reader meets it, rendered as the report renders it."""
    names = {"99010013": "Lillsjö skola"}
    told = methods_text([], INDICATORS, Policy(), overrides=overrides, unit_names=names)
    return MARKDOWN.render(told)


def test_a_decided_exception_is_told_in_the_rendered_appendix() -> None:
    page = appendix(EXCEPTION)
    assert "<h3>Beslutade undantag</h3>" in page
    words = html.unescape(re.sub(r"</?(?:h3|ul|li|p|strong)>", "", page)).replace("\xa0", " ")
    assert "Lillsjö skola" in words
    assert "(ak9-2026) visas fast talet säger något om få elever" in words
    assert "Beslut av Skolchef Eva *Ek* <b> 1 september 2026, gäller till och med 30 juni 2027." in words
    assert "Skäl: Vårdnadshavarna har själva begärt att resultatet visas." in words
    assert "<b>" not in page
    assert "<em>" not in page


def test_without_exceptions_the_appendix_says_nothing_of_them() -> None:
    assert "undantag" not in appendix()


def test_the_source_is_that_of_the_figures_which_are_shown() -> None:
    known = Catalog(Workspace(builtin_root())).indicators
    published = Fact("ak9-2025-skolverket/all_passed_9", {"unit": "1"}, "all_passed_9", "share", 81.6)
    own = Fact("ak9-2025", {"unit": "1"}, "all_passed_9", "share", 81.6)
    assert "Källor: Skolverkets statistik." in methods_text([published], known, Policy())
    told = methods_text([published, own], known, Policy())
    assert f"Källor: {known['results.all_passed_9'].source}." in told
