"""A Gaussian mixture as clusters: costs, shares, and what scikit-learn says of the same."""

from __future__ import annotations

import math

import numpy as np
import pytest

from coterie.cluster.confidence import memberships
from coterie.cluster.mixture import MixtureClustering, choose_shape, fit_mixtures


def test_two_equal_humps_share_a_point_as_bayes_says():
    # At 1: densities exp(-1/2) and exp(-9/2) with equal weights, so 1 / (1 + exp(-4)).
    found = MixtureClustering([0.5, 0.5], [[0.0], [4.0]], [[[1.0]], [[1.0]]])
    share = memberships(found.costs([[1.0]]), 2.0)[0]
    assert share[0] == pytest.approx(1 / (1 + math.exp(-4)))


def test_distance_is_in_standard_deviations_of_the_component():
    found = MixtureClustering([1.0], [[1.0, 0.0]], [[[4.0, 0.0], [0.0, 9.0]]])
    assert found.distances([[5.0, 0.0], [1.0, 9.0]])[:, 0].tolist() == [2.0, 3.0]


def test_shares_are_those_of_scikit_learn():
    from sklearn.mixture import GaussianMixture

    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(0, 1, (150, 2)), rng.normal(3, 2, (150, 2))])
    model = GaussianMixture(2, random_state=0).fit(points)
    found = MixtureClustering(model.weights_, model.means_, model.covariances_)
    assert np.allclose(memberships(found.costs(points), 2.0), model.predict_proba(points))
    assert np.array_equal(found.assign(points).labels, model.predict(points))


def test_reordering_only_renames_the_components():
    found = MixtureClustering([0.3, 0.7], [[0.0], [4.0]], [[[1.0]], [[2.0]]])
    turned = found.reordered([1, 0])
    points = [[0.5], [2.0], [3.0]]
    assert np.array_equal(turned.assign(points).labels, 1 - found.assign(points).labels)
    assert np.allclose(turned.costs(points)[:, ::-1], found.costs(points))


def test_tilted_groups_want_covariances_and_are_found():
    rng = np.random.default_rng(1)
    tilt = np.array([[0.6, -0.6], [-0.4, 0.8]])
    groups = [rng.normal(centre, 1, (200, 2)) @ tilt for centre in ((-8, 0), (0, 5), (9, 0))]
    points = np.concatenate(groups)
    points = (points - points.mean(axis=0)) / points.std(axis=0)
    shape = choose_shape(points, seed=0)
    assert shape in ("tied", "full")
    labels = fit_mixtures(points, [3], 0, shape)[3].assign(points).labels
    assert [len(np.unique(part)) for part in np.split(labels, 3)] == [1, 1, 1]


def test_the_order_of_rows_does_not_matter():
    rng = np.random.default_rng(2)
    points = np.concatenate([rng.normal(0, 1, (80, 2)), rng.normal(5, 1, (80, 2))])
    order = rng.permutation(160)
    once = fit_mixtures(points, [2], 0, "full")[2]
    again = fit_mixtures(points[order], [2], 0, "full")[2]
    assert np.allclose(once.centres, again.centres, atol=1e-6)


@pytest.mark.parametrize(
    ("weights", "centres", "covariances", "word"),
    [
        ([1.0], [[0.0]], [[[0.0]]], "inverse"),
        ([1.0], [[np.nan]], [[[1.0]]], "finite"),
        ([1.0, 0.0], [[0.0]], [[[1.0]]], "fit"),
        ([1.0], [0.0], [[[1.0]]], "centres"),
    ],
)
def test_what_does_not_fit_together_is_refused(weights, centres, covariances, word):
    with pytest.raises(ValueError, match=word):
        MixtureClustering(weights, centres, covariances)
