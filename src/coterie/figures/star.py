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
    figure: go.Figure, chart: Chart, values: Mapping[str, float], text: str = NAME
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

    Returns
    -------
    plotly.graph_objects.Figure
        The same figure. An axis is widened where the star would lie outside.
    """
    place = star_place(chart, values)
    if place is None:
        return figure
    trace: dict[str, Any] = {
        "name": NAME,
        "hovertext": [safe_text(text)],
        "hovertemplate": "%{hovertext}<extra></extra>",
        **{key: [value] for key, value in zip("xyz", place, strict=False)},
    }
    if chart.kind == "scatter_3d":
        # Its markers have no star: one is written, a dark one behind for the outline.
        for colour, size in ((palette.INK, 40), (palette.STAR, 30)):
            font = {"size": size, "color": colour, "family": "DejaVu Sans, Segoe UI Symbol, serif"}
            figure.add_trace(
                {"type": "scatter3d", "mode": "text", "text": ["★"], "textfont": font, **trace}
            )
        return figure
    # Drawn by the engine that drew the points: the graphics card's lie above all others.
    engine = figure.data[0].type if figure.data else "scatter"
    outline = {"color": palette.INK, "width": 2}
    marker = {"symbol": "star", "size": 22, "color": palette.STAR, "line": outline}
    figure.add_trace({"type": engine, "mode": "markers", "marker": marker, **trace})
    for key, value in zip("xy", place, strict=True):
        _widen(figure.layout[f"{key}axis"], value)
    return figure


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
