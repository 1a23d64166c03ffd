"""What each kind of chart looks like in Matplotlib: lines, strips, histograms and maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.figures import palette
from coterie.figures.chart import Chart
from coterie.figures.static_parts import number_axis
from coterie.figures.words import wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def paint_elbow(_figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw a falling line with the elbow ringed and the number in use marked."""
    ks, values = chart.data["k"], chart.data["inertia"]
    _k_axis(axes, chart)
    axes.plot(ks, _floats(values), color=palette.INK, linewidth=1.6, marker="o", markersize=4)
    axes.set_ylabel(chart.encoding["y_label"])
    axes.set_ylim(bottom=0)
    bend = chart.encoding["elbow"]
    at = dict(zip(ks, values, strict=True))
    if at.get(bend) is not None:
        axes.plot(
            [bend],
            [at[bend]],
            "o",
            markersize=12,
            markerfacecolor="none",
            markeredgecolor=palette.ACCENT,
            markeredgewidth=1.6,
        )
        axes.annotate(
            f"bends most at {bend}",
            (bend, at[bend]),
            xytext=(11, 9),
            textcoords="offset points",
            color=palette.ACCENT,
            bbox=_behind(),
        )


def paint_criterion(_figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw one criterion over k with its null behind it."""
    data, ks = chart.data, chart.data["k"]
    _k_axis(axes, chart, small=True)
    if "null_low" in data:
        axes.fill_between(
            ks,
            _floats(data["null_low"]),
            _floats(data["null_high"]),
            color=palette.NONE,
            alpha=0.45,
            linewidth=0,
        )
    if "null" in data:
        axes.plot(ks, _floats(data["null"]), color=palette.MUTED, linewidth=0.9, linestyle="--")
    if "weakest" in data:
        axes.plot(ks, _floats(data["weakest"]), color=palette.INK, linewidth=0.7, alpha=0.6)
    if chart.encoding["threshold"] is not None:
        axes.axhline(chart.encoding["threshold"], color=palette.MUTED, linewidth=0.8, linestyle=":")
    values = _floats(data["value"])
    if "error" in data:
        axes.errorbar(
            ks,
            values,
            yerr=[abs(e) for e in _floats(data["error"])],
            color=palette.INK,
            linewidth=1.0,
            linestyle="none",
        )
    axes.plot(ks, values, color=palette.INK, linewidth=1.5, marker="o", markersize=3)
    best = chart.encoding["best"]
    at = dict(zip(ks, values, strict=True))
    if best in at:
        axes.plot(
            [best],
            [at[best]],
            "o",
            markersize=9,
            markerfacecolor="none",
            markeredgecolor=palette.ACCENT,
            markeredgewidth=1.5,
        )


def paint_strip(_figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw a segment a line: its middle customers as a bar, its mean as a dot."""
    data, n = chart.data, len(chart)
    places = list(range(n))
    for y, number, low, high, mean in zip(
        places, data["segment_id"], data["low"], data["high"], data["mean"], strict=True
    ):
        colour = palette.segment_colour(number)
        if low is not None and high is not None:
            axes.plot([low, high], [y, y], color=colour, linewidth=5, alpha=0.4)
        axes.plot(
            [mean],
            [y],
            "o",
            color=colour,
            markersize=6.5,
            markeredgecolor=palette.INK,
            markeredgewidth=0.5,
        )
        axes.text(
            1.0,
            y,
            chart.encoding["texts"][y],
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=8,
            color=palette.INK,
        )
    if chart.encoding["average"] is not None:
        axes.axvline(chart.encoding["average"], color=palette.MUTED, linewidth=0.9, zorder=0)
    axes.set_yticks(places, [wrapped(name, 25, lines=1) for name in data["segment"]])
    axes.set_ylim(n - 0.4, -0.6)
    low, high = axes.get_xlim()
    room = 0.08 + 0.032 * max(map(len, chart.encoding["texts"]), default=0)
    axes.set_xlim(low, high + room * (high - low))
    axes.tick_params(axis="y", length=0, labelcolor=palette.INK, labelsize=8)
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=5)
    number_axis(axes.xaxis, year=bool(chart.encoding["years"]))
    if chart.encoding["share"]:
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g} %")


