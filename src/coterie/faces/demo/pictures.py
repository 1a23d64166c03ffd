"""The pictures of the page, painted with Plotly from the charts of a study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from coterie.figures.interactive import to_plotly
from coterie.figures.star import add_star
from coterie.report.render import DARK

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from coterie.stores.shelf import StoredStudy

NARROW = 640
"""Pixels below which names are written shorter."""

Window = Mapping[str, Any] | None
"""What is known of a visitor's window."""

MAPS = ("clusters_2d", "clusters_3d")
EVIDENCE = ("elbow", "silhouettes")


def picture(
    study: StoredStudy, name: str, window: Window, star: Mapping[str, float] | None = None
) -> go.Figure | None:
    """Paint one chart of a study; None if it has none of this name.

    Parameters
    ----------
    study : StoredStudy
    name : str
    window : mapping or None
        The visitor's: ``width`` in pixels, and whether the page is ``dark``.
    star : mapping of str to float, optional
        Features of a customer to be drawn as a gold star.
    """
    if name not in study.charts:
        return None
    chart = study.chart(name)
    figure = to_plotly(chart, titled=False)
    if star is not None:
        add_star(figure, chart, star)
    if 0 < (window or {}).get("width", 0) < NARROW:
        _narrow(figure)
    return _at_night(figure) if (window or {}).get("dark") else figure


def _at_night(figure: go.Figure) -> go.Figure:
    """Return a figure with the paper's colours swapped; segments keep theirs."""
    import plotly.graph_objects as go

    text = json.dumps(json.loads(figure.to_json()))
    for paper, night in DARK.items():
        text = text.replace(paper, night)
    return go.Figure(json.loads(text))


def words(study: StoredStudy, name: str) -> str:
    """Return what a picture tells, and what a careful reader should know of it."""
    if name not in study.charts:
        return ""
    chart = study.chart(name)
    parts = (chart.title + ".", chart.subtitle, chart.note)
    return " ".join(part for part in parts if part and part != ".")


def _narrow(figure: go.Figure) -> None:
    """Write the shorter texts that a chart holds for a narrow place, and give it all the room."""
    texts: list[Any] = list(figure.layout.meta.get("narrow", []))
    written = figure.layout.scene.annotations or figure.layout.annotations
    for annotation, text in zip(written, texts, strict=False):
        annotation.update(text=text, ax=0, ay=-18)
    if chart_eye := figure.layout.scene.camera.eye.to_plotly_json():
        figure.update_scenes(camera_eye={key: 1.5 * away for key, away in chart_eye.items()})
    figure.update_layout(height=min(int(figure.layout.height or 420), 420), margin_l=44)
