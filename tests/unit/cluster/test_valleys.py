"""The dip, by hand and by published value, and valleys between clusters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.cluster.dip import dip_p_value, dip_statistic
from coterie.cluster.kmeans import fit_kmeans
from coterie.cluster.valleys import (
    find_valleys,
    look_across,
    neighbouring_pairs,
    spread_ties,
)


def test_dip_of_two_equal_spikes_is_a_quarter():
    assert dip_statistic([0.0] * 50 + [1.0] * 50) == 0.25


def test_dip_of_evenly_spaced_points_is_the_least_possible():
    assert dip_statistic(np.arange(20.0)) == pytest.approx(1 / 40)


def test_dip_of_two_equal_rows_of_points_worked_by_hand():
    # Two rows of 3 with a wide gap: the best line through the gap misses the steps before and
    # after it by the same height, 3/2 of 6 steps in the limit of an infinite gap: 0.25.
    near, far = [0.0, 1.0, 2.0], [1e9, 1e9 + 1, 1e9 + 2]
    assert dip_statistic(near + far) == pytest.approx(0.25, abs=1e-6)


def test_dip_of_the_statfaculty_data_is_the_published_one():
    # Hartigan (1985), the quality of 63 statistics departments: D = 0.05952381, n = 63.
    values = [
        30, 33, 35, 36, 37, 37, 39, 39, 39, 39, 39, 40, 40, 40, 40, 41, 42, 43, 43, 43, 44, 44,
        45, 45, 46, 47, 47, 48, 48, 48, 49, 50, 50, 51, 52, 52, 53, 53, 53, 53, 53, 54, 54, 57,
        57, 59, 60, 60, 60, 61, 61, 61, 61, 62, 62, 62, 62, 63, 66, 70, 72, 72,
    ]  # fmt: skip
    assert dip_statistic(np.array(values, float)) == pytest.approx(0.0595, abs=0.003)


@given(st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=40))
def test_dip_does_not_depend_on_order_sign_or_scale(values):
    dip = dip_statistic(values)
    assert 0.5 / len(values) - 1e-12 <= dip <= 0.25 + 1e-12
    assert dip_statistic(values[::-1]) == dip
    assert dip_statistic([3 * value + 7 for value in values]) == pytest.approx(dip)
    assert dip_statistic([-value for value in values]) == pytest.approx(dip)


def test_one_hump_keeps_the_level_and_two_are_found():
    rng = np.random.default_rng(0)
    normal = [dip_p_value(rng.normal(size=100)) for _ in range(200)]
    uniform = [dip_p_value(rng.uniform(size=100)) for _ in range(200)]
    two = [dip_p_value(np.r_[rng.normal(size=100), rng.normal(4, 1, 100)]) for _ in range(50)]
    assert np.mean(np.array(normal) <= 0.05) <= 0.02
    assert 0.01 <= np.mean(np.array(uniform) <= 0.05) <= 0.11
    assert np.mean(np.array(two) <= 0.05) >= 0.95


def test_too_few_values_say_nothing():
    assert dip_p_value([0.0, 0.0, 9.0, 9.0]) == 1.0


def test_a_small_group_beside_a_large_one_is_found():
    rng = np.random.default_rng(1)
    large, small = rng.normal(-4, 1, 3000), rng.normal(3, 1, 60)
    assert look_across(large, small, rng).p_value <= 0.05


def test_neighbours_on_a_line_are_the_adjacent_ones():
    assert neighbouring_pairs(np.array([[0.0], [1.0], [2.0]])) == [(0, 1), (1, 2)]


def test_a_cut_through_one_hump_has_no_valley_and_two_humps_have():
    rng = np.random.default_rng(2)
    one = rng.normal(size=(400, 3)) * [3, 1, 1]
    two = np.concatenate([one, one + np.array([0, 6, 0])])
    for points, expected in ((one, False), (two, True)):
        found = fit_kmeans(points, 2, seed=0)
        start = [[0, 0, 0], [0, 6, 0]] if expected else found.centres
        labels = type(found)(np.array(start, float)).assign(points).labels
        borders = find_valleys(points, labels, np.array(start, float), rng)
        assert (borders[0, 1].p_value <= 0.05) is expected


def test_scores_are_smeared_and_measurements_are_not():
    rng = np.random.default_rng(3)
    points = np.stack([rng.integers(1, 6, 500).astype(float), rng.normal(size=500)], axis=1)
    smeared = spread_ties(points, rng)
    assert np.array_equal(smeared[:, 1], points[:, 1])
    assert np.abs(smeared[:, 0] - points[:, 0]).max() <= 0.5
    assert dip_p_value(points[:, 0]) <= 0.01 < 0.05 < dip_p_value(smeared[:, 0])


def test_a_yes_or_no_column_keeps_its_two_values():
    points = np.repeat([[0.0], [1.0]], 20, axis=0)
    assert np.array_equal(spread_ties(points, np.random.default_rng(0)), points)
