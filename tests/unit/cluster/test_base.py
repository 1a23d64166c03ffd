"""A clustering places points exactly, in bounded pieces, with ties to the lowest index."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coterie.cluster import base
from coterie.cluster.base import CentreClustering

POINTS = arrays(
    np.float64, st.tuples(st.integers(1, 20), st.just(2)), elements=st.integers(-9, 9).map(float)
)


def test_two_points_worked_by_hand():
    placed = CentreClustering([[0.0, 0.0], [4.0, 3.0]]).assign([[0.0, 0.0], [4.0, 0.0]])
    assert placed.labels.tolist() == [0, 1]
    assert placed.distance.tolist() == [0.0, 3.0]
    assert placed.runner_up.tolist() == [1, 0]
    assert placed.runner_up_distance.tolist() == [5.0, 4.0]


def test_an_exact_tie_goes_to_the_lowest_index():
    placed = CentreClustering([[0.0], [0.5], [0.5]]).assign([[0.25], [0.5]])
    assert placed.labels.tolist() == [0, 1]
    assert placed.runner_up.tolist() == [1, 2]


def test_a_single_cluster_has_no_runner_up():
    placed = CentreClustering([[1.0]]).assign([[3.0]])
    assert placed.runner_up.tolist() == [-1]
    assert placed.runner_up_distance.tolist() == [np.inf]


@given(POINTS, arrays(np.float64, (4, 2), elements=st.integers(-9, 9).map(float)))
def test_it_finds_the_two_nearest_of_all_centres(points, centres):
    placed = CentreClustering(centres).assign(points)
    apart = np.sqrt(np.square(points[:, None] - centres[None]).sum(axis=2))
    assert placed.labels.tolist() == apart.argmin(axis=1).tolist()
    two = np.sort(apart, axis=1)[:, :2]
    assert np.array_equal(placed.distance, two[:, 0])
    assert np.array_equal(placed.runner_up_distance, two[:, 1])


def test_chunks_change_nothing(monkeypatch):
    rng = np.random.default_rng(0)
    points, found = rng.normal(size=(100, 3)), CentreClustering(rng.normal(size=(4, 3)))
    whole = found.assign(points)
    monkeypatch.setattr(base, "_CHUNK_ROWS", 7)
    for one, other in zip(whole, found.assign(points), strict=True):
        assert np.array_equal(one, other)


def test_no_points_are_placed_nowhere():
    assert CentreClustering([[1.0, 2.0]]).assign(np.empty((0, 2))).labels.shape == (0,)


def test_float32_points_are_placed_as_they_are():
    points = np.array([[0.5], [3.0]], dtype=np.float32)
    assert CentreClustering([[0.0], [4.0]]).assign(points).labels.tolist() == [0, 1]


@pytest.mark.parametrize("centres", [[], [1.0], [[]], [[np.nan]], [[np.inf, 1.0]]])
def test_centres_must_be_a_finite_table(centres):
    with pytest.raises(ValueError, match="centres must"):
        CentreClustering(centres)


def test_points_of_another_width_are_refused_with_both_numbers():
    with pytest.raises(ValueError, match=r"\(1, 3\).*n_features=2"):
        CentreClustering([[1.0, 2.0]]).assign([[1.0, 2.0, 3.0]])


def test_centres_cannot_be_changed():
    given_centres = np.zeros((1, 2))
    found = CentreClustering(given_centres)
    given_centres[0, 0] = 9.0
    assert found.centres[0, 0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        found.centres[0, 0] = 1.0


def test_importing_it_loads_no_library_but_numpy():
    code = (
        "import sys, coterie.cluster.base; print({'sklearn', 'scipy', 'polars'} & set(sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "set()"
