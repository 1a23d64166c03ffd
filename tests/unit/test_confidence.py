"""Confidence: memberships and their temperature."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coterie.cluster.base import CentreClustering
from coterie.cluster.confidence import memberships, refit_on_others, squared_distances


def test_squared_distances_worked_by_hand():
    points = np.array([[0.0, 0.0], [3.0, 4.0]])
    assert squared_distances(points, np.array([[0.0, 0.0], [3.0, 0.0]])).tolist() == [
        [0.0, 9.0],
        [25.0, 16.0],
    ]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=9), st.floats(1e-3, 1e3))
def test_memberships_sum_to_one_and_the_nearest_has_the_most(squares, temperature):
    shares = memberships(np.array([squares]), temperature)[0]
    assert abs(shares.sum() - 1) < 1e-9
    assert shares[int(np.argmin(squares))] == shares.max()


def test_customers_of_separated_groups_are_placed_for_sure():
    rng = np.random.default_rng(0)
    centres = np.array([[0.0, 0.0], [10.0, 0.0]])
    points = centres[rng.integers(0, 2, 400)] + rng.normal(0, 1, (400, 2))
    clustering = CentreClustering(centres)
    temperature = refit_on_others(points, clustering, seed=0).temperature
    shares = memberships(squared_distances(points, centres), temperature)
    assert refit_on_others(points, clustering, seed=0).stability.min() > 0.98
    assert np.quantile(shares.max(axis=1), 0.01) > 0.95


def test_confidence_says_how_often_a_refit_agrees():
    """Calibration: among customers placed with about 0.8, a fresh refit agrees on about 0.8."""
    from scipy.optimize import linear_sum_assignment
    from sklearn.cluster import KMeans

    rng = np.random.default_rng(1)
    points = rng.normal(0, 1, (1500, 3))
    model = KMeans(4, n_init=5, random_state=0).fit(points[:750])
    clustering = CentreClustering(model.cluster_centers_)
    temperature = refit_on_others(points[:750], clustering, seed=0).temperature
    squares = squared_distances(points, clustering.centres)
    confidence = memberships(squares, temperature).max(axis=1)
    agreed = np.zeros(len(points))
    for trial in range(12):
        other = rng.normal(0, 1, (750, 3))
        refit = KMeans(4, n_init=5, random_state=trial).fit(other)
        _, partner = linear_sum_assignment(
            squared_distances(refit.cluster_centers_, clustering.centres)
        )
        agreed += partner[refit.predict(points)] == squares.argmin(axis=1)
    gap = abs((agreed / 12).mean() - confidence.mean())
    assert gap < 0.12


def test_the_temperature_does_not_depend_on_luck_of_the_clock():
    rng = np.random.default_rng(3)
    points = rng.normal(0, 1, (200, 2))
    clustering = CentreClustering(points[:3])
    once, again = (refit_on_others(points, clustering, seed=5) for _ in range(2))
    assert once.temperature == again.temperature


def test_one_centre_or_no_spread_has_temperature_one():
    same = np.zeros((20, 2))
    assert refit_on_others(same, CentreClustering(np.zeros((1, 2))), seed=0).temperature == 1.0
    assert (
        refit_on_others(same, CentreClustering(np.array([[0.0, 0], [1, 1]])), seed=0).temperature
        == 1.0
    )
