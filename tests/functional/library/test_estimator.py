"""`Segmenter` keeps scikit-learn's contract."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import coterie as ct


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([ct.Segmenter(k_max=4), ct.Segmenter(n_clusters=3)])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def points():
    return make_blobs(300, centers=4, n_features=3, cluster_std=0.5, random_state=0)[0]


def test_it_finds_k_and_says_how_real(points):
    found = ct.Segmenter().fit(points)
    assert (found.n_clusters_, found.verdict_.kind) == (4, "natural")
    assert found.labels_.shape == (300,)
    assert (found.predict(points) == found.labels_).all()
    assert np.allclose(found.predict_proba(points).sum(axis=1), 1)
    assert (found.transform(points).argmin(axis=1) == found.labels_).all()


def test_centres_are_in_the_units_of_the_input(points):
    found = ct.Segmenter(n_clusters=4).fit(points * 1000 + 5)
    means = np.stack([(points * 1000 + 5)[found.labels_ == j].mean(axis=0) for j in range(4)])
    assert np.allclose(found.cluster_centers_, means, rtol=0.02)


def test_it_works_in_a_pipeline_and_can_be_cloned(points):
    labels = make_pipeline(StandardScaler(), ct.Segmenter(n_clusters=4)).fit_predict(points)
    assert len(np.unique(labels)) == 4
    assert clone(ct.Segmenter(n_clusters=7)).n_clusters == 7


def test_more_clusters_than_samples_is_a_value_error(points):
    with pytest.raises(ValueError, match="n_samples=3 should be >= n_clusters=5"):
        ct.Segmenter(n_clusters=5).fit(points[:3])


PLAIN = ("kmeans", "minibatch", "bisecting", "mixture", "ward", "dbscan", "hdbscan")


@pytest.mark.parametrize("method", PLAIN)
def test_every_method_that_takes_numbers_finds_the_blobs_and_places_new_ones(points, method):
    found = ct.Segmenter(method=method, k_max=5).fit(points)
    assert found.n_clusters_ == 4
    inside = found.labels_ >= 0
    assert inside.mean() > 0.9
    assert (found.predict(points) == found.labels_).all()
    left_out = method in ("dbscan", "hdbscan")
    shares = found.predict_proba(points)
    assert shares.shape == (300, 4 + left_out)
    assert np.allclose(shares.sum(axis=1), 1)
    assert found.transform(points).shape == (300, 4)
    assert found.cluster_centers_.shape == (4, 3)
    assert found.inertia_ > 0
    far = found.predict([[1e4, 1e4, -1e4]])[0]
    assert far == -1 if left_out else far >= 0


def test_a_grid_takes_recency_frequency_and_monetary_value():
    rng = np.random.default_rng(0)
    customers = np.column_stack(
        [rng.integers(1, 300, 400), rng.geometric(0.4, 400), rng.lognormal(5, 1, 400)]
    )
    found = ct.Segmenter(method="rfm").fit(customers)
    assert found.verdict_.kind == "constructed"
    assert found.predict([[1, 40, 5000.0]])[0] == 0
    assert (found.predict(customers) == found.labels_).all()
    with pytest.raises(ValueError, match="takes three columns"):
        ct.Segmenter(method="rfm").fit(customers[:, :2])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"method": "famd"}, "takes categories"),
        ({"method": "auto"}, "compare_methods"),
        ({"method": "spectral"}, "There is no method spectral"),
        ({"method": "dbscan", "n_clusters": 3}, "finds the number of segments itself"),
    ],
)
def test_a_method_that_does_not_go_is_a_value_error(points, settings, said):
    with pytest.raises(ValueError, match=said):
        ct.Segmenter(**settings).fit(points)


def test_more_samples_than_are_looked_at_move_the_centres():
    points = make_blobs(9_000, centers=3, cluster_std=1.0, random_state=2)[0]
    found = ct.Segmenter(n_clusters=3).fit(points)
    means = np.stack([points[found.labels_ == j].mean(axis=0) for j in range(3)])
    assert np.allclose(found.cluster_centers_, means, atol=0.02)
