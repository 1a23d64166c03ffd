"""Which row goes with which column, so that the sum of the costs is least."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import Floats


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
