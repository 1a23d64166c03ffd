"""Dense groups of any shape: whoever no core point of a group reaches belongs to none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coterie.cluster.base import Assignment, Floats, Labels, assign_by_cost

# Cells of a table of distances held at once.
_BLOCK_CELLS = 2_000_000
# From so many points on a search tree finds the nearest core sooner than looking at each.
_TREE_ROWS = 20_000


@dataclass(frozen=True, eq=False)
class DensityClustering:
    """Clusters that are known by their core points, each of which reaches so far.

    A point belongs to the cluster of the core point that it is nearest to, measured in that
    cluster's reach, and to none where that is more than 1. The cost is the square of that
    distance; none costs 1.

    Parameters
    ----------
    cores : float64 array, shape (n_cores, n_features)
        Points that lie densely.
    owners : int32 array, shape (n_cores,)
        The cluster of each, from 0; each cluster has at least one.
    reach : float64 array, shape (n_clusters,)
        How near a point must be to a core of the cluster, in the units of the points.
    centres : float64 array, shape (n_clusters, n_features)
        Mean of each cluster's points. It may lie outside a bent cluster, and places nobody.
    method : str

    Raises
    ------
    ValueError
        If shapes do not fit, a number is not finite, a reach is not positive, or a cluster has no
        core.

    Examples
    --------
    >>> found = DensityClustering([[0.0], [1.0], [9.0]], [0, 0, 1], [1.5, 2.0], [[0.5], [9.0]])
    >>> found.assign([[2.0], [5.0], [7.5]]).labels.tolist()
    [0, -1, 1]
    """

    cores: Floats
    owners: Labels
    reach: Floats
    centres: Floats
    method: str = "dbscan"
    _own: tuple[Floats, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        cores, reach, centres = (
            np.array(part, dtype=np.float64, order="C")
            for part in (self.cores, self.reach, self.centres)
        )
        owners = np.array(self.owners, dtype=np.int32)
        if centres.ndim != 2 or 0 in centres.shape:
            raise ValueError(
                f"centres must have shape (n_clusters, n_features); got {centres.shape}."
            )
        k, d = centres.shape
        if cores.shape != (len(owners), d) or owners.ndim != 1 or reach.shape != (k,):
            raise ValueError(
                f"cores of shape {cores.shape}, owners of {owners.shape} and reach of "
                f"{reach.shape} do not fit centres of {centres.shape}."
            )
        if not all(np.isfinite(part).all() for part in (cores, reach, centres)):
            raise ValueError("cores, reach and centres must be finite numbers.")
        if not (reach > 0).all():
            raise ValueError("Every reach must be above 0.")
        if not np.array_equal(np.unique(owners), np.arange(k)):
            raise ValueError(f"Each of n_clusters={k} must own a core, and no other.")
        object.__setattr__(self, "_own", tuple(cores[owners == each] for each in range(k)))
        parts = (("cores", cores), ("owners", owners), ("reach", reach), ("centres", centres))
        for name, part in parts:
            part.setflags(write=False)
            object.__setattr__(self, name, part)

    @property
    def n_clusters(self) -> int:
        """How many clusters there are."""
        return int(self.centres.shape[0])

    @property
    def n_features(self) -> int:
        """How many columns a point has."""
        return int(self.centres.shape[1])

    @property
    def leaves_out(self) -> bool:
        """True: a point beyond every core's reach belongs to no cluster."""
        return True

    def costs(self, points: ArrayLike, *, most: float = np.inf) -> Floats:
        """Return squared distances in parts of the reach, and 1 for none: (n, n_clusters + 1).

        Costs above `most` may be told as infinite, which of many points is found much sooner.
        """
        away = self.distances(points, most=float(np.sqrt(most)))
        return np.column_stack([away**2, np.ones(len(away))])

    def distances(self, points: ArrayLike, *, most: float = np.inf) -> Floats:
        """Return distances to the nearest core of each cluster, in parts of its reach.

        Those above `most` may be told as infinite.
        """
        table = np.asarray(points, dtype=np.float64)
        away = np.empty((len(table), self.n_clusters))
        for index, own in enumerate(self._own):
            reach = float(self.reach[index])
            tree = self._trees[index] if len(table) >= _TREE_ROWS else None
            away[:, index] = nearest_distance(table, own, tree, most * reach) / reach
        return away

    @cached_property
    def _trees(self) -> tuple[Any, ...]:
        """A search tree over each cluster's cores."""
        from scipy.spatial import cKDTree

        return tuple(cKDTree(own) for own in self._own)

    def gaps(self, index: int) -> Floats:
        """Return how far each core of a cluster is from the next, in parts of its reach."""
        own = self._own[index]
        if len(own) < 2:
            return np.zeros(len(own))
        from_each = np.empty(len(own))
        step = max(1, _BLOCK_CELLS // len(own))
        for begin in range(0, len(own), step):
            part = own[begin : begin + step]
            table = np.linalg.norm(part[:, None, :] - own[None, :, :], axis=2)
            table[np.arange(len(part)), np.arange(begin, begin + len(part))] = np.inf
            from_each[begin : begin + step] = table.min(axis=1)
        return from_each / float(self.reach[index])

    def assign(self, points: ArrayLike) -> Assignment:
        """Place each point with the nearest core that reaches it, or nowhere."""
        return assign_by_cost(self, points)

    def reordered(self, order: Sequence[int]) -> DensityClustering:
        """Return the same clusters in another order."""
        index = np.asarray(list(order))
        place = np.empty(len(index), dtype=np.int32)
        place[index] = np.arange(len(index))
        return replace(
            self,
            owners=place[self.owners],
            reach=self.reach[index],
            centres=self.centres[index],
        )


def nearest_distance(
    points: Floats, cores: Floats, tree: Any = None, most: float = np.inf
) -> Floats:
    """Return the distance of each point to the nearest core, shape (n,).

    With a search tree over the cores, distances above `most` are told as infinite.
    """
    if tree is not None:
        nearest = tree.query(points, distance_upper_bound=most)[1]
    else:
        nearest = np.empty(len(points), dtype=np.int64)
        squares = np.einsum("ij,ij->i", cores, cores)
        step = max(1, _BLOCK_CELLS // len(cores))
        for begin in range(0, len(points), step):
            rows = slice(begin, begin + step)
            nearest[rows] = (squares - 2.0 * (points[rows] @ cores.T)).argmin(axis=1)
    # Added up from differences, so that a core is at no distance at all from itself.
    near = nearest < len(cores)
    offset = points[near] - cores[nearest[near]]
    away: Floats = np.full(len(points), np.inf)
    away[near] = np.sqrt(np.einsum("ij,ij->i", offset, offset))
    return away
