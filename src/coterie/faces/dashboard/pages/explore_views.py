"""The ways to look at a table, each drawn from the stored look alone, so at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from coterie.faces.dashboard import pieces
from coterie.figures import charts
from coterie.figures.chart import MOST_POINTS, thinned_note
from coterie.figures.interactive import to_plotly
from coterie.figures.palette import ACCENT
from coterie.figures.words import mid_sentence, with_unit
from coterie.tables.writing import harmless

if TYPE_CHECKING:
    from coterie.figures.chart import Chart
    from coterie.schema import Column
    from coterie.stores.shelf import StoredLook

FIRST_PANELS = 9
ACROSS = 3
STRONG, WEAK = 0.5, 0.2

FIGURES = {
    "count": ("Count", "Customers with a value."),
    "missing": ("Missing", "Customers without one."),
    "mean": ("Mean", "The sum over the count."),
    "std": ("Std", "Standard deviation: how far values usually lie from the mean."),
    "min": ("Min", "The smallest value."),
    "q25": ("25 %", "A quarter of customers lie below."),
    "median": ("Median", "Half of the customers lie below."),
    "q75": ("75 %", "Three quarters of customers lie below."),
    "max": ("Max", "The largest value."),
    "skew": ("Skew", "0 is even; above 1, a few customers lie far above the others."),
}
"""Field of a statistics row -> its header, and what it tells."""


def statistics(look: StoredLook) -> None:
    """Draw the table of statistics, with a file of it."""
    import polars as pl

    rows = look.statistics
    if not rows:
        st.caption("No column of this table holds numbers.")
        return
    frame = pl.DataFrame(rows, infer_schema_length=None)
    shown = frame.select(
        pl.col("label").alias("Column"),
        pl.col("unit").alias("Unit"),
        *(pl.col(name).alias(said) for name, (said, _) in FIGURES.items()),
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        shown,
        hide_index=True,
        height=min(38 + 35 * len(rows), 640),
        column_config={
            "Column": st.column_config.TextColumn(pinned=True),
            "Unit": st.column_config.TextColumn(width="small"),
            **{
                said: number(help=tells, format=_format(name))
                for name, (said, tells) in FIGURES.items()
            },
        },
        alt="Statistics of each column of numbers",
    )
    st.caption(
        f"Over {look.kept:,} cleaned rows, each column in its own unit. Yes-or-no columns are 1 "
        "and 0: their mean is the share of yes."
    )
    st.download_button(
        "Download the statistics (CSV)",
        harmless(frame).write_csv(),
        file_name=f"{look.name.rpartition('.')[0] or look.name}-statistics.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _format(name: str) -> str:
    """Return how a figure is written."""
    if name in ("count", "missing"):
        return "localized"
    return "%.2f" if name == "skew" else "localized"


def distributions(look: StoredLook) -> None:
    """Draw histograms of the columns that are asked for."""
    there = {
        name.removeprefix("distribution_"): name
        for name in look.charts
        if name.startswith("distribution_")
    }
    if not there:
        st.caption("No column of this table holds numbers.")
        return
    schema = look.described
    features = [name for name in there if name in schema and schema[name].role == "feature"]
    names = [*features, *(name for name in there if name not in features)]
    shown = st.multiselect(
        "Columns",
        names,
        default=names[:FIRST_PANELS],
        format_func=lambda name: schema[name].label if name in schema else name,
        key=f"explore_columns_{look.key}",
    )
    st.caption("How many customers have which value; the line is the median.")
    _grid([look.chart(there[name]) for name in shown], "distribution")


def _grid(panels: list[Chart], kind: str) -> None:
    """Draw charts side by side; on a narrow page below each other."""
    for begin in range(0, len(panels), ACROSS):
        row = panels[begin : begin + ACROSS]
        for place, panel in zip(st.columns(ACROSS, gap="medium"), row, strict=False):
            with place:
                st.markdown(f"**{_escaped(panel.encoding.get('x_label') or panel.title)}**")
                pieces.show_chart(
                    panel, titled=False, key=f"{kind}_{panel.title}_{begin}", height=230
                )


def correlations(look: StoredLook) -> None:
    """Draw which columns go together."""
    if "correlation_matrix" not in look.charts:
        st.caption("It takes two columns of numbers that vary to see what goes together.")
        return
    chart = look.chart("correlation_matrix")
    st.html(f'<p class="co-quiet">{_strongest(chart)}</p>')
    pieces.show_chart(chart, key="correlations")


def _strongest(chart: Chart) -> str:
    """Say which two columns go together most."""
    pairs = [
        (abs(value), row, column, value)
        for row, column, value in zip(
            chart.data["row"], chart.data["column"], chart.data["correlation"], strict=True
        )
        if value is not None and row < column
    ]
    if not pairs:
        return "No two columns vary together."
    _, row, column, value = max(pairs)
    return f"Strongest: {row} and {mid_sentence(column)} ({value:.2f})."


def two_features(look: StoredLook) -> None:
    """Draw any two columns of numbers against each other."""
    columns = [
        column
        for column in look.described
        if column.numeric and not column.personal and column.name in look.sample.columns
    ]
    if len(columns) < 2:
        st.caption("It takes two columns of numbers to set one against the other.")
        return
    columns.sort(key=lambda column: (column.kind != "number", column.role != "feature"))
    by_name = {column.name: column for column in columns}
    left, right = st.columns(2)
    label: Any = lambda name: by_name[name].label  # noqa: E731
    x = left.selectbox(
        "Across", list(by_name), index=0, format_func=label, key=f"explore_x_{look.key}"
    )
    y = right.selectbox(
        "Upwards", list(by_name), index=1, format_func=label, key=f"explore_y_{look.key}"
    )
    if x == y:
        st.caption("Choose two different columns.")
        return
    chart = pair_chart(look, by_name[x], by_name[y])
    figure = to_plotly(chart, titled=False)
    figure.update_traces(marker={"color": ACCENT, "opacity": 0.55, "line": {"width": 0}})
    st.markdown(together(look, by_name[x], by_name[y]))
    pieces.show_chart(chart, titled=False, figure=figure, key="explore_pair", height=520)


def pair_chart(look: StoredLook, x: Column, y: Column) -> Chart:
    """Return the scatter of two columns, in their own units, thinned where customers crowd."""
    xs, ys = _values(look, x), _values(look, y)
    chart = charts.scatter(
        xs, ys, np.zeros(len(xs), dtype=np.int64), axes=(x, y), names={}, total=look.kept
    )
    both = int((np.isfinite(xs) & np.isfinite(ys)).sum())
    shown = min(both, MOST_POINTS)
    whole = shown == both == len(xs) == look.kept
    note = "" if whole else thinned_note(shown, look.kept)
    alt = f"{both:,} customers by {with_unit(x)} and {with_unit(y)}."
    return replace(chart, note=note, alt=alt)


def together(look: StoredLook, x: Column, y: Column) -> str:
    """Say how two columns go together, over the whole table."""
    value = _correlation(look, x, y)
    first, second = x.label, mid_sentence(y.label)
    if value is None:
        return f"{first} or {second} does not vary, so nothing can be said of both."
    if abs(value) < WEAK:
        return f"{first} and {second} hardly go together (correlation {value:.2f})."
    much = "strongly " if abs(value) >= STRONG else ""
    way = "rises" if value > 0 else "falls"
    return f"As {mid_sentence(x.label)} rises, {second} {much}{way} (correlation {value:.2f})."


def _correlation(look: StoredLook, x: Column, y: Column) -> float | None:
    """Return the correlation as the heatmap has it, else that of the sample."""
    if "correlation_matrix" in look.charts:
        data = look.chart("correlation_matrix").data
        for row, column, value in zip(
            data["row"], data["column"], data["correlation"], strict=True
        ):
            if (row, column) == (x.label, y.label):
                return None if value is None else float(value)
    xs, ys = _values(look, x), _values(look, y)
    both = np.isfinite(xs) & np.isfinite(ys)
    if both.sum() < 2 or not np.ptp(xs[both]) or not np.ptp(ys[both]):
        return None
    return float(np.corrcoef(xs[both], ys[both])[0, 1])


def _values(look: StoredLook, column: Column) -> Any:
    """Return a column of the sample as numbers, NaN where a value is missing."""
    import polars as pl

    return look.sample[column.name].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()


def outliers(look: StoredLook) -> None:
    """Draw what lies beyond the usual range of each column."""
    if "outliers" not in look.charts:
        st.caption("No column of this table holds numbers.")
        return
    chart = look.chart("outliers")
    st.caption(chart.subtitle + " Nothing is removed for being unusual.")
    _boxes(chart)


def _boxes(chart: Chart) -> None:
    """Draw a box a column, two side by side; on a narrow page below each other."""
    panels = list(chart.panels)
    for begin in range(0, len(panels), 2):
        for place, panel in zip(
            st.columns(2, gap="large"), panels[begin : begin + 2], strict=False
        ):
            with place:
                said = panel.encoding.get("text", "")
                st.markdown(f"**{_escaped(panel.encoding['x_label'])}**: {_escaped(said)}")
                pieces.show_chart(panel, titled=False, key=f"box_{begin}_{panel.title}")
    if chart.note:
        st.caption(chart.note)


def missing(look: StoredLook) -> None:
    """Draw where in the table values are missing."""
    chart = look.chart("missing")
    if not len(chart):
        st.markdown("**Nothing is missing.** Every customer has a value in every column.")
        return
    pieces.show_chart(chart, key="missing")


def _escaped(text: str) -> str:
    """Return a text that Markdown leaves as it is."""
    for sign in "\\`*_[]<>$~#:":
        text = text.replace(sign, "\\" + sign)
    return text
