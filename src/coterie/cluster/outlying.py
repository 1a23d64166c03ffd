"""Rows so far from all others that k-means would give them a cluster of their own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import Floats
from coterie.cluster.descent import squared_distances

# Rows that distances are measured to: enough to tell near from far.
_LANDMARKS = 1_000
# A row is isolated where its neighbourhood is so many times as wide as that of nearly all.
_TIMES = 3.0
_NEARLY_ALL = 0.98
# More isolated rows than this share are no accident, and stay.
_MOST = 0.03


def isolated_rows(points: Floats, min_share: float) -> NDArray[np.bool_]:
    """Tell which rows are too far from all others, and too few, to be part of any group.

    A row's neighbourhood is the distance within which it has as many neighbours as the
    smallest group may have; isolated rows have one 3 times as wide as 98 % of the rows.

    Parameters
    ----------
    points : float64 array, shape (n, n_features)
        In an order that does not depend on the file.
    min_share : float
        Share of the rows that the smallest group may have.

    Returns
    -------
    bool array, shape (n,)
        All False for fewer than 20 rows, and where more than 3 % would be isolated.

    Examples
    --------
    >>> crowd = np.linspace(0, 1, 99)
    >>> isolated_rows(np.append(crowd, 50.0)[:, None], 0.01).sum()
    np.int64(1)
    """
    n = len(points)
    none = np.zeros(n, dtype=bool)
    if n < 20:
        return none
    landmarks = points[np.linspace(0, n - 1, min(n, _LANDMARKS)).round().astype(int)]
    wanted = min(max(3, round(min_share * len(landmarks))), len(landmarks) - 1)
    width = np.sqrt(np.partition(squared_distances(points, landmarks), wanted, axis=0)[wanted])
    usual = float(np.quantile(width, _NEARLY_ALL))
    isolated = width > _TIMES * usual
    return none if usual == 0 or isolated.mean() > _MOST else np.asarray(isolated)
