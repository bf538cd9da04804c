"""The sheet a chart is drawn on: marks in data units, labels and furniture in pixels (floor 6).

A grammar's own axes and legends place text without knowing about each other. Ours labels the thing itself,
so axes, ticks and labels are placed here, with known text widths, and nothing overlaps. The Vega-Lite
document is written directly: Altair took a second a figure to build it. Tests hold it to its schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from analysis_lib.present import theme
from analysis_lib.present.typeset import text_width

Align = Literal["left", "center", "right"]
Baseline = Literal["middle", "top", "bottom", "alphabetic"]
SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
PIXELS: Final = {
    "x": {"field": "x", "type": "quantitative", "scale": None, "axis": None},
    "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
}
SPAN: Final = PIXELS | {"x2": {"field": "x2"}, "y2": {"field": "y2"}}
LETTERS: Final = PIXELS | {"text": {"field": "t", "type": "nominal"}}


@dataclass
class Canvas:
    """One chart of fixed size; ``x_domain`` and ``y_domain`` are the data ranges of the plot area."""

    width: theme.Width
    height: float
    left: float
    right: float
    top: float
    bottom: float
    x_domain: tuple[float, float]
    y_domain: tuple[float, float]
    _layers: list[dict[str, Any]] = field(default_factory=list)
    _texts: list[dict[str, Any]] = field(default_factory=list)
    _grounded: list[dict[str, Any]] = field(default_factory=list)

    @property
    def total_width(self) -> int:
        return theme.WIDTHS[self.width]

    @property
    def type(self) -> theme.ChartType:
        return theme.CHART_TYPE[self.width]

    @property
    def is_narrow(self) -> bool:
        return self.width == "narrow"

    @property
    def plot_width(self) -> float:
        return self.total_width - self.left - self.right

    @property
    def plot_height(self) -> float:
        return self.height - self.top - self.bottom

    def px(self, value: float) -> float:
        """The pixel of a value on the x axis, from the left edge of the plot area."""
        low, high = self.x_domain
        return (value - low) / (high - low) * self.plot_width

    def py(self, value: float) -> float:
        """The pixel of a value on the y axis, from the top edge of the plot area."""
        low, high = self.y_domain
        return (high - value) / (high - low) * self.plot_height

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float, dash: str = "") -> None:
        """A line through points in data units."""
        self._add(_rows(points, "x", "y"), "line", {"x": "x", "y": "y"}, _stroke(colour, width, dash))

    def path(self, points: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        """A line through points in data units in the order they are given, as an arc needs."""
        self.line(points, colour, width)
        self._layers[-1]["encoding"]["order"] = {"value": None}

    def band(self, points: Sequence[tuple[float, float, float]], colour: str, opacity: float) -> None:
        """A filled band ``(x, low, high)`` in data units."""
        channels = {"x": "x", "y": "y", "y2": "y2"}
        self._add(_rows(points, "x", "y", "y2"), "area", channels, {"color": colour, "fillOpacity": opacity})

    def dots(
        self, points: Sequence[tuple[float, float]], size: float, *, tips: Sequence[str] = (), **style: Any
    ) -> None:
        """Dots of ``size`` pixels across, in data units; ``shape`` as in Vega.

        ``tips`` are the released words that a live page shows where one points; the drawing is the same.
        """
        options: dict[str, Any] = {"size": size * size, "filled": False, "opacity": 1, "strokeWidth": 2}
        rows = _rows(points, "x", "y")
        for row, words in zip(rows, tips, strict=bool(tips)):
            row["tip"] = words
        self._add(rows, "point", {"x": "x", "y": "y"}, options | style)

    def whiskers(
        self,
        points: Sequence[tuple[float, float, float]],
        colour: str,
        width: float,
        *,
        upright: bool = False,
    ) -> None:
        """Straight lines ``(at, low, high)`` in data units, level or upright."""
        names = ("x", "y", "y2") if upright else ("y", "x", "x2")
        channels = {name: name for name in names}
        self._add(_rows(points, *names), "rule", channels, _stroke(colour, width))

    def rule(
        self,
        x: float,
        y: float,
        x2: float,
        y2: float,
        colour: str = theme.RULE,
        width: float = 1,
        dash: str = "",
    ) -> None:
        """A straight line in pixels of the plot area."""
        row = {"x": _round(x), "y": _round(y), "x2": _round(x2), "y2": _round(y2)}
        self._put(_mark("rule", _stroke(colour, width, dash)), SPAN, [row])

    def box(self, x: float, y: float, width: float, height: float, fill: str, **style: Any) -> None:
        """A rectangle in pixels of the plot area; ``fill`` may be a hatch, ``tip`` is as in dots."""
        tip = style.pop("tip", "")
        row = _box_row(x, y, width, height) | ({"tip": tip} if tip else {})
        self._put(_box_mark(fill, style), SPAN, [row])

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        colour: str = theme.INK,
        size: float = 0,
        weight: int = 400,
        align: Align = "left",
        baseline: Baseline = "middle",
        ground: str = "",
    ) -> None:
        """One line of text at a pixel of the plot area; ``ground`` lays a field of that colour behind it."""
        size = size or self.type.label
        mark = _mark(
            "text",
            {
                "color": colour,
                "fontSize": size,
                "fontWeight": weight,
                "font": theme.SANS,
                "align": align,
                "baseline": baseline,
            },
        )
        row = {"x": _round(x), "y": _round(y), "t": words}
        if not ground:
            _merge(self._texts, mark, LETTERS, [row], anywhere=True)
            return
        # A text on a ground of its own lies over everything else, so nothing runs through it.
        width = text_width(words, size, weight)
        start = x - {"left": 0.0, "center": width / 2, "right": width}[align]
        below = _box_row(start - 5, y - size * 0.68, width + 10, size * 1.36)
        _merge(self._grounded, _box_mark(ground, {}), SPAN, [below])
        _merge(self._grounded, mark, LETTERS, [row])

    def spec(self, name: str, description: str) -> dict[str, Any]:
        """The Vega-Lite specification of everything drawn so far."""
        return {
            "$schema": SCHEMA,
            "name": name,
            "description": description,
            "width": _round(self.plot_width),
            "height": _round(self.plot_height),
            "padding": {
                "left": _round(self.left),
                "right": _round(self.right),
                "top": _round(self.top),
                "bottom": _round(self.bottom),
            },
            "autosize": {"type": "none"},
            "layer": [*self._layers, *self._texts, *self._grounded],
            "config": {"font": theme.SANS, "background": "transparent", "view": {"stroke": None}},
        }

    def _add(
        self, rows: list[dict[str, Any]], mark: str, channels: dict[str, str], style: dict[str, Any]
    ) -> None:
        if not rows:
            return
        encoding: dict[str, Any] = {}
        for channel, name in channels.items():
            encoding[channel] = {"field": name}
            if channel in ("x", "y"):
                domain = self.x_domain if channel == "x" else self.y_domain
                scale = {"domain": list(domain), "nice": False, "zero": False}
                encoding[channel] |= {"type": "quantitative", "scale": scale, "axis": None}
        if mark in ("rule", "point"):
            # Fewer layers draw faster. Whiskers may go under what came between; dots must keep their place.
            _merge(self._layers, _mark(mark, style), encoding, rows, anywhere=mark == "rule")
        else:
            self._layers.append({"data": {"values": rows}, "mark": _mark(mark, style), "encoding": encoding})

    def _put(self, mark: dict[str, Any], encoding: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        _merge(self._layers, mark, encoding, rows)


def _merge(
    layers: list[dict[str, Any]],
    mark: dict[str, Any],
    encoding: dict[str, Any],
    rows: list[dict[str, Any]],
    *,
    anywhere: bool = False,
) -> None:
    """Adds rows to the last layer when it looks the same (or to any such layer), else as a new layer."""
    for layer in layers if anywhere else layers[-1:]:
        if layer["mark"] == mark and layer["encoding"] == encoding:
            layer["data"]["values"].extend(rows)
            return
    layers.append({"data": {"values": rows}, "mark": mark, "encoding": dict(encoding)})


def _mark(kind: str, style: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "aria": False, **style}


def _box_mark(fill: str, style: dict[str, Any]) -> dict[str, Any]:
    return _mark("rect", {"fill": fill, "strokeWidth": 0, "opacity": 1} | style)


def _box_row(x: float, y: float, width: float, height: float) -> dict[str, Any]:
    return {"x": _round(x), "y": _round(y), "x2": _round(x + width), "y2": _round(y + height)}


def _round(pixels: float) -> float:
    return round(pixels, 2)


def _rows(points: Iterable[Sequence[float]], *names: str) -> list[dict[str, Any]]:
    return [dict(zip(names, point, strict=True)) for point in points]


def _stroke(colour: str, width: float, dash: str = "") -> dict[str, Any]:
    style: dict[str, Any] = {"color": colour, "strokeWidth": width, "opacity": 1}
    if dash:
        style["strokeDash"] = [float(part) for part in dash.split()]
    return style
