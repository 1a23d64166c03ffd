"""Stored charts onto a page: painted with Plotly in the colours of light or dark."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.faces.dashboard.theme import DARK
from coterie.figures.interactive import CONFIG, to_plotly

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from coterie.figures.chart import Chart


def show_chart(
    chart: Chart,
    *,
    key: str | None = None,
    titled: bool = True,
    heading: str = "",
    height: int | None = None,
    figure: go.Figure | None = None,
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
    """
    if titled or heading:
        st.markdown(f"#### {_plain(heading or chart.title)}")
        if chart.subtitle and not heading:
            st.caption(_plain(chart.subtitle))
    painted = to_plotly(chart, titled=False) if figure is None else figure
    if height is not None:
        painted.update_layout(height=height)
    st.plotly_chart(
        in_theme(painted), theme=None, config=CONFIG, key=key, alt=chart.alt or chart.title
    )
    if chart.note:
        st.caption(_plain(chart.note))


def is_dark() -> bool:
    """Tell whether the page is drawn on a dark ground."""
    return st.context.theme.type == "dark"


def in_theme(figure: go.Figure) -> go.Figure:
    """Return the figure in the colours of the page; the segments keep theirs."""
    if not is_dark():
        return figure
    import plotly.graph_objects as go

    return go.Figure(_darkened(json.loads(figure.to_json())))


def _darkened(part: Any) -> Any:
    """Return a figure's JSON with the paper's colours swapped, and points made solid."""
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
