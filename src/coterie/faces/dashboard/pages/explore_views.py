"""The ways to look at a table, each drawn from the stored look alone, so at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from coterie.faces.dashboard import pieces
from coterie.faces.dashboard.pages.segment_settings import usual_choice
from coterie.figures import charts
from coterie.figures.chart import MOST_POINTS, thinned_note
from coterie.figures.interactive import to_plotly
from coterie.figures.palette import ACCENT
from coterie.figures.words import mid_sentence, say_number, say_value, with_unit
from coterie.tables.writing import harmless

if TYPE_CHECKING:
    from coterie.figures.chart import Chart
    from coterie.schema import Column, Schema
    from coterie.stores.shelf import StoredLook

MOST_ROWS = 300
FIRST_PANELS = 9
FIRST_PAIRS = 12
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
    st.html(statistics_table(rows[:MOST_ROWS], look.described))
    more = f" The first {MOST_ROWS} of {len(rows):,} columns." if len(rows) > MOST_ROWS else ""
    st.caption(
        f"Over {look.kept:,} cleaned rows, rounded; the exact value shows on a figure, and the "
        f"file holds all digits.{more}"
    )
    st.download_button(
        "Download the statistics (CSV)",
        harmless(pl.DataFrame(rows, infer_schema_length=None)).write_csv(),
        file_name=f"{look.name.rpartition('.')[0] or look.name}-statistics.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def statistics_table(rows: Sequence[Mapping[str, Any]], schema: Schema) -> str:
    """Return the statistics as HTML, each figure as a person would say it.

    Parameters
    ----------
    rows : sequence of mapping
        As `StoredLook.statistics`.
    schema : Schema
        Of their columns.
    """
    heads = "".join(
        f'<th class="n" scope="col" title="{escape(tells)}">{said}</th>'
        for said, tells in FIGURES.values()
    )
    known = {column.name: column for column in schema}
    body = "".join(_statistics_row(row, known.get(row["column"])) for row in rows)
    return (
        '<div class="co-scroll" tabindex="0" role="region" aria-label="Statistics">'
        f'<table class="co-table wide"><thead><tr><th scope="col">Column</th>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _statistics_row(row: Mapping[str, Any], column: Column | None) -> str:
    """Return one column's figures; years and shares are said as such."""
    cells = []
    for name in FIGURES:
        value = row[name]
        if name in ("count", "missing"):
            text = f"{value:,}"
        elif column is not None and name in ("mean", "min", "q25", "median", "q75", "max"):
            text = say_value(replace(column, unit="" if column.unit != "year" else "year"), value)
        else:
            text = say_number(value)
        exact = "" if value is None else f' title="{value:.10g}"'
        cells.append(f'<td class="n"{exact}>{escape(text)}</td>')
    head = with_unit(column) if column is not None and column.kind != "flag" else row["label"]
    return f'<tr><th scope="row">{escape(head)}</th>{"".join(cells)}</tr>'


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
                figure = to_plotly(panel, titled=False)
                figure.update_xaxes(title=None)
                figure.update_yaxes(title=None)
                figure.update_layout(margin={"l": 44, "r": 12, "t": 24, "b": 32})
                key = f"{kind}_{panel.title}_{begin}"
                pieces.show_chart(panel, titled=False, key=key, height=200, figure=figure)


def correlations(look: StoredLook) -> None:
    """Draw which columns go together, of those that are asked for."""
    if "correlation_matrix" not in look.charts:
        st.caption("It takes two columns of numbers that vary to see what goes together.")
        return
    whole = look.chart("correlation_matrix")
    labels = list(whole.encoding["labels"])
    shown = st.multiselect(
        "Columns", labels, default=_first_labels(look, labels), key=f"explore_pairs_{look.key}"
    )
    if len(shown) < 2:
        st.caption("Choose two columns or more.")
        return
    pairs = zip(whole.data["row"], whole.data["column"], strict=True)
    known = dict(zip(pairs, whole.data["correlation"], strict=True))
    ordered = [label for label in labels if label in shown]
    chart = charts.correlations(ordered, [[known.get((a, b)) for b in ordered] for a in ordered])
    st.markdown(_strongest(chart))
    least = 280 + 56 * len(ordered)
    st.html(
        "<style>.st-key-explore_wide { overflow-x: auto; } "
        f".st-key-explore_wide [data-testid=stElementContainer] {{ min-width: {least}px; }}</style>"
    )
    with st.container(key="explore_wide"):
        pieces.show_chart(chart, key="correlations", titled=False)
    st.caption(chart.subtitle)


