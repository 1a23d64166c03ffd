"""What the charts of segments look like in Plotly: points, sizes, silhouettes, flows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from coterie.figures import palette
from coterie.figures.chart import Chart, drawn
from coterie.figures.labels import place_labels
from coterie.figures.plotly_parts import Mark, Painted, axis, lines, safe_text, text_mark
from coterie.figures.words import wrapped

WEBGL_FROM = 2_500
"""Points from which the graphics card draws them."""

HALO = ", ".join(f"0 0 {width}px {palette.GROUND}" for width in (1, 2, 3, 4, 4))
"""What keeps a name readable over points."""

_PLOT = (820.0, 430.0)
"""Pixels of a scatter's inside for which names are placed."""


def scatter(chart: Chart) -> Painted:
    """Draw points in the segments' colours, and the names at the centres."""
    axes = [
        axis(
            chart.encoding[f"{key}_label"],
            range=span_of(chart.data.get(f"{key}_drawn", chart.data[key])),
            separatethousands=key not in chart.encoding["years"],
            showticklabels=chart.kind != "pca",
        )
        for key in ("x", "y")
    ]
    axes[1]["nticks"] = 7
    for key, place in zip(("x", "y"), axes, strict=True):
        if f"{key}_drawn" in chart.data:
            place["tickvals"] = sorted(set(chart.data[key]))
    annotations, narrow = _names(chart, axes[0]["range"], axes[1]["range"])
    kind = "scattergl" if len(chart) > WEBGL_FROM else "scatter"
    hover = hover_of(chart, ("x", "y"))
    return [*points_of(chart, kind, ("x", "y"), hover), *_centres(chart, kind)], {
        "xaxis": axes[0],
        "yaxis": axes[1],
        "annotations": annotations,
        "narrow": narrow,
        "height": 500,
        "margin": {"t": 12},
    }


def points_of(chart: Chart, kind: str, keys: tuple[str, ...], hover: str) -> list[Mark]:
    """Return a trace a segment, those without one first, in grey."""
    ids = np.asarray(chart.data["segment_id"], dtype=np.int64)
    values = {key: drawn(chart, key) for key in keys}
    exact = np.stack([np.asarray(chart.data[key], dtype=np.float64) for key in keys], axis=1)
    size = float(np.clip(90 / np.sqrt(max(len(ids), 1)), 4.5, 8))
    size = 0.55 * size if kind == "scatter3d" else size
    names = {0: "No segment", **chart.encoding["names"]}
    traces = []
    for number, name in names.items():
        own = ids == number
        if not own.any():
            continue
        symbol = palette.segment_marker(number)
        outline = {
            "width": 0.5 if kind == "scatter" and len(ids) < 1200 else 0,
            "color": palette.RIM,
        }
        traces.append(
            {
                "type": kind,
                "mode": "markers",
                "name": safe_text(name),
                **{key: v[own] for key, v in values.items()},
                "marker": {
                    "color": palette.segment_colour(number),
                    "size": size,
                    "opacity": 0.8,
                    "symbol": "circle" if kind == "scatter3d" else symbol,
                    "line": outline,
                },
                **({} if chart.kind == "pca" else {"customdata": exact[own]}),
                "hovertemplate": "%{fullData.name}<br>" + hover + "<extra></extra>",
            }
        )
    return traces


def _centres(chart: Chart, kind: str) -> list[Mark]:
    """Return the centres as outlined dots above everything: drawn last, by the same engine."""
    told = chart.encoding["centres"]
    if not told:
        return []
    return [
        {
            "type": kind,
            "mode": "markers",
            "x": [centre[0] for centre in told.values()],
            "y": [centre[1] for centre in told.values()],
            "marker": {
                "color": [palette.segment_colour(number) for number in told],
                "symbol": [palette.segment_marker(number) for number in told],
                "size": 13,
                "line": {"color": palette.INK, "width": 1.8},
            },
            "customdata": [list(centre) for centre in told.values()],
            "text": [f"Centre of {safe_text(chart.encoding['names'][n])}" for n in told],
            "hovertemplate": "%{text}<br>" + hover_of(chart, ("x", "y")) + "<extra></extra>",
        }
    ]


def hover_of(chart: Chart, keys: tuple[str, ...]) -> str:
    """Return the template for the values of a point; PCA directions have none worth saying."""
    if chart.kind == "pca":
        return ""
    years = chart.encoding["years"]
    labels = [lines(wrapped(chart.encoding[f"{k}_label"], 48, lines=1)) for k in keys]
    return "<br>".join(
        f"{_untemplated(label)}: %{{customdata[{i}]:{'.0f' if key in years else ',.6~g'}}}"
        for i, (label, key) in enumerate(zip(labels, keys, strict=True))
    )


def _untemplated(text: str) -> str:
    """Break what Plotly would take for a variable of its template."""
    return text.replace("%{", "%\N{ZERO WIDTH SPACE}{")


def _names(chart: Chart, across: list[float], up: list[float]) -> tuple[list[Mark], list[str]]:
    """Return an annotation a centre, placed for a wide picture; and shorter texts."""
    centres = chart.encoding["centres"]
    spots = {
        number: (
            (x - across[0]) / (across[1] - across[0]) * _PLOT[0],
            (up[1] - y) / (up[1] - up[0]) * _PLOT[1],
        )
        for number, (x, y) in centres.items()
    }
    written = [
        {**text_mark("", palette.INK), **mark, "x": centre[0], "y": centre[1]}
        for mark, centre in zip(
            named(chart.encoding["names"], spots, _PLOT), centres.values(), strict=True
        )
    ]
    return written, short_names(chart)


def named(
    names: Mapping[int, str],
    spots: Mapping[int, tuple[float, float]],
    bounds: tuple[float, float],
    *,
    size: int = 13,
) -> list[Mark]:
    """Return the names of centres as annotations without their places, none over another.

    Parameters
    ----------
    names : mapping of int to str
    spots : mapping of int to (float, float)
        Where each centre lies in the picture, in pixels from its top left.
    bounds : (float, float)
        Width and height of the picture in pixels.
    size : int
        Of the letters, in pixels.
    """
    texts = {number: wrapped(names[number], 24) for number in spots}
    letter, line = 7.6 * size / 13, 17.0 * size / 13
    sizes = [
        (letter * max(len(part) for part in text.split("\n")) + 6, line * (text.count("\n") + 1))
        for text in texts.values()
    ]
    placed = place_labels(list(spots.values()), sizes, bounds)
    return [
        {
            "text": lines(texts[number]),
            "ax": label[0] - spot[0],
            "ay": label[1] - spot[1],
            "showarrow": True,
            "arrowhead": 0,
            "arrowwidth": 0.8,
            "arrowcolor": palette.MUTED,
            "standoff": 7,
            "borderpad": 1,
            "font": {"size": size, "weight": 600, "color": palette.INK, "shadow": HALO},
        }
        for (number, spot), label in zip(spots.items(), placed, strict=True)
    ]


def short_names(chart: Chart) -> list[str]:
    """Return the names of the centres for a narrow place; their numbers where those crowd."""
    names, centres = chart.encoding["names"], chart.encoding["centres"]
    if not centres:
        return []
    crowded = len(centres) > 6 or max(len(name) for name in names.values()) > 26
    return [
        str(number) if crowded else lines(wrapped(names[number], 14, lines=3)) for number in centres
    ]


def span_of(values: tuple[Any, ...]) -> list[float]:
    """Return the range of an axis with room at both ends."""
    known = [v for v in values if v is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = 0.05 * (high - low) or 0.5
    return [low - room, high + room]
