"""k-means finds inertia no higher than scikit-learn, whatever the order of the rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris, load_wine

from coterie.cluster import quality
from coterie.cluster.kmeans import fit_kmeans, lloyd_step, polish

TABLES = {
    "iris": load_iris().data,
    "wine": (load_wine().data - load_wine().data.mean(0)) / load_wine().data.std(0),
    "uniform": np.random.default_rng(3).uniform(size=(300, 2)),
    "blobs": np.random.default_rng(4).normal(size=(2000, 4)) + np.repeat(np.eye(4) * 8, 500, 0),
}


def inertia_of(points, found):
    return quality.inertia(points, found.assign(points).labels)


@pytest.mark.parametrize("name", TABLES)
def test_inertia_is_no_higher_than_ten_starts_of_scikit_learn(name):
    points = TABLES[name]
    for k in range(2, 13):
        theirs = KMeans(k, n_init=10, random_state=1).fit(points).inertia_
        assert inertia_of(points, fit_kmeans(points, k, seed=0)) <= theirs * (1 + 1e-6), k


def test_two_pairs_worked_by_hand():
    found = fit_kmeans([[0.0], [1.0], [10.0], [11.0]], 2, seed=0)
    assert found.centres.tolist() == [[0.5], [10.5]]


def test_weights_stand_for_repeated_rows():
    points, weights = np.array([[0.0], [1.0], [8.0]]), np.array([3, 1, 2])
    weighted = fit_kmeans(points, 2, seed=0, weights=weights)
    repeated = fit_kmeans(np.repeat(points, weights, axis=0), 2, seed=0)
    assert np.allclose(weighted.centres, repeated.centres)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 5))
def test_row_order_changes_nothing(seed, k):
    rng = np.random.default_rng(seed)
    points = np.round(rng.normal(size=(30, 2)), 1)
    one = fit_kmeans(points, k, seed=0, effort=2)
    other = fit_kmeans(rng.permutation(points), k, seed=0, effort=2)
    assert one.centres.tobytes() == other.centres.tobytes()


def test_the_same_points_and_seed_give_the_same_bytes_beyond_the_batch():
    points = np.random.default_rng(0).normal(size=(1500, 3))
    runs = {fit_kmeans(points, 4, seed=7, effort=2).centres.tobytes() for _ in range(2)}
    assert len(runs) == 1


def test_as_many_clusters_as_distinct_points_leave_no_inertia():
    points = np.array([[0.0, 1.0], [2.0, 3.0], [2.0, 3.0], [5.0, 5.0]])
    assert inertia_of(points, fit_kmeans(points, 3, seed=0)) == 0.0


def test_fewer_distinct_points_than_clusters_is_refused_with_both_numbers():
    with pytest.raises(ValueError, match="n_distinct_points=2 should be >= n_clusters=3"):
        fit_kmeans([[1.0], [1.0], [2.0]], 3, seed=0)


@pytest.mark.parametrize(
    ("points", "k", "message"),
    [
        ([1.0, 2.0], 1, "shape"),
        ([[1.0]], 0, "n_clusters=0"),
        ([[np.nan]], 1, "finite"),
        (np.empty((0, 2)), 1, "n_distinct_points=0"),
    ],
)
def test_misuse_is_refused(points, k, message):
    with pytest.raises(ValueError, match=message):
        fit_kmeans(points, k, seed=0)


def test_weights_of_another_length_are_refused():
    with pytest.raises(ValueError, match="weights"):
        fit_kmeans([[1.0], [2.0]], 1, seed=0, weights=[1.0])


def test_a_start_is_used():
    points = np.random.default_rng(0).normal(size=(60, 2))
    best = fit_kmeans(points, 4, seed=0, effort=20)
    started = fit_kmeans(points, 4, seed=1, effort=1, start=best.centres)
    assert inertia_of(points, started) <= inertia_of(points, best) * (1 + 1e-12)


def test_lloyd_steps_of_chunks_add_up():
    rng = np.random.default_rng(0)
    points, centres = rng.normal(size=(50, 2)), rng.normal(size=(3, 2))
    whole = lloyd_step(points, centres)
    parts = [lloyd_step(points[:20], centres), lloyd_step(points[20:], centres)]
    assert np.allclose(whole.sums, parts[0].sums + parts[1].sums)
    assert np.array_equal(whole.counts, parts[0].counts + parts[1].counts)
    assert whole.inertia == pytest.approx(parts[0].inertia + parts[1].inertia)


def test_polish_reaches_the_optimum_from_a_rough_start():
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(size=(500, 2)), rng.normal(8, 1, size=(500, 2))])
    centres, inertia = polish(lambda: np.array_split(points, 4), [[2.0, 0.0], [6.0, 9.0]], 20, 0.0)
    best = fit_kmeans(points, 2, seed=0)
    assert np.allclose(np.sort(centres, axis=0), np.sort(best.centres, axis=0))
    assert inertia == pytest.approx(inertia_of(points, best))


def test_polish_leaves_a_centre_without_rows_where_it_was():
    centres, _ = polish(lambda: [np.array([[0.0], [1.0]])], [[0.0], [99.0]], 5, 0.0)
    assert centres.tolist() == [[0.5], [99.0]]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("k", [3, 4])
def test_tight_groups_end_the_search_where_only_rounding_is_left(k):
    # Three places with a speck of spread: a batch's inertia is then a difference of sums that
    # are a hundred million times larger, and an end once seemed better than itself, for ever.
    specks = np.random.default_rng(0).integers(-1, 2, (12, 2))
    points = np.repeat([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], 4, axis=0) + 1e-4 * specks
    points = (points - points.mean(axis=0)) / points.std(axis=0)
    found = fit_kmeans(points, k, seed=0, effort=8)
    assert len(np.unique(found.assign(points).labels)) == k
