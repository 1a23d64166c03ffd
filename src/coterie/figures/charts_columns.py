"""Charts of the columns: distributions, correlations, what is missing, what is unusual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.figures.chart import Chart
from coterie.figures.words import Described, is_year, say_share, say_value, with_unit

Number = float | None

MOST_PANELS = 60
"""Columns that one picture shows at most; the note says how many there are."""


def distribution(
    column: Described,
    edges: Sequence[float],
    counts: Sequence[int],
    *,
    median: Number = None,
    mean: Number = None,
    beyond: int = 0,
) -> Chart:
    """Draw a histogram of one column.

    Parameters
    ----------
    column : column
    edges : sequence of float, n + 1 of them
    counts : sequence of int, n of them
    median, mean : float or None
        Marked where given.
    beyond : int
        Values too far out to be drawn.

    Returns
    -------
    Chart
        kind ``"distribution"``; data: ``low``, ``high``, ``customers``.
    """
    if len(edges) != len(counts) + 1:
        raise ValueError(f"n_edges={len(edges)} should be n_counts + 1={len(counts) + 1}.")
    if column.kind == "flag":
        return _yes_and_no(column, edges, counts)
    said = f", half of them below {say_value(column, median)}" if median is not None else ""
    return Chart(
        kind="distribution",
        title=column.label,
        subtitle="Customers by value.",
        data={
            "low": tuple(float(edge) for edge in edges[:-1]),
            "high": tuple(float(edge) for edge in edges[1:]),
            "customers": tuple(int(count) for count in counts),
        },
        encoding={
            "x_label": with_unit(column),
            "y_label": "Customers",
            "median": median,
            "mean": mean,
            "median_text": f"median {say_value(column, median)}",
            "answers": False,
            "years": is_year(column),
        },
        units={"low": column.unit, "high": column.unit, "customers": "customers"},
        note=_beyond_note(beyond),
        alt=f"Histogram of {column.label}: {sum(counts):,} customers{said}.",
    )


def _beyond_note(beyond: int) -> str:
    """Say how many values lie outside a picture."""
    if not beyond:
        return ""
    verb = "value lies" if beyond == 1 else "values lie"
    return f"{beyond:,} {verb} beyond the picture, far from all others."


def _yes_and_no(column: Described, edges: Sequence[float], counts: Sequence[int]) -> Chart:
    """Draw how many customers say no and how many yes."""
    yes = sum(c for low, high, c in zip(edges, edges[1:], counts, strict=False) if low + high >= 1)
    total = sum(counts)
    share = say_share(yes / total if total else None)
    return Chart(
        kind="distribution",
        title=column.label,
        subtitle="Customers by answer.",
        data={"low": (-0.4, 0.6), "high": (0.4, 1.4), "customers": (total - yes, yes)},
        encoding={
            "x_label": column.label,
            "y_label": "Customers",
            "median": None,
            "mean": None,
            "median_text": f"{share} yes",
            "answers": True,
            "years": False,
        },
        units={"customers": "customers"},
        alt=f"{column.label}: {yes:,} of {total:,} customers say yes ({share}).",
    )


def distributions(panels: Sequence[Chart]) -> Chart:
    """Put histograms side by side.

    Returns
    -------
    Chart
        kind ``"distributions"``; the panels are `distribution` charts.
    """
    return Chart(
        kind="distributions",
        title="Distributions",
        subtitle="How many customers have which value; the line is the median.",
        panels=tuple(panels[:MOST_PANELS]),
        encoding={"columns": 3},
        note=_first_of(len(panels)),
        alt=" ".join(panel.alt for panel in panels[:MOST_PANELS]),
    )


def correlations(
    labels: Sequence[str], matrix: Sequence[Sequence[Number]], *, method: str = "Pearson"
) -> Chart:
    """Draw how columns go together, two by two.

    Parameters
    ----------
    labels : sequence of str, n of them
    matrix : n by n of float or None
        From -1 to 1; None where one of the two is constant.
    method : str

    Returns
    -------
    Chart
        kind ``"correlations"``; data: ``row``, ``column``, ``correlation``.
    """
    names = [str(label) for label in labels[:MOST_PANELS]]
    matrix = [line[:MOST_PANELS] for line in matrix[:MOST_PANELS]]
    rows = [
        (a, b, None if value is None else round(float(value), 12))
        for a, line in zip(names, matrix, strict=True)
        for b, value in zip(names, line, strict=True)
    ]
    strong = sorted(
        (
            (abs(v), a, b, v)
            for i, (a, b, v) in enumerate(rows)
            if v is not None and i // len(names) < i % len(names)
        ),
        key=lambda entry: -entry[0],
    )[:3]
    said = "; ".join(f"{a} and {b} {v:.2f}" for _, a, b, v in strong)
    return Chart(
        kind="correlations",
        title="What goes together",
        subtitle=f"{method} correlation: 1 rise together, 0 unrelated, -1 one falls as the "
        "other rises.".replace("-1", "\N{MINUS SIGN}1"),
        data={
            "row": tuple(r[0] for r in rows),
            "column": tuple(r[1] for r in rows),
            "correlation": tuple(r[2] for r in rows),
        },
        encoding={"labels": tuple(names)},
        note=_first_of(len(labels)),
        alt=f"Correlation heatmap of {len(names)} columns. Strongest: {said or 'none'}.",
    )


def missing_map(
    labels: Sequence[str],
    missing: Sequence[int],
    total: int,
    *,
    blocks: Sequence[Sequence[float]] | None = None,
) -> Chart:
    """Draw where values are missing: a row a column, from the first customer to the last.

    Parameters
    ----------
    labels : sequence of str, n of them
    missing : sequence of int, n of them
        Missing cells of each column.
    total : int
        Rows of the table.
    blocks : n by m of float, optional
        Share missing (0 to 1) in m stretches of rows, in the table's order. Without it one
        stretch, the whole table, is drawn.

    Returns
    -------
    Chart
        kind ``"missing_map"``; data: ``column``, ``block``, ``share``. Columns that lack
        nothing are left out and counted in the note.
    """
    parts = blocks or [[count / total if total else 0.0] for count in missing]
    lacking = [i for i, count in enumerate(missing) if count > 0]
    lacking.sort(key=lambda i: (-missing[i], i))
    whole = len(labels) - len(lacking)
    more = len(lacking) - MOST_PANELS
    lacking = lacking[:MOST_PANELS]
    rows = [(str(labels[i]), j, float(share)) for i in lacking for j, share in enumerate(parts[i])]
    said = "; ".join(f"{labels[i]}: {missing[i]:,} missing" for i in lacking[:20])
    return Chart(
        kind="missing_map",
        title="What is missing",
        subtitle="From the first customer in the table to the last; dark is missing.",
        data={
            "column": tuple(r[0] for r in rows),
            "block": tuple(r[1] for r in rows),
            "share": tuple(r[2] for r in rows),
        },
        encoding={
            "labels": tuple(str(labels[i]) for i in lacking),
            "texts": tuple(
                f"{missing[i]:,} ({say_share(missing[i] / total if total else 0.0)})"
                for i in lacking
            ),
            "total": total,
        },
        units={"share": "share"},
        note=f"{whole:,} of {len(labels):,} columns lack nothing."
        + (f" {more:,} more lack less than those drawn." if more > 0 else "")
        if lacking
        else "Nothing is missing.",
        alt=said + "." if lacking else "No column lacks a value.",
    )


def outliers(columns: Sequence[Described], statistics: Sequence[Mapping[str, Any]]) -> Chart:
    """Draw for each column its middle half, its usual range, and the values beyond.

    Parameters
    ----------
    columns : sequence of columns
    statistics : sequence of mapping
        For each column ``q1``, ``median``, ``q3``, ``low`` and ``high`` (the ends of the usual
        range), ``min``, ``max``, ``outside`` (how many values lie beyond), and, optionally,
        ``values`` (some of them, at most a few hundred).

    Returns
    -------
    Chart
        kind ``"outliers"``; a panel of kind ``"box"`` a column.
    """
    pairs = list(zip(columns, statistics, strict=True))
    panels = tuple(_box(c, s) for c, s in pairs[:MOST_PANELS])
    return Chart(
        kind="outliers",
        title="What is unusual",
        subtitle="Box: the middle half of customers. Line: the usual range. Dots: values beyond.",
        panels=panels,
        encoding={"columns": 2},
        note=_first_of(len(pairs)),
        alt=" ".join(panel.alt for panel in panels),
    )


def _first_of(count: int) -> str:
    """Say that not all columns are drawn; empty if they are."""
    return f"The first {MOST_PANELS} of {count:,} columns." if count > MOST_PANELS else ""


def _box(column: Described, statistics: Mapping[str, Any]) -> Chart:
    """Draw one column's quartiles and the values beyond the usual range."""
    beyond = tuple(float(value) for value in statistics.get("values", ()))
    ends = tuple(
        float(statistics[key])
        for key, inner, sign in (("min", "low", -1), ("max", "high", 1))
        if sign * (statistics[key] - statistics[inner]) > 0
    )
    outside = int(statistics.get("outside", 0))
    return Chart(
        kind="box",
        title=column.label,
        data={"value": tuple(sorted({*beyond, *ends}))},
        encoding={
            "x_label": with_unit(column),
            "text": f"{outside:,} beyond the usual range" if outside else "none beyond",
            "years": is_year(column),
            **{key: float(statistics[key]) for key in ("low", "q1", "median", "q3", "high")},
        },
        units={"value": column.unit},
        alt=f"{column.label}: half of the customers between {say_value(column, statistics['q1'])} "
        f"and {say_value(column, statistics['q3'])}; {outside:,} beyond the usual range.",
    )
