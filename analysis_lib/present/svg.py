"""From a chart specification to an SVG that stands on its own (floor 6, the one door to vl-convert).

vl-convert keeps a JavaScript engine with threads in the process, so it must never be started in a process
that forks afterwards: a notebook kernel emits a placeholder instead (``SKOLBANK_DEFER_CHARTS=1``) and a
render worker fills it in with ``fill_charts``.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis_lib.present import theme

DRAWING_VERSION = "1"
_GROUND = f'<rect width="100%" height="100%" fill="{theme.WHITE}"/>'
_PLACEHOLDER = re.compile(r'<div class="chart-later" data-chart="([0-9a-f]{16})-(wide|narrow)"></div>')


def render_svg(spec: Mapping[str, Any], *, id_prefix: str) -> str:
    """The specification drawn as one ``<svg>`` element with its description as ``aria-label``.

    Ids begin with ``id_prefix``: a pattern with the same id in a hidden SVG would not draw. The drawing is
    kept under ``SKOLBANK_CHART_CACHE`` when that names a folder.
    """
    return _dressed(_bare_svg(spec), str(spec.get("description", "")), id_prefix)


def alone_svg(spec: Mapping[str, Any], *, title: str) -> str:
    """The drawing as a file of its own: its fonts inside, a title and a description for any reader."""
    svg = render_svg(spec, id_prefix="chart")
    opening, _, rest = svg.partition(">")
    told = f"<title>{html.escape(title)}</title><desc>{html.escape(str(spec.get('description', '')))}</desc>"
    return f"{opening}>{told}<style>{_font_faces()}</style>{_GROUND}{rest}"


@lru_cache(maxsize=32)
def _png(svg: str, scale: float) -> bytes:
    """Word and the slides show the same picture: it is painted once."""
    made: bytes = _engine().svg_to_png(svg, scale=scale, ppi=72)
    return made


def render_png(spec: Mapping[str, Any], *, scale: float = 1) -> bytes:
    """The drawing as a picture on white, ``scale`` times as many pixels as the specification is wide."""
    opening, _, rest = render_svg(spec, id_prefix="chart").partition(">")
    return _png(f"{opening}>{_GROUND}{rest}", scale)


@lru_cache(maxsize=1)
def _font_faces() -> str:
    faces = []
    for weight in (400, 600):
        font = (theme.font_folder() / f"SkolbankSans-{weight}.woff2").read_bytes()
        address = f"url(data:font/woff2;base64,{base64.b64encode(font).decode()})"
        faces.append(f'@font-face{{font-family:"{theme.SANS}";font-weight:{weight};src:{address}}}')
    return "".join(faces)


def chart_key(charts: Mapping[str, Any]) -> str:
    """A short name for a figure's specifications, the same in the kernel and in the render worker."""
    return hashlib.sha256(_canonical(charts).encode()).hexdigest()[:16]


def is_deferred() -> bool:
    """Whether charts are left as placeholders for a render worker."""
    return os.environ.get("SKOLBANK_DEFER_CHARTS") == "1"


def chart_html(charts: Mapping[str, Any], width: theme.Width, *, id_prefix: str) -> str:
    """One chart of a figure for a page: drawn now, or a placeholder when drawing is deferred."""
    if is_deferred():
        return f'<div class="chart-later" data-chart="{chart_key(charts)}-{width}"></div>'
    return render_svg(charts[width], id_prefix=f"{id_prefix}-{width}")


def fill_charts(page: str, charts: Mapping[str, Mapping[str, Any]]) -> str:
    """The page with every placeholder drawn.

    ``charts`` holds the ``charts`` of each figure by ``chart_key``; a placeholder of an unknown figure raises
    ``KeyError``, since a page with an empty place must not be published.
    """
    seen: dict[str, int] = {}

    def draw(match: re.Match[str]) -> str:
        key, width = match[1], match[2]
        seen[match[0]] = seen.get(match[0], 0) + 1
        return render_svg(charts[key][width], id_prefix=f"c{key}-{width}-{seen[match[0]]}")

    return _PLACEHOLDER.sub(draw, page)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=1)
