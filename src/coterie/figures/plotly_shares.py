"""What sizes, silhouettes and flows look like in Plotly."""

from __future__ import annotations

import numpy as np

from coterie.figures import palette
from coterie.figures.chart import Chart
from coterie.figures.plotly_parts import Mark, Painted, axis, lines, safe_text, text_mark, vertical
from coterie.figures.words import say_number, say_share, wrapped


def sizes(chart: Chart) -> Painted:
    """Draw one bar over the full width, named below."""
    data = chart.data
    traces = []
    for number, name, count, share in zip(
        *(data[c] for c in ("segment_id", "segment", "customers", "share")), strict=True
    ):
        colour = palette.segment_colour(number)
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": [share],
                "y": [0],
                "width": 0.9,
                "name": f"{safe_text(wrapped(name, 28, lines=1))} {say_share(share)}",
                "marker": {"color": colour, "line": {"color": palette.GROUND, "width": 2}},
                "text": [say_share(share) if share >= 0.05 else ""],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "insidetextfont": {"color": palette.text_on(colour), "weight": 600},
                "customdata": [f"{safe_text(name)}<br>{count:,} customers, {100 * share:.2f} %"],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    return traces, {
        "barmode": "stack",
        "xaxis": axis(visible=False, range=[0, 1], fixedrange=True),
        "yaxis": axis(visible=False, fixedrange=True),
        "showlegend": True,
        "legend": {"orientation": "h", "traceorder": "normal", "y": -0.05, "yanchor": "top",
                   "x": 0, "itemclick": False, "itemdoubleclick": False},
        "height": 110 + 14 * len(traces),
        "margin": {"l": 0, "r": 0, "t": 4, "b": 4},
    }  # fmt: skip


def silhouettes(chart: Chart) -> Painted:
    """Draw a block a segment, as high as it is large, its customers sorted."""
    told = chart.encoding
    ids = np.asarray(chart.data["segment_id"])
    ranks = np.asarray(chart.data["rank"], dtype=np.float64)
    values = np.asarray(chart.data["silhouette"], dtype=np.float64)
    total, top = max(sum(told["sizes"].values()), 1), 0.0
    traces: list[Mark] = []
    places, texts = [], []
    for number, size in told["sizes"].items():
        tall, own = max(size / total, 0.06), ids == number
        name = safe_text(told["names"][number])
        edge = top + ranks[own] * tall
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": np.concatenate([[0.0], values[own], [0.0]]).round(5),
                "y": np.concatenate([edge[:1], edge, edge[-1:]]).round(5),
                "fill": "toself",
                "fillcolor": palette.segment_colour(number),
                "line": {"color": palette.segment_colour(number), "width": 1},
                "hoveron": "fills",
                "hoverinfo": "text",
                "text": f"{name}<br>mean {told['means'][number]:.3f}<br>"
                f"{say_share(told['below'][number])} nearer to another segment",
            }
        )
        places.append(top + tall / 2)
        texts.append(lines(wrapped(told["names"][number], 22))
                     + f"<br>mean {say_number(told['means'][number])}")  # fmt: skip
        top += tall + 0.02
    shapes, notes = [vertical(0, palette.INK, 1)], []
    if told["overall"] is not None:
        shapes.append(vertical(told["overall"], palette.INK, 1.2))
        notes.append({**text_mark(f"mean {say_number(told['overall'])}", palette.INK),
                      "x": told["overall"], "y": 1, "yref": "y domain",
                      "yanchor": "bottom"})  # fmt: skip
    low = min(-0.1, float(values.min(initial=0.0)) - 0.03)
    return traces, {
        "xaxis": axis(told["x_label"], range=[low, 1.0]),
        "yaxis": axis(tickvals=places, ticktext=texts, range=[top, -0.02], showgrid=False,
                      tickfont={"size": 12, "color": palette.INK}),
        "shapes": shapes,
        "annotations": notes,
        "height": max(320, 110 + 52 * len(places)),
        "margin": {"t": 26},
    }  # fmt: skip


def flow(chart: Chart) -> Painted:
    """Draw bands from the segments on the left to those on the right."""
    data = chart.data
    left, right = (list(dict.fromkeys(data[side])) for side in ("left", "right"))
    ids = chart.encoding.get("left_ids", {})
    colours = [palette.segment_colour(ids.get(name, i + 1)) for i, name in enumerate(left)]
    links = [colours[left.index(name)] for name in data["left"]]
    trace = {
        "type": "sankey",
        "arrangement": "fixed",
        "node": {
            "label": [safe_text(wrapped(name, 28, lines=1)) for name in left + right],
            "color": colours + [palette.MUTED] * len(right),
            "pad": 14,
            "thickness": 10,
            "line": {"width": 0},
            "hovertemplate": "%{label}<br>%{value:,} customers<extra></extra>",
        },
        "link": {
            "source": [left.index(name) for name in data["left"]],
            "target": [len(left) + right.index(name) for name in data["right"]],
            "value": list(data["customers"]),
            "color": [f"rgba({','.join(str(c) for c in palette.channels(h))},0.5)" for h in links],
            "hovertemplate": "%{source.label} become %{target.label}"
            "<br>%{value:,} customers<extra></extra>",
        },
    }
    height = 120 + 48 * max(len(left), len(right), 1)
    return [trace], {"height": height, "margin": {"l": 8, "r": 8, "t": 8, "b": 8}}
