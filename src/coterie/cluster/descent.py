"""How k-means goes down: seeds, Lloyd's steps from many starts at once, and swaps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coterie.cluster.base import Floats, Labels

Singles = NDArray[np.float32]

_MAX_STEPS = 300
# Above this many rows only as many descents as are asked for are run together.
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
    """Run Lloyd's steps from each of the starts (n_starts, k, d); return the tightest end.

    In single precision, many starts at once: its inertia is good enough to compare ends by, and
    `descend` ends a search exactly.
    """
    n, d = points.shape
    lifted = np.ones((d + 1, n), dtype=np.float32)
    lifted[:d] = points.T
    weighted = np.empty((n, d + 1), dtype=np.float32)
    weighted[:, :d], weighted[:, d] = points * weights[:, None], weights
    together = max(1, _BATCH_CELLS // (n * starts.shape[1]))
    ends = [
        end
        for first in range(0, len(starts), together)
        for end in _descend_batch(lifted, weighted, starts[first : first + together], max_steps)
    ]
    centres, gained = max(ends, key=lambda end: end[1])
    total = float(np.einsum("ij,ij,i->", points, points, weights))
    return Fit(centres.astype(np.float64), np.empty(0, np.int32), max(total - 2 * gained, 0.0))


def _descend_batch(
    lifted: Singles, weighted: Singles, starts: Floats, max_steps: int
) -> list[tuple[Singles, float]]:
    """Step all starts together; those whose rows no longer move drop out.

    A point's nearest centre has the largest ``x . c - |c|^2 / 2``: one product with the points
    `lifted` by a row of ones (d + 1, n), compared with its maximum, is the table of who belongs
    where; its product with the `weighted` points and weights (n, d + 1) holds every new centre.
    That is several times as fast as finding positions of minima.

    Returns
    -------
    list of (centres, gained)
        The inertia is the sum of the squared points less twice what is gained.
    """
    (d, n), k = (len(lifted) - 1, lifted.shape[1]), starts.shape[1]
    active = starts.astype(np.float32)
    before = np.zeros((len(active), k, n), dtype=bool)
    ends: list[tuple[Singles, float]] = []
    mass = weighted[:, d].astype(np.float64)
    for _ in range(max_steps):
        raised = np.concatenate([active, -0.5 * np.square(active).sum(axis=2)[:, :, None]], axis=2)
        affinity = (raised.reshape(-1, d + 1) @ lifted).reshape(len(active), k, n)
        highest = affinity.max(axis=1)
        near = affinity == highest[:, None]
        done = (near == before).all(axis=(1, 2))
        if done.any():
            ends += [(active[row], float(highest[row] @ mass)) for row in np.flatnonzero(done)]
            active, near, highest = active[~done], near[~done], highest[~done]
            if not len(active):
                return ends
        before = near
        sums = (near.reshape(-1, n).astype(np.float32) @ weighted).reshape(len(active), k, d + 1)
        count = sums[:, :, d:]
        active = np.where(count > 0, sums[:, :, :d] / np.maximum(count, 1e-30), active)
    return ends + [
        (centres, float(top @ mass)) for centres, top in zip(active, highest, strict=True)
    ]


def nearest_centres(points: Floats, centres: Floats) -> Labels:
    """Return the nearest centre of each point, shape (n,); ties go to rounding.

    For resampling and random data; what people see is placed by `CentreClustering.assign`.
    """
    affinity = centres @ points.T
    affinity -= 0.5 * np.einsum("ij,ij->i", centres, centres)[:, None]
    labels: Labels = affinity.argmax(axis=0).astype(np.int32)
    return labels


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
