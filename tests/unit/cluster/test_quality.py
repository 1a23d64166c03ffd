"""Each figure equals scikit-learn's where the definition is the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.cluster import KMeans

from coterie.cluster import quality


def labelled(seed, n=60, k=4):
    rng = np.random.default_rng(seed)
    points = np.round(rng.normal(size=(n, 3)), 2)
    return points, np.append(np.arange(k), rng.integers(0, k, n - k))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9))
def test_figures_equal_scikit_learn(seed, k):
    points, labels = labelled(seed, k=k)
    assert quality.silhouette(points, labels).mean == pytest.approx(
        metrics.silhouette_score(points, labels), abs=1e-6
    )
    assert quality.calinski_harabasz(points, labels) == pytest.approx(
        metrics.calinski_harabasz_score(points, labels), rel=1e-6
    )
    assert quality.davies_bouldin(points, labels) == pytest.approx(
        metrics.davies_bouldin_score(points, labels), rel=1e-6
    )


def test_inertia_equals_scikit_learn():
    points, _ = labelled(0)
    model = KMeans(4, n_init=1, random_state=0, tol=0).fit(points)
    assert quality.inertia(points, model.labels_) == pytest.approx(model.inertia_, rel=1e-9)


def test_several_partitions_at_once_equal_each_alone():
    points, first = labelled(1)
    _, second = labelled(2, k=7)
    both = quality.silhouettes(points, [first, second])
    assert both[0].mean == pytest.approx(quality.silhouette(points, first).mean, abs=1e-12)
    assert np.allclose(both[1].by_cluster, quality.silhouette(points, second).by_cluster)


def test_silhouette_by_cluster_is_the_mean_of_its_points():
    points, labels = labelled(3)
    each = metrics.silhouette_samples(points, labels)
    expected = [each[labels == cluster].mean() for cluster in range(4)]
    assert np.allclose(quality.silhouette(points, labels).by_cluster, expected, atol=1e-6)


def test_blocks_change_nothing(monkeypatch):
    points, labels = labelled(4)
    whole = quality.silhouette(points, labels).mean
    monkeypatch.setattr(quality, "_BLOCK_CELLS", 200)
    assert quality.silhouette(points, labels).mean == pytest.approx(whole, abs=1e-12)


def test_a_cluster_of_one_counts_zero():
    # a = 1, b = 9 and 8 for the pair; the single point counts 0: (8/9 + 7/8 + 0) / 3.
    found = quality.silhouette([[0.0], [1.0], [9.0]], [0, 0, 1])
    assert found.mean == pytest.approx((8 / 9 + 7 / 8) / 3)


def test_points_all_on_their_means_are_perfect_without_warnings():
    points, labels = [[0.0], [0.0], [5.0], [5.0]], [0, 0, 1, 1]
    assert quality.silhouette(points, labels).mean == 1.0
    assert quality.calinski_harabasz(points, labels) == 1.0
    assert quality.davies_bouldin(points, labels) == 0.0


def test_equal_points_in_two_clusters_do_not_divide_by_zero():
    points, labels = np.zeros((4, 2)), [0, 0, 1, 1]
    assert quality.silhouette(points, labels).mean == 0.0
    assert quality.davies_bouldin(points, labels) == 0.0


def test_label_numbers_do_not_matter():
    points, labels = labelled(5)
    renamed = np.array([70, -1, 12, 5])[labels]
    assert quality.silhouette(points, labels).mean == pytest.approx(
        quality.silhouette(points, renamed).mean
    )


@pytest.mark.parametrize(
    "figure", [quality.silhouette, quality.calinski_harabasz, quality.davies_bouldin]
)
def test_one_cluster_is_refused(figure):
    with pytest.raises(ValueError, match="n_clusters"):
        figure([[0.0], [1.0]], [0, 0])


def test_labels_of_another_length_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        quality.inertia([[0.0]], [0, 1])
