"""k-means that looks beyond its first local optimum, and the steps that polish it on all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coterie.cluster.base import CentreClustering, Floats
from coterie.cluster.descent import search

_BLOCK_ROWS = 16_384


class LloydStep(NamedTuple):
    """What one pass over some rows adds to a k-means step; parts of a table simply add up.

    Attributes
    ----------
    sums : float64 array, shape (n_clusters, n_features)
        Sum of the points nearest to each centre.
    counts : float64 array, shape (n_clusters,)
        How many points those are.
    inertia : float
        Sum of squared distances to the nearest centre. Lower is tighter.
    """

    sums: Floats
    counts: Floats
    inertia: float


def fit_kmeans(
    points: ArrayLike,
    n_clusters: int,
    *,
    seed: int,
    weights: ArrayLike | None = None,
    start: ArrayLike | None = None,
    effort: int = 10,
) -> CentreClustering:
    """Find centres of low inertia, the same for the same points in any row order.

    Several k-means++ starts [1]_ are run to convergence; the best is then improved by
    swaps (the centre whose loss costs least moves to where a new one gains most [2]_) for as
    long as the inertia falls.

    Parameters
    ----------
    points : array-like of float, shape (n, n_features)
    n_clusters : int
    seed : int
        Of the random starts.
    weights : array-like of float, shape (n,), optional
        How many rows each point stands for. All 1 by default.
    start : array-like of float, shape (n_clusters, n_features), optional
        Centres to try besides the random starts.
    effort : int
        Number of random starts, and of swaps tried before giving up.

    Returns
    -------
    CentreClustering
        Centres in the order of their place along the first principal direction of the points.

    Raises
    ------
    ValueError
        If there are fewer distinct points than clusters.

    References
    ----------
    .. [1] D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful seeding",
       SODA 2007.
    .. [2] P. Fränti, "Efficiency of random swap clustering", Journal of Big Data 5:13, 2018.
    """
    table, mass = _checked(points, n_clusters, weights)
    rng = np.random.default_rng(seed)
    best = search(table, mass, n_clusters, rng, effort, start)
    return CentreClustering(in_canonical_order(best.centres, table))


def _checked(
    points: ArrayLike, n_clusters: int, weights: ArrayLike | None
) -> tuple[Floats, Floats]:
    """Return the points and weights sorted by value, so that row order cannot matter."""
    table = np.asarray(points, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] == 0:
        raise ValueError(f"points must have shape (n, n_features); got {table.shape}.")
    if n_clusters < 1:
        raise ValueError(f"n_clusters={n_clusters} should be at least 1.")
    if not np.isfinite(table).all():
        raise ValueError("points must be finite numbers; got NaN or infinity.")
    mass = np.ones(len(table)) if weights is None else np.asarray(weights, dtype=np.float64)
    if mass.shape != (len(table),):
        raise ValueError(f"weights of shape {mass.shape} do not fit n_samples={len(table)}.")
    order = np.lexsort((mass, *table.T[::-1]))
    table, mass = np.ascontiguousarray(table[order]), mass[order]
    n_distinct = 1 + int((np.diff(table, axis=0) != 0).any(axis=1).sum()) if len(table) else 0
    if n_distinct < n_clusters:
        raise ValueError(f"n_distinct_points={n_distinct} should be >= n_clusters={n_clusters}.")
    return table, mass


def in_canonical_order(centres: Floats, points: Floats) -> Floats:
    """Return the centres ordered along the first principal direction of the points.

    The direction's sign is fixed by its largest loading being positive; exact ties are
    broken by the coordinates, first column first.
    """
    return centres[canonical_order(centres, points)]


def canonical_order(centres: Floats, points: Floats) -> NDArray[np.intp]:
    """Return the indices of the centres in the order of `in_canonical_order`."""
    centred = points - points.mean(axis=0)
    direction = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    direction = direction * np.sign(direction[np.argmax(np.abs(direction))])
    along = np.round(centres @ direction, 9)
    return np.lexsort((*centres.T[::-1], along))


def lloyd_step(points_chunk: ArrayLike, centres: ArrayLike) -> LloydStep:
    """Return what these rows add to one k-means step.

    Parameters
    ----------
    points_chunk : array-like of float, shape (n, n_features)
    centres : array-like of float, shape (n_clusters, n_features)

    Returns
    -------
    LloydStep
        Add the steps of all chunks field by field; ``sums / counts`` are the new centres.

    Examples
    --------
    >>> step = lloyd_step([[0.0], [1.0], [9.0]], [[0.0], [10.0]])
    >>> step.sums.tolist(), step.counts.tolist(), step.inertia
    ([[1.0], [9.0]], [2.0, 1.0], 2.0)
    """
    chunk = np.asarray(points_chunk)
    if chunk.dtype not in (np.float32, np.float64):
        chunk = chunk.astype(np.float64)
    middle = np.asarray(centres, dtype=chunk.dtype)
    totals = LloydStep(np.zeros(middle.shape), np.zeros(len(middle)), 0.0)
    for begin in range(0, len(chunk), _BLOCK_ROWS):
        totals = _added(totals, _block_step(chunk[begin : begin + _BLOCK_ROWS], middle))
    return totals


def _block_step(rows: NDArray[Any], centres: NDArray[Any]) -> LloydStep:
    """Do one step on rows that fit the processor's cache; in the precision of the rows.

    |x - c|^2 is compared without |x|^2, which is the same for every centre.
    """
    scores = rows @ (-2.0 * centres.T)
    scores += np.einsum("ij,ij->i", centres, centres)
    labels = scores.argmin(axis=1)
    member = (labels[:, None] == np.arange(len(centres))).astype(rows.dtype)
    least = np.take_along_axis(scores, labels[:, None], axis=1)
    inertia = float(np.einsum("ij,ij->", rows, rows, dtype=np.float64)) + float(
        least.sum(dtype=np.float64)
    )
    counts = np.bincount(labels, minlength=len(centres)).astype(np.float64)
    return LloydStep((member.T @ rows).astype(np.float64), counts, max(inertia, 0.0))


def _added(one: LloydStep, other: LloydStep) -> LloydStep:
    """Add two steps field by field."""
    return LloydStep(one.sums + other.sums, one.counts + other.counts, one.inertia + other.inertia)


def polish(
    chunks_factory: Callable[[], Iterable[ArrayLike]],
    centres: ArrayLike,
    max_steps: int = 10,
    tol: float = 1e-4,
) -> tuple[Floats, float]:
    """Refine centres over a table too large for memory, one pass a step.

    Parameters
    ----------
    chunks_factory : callable
        Called once a step; returns the table again as chunks of rows (n, n_features).
    centres : array-like of float, shape (n_clusters, n_features)
        Where to begin. Their order is kept. A centre that no row is nearest to stays put.
    max_steps : int
        At most so many passes.
    tol : float
        Stop once a step lowers the inertia by less than this share.

    Returns
    -------
    centres : float64 array, shape (n_clusters, n_features)
    inertia : float
        Of all rows about the centres that the last pass began with: an upper bound of the
        inertia about the centres returned.
    """
    current = np.array(centres, dtype=np.float64)
    before = np.inf
    for _ in range(max_steps):
        steps = [lloyd_step(chunk, current) for chunk in chunks_factory()]
        inertia = float(sum(step.inertia for step in steps))
        counts = np.sum([step.counts for step in steps], axis=0)
        sums = np.sum([step.sums for step in steps], axis=0)
        filled = counts > 0
        current[filled] = sums[filled] / counts[filled, None]
        if before - inertia <= tol * inertia:
            before = inertia
            break
        before = inertia
    return current, float(before)
