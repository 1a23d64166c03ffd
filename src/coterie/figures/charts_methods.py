"""The chart of several methods: how far their groups are the same."""

from __future__ import annotations

from collections.abc import Sequence

from coterie.figures.chart import Chart
from coterie.figures.charts_columns import correlations

SEEN = 0.005
"""What is nearer to nothing is 0.00 on a picture."""


def agreement(names: Sequence[str], matrix: Sequence[Sequence[float | None]]) -> Chart:
    """Draw how far every two methods agree, by the adjusted Rand index.

    Parameters
    ----------
    names : sequence of str, n of them
        Of the methods.
    matrix : n by n of float or None
        1 the same groups, 0 as chance would agree; 1 for a method and itself.

    Returns
    -------
    Chart
        kind ``"correlations"``; data: ``row``, ``column``, ``correlation`` (the index).

    Examples
    --------
    >>> agreement(["k-means", "DBSCAN"], [[1.0, 0.4], [0.4, 1.0]]).data["correlation"]
    (1.0, 0.4, 0.4, 1.0)
    """
    # As alike as by chance is said without a sign.
    matrix = [[0.0 if v is not None and abs(v) < SEEN else v for v in row] for row in matrix]
    drawn = correlations(names, matrix)
    pairs = sorted(
        (
            (matrix[i][j] or 0.0, names[i], names[j])
            for i in range(len(names))
            for j in range(i + 1, len(names))
            if matrix[i][j] is not None
        ),
        key=lambda pair: -pair[0],
    )
    said = ""
    if pairs:
        most, least = pairs[0], pairs[-1]
        said = (
            f" Most alike: {most[1]} and {most[2]}, {most[0]:.2f}. Least alike: {least[1]} and "
            f"{least[2]}, {least[0]:.2f}."
        )
    return Chart(
        kind=drawn.kind,
        title="Do they find the same groups?",
        subtitle="Agreement of every two methods (adjusted Rand index): 1 the same groups, 0 no "
        "more alike than by chance.",
        data=drawn.data,
        encoding=drawn.encoding,
        alt=f"Heatmap of the agreement of {len(names)} methods.{said}",
    )
