"""Names in a scatter give way to the star: nothing may lie over the customer being placed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from coterie.figures.star import star_place

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from coterie.figures.chart import Chart

PLOT = (500.0, 310.0)
"""Pixels of the picture's inside; about, since only the browser knows."""

STAR = 15.0
"""Half the star's width in pixels, with some air."""

LETTER, LINE = 7.6, 17.0
"""Pixels of a letter and of a line of a name."""


def give_way(figure: go.Figure, chart: Chart, values: Mapping[str, float]) -> None:
    """Move each name that would cover the star to where it does not.

    Parameters
    ----------
    figure : plotly Figure
        Painted from `chart`, of two features; others are left as they are. It is changed.
    chart : Chart
    values : mapping of str to float
        The customer's features in their own units.
    """
    place = star_place(chart, values)
    if place is None or len(place) != 2:
        return
    across, up = figure.layout.xaxis.range, figure.layout.yaxis.range
    for mark in figure.layout.annotations:
        if not mark.showarrow:
            continue
        right = (mark.x - place[0]) / (across[1] - across[0]) * PLOT[0]
        down = (place[1] - mark.y) / (up[1] - up[0]) * PLOT[1]
        near, far = mark.ay, 2.4 * mark.ay
        lines = str(mark.text).split("<br>")
        half = (LETTER * max(map(len, lines)) / 2, LINE * len(lines) / 2)
        for side in (near, -near, far, -far):
            apart = (abs(right + mark.ax) - half[0], abs(down + side) - half[1])
            if max(apart) > STAR:
                mark.ay = side
                break
