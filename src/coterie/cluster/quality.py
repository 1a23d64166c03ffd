"""How good a given partition is: figures of points and labels alone.

What resampling or random data has to say about a partition is in `resampling`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coterie.cluster.base import Floats

_BLOCK_CELLS = 1_250_000


class Silhouette(NamedTuple):
    """How much nearer points are to their own cluster than to the next, from -1 to 1.

    Attributes
    ----------
    mean : float
        Over all points. Higher is better separated.
    by_cluster : float64 array, shape (n_clusters,)
        Mean over the points of each cluster.
    """

    mean: float
    by_cluster: Floats


def inertia(points: ArrayLike, labels: ArrayLike) -> float:
    """Return the sum of squared distances of points to the mean of their cluster (WCSS).

    Examples
    --------
    >>> inertia([[0.0], [2.0], [7.0]], [0, 0, 1])
    2.0
    """
    table, codes, k = _checked(points, labels)
    gaps = table - _means(table, codes, k)[codes]
    return float(np.einsum("ij,ij->", gaps, gaps))


def silhouettes(points: ArrayLike, partitions: Sequence[ArrayLike]) -> list[Silhouette]:
    """Return the exact Euclidean silhouette [1]_ of several partitions of the same points.

    The distances, which are what takes the time, are computed once for all partitions, and
    never held as a whole. A point alone in its cluster counts 0.

    Parameters
    ----------
    points : array-like of float, shape (n, n_features)
    partitions : sequence of array-like of int, each of shape (n,)
        Labels. Each partition needs at least 2 clusters.

    Returns
    -------
    list of Silhouette
        In the order of `partitions`.

    Raises
    ------
    ValueError
        If a partition has fewer than 2 clusters or another length than the points.

    References
    ----------
    .. [1] P. J. Rousseeuw, "Silhouettes", J. Comput. Appl. Math. 20:53-65, 1987.
    """
    table = np.asarray(points, dtype=np.float64)
    coded = [_checked(table, labels)[1:] for labels in partitions]
    for _, k in coded:
        if k < 2:
            raise ValueError(f"A silhouette needs n_clusters >= 2; got {k}.")
    if not coded:
        return []
    n = len(table)
    members = np.concatenate([np.eye(k)[codes] for codes, k in coded], axis=1)
    total = np.empty((n, members.shape[1]))
    squared = np.einsum("ij,ij->i", table, table)
    step = max(1, _BLOCK_CELLS // max(n, 1))
    for begin in range(0, n, step):
        rows = slice(begin, begin + step)
        apart = table[rows] @ table.T
        apart *= -2.0
        apart += squared[rows, None]
        apart += squared[None, :]
        np.maximum(apart, 0.0, out=apart)
        np.sqrt(apart, out=apart)
        own = np.arange(begin, begin + len(apart))
        apart[np.arange(len(apart)), own] = 0.0
        total[rows] = apart @ members
    ends = np.cumsum([k for _, k in coded])
    return [
        _silhouette(part, codes)
        for part, (codes, _) in zip(np.split(total, ends[:-1], axis=1), coded, strict=True)
    ]


def _silhouette(total: Floats, codes: NDArray[np.intp]) -> Silhouette:
    """Return the silhouette given each point's summed distance to each cluster."""
    rows = np.arange(len(codes))
    sizes = np.bincount(codes, minlength=total.shape[1])
    own_size = sizes[codes]
    within = total[rows, codes] / np.maximum(own_size - 1, 1)
    means = total / sizes
    means[rows, codes] = np.inf
    other = means.min(axis=1)
    widest = np.maximum(within, other)
    score = np.divide(other - within, widest, out=np.zeros_like(widest), where=widest > 0)
    score[own_size == 1] = 0.0
    return Silhouette(float(score.mean()), np.bincount(codes, weights=score) / sizes)


def silhouette(points: ArrayLike, labels: ArrayLike) -> Silhouette:
    """Return the exact Euclidean silhouette of one partition; see `silhouettes`.

    Examples
    --------
    >>> round(silhouette([[0.0], [1.0], [9.0]], [0, 0, 1]).mean, 3)
    0.588
    """
    return silhouettes(points, [labels])[0]


def calinski_harabasz(points: ArrayLike, labels: ArrayLike) -> float:
    """Return between over within variance, each by its degrees of freedom [1]_.

    Higher is better; 1 where every point lies on its cluster's mean, as in scikit-learn.

    References
    ----------
    .. [1] T. Caliński, J. Harabasz, "A dendrite method for cluster analysis",
       Communications in Statistics 3:1-27, 1974.

    Examples
    --------
    >>> calinski_harabasz([[0.0], [2.0], [8.0], [10.0]], [0, 0, 1, 1])
    32.0
    """
    table, codes, k = _checked(points, labels)
    if k < 2 or k >= len(table):
        raise ValueError(f"n_clusters={k} should be from 2 to n_samples - 1 = {len(table) - 1}.")
    means = _means(table, codes, k)
    gaps = table - means[codes]
    within = float(np.einsum("ij,ij->", gaps, gaps))
    offset = means - table.mean(axis=0)
    between = float(np.bincount(codes) @ np.einsum("ij,ij->i", offset, offset))
    return 1.0 if within == 0 else between * (len(table) - k) / (within * (k - 1))


def davies_bouldin(points: ArrayLike, labels: ArrayLike) -> float:
    """Return how alike clusters are to the one most like them, on average [1]_.

    Lower is better. Clusters with the same centre are left out of the comparison and a set
    without any spread gives 0, as in scikit-learn.

    References
    ----------
    .. [1] D. L. Davies, D. W. Bouldin, "A cluster separation measure", IEEE PAMI 1:224-227,
       1979.

    Examples
    --------
    >>> davies_bouldin([[0.0], [2.0], [8.0], [10.0]], [0, 0, 1, 1])
    0.25
    """
    table, codes, k = _checked(points, labels)
    if k < 2 or k >= len(table):
        raise ValueError(f"n_clusters={k} should be from 2 to n_samples - 1 = {len(table) - 1}.")
    means = _means(table, codes, k)
    gaps = np.sqrt(np.square(table - means[codes]).sum(axis=1))
    spread = np.bincount(codes, weights=gaps) / np.bincount(codes)
    apart = np.sqrt(np.square(means[:, None, :] - means[None, :, :]).sum(axis=2))
    if np.allclose(spread, 0) or np.allclose(apart, 0):
        return 0.0
    apart[apart == 0] = np.inf
    return float(((spread[:, None] + spread[None, :]) / apart).max(axis=1).mean())


def _checked(points: ArrayLike, labels: ArrayLike) -> tuple[Floats, NDArray[np.intp], int]:
    """Return the points, labels renumbered from 0 without holes, and how many there are."""
    table = np.asarray(points, dtype=np.float64)
    given = np.asarray(labels)
    if table.ndim != 2 or given.shape != (len(table),):
        raise ValueError(f"labels of shape {given.shape} do not fit points of {table.shape}.")
    names, codes = np.unique(given, return_inverse=True)
    return table, codes.reshape(-1).astype(np.intp), len(names)


def _means(table: Floats, codes: NDArray[np.intp], k: int) -> Floats:
    """Return the mean of each cluster, shape (k, n_features)."""
    sums = np.stack([np.bincount(codes, weights=col, minlength=k) for col in table.T], axis=1)
    return sums / np.bincount(codes, minlength=k)[:, None]