def _first_labels(look: StoredLook, labels: list[str]) -> list[str]:
    """Return the columns that are drawn at first: the usual features, then other numbers."""
    columns = [*_usual(look), *(c for c in look.described if c.kind == "number")]
    found = dict.fromkeys(c.label for c in columns if c.label in labels)
    return list(found)[:FIRST_PAIRS] or labels[:FIRST_PAIRS]


def _usual(look: StoredLook) -> list[Column]:
    """Return the columns that groups would be looked for in, where that is known."""
    choice = usual_choice(look, say=False)
    return [look.described[name] for name in choice.chosen] if choice else []


def _strongest(chart: Chart) -> str:
    """Say which columns go together most."""
    pairs = [
        (abs(value), row, column, value)
        for row, column, value in zip(
            chart.data["row"], chart.data["column"], chart.data["correlation"], strict=True
        )
        if value is not None and row < column
    ]
    if not pairs:
        return "No two of these columns vary together."
    top = sorted(pairs, reverse=True)[:3]
    said = "; ".join(
        f"{_escaped(a)} and {_escaped(mid_sentence(b))} {_signed(value)}" for _, a, b, value in top
    )
    return f"Strongest: {said}."


def _signed(value: float) -> str:
    """Return a correlation with a true minus sign."""
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


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
    first = [column.name for column in _usual(look)[:2]]
    columns.sort(key=lambda c: (c.name not in first, c.kind != "number", c.role != "feature"))
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
    note = f"{len(xs) - both:,} customers lack one of the two." if both < len(xs) else ""
    if both > MOST_POINTS or len(xs) < look.kept:
        note = thinned_note(min(both, MOST_POINTS), look.kept)
    alt = f"{both:,} customers by {with_unit(x)} and {with_unit(y)}."
    return replace(chart, note=note, alt=alt)


def together(look: StoredLook, x: Column, y: Column) -> str:
    """Say how two columns go together, over the whole table."""
    value = _correlation(look, x, y)
    first, second = x.label, mid_sentence(y.label)
    if value is None:
        return f"{first} or {second} does not vary, so nothing can be said of both."
    if abs(value) < WEAK:
        return f"{first} and {second} hardly go together (correlation {_signed(value)})."
    much = "strongly " if abs(value) >= STRONG else ""
    way = "rises" if value > 0 else "falls"
    return f"As {mid_sentence(x.label)} rises, {second} {much}{way} (correlation {_signed(value)})."


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
                st.markdown(f"**{_escaped(panel.encoding['x_label'])}**")
                figure = to_plotly(panel, titled=False)
                figure.update_xaxes(title=None)
                key = f"box_{begin}_{panel.title}"
                pieces.show_chart(panel, titled=False, key=key, figure=figure, height=110)
    if chart.note:
        st.caption(chart.note)


def missing(look: StoredLook) -> None:
    """Draw where in the table values are missing."""
    chart = look.chart("missing")
    if not len(chart):
        st.markdown("**Nothing is missing.** Every customer has a value in every column.")
        return
    own = set(look.schema.names)
    whole = sum(not row["missing"] for row in look.quality if row["column"] in own)
    chart = replace(chart, note=f"{whole:,} of {len(own):,} columns of the table lack nothing.")
    figure = to_plotly(chart, titled=False)
    labels = [escape(name) for name in chart.encoding["labels"]]
    figure.update_yaxes(ticktext=["<br>".join(wrap(name, 22)) for name in labels])
    pieces.show_chart(chart, key="missing", figure=figure)


def _escaped(text: str) -> str:
    """Return a text that Markdown leaves as it is."""
    for sign in "\\`*_[]<>$~#:":
        text = text.replace(sign, "\\" + sign)
    return text
