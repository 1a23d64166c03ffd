"""Figures of methods that find the number of groups themselves."""

import math

import numpy as np
import pytest
from sklearn import metrics

from coterie.cluster.one_number import least_kept, only_row, usual_figures

POINTS = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0], [99.0]])
LABELS = np.array([0, 0, 0, 1, 1, 1, -1], dtype=np.int32)


def test_the_usual_figures_are_scikit_learns_without_those_in_no_group():
    inside, own = POINTS[:6], LABELS[:6]
    assert usual_figures(POINTS, LABELS) == pytest.approx(
        (
            metrics.silhouette_score(inside, own),
            metrics.calinski_harabasz_score(inside, own),
            metrics.davies_bouldin_score(inside, own),
        )
    )
    assert usual_figures(POINTS, np.zeros(7, dtype=np.int32)) is None


def test_the_least_kept_group_counts_pairs_and_nobody_is_with_those_in_none():
    own = np.array([0, 0, 0, 0, 1, 1, -1], dtype=np.int32)
    assert least_kept(own, own) == 1.0
    split = np.array([5, 5, 5, -1, 2, 2, 2], dtype=np.int32)
    assert least_kept(own, split) == pytest.approx(3 / 6)
    assert least_kept(np.array([0, 1]), np.array([0, 0])) == 0.0, "single ones make no pair"


def test_the_row_sets_each_figure_beside_that_of_look_alikes():
    row = only_row(
        POINTS, LABELS, (3, 3), stability=np.array([0.9, 0.7]), strength=0.8,
        nulls=[(0.1, 5.0, 2.0), (0.3, 7.0, 4.0)],
    )  # fmt: skip
    assert (row.k, row.smallest) == (2, pytest.approx(3 / 7))
    assert (row.silhouette_null, row.silhouette_null_sd) == (pytest.approx(0.2), pytest.approx(0.1))
    assert (row.calinski_harabasz_null, row.davies_bouldin_null) == (6.0, 3.0)
    assert (row.stability, row.weakest_stability) == (pytest.approx(0.8), 0.7)
    assert row.inertia == pytest.approx(4.0)
    assert math.isnan(row.gap)
    alone = only_row(
        POINTS, LABELS, (3, 3), stability=np.ones(2), strength=1.0, nulls=[]
    )  # fmt: skip
    assert alone.silhouette_null is None
