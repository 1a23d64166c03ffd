"""Chart -> PNG, with Matplotlib's objects and no global state of its pyplot."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.figures import palette
from coterie.figures import static_campaigns as campaigns
from coterie.figures import static_maps as maps
from coterie.figures import static_marks as marks
from coterie.figures import static_segments as segments
from coterie.figures.chart import Chart
from coterie.figures.static_style import style
from coterie.figures.words import wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Painter = Callable[["Figure", Any, Chart], None]

PAINTERS: dict[str, Painter] = {
    "elbow": marks.paint_elbow,
    "criterion": marks.paint_criterion,
    "silhouettes": segments.paint_silhouettes,
    "scatter": segments.paint_scatter,
    "pca": segments.paint_scatter,
    "scatter_3d": segments.paint_scatter_3d,
    "sizes": segments.paint_sizes,
    "profile_heatmap": maps.paint_heatmap,
    "correlations": maps.paint_heatmap,
    "strip": marks.paint_strip,
    "distribution": marks.paint_distribution,
    "box": marks.paint_box,
    "missing_map": maps.paint_missing,
    "flow": segments.paint_flow,
    "acceptance": campaigns.paint_acceptance,
    "lift": campaigns.paint_lift,
    "effect": campaigns.paint_lift,
    "plan_curve": campaigns.paint_plan,
}

DPI = 144

PANEL = {"criterion": 2.1, "distribution": 1.9, "box": 0.62}
"""Height of one panel in inches, where it does not depend on the data."""


def paint(chart: Chart) -> Figure:
    """Paint a chart with Matplotlib.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with `png`, or as any figure.
    """
    from matplotlib.figure import Figure

    with style():
        if chart.kind not in PAINTERS:  # small multiples
            return _grid(chart)
        width, height = _extent(chart)
        figure = Figure(figsize=(width, height), dpi=DPI, facecolor=palette.GROUND)
        PAINTERS[chart.kind](figure, _area(figure, chart), chart)
        return figure


def png(chart: Chart) -> bytes:
    """Paint a chart and return it as a PNG file; the same chart gives the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = paint(chart)
    held = io.BytesIO()
    with style():
        canvas: Any = FigureCanvasAgg(figure)
        canvas.print_png(
            held,
            metadata={"Software": None, "Title": chart.title, "Description": chart.alt[:2000]},
            pil_kwargs={"compress_level": 2},
        )
    return held.getvalue()


def write_figures(charts: Mapping[str, Chart], folder: Path | str) -> dict[str, Path]:
    """Paint every chart into `folder` as ``<name>.png``.

    Parameters
    ----------
    charts : mapping of str to Chart
        By file name without its ending. Whatever a file name cannot hold is replaced by ``_``;
        a number is added where two names would then be the same.
    folder : path
        Made where it is absent.

    Returns
    -------
    dict of str to Path
        Where each was written.

    Raises
    ------
    OutputError
        If the folder or a file cannot be written.
    """
    from coterie.errors import OutputError

    place = Path(folder)
    written: dict[str, Path] = {}
    try:
        place.mkdir(parents=True, exist_ok=True)
        taken: set[str] = set()
        for name, chart in charts.items():
            stem = safe_name(name, taken)
            path = place / f"{stem}.png"
            path.write_bytes(chart.picture)
            written[name] = path
    except OSError as reason:
        raise OutputError(
            f"The pictures cannot be written to {place}: {reason.strerror or reason}. "
            "Choose another folder, or make room in this one."
        ) from reason
    return written


def safe_name(name: str, taken: set[str] | None = None) -> str:
    """Return a name that any file system takes, and add it to `taken`.

    Examples
    --------
    >>> safe_name("distribution_Annual Income (k$)")
    'distribution_Annual_Income_k'
    """
    letters = "".join(c if c.isalnum() or c in "-_" else " " for c in name)
    stem = "_".join(letters.split())[:80] or "figure"
    taken = set() if taken is None else taken
    free, number = stem, 2
    while free.casefold() in taken:
        free, number = f"{stem}_{number}", number + 1
    taken.add(free.casefold())
    return free


def _grid(chart: Chart) -> Figure:
    """Paint small multiples, row by row."""
    from matplotlib.figure import Figure

    columns = min(int(chart.encoding.get("columns", 3)), max(len(chart.panels), 1))
    rows = math.ceil(len(chart.panels) / columns)
    heights = [
        max(_panel_height(panel) for panel in chart.panels[i * columns : (i + 1) * columns])
        for i in range(rows)
    ]
    head, gap, foot = _head(chart), 0.75, 0.45 + (0.25 if chart.note else 0.0)
    width = 9.0 if columns > 1 else 7.2
    height = head + sum(heights) + gap * max(rows - 1, 0) + foot
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor=palette.GROUND)
    _words(figure, chart)
    left = 1.75 if any(p.kind == "strip" for p in chart.panels) else 0.62
    between = left if left > 1 else 0.62
    each = (width - left - 0.25 - between * (columns - 1)) / columns
    for i, panel in enumerate(chart.panels):
        row, column = divmod(i, columns)
        top = head + sum(heights[:row]) + gap * row
        own = _panel_height(panel)
        axes = figure.add_axes(
            (
                (left + column * (each + between)) / width,
                1 - (top + own) / height,
                each / width,
                own / height,
            )
        )
        own_unit = panel.kind in ("strip", "distribution", "box")
        axes.set_title(
            wrapped(
                panel.encoding["x_label"] if own_unit else panel.title,
                max(12, int(each / 0.072)),
                lines=1,
            ),
            loc="left",
            fontsize=9.5,
            fontweight="bold",
            color=palette.INK,
            pad=7,
        )
        PAINTERS[panel.kind](figure, axes, panel)
        axes.set_xlabel("")
    return figure


