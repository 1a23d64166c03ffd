"""What resampling and random data say about a partition: gap, prediction strength, stability."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import CentreClustering, Clustering, Floats, Labels
from coterie.cluster.descent import descend_best, nearest_centres, seed_centres

_QUICK_STARTS = 3
_QUICK_STEPS = 25

# Halves are fitted with more care: a bad start of either half reads as groups that do not exist.
_CAREFUL_STARTS = 8
_CAREFUL_STEPS = 100
# After two splits a prediction strength outside this range is as good as known.
_SPLITS_FIRST = 2
_STILL_OPEN = (0.6, 0.95)

Fitter = Callable[[Floats, int, np.random.Generator], Clustering]


def labels_of(clustering: Clustering, points: Floats) -> Labels:
    """Return the cluster of each point; -1 where none reaches it."""
    if isinstance(clustering, CentreClustering):
        return nearest_centres(points, clustering.centres)
    return clustering.assign(points).labels


def quick_fit(points: Floats, n_clusters: int, rng: np.random.Generator) -> CentreClustering:
    """Fit k-means from a few random starts: enough to compare many random data sets."""
    return _fit(points, n_clusters, rng, _QUICK_STARTS, _QUICK_STEPS)


def careful_fit(points: Floats, n_clusters: int, rng: np.random.Generator) -> CentreClustering:
    """Fit k-means from enough random starts that two fits hardly differ by their luck."""
    return _fit(points, n_clusters, rng, _CAREFUL_STARTS, _CAREFUL_STEPS)


def _fit(
    points: Floats, n_clusters: int, rng: np.random.Generator, n_starts: int, steps: int
) -> CentreClustering:
    mass = np.ones(len(points))
    starts = [seed_centres(points, mass, n_clusters, rng) for _ in range(n_starts)]
    return CentreClustering(descend_best(points, mass, np.stack(starts), steps).centres)


def gap_statistic(
    log_inertia: float, reference_log_inertia: NDArray[np.float64]
) -> tuple[float, float]:
    """Return the gap statistic [1]_ and its standard error.

    Parameters
    ----------
    log_inertia : float
        Natural logarithm of the inertia of the data at some k.
    reference_log_inertia : float64 array, shape (n_references,)
        The same of uniform data over the principal-component box of the data.

    Returns
    -------
    gap : float
        Higher is more structure than uniform data has.
    error : float
        ``sd * sqrt(1 + 1 / n_references)``.

    References
    ----------
    .. [1] R. Tibshirani, G. Walther, T. Hastie, "Estimating the number of clusters in a data
       set via the gap statistic", JRSS-B 63:411-423, 2001.
    """
    spread = float(reference_log_inertia.std())
    error = spread * np.sqrt(1 + 1 / len(reference_log_inertia))
    return float(reference_log_inertia.mean() - log_inertia), float(error)


def prediction_strength(
    points: Floats,
    n_clusters: int,
    rng: np.random.Generator,
    n_splits: int = 4,
    fit: Fitter = careful_fit,
) -> float:
    """Return how well one half's clusters predict who is together in the other half [1]_.

    For each cluster of the test half: the share of its pairs that the training half's centres
    also put together; the worst cluster counts; the mean over random splits, each used both
    ways. 1 is perfect; above 0.8 to 0.9 the clusters are taken as real. Where the first two
    splits leave no doubt, no more are drawn.

    References
    ----------
    .. [1] R. Tibshirani, G. Walther, "Cluster validation by prediction strength", JCGS
       14:511-528, 2005.
    """
    if n_clusters == 1:
        return 1.0
    half = len(points) // 2
    scores: list[float] = []
    for split in range(n_splits):
        if split == _SPLITS_FIRST and not _STILL_OPEN[0] <= np.mean(scores) <= _STILL_OPEN[1]:
            break
        order = rng.permutation(len(points))
        halves = points[order[:half]], points[order[half:]]
        if min(len(np.unique(part, axis=0)) for part in halves) < n_clusters:
            return 0.0
        fits = [fit(part, n_clusters, rng) for part in halves]
        for train, test in ((0, 1), (1, 0)):
            own = labels_of(fits[test], halves[test])
            predicted = labels_of(fits[train], halves[test])
            scores.append(worst_pair_share(own, predicted, n_clusters))
    return float(np.mean(scores))


def worst_pair_share(own: NDArray[np.int32], other: NDArray[np.int32], n_clusters: int) -> float:
    """Return the least share, over clusters of `own`, of pairs that `other` keeps together.

    A cluster of one point has no pair and counts 0.
    """
    shared = contingency(own, other, n_clusters)
    sizes = shared.sum(axis=1)
    together = (shared * (shared - 1)).sum(axis=1)
    pairs = sizes * (sizes - 1)
    return float(np.min(np.divide(together, pairs, out=np.zeros_like(pairs), where=pairs > 0)))


def contingency(first: NDArray[np.int32], second: NDArray[np.int32], n_clusters: int) -> Floats:
    """Return how many points have label i in `first` and j in `second`, shape (k, k)."""
    cells = first.astype(np.int64) * n_clusters + second
    counts = np.bincount(cells, minlength=n_clusters * n_clusters)
    return counts.reshape(n_clusters, n_clusters).astype(np.float64)


def stability(
    points: Floats,
    clustering: Clustering,
    rng: np.random.Generator,
    n_bootstraps: int = 10,
    fit: Fitter = quick_fit,
) -> Floats:
    """Return how well each cluster is found again in bootstrap samples [1]_.

    The mean over samples of the largest Jaccard overlap between the cluster and any cluster
    of the sample, among the points drawn.

    Parameters
    ----------
    points : float64 array, shape (n, n_features)
    clustering : Clustering
        Fitted on these points, or on points that these are a sample of.
    rng : numpy.random.Generator
    n_bootstraps : int
    fit : callable
        Fits the samples.

    Returns
    -------
    float64 array, shape (n_clusters,)
        0 to 1. At most 0.5 is dissolved, 0.75 and above stable, 0.85 and above highly stable.

    References
    ----------
    .. [1] C. Hennig, "Cluster-wise assessment of cluster stability", CSDA 52:258-271, 2007.
    """
    k = clustering.n_clusters
    labels = clustering.assign(points).labels
    overlaps = []
    for _ in range(n_bootstraps):
        drawn = np.unique(rng.integers(0, len(points), len(points)), return_counts=True)
        rows = np.repeat(drawn[0], drawn[1])
        if len(np.unique(points[drawn[0]], axis=0)) < k:
            overlaps.append(np.zeros(k))
            continue
        again = labels_of(fit(points[rows], k, rng), points[drawn[0]])
        shared = contingency(labels[drawn[0]], again, k)
        union = shared.sum(axis=1)[:, None] + shared.sum(axis=0)[None, :] - shared
        jaccard = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
        overlaps.append(jaccard.max(axis=1))
    return np.asarray(np.mean(overlaps, axis=0))
