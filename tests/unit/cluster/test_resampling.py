"""Gap, prediction strength and stability, by hand and by what they must say."""

import numpy as np
import pytest

from coterie.cluster import resampling
from coterie.cluster.kmeans import fit_kmeans


def two_groups(n=60):
    rng = np.random.default_rng(0)
    return np.concatenate([rng.normal(size=(n, 2)), rng.normal(size=(n, 2)) + 12])


def test_gap_worked_by_hand():
    # Tibshirani 2001: mean of the references minus own; sd * sqrt(1 + 1/B), B = 2.
    gap, error = resampling.gap_statistic(1.0, np.array([2.0, 4.0]))
    assert gap == 2.0
    assert error == pytest.approx(1.0 * np.sqrt(1.5))


def test_worst_pair_share_worked_by_hand():
    # Cluster 0 has 3 points of which 2 stay together: 1 of 3 pairs; cluster 1 keeps its one pair.
    own, other = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])
    assert resampling.worst_pair_share(own, other, 2) == pytest.approx(1 / 3)


def test_contingency_worked_by_hand():
    first, second = np.array([0, 0, 1]), np.array([1, 1, 0])
    assert resampling.contingency(first, second, 2).tolist() == [[0, 2], [1, 0]]


def test_separated_groups_are_predicted_at_their_number_and_not_beyond():
    points = two_groups()
    assert resampling.prediction_strength(points, 2, np.random.default_rng(0)) == 1.0
    assert resampling.prediction_strength(points, 4, np.random.default_rng(0)) < 0.8


def test_separated_groups_are_stable_and_halves_of_one_are_not():
    points = two_groups()
    real = resampling.stability(points, fit_kmeans(points, 2, seed=0), np.random.default_rng(0))
    assert real.tolist() == [1.0, 1.0]
    cut = resampling.stability(points, fit_kmeans(points, 5, seed=0), np.random.default_rng(0))
    assert cut.min() < 0.75


def test_one_cluster_is_always_predicted():
    assert resampling.prediction_strength(two_groups(), 1, np.random.default_rng(0)) == 1.0


def test_too_few_distinct_points_predict_nothing():
    points = np.repeat([[0.0], [1.0]], 5, axis=0)
    assert resampling.prediction_strength(points, 3, np.random.default_rng(0)) == 0.0
    found = fit_kmeans([[0.0], [1.0], [2.0]], 3, seed=0)
    assert resampling.stability(points, found, np.random.default_rng(0)).max() == 0.0