def _panel_height(panel: Chart) -> float:
    """Return the height of a panel in inches."""
    if panel.kind == "strip":
        return 0.28 + 0.24 * max(len(panel), 1)
    return PANEL.get(panel.kind, 2.0)


def _extent(chart: Chart) -> tuple[float, float]:
    """Return the size of a single picture in inches."""
    if chart.kind in ("profile_heatmap", "correlations"):
        across = len(chart.encoding.get("features", chart.encoding.get("labels", ())))
        down = len(chart.encoding["names" if chart.kind == "profile_heatmap" else "labels"])
        many = max(across, down) > maps.DENSE
        cell, tall = (1.0, 0.46) if chart.kind == "profile_heatmap" else (0.62, 0.42)
        cell, tall = (0.3, 0.3) if many and chart.kind == "correlations" else (cell, tall)
        return max(7.2, 3.0 + cell * min(across, 60)), (3.4 if many else 2.55) + tall * max(
            min(down, 60), 1
        )
    if chart.kind == "acceptance":
        told = chart.encoding
        return max(7.2, 3.2 + 0.95 * len(told["campaigns"])), 2.75 + 0.46 * len(told["names"])
    if chart.kind in ("lift", "effect"):
        return 8.0, 2.1 + 0.42 * max(len(chart.data["segment_id"]), 1)
    if chart.kind == "missing_map":
        return 8.0, 1.7 + 0.32 * max(len(chart.encoding["labels"]), 1)
    if chart.kind == "sizes":
        return 9.0, 1.75 + 0.24 * math.ceil(len(chart.encoding["names"]) / 3)
    if chart.kind == "silhouettes":
        return 8.0, max(4.2, 1.6 + 0.42 * len(chart.encoding["names"]))
    if chart.kind == "flow":
        sides = max(len(set(chart.data["left"])), len(set(chart.data["right"])), 1)
        return 8.0, max(3.6, 1.5 + 0.5 * sides)
    if chart.kind in ("scatter", "scatter_3d", "pca"):
        return 8.0, 5.8
    return 7.2, 4.2


def _area(figure: Figure, chart: Chart) -> Any:
    """Write the words and return axes that fill what is left."""
    width, height = figure.get_size_inches()
    _words(figure, chart)
    left, right, bottom, top = 0.85, 0.3, 0.85, _head(chart)
    if chart.kind in ("profile_heatmap", "correlations"):
        left, right, top = 2.05, 0.85, top + 0.75
        if chart.kind == "correlations" and len(chart.encoding["labels"]) > maps.DENSE:
            right, top = 0.3, top + 0.9
        bottom = 0.35
    elif chart.kind == "acceptance":
        left, right, top, bottom = 2.05, 1.0, top + 0.95, 0.45
    elif chart.kind in ("missing_map", "silhouettes", "lift", "effect"):
        left = 2.05
        right = 0.3 if chart.kind == "silhouettes" else 1.45
        top += 0.2 if chart.kind in ("lift", "effect") else 0.0
    elif chart.kind in ("sizes", "flow"):
        left, bottom = 0.3, 0.4
    elif chart.kind == "scatter_3d":
        left, right, bottom, top = 0.2, 1.6, 0.55, top - 0.2
        return figure.add_axes(
            (
                left / width,
                bottom / height,
                1 - (left + right) / width,
                1 - (top + bottom) / height,
            ),
            projection="3d",
        )
    return figure.add_axes(
        (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height)
    )


def _head(chart: Chart) -> float:
    """Return the height in inches that title and subtitle need."""
    lines = wrapped(chart.subtitle, 105, lines=3).count("\n") + 1 if chart.subtitle else 0
    return 0.62 + 0.19 * lines + (0.3 if chart.panels else 0.08)


def _words(figure: Figure, chart: Chart) -> None:
    """Write title, subtitle and note."""
    width, height = figure.get_size_inches()
    x = 0.3 / width
    across = int(width * 14.3)
    figure.text(
        x,
        1 - 0.22 / height,
        wrapped(chart.title, int(width * 8.7), lines=1),
        fontsize=13,
        fontweight="bold",
        color=palette.INK,
        va="top",
    )
    if chart.subtitle:
        figure.text(
            x,
            1 - 0.5 / height,
            wrapped(chart.subtitle, across, lines=3),
            fontsize=9,
            color=palette.MUTED,
            va="top",
            linespacing=1.35,
        )
    if chart.note:
        figure.text(
            x,
            0.13 / height,
            wrapped(chart.note, across, lines=2),
            fontsize=8,
            color=palette.MUTED,
            va="bottom",
        )
