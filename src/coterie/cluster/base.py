"""What a clustering is: frozen numbers that place any point, whatever library fitted them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

# Rows placed at a time: a chunk of 16 columns stays within a few megabytes.
_CHUNK_ROWS = 32_768


class Assignment(NamedTuple):
    """Where each of n points belongs, and where it would belong next.

    Attributes
    ----------
    labels : int32 array, shape (n,)
        Index of the nearest cluster; of several at the same distance, the lowest. -1 where no
        cluster reaches the point.
    distance : float64 array, shape (n,)
        Distance to that cluster (to the nearest, where none reaches the point), as the
        clustering measures it. Lower is a better fit.
    runner_up : int32 array, shape (n,)
        Index of the second nearest cluster; -1 where there is only one.
    runner_up_distance : float64 array, shape (n,)
        Distance to the second nearest; infinite where there is only one.
    """

    labels: Labels
    distance: Floats
    runner_up: Labels
    runner_up_distance: Floats


class Clustering(Protocol):
    """Anything that places points in numbered clusters, or in none.

    A point goes where its cost is least. ``exp(-cost / temperature)``, divided by the sum over
    all columns, is the share of membership: see `confidence.memberships`.
    """

    @property
    def method(self) -> str:
        """The engine that fitted it, such as ``"kmeans"``."""

    @property
    def n_clusters(self) -> int:
        """How many clusters there are."""

    @property
    def n_features(self) -> int:
        """How many columns a point has."""

    @property
    def centres(self) -> Floats:
        """The middle of each cluster, shape (n_clusters, n_features)."""

    @property
    def leaves_out(self) -> bool:
        """Whether a point can belong to no cluster: then `costs` has a last column for none."""

    def costs(self, points: ArrayLike) -> Floats:
        """Return what placing each point in each cluster costs, shape (n, n_clusters or + 1)."""

    def distances(self, points: ArrayLike) -> Floats:
        """Return how far each point is from each cluster, shape (n, n_clusters)."""

    def assign(self, points: ArrayLike) -> Assignment:
        """Place each point in a cluster."""

    def reordered(self, order: Sequence[int]) -> Self:
        """Return the same clusters in another order: the first is the one of index order[0]."""


@dataclass(frozen=True, eq=False)
class CentreClustering:
    """Clusters that are known by their centres: a point belongs to the nearest.

    Parameters
    ----------
    centres : float64 array, shape (n_clusters, n_features)
        One centre a row, in the units of the points that it was fitted on. Copied and made
        read-only.
    method : str
        The engine that fitted it.

    Raises
    ------
    ValueError
        If `centres` is not a table of finite numbers with at least one row and column.

    Examples
    --------
    >>> found = CentreClustering([[0.0, 0.0], [4.0, 0.0]])
    >>> found.assign([[1.0, 0.0], [2.0, 0.0]]).labels.tolist()
    [0, 0]
    """

    centres: Floats
    method: str = "kmeans"

    def __post_init__(self) -> None:
        centres = np.array(self.centres, dtype=np.float64, order="C")
        if centres.ndim != 2 or 0 in centres.shape:
            raise ValueError(
                f"centres must have shape (n_clusters, n_features), both at least 1; "
                f"got {centres.shape}."
            )
        if not np.isfinite(centres).all():
            raise ValueError("centres must be finite numbers; got NaN or infinity.")
        centres.setflags(write=False)
        object.__setattr__(self, "centres", centres)

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
        """False: some centre is always the nearest."""
        return False

    def costs(self, points: ArrayLike) -> Floats:
        """Return squared Euclidean distances, shape (n, n_clusters), added up from differences."""
        table = np.asarray(points, dtype=np.float64)
        squares = np.empty((len(table), self.n_clusters))
        for index, centre in enumerate(self.centres):
            offset = table - centre
            np.einsum("ij,ij->i", offset, offset, out=squares[:, index])
        return squares

    def distances(self, points: ArrayLike) -> Floats:
        """Return Euclidean distances to the centres, shape (n, n_clusters)."""
        table = np.asarray(points, dtype=np.float64)
        return np.stack([np.linalg.norm(table - centre, axis=1) for centre in self.centres], axis=1)

    def reordered(self, order: Sequence[int]) -> CentreClustering:
        """Return the same centres in another order."""
        return replace(self, centres=self.centres[list(order)])

    def assign(self, points: ArrayLike) -> Assignment:
        """Place each point with its nearest centre.

        Memory beyond the answer is bounded whatever the number of points. Distances are
        summed from differences, not expanded, so that two centres at exactly the same
        distance tie exactly.

        Parameters
        ----------
        points : array-like of float, shape (n, n_features)

        Returns
        -------
        Assignment
            Euclidean distances, in the units of the points.

        Raises
        ------
        ValueError
            If the points have another number of columns than the centres.
        """
        table = np.asarray(points)
        if table.ndim != 2 or table.shape[1] != self.n_features:
            raise ValueError(
                f"points of shape {table.shape} cannot be placed: "
                f"the centres have n_features={self.n_features}."
            )
        n = table.shape[0]
        placed = Assignment(
            np.zeros(n, dtype=np.int32),
            np.full(n, np.inf),
            np.full(n, -1, dtype=np.int32),
            np.full(n, np.inf),
        )
        for begin in range(0, n, _CHUNK_ROWS):
            rows = slice(begin, begin + _CHUNK_ROWS)
            chunk = table[rows].astype(np.float64, copy=False)
            part = Assignment(
                placed.labels[rows],
                placed.distance[rows],
                placed.runner_up[rows],
                placed.runner_up_distance[rows],
            )
            _place(chunk, self.centres, part)
        np.sqrt(placed.distance, out=placed.distance)
        np.sqrt(placed.runner_up_distance, out=placed.runner_up_distance)
        return placed


def _place(chunk: Floats, centres: Floats, placed: Assignment) -> None:
    """Fill `placed` with the two nearest centres of each row, as squared distances."""
    labels, nearest, runner_up, second = placed
    for index, centre in enumerate(centres):
        offset = chunk - centre
        squared = np.einsum("ij,ij->i", offset, offset)
        first = squared < nearest if index else np.ones(len(chunk), dtype=bool)
        next_best = ~first & (squared < second)
        if index:
            second[first], runner_up[first] = nearest[first], labels[first]
        second[next_best], runner_up[next_best] = squared[next_best], index
        nearest[first], labels[first] = squared[first], index


def assign_by_cost(clustering: Clustering, points: ArrayLike) -> Assignment:
    """Place each point where its cost is least, by the clustering's own costs and distances.

    Raises
    ------
    ValueError
        If the points have another number of columns than the clustering.
    """
    table = np.asarray(points, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != clustering.n_features:
        raise ValueError(
            f"points of shape {table.shape} cannot be placed: "
            f"the clusters have n_features={clustering.n_features}."
        )
    n, k = len(table), clustering.n_clusters
    placed = Assignment(
        np.zeros(n, dtype=np.int32),
        np.full(n, np.inf),
        np.full(n, -1, dtype=np.int32),
        np.full(n, np.inf),
    )
    for begin in range(0, n, _CHUNK_ROWS):
        rows = slice(begin, begin + _CHUNK_ROWS)
        costs, away = clustering.costs(table[rows]), clustering.distances(table[rows])
        at = np.arange(len(away))
        best = costs.argmin(axis=1)
        nearest = np.where(best < k, best, away.argmin(axis=1))
        placed.labels[rows] = np.where(best < k, best, -1)
        placed.distance[rows] = away[at, nearest]
        if k > 1:
            others = costs[:, :k].copy()
            others[at, nearest] = np.inf
            second = others.argmin(axis=1)
            placed.runner_up[rows] = second
            placed.runner_up_distance[rows] = away[at, second]
    return placed
