"""The engines that are told a number of groups: the same evidence, their own labels."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from coterie.cluster.engines import engine_for
from coterie.cluster.halving import refine_in_batches
from coterie.cluster.kinds import clustering_from_dict, clustering_to_dict
from coterie.cluster.matching import adjusted_rand, label_agreement
from coterie.cluster.methods import METHODS
from coterie.cluster.mixture import MixtureClustering
from coterie.cluster.neighbours import links_cut, nearest_neighbours
from coterie.cluster.prototypes import fit_prototypes
from coterie.cluster.selection import choose_k
from coterie.cluster.trees import ward_labels
from coterie.config import COUNTING
from coterie.config import METHODS as KEYS


def blobs(n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    centres = [(0, 0, 0), (6, 0, 0), (0, 7, 0)]
    return (
        np.concatenate([rng.normal(c, 1, (n, 3)) for c in centres]),
        np.repeat(np.arange(3), n).astype(np.int32),
    )


def test_settings_and_registry_name_the_same_methods():
    assert tuple(METHODS) == KEYS
    assert tuple(m.key for m in METHODS.values() if not m.takes_k and not m.ruled) == COUNTING
    assert all(m.tells.endswith(".") and m.name for m in METHODS.values())


@pytest.mark.parametrize("method", ["minibatch", "bisecting", "mixture", "ward"])
def test_planted_groups_are_counted_found_and_called_natural(method):
    points, truth = blobs()
    engine = engine_for(method, points, 0)
    choice = choose_k(points, k_max=5, engine=engine)
    found = choice.clusterings[choice.k]
    assert (choice.k, choice.verdict.kind, found.method) == (3, "natural", method)
    assert adjusted_rand(found.assign(points).labels, truth) > 0.95
    assert pickle.loads(pickle.dumps(engine)).method == method  # noqa: S301 - our own


def test_wards_tree_is_cut_as_scikit_learn_cuts_it():
    points = np.random.default_rng(1).normal(size=(150, 3))
    for k, labels in ward_labels(points, [1, 2, 5, 150]).items():
        own = AgglomerativeClustering(k).fit_predict(points)
        assert adjusted_rand_score(own, labels) == 1.0


def test_prototypes_are_means_and_modes():
    # Income 0 or 10; of the choices a and b the first group has mostly a, the second b.
    numbers = np.array([0.0, 0.2, 0.4, 10.0, 10.2, 10.4])
    flags = 0.5 * np.eye(2)[[0, 0, 1, 1, 1, 0]]
    found = fit_prototypes(np.column_stack([numbers, flags]), 2, 0, sizes=[2])
    assert np.allclose(found.centres, [[0.2, 0.5, 0.0], [10.2, 0.0, 0.5]])


def test_categories_part_customers_whom_numbers_do_not():
    rng = np.random.default_rng(2)
    choice = rng.integers(0, 2, 200)
    points = np.column_stack([rng.normal(0, 0.01, 200), 0.5 * np.eye(2)[choice]])
    found = fit_prototypes(points, 2, 0, sizes=[2])
    assert adjusted_rand(found.assign(points).labels, choice.astype(np.int32)) == 1.0


def test_a_pass_in_batches_moves_centres_to_their_rows():
    points, truth = blobs(400)
    start = np.stack([points[truth == each].mean(axis=0) + 0.5 for each in range(3)])
    order = np.random.default_rng(3).permutation(len(points))
    moved = refine_in_batches([points[order]], start, seed=0)
    means = np.stack([points[truth == each].mean(axis=0) for each in range(3)])
    assert np.abs(moved - means).max() < 0.1


def test_adjusted_rand_is_scikit_learns():
    rng = np.random.default_rng(4)
    first, second = (rng.integers(-1, 4, 80).astype(np.int32) for _ in range(2))
    assert adjusted_rand(first, second) == pytest.approx(adjusted_rand_score(first, second))
    assert label_agreement(first, first) == 1.0


def test_a_line_through_empty_space_cuts_no_link():
    points, truth = blobs()
    links = nearest_neighbours(points)
    assert links_cut(links, truth) < 0.02
    assert links_cut(links, (np.arange(len(points)) % 2).astype(np.int32)) > 0.4
    assert links_cut(links, np.full(len(points), -1, dtype=np.int32)) == 0.0


def test_what_a_clustering_is_built_from_builds_it_again():
    found = MixtureClustering([0.4, 0.6], [[0.0], [3.0]], [[[1.0]], [[2.0]]])
    plain = clustering_to_dict(found)
    assert plain["kind"] == "mixture"
    assert np.array_equal(clustering_from_dict(plain).costs([[1.0]]), found.costs([[1.0]]))
    with pytest.raises(ValueError, match="no kind of clustering spiral"):
        clustering_from_dict({"kind": "spiral", "method": "x"})
    with pytest.raises(TypeError, match="cannot be kept"):
        clustering_to_dict("nothing")
