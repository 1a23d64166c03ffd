"""How k-means goes down: seeds, Lloyd's steps from many starts at once, and swaps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coterie.cluster.base import Floats, Labels

_MAX_STEPS = 300
# Above this many rows one compiled descent at a time beats many at once in NumPy.
_BATCH_ROWS = 1_000
# Cells of the (starts, clusters, rows) table of scores that a batch may hold.
_BATCH_CELLS = 400_000
_CANDIDATES = 100
_ROUNDING = 1e-12
# A swap must lower the inertia by this share to count.
_GAIN = 1e-9


class Fit(NamedTuple):
    """A converged k-means: centres (k, d), labels (n,) and inertia."""

    centres: Floats
    labels: Labels
    inertia: float


def search(
    points: Floats,
    weights: Floats,
    n_clusters: int,
    rng: np.random.Generator,
    effort: int,
    start: ArrayLike | None = None,
) -> Fit:
    """Return the best of several descents, improved by swaps until `effort` of them fail."""
    if n_clusters == 1:
        return descend(points, weights, np.average(points, axis=0, weights=weights)[None, :])
    batch = _batch_size(len(points), n_clusters, effort)
    tries = [seed_centres(points, weights, n_clusters, rng) for _ in range(batch)]
    if start is not None:
        tries.append(np.array(start, dtype=np.float64))
    best = descend(points, weights, descend_best(points, weights, np.stack(tries)).centres)
    failures = 0
    # Below this the inertia is rounding, and no swap can tell better from worse.
    floor = _ROUNDING * float(np.einsum("ij,ij,i->", points, points, weights))
    while failures < 2 * effort and best.inertia > floor:
        swaps = _swaps(points, weights, best, rng, batch)
        trial = descend_best(points, weights, swaps)
        failures += batch
        if trial.inertia < best.inertia * (1 - _GAIN):
            # A batch's inertia is a difference of large sums: only the exact one may be believed,
            # or two ends of equal inertia would follow each other for ever.
            trial = descend(points, weights, trial.centres)
            if trial.inertia < best.inertia * (1 - _GAIN):
                best, failures = trial, 0
    return best


def _batch_size(n_rows: int, n_clusters: int, effort: int) -> int:
    """Return how many descents to run together: more where each is cheap."""
    if n_rows > _BATCH_ROWS:
        return effort
    return effort * max(1, min(8, _BATCH_CELLS // (n_rows * n_clusters * 10)))


def _swaps(
    points: Floats, weights: Floats, fit: Fit, rng: np.random.Generator, n_swaps: int
) -> Floats:
    """Return copies of the centres, in each of which one has moved, shape (n_swaps, k, d).

    In the first, the centre whose points lose least by going to their runner-up moves to where
    a centre gains most; in the others both are drawn, by ease and by share of the inertia.
    """
    k = len(fit.centres)
    two = np.partition(squared_distances(points, fit.centres), 1, axis=0)[:2]
    loss = np.bincount(fit.labels, weights=(two[1] - two[0]) * weights, minlength=k)
    ease = 1 / (loss + 0.1 * loss.mean() + 1e-300)
    gone = rng.choice(k, size=n_swaps, p=ease / ease.sum())
    share = np.maximum(two[0], 0.0) * weights
    if not share.sum() > 0:  # The inertia that is left is rounding.
        share = weights
    rows = rng.choice(len(points), size=n_swaps, p=share / share.sum())
    swapped = np.repeat(fit.centres[None], n_swaps, axis=0)
    swapped[np.arange(n_swaps), gone] = points[rows]
    swapped[0] = grown_by_one(points, np.delete(fit.centres, loss.argmin(), axis=0))
    return swapped


def grown_by_one(points: Floats, centres: Floats) -> Floats:
    """Return the centres and one more, at the point where it lowers the inertia most.

    The bound of the global k-means algorithm (Likas, Vlassis, Verbeek, Pattern Recognition
    36:451-461, 2003), over evenly spaced points.
    """
    near = squared_distances(points, centres).min(axis=0)
    rows = np.linspace(0, len(points) - 1, min(len(points), _CANDIDATES)).round().astype(int)
    gain = np.maximum(near - squared_distances(points, points[rows]), 0.0).sum(axis=1)
    return np.concatenate([centres, points[rows[gain.argmax()]][None, :]])


def squared_distances(points: Floats, centres: Floats) -> Floats:
    """Return the squared distance of each point to each centre, shape (n_clusters, n)."""
    squared = centres @ points.T
    squared *= -2.0
    squared += np.einsum("ij,ij->i", centres, centres)[:, None]
    squared += np.einsum("ij,ij->i", points, points)[None, :]
    return np.maximum(squared, 0.0, out=squared)


def seed_centres(
    points: Floats, weights: Floats, n_clusters: int, rng: np.random.Generator
) -> Floats:
    """Draw starting centres by greedy k-means++: each the best of a few far-away points."""
    n = len(points)
    n_tries = 2 + int(np.log(n_clusters))
    chosen = [int(rng.choice(n, p=weights / weights.sum()))]
    closest = squared_distances(points, points[chosen])[0]
    closest[chosen] = 0.0
    while len(chosen) < n_clusters:
        cumulative = np.cumsum(closest * weights)
        draws = np.searchsorted(cumulative, rng.random(n_tries) * cumulative[-1], side="right")
        draws = np.minimum(draws, n - 1)
        nearer = np.minimum(squared_distances(points, points[draws]), closest)
        best = int(np.argmin(nearer @ weights))
        chosen.append(int(draws[best]))
        closest = nearer[best]
        closest[draws[best]] = 0.0
    return points[chosen].copy()


def descend_best(
    points: Floats, weights: Floats, starts: Floats, max_steps: int = _MAX_STEPS
) -> Fit:
    """Run Lloyd's steps from each of the starts (n_starts, k, d); return the tightest end."""
    if len(points) > _BATCH_ROWS:
        fits = [_descend_compiled(points, weights, start, max_steps) for start in starts]
        return min(fits, key=lambda fit: fit.inertia)
    return _descend_batch(points, weights, starts, max_steps)


