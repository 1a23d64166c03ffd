"""The figures of a method that finds the number of groups itself: one row instead of a sweep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coterie.cluster import quality
from coterie.cluster.base import Floats, Labels
from coterie.cluster.sweep import KQuality

Three = tuple[float, float, float]
"""Silhouette, Calinski-Harabasz and Davies-Bouldin."""


def usual_figures(points: Floats, labels: Labels) -> Three | None:
    """Return the usual figures of those in a group; None where there are fewer than two.

    Parameters
    ----------
    points : float64 array, shape (n, n_features)
    labels : int array, shape (n,)
        Below 0 for those in none.

    Returns
    -------
    (float, float, float) or None
        Silhouette, Calinski-Harabasz and Davies-Bouldin.
    """
    own = labels >= 0
    if not 2 <= len(np.unique(labels[own])) < own.sum():
        return None
    inside, codes = points[own], labels[own]
    return (
        quality.silhouette(inside, codes).mean,
        quality.calinski_harabasz(inside, codes),
        quality.davies_bouldin(inside, codes),
    )


def some_of(points: Floats, limit: int, rng: np.random.Generator) -> Floats:
    """Return at most `limit` of the points, in their order."""
    if len(points) <= limit:
        return points
    return points[np.sort(rng.choice(len(points), limit, replace=False))]


def least_kept(own: Labels, theirs: Labels) -> float:
    """Return the least share of a group's pairs of points that other groups keep together.

    Prediction strength (Tibshirani and Walther 2005) is its mean over halves of the data. Labels
    below 0 are no group: who is in none is with nobody.
    """
    kept = []
    for group in np.unique(own[own >= 0]):
        others = theirs[own == group]
        sizes = np.bincount(others[others >= 0])
        pairs = len(others) * (len(others) - 1)
        if pairs:
            kept.append(float((sizes * (sizes - 1)).sum() / pairs))
    return min(kept, default=0.0)


def only_row(
    sample: Floats,
    labels: Labels,
    counts: Sequence[int],
    *,
    stability: Floats,
    strength: float,
    nulls: Sequence[Three],
) -> KQuality:
    """Return every figure of the one number of groups; those in none take no part.

    Parameters
    ----------
    sample : float64 array, shape (n, n_features)
    labels : int array, shape (n,)
    counts : sequence of int
        Points in each group that counts.
    stability : float64 array, shape (k,)
        Of each such group.
    strength : float
        Prediction strength.
    nulls : sequence of (float, float, float)
        The usual figures in each look-alike table; empty where there are none.

    Returns
    -------
    KQuality
        Without the gap statistic: it is one of inertia, which neither dense groups of any shape
        nor a rule try to keep small.
    """
    own = labels >= 0
    silhouette, ratio, overlap = usual_figures(sample, labels) or (None, None, None)
    means, spreads = _beside(nulls)
    return KQuality(
        k=len(counts),
        inertia=quality.inertia(sample[own], labels[own]),
        silhouette=silhouette,
        silhouette_null=means[0],
        silhouette_null_sd=spreads[0],
        calinski_harabasz=ratio,
        calinski_harabasz_null=means[1],
        calinski_harabasz_null_sd=spreads[1],
        davies_bouldin=overlap,
        davies_bouldin_null=means[2],
        davies_bouldin_null_sd=spreads[2],
        gap=float("nan"),
        gap_error=float("nan"),
        prediction_strength=strength,
        stability=float(stability.mean()),
        weakest_stability=float(stability.min()),
        smallest=min(counts) / len(sample),
    )


def _beside(nulls: Sequence[Three]) -> tuple[list[float | None], list[float | None]]:
    """Return mean and standard deviation of each figure over look-alike tables."""
    if not nulls:
        return [None] * 3, [None] * 3
    table = np.asarray(nulls)
    return [float(v) for v in table.mean(axis=0)], [float(v) for v in table.std(axis=0)]
