"""What maps look like in Matplotlib: profiles, correlations, missing values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.figures import palette
from coterie.figures.chart import Chart
from coterie.figures.words import wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DENSE = 20
"""Columns from which their names stand upright."""

MOST_CELLS = 60
"""Rows and columns of a heatmap that a PNG draws at most."""


def paint_heatmap(_figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw coloured cells with a text in each: profiles or correlations."""
    profile = chart.kind == "profile_heatmap"
    if profile:
        across = list(chart.encoding["features"])
        rows = list(chart.encoding["names"].values())
        figures, limit = chart.data["difference"], chart.encoding["limit"]
        texts = chart.data["text"]
    else:
        across = rows = list(chart.encoding["labels"])
        figures, limit = chart.data["correlation"], 1.0
        texts = tuple(
            "" if v is None else f"{v:z.2f}".replace("-", "\N{MINUS SIGN}") for v in figures
        )
    n, m = min(len(rows), MOST_CELLS), min(len(across), MOST_CELLS)
    _cells(axes, [list(figures[i * len(across) : i * len(across) + m]) for i in range(n)], limit)
    if n * m <= 400:
        for i in range(n):
            for j in range(m):
                value = figures[i * len(across) + j]
                colour = palette.text_on(palette.diverging_colour(value or 0.0, limit))
                axes.text(
                    j,
                    i,
                    wrapped(texts[i * len(across) + j], 12),
                    ha="center",
                    va="center",
                    fontsize=8.5 if profile else 7.5,
                    color=colour,
                )
    axes.set_yticks(range(n), [wrapped(name, 27) for name in rows[:n]])
    upright = not profile and m > DENSE
    axes.set_xticks(
        range(m),
        [wrapped(name, 26 if upright else 20, lines=1 if upright else 2) for name in across[:m]],
        rotation=90 if upright else 32,
        ha="center" if upright else "left",
        rotation_mode="default" if upright else "anchor",
    )
    axes.xaxis.tick_top()
    _bare(axes)


def paint_missing(_figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw a row a column, dark where values are missing."""
    labels = chart.encoding["labels"]
    _bare(axes)
    if not labels:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.text(0.0, 0.5, chart.note, transform=axes.transAxes, color=palette.MUTED)
        return
    blocks = max(chart.data["block"]) + 1
    grid: dict[str, list[float]] = {label: [0.0] * blocks for label in labels}
    for label, block, share in zip(
        *(chart.data[c] for c in ("column", "block", "share")), strict=True
    ):
        grid[label][block] = share
    colours = [
        [palette.channels(palette.blend(palette.SEQUENTIAL, share**0.5)) for share in grid[label]]
        for label in labels
    ]
    axes.imshow(colours, aspect="auto", interpolation="nearest")
    axes.set_yticks(range(len(labels)), [wrapped(name, 27, lines=1) for name in labels])
    for i, text in enumerate(chart.encoding["texts"]):
        axes.text(1.015, i, text, transform=axes.get_yaxis_transform(), va="center", fontsize=8.5)
    axes.set_xticks(
        [0, blocks - 1] if blocks > 1 else [0],
        ["first customer", "last"] if blocks > 1 else ["all customers"],
    )
    axes.hlines(
        [i + 0.5 for i in range(len(labels) - 1)],
        -0.5,
        blocks - 0.5,
        color=palette.GROUND,
        linewidth=3,
    )


def _cells(axes: Any, values: list[list[float | None]], limit: float) -> None:
    """Draw a grid of differences; white lines between."""
    if not values or not values[0]:
        return
    axes.imshow(
        [[palette.channels(palette.diverging_colour(v or 0.0, limit)) for v in r] for r in values],
        aspect="auto",
        interpolation="nearest",
    )
    n, m = len(values), len(values[0])
    axes.hlines([i + 0.5 for i in range(n - 1)], -0.5, m - 0.5, color=palette.GROUND, linewidth=2)
    axes.vlines([j + 0.5 for j in range(m - 1)], -0.5, n - 0.5, color=palette.GROUND, linewidth=2)


def _bare(axes: Any) -> None:
    """Leave names, take lines and ticks away."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelcolor=palette.INK)
