"""Growing a classification tree: best split first, by Gini impurity.

What scikit-learn's `DecisionTreeClassifier(max_leaf_nodes=...)` grows; written out because a run
of seconds cannot spend one on importing it (docs/decisions/0003), because a tree of m leaves is
the beginning of the one with more, so that all sizes are grown at once, and because its ties are
settled by the columns' order, not by chance. Tested against scikit-learn's.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Cells of (rows, columns, classes) that a search for splits holds at once.
_BLOCK_CELLS = 4_000_000
# A split must lower the Gini impurity by this share of the node's rows.
_LEAST_GAIN = 1e-9


class Growth(NamedTuple):
    """A tree in the order in which it grew: with m leaves it is its first 2 m - 1 nodes.

    Attributes
    ----------
    feature : int64 array, shape (n_nodes,)
        Column of the split; -1 where there is none.
    threshold : float64 array, shape (n_nodes,)
        A row goes left where its value is at most this.
    left : int64 array, shape (n_nodes,)
        The left child; the right one is the next node. -1 for none.
    winner : int64 array, shape (n_nodes,)
        The commonest class at each node; of several, the lowest.
    """

    feature: Ints
    threshold: Floats
    left: Ints
    winner: Ints

    def answers(self, raw: Floats, sizes: set[int]) -> Iterator[tuple[int, Ints]]:
        """Give, for each number of leaves asked for, the class of each row; ascending."""
        at = np.zeros(len(raw), dtype=np.int64)
        order = {int(child): node for node, child in enumerate(self.left) if child >= 0}
        most = (len(self.left) + 1) // 2
        for leaves in range(1, max(sizes) + 1):
            if 1 < leaves <= most:
                child = 2 * leaves - 3
                node = order[child]
                rows = np.flatnonzero(at == node)
                right = raw[rows, self.feature[node]] > self.threshold[node]
                at[rows] = child + right
            if leaves in sizes:
                yield leaves, self.winner[at]


class _Split(NamedTuple):
    gain: float
    column: int
    threshold: float


def grow(raw: Floats, classes: Ints, n_leaves: int, least: int) -> Growth:
    """Grow a tree of at most `n_leaves`, each of at least `least` rows [1]_.

    Parameters
    ----------
    raw : float64 array, shape (n, n_columns)
        Finite.
    classes : int64 array, shape (n,)
        From 0.

    References
    ----------
    .. [1] L. Breiman et al., "Classification and Regression Trees", 1984.
    """
    member = np.eye(int(classes.max()) + 1)[classes]
    feature, threshold, left, winner = [-1], [0.0], [-1], [int(member.sum(axis=0).argmax())]
    rows_of = {0: np.arange(len(raw))}
    waiting: list[tuple[float, int, _Split]] = []

    def consider(node: int) -> None:
        rows = rows_of[node]
        split = _best_split(raw[rows], member[rows], least)
        if split is not None:
            heapq.heappush(waiting, (-split.gain, node, split))

    consider(0)
    while waiting and len(feature) < 2 * n_leaves - 1:
        _, node, split = heapq.heappop(waiting)
        rows = rows_of.pop(node)
        goes_left = raw[rows, split.column] <= split.threshold
        feature[node], threshold[node], left[node] = split.column, split.threshold, len(feature)
        for part in (rows[goes_left], rows[~goes_left]):
            rows_of[len(feature)] = part
            winner.append(int(member[part].sum(axis=0).argmax()))
            feature.append(-1)
            threshold.append(0.0)
            left.append(-1)
        consider(len(feature) - 2)
        consider(len(feature) - 1)
    return Growth(np.array(feature), np.array(threshold), np.array(left), np.array(winner))


def _best_split(raw: Floats, member: Floats, least: int) -> _Split | None:
    """Return the split that lowers the Gini impurity most; of equal ones the first."""
    n, k = member.shape
    total = member.sum(axis=0)
    if n < 2 * least or total.max() == n:
        return None
    best = _Split(_LEAST_GAIN * n, -1, 0.0)
    apiece = max(1, _BLOCK_CELLS // (n * k))
    for first in range(0, raw.shape[1], apiece):
        found = _best_in_block(raw[:, first : first + apiece], member, total, least)
        if found.gain > best.gain:
            best = found._replace(column=found.column + first)
    return best if best.column >= 0 else None


def _best_in_block(raw: Floats, member: Floats, total: Floats, least: int) -> _Split:
    """Return the best split on these columns."""
    n = len(raw)
    order = np.argsort(raw, axis=0, kind="stable")
    values = np.take_along_axis(raw, order, axis=0)
    before = np.cumsum(member[order], axis=0)[:-1]
    count = np.arange(1.0, n)[:, None]
    purity = np.square(before).sum(axis=2) / count
    purity += np.square(total - before).sum(axis=2) / (n - count)
    allowed = values[:-1] < values[1:]
    allowed[: least - 1] = False
    allowed[n - least :] = False
    purity[~allowed] = -np.inf
    at, column = np.unravel_index(int(purity.T.argmax()), purity.T.shape)[::-1]
    low, high = values[at, column], values[at + 1, column]
    middle = low / 2 + high / 2
    # Between neighbouring numbers there may be none.
    threshold = middle if low <= middle < high else low
    gain = float(purity[at, column] - np.square(total).sum() / n)
    return _Split(gain, int(column), float(threshold))
