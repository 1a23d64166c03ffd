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