def _versions() -> str:
    fonts = hashlib.sha256()
    for path in sorted(theme.font_folder().glob("*.ttf")):
        fonts.update(path.read_bytes())
    return f"{DRAWING_VERSION}|{version('vl-convert-python')}|{fonts.hexdigest()}"


def _bare_svg(spec: Mapping[str, Any]) -> str:
    folder = os.environ.get("SKOLBANK_CHART_CACHE")
    canonical = _canonical(spec)
    if not folder:
        return _draw(canonical)
    key = hashlib.sha256(f"{_versions()}|{canonical}".encode()).hexdigest()
    path = Path(folder) / key[:2] / f"{key}.svg"
    if path.is_file() and (kept := path.read_text("utf-8")).rstrip().endswith("</svg>"):
        return kept  # a crash can leave an empty file: charts are too many to await each on disk
    drawn = _draw(canonical)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as handle:
        handle.write(drawn)
    Path(handle.name).replace(path)
    return drawn


@lru_cache(maxsize=1)
def _engine() -> Any:
    import vl_convert

    vl_convert.register_font_directory(str(theme.font_folder()))
    return vl_convert


@lru_cache(maxsize=64)
def _draw(canonical: str) -> str:
    """The page and the PDF show the same chart one after the other: it is drawn once."""
    drawn: str = _engine().vegalite_to_svg(json.loads(canonical))
    return drawn


def warm_up() -> None:
    """Starts the drawing engine ahead of the first chart; never in a process that forks afterwards."""
    _draw(_canonical({"data": {"values": [{}]}, "mark": {"type": "text", "text": "Å"}}))


@dataclass(frozen=True)
class Hatch:
    """How a stand-in colour is drawn: lines of ``weight`` pixels on a ground, repeated every ``side``."""

    name: str
    side: int
    ground: str
    line: str
    weight: float


HATCHES = {
    theme.HATCH_SUPPRESSED: Hatch("hatch", 7, theme.TONE, theme.HATCH_LINE, 2.4),
    theme.HATCH_NEGATIVE: Hatch("negative", 5, theme.DIVERGING[1], theme.DIVERGING[0], 1),
    theme.HATCH_MOST_NEGATIVE: Hatch("most-negative", 5, theme.DIVERGING[0], theme.DIVERGING[1], 1),
}
_ROOT = re.compile(r"<svg [^>]*?width=\"([\d.]+)\" height=\"([\d.]+)\" viewBox=\"([^\"]+)\"[^>]*>")
_INNER_ARIA = re.compile(r' (?:role|aria-roledescription|aria-hidden|aria-label)="[^"]*"')
_EMPTY_PATHS = re.compile(r'<path class="(?:background|foreground)"[^>]*/>')


def _dressed(drawn: str, description: str, id_prefix: str) -> str:
    root = _ROOT.match(drawn)
    if root is None:
        raise ValueError("vl-convert drew something that is no SVG")
    body = _EMPTY_PATHS.sub("", _INNER_ARIA.sub("", drawn[root.end() :]))
    patterns = []
    for stand_in, hatch in HATCHES.items():
        if stand_in in body:
            name, side = hatch.name, hatch.side
            patterns.append(
                f'<pattern id="{id_prefix}-{name}" width="{side}" height="{side}" '
                f'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
                f'<rect width="{side}" height="{side}" fill="{hatch.ground}"/>'
                f'<path d="M0 0V{side}" stroke="{hatch.line}" stroke-width="{hatch.weight:g}"/></pattern>'
            )
            body = body.replace(stand_in, f"url(#{id_prefix}-{name})")
    defs = f"<defs>{''.join(patterns)}</defs>" if patterns else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{html.escape(description)}" '
        f'width="{root[1]}" height="{root[2]}" viewBox="{root[3]}">{defs}{body}'
    )
