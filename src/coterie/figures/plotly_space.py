"""What three features at once look like in Plotly: points in space, names over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coterie.figures import palette
from coterie.figures.chart import Chart
from coterie.figures.plotly_parts import Mark, Painted, lines
from coterie.figures.plotly_segments import hover_of, named, points_of, short_names, span_of
from coterie.figures.words import wrapped

KEYS = ("x", "y", "z")
EYE = {"x": 1.34, "y": -1.5, "z": 0.67}
CENTRE = {"x": 0.0, "y": 0.0, "z": -0.12}
VIEW = (820.0, 520.0)
"""Pixels of a picture for which names are placed; about, since only the browser knows."""

_FOV = np.pi / 4
"""How wide Plotly's camera sees, from top to bottom."""


def scatter_3d(chart: Chart) -> Painted:
    """Draw three features, with the names at the centres, none of them behind a point."""
    told: dict[int, tuple[float, ...]] = chart.encoding["centres"]
    traces = points_of(chart, "scatter3d", KEYS, hover_of(chart, KEYS))
    ranges = {key: span_of(chart.data.get(f"{key}_drawn", chart.data[key])) for key in KEYS}
    if told:
        traces.append(_centres(told))
    spots = seen_at(told, [ranges[key] for key in KEYS])
    scene: dict[str, Any] = {f"{key}axis": _axis(chart, key, ranges[key]) for key in KEYS}
    scene["aspectmode"] = "cube"  # What `seen_at` reckons with.
    scene["camera"] = {"eye": EYE, "center": CENTRE}
    scene["annotations"] = [
        {**mark, **dict(zip(KEYS, centre, strict=True))}
        for mark, centre in zip(
            named(chart.encoding["names"], spots, VIEW, size=12), told.values(), strict=True
        )
    ]
    return traces, {
        "scene": scene,
        "narrow": short_names(chart),
        "height": 520,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
    }


def seen_at(
    centres: Mapping[int, Sequence[float]], ranges: Sequence[Sequence[float]]
) -> dict[int, tuple[float, float]]:
    """Return where points of a scene are seen at first, in pixels from the top left of `VIEW`.

    Plotly shows the axes as a cube of side 1 around 0, from `EYE` towards `CENTRE`, in
    perspective.

    Parameters
    ----------
    centres : mapping of int to sequence of float
    ranges : sequence of (float, float)
        Ends of the three axes.
    """
    eye = np.array(list(EYE.values()))
    ahead = np.array(list(CENTRE.values())) - eye
    ahead /= np.linalg.norm(ahead)
    right = np.cross(ahead, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    above = np.cross(right, ahead)
    low, high = np.array(ranges, dtype=np.float64).T
    scale = VIEW[1] / 2 / np.tan(_FOV / 2)
    found = {}
    for number, centre in centres.items():
        away = (np.array(centre) - low) / (high - low) - 0.5 - eye
        depth = scale / (away @ ahead)
        found[number] = (
            float(VIEW[0] / 2 + depth * (away @ right)),
            float(VIEW[1] / 2 - depth * (away @ above)),
        )
    return found


def _centres(told: Mapping[int, Sequence[float]]) -> Mark:
    """Return the centres as outlined balls."""
    return {
        "type": "scatter3d",
        "mode": "markers",
        **{key: [centre[i] for centre in told.values()] for i, key in enumerate(KEYS)},
        "marker": {
            "color": [palette.segment_colour(number) for number in told],
            "size": 7,
            "line": {"color": palette.INK, "width": 2},
        },
        "hoverinfo": "skip",
    }


def _axis(chart: Chart, key: str, span: list[float]) -> dict[str, Any]:
    """Return one axis of the scene."""
    ticks = {"tickvals": sorted(set(chart.data[key]))} if f"{key}_drawn" in chart.data else {}
    return {
        "title": {
            "text": lines(wrapped(chart.encoding[f"{key}_label"], 28)),
            "font": {"size": 12, "color": palette.MUTED},
        },
        "range": span,
        "gridcolor": palette.HAIRLINE,
        "tickfont": {"size": 11, "color": palette.MUTED},
        "showbackground": False,
        "zeroline": False,
        "separatethousands": key not in chart.encoding["years"],
        "exponentformat": "none",
        "nticks": 6,
        **ticks,
    }
