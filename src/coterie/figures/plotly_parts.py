"""Parts that Plotly's marks are made of: plain dicts, bound to the axes ``x`` and ``y``."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

from coterie.figures import palette
from coterie.figures.chart import Chart
from coterie.figures.words import wrapped

Mark = dict[str, Any]
Painted = tuple[list[Mark], dict[str, Any]]
Painter = Callable[[Chart], Painted]

RING = {
    "color": "rgba(0,0,0,0)",
    "size": 15,
    "line": {"color": palette.ACCENT, "width": 2},
}


def safe_text(text: str) -> str:
    """Return a text that Plotly shows as it is: no tag in it is a tag.

    Examples
    --------
    >>> safe_text("<b>R&D</b>")
    '&lt;b&gt;R&amp;D&lt;/b&gt;'
    """
    return html.escape(str(text), quote=False)


def lines(text: str) -> str:
    r"""Return a wrapped text with Plotly's own line breaks.

    Examples
    --------
    >>> lines("one\ntwo <3")
    'one<br>two &lt;3'
    """
    return safe_text(text).replace("\n", "<br>")


def axis(title: str = "", **more: Any) -> Mark:
    """Return a quiet axis with people's numbers."""
    return {
        "title": {"text": lines(wrapped(title, 60)), "font": {"size": 13, "color": palette.MUTED}},
        "tickfont": {"color": palette.MUTED, "size": 12},
        "gridcolor": palette.HAIRLINE,
        "linecolor": palette.HAIRLINE,
        "zeroline": False,
        "ticks": "",
        "separatethousands": True,
        "exponentformat": "none",
        "automargin": True,
        **more,
    }


def line(xs: Sequence[Any], ys: Sequence[Any], hover: str, *, thin: bool = False) -> Mark:
    """Return a line with small dots, or a thin one without."""
    return {
        "type": "scatter",
        "mode": "lines" if thin else "lines+markers",
        "x": list(xs),
        "y": list(ys),
        "line": {"color": palette.INK, "width": 1 if thin else 2},
        "marker": {"size": 6},
        "hovertemplate": hover,
    }


def ring(x: float, y: float) -> Mark:
    """Return a ring around a point."""
    return {"type": "scatter", "mode": "markers", "x": [x], "y": [y], "marker": RING,
            "hoverinfo": "skip"}  # fmt: skip


def chosen_mark(chart: Chart, word: str) -> tuple[list[Mark], list[Mark]]:
    """Return the line at the number in use, and its text."""
    chosen = chart.encoding["chosen"]
    if chosen is None:
        return [], []
    note = {**text_mark(f"{chosen} {word}", palette.ACCENT), "x": chosen, "y": 1,
            "yref": "y domain", "yanchor": "bottom"}  # fmt: skip
    return [vertical(chosen, palette.ACCENT, 1.5)], [note]


def vertical(x: float, colour: str, width: float) -> Mark:
    """Return a line over the full height."""
    return {"type": "line", "xref": "x", "x0": x, "x1": x, "yref": "y domain", "y0": 0, "y1": 1,
            "line": {"color": colour, "width": width}}  # fmt: skip


def text_mark(text: str, colour: str) -> Mark:
    """Return an annotation without an arrow, bound to x and y."""
    return {"text": lines(text), "showarrow": False, "xref": "x", "yref": "y",
            "font": {"size": 12, "color": colour}}  # fmt: skip


def k_axis(chart: Chart, title: str = "") -> Mark:
    """Return an axis of whole numbers of segments."""
    low, high = chart.encoding["range"]
    step = 1 if high - low < 13 else 3
    return axis(title, range=[low - 0.5, high + 0.5], dtick=step, tick0=low, showgrid=False)


def in_rows(values: list[Any], width: int) -> list[list[Any]]:
    """Cut a list into rows."""
    return [values[i : i + width] for i in range(0, len(values), width)] if width else []
