"""The municipality's own colour and mark: checked, used in every form, and nothing without them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import docx
import pikepdf
import pytest
from executed_reports import Executed

from analysis_lib.errors import SeveralErrors
from analysis_lib.present import theme
from analysis_lib.report import html, office_slides, office_word, pdf
from analysis_lib.report.brand import LEAST_CONTRAST, Brand, brand_of, nearest_passing
from analysis_lib.report.html import write_html
from analysis_lib.report.office_slides import write_pptx
from analysis_lib.report.office_word import write_docx
from analysis_lib.report.pdf import write_pdf
from analysis_lib.report.slides_pdf import write_slides_pdf
from analysis_lib.vocabulary.settings import Settings
from analysis_lib.vocabulary.workspace import Workspace

Give = Callable[..., Executed]
MARK = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="18"/></svg>'


def settings(**given: str) -> Settings:
    return Settings(municipality_code="9901", municipality_name="P", authority_name="P kommun", **given)


@pytest.fixture
def branded(executed: Give, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Brand:
    executed("verksamhetsanalys")  # the other tests' page is made before there is a brand
    (tmp_path / "marke.svg").write_text(MARK, "utf-8")
    brand = Brand("#7A1F5C", tmp_path / "marke.svg")
    for module in (html, pdf, office_word, office_slides):
        monkeypatch.setattr(module, "current_brand", lambda: brand)
    return brand


@pytest.mark.parametrize("weak", ["#FFD100", "#6FA3B3", "#FF0000", "#FFFFFF"])
def test_a_weak_colour_is_refused_with_the_nearest_that_passes(weak: str, workspace: Workspace) -> None:
    near = nearest_passing(weak)
    assert all(theme.contrast(near, ground) >= LEAST_CONTRAST for ground in (theme.PAPER, theme.WHITE))
    with pytest.raises(SeveralErrors, match=near) as caught:
        brand_of(settings(accent=weak), workspace)
    assert caught.value.errors[0].code == "brand-contrast"


def test_a_colour_that_passes_is_taken_as_it_is(workspace: Workspace) -> None:
    assert brand_of(settings(accent="#7a1f5c"), workspace) == Brand("#7A1F5C")
    assert nearest_passing("#7A1F5C") == "#7A1F5C"
    assert brand_of(settings(), workspace) == Brand()


def test_a_mark_that_is_not_there_is_told(workspace: Workspace) -> None:
    with pytest.raises(SeveralErrors, match="templates/brand"):
        brand_of(settings(logo="saknas.svg"), workspace)


def test_every_form_carries_the_colour_and_the_mark(executed: Give, branded: Brand) -> None:
    plain = executed("verksamhetsanalys")
    page = write_html(plain.notebook)
    assert f"--lake: {branded.accent}" in page
    assert branded.logo_address in page
    assert 'class="mark" viewBox' not in page
    for made in (write_pdf(plain.notebook), write_slides_pdf(plain.notebook)):
        with pikepdf.open(io.BytesIO(made)) as opened:
            told = [
                str(each.Alt)
                for each in opened.objects
                if isinstance(each, pikepdf.Dictionary) and "/Alt" in each
            ]
            assert any(words.endswith("märke") for words in told)
    word = docx.Document(io.BytesIO(write_docx(plain.notebook)))
    assert str(word.styles["Heading 1"].font.color.rgb) == branded.accent[1:]
    assert branded.accent[1:].encode() in _slides(write_pptx(plain.notebook))


def test_without_a_brand_nothing_changes(executed: Give) -> None:
    plain = executed("verksamhetsanalys")
    assert write_html(plain.notebook) == plain.html
    assert "--lake: #00516C" in plain.html
    assert plain.html.count("--lake:") == 1


def _slides(made: bytes) -> bytes:
    from office_files import parts

    return b"".join(content for name, content in parts(made).items() if name.startswith("ppt/slides/"))
