"""The gold star: one customer drawn into the scatter of all, above everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from coterie.figures import palette
from coterie.figures.chart import Chart
from coterie.figures.plotly_parts import safe_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

NAME = "This customer"
ROOM = 0.06
"""Share of an axis that is left free beyond a star at its end."""


def add_star(
    figure: go.Figure,
    chart: Chart,
    values: Mapping[str, float],
    text: str = NAME,
    *,
    place: tuple[float, ...] | None = None,
) -> go.Figure:
    """Draw one customer as a gold star into a scatter painted from `chart`.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        What ``chart.plot()`` gave; it is changed.
    chart : Chart
        Kind ``"scatter"`` or ``"scatter_3d"``; others, whose axes are no features, are left
        as they are.
    values : mapping of str to float
        The customer's features in their own units, as `Segmentation.values` returns.
    text : str
        Said on hover.
    place : tuple of float, optional
        Where the star stands; by default, where `star_place` finds. A chart along principal
        directions needs it.

    Returns
    -------
    plotly.graph_objects.Figure
        The same figure. An axis is widened where the star would lie outside.
    """
    place = star_place(chart, values) if place is None else place
    if place is None:
        return figure
    if chart.kind == "scatter_3d":
        # Its markers have no star and hide behind others: this one is written over the scene.
        figure.layout.scene.annotations = [*figure.layout.scene.annotations, _written(place, text)]
        for key, value in zip("xyz", place, strict=True):
            _widen(figure.layout.scene[f"{key}axis"], value)
        return figure
    # Drawn by the engine that drew the points: the graphics card's lie above all others.
    engine = figure.data[0].type if figure.data else "scatter"
    outline = {"color": palette.INK, "width": 2}
    marker = {"symbol": "star", "size": 22, "color": palette.STAR, "line": outline}
    figure.add_trace(
        {
            "type": engine,
            "mode": "markers",
            "name": NAME,
            "marker": marker,
            "x": [place[0]],
            "y": [place[1]],
            "hovertext": [safe_text(text)],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
    )
    for key, value in zip("xy", place, strict=True):
        _widen(figure.layout[f"{key}axis"], value)
    return figure


def _written(place: tuple[float, ...], text: str) -> dict[str, Any]:
    """Return a star as a text of a scene, with the dark outline of the others."""
    corners = [f"{x}px {y}px 0 {palette.INK}" for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y]
    return {
        **dict(zip("xyz", place, strict=True)),
        "text": "★",
        "showarrow": False,
        "font": {"size": 30, "color": palette.STAR, "shadow": ", ".join(corners)},
        "name": NAME,
        "hovertext": safe_text(text),
    }


def star_place(chart: Chart, values: Mapping[str, float]) -> tuple[float, ...] | None:
    """Return where the star stands on the chart's axes; None where they are no features."""
    columns = chart.encoding.get("columns", ())
    if not columns or not all(column in values for column in columns):
        return None
    return tuple(float(values[column]) for column in columns)


def _widen(axis: Any, value: float) -> None:
    """Widen an axis until `value` lies within it, with room for the star."""
    low, high = axis.range
    room = ROOM * (max(high, value) - min(low, value))
    if value < low:
        axis.range = [value - room, high]
    elif value > high:
        axis.range = [low, value + room]
