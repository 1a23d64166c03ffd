"""DBSCAN and HDBSCAN with settings found by the data, and how well their groups are apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from coterie.cluster.base import Floats, Labels
from coterie.cluster.dense import distance_table
from coterie.cluster.density import DensityClustering, nearest_distance
from coterie.cluster.kmeans import canonical_order

DenseMethod = Literal["dbscan", "hdbscan"]

# A dense group with a smaller share of the customers, or fewer of them, is no segment.
_LEAST_SHARE, _LEAST_ROWS = 0.01, 5
# Neighbours that make a point dense; twice the columns where that is more (Sander et al. 1998).
_NEIGHBOURS = 10
# Distances tried, in parts of the one at the knee.
_ABOUT_KNEE = (0.8, 1.0, 1.25, 1.6, 2.0)
# Shares of the customers that the smallest group of HDBSCAN may have.
_SMALLEST = (0.01, 0.02, 0.04, 0.08)
# Rows on which it is measured how well groups are apart.
_JUDGED_ROWS = 1_200
# Groups less apart than this are no groups: everything is one dense region.
_APART = 0.1
# Of a group's customers, so many are as near to their neighbours as the reach says.
_REACHED = 0.95
_MOST = 40


@dataclass(frozen=True)
class Settings:
    """What a density method was set to.

    Attributes
    ----------
    method : {"dbscan", "hdbscan"}
    neighbours : int
        A point is dense if so many, itself counted, are near.
    near : float
        How near, in scaled units: DBSCAN's eps. Of HDBSCAN, what a single region is cut at.
    smallest : int
        Fewest points of a group.
    single : bool
        Whether no groups are apart, so that everything dense is one region.
    """

    method: DenseMethod
    neighbours: int
    near: float
    smallest: int
    single: bool = False


@dataclass(frozen=True, eq=False)
class DenseFit:
    """What a density method found.

    Attributes
    ----------
    clustering : DensityClustering
    labels : int32 array, shape (n,)
        The method's own, -1 for none: what placing agrees with nearly everywhere.
    settings : Settings
    apart : float
        How well the groups are apart, -1 to 1; 0 for a single one. See `how_apart`.
    """

    clustering: DensityClustering
    labels: Labels
    settings: Settings
    apart: float


def fit_dense(points: Floats, method: DenseMethod) -> DenseFit:
    """Find dense groups, with the settings under which they are best apart.

    DBSCAN [1]_ tries distances around the knee of the sorted distances to the n-th neighbour
    [2]_; HDBSCAN [3]_, which needs no distance, tries how small a group may be. Groups of less
    than 1 % of the points are none. Where no setting shows groups apart, all that is dense is one.

    Parameters
    ----------
    points : float64 array, shape (n, n_features)
        A few thousand.
    method : {"dbscan", "hdbscan"}

    Returns
    -------
    DenseFit

    References
    ----------
    .. [1] M. Ester et al., "A density-based algorithm for discovering clusters", KDD 1996.
    .. [2] J. Sander et al., "Density-based clustering in spatial databases", Data Mining and
       Knowledge Discovery 2:169-194, 1998.
    .. [3] R. J. G. B. Campello, D. Moulavi, J. Sander, PAKDD 2013.
    """
    n, d = points.shape
    judged = np.linspace(0, n - 1, min(n, _JUDGED_ROWS)).round().astype(np.int64)
    table = distance_table(points[judged])
    neighbours = min(max(_NEIGHBOURS, 2 * d), max(n // 4, 2))
    core = core_distances(points, neighbours)
    knee = _knee(np.sort(core))
    best, most = None, _APART
    for settings in _tried(method, n, neighbours, knee):
        labels = dense_labels(points, settings)
        apart = how_apart(table, labels[judged], core[judged])
        if apart > most:
            best, most = (settings, labels), apart
    if best is None:
        settings, most = Settings(method, neighbours, knee, n, single=True), 0.0
        labels = dense_labels(points, settings)
    else:
        settings, labels = best
    return DenseFit(_clustering(points, labels, core, settings), labels, settings, most)


def refit_dense(points: Floats, settings: Settings, share: float) -> DensityClustering | None:
    """Fit again on some of the points, by the same settings; None where nothing is dense.

    Parameters
    ----------
    points : float64 array, shape (n, n_features)
    settings : Settings
    share : float
        Of the points that the settings were found on: as many times fewer neighbours are near.
    """
    neighbours = max(2, round(settings.neighbours * share))
    changed = Settings(
        settings.method,
        neighbours,
        settings.near,
        max(2, round(settings.smallest * share)),
        settings.single,
    )
    core = core_distances(points, neighbours)
    labels = dense_labels(points, changed)
    return _clustering(points, labels, core, changed) if labels.max(initial=-1) >= 0 else None


def _tried(method: DenseMethod, n: int, neighbours: int, knee: float) -> Iterator[Settings]:
    least = max(_LEAST_ROWS, round(_LEAST_SHARE * n))
    if method == "dbscan":
        for part in _ABOUT_KNEE:
            yield Settings(method, neighbours, knee * part, least)
        return
    for smallest in dict.fromkeys(max(_LEAST_ROWS, round(share * n)) for share in _SMALLEST):
        for count in dict.fromkeys((min(5, smallest), min(neighbours, smallest))):
            yield Settings(method, count, knee, smallest)


def core_distances(points: Floats, neighbours: int) -> Floats:
    """Return the distance of each point to its n-th nearest, itself counted."""
    neighbours = min(neighbours, len(points))
    if len(points) <= _JUDGED_ROWS:
        table = distance_table(points)
        return np.asarray(np.partition(table, neighbours - 1, axis=0)[neighbours - 1])
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(points).query(points, k=[neighbours])[0][:, 0])


def _knee(ascending: Floats) -> float:
    """Return where a sorted curve of distances bends up: farthest below its chord."""
    curve = ascending[: max(int(0.99 * len(ascending)), 2)]
    rise = curve[-1] - curve[0]
    if not rise > 0:
        return float(max(curve[-1], 1e-9))
    along = np.linspace(0, 1, len(curve))
    return float(curve[int(np.argmax(along - (curve - curve[0]) / rise))])


def dense_labels(points: Floats, settings: Settings) -> Labels:
    """Return the labels of one setting, groups below the smallest size being none."""
    from sklearn.cluster import DBSCAN, HDBSCAN

    if settings.single:
        dense = points[core_distances(points, settings.neighbours) <= settings.near]
        if not len(dense):
            return np.full(len(points), -1, dtype=np.int32)
        near = nearest_distance(points, dense) <= settings.near
        return np.where(near, 0, -1).astype(np.int32)
    if settings.method == "dbscan":
        model = DBSCAN(eps=settings.near, min_samples=settings.neighbours)
    else:
        model = HDBSCAN(
            min_cluster_size=settings.smallest, min_samples=settings.neighbours, copy=True
        )
    found = model.fit(points).labels_
    sizes = np.bincount(found[found >= 0], minlength=1)
    order = np.argsort(-sizes, kind="stable")[:_MOST]
    kept = [group for group in order if sizes[group] >= settings.smallest]
    place = np.full(len(sizes) + 1, -1)
    place[kept] = np.arange(len(kept))
    labels: Labels = place[found].astype(np.int32)
    return labels


def how_apart(table: Floats, labels: Labels, core: Floats) -> float:
    """Return how well dense groups are apart: the widest gap inside against the narrowest outside.

    The density-based validity of a partition [1]_, by plain core distances: for each group,
    (outside - inside) / the larger of the two, weighted by its share of all points, so that
    points in no group count as 0. Negative where groups are torn.

    Parameters
    ----------
    table : float64 array, shape (n, n)
        Distances.
    labels : int32 array, shape (n,)
    core : float64 array, shape (n,)

    Returns
    -------
    float
        -1 to 1; 0 where there are fewer than two groups.

    References
    ----------
    .. [1] D. Moulavi et al., "Density-based clustering validation", SIAM SDM 2014.
    """
    groups = [np.flatnonzero(labels == each) for each in np.unique(labels[labels >= 0])]
    if len(groups) < 2:
        return 0.0
    reach = np.maximum(np.maximum(table, core[:, None]), core[None, :])
    inside = [_widest_gap(reach[np.ix_(own, own)]) for own in groups]
    total = 0.0
    for index, own in enumerate(groups):
        others = np.concatenate([g for j, g in enumerate(groups) if j != index])
        outside = float(reach[np.ix_(own, others)].min())
        total += len(own) * (outside - inside[index]) / max(outside, inside[index], 1e-300)
    return total / len(labels)


def _widest_gap(reach: Floats) -> float:
    """Return the longest edge of the minimum spanning tree that joins two inner points.

    One-point twigs do not count: a single straggler does not make a group torn.
    """
    n = len(reach)
    if n < 3:
        return float(reach.max(initial=0.0))
    nearest, source = reach[0].copy(), np.zeros(n, dtype=np.int64)
    nearest[0] = np.inf
    edges = np.empty((n - 1, 3))
    done = np.zeros(n, dtype=bool)
    done[0] = True
    for step in range(n - 1):
        at = int(np.where(done, np.inf, nearest).argmin())
        edges[step] = nearest[at], source[at], at
        done[at] = True
        nearer = ~done & (reach[at] < nearest)
        nearest[nearer], source[nearer] = reach[at][nearer], at
    ends = edges[:, 1:].astype(np.int64)
    degree = np.bincount(ends.ravel(), minlength=n)
    inner = (degree[ends] > 1).all(axis=1)
    return float(edges[inner, 0].max()) if inner.any() else float(edges[:, 0].max())


def _clustering(
    points: Floats, labels: Labels, core: Floats, settings: Settings
) -> DensityClustering:
    """Return the clusters by their core points, in the canonical order of the middles."""
    groups = range(int(labels.max()) + 1)
    reach = np.array([_reach(core[labels == each], settings) for each in groups])
    centres = np.stack([points[labels == each].mean(axis=0) for each in groups])
    dense = (labels >= 0) & (core <= np.append(reach, -np.inf)[labels])
    for each in groups:  # Whoever owns nothing else owns its densest point.
        own = np.flatnonzero(labels == each)
        dense[own[core[own].argmin()]] = True
    found = DensityClustering(points[dense], labels[dense], reach, centres, settings.method)
    return found.reordered(canonical_order(centres, points).tolist())


def _reach(core: Floats, settings: Settings) -> float:
    """Return how far a group's core points reach."""
    if settings.method == "dbscan" or settings.single:
        return settings.near
    return float(max(np.quantile(core, _REACHED), 1e-9))
