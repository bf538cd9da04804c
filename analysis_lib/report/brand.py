"""The municipality's own accent colour and mark in every form, when it reads well enough (floor 7).

Only what frames a document changes: the charts keep their measured colours, which are told apart by every
kind of colour vision. See docs/adr/0051.
"""

from __future__ import annotations

import base64
import colorsys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.present import theme
from analysis_lib.vocabulary.params_reading import read_model
from analysis_lib.vocabulary.settings import Settings
from analysis_lib.vocabulary.workspace import Workspace

OWN_ROW = "#E1EDF1"
LEAST_CONTRAST = 4.5
_GROUNDS = {"Papper": theme.PAPER, "Vit": theme.WHITE, "den egna raden": OWN_ROW}
_KINDS = {".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True)
class Brand:
    """An accent colour, checked, and a mark (SVG or PNG); either may be missing."""

    accent: str = ""
    logo: Path | None = None

    @property
    def colour(self) -> str:
        """The accent, else our own."""
        return self.accent or theme.LAKE

    @property
    def logo_address(self) -> str:
        """The mark as a data address, for a page that reaches nothing outside itself."""
        if self.logo is None:
            return ""
        content = base64.b64encode(self.logo.read_bytes()).decode()
        return f"data:{_KINDS[self.logo.suffix]};base64,{content}"


def current_brand() -> Brand:
    """The brand of the workspace that we stand in; none where there is no workspace."""
    try:
        workspace = Workspace.find()
    except SkolbankError:
        return Brand()
    path = workspace.params / "settings.yaml"
    return _read(path, path.stat().st_mtime_ns, workspace)


def brand_of(settings: Settings, workspace: Workspace) -> Brand:
    """The brand that the settings name, or ``SeveralErrors`` with what is wrong with it."""
    faults = [*_accent_faults(settings), *_logo_faults(settings, workspace)]
    if faults:
        raise SeveralErrors(faults)
    places = workspace.layered("templates", "brand", settings.logo) if settings.logo else []
    return Brand(settings.accent.upper(), places[0] if places else None)


def nearest_passing(colour: str) -> str:
    """The same hue, only as much darker as every ground needs.

    >>> nearest_passing("#00516C")
    '#00516C'
    """
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    for step in range(101):
        parts = colorsys.hls_to_rgb(hue, lightness * (1 - step / 100), saturation)
        found = "#" + "".join(f"{round(part * 255):02X}" for part in parts)
        if not _weak(found):
            return found
    return theme.INK


def _weak(colour: str) -> str:
    """The ground on which the colour is too weak for text, or nothing."""
    grounds = _GROUNDS.items()
    return next((name for name, ground in grounds if theme.contrast(colour, ground) < LEAST_CONTRAST), "")


def _accent_faults(settings: Settings) -> Iterator[SkolbankError]:
    ground = _weak(settings.accent) if settings.accent else ""
    if ground:
        contrast = theme.contrast(settings.accent, _GROUNDS[ground])
        yield SkolbankError(
            "brand-contrast",
            f"Färgen {settings.accent} syns för dåligt mot {ground}: {contrast:.1f}".replace(".", ","),
            where="params/settings.yaml: accent",
            remedy=f"Text behöver minst 4,5. Närmaste färg som räcker är {nearest_passing(settings.accent)}.",
        )


def _logo_faults(settings: Settings, workspace: Workspace) -> Iterator[SkolbankError]:
    if settings.logo and not workspace.layered("templates", "brand", settings.logo):
        yield SkolbankError(
            "brand-logo-missing",
            f"Märket {settings.logo[:60]} finns inte",
            where="params/settings.yaml: logo",
            remedy="Lägg filen, SVG eller PNG, i templates/brand.",
        )


@cache
def _read(path: Path, changed: int, workspace: Workspace) -> Brand:
    return brand_of(read_model(path, Settings, workspace), workspace)
