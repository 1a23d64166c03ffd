"""Chart -> Plotly: same colours and words as the pictures, exact values on hover."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from coterie.figures import palette
from coterie.figures import plotly_campaigns as campaigns
from coterie.figures import plotly_maps as maps
from coterie.figures import plotly_marks as marks
from coterie.figures import plotly_segments as segments
from coterie.figures import plotly_shares as shares
from coterie.figures import plotly_space as space
from coterie.figures.chart import Chart
from coterie.figures.plotly_parts import Painted, Painter, lines, safe_text
from coterie.figures.words import wrapped

if TYPE_CHECKING:
    import plotly.graph_objects as go

FONT = '"Inter Variable", Inter, system-ui, "Segoe UI", Roboto, sans-serif'

CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "toggleSpikelines"],
    "showTips": False,
}
"""What every page should give Plotly beside a figure; nothing in it leaves the page."""

PAINTERS: dict[str, Painter] = {
    "elbow": marks.elbow,
    "criterion": marks.criterion,
    "strip": marks.strip,
    "distribution": marks.distribution,
    "box": marks.box,
    "profile_heatmap": maps.heatmap,
    "correlations": maps.heatmap,
    "missing_map": maps.missing_map,
    "silhouettes": shares.silhouettes,
    "scatter": segments.scatter,
    "pca": segments.scatter,
    "scatter_3d": space.scatter_3d,
    "sizes": shares.sizes,
    "flow": shares.flow,
    "acceptance": campaigns.acceptance,
    "lift": campaigns.lift,
    "effect": campaigns.lift,
    "plan_curve": campaigns.plan_curve,
}

_ROW_HEIGHT = {"criterion": 150, "distribution": 150, "box": 46}


def to_plotly(chart: Chart, *, titled: bool = True) -> go.Figure:
    """Paint a chart with Plotly.

    Parameters
    ----------
    chart : Chart
    titled : bool
        Write title and subtitle into the figure; False where the page around says them.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its place; its height is set. ``layout.meta`` holds what a page may want:
        ``alt``, ``note``, ``min_width`` in pixels (0 for none), and ``narrow``, shorter texts
        for its annotations in their order where the place is narrow.
    """
    import plotly.graph_objects as go

    traces, layout = PAINTERS[chart.kind](chart) if chart.kind in PAINTERS else _grid(chart)
    meta = {
        "alt": chart.alt,
        "note": chart.note,
        "min_width": layout.pop("min_width", 0),
        "narrow": layout.pop("narrow", []),
    }
    margin = {"l": 56, "r": 16, "t": 16, "b": 48, **layout.pop("margin", {})}
    if titled:
        margin["t"] += 64
        layout["height"] = layout["height"] + 64
        layout["title"] = _title(chart)
    return go.Figure(
        data=traces,
        layout={
            "template": "none",
            "font": {"family": FONT, "size": 13, "color": palette.INK},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": palette.GROUND,
                "bordercolor": palette.MUTED,
                "font": {"family": FONT, "size": 13, "color": palette.INK},
                "align": "left",
            },
            "modebar": {
                "bgcolor": "rgba(0,0,0,0)",
                "color": palette.MUTED,
                "activecolor": palette.ACCENT,
            },
            "autosize": True,
            "meta": meta,
            **layout,
            "margin": margin,
        },
    )


def _title(chart: Chart) -> dict[str, Any]:
    """Return title and subtitle at the left, in the pictures' words."""
    return {
        "text": lines(wrapped(chart.title, 70)),
        "font": {"size": 17, "weight": 600},
        "subtitle": {
            "text": lines(wrapped(chart.subtitle, 110)),
            "font": {"size": 13, "color": palette.MUTED},
        },
        "x": 0,
        "xref": "container",
        "xanchor": "left",
        "y": 1,
        "yref": "container",
        "yanchor": "top",
        "pad": {"l": 12, "t": 12},
    }


def _grid(chart: Chart) -> Painted:
    """Put the panels' figures into one, each on its own axes."""
    columns = max(1, min(int(chart.encoding.get("columns", 3)), len(chart.panels)))
    rows = math.ceil(len(chart.panels) / columns)
    tall = max((_row_height(panel) for panel in chart.panels), default=0)
    gap = 74
    height = rows * tall + max(rows - 1, 0) * gap + 90
    inner = height - 90
    across = 0.3 if any(panel.kind == "strip" for panel in chart.panels) else 0.08
    across = across if columns > 1 else 0.0
    wide = (1 - across * (columns - 1)) / columns
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"height": height, "shapes": [], "annotations": []}
    for i, panel in enumerate(chart.panels):
        row, column = divmod(i, columns)
        top = 1 - row * (tall + gap) / inner
        x_domain = [column * (wide + across), column * (wide + across) + wide]
        y_domain = [max(0.0, top - tall / inner), min(1.0, top)]
        own_traces, own = PAINTERS[panel.kind](panel)
        suffix = "" if i == 0 else str(i + 1)
        traces += [{**t, "xaxis": f"x{suffix}", "yaxis": f"y{suffix}"} for t in own_traces]
        x_axis = {**own["xaxis"], "domain": x_domain, "anchor": f"y{suffix}"}
        x_axis.pop("title", None)
        layout[f"xaxis{suffix}"] = x_axis
        layout[f"yaxis{suffix}"] = {**own["yaxis"], "domain": y_domain, "anchor": f"x{suffix}"}
        for part in ("shapes", "annotations"):
            layout[part] += [_moved(mark, suffix) for mark in own.get(part, [])]
        layout["annotations"].append(_panel_title(panel, suffix))
    layout["margin"] = {
        "t": 42,
        "b": 48,
        "l": 150 if across == 0.3 else 48,
        "r": 90 if across == 0.3 else 16,
    }
    layout["min_width"] = 620 if columns > 1 else 0
    return traces, layout


def _row_height(panel: Chart) -> int:
    """Return the height of a panel in pixels."""
    return _ROW_HEIGHT.get(panel.kind, 24 + 24 * len(panel))


def _moved(mark: dict[str, Any], suffix: str) -> dict[str, Any]:
    """Return a shape or annotation bound to the axes of a panel."""
    return {
        **mark,
        "xref": mark["xref"].replace("x", f"x{suffix}", 1),
        "yref": mark["yref"].replace("y", f"y{suffix}", 1),
    }


def _panel_title(panel: Chart, suffix: str) -> dict[str, Any]:
    """Write a panel's title over it."""
    unit = panel.kind in ("strip", "distribution", "box")
    text = panel.encoding["x_label"] if unit else panel.title
    return {
        "text": safe_text(wrapped(text, 40, lines=1)),
        "x": 0,
        "xref": f"x{suffix} domain",
        "xanchor": "left",
        "y": 1,
        "yref": f"y{suffix} domain",
        "yanchor": "bottom",
        "yshift": 22 if panel.kind in ("distribution", "box") else 6,
        "showarrow": False,
        "font": {"size": 13, "weight": 600},
    }
