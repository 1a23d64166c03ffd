"""What a clustering is: frozen numbers that place any point, whatever library fitted them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

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
        Index of the nearest cluster; of several at the same distance, the lowest.
    distance : float64 array, shape (n,)
        Distance to that cluster. Lower is a better fit.
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
    """Anything that places points in numbered clusters."""

    @property
    def method(self) -> str:
        """The engine that fitted it, such as ``"kmeans"``."""

    @property
    def n_clusters(self) -> int:
        """How many clusters there are."""

    def assign(self, points: ArrayLike) -> Assignment:
        """Place each point in a cluster."""


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
