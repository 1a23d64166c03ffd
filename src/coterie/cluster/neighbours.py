"""What a partition does to neighbours: a figure that is fair to groups of any shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import Floats, Labels
from coterie.cluster.dense import distance_table

_NEIGHBOURS = 10


def nearest_neighbours(points: Floats, count: int = _NEIGHBOURS) -> NDArray[np.int64]:
    """Return the indices of each point's nearest others, shape (n, count), in no order.

    Parameters
    ----------
    points : float64 array, shape (n, n_features)
        A few thousand: all distances are held.
    count : int
        At most n - 1.
    """
    table = distance_table(points)
    np.fill_diagonal(table, np.inf)
    count = min(count, len(points) - 1)
    return np.argpartition(table, count - 1, axis=1)[:, :count].astype(np.int64)


def links_cut(neighbours: NDArray[np.int64], labels: Labels) -> float:
    """Return the share of the links between neighbours whose ends are in different clusters.

    A line through a dense region cuts many, a line through empty space none, whatever the shape
    of the clusters: the conductance of a partition, without its dependence on sizes [1]_. Links
    with an end in no cluster (-1) do not count.

    References
    ----------
    .. [1] R. Kannan, S. Vempala, A. Vetta, "On clusterings: good, bad and spectral", Journal of
       the ACM 51:497-515, 2004.

    Examples
    --------
    >>> links_cut(np.array([[1], [0], [1]]), np.array([0, 0, 1]))
    0.3333333333333333
    """
    mine, theirs = labels[:, None], labels[neighbours]
    counted = (mine >= 0) & (theirs >= 0)
    if not counted.any():
        return 0.0
    return float(((mine != theirs) & counted).sum() / counted.sum())
