"""What campaigns look like in Matplotlib: acceptance, lift and effect, profit by contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.figures import palette
from coterie.figures.chart import Chart
from coterie.figures.static_parts import number_axis
from coterie.figures.words import wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def paint_acceptance(_figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw a rate in each cell, coloured by the lift to expect; bold beyond chance."""
    told, data = chart.encoding, chart.data
    across, rows = list(told["campaigns"]), list(told["names"].values())
    n, m = len(rows), len(across)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelcolor=palette.INK)
    axes.set_xticks([])
    axes.set_yticks([])
    if not n * m:
        return
    colours = [palette.diverging_colour(value, told["limit"]) for value in data["difference"]]
    axes.imshow(
        [[palette.channels(colours[i * m + j]) for j in range(m)] for i in range(n)],
        aspect="auto",
        interpolation="nearest",
    )
    for place, text in enumerate(data["text"]):
        axes.text(
            place % m,
            place // m,
            text,
            ha="center",
            va="center",
            fontsize=9,
            fontweight="bold" if data["marked"][place] else "normal",
            color=palette.text_on(colours[place]),
        )
    axes.hlines([i + 0.5 for i in range(n - 1)], -0.5, m - 0.5, color=palette.GROUND, linewidth=2)
    axes.vlines([j + 0.5 for j in range(m - 1)], -0.5, n - 0.5, color=palette.GROUND, linewidth=2)
    axes.set_yticks(range(n), [wrapped(name, 27) for name in rows])
    axes.set_xticks(
        range(m),
        [wrapped(name, 20) for name in across],
        rotation=32,
        ha="left",
        rotation_mode="anchor",
    )
    axes.xaxis.tick_top()


def paint_lift(_figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw a segment a line: what to expect as a dot with its range, what was counted as a ring."""
    from matplotlib.ticker import PercentFormatter

    data, told = chart.data, chart.encoding
    n = len(data["segment_id"])
    if told["average"] is not None:
        axes.axvline(told["average"], color=palette.MUTED, linewidth=1)
        axes.text(
            told["average"], 1.02, told["average_text"], transform=axes.get_xaxis_transform(),
            ha="center", va="bottom", fontsize=8, color=palette.MUTED,
        )  # fmt: skip
    for y, number in enumerate(data["segment_id"]):
        colour, small = palette.segment_colour(number), data["small"][y]
        axes.plot([data["low"][y], data["high"][y]], [y, y], color=colour, linewidth=5, alpha=0.45)
        if "rate" in data:
            axes.plot(
                data["rate"][y], y, "o", markersize=6, markerfacecolor="none",
                markeredgecolor=palette.MUTED, markeredgewidth=1.2,
            )  # fmt: skip
        axes.plot(
            data["expected"][y], y, "o", markersize=7,
            markerfacecolor=palette.GROUND if small else colour,
            markeredgecolor=colour if small else palette.INK, markeredgewidth=1.0,
        )  # fmt: skip
        axes.text(
            1.015, y, data["text"][y], transform=axes.get_yaxis_transform(), va="center",
            fontsize=8.5,
        )  # fmt: skip
    axes.set_yticks(range(n), [wrapped(name, 27) for name in data["segment"]])
    axes.tick_params(axis="y", length=0, labelcolor=palette.INK)
    axes.set_ylim(max(n, 1) - 0.4, -0.6)
    if chart.kind == "lift":
        axes.set_xlim(left=0.0)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    axes.set_xlabel(told["x_label"])
    axes.grid(axis="x")


def paint_plan(_figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw profit over contacts with its band; the plan is ringed."""
    data, told = chart.data, chart.encoding
    xs = list(data["contacts"])
    axes.fill_between(xs, data["low"], data["high"], color=palette.ACCENT, alpha=0.14, linewidth=0)
    axes.axhline(0, color=palette.MUTED, linewidth=1)
    axes.plot(xs, data["profit"], color=palette.ACCENT, linewidth=2, marker="o", markersize=3)
    x, y = told["planned"]
    axes.plot(
        x, y, "o", markersize=11, markerfacecolor="none", markeredgecolor=palette.INK,
        markeredgewidth=1.6,
    )  # fmt: skip
    right = x > 0.55 * max(xs, default=0)
    axes.annotate(
        told["planned_text"], (x, y), xytext=(-9 if right else 9, -16), textcoords="offset points",
        ha="right" if right else "left", fontsize=8.5, color=palette.INK,
    )  # fmt: skip
    number_axis(axes.xaxis)
    number_axis(axes.yaxis)
    axes.set_xlabel(told["x_label"])
    axes.set_ylabel(told["y_label"])
    axes.grid(axis="y")
