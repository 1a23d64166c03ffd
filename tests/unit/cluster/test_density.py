"""Dense groups: placing by reach, what published shapes and groupless data give."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree
from sklearn.cluster import DBSCAN
from sklearn.datasets import make_circles, make_moons

from coterie.cluster.dense_choice import choose_dense
from coterie.cluster.dense_fits import core_distances, fit_dense, how_apart
from coterie.cluster.density import DensityClustering, nearest_distance
from coterie.cluster.matching import adjusted_rand


def line() -> DensityClustering:
    return DensityClustering([[0.0], [1.0], [9.0]], [0, 0, 1], [1.5, 3.0], [[0.5], [9.0]])


def test_a_point_belongs_to_the_core_that_reaches_it_or_to_none():
    placed = line().assign([[2.0], [4.0], [7.5], [-1.5], [100.0]])
    assert placed.labels.tolist() == [0, -1, 1, 0, -1]
    # At 4.0: 3.0 from a core that reaches 1.5, and 5.0 from one that reaches 3.0.
    assert placed.distance[1] == pytest.approx(5 / 3)


def test_the_cost_of_none_is_the_edge_of_the_reach():
    assert line().costs([[2.5]])[0].tolist() == [1.0, (6.5 / 3) ** 2, 1.0]
    assert line().assign([[2.5]]).labels.tolist() == [0]


def test_reordering_only_renames_the_clusters():
    points = [[2.0], [4.0], [7.5]]
    assert line().reordered([1, 0]).assign(points).labels.tolist() == [1, -1, 0]


def test_gaps_are_between_neighbouring_cores():
    assert line().gaps(0).tolist() == [1 / 1.5, 1 / 1.5]
    assert line().gaps(1).tolist() == [0.0]


@pytest.mark.parametrize(
    "change",
    [{"owners": [0, 0, 0]}, {"reach": [1.0, 0.0]}, {"reach": [1.0]}, {"cores": [[np.inf]] * 3}],
)
def test_what_does_not_fit_together_is_refused(change):
    parts = {"cores": [[0.0], [1.0], [9.0]], "owners": [0, 0, 1], "reach": [1.5, 3.0]}
    with pytest.raises(ValueError, match=r"cores|reach|own"):
        DensityClustering(**{**parts, **change}, centres=[[0.5], [9.0]])


def test_the_search_tree_and_the_table_find_the_same_distance(monkeypatch):
    rng = np.random.default_rng(0)
    points, cores = rng.normal(size=(300, 3)), rng.normal(size=(50, 3))
    plain = nearest_distance(points, cores)
    assert np.array_equal(nearest_distance(points, cores, cKDTree(cores)), plain)
    owners, centres = np.repeat([0, 1], 25), np.zeros((2, 3))
    found = DensityClustering(cores, owners, [0.5, 0.8], centres)
    costs = found.costs(points)
    monkeypatch.setattr("coterie.cluster.density._TREE_ROWS", 1)
    assert np.array_equal(found.costs(points), costs)
    near = found.costs(points, most=2.0)
    assert np.array_equal(near[costs < 2], costs[costs < 2])
    assert (near[costs > 2] >= 2).all()
    assert np.array_equal(core_distances(cores, 5), np.sort(
        np.linalg.norm(cores[:, None] - cores[None], axis=2), axis=1)[:, 4]) or np.allclose(
        core_distances(cores, 5), np.sort(np.linalg.norm(cores[:, None] - cores[None], axis=2),
                                          axis=1)[:, 4], atol=1e-7)  # fmt: skip


def test_two_far_pairs_are_apart_as_worked_by_hand():
    # Two runs of three, one apart, ten between: inside 1, outside 10 - (10 - 1) / 10 = 0.9.
    places = np.array([0.0, 1.0, 2.0, 12.0, 13.0, 14.0])
    table = np.abs(places[:, None] - places[None, :])
    labels = np.array([0, 0, 0, 1, 1, 1], dtype=np.int32)
    assert how_apart(table, labels, np.zeros(6)) == pytest.approx(0.9)
    assert how_apart(table, np.zeros(6, dtype=np.int32), np.zeros(6)) == 0.0


def moons() -> tuple[np.ndarray, np.ndarray]:
    points, truth = make_moons(400, noise=0.06, random_state=0)
    return (points - points.mean(0)) / points.std(0), truth


def rings() -> tuple[np.ndarray, np.ndarray]:
    points, truth = make_circles(500, noise=0.04, factor=0.5, random_state=0)
    return (points - points.mean(0)) / points.std(0), truth


@pytest.mark.parametrize("shape", [moons, rings])
@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_moons_and_rings_are_found_and_hardly_anyone_is_left_out(shape, method):
    points, truth = shape()
    fit = fit_dense(points, method)
    inside = fit.labels >= 0
    assert adjusted_rand(fit.labels[inside], truth[inside].astype(np.int32)) == 1.0
    assert inside.mean() > 0.95
    # Placing by the cores agrees with the method itself.
    assert adjusted_rand(fit.labels, fit.clustering.assign(points).labels) > 0.95


def test_placing_by_core_points_is_dbscan_itself_save_for_ties_at_the_border():
    points, _ = moons()
    fit = fit_dense(points, "dbscan")
    own = DBSCAN(eps=fit.settings.near, min_samples=fit.settings.neighbours).fit(points).labels_
    placed = fit.clustering.assign(points).labels
    assert np.array_equal(own < 0, placed < 0)
    assert adjusted_rand(own.astype(np.int32), placed) == pytest.approx(1.0)


@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_data_without_groups_is_one_dense_region_and_not_called_natural(method):
    points = np.random.default_rng(3).normal(size=(500, 3))
    found = choose_dense(points, method)
    assert found.quality.k == 1
    assert found.quality.verdict.kind == "constructed"
    assert "one region" in found.quality.reason
    assert 0 < found.left_out < 0.2


def test_noise_takes_no_part_in_the_figures():
    points, _ = moons()
    rng = np.random.default_rng(4)
    noisy = np.concatenate([points, rng.uniform(-6, 6, (20, 2)) + 12])
    clean, dirty = choose_dense(points, "dbscan"), choose_dense(noisy, "dbscan")
    assert dirty.left_out >= 20 / 420
    near = pytest.approx(clean.quality.table[0].silhouette, abs=0.02)
    assert dirty.quality.table[0].silhouette == near


def test_the_order_of_rows_does_not_matter():
    points, _ = moons()
    order = np.random.default_rng(5).permutation(len(points))
    once, again = (choose_dense(p, "hdbscan").quality for p in (points, points[order]))
    labels = once.clusterings[2].assign(points).labels
    assert np.array_equal(again.clusterings[2].assign(points).labels, labels)


def test_costs_too_high_to_matter_change_no_confidence(monkeypatch):
    from coterie.cluster.confidence import memberships, telling_costs

    rng = np.random.default_rng(3)
    cores = np.concatenate([rng.normal(0, 1, (40, 2)), rng.normal(6, 1, (40, 2))])
    found = DensityClustering(cores, np.repeat([0, 1], 40), [0.6, 0.9], [[0.0, 0.0], [6.0, 6.0]])
    points = rng.uniform(-4, 10, (500, 2))
    for temperature in (0.02, 0.5, 3.0):
        exact = memberships(found.costs(points), temperature)
        monkeypatch.setattr("coterie.cluster.density._TREE_ROWS", 1)
        assert np.allclose(
            memberships(telling_costs(points, found, temperature), temperature), exact, atol=1e-15
        )
        monkeypatch.undo()