def _descend_compiled(points: Floats, weights: Floats, start: Floats, max_steps: int) -> Fit:
    from sklearn.cluster import KMeans

    model = KMeans(len(start), init=start, n_init=1, tol=1e-5, max_iter=max_steps)
    model.fit(points, sample_weight=weights)
    return Fit(model.cluster_centers_, model.labels_, float(model.inertia_))


def _descend_batch(points: Floats, weights: Floats, starts: Floats, max_steps: int) -> Fit:
    """Step all starts together; those that no longer move drop out."""
    (n, d), k = points.shape, starts.shape[1]
    offset = float(np.einsum("ij,ij,i->", points, points, weights))
    transposed = np.ascontiguousarray(points.T)
    active = starts.copy()
    labels = np.full((len(starts), n), -1)
    best: tuple[float, Floats] = (np.inf, starts[0])
    for _ in range(max_steps):
        scores = (active.reshape(-1, d) @ transposed).reshape(len(active), k, n)
        scores *= -2.0
        scores += np.einsum("rkd,rkd->rk", active, active)[:, :, None]
        nearest = scores.argmin(axis=1)
        still = (nearest != labels).any(axis=1)
        if not still.all():
            least = np.take_along_axis(scores, nearest[:, None, :], axis=1)[:, 0] @ weights
            for row in np.flatnonzero(~still):
                best = min(best, (float(least[row]), active[row]), key=lambda end: end[0])
            active, nearest = active[still], nearest[still]
            if not len(active):
                break
        labels = nearest
        cells = (labels + k * np.arange(len(active))[:, None]).ravel()
        mass = np.tile(weights, len(active))
        counts = np.bincount(cells, weights=mass, minlength=len(active) * k)
        sums = np.stack(
            [
                np.bincount(
                    cells, weights=mass * np.tile(column, len(active)), minlength=len(counts)
                )
                for column in transposed
            ],
            axis=1,
        )
        moved = counts > 0
        flat = active.reshape(-1, d).copy()
        flat[moved] = sums[moved] / counts[moved, None]
        active = flat.reshape(-1, k, d)
    for centres in active:
        inertia = float(squared_distances(points, centres).min(axis=0) @ weights)
        best = min(best, (inertia - offset, centres), key=lambda end: end[0])
    return Fit(best[1], np.empty(0, dtype=np.int32), best[0] + offset)


def descend(points: Floats, weights: Floats, centres: Floats, max_steps: int = _MAX_STEPS) -> Fit:
    """Run Lloyd's steps until no point changes its cluster."""
    offset = np.einsum("ij,ij->i", points, points)
    weighted = points * weights[:, None]
    labels = np.full(len(points), -1, dtype=np.int64)
    for _ in range(max_steps):
        scores = centres @ points.T
        scores *= -2.0
        scores += np.einsum("ij,ij->i", centres, centres)[:, None]
        nearest = scores.argmin(axis=0)
        if np.array_equal(nearest, labels):
            break
        labels = nearest
        member = (labels == np.arange(len(centres))[:, None]).astype(np.float64)
        counts = member @ weights
        if (counts <= 0).any():
            labels = _fill_empty(scores.min(axis=0) + offset, labels, counts)
            member = (labels == np.arange(len(centres))[:, None]).astype(np.float64)
            counts = member @ weights
        centres = (member @ weighted) / counts[:, None]
    gaps = points - centres[labels]
    inertia = float(np.einsum("ij,ij,i->", gaps, gaps, weights))
    return Fit(centres, labels.astype(np.int32), inertia)


def _fill_empty(squared: Floats, labels: NDArray[np.int64], counts: Floats) -> NDArray[np.int64]:
    """Give each empty cluster the farthest point whose own cluster can spare it."""
    labels = labels.copy()
    sizes = np.bincount(labels, minlength=len(counts))
    farthest = iter(np.argsort(-squared, kind="stable"))
    for empty in np.flatnonzero(sizes == 0):
        row = next(row for row in farthest if sizes[labels[row]] > 1)
        sizes[labels[row]] -= 1
        sizes[empty] = 1
        labels[row] = empty
    return labels