def paint_distribution(_figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw a histogram with the median marked."""
    data = chart.data
    widths = [high - low for low, high in zip(data["low"], data["high"], strict=True)]
    axes.bar(
        data["low"],
        data["customers"],
        width=widths,
        align="edge",
        color=palette.ACCENT,
        alpha=0.75,
        edgecolor=palette.GROUND,
        linewidth=0.6,
    )
    median = chart.encoding["median"]
    if median is not None:
        axes.axvline(median, color=palette.INK, linewidth=1.0)
        axes.annotate(
            chart.encoding["median_text"],
            (median, 1.0),
            xytext=(4, -2),
            va="top",
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            fontsize=8,
            bbox=_behind(),
        )
    axes.set_xlabel(wrapped(chart.encoding["x_label"], 60), fontsize=8.5, labelpad=2)
    axes.locator_params(axis="y", nbins=5, integer=True)
    axes.locator_params(axis="x", nbins=5)
    axes.set_ylim(0, max(data["customers"], default=1) * 1.12 or 1)
    number_axis(axes.xaxis, year=chart.encoding["years"])
    if chart.encoding["answers"]:
        axes.set_xticks(
            [0, 1], ["no", f"yes: {chart.encoding['median_text'].removesuffix(' yes')}"]
        )
    number_axis(axes.yaxis)


def paint_box(_figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw the middle half as a box, the usual range as a line, the rest as dots."""
    told, values = chart.encoding, chart.data["value"]
    axes.plot([told["low"], told["high"]], [0, 0], color=palette.ACCENT, linewidth=1.2)
    axes.plot(
        [told["q1"], told["q3"]],
        [0, 0],
        color=palette.ACCENT,
        linewidth=9,
        alpha=0.55,
        solid_capstyle="butt",
    )
    axes.plot([told["median"]], [0], "|", color=palette.INK, markersize=13, markeredgewidth=1.8)
    axes.plot(
        values,
        [0] * len(values),
        "o",
        markersize=3.5,
        alpha=0.55,
        color=palette.UNUSUAL,
        markeredgewidth=0,
    )
    axes.text(
        1.0,
        1.06,
        told["text"],
        transform=axes.transAxes,
        ha="right",
        va="bottom",
        fontsize=8,
        color=palette.MUTED,
    )
    axes.set_ylim(-1, 1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=5)
    axes.margins(x=0.05)
    number_axis(axes.xaxis, year=chart.encoding["years"])


def _k_axis(axes: Any, chart: Chart, *, small: bool = False) -> None:
    """Prepare an axis of whole numbers of segments, the one in use marked."""
    ks, chosen = chart.data["k"], chart.encoding["chosen"]
    low, high = chart.encoding["range"]
    axes.set_xlim(low - 0.4, high + 0.4)
    axes.set_xticks(ks if len(ks) < 15 else ks[::3])
    axes.grid(axis="y")
    number_axis(axes.yaxis)
    axes.locator_params(axis="y", nbins=5)
    if not small:
        axes.set_xlabel(chart.encoding["x_label"])
    if chosen is not None:
        axes.axvline(chosen, color=palette.ACCENT, linewidth=1.3)
        if not small:
            axes.text(
                chosen,
                1.01,
                f"{chosen} in use",
                color=palette.ACCENT,
                ha="center",
                va="bottom",
                transform=axes.get_xaxis_transform(),
                fontsize=8.5,
            )


def _floats(values: tuple[Any, ...]) -> list[float]:
    """Return numbers, NaN where there is none."""
    return [float("nan") if value is None else float(value) for value in values]


def _behind() -> dict[str, Any]:
    """Return a quiet ground for a text that stands on marks."""
    return {
        "boxstyle": "square,pad=0.15",
        "facecolor": palette.GROUND,
        "edgecolor": "none",
        "alpha": 0.8,
    }
