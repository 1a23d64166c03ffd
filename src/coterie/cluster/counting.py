"""Two counts of groups that do not lean on k-means: by humps of a mixture, and by density.

k-means cuts long, ring-shaped or very unequal groups wrongly, so that no figure of its own
partitions can count them. These two can, and the count holds for any engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import Floats
from coterie.cluster.dense import dense_regions, distance_table
from coterie.cluster.gaussians import Components, Shape, fit_mixture
from coterie.cluster.mixtures import Blobs, best_blobs, least_rows
from coterie.cluster.valleys import look_across

# A hump of the mixture belongs to its neighbour where the points show no valley (dip test) and
# the fitted one is shallow: the ratio of the lowest density on the way to the lower peak, as if
# both were equally large. Groups 4 sd apart have a ratio of 0.27, the halves of a uniform bar
# 0.45, the halves of one Gaussian 0.8 and more; of few rows the ratio is known less well.
_CLEAR = 0.05
_SHALLOW, _SHALLOW_FEW = 0.42, 3.0
# With a p-value up to here only a fitted valley hardly worth the name joins two humps.
_NEARLY_CLEAR, _FLAT = 0.1, 0.6
# Below this p-value a valley is beyond doubt.
_CERTAIN = 0.0015
_RIDGE_STEPS = 41
# More components without a better BIC than this are not tried.
_PATIENCE = 4
# Groups found by density are trusted where hardly a point is left out.
_LEFT_OUT = 0.02


class Humps(NamedTuple):
    """How many groups a mixture shows: by the best estimate, and beyond all doubt.

    Attributes
    ----------
    groups : int
        1 where the data is one group.
    clear : int
        What is left when all components go together that have no significant valley between.
    certain : int
        What is left when all components go together that points do not clearly divide.
    """

    groups: int
    clear: int
    certain: int


def count_by_mixture(
    points: Floats, starts: Mapping[int, Floats], rng: np.random.Generator
) -> Humps:
    """Return how many groups a Gaussian mixture shows once touching components are merged.

    Mixtures with spherical, diagonal, tied and full covariances are fitted from the given
    centres and the one of lowest BIC [1]_ is kept. Two of its components are one group where
    the density along the ridge line between them [2]_ has no deep valley and the points show
    none either [3]_; groups are what these links connect.

    Parameters
    ----------
    points : float64 array, shape (n, n_features)
        Without ties.
    starts : mapping of int to float64 array, shape (k, n_features)
        Centres to begin from, for each number of components to try.
    rng : numpy.random.Generator

    Returns
    -------
    Humps

    References
    ----------
    .. [1] C. Fraley, A. E. Raftery, "How many clusters? Which clustering method?", The
       Computer Journal 41:578-588, 1998.
    .. [2] S. Ray, B. G. Lindsay, "The topography of multivariate normal mixtures", Annals of
       Statistics 33:2042-2065, 2005.
    .. [3] C. Hennig, "Methods for merging Gaussian mixture components", ADAC 4:3-34, 2010.
    """
    best = _best_mixture(points, starts)
    k = len(best.weights)
    equal = best._replace(weights=np.full(k, 1 / k))
    touching, unclear, joined = (np.eye(k, dtype=bool) for _ in range(3))
    for first in range(k):
        for second in range(first):
            p_value = _border(points, best, first, second, rng)
            unclear[first, second] = p_value > _CLEAR
            joined[first, second] = p_value > _CERTAIN
            if p_value > _CLEAR:
                rows = len(points) * float(best.weights[[first, second]].min())
                shallow = _SHALLOW + _SHALLOW_FEW / rows if p_value > _NEARLY_CLEAR else _FLAT
                touching[first, second] = ridge_ratio(equal, first, second) > shallow
    return Humps(*(_count_connected(linked) for linked in (touching, unclear, joined)))


def _count_connected(linked: NDArray[np.bool_]) -> int:
    """Return how many groups the links connect, from a table that holds each at least once."""
    group = np.arange(len(linked))
    for first, second in zip(*np.nonzero(linked), strict=True):
        group[group == group[second]] = group[first]
    return len(np.unique(group))


def _best_mixture(points: Floats, starts: Mapping[int, Floats]) -> Components:
    """Return the mixture of lowest BIC over covariance shapes and numbers of components."""
    n, d = points.shape
    tried = {k: start for k, start in starts.items() if k <= max(n // 4, 1)}
    blobs = min(
        (best_blobs(points, tried, own_size=own_size) for own_size in (False, True)),
        key=lambda found: found.bic,
    )
    best = _as_components(blobs)
    found_at = len(blobs.means)
    shapes: tuple[tuple[Shape, float], ...] = (("diag", d), ("tied", 0), ("full", d * (d + 1) / 2))
    for shape, free in shapes:
        lowest, since = np.inf, 0
        for k in sorted({*tried, found_at}):
            if (k > 1 and k * free > 0.8 * n) or since > _PATIENCE:
                break
            # The search has found better centres than k-means for this number.
            start = blobs.means if k == found_at else tried[k]
            fitted = fit_mixture(points, start, shape)
            if fitted.weights.min() * n < least_rows(n):
                fitted = fitted._replace(bic=np.inf)
            lowest, since = (fitted.bic, 0) if fitted.bic < lowest else (lowest, since + 1)
            if fitted.bic < best.bic:
                best = fitted
    return best


def _as_components(blobs: Blobs) -> Components:
    covariances = (blobs.sizes[:, None] * blobs.shape)[:, :, None] * np.eye(len(blobs.shape))
    labels = blobs.share.argmax(axis=1).astype(np.int32)
    return Components(blobs.weights, blobs.means, covariances, labels, blobs.bic)


def _border(
    points: Floats, mixture: Components, first: int, second: int, rng: np.random.Generator
) -> float:
    """Return the dip test's p-value for a valley between two components.

    Along Fisher's discriminant, around the place that is as many spreads from the one as from
    the other.
    """
    direction = np.linalg.solve(
        mixture.covariances[first] + mixture.covariances[second],
        mixture.means[second] - mixture.means[first],
    )
    sides = [points[mixture.labels == part] @ direction for part in (first, second)]
    if min(len(side) for side in sides) < 3:
        return 1.0
    spread = [side.std() + 1e-12 for side in sides]
    border = (sides[0].mean() * spread[1] + sides[1].mean() * spread[0]) / sum(spread)
    return look_across(sides[0] - border, sides[1] - border, rng).p_value


def ridge_ratio(mixture: Components, first: int, second: int) -> float:
    """Return the lowest density between two components over the lower of their peaks.

    Along the ridge line, on which all the peaks of the two lie. 1 is no valley at all, 0 is
    empty space between them.
    """
    inverse = [np.linalg.inv(mixture.covariances[part]) for part in (first, second)]
    means = [mixture.means[part] for part in (first, second)]
    share = np.linspace(0, 1, _RIDGE_STEPS)[:, None]
    pull = (1 - share) * (inverse[0] @ means[0]) + share * (inverse[1] @ means[1])
    mixed = (1 - share)[:, :, None] * inverse[0] + share[:, :, None] * inverse[1]
    ridge = np.linalg.solve(mixed, pull[:, :, None])[:, :, 0]
    logs = []
    for part, precision, mean in zip((first, second), inverse, means, strict=True):
        offset = ridge - mean
        log = -0.5 * np.einsum("ij,jk,ik->i", offset, precision, offset)
        log += 0.5 * np.linalg.slogdet(precision)[1] + np.log(mixture.weights[part] + 1e-300)
        logs.append(log)
    density = np.logaddexp(*logs)
    density = np.exp(density - density.max())
    left = np.maximum.accumulate(density)
    right = np.maximum.accumulate(density[::-1])[::-1]
    lower = np.minimum(left, right)
    return float(np.divide(density, lower, out=np.ones_like(density), where=lower > 0).min())


def count_by_density(points: Floats) -> int | None:
    """Return how many dense regions empty space separates, or None where none clearly does.

    HDBSCAN [1]_ with two settings that must agree, and that leave out hardly a point: what
    rings, bars and moons show, and what touching Gaussians do not.

    References
    ----------
    .. [1] R. J. G. B. Campello, D. Moulavi, J. Sander, "Density-based clustering based on
       hierarchical density estimates", PAKDD 2013.
    """
    n = len(points)
    if n < 20:
        return None
    apart = distance_table(points)
    few = max(n // 50, 5)
    strict = dense_regions(apart, few, min(10, few))
    if strict.regions < 2 or strict.left_out > _LEFT_OUT:
        return None
    for smallest, neighbours in ((max(n // 25, 5), 10), (few, 5)):
        other = dense_regions(apart, smallest, min(neighbours, smallest))
        if other.regions == strict.regions:
            return strict.regions
    return None
