"""Ward's tree: customers joined two by two, so that each join widens the groups least."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import CentreClustering, Clustering, Floats, Labels
from coterie.cluster.kmeans import in_canonical_order


def ward_labels(points: Floats, ks: Sequence[int]) -> dict[int, Labels]:
    """Return Ward's partition [1]_ at every number of clusters, from one tree.

    Parameters
    ----------
    points : float64 array, shape (n, n_features)
        A few thousand: all distances are held.
    ks : sequence of int
        Each at most n.

    Returns
    -------
    dict of int to int32 array, shape (n,)

    References
    ----------
    .. [1] J. H. Ward, "Hierarchical grouping to optimize an objective function", JASA
       58:236-244, 1963.
    """
    from sklearn.cluster import ward_tree

    children = ward_tree(points)[0]
    return {k: _cut(children, len(points), k) for k in ks}


def _cut(children: NDArray[np.integer], n: int, k: int) -> Labels:
    """Return the labels when the last k - 1 joins are undone."""
    group = np.arange(n + len(children))
    # From the top: what a kept join made hands its group down to the two it joined.
    for join in range(n - k - 1, -1, -1):
        group[children[join]] = group[n + join]
    return np.unique(group[:n], return_inverse=True)[1].reshape(-1).astype(np.int32)


def fit_ward(points: Floats, ks: Sequence[int], seed: int) -> dict[int, Clustering]:
    """Return the centres of Ward's clusters at every k: customers are placed by the nearest."""
    del seed
    return {k: _by_centres(points, labels) for k, labels in ward_labels(points, ks).items()}


def _by_centres(points: Floats, labels: Labels) -> CentreClustering:
    centres = np.stack([points[labels == each].mean(axis=0) for each in np.unique(labels)])
    return CentreClustering(in_canonical_order(centres, points), "ward")


def quick_ward(points: Floats, k: int, rng: np.random.Generator) -> CentreClustering:
    """Fit one number of clusters; nothing in it is drawn."""
    del rng
    return _by_centres(points, ward_labels(points, [k])[k])
