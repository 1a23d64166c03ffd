"""A stored scatter with fewer points: what is drawn anew at each change must be drawn at once."""

from __future__ import annotations

import re
from dataclasses import replace

from coterie.figures.chart import Chart, drawn, thin_points, thinned_note

LIVE = {"scatter": 2_000, "pca": 2_000}
"""Points of a picture that changes while somebody types, by kind."""

LIVE_SHAPES = 600
"""Where each point is drawn anew."""

_DRAWN = re.compile(r"^[\d,]+ of [\d,]+ customers are drawn, fewer where they crowd\.\s*")


def thinned(chart: Chart, total: int, *, limit: int | None = None) -> Chart:
    """Return the chart with at most `limit` points, fewer where they crowd; its note says so.

    Parameters
    ----------
    chart : Chart
        A scatter.
    total : int
        Customers there are.
    limit : int, optional
        As many as are drawn at once, by default.
    """
    if limit is None:
        limit = LIVE.get(chart.kind, LIVE_SHAPES)
    if len(chart) <= limit:
        return chart
    rows = thin_points(drawn(chart, "x"), drawn(chart, "y"), limit=limit)
    note = f"{thinned_note(len(rows), total)} {_DRAWN.sub('', chart.note)}".strip()
    kept = {name: tuple(values[i] for i in rows.tolist()) for name, values in chart.data.items()}
    return replace(chart, data=kept, note=note)
