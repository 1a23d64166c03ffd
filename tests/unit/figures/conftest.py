"""One chart of every kind, from three customers' worth of numbers up to a few hundred."""

from __future__ import annotations

import numpy as np
import pytest

from coterie.figures import charts
from coterie.schema import Column

INCOME = Column("income", "number", "feature", label="Annual income", unit="k$")
SCORE = Column("score", "number", "feature", label="Spending score")
AGE = Column("age", "number", "feature", label="Age", unit="years")
FEMALE = Column("female", "flag", "feature", label="Female")
COLUMNS = (INCOME, SCORE, AGE, FEMALE)


def quality_rows() -> list[dict]:
    """Return a quality table from k = 1 with its gaps: no silhouette at 1."""
    rows = [{"k": 1, "inertia": 400.0, "gap": 0.2, "gap_error": 0.01, "silhouette": None}]
    rows += [
        {
            "k": k,
            "inertia": 400.0 / k,
            "silhouette": 0.55 - 0.05 * abs(k - 5),
            "silhouette_null": 0.36,
            "silhouette_null_sd": 0.01,
            "calinski_harabasz": 100.0 + k,
            "calinski_harabasz_null": 90.0,
            "davies_bouldin": 1.0 - 0.1 * k + 0.01 * k * k,
            "gap": 0.3 + 0.01 * k,
            "gap_error": 0.02,
            "prediction_strength": 0.95 - 0.04 * abs(k - 4),
            "stability": 0.9,
            "weakest_stability": 0.7,
        }
        for k in range(2, 9)
    ]
    return rows


def charts_of(names: dict[int, str], *, n: int = 120, columns=COLUMNS) -> dict[str, charts.Chart]:
    """Return every chart for customers who fall evenly into the segments of `names`."""
    rng = np.random.default_rng(0)
    order = list(names)
    ids = np.array([order[i % len(order)] for i in range(n)])
    points = rng.normal(size=(n, 3)) + 4 * ids[:, None] * np.array([1.0, -1.0, 0.5])
    flags = rng.integers(0, 2, n)
    table = np.column_stack([points, flags])

    def means(j: int) -> dict[int, float]:
        return {i: float(table[ids == i, j].mean()) for i in order}

    statistics = {
        c.name: {i: {"mean": m, "low": m - 1, "high": m + 1} for i, m in means(j).items()}
        for j, c in enumerate(columns)
    }
    average = {c.name: float(table[:, j].mean()) for j, c in enumerate(columns)}
    spread = {c.name: float(table[:, j].std()) for j, c in enumerate(columns)}
    rows = quality_rows()
    counts, edges = np.histogram(table[:, 0], 8)
    histogram = charts.distribution(columns[0], edges.tolist(), counts.tolist(), median=1.5)
    box = {"q1": 1.0, "median": 2.0, "q3": 3.0, "low": 0.0, "high": 5.0, "min": 0.0, "max": 9.0}
    x, y, z = points.T
    return {
        "elbow": charts.elbow(rows, elbow=4, chosen=5),
        "criteria": charts.criteria(rows, chosen=5),
        "silhouettes": charts.silhouettes(rng.uniform(-0.1, 0.9, n), ids, names=names),
        "clusters_2d": charts.scatter(x, y, ids, axes=columns[:2], names=names),
        "clusters_3d": charts.scatter_3d(x, y, z, ids, axes=columns[:3], names=names),
        "clusters_pca": charts.pca_2d(x, y, ids, names=names, explained=(0.5, 0.25)),
        "sizes": charts.sizes(names, {i: int((ids == i).sum()) for i in order}),
        "profile_heatmap": charts.profile_heatmap(
            columns,
            names,
            {c.name: means(j) for j, c in enumerate(columns)},
            average=average,
            spread=spread,
        ),
        "comparison": charts.comparison(columns, names, statistics, average=average),
        "flow": charts.flow(
            [(name, "rest", 3) for name in names.values()], left_title="now", right_title="then"
        ),
        "correlation_matrix": charts.correlations(
            [c.label for c in columns], np.corrcoef(table.T).tolist()
        ),
        "distribution_income": histogram,
        "distributions": charts.distributions([histogram]),
        "missing": charts.missing_map(
            [c.label for c in columns], [0, 3, 0, 1], n, blocks=[[0.0] * 4, [0.1] * 4] * 2
        ),
        "outliers": charts.outliers(columns[:1], [{**box, "outside": 2, "values": [8.0, 9.0]}]),
    }


@pytest.fixture(scope="session")
def every_chart() -> dict[str, charts.Chart]:
    """Return one chart of each kind for three segments."""
    return charts_of({1: "Stars", 2: "Careless", 3: "Target"})
