"""Two plainer ways to k centres: in mini-batches, and by halving the widest group each time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from coterie.cluster.base import CentreClustering, Floats
from coterie.cluster.kmeans import in_canonical_order

_BATCH_ROWS = 1_024
_STARTS, _QUICK_STARTS = 10, 2


def fit_minibatch(points: Floats, k: int, seed: int) -> CentreClustering:
    """Find k centres from random batches of rows [1]_.

    References
    ----------
    .. [1] D. Sculley, "Web-scale k-means clustering", WWW 2010.
    """
    return _minibatch(points, k, seed, _STARTS)


def quick_minibatch(points: Floats, k: int, rng: np.random.Generator) -> CentreClustering:
    """Fit from a few starts."""
    return _minibatch(points, k, int(rng.integers(2**31)), _QUICK_STARTS)


def _minibatch(points: Floats, k: int, seed: int, starts: int) -> CentreClustering:
    from sklearn.cluster import MiniBatchKMeans

    model = MiniBatchKMeans(k, batch_size=_BATCH_ROWS, n_init=starts, random_state=seed).fit(points)
    return CentreClustering(in_canonical_order(model.cluster_centers_, points), "minibatch")


def refine_in_batches(chunks: Iterable[ArrayLike], centres: Floats, seed: int) -> Floats:
    """Return the centres after one pass over all rows, batch by batch; their order is kept.

    Parameters
    ----------
    chunks : iterable of array-like of float, shape (n, n_features)
    centres : float64 array, shape (k, n_features)
    seed : int
    """
    from sklearn.cluster import MiniBatchKMeans

    model = MiniBatchKMeans(
        len(centres), init=centres, n_init=1, random_state=seed, reassignment_ratio=0.0
    )
    for chunk in chunks:
        rows = np.asarray(chunk, dtype=np.float64)
        for begin in range(0, len(rows), 10 * _BATCH_ROWS):
            part = rows[begin : begin + 10 * _BATCH_ROWS]
            if len(part) >= len(centres):
                model.partial_fit(part)
    return np.asarray(model.cluster_centers_, dtype=np.float64)


def fit_bisecting(points: Floats, k: int, seed: int) -> CentreClustering:
    """Find k centres by halving the group of largest inertia, k - 1 times [1]_.

    References
    ----------
    .. [1] M. Steinbach, G. Karypis, V. Kumar, "A comparison of document clustering techniques",
       KDD Workshop on Text Mining, 2000.
    """
    return _bisecting(points, k, seed, _STARTS)


def quick_bisecting(points: Floats, k: int, rng: np.random.Generator) -> CentreClustering:
    """Fit from a few starts."""
    return _bisecting(points, k, int(rng.integers(2**31)), _QUICK_STARTS)


def _bisecting(points: Floats, k: int, seed: int, starts: int) -> CentreClustering:
    from sklearn.cluster import BisectingKMeans

    model = BisectingKMeans(k, n_init=starts, random_state=seed).fit(points)
    return CentreClustering(in_canonical_order(model.cluster_centers_, points), "bisecting")
