"""Charts of what the segments are like: sizes, means, ranges, and how they split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coterie.figures.chart import Chart
from coterie.figures.words import Described, is_year, say_share, say_value, with_unit

Statistics = Mapping[str, float | None]


def sizes(names: Mapping[int, str], counts: Mapping[int, int]) -> Chart:
    """Draw the segments as one bar, each as wide as its share.

    Returns
    -------
    Chart
        kind ``"sizes"``; data: ``segment_id``, ``segment``, ``customers``, ``share`` (0 to 1).
    """
    total = sum(counts.get(number, 0) for number in names)
    shares = {n: counts.get(n, 0) / total if total else 0.0 for n in names}
    return Chart(
        kind="sizes",
        title="Size of the segments",
        subtitle=f"{total:,} customers by segment.",
        data={
            "segment_id": tuple(names),
            "segment": tuple(names.values()),
            "customers": tuple(int(counts.get(n, 0)) for n in names),
            "share": tuple(shares[n] for n in names),
        },
        encoding={"names": dict(names)},
        units={"customers": "customers", "share": "share"},
        alt="; ".join(f"{names[n]}: {say_share(shares[n])}" for n in names) + ".",
    )


def profile_heatmap(
    features: Sequence[Described],
    names: Mapping[int, str],
    means: Mapping[str, Mapping[int, float | None]],
    *,
    average: Mapping[str, float | None],
    spread: Mapping[str, float | None],
) -> Chart:
    """Draw segments by features: colour for the difference from the average, text for the mean.

    Parameters
    ----------
    features : sequence of columns
    names : mapping of int to str
    means : mapping of feature name to mapping of segment id to float
        In the feature's own unit.
    average, spread : mapping of feature name to float
        Mean and standard deviation over all customers; they only make the colour.

    Returns
    -------
    Chart
        kind ``"profile_heatmap"``; data: ``segment_id``, ``feature``, ``mean``, ``difference``
        (in standard deviations, for the colour only), ``text``, ``average``.
    """
    rows: list[tuple[Any, ...]] = []
    for number in names:
        for feature in features:
            mean, middle = means[feature.name].get(number), average[feature.name]
            width = spread[feature.name]
            known = mean is not None and middle is not None and np.isfinite(mean)
            apart = (mean - middle) / width if known and width else 0.0  # type: ignore[operator]
            rows.append(
                (
                    number,
                    feature.label,
                    mean if known else None,
                    float(apart),
                    say_value(feature, mean),
                    say_value(feature, middle),
                )
            )
    fields = ("segment_id", "feature", "mean", "difference", "text", "average")
    return Chart(
        kind="profile_heatmap",
        title="How the segments differ",
        subtitle="Mean of each segment in its own unit; the stronger the colour, the further "
        "from the average customer.",
        data={name: tuple(row[i] for row in rows) for i, name in enumerate(fields)},
        encoding={
            "names": dict(names),
            "features": tuple(feature.label for feature in features),
            "limit": 1.5,
        },
        units={feature.label: feature.unit for feature in features},
        alt="Table of the segments' means: "
        + "; ".join(
            f"{name}: " + ", ".join(f"{r[1]} {r[4]}" for r in rows if r[0] == number)
            for number, name in names.items()
        )
        + ".",
    )


def comparison(
    features: Sequence[Described],
    names: Mapping[int, str],
    statistics: Mapping[str, Mapping[int, Statistics]],
    *,
    average: Mapping[str, float | None],
) -> Chart:
    """Draw for each feature where each segment's mean and its middle customers lie.

    Parameters
    ----------
    features : sequence of columns
    names : mapping of int to str
    statistics : mapping of feature name to mapping of segment id to mapping
        ``mean``, and ``low`` and ``high`` (10 % and 90 % quantiles), in the feature's unit.
    average : mapping of feature name to float
        Over all customers.

    Returns
    -------
    Chart
        kind ``"comparison"``; a panel of kind ``"strip"`` a feature, with ``segment_id``,
        ``segment``, ``mean``, ``low``, ``high``.
    """
    panels = tuple(
        _strip(feature, names, statistics[feature.name], average[feature.name])
        for feature in features
    )
    return Chart(
        kind="comparison",
        title="The segments side by side",
        subtitle="Dot: the segment's mean. Bar: where eight in ten of its customers lie. Thin "
        "line: the average customer.",
        panels=panels,
        encoding={"columns": 2, "names": dict(names)},
        alt=" ".join(panel.alt for panel in panels),
    )


def _strip(
    feature: Described,
    names: Mapping[int, str],
    statistics: Mapping[int, Statistics],
    average: float | None,
) -> Chart:
    """Draw one feature's mean and range by segment."""
    there = [n for n in names if statistics.get(n, {}).get("mean") is not None]
    said = ", ".join(f"{names[n]} {say_value(feature, statistics[n]['mean'])}" for n in there)
    flag = feature.kind == "flag"
    return Chart(
        kind="strip",
        title=feature.label,
        subtitle="",
        data={
            "segment_id": tuple(there),
            "segment": tuple(names[n] for n in there),
            "mean": tuple(statistics[n]["mean"] for n in there),
            **{
                key: tuple(None if flag else statistics[n].get(key) for n in there)
                for key in ("low", "high")
            },
        },
        encoding={
            "names": dict(names),
            "average": average,
            "x_label": with_unit(feature),
            "texts": tuple(say_value(feature, statistics[n]["mean"]) for n in there),
            "average_text": say_value(feature, average),
            "share": flag or feature.unit == "share",
            "years": ("x",) if is_year(feature) else (),
        },
        units={"mean": feature.unit},
        alt=f"{feature.label}: {said}.",
    )


def flow(pairs: Sequence[tuple[str, str, int]], *, left_title: str, right_title: str) -> Chart:
    """Draw which segments split or merge when another number is chosen.

    Parameters
    ----------
    pairs : sequence of (str, str, int)
        Segment on the left, segment on the right, customers in both.
    left_title, right_title : str
        Such as ``"5 segments"`` and ``"6 segments"``.

    Returns
    -------
    Chart
        kind ``"flow"``; data: ``left``, ``right``, ``customers``.
    """
    kept = [pair for pair in pairs if pair[2] > 0]
    return Chart(
        kind="flow",
        title=f"From {left_title} to {right_title}",
        subtitle="The wider the band, the more customers.",
        data={
            "left": tuple(pair[0] for pair in kept),
            "right": tuple(pair[1] for pair in kept),
            "customers": tuple(int(pair[2]) for pair in kept),
        },
        encoding={"left_title": left_title, "right_title": right_title},
        units={"customers": "customers"},
        alt="; ".join(f"{n:,} customers of {a} become {b}" for a, b, n in kept) + ".",
    )
