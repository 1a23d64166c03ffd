"""k-prototypes: clusters of numbers and categories, a mean for the one and a mode for the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coterie.cluster.base import CentreClustering, Floats, Labels
from coterie.cluster.descent import nearest_centres, seed_centres
from coterie.cluster.kmeans import in_canonical_order

_STARTS, _QUICK_STARTS = 10, 3
_STEPS, _QUICK_STEPS = 100, 25


def fit_prototypes(
    points: Floats, k: int, seed: int, sizes: Sequence[int], *, starts: int = _STARTS
) -> CentreClustering:
    """Find k prototypes of low cost: the means of the numbers and the modes of the categories [1]_.

    A category with m choices stands as m columns, which hold a weight w in the column of the
    choice and 0 in the others. Two customers who differ in it are then 2 w^2 apart in squares:
    Huang's gamma, so that placing by the nearest prototype is placing by the nearest centre.

    Parameters
    ----------
    points : float64 array, shape (n, n_numbers + sum(sizes))
        The columns of categories last.
    k : int
    seed : int
    sizes : sequence of int
        How many columns each category has, in order.
    starts : int
        Random starts, of which the best is kept.

    Returns
    -------
    CentreClustering

    References
    ----------
    .. [1] Z. Huang, "Extensions to the k-means algorithm for clustering large data sets with
       categorical values", Data Mining and Knowledge Discovery 2:283-304, 1998.
    """
    rng = np.random.default_rng(seed)
    return _best(points, k, rng, sizes, starts, _STEPS)


def quick_prototypes(
    points: Floats, k: int, rng: np.random.Generator, sizes: Sequence[int]
) -> CentreClustering:
    """Fit from a few starts."""
    return _best(points, k, rng, sizes, _QUICK_STARTS, _QUICK_STEPS)


def _best(
    points: Floats, k: int, rng: np.random.Generator, sizes: Sequence[int], starts: int, steps: int
) -> CentreClustering:
    mass = np.ones(len(points))
    least, best = np.inf, points[:k]
    for _ in range(starts):
        centres = seed_centres(points, mass, k, rng)
        cost, before = np.inf, np.inf
        for _ in range(steps):
            labels = nearest_centres(points, centres)
            centres = prototypes(points, labels, centres, sizes)
            cost = float(np.square(points - centres[labels]).sum())
            if before - cost <= 1e-9 * cost:
                break
            before = cost
        if cost < least * (1 - 1e-12):
            least, best = cost, centres
    return CentreClustering(in_canonical_order(best, points), "kprototypes")


def prototypes(points: Floats, labels: Labels, before: Floats, sizes: Sequence[int]) -> Floats:
    """Return the prototype of each cluster; one without points stays where it was.

    Of several commonest choices the first is the mode.

    Examples
    --------
    >>> rows = np.array([[1.0, 0.5, 0.0], [3.0, 0.5, 0.0], [5.0, 0.0, 0.5]])
    >>> prototypes(rows, np.zeros(3, dtype=np.int32), rows[:1], [2]).tolist()
    [[3.0, 0.5, 0.0]]
    """
    k, width = before.shape
    counts = np.bincount(labels, minlength=k)
    sums = np.stack([np.bincount(labels, weights=col, minlength=k) for col in points.T], axis=1)
    filled = counts > 0
    centres = before.copy()
    centres[filled] = sums[filled] / counts[filled, None]
    begin = width - sum(sizes)
    for size in sizes:
        block = slice(begin, begin + size)
        weight = float(points[:, block].max(initial=0.0))
        mode = np.eye(size)[sums[:, block].argmax(axis=1)] * weight
        centres[filled, block] = mode[filled]
        begin += size
    return centres
