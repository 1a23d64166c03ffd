"""Report views from 200 generated customers in planted groups."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from coterie.figures import charts
from coterie.report import (
    ColumnView,
    EvidenceView,
    ExplorationView,
    ReportView,
    SegmentView,
)
from coterie.schema.notes import Note

LONG = "Sehr kaufkräftige Stammkundinnen mit Donaudampfschifffahrtsgesellschaftskapitän"


def columns_of(label: str = "Annual income") -> list[ColumnView]:
    return [
        ColumnView(
            "income", label=label, unit="k$", why="Differs between customers.", average=60.0
        ),
        ColumnView("score", label="Spending score", average=50.0),
        ColumnView("age", label="Age", unit="years", used=False, average=40.0),
        ColumnView("female", kind="flag", label="Female", used=False, average=0.5),
    ]


def report_view(
    k: int = 5, *, name: Callable[[int], str] | None = None, label="Annual income", painted=False
):
    """Return the view of a run that found `k` segments; `painted` with true stills."""
    rng = np.random.default_rng(7)
    ids = np.arange(200) % k + 1
    centres = rng.uniform(0, 100, size=(k, 3))
    points = centres[ids - 1] + rng.normal(0, 5, size=(200, 3))
    names = {i: name(i) if name else f"Group {i}" for i in range(1, k + 1)}
    columns = columns_of(label)
    table = np.column_stack([points, rng.integers(0, 2, 200)])

    def by_segment(j: int) -> dict[int, float]:
        return {i: float(table[ids == i, j].mean()) for i in names}

    means = {c.name: by_segment(j) for j, c in enumerate(columns)}
    average = {c.name: c.average for c in columns}
    statistics = {
        c: {i: {"mean": m, "low": m - 5, "high": m + 5} for i, m in v.items()}
        for c, v in means.items()
    }
    quality = [
        {"k": j, "inertia": 200 / j, "silhouette": 0.5 - 0.02 * abs(j - 5), "silhouette_null": 0.36,
         "silhouette_null_sd": 0.01, "gap": 0.1 * j, "gap_error": 0.02, "smallest": 1 / j}
        for j in range(2, 9)
    ]  # fmt: skip
    x, y, z = points.T
    pair, triple = tuple(columns[:2]), tuple(columns[:3])
    drawn = {
        "clusters_2d": charts.scatter(x, y, ids, axes=pair, names=names),
        "clusters_3d": charts.scatter_3d(x, y, z, ids, axes=triple, names=names),
        "clusters_pca": charts.pca_2d(x, y, ids, names=names, explained=(0.5, 0.3)),
        "elbow": charts.elbow(quality, elbow=4, chosen=k),
        "criteria": charts.criteria(quality, chosen=k),
        "silhouettes": charts.silhouettes(rng.uniform(0, 1, 200), ids, names=names),
        "profile_heatmap": charts.profile_heatmap(
            columns, names, means, average=average, spread=dict.fromkeys(average, 20.0)
        ),
        "comparison": charts.comparison(columns, names, statistics, average=average),
    }
    return ReportView(
        name="customers.csv",
        customers=200,
        quarantined=3,
        date="21 November 2026",
        verdict="natural",
        verdict_sentence="Customers fall into separated groups.",
        verdict_meaning="Plan around them.",
        k=k,
        k_reason="The evidence agrees.",
        segments=[
            SegmentView(
                i, names[i], int((ids == i).sum()), float((ids == i).mean()),
                description="Earn much, spend little.", advice="Ask them why.",
                facts=("spends 3.1 times the average", "income below 40 k$"),
                rule="annual income above 70 k$", rule_precision=0.97, rule_coverage=0.95,
                stability=0.9, means={c: v[i] for c, v in means.items()},
                others=(("Education", "Graduation 52 %"),),
            )
            for i in names
        ],
        columns=columns,
        left_out=[("Customer id", "An id: it differs on every row.")],
        evidence=[EvidenceView("silhouette", 0.55, 0.37, 0.01, "Far beyond chance.")],
        charts=drawn,
        stills={} if painted else dict.fromkeys(drawn, b"a picture"),
        reading=[Note("separator", "Columns are separated by semicolons.")],
        cleaning=[Note("missing", "24 incomes were filled with the median.", level="warning")],
        votes=[("silhouette", 5, "highest"), ("gap", None, "never levels off")],
        quality=quality,
        rules_fidelity=0.96,
        rules_price=0.05,
        settings={"k": None, "seed": 0, "features": ["income", "score"]},
        provenance={"fingerprint": "ab12" * 16},
        steps=[("Place a customer", "coterie place out/segmentation.zip --set income=70")],
    )  # fmt: skip


def exploration_view(label: str = "Annual income") -> ExplorationView:
    """Return the view of a look at three columns."""
    columns = columns_of(label)
    numbers = {"count": 190, "missing": 10, "mean": 60.0, "std": 9.5, "min": -3.0, "q1": 50.0,
               "median": 61.0, "q3": 70.0, "max": 99.0, "skew": 0.1}  # fmt: skip
    parts = [charts.distribution(c, [0.0, 1.0, 2.0], [3, 4], median=1.0) for c in columns]
    box = {"q1": 1, "median": 2, "q3": 3, "low": 0, "high": 5, "min": 0, "max": 9, "outside": 1}
    return ExplorationView(
        name="customers.csv",
        rows=200,
        columns=columns,
        roles={c.name: "feature" for c in columns},
        statistics=[{"name": c.name, **numbers} for c in columns],
        charts={
            "distributions": charts.distributions(parts),
            "distribution_income": parts[0],
            "correlation_matrix": charts.correlations(
                [c.label for c in columns], np.eye(4).tolist()
            ),
            "missing": charts.missing_map([c.label for c in columns], [10, 0, 0, 0], 200),
            "outliers": charts.outliers(columns[:1], [box]),
        },
        notes=[Note("encoding", "Text is Latin-1.")],
        highlights=("Ten incomes are missing.",),
    )


@pytest.fixture(scope="session")
def make_report():
    """Return the builder of report views."""
    return report_view


@pytest.fixture(scope="session")
def make_exploration():
    """Return the builder of exploration views."""
    return exploration_view


@pytest.fixture(scope="session")
def long_name() -> str:
    """Return a name that fits nowhere."""
    return LONG
