"""What the charts of segments look like in Matplotlib: points, sizes, silhouettes, flows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.figures import palette
from coterie.figures.chart import Chart, drawn
from coterie.figures.labels import place_labels
from coterie.figures.static_parts import number_axis
from coterie.figures.words import say_number, say_share, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHAPES = {"circle": "o", "square": "s", "diamond": "D", "triangle-up": "^"}


def paint_scatter(figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw points in the segments' colours, and the names at the centres."""
    _points(axes, chart, ("x", "y"))
    axes.set_xlabel(wrapped(chart.encoding["x_label"], 80))
    axes.set_ylabel(wrapped(chart.encoding["y_label"], 60))
    axes.margins(0.04)
    axes.grid(True)
    if chart.kind == "pca":
        axes.set_xticklabels([])
        axes.set_yticklabels([])
    else:
        number_axis(axes.xaxis, year="x" in chart.encoding["years"])
        number_axis(axes.yaxis, year="y" in chart.encoding["years"])
    for key, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        if f"{key}_drawn" in chart.data:
            axis.set_ticks(sorted(set(chart.data[key])))
    _names(figure, axes, chart)


def _points(axes: Any, chart: Chart, keys: tuple[str, ...]) -> None:
    """Draw all points of one shape at once; their order in the data mixes the segments."""
    ids = np.asarray(chart.data["segment_id"], dtype=np.int64)
    values = [drawn(chart, key) for key in keys]
    shapes = np.array([palette.segment_marker(int(i)) for i in ids], dtype=object)
    colours = np.array([palette.segment_colour(int(i)) for i in ids], dtype=object)
    size = float(np.clip(9000 / max(len(ids), 1), 7, 34))
    for shape in dict.fromkeys(shapes.tolist()):
        own = shapes == shape
        axes.scatter(
            *(v[own] for v in values),
            c=colours[own].tolist(),
            marker=_SHAPES[shape],
            s=size,
            alpha=0.8,
            linewidths=0.35,
            edgecolors=palette.RIM,
        )


def _names(figure: Figure, axes: Any, chart: Chart) -> None:
    """Write each name beside its centre, with a line to it where it had to move away."""
    from matplotlib.patheffects import withStroke

    names, centres = chart.encoding["names"], chart.encoding["centres"]
    if not centres:
        return
    axes.set_xlim(axes.get_xlim())  # pixels are asked for below, so nothing may move any more
    axes.set_ylim(axes.get_ylim())
    texts = {n: wrapped(names[n], 24) for n in centres}
    box = axes.get_window_extent()
    scale = figure.dpi / 72
    pixels = axes.transData.transform(list(centres.values())) - (box.x0, box.y0)
    sizes = [_text_size(text, 9.5 * scale) for text in texts.values()]
    spots = place_labels(
        [(x, box.height - y) for x, y in pixels], sizes, (box.width, box.height), clear=8 * scale
    )
    halo = [withStroke(linewidth=3, foreground=palette.GROUND)]
    for (number, text), (x, y), anchor, size in zip(
        texts.items(), spots, pixels, sizes, strict=True
    ):
        spot = (x, box.height - y)
        away = max(abs(spot[0] - anchor[0]) - size[0] / 2, abs(spot[1] - anchor[1]) - size[1] / 2)
        if away > 13 * scale:
            axes.annotate(
                "",
                _fraction(anchor, box),
                _fraction(spot, box),
                zorder=4,
                xycoords="axes fraction",
                textcoords="axes fraction",
                arrowprops={"arrowstyle": "-", "color": palette.INK, "linewidth": 0.7},
            )
        axes.plot(
            *centres[number],
            marker=_SHAPES[palette.segment_marker(number)],
            markersize=9,
            color=palette.segment_colour(number),
            markeredgecolor=palette.INK,
            markeredgewidth=1.2,
            zorder=5,
        )
        axes.text(
            *_fraction(spot, box),
            text,
            transform=axes.transAxes,
            ha="center",
            va="center",
            fontsize=9.5,
            fontweight="bold",
            path_effects=halo,
            zorder=6,
            linespacing=1.1,
        )


