"""The points of a scatter as one picture behind it: what is drawn anew at each change is light.

Plotly takes a third of a second to draw hundreds of points as shapes, and draws all of them again
when one star moves. A browser draws the same points as one image within a few milliseconds.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import numpy as np

from coterie.figures import palette
from coterie.figures.chart import Chart, drawn

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from numpy.typing import NDArray

GRID = 10_000
"""Steps of an axis: finer than any screen."""


def behind(figure: go.Figure, chart: Chart, *, dark: bool = False) -> go.Figure:
    """Put the points of a painted scatter of two features into one image; the centres stay.

    Parameters
    ----------
    figure : plotly Figure
        What `to_plotly` made of `chart`.
    chart : Chart
        Kind ``"scatter"`` or ``"pca"``; another kind is returned as it is.
    dark : bool
        The page's ground is dark: points are solid and have a clearer edge.

    Returns
    -------
    plotly Figure
    """
    if chart.kind not in ("scatter", "pca") or not figure.data:
        return figure
    import plotly.graph_objects as go

    names = chart.encoding["names"]
    few = len(names) + (0 in chart.data["segment_id"])
    size = float(figure.data[0].marker.size)
    across, up = (list(axis.range) for axis in (figure.layout.xaxis, figure.layout.yaxis))
    image = {
        "source": _image(chart, across, up, size, dark=dark),
        "xref": "x",
        "yref": "y",
        "x": across[0],
        "y": up[1],
        "sizex": across[1] - across[0],
        "sizey": up[1] - up[0],
        "sizing": "stretch",
        "layer": "below",
    }
    layout = figure.layout.to_plotly_json() | {"images": [image]}
    for key in ("xaxis", "yaxis"):  # Its lines would lie over the image.
        layout[key] = {**layout[key], "showgrid": False}
    return go.Figure(data=figure.data[few:], layout=layout)


def _image(chart: Chart, across: list[float], up: list[float], size: float, *, dark: bool) -> str:
    """Return the points as an SVG in a data address, stretched by whoever shows it.

    A point is a line without length whose round end keeps its width in pixels, however the
    image is stretched.
    """
    ids = np.asarray(chart.data["segment_id"], dtype=np.int64)
    x = np.rint((drawn(chart, "x") - across[0]) / (across[1] - across[0]) * GRID).astype(np.int64)
    y = np.rint((up[1] - drawn(chart, "y")) / (up[1] - up[0]) * GRID).astype(np.int64)
    edge = 1.6 if dark else 1.0
    paths = []
    for number in (0, *chart.encoding["names"]):
        own = ids == number
        if own.any():
            dots = _dots(x[own], y[own])
            paths += [
                f'<path d="{dots}" stroke="{palette.RIM}" stroke-width="{size + edge:.1f}"/>',
                f'<path d="{dots}" stroke="{palette.segment_colour(number)}" '
                f'stroke-width="{size:.1f}"/>',
            ]
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {GRID} {GRID}" '
        'preserveAspectRatio="none"><style>path{vector-effect:non-scaling-stroke;'
        f"stroke-linecap:round;fill:none;opacity:{1 if dark else 0.85}}}</style>"
        f"{''.join(paths)}</svg>"
    )
    return f"data:image/svg+xml;base64,{b64encode(text.encode()).decode()}"


def _dots(x: NDArray[np.int64], y: NDArray[np.int64]) -> str:
    return "".join(f"M{a} {b}h0" for a, b in zip(x.tolist(), y.tolist(), strict=True))
