"""Which row goes with which column, so that the sum of the costs is least."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import Floats, Labels


def match_rows(cost: Floats) -> NDArray[np.int64]:
    """Return for each row the column it is matched with, each column once.

    The Hungarian algorithm by shortest augmenting paths [1]_, for the dozen clusters that two
    fits have; SciPy's would cost an import longer than a hundred of these.

    Parameters
    ----------
    cost : float64 array, shape (k, k)

    Returns
    -------
    int64 array, shape (k,)

    References
    ----------
    .. [1] R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse
       linear assignment problems", Computing 38:325-340, 1987.

    Examples
    --------
    >>> match_rows(np.array([[4.0, 1.0], [2.0, 0.0]])).tolist()
    [1, 0]
    """
    k = len(cost)
    # Row k and column k stand for "none yet"; `owner` is the row that holds a column.
    row_price, column_price = np.zeros(k + 1), np.zeros(k + 1)
    owner = np.full(k + 1, k)
    for row in range(k):
        owner[k] = row
        column, least = k, np.full(k, np.inf)
        came_from, visited = np.full(k, k), np.zeros(k + 1, dtype=bool)
        while owner[column] != k or column == k:
            visited[column] = True
            reduced = cost[owner[column]] - row_price[owner[column]] - column_price[:k]
            nearer = ~visited[:k] & (reduced < least)
            least[nearer], came_from[nearer] = reduced[nearer], column
            open_columns = np.where(visited[:k], np.inf, least)
            following = int(open_columns.argmin())
            step = open_columns[following]
            row_price[owner[visited]] += step
            column_price[visited] -= step
            least[~visited[:k]] -= step
            column = following
        while column != k:
            owner[column] = owner[came_from[column]]
            column = int(came_from[column])
    matched = np.empty(k, dtype=np.int64)
    matched[owner[:k]] = np.arange(k)
    return matched


def label_agreement(own: Labels, other: Labels) -> float:
    """Return the share of points that `other` labels as `own` does, whatever the numbers mean.

    Each label of `own` means the one of `other` that most of its points have. -1 is a label too.

    Examples
    --------
    >>> label_agreement(np.array([0, 0, 1, -1]), np.array([2, 2, 0, 0]))
    1.0
    """
    mine, theirs = own - own.min(initial=0), other - other.min(initial=0)
    shared = np.zeros((int(mine.max()) + 1, int(theirs.max()) + 1))
    np.add.at(shared, (mine, theirs), 1.0)
    return float(shared.max(axis=1).sum() / len(own))


def adjusted_rand(first: Labels, second: Labels) -> float:
    """Return how far two partitions agree beyond chance [1]_: 1 the same, 0 as chance would.

    References
    ----------
    .. [1] L. Hubert, P. Arabie, "Comparing partitions", Journal of Classification 2:193-218, 1985.

    Examples
    --------
    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
    1.0
    """
    mine, theirs = first - first.min(initial=0), second - second.min(initial=0)
    shared = np.zeros((int(mine.max()) + 1, int(theirs.max()) + 1))
    np.add.at(shared, (mine, theirs), 1.0)

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1)).sum() / 2)

    together = pairs(shared)
    rows, columns = pairs(shared.sum(axis=1)), pairs(shared.sum(axis=0))
    expected = rows * columns / max(pairs(np.array([float(len(first))])), 1.0)
    most = (rows + columns) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)
