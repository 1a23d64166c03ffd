"""What each kind of chart looks like in Plotly: lines, strips, histograms and maps.

A painter returns plain dicts, traces and layout; shapes and annotations are bound to ``x`` and
``y``, so that a grid can move them to a panel's axes.
"""

from __future__ import annotations

from coterie.figures import palette
from coterie.figures.chart import Chart
from coterie.figures.plotly_parts import (
    Mark,
    Painted,
    axis,
    chosen_mark,
    k_axis,
    line,
    lines,
    ring,
    safe_text,
    text_mark,
    vertical,
)
from coterie.figures.words import wrapped


def elbow(chart: Chart) -> Painted:
    """Draw a falling line with the elbow ringed and the number in use marked."""
    ks, values = chart.data["k"], chart.data["inertia"]
    traces = [line(ks, values, "%{x} segments<br>WCSS %{y:,.6~g}<extra></extra>")]
    shapes, annotations = chosen_mark(chart, "in use")
    bend, at = chart.encoding["elbow"], dict(zip(ks, values, strict=True))
    if at.get(bend) is not None:
        traces.append(ring(bend, at[bend]))
        annotations.append(
            {
                **text_mark(f"bends most at {bend}", palette.ACCENT),
                "x": bend,
                "y": at[bend],
                "xanchor": "left",
                "yanchor": "bottom",
                "xshift": 10,
                "yshift": 6,
                "bgcolor": palette.GROUND,
            }
        )
    return traces, {
        "xaxis": k_axis(chart, chart.encoding["x_label"]),
        "yaxis": axis(chart.encoding["y_label"], rangemode="tozero", nticks=6),
        "shapes": shapes,
        "annotations": annotations,
        "height": 360,
        "margin": {"t": 30},
    }


def criterion(chart: Chart) -> Painted:
    """Draw one criterion over k with its null behind it."""
    data, ks = chart.data, chart.data["k"]
    traces: list[Mark] = []
    hover = "%{x} segments: %{y:.4~g}<extra></extra>"
    if "null_low" in data:
        known = [i for i, low in enumerate(data["null_low"]) if low is not None]
        xs = [ks[i] for i in known]
        band = [data["null_high"][i] for i in known] + [data["null_low"][i] for i in known[::-1]]
        traces.append(
            {"type": "scatter", "mode": "lines", "x": xs + xs[::-1], "y": band, "fill": "toself",
             "fillcolor": "rgba(160,158,150,0.35)", "line": {"width": 0}, "hoverinfo": "skip"}
        )  # fmt: skip
    if "null" in data:
        traces.append(line(ks, data["null"], "look-alike data, " + hover, thin=True))
        traces[-1]["line"].update(dash="dash", color=palette.MUTED)
    if "weakest" in data:
        traces.append(line(ks, data["weakest"], "weakest segment, " + hover, thin=True))
    traces.append(line(ks, data["value"], hover))
    if "error" in data:
        traces[-1]["error_y"] = {
            "type": "data", "array": list(data["error"]), "color": palette.INK, "thickness": 1,
            "width": 0,
        }  # fmt: skip
    best, at = chart.encoding["best"], dict(zip(ks, data["value"], strict=True))
    if at.get(best) is not None:
        traces.append(ring(best, at[best]))
    shapes, _ = chosen_mark(chart, "")
    if chart.encoding["threshold"] is not None:
        shapes.append(
            {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y",
             "y0": chart.encoding["threshold"], "y1": chart.encoding["threshold"],
             "line": {"color": palette.MUTED, "width": 1, "dash": "dot"}}
        )  # fmt: skip
    return traces, {
        "xaxis": k_axis(chart),
        "yaxis": axis(nticks=5),
        "shapes": shapes,
        "height": 220,
        "margin": {"l": 44, "b": 32, "t": 10},
    }


