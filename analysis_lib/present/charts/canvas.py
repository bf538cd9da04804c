"""The sheet a chart is drawn on: marks in data units, labels and furniture in pixels (floor 6).

Altair's own axes and legends place text without knowing about each other. Our grammar labels the thing
itself, so axes, ticks and labels are placed here, with known text widths, and nothing overlaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import altair as alt

from analysis_lib.present import theme
from analysis_lib.present.typeset import text_width

Align = Literal["left", "center", "right"]
Baseline = Literal["middle", "top", "bottom", "alphabetic"]


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
    _layers: list[Any] = field(default_factory=list)
    _texts: dict[tuple[Any, ...], list[dict[str, Any]]] = field(default_factory=dict)
    _grounded: list[Any] = field(default_factory=list)

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

    def band(self, points: Sequence[tuple[float, float, float]], colour: str, opacity: float) -> None:
        """A filled band ``(x, low, high)`` in data units."""
        channels = {"x": "x", "y": "y", "y2": "y2"}
        self._add(_rows(points, "x", "y", "y2"), "area", channels, {"color": colour, "fillOpacity": opacity})

    def dots(self, points: Sequence[tuple[float, float]], size: float, **style: Any) -> None:
        """Dots of ``size`` pixels across, in data units; ``shape`` as in Vega."""
        options: dict[str, Any] = {"size": size * size, "filled": False, "opacity": 1, "strokeWidth": 2}
        self._add(_rows(points, "x", "y"), "point", {"x": "x", "y": "y"}, options | style)

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
        mark = _stroke(colour, width, dash)
        chart = alt.Chart(_ONE).mark_rule(**mark)
        self._layers.append(chart.encode(x=alt.value(x), y=alt.value(y), x2=alt.value(x2), y2=alt.value(y2)))

    def box(self, x: float, y: float, width: float, height: float, fill: str, **style: Any) -> None:
        """A rectangle in pixels of the plot area; ``fill`` may be a hatch of the theme."""
        self._layers.append(_box(x, y, width, height, {"fill": fill} | style))

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
        style = (colour, size, weight, align, baseline)
        row = {"x": round(x, 2), "y": round(y, 2), "t": words}
        if not ground:
            self._texts.setdefault(style, []).append(row)
            return
        # A text on a ground of its own lies over everything else, so nothing runs through it.
        width = text_width(words, size, weight)
        start = x - {"left": 0.0, "center": width / 2, "right": width}[align]
        below = _box(start - 5, y - size * 0.68, width + 10, size * 1.36, {"fill": ground})
        self._grounded += [below, _text_layer(style, [row])]

    def spec(self, name: str, description: str) -> dict[str, Any]:
        """The Vega-Lite specification of everything drawn so far."""
        texts = [_text_layer(style, rows) for style, rows in self._texts.items()]
        layers = [*self._layers, *texts, *self._grounded]
        chart = (
            alt.layer(*layers)
            .properties(
                name=name,
                width=self.plot_width,
                height=self.plot_height,
                padding={"left": self.left, "right": self.right, "top": self.top, "bottom": self.bottom},
                autosize={"type": "none"},
                description=description,
            )
            .configure(font=theme.SANS, background="transparent")
            .configure_view(stroke=None)
        )
        document: dict[str, Any] = chart.to_dict(validate=False)
        return document

    def _add(
        self, rows: list[dict[str, Any]], mark: str, channels: dict[str, str], style: dict[str, Any]
    ) -> None:
        if not rows:
            return
        encodings: dict[str, Any] = {}
        for channel, name in channels.items():
            if channel in ("x", "y"):
                domain = self.x_domain if channel == "x" else self.y_domain
                scale = alt.Scale(domain=list(domain), nice=False, zero=False)
                kind = alt.X if channel == "x" else alt.Y
                encodings[channel] = kind(f"{name}:Q", scale=scale, axis=None)
            else:
                encodings[channel] = alt.X2(name) if channel == "x2" else alt.Y2(name)
        chart = alt.Chart(_data(rows))
        drawn = getattr(chart, f"mark_{mark}")(aria=False, **style)
        self._layers.append(drawn.encode(**encodings))


def _data(rows: list[dict[str, Any]]) -> Any:
    make: Any = alt.Data
    return make(values=rows)


_ONE = _data([{}])


def _box(x: float, y: float, width: float, height: float, style: dict[str, Any]) -> Any:
    chart = alt.Chart(_ONE).mark_rect(**({"aria": False, "strokeWidth": 0, "opacity": 1} | style))
    return chart.encode(x=alt.value(x), x2=alt.value(x + width), y=alt.value(y), y2=alt.value(y + height))


def _rows(points: Iterable[Sequence[float]], *names: str) -> list[dict[str, Any]]:
    return [dict(zip(names, point, strict=True)) for point in points]


def _stroke(colour: str, width: float, dash: str = "") -> dict[str, Any]:
    style: dict[str, Any] = {"color": colour, "strokeWidth": width, "opacity": 1}
    if dash:
        style["strokeDash"] = [float(part) for part in dash.split()]
    return style


def _text_layer(style: tuple[Any, ...], rows: list[dict[str, Any]]) -> Any:
    colour, size, weight, align, baseline = style
    chart = alt.Chart(_data(rows)).mark_text(
        color=colour,
        fontSize=size,
        fontWeight=weight,
        font=theme.SANS,
        align=align,
        baseline=baseline,
        aria=False,
    )
    return chart.encode(
        x=alt.X("x:Q", scale=None, axis=None), y=alt.Y("y:Q", scale=None, axis=None), text=alt.Text("t:N")
    )
