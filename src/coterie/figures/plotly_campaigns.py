"""What campaigns look like in Plotly: acceptance, lift and effect, profit by contacts."""

from __future__ import annotations

from coterie.figures import palette
from coterie.figures.chart import Chart
from coterie.figures.plotly_parts import (
    Mark,
    Painted,
    axis,
    in_rows,
    lines,
    safe_text,
    text_mark,
    vertical,
)
from coterie.figures.words import say_share, wrapped


def acceptance(chart: Chart) -> Painted:
    """Draw a rate in each cell, coloured by the lift to expect; bold beyond chance."""
    told, data = chart.encoding, chart.data
    across, rows = list(told["campaigns"]), list(told["names"].values())
    n, m = len(rows), len(across)
    texts = [
        f"<b>{safe_text(text)}</b>" if marked else safe_text(text)
        for text, marked in zip(data["text"], data["marked"], strict=True)
    ]
    hover = [
        f"{safe_text(rows[i // m])}<br>{safe_text(across[i % m])}: {data['yes'][i]:,} of "
        f"{data['asked'][i]:,} said yes ({say_share(data['rate'][i])})<br>all customers: "
        f"{told['overall'][i % m]}"
        for i in range(n * m)
    ]
    trace = {
        "type": "heatmap", "z": in_rows(list(data["difference"]), m), "text": in_rows(texts, m),
        "customdata": in_rows(hover, m), "zmin": -told["limit"], "zmax": told["limit"],
        "colorscale": [[i / 4, colour] for i, colour in enumerate(palette.DIVERGING)],
        "showscale": False, "xgap": 2, "ygap": 2, "texttemplate": "%{text}",
        "textfont": {"size": 13}, "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip
    return [trace] if n * m else [], {
        "xaxis": axis(tickvals=list(range(m)), side="top", tickangle=-38, showgrid=False,
                      ticktext=[lines(wrapped(name, 20)) for name in across],
                      tickfont={"color": palette.INK, "size": 12}),
        "yaxis": axis(tickvals=list(range(n)), autorange="reversed", showgrid=False,
                      ticktext=[lines(wrapped(name, 24)) for name in rows],
                      tickfont={"color": palette.INK, "size": 12}),
        "height": 150 + 44 * max(n, 1),
        "margin": {"t": 96, "b": 10},
        "min_width": 200 + 84 * m,
    }  # fmt: skip


def lift(chart: Chart) -> Painted:
    """Draw a segment a line: what to expect as a dot with its range, what was counted as a ring."""
    data, told = chart.data, chart.encoding
    traces: list[Mark] = []
    notes: list[Mark] = []
    for y, number in enumerate(data["segment_id"]):
        colour, low, high = palette.segment_colour(number), data["low"][y], data["high"][y]
        between = f"{say_share(max(low, 0.0)) if low >= 0 else _signed(low)} to {_signed(high)}"
        where = {"type": "scatter", "y": [y]}
        traces.append(
            {"type": "scatter", "mode": "lines", "x": [low, high], "y": [y, y],
             "line": {"color": colour, "width": 6}, "opacity": 0.45, "hoverinfo": "skip"}
        )  # fmt: skip
        if "rate" in data:
            traces.append(
                {**where, "mode": "markers", "x": [data["rate"][y]],
                 "marker": {"color": "rgba(0,0,0,0)", "size": 9,
                            "line": {"color": palette.MUTED, "width": 1.5}},
                 "hovertemplate": f"as counted {say_share(data['rate'][y])}<extra></extra>"}
            )  # fmt: skip
        traces.append(
            {**where, "mode": "markers", "x": [data["expected"][y]],
             "marker": {"color": palette.GROUND if data["small"][y] else colour, "size": 11,
                        "line": {"color": colour if data["small"][y] else palette.INK,
                                 "width": 2 if data["small"][y] else 1}},
             "text": [f"{safe_text(data['segment'][y])}<br>{safe_text(data['text'][y])}"
                      f"<br>{between}"],
             "hovertemplate": "%{text}<extra></extra>"}
        )  # fmt: skip
        notes.append(
            {**text_mark(data["text"][y], palette.INK), "x": 1, "xref": "x domain", "y": y,
             "xanchor": "left", "xshift": 8}
        )  # fmt: skip
    shapes = []
    if told["average"] is not None:
        shapes.append(vertical(told["average"], palette.MUTED, 1))
        notes.append(
            {**text_mark(told["average_text"], palette.MUTED), "x": told["average"], "y": 1,
             "yref": "y domain", "yanchor": "bottom"}
        )  # fmt: skip
    n = len(data["segment_id"])
    return traces, {
        "xaxis": axis(told["x_label"], tickformat=",.0~%", nticks=6,
                      **({"rangemode": "tozero"} if chart.kind == "lift" else {})),
        "yaxis": axis(tickvals=list(range(n)), range=[n - 0.4, -0.6], showgrid=False,
                      ticktext=[lines(wrapped(name, 20)) for name in data["segment"]],
                      tickfont={"color": palette.INK, "size": 12}),
        "shapes": shapes,
        "annotations": notes,
        "height": 110 + 40 * max(n, 1),
        "margin": {"t": 24, "r": 104, "l": 20},
    }  # fmt: skip


def _signed(share: float) -> str:
    """Say a share that may be below none."""
    text = say_share(abs(share))
    return text if share >= 0 else "\N{MINUS SIGN}" + text


def plan_curve(chart: Chart) -> Painted:
    """Draw profit over contacts with its band; the plan is ringed."""
    data, told = chart.data, chart.encoding
    xs = list(data["contacts"])
    band = {
        "type": "scatter", "mode": "lines", "x": xs + xs[::-1],
        "y": list(data["high"]) + list(data["low"])[::-1], "fill": "toself",
        "fillcolor": "rgba(11,93,94,0.14)", "line": {"width": 0}, "hoverinfo": "skip",
    }  # fmt: skip
    curve = {
        "type": "scatter", "mode": "lines+markers", "x": xs, "y": list(data["profit"]),
        "line": {"color": palette.ACCENT, "width": 2}, "marker": {"size": 5},
        "hovertemplate": "%{x:,} contacts: %{y:,.0f}<extra></extra>",
    }  # fmt: skip
    x, y = told["planned"]
    ring = {
        "type": "scatter", "mode": "markers", "x": [x], "y": [y], "hoverinfo": "skip",
        "marker": {"color": "rgba(0,0,0,0)", "size": 15,
                   "line": {"color": palette.INK, "width": 2}},
    }  # fmt: skip
    right = x > 0.55 * max(xs, default=0)
    note = {
        **text_mark(told["planned_text"], palette.INK), "x": x, "y": y, "yanchor": "top",
        "xanchor": "right" if right else "left", "xshift": -8 if right else 8, "yshift": -10,
    }  # fmt: skip
    nothing = {
        "type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": 0, "y1": 0,
        "line": {"color": palette.MUTED, "width": 1},
    }  # fmt: skip
    return [band, curve, ring], {
        "xaxis": axis(told["x_label"], rangemode="tozero", showgrid=False, tickformat=","),
        "yaxis": axis(told["y_label"], nticks=6, tickformat=","),
        "shapes": [nothing],
        "annotations": [note],
        "height": 360,
        "margin": {"t": 20},
    }
