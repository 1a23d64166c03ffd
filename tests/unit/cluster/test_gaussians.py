"""Mixtures against scikit-learn's, from the same start."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from coterie.cluster.gaussians import fit_mixture


@pytest.mark.parametrize("shape", ["diag", "tied", "full"])
@pytest.mark.parametrize("k", [1, 2, 4])
def test_separated_groups_are_fitted_as_by_scikit_learn(shape, k):
    rng = np.random.default_rng(k)
    centres = 12.0 * np.eye(4)[:k, :3] + 1.0
    mixing = rng.normal(size=(3, 3)) / 2 + np.eye(3)
    points = np.concatenate([centre + rng.normal(size=(150, 3)) @ mixing for centre in centres])
    own = fit_mixture(points, centres, shape)
    model = GaussianMixture(
        k, covariance_type=shape, means_init=centres, reg_covar=1e-3, tol=1e-9, max_iter=500
    ).fit(points)
    assert np.allclose(own.weights, model.weights_, atol=1e-3)
    assert np.allclose(own.means, model.means_, atol=0.02)
    own_free, shared = {"diag": (6, 0), "tied": (3, 6), "full": (9, 0)}[shape]
    fit = -2 * len(points) * model.score(points)
    cost = own_free * np.log(150.0) * k + (shared + k - 1) * np.log(len(points))
    assert own.bic == pytest.approx(fit + cost, rel=1e-4)
    assert (own.labels == model.predict(points)).mean() > 0.995


def test_a_covariance_without_an_inverse_is_never_the_best():
    points = np.full((30, 2), 1e9)
    points[:, 1] = np.linspace(0, 1e-9, 30)
    assert fit_mixture(points, points[:1], "tied").bic > 0
