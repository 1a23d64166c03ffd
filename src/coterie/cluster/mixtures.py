"""Gaussian mixtures whose groups share the shape of their columns, and a search for the best.

Groups of one spread keep one spread a column when columns are brought to one scale, so that
mixtures with a shared diagonal fit them with few parameters. That scikit-learn does not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from coterie.cluster.base import Floats

_STEPS = 60
# Mean log likelihood gained a step below which a fit is done.
_TOLERANCE = 1e-4
_LEAST_VARIANCE = 1e-3
# A component with fewer rows, or a smaller share of them, is chance.
_LEAST_ROWS, _LEAST_SHARE = 5.0, 0.008
# More components without a better BIC than this are not tried.
_PATIENCE = 4
_ROUNDS = 8


class Blobs(NamedTuple):
    """Groups with one diagonal shape: weights (k,), means (k, d), sizes (k,), shape (d,).

    The variance of column j in group i is ``sizes[i] * shape[j]``.
    """

    weights: Floats
    means: Floats
    sizes: Floats
    shape: Floats
    share: Floats
    bic: float


def fit_blobs(points: Floats, start: Floats, *, own_size: bool) -> Blobs:
    """Fit a mixture by expectation and maximisation from the given centres.

    Parameters
    ----------
    points : float64 array, shape (n, d)
    start : float64 array, shape (k, d)
    own_size : bool
        Whether each group has its own size (model VEI of [1]_), or all have one (EEI).

    Returns
    -------
    Blobs
        With the rows' shares in each group, (n, k), and the BIC (see `gaussians.Components`):
        lower is better, infinite where a group has hardly a row.

    References
    ----------
    .. [1] G. Celeux, G. Govaert, "Gaussian parsimonious clustering models", Pattern
       Recognition 28:781-793, 1995.
    """
    n, d = points.shape
    k = len(start)
    square = points**2
    nearest = (np.square(start) @ np.ones(d))[None, :] - 2 * points @ start.T
    share = np.eye(k)[nearest.argmin(axis=1)]
    sizes = np.ones(k)
    shape = np.maximum(points.var(axis=0), _LEAST_VARIANCE)
    before = -np.inf
    for _ in range(_STEPS):
        mass = share.sum(axis=0) + 1e-9
        weights, means = mass / n, (share.T @ points) / mass[:, None]
        varied = np.maximum((share.T @ square) / mass[:, None] - means**2, 0) + _LEAST_VARIANCE
        for _ in range(3 if own_size else 1):
            shape = (mass / sizes) @ varied / n
            if own_size:
                sizes = (varied / shape).mean(axis=1)
        precision = 1 / (sizes[:, None] * shape)
        log = square @ precision.T - 2 * points @ (means * precision).T
        log += (means**2 * precision).sum(axis=1)
        log = -0.5 * (log + np.log(2 * np.pi / precision).sum(axis=1)) + np.log(weights)
        highest = log.max(axis=1, keepdims=True)
        share = np.exp(log - highest)
        total = share.sum(axis=1, keepdims=True)
        share /= total
        likelihood = float((highest + np.log(total)).mean())
        if likelihood - before < _TOLERANCE:
            break
        before = likelihood
    seen = np.log(np.maximum(mass, 1.0)).sum()
    bic = (d + (1 if own_size else 0)) * seen + (k - 1 + d) * np.log(n) - 2 * n * likelihood
    if k > 1 and mass.min() < least_rows(n):
        bic = np.inf
    return Blobs(weights, means, sizes, shape, share, float(bic))


def least_rows(n: int) -> float:
    """Return how many of n rows make a component that is not chance."""
    return min(max(_LEAST_ROWS, _LEAST_SHARE * n), n / 4)


def best_blobs(points: Floats, starts: Mapping[int, Floats], *, own_size: bool) -> Blobs:
    """Return the mixture of lowest BIC over the starts, and over merging and splitting groups.

    Starts from k-means cut large groups and join small ones. So the best of them is improved
    by joining its two nearest groups or splitting its most stretched ones, as long as the BIC
    falls [1]_.

    References
    ----------
    .. [1] N. Ueda et al., "SMEM algorithm for mixture models", Neural Computation
       12:2109-2128, 2000.
    """
    best: Blobs | None = None
    lowest, since = np.inf, 0
    for k in sorted(starts):
        if since > _PATIENCE:
            break
        fitted = fit_blobs(points, starts[k], own_size=own_size)
        lowest, since = (fitted.bic, 0) if fitted.bic < lowest else (lowest, since + 1)
        if best is None or fitted.bic < best.bic:
            best = fitted
    if best is None:
        raise ValueError("starts must offer at least one number of components.")
    most = max(starts) + 2
    for _ in range(_ROUNDS):
        tried = [
            fit_blobs(points, start, own_size=own_size)
            for start in (*_merged(best), *(_split(points, best) if len(best.means) < most else ()))
        ]
        better = min(tried, key=lambda blobs: blobs.bic, default=best)
        if not better.bic < best.bic - 1e-6:
            break
        best = better
    return best


def _merged(blobs: Blobs) -> list[Floats]:
    """Return the means with one of the two closest pairs joined."""
    k = len(blobs.means)
    if k < 2:
        return []
    scaled = blobs.means / np.sqrt(blobs.shape)
    apart = np.square(scaled[:, None] - scaled[None]).sum(axis=2)
    apart /= blobs.sizes[:, None] + blobs.sizes[None]
    first, second = np.triu_indices(k, 1)
    starts = []
    for pair in np.argsort(apart[first, second], kind="stable")[:2]:
        one, other = first[pair], second[pair]
        kept = np.delete(blobs.means, (one, other), axis=0)
        joined = np.average(blobs.means[[one, other]], axis=0, weights=blobs.weights[[one, other]])
        starts.append(np.vstack([kept, joined]))
    return starts


def _split(points: Floats, blobs: Blobs) -> list[Floats]:
    """Return the means with one of the three most stretched groups split along its axis."""
    stretches = []
    for part, mean in enumerate(blobs.means):
        offset = (points - mean) / np.sqrt(blobs.shape)
        mass = blobs.share[:, part]
        spread, axes = np.linalg.eigh((offset * mass[:, None]).T @ offset / (mass.sum() + 1e-9))
        step = axes[:, -1] * np.sqrt(spread[-1] * blobs.shape)
        stretches.append((spread[-1] / blobs.sizes[part], part, step))
    starts = []
    for _, part, step in sorted(stretches, key=lambda item: -item[0])[:3]:
        mean = blobs.means[part]
        kept = np.delete(blobs.means, part, axis=0)
        starts.append(np.vstack([kept, mean - step, mean + step]))
    return starts