def strip(chart: Chart) -> Painted:
    """Draw a segment a line: its middle customers as a bar, its mean as a dot."""
    data, told = chart.data, chart.encoding
    traces: list[Mark] = []
    notes: list[Mark] = []
    for y, number in enumerate(data["segment_id"]):
        colour, low, high = palette.segment_colour(number), data["low"][y], data["high"][y]
        if low is not None and high is not None:
            traces.append(
                {"type": "scatter", "mode": "lines", "x": [low, high], "y": [y, y],
                 "line": {"color": colour, "width": 8}, "opacity": 0.45, "hoverinfo": "skip"}
            )  # fmt: skip
        between = (
            "" if low is None or high is None else f"<br>eight in ten: {low:,.6g} to {high:,.6g}"
        )
        traces.append(
            {"type": "scatter", "mode": "markers", "x": [data["mean"][y]], "y": [y],
             "marker": {"color": colour, "size": 10, "line": {"color": palette.INK, "width": 1}},
             "text": [f"{safe_text(data['segment'][y])}<br>mean {data['mean'][y]:,.6g}{between}"],
             "hovertemplate": "%{text}<extra></extra>"}
        )  # fmt: skip
        notes.append(
            {**text_mark(told["texts"][y], palette.INK), "x": 1, "xref": "x domain", "y": y,
             "xanchor": "left", "xshift": 8, "font": {"size": 12, "color": palette.INK}}
        )  # fmt: skip
    shapes = [] if told["average"] is None else [vertical(told["average"], palette.MUTED, 1)]
    ends = [v for key in ("mean", "low", "high") for v in data[key] if v is not None]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    room = (high - low) or abs(high) or 1.0
    return traces, {
        "xaxis": axis(
            told["x_label"],
            range=[low - 0.06 * room, high + 0.06 * room],
            showgrid=False,
            nticks=5,
            separatethousands=not told["years"],
            tickformat=".0%" if told["share"] else "",
        ),
        "yaxis": axis(
            tickvals=list(range(len(chart))),
            ticktext=[lines(wrapped(name, 24, lines=1)) for name in data["segment"]],
            range=[len(chart) - 0.5, -0.5],
            showgrid=False,
            tickfont={"color": palette.INK, "size": 12},
        ),
        "shapes": shapes,
        "annotations": notes,
        "height": 90 + 26 * len(chart),
        "margin": {"t": 4, "b": 40, "r": 18 + 7 * max(map(len, told["texts"]), default=0)},
    }


def distribution(chart: Chart) -> Painted:
    """Draw a histogram with the median marked."""
    data, told = chart.data, chart.encoding
    unit = safe_text(chart.units.get("low", ""))
    pairs = list(zip(data["low"], data["high"], strict=True))
    traces = [
        {"type": "bar", "x": [(a + b) / 2 for a, b in pairs], "width": [b - a for a, b in pairs],
         "y": list(data["customers"]), "text": [f"{a:,.6g} to {b:,.6g} {unit}" for a, b in pairs],
         "textposition": "none",
         "marker": {"color": palette.ACCENT, "opacity": 0.8,
                    "line": {"color": palette.GROUND, "width": 1}},
         "hovertemplate": "%{text}<br>%{y:,} customers<extra></extra>"}
    ]  # fmt: skip
    ticks: Mark = {"nticks": 6}
    if told["answers"]:
        yes = told["median_text"].removesuffix(" yes")
        ticks = {"tickvals": [0, 1], "ticktext": ["no", f"yes: {yes}"]}
        traces[0]["text"] = ["no", "yes"]
    shapes, notes = [], []
    if told["median"] is not None:
        shapes.append(vertical(told["median"], palette.INK, 1.5))
        notes.append(
            {**text_mark(told["median_text"], palette.INK), "x": told["median"], "y": 1,
             "yref": "y domain", "xanchor": "auto", "yanchor": "bottom"}
        )  # fmt: skip
    return traces, {
        "xaxis": axis(
            told["x_label"], showgrid=False, separatethousands=not told["years"], **ticks
        ),
        "yaxis": axis(nticks=4, rangemode="tozero"),
        "shapes": shapes,
        "annotations": notes,
        "height": 240,
        "margin": {"t": 22, "l": 44},
        "bargap": 0,
    }


def box(chart: Chart) -> Painted:
    """Draw the middle half as a box, the usual range as a line, the rest as dots."""
    told, values = chart.encoding, list(chart.data["value"])

    def bar(low: str, high: str, width: float, text: str) -> Mark:
        return {
            "type": "scatter", "mode": "lines", "x": [told[low], told[high]], "y": [0, 0],
            "line": {"color": palette.ACCENT, "width": width}, "opacity": 1 if width < 5 else 0.55,
            "hovertemplate": text + " %{x:,.6~g}<extra></extra>",
        }  # fmt: skip

    traces = [
        bar("low", "high", 1.5, "usual range ends at"),
        bar("q1", "q3", 14, "middle half ends at"),
        {"type": "scatter", "mode": "markers", "x": values, "y": [0] * len(values),
         "marker": {"color": palette.UNUSUAL, "size": 6, "opacity": 0.6},
         "hovertemplate": "%{x:,.6~g}<extra></extra>"},
        {"type": "scatter", "mode": "markers", "x": [told["median"]], "y": [0],
         "marker": {"symbol": "line-ns", "size": 18, "line": {"color": palette.INK, "width": 2.5}},
         "hovertemplate": "median %{x:,.6~g}<extra></extra>"},
    ]  # fmt: skip
    note = {**text_mark(told["text"], palette.MUTED), "x": 1, "xref": "x domain", "y": 1,
            "yref": "y domain", "xanchor": "right", "yanchor": "bottom", "yshift": 4}  # fmt: skip
    return traces, {
        "xaxis": axis(
            told["x_label"], showgrid=False, nticks=6, separatethousands=not told["years"]
        ),
        "yaxis": axis(visible=False, range=[-1, 1], fixedrange=True),
        "annotations": [note],
        "height": 130,
        "margin": {"t": 26, "l": 16},
    }