def _fraction(spot: Any, box: Any) -> tuple[float, float]:
    """Return pixels as a fraction of the axes."""
    return float(spot[0]) / box.width, float(spot[1]) / box.height


def _text_size(text: str, pixels: float) -> tuple[float, float]:
    """Estimate the width and height of a text in Inter SemiBold."""
    lines = text.split("\n")
    return 0.58 * pixels * max(len(line) for line in lines), 1.15 * pixels * len(lines)


def paint_scatter_3d(figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw three features, with a key beside the cube."""
    _points(axes, chart, ("x", "y", "z"))
    for axis, key in ((axes.xaxis, "x"), (axes.yaxis, "y"), (axes.zaxis, "z")):
        axis.set_pane_color((0, 0, 0, 0))
        axis._axinfo["grid"].update(color=palette.HAIRLINE, linewidth=0.6)
        axis.set_label_text(wrapped(chart.encoding[f"{key}_label"], 34))
        number_axis(axis, year=key in chart.encoding["years"])
        if f"{key}_drawn" in chart.data:
            axis.set_ticks(sorted(set(chart.data[key])))
        axis.set_tick_params(labelsize=7.5)
    axes.view_init(elev=22, azim=-52)
    axes.set_box_aspect((1.15, 1.15, 0.9), zoom=1.02)
    _key(figure, chart, x=0.8, top=0.82, columns=1)


def _key(figure: Figure, chart: Chart, *, x: float, top: float, columns: int) -> None:
    """Write the names beside discs of their colours, below each other."""
    width, height = figure.get_size_inches()
    names = list(chart.encoding["names"].items())
    step = 0.3 / height
    for i, (number, name) in enumerate(names):
        across = x + (i % columns) * (1 - x) / columns
        y = top - (i // columns) * step
        figure.text(
            across,
            y,
            "\N{BLACK CIRCLE}",
            color=palette.segment_colour(number),
            fontsize=10,
            va="center",
        )
        figure.text(across + 0.17 / width, y, wrapped(name, 20, lines=2), fontsize=8, va="center")


def paint_sizes(figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw one bar over the full width, and a key with shares and counts."""
    data, left = chart.data, 0.0
    width, height = figure.get_size_inches()
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    for number, share in zip(data["segment_id"], data["share"], strict=True):
        colour = palette.segment_colour(number)
        axes.barh(
            0, share, left=left, height=1, color=colour, edgecolor=palette.GROUND, linewidth=2
        )
        if share >= 0.045:
            axes.text(
                left + share / 2,
                0,
                say_share(share),
                ha="center",
                va="center",
                color=palette.text_on(colour),
                fontsize=10,
                fontweight="bold",
            )
        left += share
    rows = -(-len(data["share"]) // 3)
    axes.set_position((0.3 / width, (0.4 + 0.24 * rows) / height, 1 - 0.6 / width, 0.42 / height))
    for i, (number, name, count, share) in enumerate(
        zip(*(data[c] for c in ("segment_id", "segment", "customers", "share")), strict=True)
    ):
        x = (0.3 + (i % 3) * (width - 0.6) / 3) / width
        y = (0.3 + 0.24 * (rows - 1 - i // 3)) / height
        figure.text(
            x, y, "\N{BLACK CIRCLE}", color=palette.segment_colour(number), fontsize=10, va="center"
        )
        text = f"{wrapped(name, 27, lines=1)}  {say_share(share)} ({count:,})"
        figure.text(x + 0.17 / width, y, text, fontsize=8.5, va="center")


def paint_silhouettes(_figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw a block a segment, as high as it is large, its customers sorted."""
    told = chart.encoding
    ids = np.asarray(chart.data["segment_id"])
    ranks = np.asarray(chart.data["rank"], dtype=np.float64)
    values = np.asarray(chart.data["silhouette"], dtype=np.float64)
    total, top = max(sum(told["sizes"].values()), 1), 0.0
    places, texts = [], []
    for number, size in told["sizes"].items():
        tall = max(size / total, 0.06)
        own = ids == number
        axes.fill_betweenx(
            top + ranks[own] * tall,
            0,
            values[own],
            linewidth=0,
            color=palette.segment_colour(number),
            step="mid",
        )
        places.append(top + tall / 2)
        texts.append(
            f"{wrapped(told['names'][number], 28, lines=1)}\n"
            f"{size:,} customers, mean {say_number(told['means'][number])}"
        )
        top += tall + 0.02
    axes.set_yticks(places, texts)
    axes.set_ylim(top, -0.02)
    axes.tick_params(axis="y", length=0, labelcolor=palette.INK, labelsize=8)
    axes.axvline(0, color=palette.INK, linewidth=0.8)
    if told["overall"] is not None:
        axes.axvline(told["overall"], color=palette.INK, linewidth=1.0, linestyle="--")
        axes.text(
            told["overall"],
            1.0,
            f"mean {say_number(told['overall'])}",
            ha="center",
            va="bottom",
            transform=axes.get_xaxis_transform(),
            fontsize=8.5,
        )
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(told["x_label"])
    axes.set_xlim(min(-0.1, float(values.min(initial=0.0)) - 0.03), 1.0)


def paint_flow(_figure: Figure, axes: Any, chart: Chart) -> None:
    """Draw bands from the segments on the left to those on the right."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    data = chart.data
    axes.set_axis_off()
    axes.set_xlim(-0.45, 1.45)
    axes.set_ylim(1.06, -0.09)
    left, right = flow_stacks(chart)
    ids = chart.encoding.get("left_ids", {})
    used_left, used_right = {k: v[0] for k, v in left.items()}, {k: v[0] for k, v in right.items()}
    total = sum(data["customers"]) or 1
    gaps = 1 - 0.03 * (max(len(left), len(right)) - 1)
    for a, b, count in zip(data["left"], data["right"], data["customers"], strict=True):
        tall = count / total * gaps
        y, z = used_left[a], used_right[b]
        used_left[a], used_right[b] = y + tall, z + tall
        points = [
            (0, y),
            (0.5, y),
            (0.5, z),
            (1, z),
            (1, z + tall),
            (0.5, z + tall),
            (0.5, y + tall),
            (0, y + tall),
            (0, y),
        ]
        codes = [1, 4, 4, 4, 2, 4, 4, 4, 79]
        colour = palette.segment_colour(ids.get(a, 1 + list(left).index(a)))
        axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.55, linewidth=0))
    for x, side, align, title in (
        (0, left, "right", chart.encoding["left_title"]),
        (1, right, "left", chart.encoding["right_title"]),
    ):
        away = -0.015 if align == "right" else 0.015
        axes.text(x + away, -0.06, title, ha=align, color=palette.MUTED)
        for name, (low, high) in side.items():
            axes.plot([x, x], [low, high], color=palette.INK, linewidth=2, solid_capstyle="butt")
            axes.text(x + away, (low + high) / 2, wrapped(name, 26), ha=align, va="center")


def flow_stacks(chart: Chart) -> tuple[dict[str, tuple[float, float]], ...]:
    """Return where each segment stands on the left and on the right, 0 to 1 from the top."""
    total = sum(chart.data["customers"]) or 1
    sides = []
    names = [list(dict.fromkeys(chart.data[side])) for side in ("left", "right")]
    gaps = 1 - 0.03 * (max(len(n) for n in names) - 1)
    for side, order in zip(("left", "right"), names, strict=True):
        place, stack = 0.0, {}
        for name in order:
            count = sum(
                c
                for n, c in zip(chart.data[side], chart.data["customers"], strict=True)
                if n == name
            )
            stack[name] = (place, place + count / total * gaps)
            place += count / total * gaps + 0.03
        sides.append(stack)
    return tuple(sides)
