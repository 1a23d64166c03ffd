"""Stored charts onto a page: painted with Plotly in the colours of light or dark."""

from __future__ import annotations

import json
from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.faces.dashboard.giving_way import give_way
from coterie.faces.dashboard.theme import DARK
from coterie.faces.dashboard.viewport import is_dark, is_narrow
from coterie.figures.interactive import CONFIG, to_plotly
from coterie.figures.star import NAME as STAR

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from coterie.figures.chart import Chart

POINTS = 0.8
"""How solid the painter draws points on paper."""
FURTHER = 1.5
"""How much further off a scene is looked at where it has a phone's width."""


def show_chart(
    chart: Chart,
    *,
    key: str | None = None,
    titled: bool = True,
    heading: str = "",
    height: int | None = None,
    figure: go.Figure | None = None,
    star: Sequence[float] | None = None,
) -> None:
    """Draw a chart with its title, what it tells, and what a careful reader should know.

    Parameters
    ----------
    chart : Chart
    key : str, optional
        Of the element; wanted where a page draws one chart twice.
    titled : bool
        Write title and subtitle above it; False where the page says them.
    heading : str
        Written above it instead of title and subtitle.
    height : int, optional
        In pixels; the chart's own by default.
    figure : plotly Figure, optional
        The chart as painted elsewhere, with something added, such as a star.
    star : sequence of float, optional
        Where a star stands on the axes; the names give way to it.
    """
    if titled or heading:
        st.markdown(f"#### {_plain(heading or chart.title)}", anchors=False)
        if chart.subtitle and not heading:
            st.caption(_plain(chart.subtitle))
    painted = to_plotly(chart, titled=False) if figure is None else figure
    if height is not None:
        painted.update_layout(height=height)
    st.plotly_chart(
        in_theme(painted, star), theme=None, config=CONFIG, key=key, alt=chart.alt or chart.title
    )
    if chart.note:
        st.caption(_plain(chart.note))


def in_theme(figure: go.Figure, star: Sequence[float] | None = None) -> go.Figure:
    """Return the figure as the page needs it: in light or dark, for a wide window or a phone.

    The segments keep their colours.
    """
    dark, narrow = is_dark(), is_narrow()
    plain: dict[str, Any] = json.loads(figure.to_json())
    if narrow:
        _narrowed(plain["layout"])
    if star is not None:
        give_way(plain["layout"], star, narrow=narrow)
    ground = "23,24,21" if dark else "251,250,247"
    for mark in _annotations(plain["layout"]):
        if mark.get("showarrow"):
            mark["bgcolor"] = f"rgba({ground},0.72)"
    if dark:
        for trace in plain["data"]:
            _brightened(trace)
        plain = _darkened(plain)
    import plotly.graph_objects as go

    return go.Figure(plain)


def _narrowed(layout: dict[str, Any]) -> None:
    """Shorten the words of a picture for a phone: axes, and the names at the centres."""
    for axis in (layout.get("xaxis", {}), layout.get("yaxis", {})):
        if text := axis.get("title", {}).get("text"):
            axis["title"]["text"] = "<br>".join(wrap(text.replace("<br>", " "), 36))
    names = layout.get("meta", {}).get("narrow", [])
    for mark, text in zip(_annotations(layout), names, strict=False):
        mark.update(text=text, ax=0, ay=-19 - 7 * text.count("<br>"))
        mark["font"] = {**mark.get("font", {}), "size": 11}
    if eye := layout.get("scene", {}).get("camera", {}).get("eye"):
        eye.update({key: FURTHER * away for key, away in eye.items()})
    elif names:
        layout["height"] = min(layout.get("height", 400), 400)


def _annotations(layout: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is written into a picture; into the scene, if it is of three features."""
    found: list[dict[str, Any]] = layout.get("scene", layout).get("annotations", [])
    return found


def _brightened(trace: dict[str, Any]) -> None:
    """Make points solid and their edges thicker: dark colours are seen on a dark ground."""
    marker = trace.get("marker", {})
    if trace.get("mode") == "markers" and marker.get("opacity") == POINTS:
        marker["opacity"] = 1
        line = marker.get("line", {})
        marker["line"] = {**line, "width": max(2 * line.get("width", 0), 0)}


def _darkened(part: Any) -> Any:
    """Return a figure's JSON with the paper's colours swapped for those of the night.

    The star keeps its dark outline.
    """
    if isinstance(part, dict) and part.get("name") == STAR:
        return part
    if isinstance(part, dict):
        return {key: _darkened(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_darkened(value) for value in part]
    if isinstance(part, str):
        for light, dark in DARK.items():
            part = part.replace(light, dark)
    return part


def _plain(text: str) -> str:
    """Return a text that Markdown leaves as it is."""
    for sign in "\\`*_[]<>$~#:":
        text = text.replace(sign, "\\" + sign)
    return text
