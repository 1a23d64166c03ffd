"""Confidence: how likely a refit on other customers would place this customer the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from coterie.cluster.base import CentreClustering
from coterie.cluster.density import DensityClustering
from coterie.cluster.matching import match_rows
from coterie.cluster.resampling import contingency, quick_fit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from coterie.cluster.base import Clustering
    from coterie.cluster.resampling import Fitter

# A share of membership below exp(-40) is nothing beside 1, to the last digit of a number.
NOTHING = 40.0
REFITS = 10
LARGEST_SAMPLE = 2_000


def squared_distances(
    points: NDArray[np.float64], centres: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return squared Euclidean distances, shape (n_points, n_centres), never negative."""
    squares = (
        np.einsum("ij,ij->i", points, points)[:, None]
        - 2.0 * points @ centres.T
        + np.einsum("ij,ij->i", centres, centres)[None, :]
    )
    distances: NDArray[np.float64] = np.maximum(squares, 0.0)
    return distances


def memberships(squares: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Turn squared distances into shares of membership that sum to 1 in each row.

    The share of a centre is proportional to exp(-d^2 / temperature): the posterior of a mixture of
    equal spheres whose variance is half the temperature.

    Examples
    --------
    >>> memberships(np.array([[0.0, 0.0], [1.0, 3.0]]), temperature=2.0).round(3).tolist()
    [[0.5, 0.5], [0.731, 0.269]]
    """
    nearest = squares.min(axis=1, keepdims=True)
    weights = np.exp(-(squares - nearest) / temperature)
    shares: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return shares


def telling_costs(
    points: NDArray[np.float64], clustering: Clustering, temperature: float
) -> NDArray[np.float64]:
    """Return the costs of placing; those too high to have a share of membership may be infinite."""
    if isinstance(clustering, DensityClustering):
        return clustering.costs(points, most=1.0 + NOTHING * temperature)  # None costs 1.
    return clustering.costs(points)


class Refits(NamedTuple):
    """What refits to other customers say of a clustering.

    Attributes
    ----------
    temperature : float
        Turns squared distances into confidence (`memberships`): positive, in squared units of the
        scaled features.
    stability : float64 array, shape (n_clusters,)
        Mean Jaccard agreement of each cluster with its like among the customers drawn [1]_: at
        most 0.5 is dissolved, 0.75 and above stable, 0.85 and above highly stable.

    References
    ----------
    .. [1] C. Hennig, "Cluster-wise assessment of cluster stability", CSDA 52:258-271, 2007.
    """

    temperature: float
    stability: NDArray[np.float64]


def refit_on_others(
    points: NDArray[np.float64],
    clustering: Clustering,
    *,
    seed: int,
    fit: Fitter = quick_fit,
    temperature: float | None = None,
) -> Refits:
    """Fit the clustering anew on bootstrap samples and see how far the refits agree with it.

    Each refit's centres are matched to the given ones (Hungarian method on their distances) and
    place all points. The temperature is the one whose memberships have the highest likelihood
    under those placements (temperature scaling, [1]_), so that of the customers placed with
    confidence 0.8 about eight in ten would be placed the same by a model fitted to others.

    Parameters
    ----------
    points : ndarray of float, shape (n_points, n_features)
        Scaled points.
    clustering : Clustering
        Fitted to these points, and leaving none of them out.
    seed : int
    fit : callable
        Fits the bootstrap samples; k-means by default.
    temperature : float, optional
        Where it is known beforehand, as with a mixture, whose shares are probabilities as they
        are: 2.

    Returns
    -------
    Refits

    References
    ----------
    .. [1] C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    rng = np.random.default_rng([seed, 771])
    if len(points) > LARGEST_SAMPLE:
        points = points[np.sort(rng.choice(len(points), LARGEST_SAMPLE, replace=False))]
    k = clustering.n_clusters
    squares = _costs(points, clustering)
    if k < 2 or not squares.min(axis=1).any():
        return Refits(temperature or 1.0, np.ones(k))
    own = squares.argmin(axis=1)
    votes, overlaps = np.zeros((len(points), k)), np.zeros(k)
    for _ in range(REFITS):
        rows, times = np.unique(rng.integers(0, len(points), len(points)), return_counts=True)
        if len(np.unique(points[rows], axis=0)) < k:
            continue
        # Fresh starts, not the given centres: a refit that could land elsewhere must be free to.
        refit = fit(np.repeat(points[rows], times, axis=0), k, rng)
        nearest = _costs(points, refit).argmin(axis=1)
        partners = _partners(refit.centres, clustering.centres)
        votes[np.arange(len(points)), partners[nearest]] += 1.0
        overlaps += _jaccard(own[rows], nearest[rows], k)
    if not votes.any():
        votes[np.arange(len(points)), own] += 1.0
    known = fit_temperature(squares, votes) if temperature is None else temperature
    return Refits(known, overlaps / REFITS)


def _costs(points: NDArray[np.float64], clustering: Clustering) -> NDArray[np.float64]:
    """Return the costs of placing, by the quick road for centres."""
    if isinstance(clustering, CentreClustering):
        return squared_distances(points, clustering.centres)
    return clustering.costs(points)


def _partners(refit: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each refitted centre the given one that it matches."""
    return match_rows(squared_distances(refit, centres))


def _jaccard(own: NDArray[np.int64], other: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    """Return each cluster's largest Jaccard overlap with a cluster of the refit."""
    shared = contingency(own.astype(np.int32), other.astype(np.int32), k)
    union = shared.sum(axis=1)[:, None] + shared.sum(axis=0)[None, :] - shared
    overlap = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return np.asarray(overlap.max(axis=1))


def fit_temperature(
    squares: NDArray[np.float64], votes: NDArray[np.float64], *, around: float | None = None
) -> float:
    """Return the temperature under which the votes are likeliest.

    Parameters
    ----------
    squares : ndarray of float, shape (n_points, n_answers)
        Costs of placing.
    votes : ndarray of float, shape (n_points, n_answers)
        How often refits gave each answer.
    around : float, optional
        Logarithm of a usual cost, near which to look; by default that of the cheapest answer.
    """

    def loss(log_temperature: float) -> float:
        shares = memberships(squares, float(np.exp(log_temperature)))
        return float(-(votes * np.log(np.maximum(shares, 1e-12))).sum() / votes.sum())

    middle = around
    if middle is None:
        middle = float(np.log(max(squares.min(axis=1).mean(), 1e-12)))
    return float(np.exp(_lowest(loss, middle - 7.0, middle + 4.0)))


def _lowest(loss: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one valley is lowest, by golden section, to 0.001."""
    golden = (5**0.5 - 1) / 2
    inner, outer = high - golden * (high - low), low + golden * (high - low)
    at_inner, at_outer = loss(inner), loss(outer)
    while high - low > 1e-3:
        if at_inner <= at_outer:
            high, outer, at_outer = outer, inner, at_inner
            inner = high - golden * (high - low)
            at_inner = loss(inner)
        else:
            low, inner, at_inner = inner, outer, at_outer
            outer = low + golden * (high - low)
            at_outer = loss(outer)
    return (low + high) / 2
