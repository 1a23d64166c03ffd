"""What maps look like in Plotly: profiles, correlations, missing values."""

from __future__ import annotations

from coterie.figures import palette
from coterie.figures.chart import Chart
from coterie.figures.plotly_parts import Painted, axis, in_rows, lines, safe_text, text_mark
from coterie.figures.words import say_share, wrapped


def heatmap(chart: Chart) -> Painted:
    """Draw coloured cells with a text in each: profiles or correlations."""
    profile = chart.kind == "profile_heatmap"
    told, data = chart.encoding, chart.data
    across = list(told["features"] if profile else told["labels"])
    rows = list(told["names"].values()) if profile else across
    key = "difference" if profile else "correlation"
    n, m = len(rows), len(across)
    colours = list(data[key])
    if profile:
        texts = [safe_text(text) for text in data["text"]]
        hover = [
            f"{safe_text(rows[i // m])}<br>{safe_text(across[i % m])}: {texts[i]}"
            f"<br>average customer: {safe_text(data['average'][i])}"
            for i in range(n * m)
        ]
    else:
        texts = ["" if v is None else f"{v:z.2f}".replace("-", "\N{MINUS SIGN}") for v in colours]
        hover = [
            f"{safe_text(rows[i // m])} and {safe_text(across[i % m])}: "
            + ("unknown" if colours[i] is None else f"{colours[i]:.4f}")
            for i in range(n * m)
        ]
    limit = told["limit"] if profile else 1.0
    trace = {
        "type": "heatmap", "z": in_rows(colours, m), "text": in_rows(texts, m),
        "customdata": in_rows(hover, m), "zmin": -limit, "zmax": limit, "showscale": False,
        "colorscale": [[i / 4, colour] for i, colour in enumerate(palette.DIVERGING)],
        "xgap": 2, "ygap": 2, "hovertemplate": "%{customdata}<extra></extra>",
        **({"texttemplate": "%{text}", "textfont": {"size": 12}} if n * m <= 400 else {}),
    }  # fmt: skip
    return [trace], {
        "xaxis": axis(tickvals=list(range(m)), side="top", tickangle=-38, showgrid=False,
                      ticktext=[lines(wrapped(name, 20)) for name in across],
                      tickfont={"color": palette.INK, "size": 12}),
        "yaxis": axis(tickvals=list(range(n)), autorange="reversed", showgrid=False,
                      ticktext=[lines(wrapped(name, 24)) for name in rows],
                      tickfont={"color": palette.INK, "size": 12}),
        "height": 150 + (44 if profile else 38) * max(n, 1),
        "margin": {"t": 96, "b": 10},
        "min_width": 200 + (84 if profile else 56) * m,
    }  # fmt: skip


def missing_map(chart: Chart) -> Painted:
    """Draw a row a column, dark where values are missing."""
    labels = list(chart.encoding["labels"])
    n = len(labels)
    blocks = max(chart.data["block"], default=0) + 1
    grid = in_rows(list(chart.data["share"]), blocks)
    trace = {
        "type": "heatmap", "z": [[share**0.5 for share in row] for row in grid], "zmin": 0,
        "zmax": 1, "showscale": False, "ygap": 3,
        "customdata": [[say_share(share) for share in row] for row in grid],
        "colorscale": [[i / 5, colour] for i, colour in enumerate(palette.SEQUENTIAL)],
        "hovertemplate": "%{customdata} missing here<extra></extra>",
    }  # fmt: skip
    notes = [
        {**text_mark(text, palette.INK), "x": 1, "xref": "x domain", "y": i, "xanchor": "left",
         "xshift": 6}
        for i, text in enumerate(chart.encoding["texts"])
    ]  # fmt: skip
    if not labels:
        notes = [{**text_mark(chart.note, palette.MUTED), "x": 0.5, "y": 0.5, "xref": "x domain",
                  "yref": "y domain"}]  # fmt: skip
    ends = ["first customer", "last"] if blocks > 1 else ["all customers"]
    return [trace] if labels else [], {
        "xaxis": axis(tickvals=[0, blocks - 1][: len(ends)] if labels else [],
                      ticktext=ends if labels else [], showgrid=False),
        "yaxis": axis(tickvals=list(range(n)), autorange="reversed", showgrid=False,
                      ticktext=[lines(wrapped(name, 22, lines=1)) for name in labels],
                      tickfont={"color": palette.INK, "size": 12}),
        "annotations": notes,
        "height": 80 + 30 * max(n, 1),
        "margin": {"t": 8, "r": 104, "b": 36},
    }  # fmt: skip
