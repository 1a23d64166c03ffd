"""The segments side by side in HTML: for each feature where its middle customers and mean lie."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.faces.dashboard.pieces import disc
from coterie.figures.palette import segment_colour
from coterie.figures.words import say_number

if TYPE_CHECKING:
    from coterie.figures.chart import Chart


def show_ranges(chart: Chart) -> None:
    """Draw the stored chart ``comparison``: a block a feature, a line a segment."""
    st.html(f'<div class="co-ranges">{"".join(_block(panel) for panel in chart.panels)}</div>')


def _block(panel: Chart) -> str:
    """Return HTML of one feature."""
    data, told = panel.data, panel.encoding
    ends = [v for key in ("mean", "low", "high") for v in data[key] if v is not None]
    if told["average"] is not None:
        ends.append(told["average"])
    left, right = min(ends, default=0.0), max(ends, default=1.0)
    wide = (right - left) or 1.0

    def at(value: float) -> str:
        return f"{100 * (value - left) / wide:.2f}%"

    average = ""
    if told["average"] is not None:
        average = f'<span class="all" style="left:{at(told["average"])}"></span>'
    rows = []
    for i, number in enumerate(data["segment_id"]):
        low, high, mean = data["low"][i], data["high"][i], data["mean"][i]
        band = ""
        between = ""
        if low is not None and high is not None:
            band = (
                f'<span class="range" style="left:{at(low)};'
                f'width:{100 * (high - low) / wide:.2f}%"></span>'
            )
            between = f"; eight in ten between {low:,.6g} and {high:,.6g}"
        said = f"{data['segment'][i]}: mean {mean:,.6g}{between}"
        rows.append(
            f'<div class="row" style="--own:{segment_colour(number)}" title="{escape(said)}">'
            f'<span class="what">{disc(number)}<span>{escape(data["segment"][i])}</span></span>'
            f'<span class="co-strip" role="img" aria-label="{escape(said)}">'
            f'<span class="axis"></span>{average}{band}'
            f'<span class="mean" style="left:{at(mean)}"></span></span>'
            f'<span class="value">{escape(told["texts"][i])}</span></div>'
        )
    return (
        f"<section><h4>{escape(told['x_label'])}</h4>{''.join(rows)}"
        f'<p class="ends"><span>{_end(panel, left)}</span>'
        f"<span>all customers {escape(told['average_text'])}</span>"
        f"<span>{_end(panel, right)}</span></p></section>"
    )


def _end(panel: Chart, value: Any) -> str:
    """Say an end of the axis: years as they are written, shares in per cent."""
    if panel.encoding["years"]:
        return f"{value:.0f}"
    if panel.encoding["share"]:
        return f"{100 * value:.0f} %"
    return say_number(value)
