"""Data made to look like the customers', without groups: what any figure must beat."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from coterie.cluster.base import Floats

Null = Callable[[Floats, np.random.Generator], Floats]


def permuted_columns(points: Floats, rng: np.random.Generator) -> Floats:
    """Shuffle each column by itself: every column as it was, nothing between them."""
    return np.stack([rng.permutation(column) for column in points.T], axis=1)


def gaussian_copula(points: Floats, rng: np.random.Generator) -> Floats:
    """Keep every column's values and, nearly, their rank correlations; nothing else."""
    scores = _normal_scores(points)
    drawn = _gaussian_like(scores, rng)
    ranks = np.argsort(np.argsort(drawn, axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray(np.take_along_axis(np.sort(points, axis=0), ranks, axis=0))


def _normal_scores(points: Floats) -> Floats:
    """Return the normal quantile of each value's rank; equal values share their mean rank."""
    ranks = np.stack([_mean_ranks(column) for column in points.T], axis=1)
    given, where = np.unique(ranks, return_inverse=True)
    quantile = NormalDist().inv_cdf
    scores = np.array([quantile(rank / (len(points) + 1)) for rank in given])
    return scores[where.reshape(ranks.shape)]


def _mean_ranks(values: Floats) -> Floats:
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[codes.reshape(-1)])


def gaussian(points: Floats, rng: np.random.Generator) -> Floats:
    """Draw one Gaussian of the same mean and covariance: one smooth peak."""
    return _gaussian_like(points, rng)


def principal_box(points: Floats, rng: np.random.Generator) -> Floats:
    """Draw uniformly from the box around the points along their principal directions."""
    centre = points.mean(axis=0)
    axes = np.linalg.svd(points - centre, full_matrices=False)[2]
    rotated = (points - centre) @ axes.T
    drawn = rng.uniform(rotated.min(axis=0), rotated.max(axis=0), rotated.shape)
    return np.asarray(drawn @ axes + centre)


def _gaussian_like(points: Floats, rng: np.random.Generator) -> Floats:
    centre = points.mean(axis=0)
    axes = np.linalg.svd(points - centre, full_matrices=False)
    drawn = rng.standard_normal((len(points), len(axes.S)))
    return np.asarray(centre + (drawn * axes.S / np.sqrt(max(len(points) - 1, 1))) @ axes.Vh)


# The first two keep each column's own peaks, so groups in line with the axes look like them;
# the last two have one smooth peak or none, and tell such groups apart.
NULLS: dict[str, Null] = {
    "shuffled columns": permuted_columns,
    "Gaussian copula": gaussian_copula,
    "one Gaussian": gaussian,
    "uniform box": principal_box,
}
SMOOTH = ("one Gaussian", "uniform box")
