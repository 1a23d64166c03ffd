"""A decision tree as plain arrays: grown, its thresholds rounded, its rows routed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coterie.insight.growing import Growth, grow

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOVED = 0.005
"""Share of the rows that reach a node which may change sides when its threshold is rounded."""

_LEAF = -1
_FOLDS = 3
_CHECKED = 2_400
_WORTH = 0.02


@dataclass(frozen=True, eq=False)
class Tree:
    """A binary tree over numeric columns.

    Attributes
    ----------
    feature : int64 array, shape (n_nodes,)
        Column of the split; -1 for a leaf.
    threshold : float64 array, shape (n_nodes,)
        A row goes left where its value is at most this.
    left, right : int64 array, shape (n_nodes,)
        Children; -1 for a leaf.
    missing_left : bool array, shape (n_nodes,)
        Where a missing value goes: the way of the training median.
    counts : int64 array, shape (n_nodes, n_classes)
        Training rows of each class that reach the node.
    """

    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    missing_left: NDArray[np.bool_]
    counts: Ints

    @property
    def leaves(self) -> Ints:
        """Node numbers of the leaves."""
        return np.flatnonzero(self.feature == _LEAF)

    @property
    def winner(self) -> Ints:
        """The commonest class at each node; of several, the lowest."""
        winner: Ints = self.counts.argmax(axis=1)
        return winner

    def apply(self, raw: Floats) -> Ints:
        """Return the leaf that each row ends in.

        Parameters
        ----------
        raw : float64 array, shape (n, n_columns)
            NaN for missing.
        """
        at = np.zeros(len(raw), dtype=np.int64)
        rows = np.flatnonzero(self.feature[at] != _LEAF)
        while len(rows):
            node = at[rows]
            value = raw[rows, self.feature[node]]
            goes_left = np.where(
                np.isnan(value), self.missing_left[node], value <= self.threshold[node]
            )
            at[rows] = np.where(goes_left, self.left[node], self.right[node])
            rows = rows[self.feature[at[rows]] != _LEAF]
        return at

    def boxes(self) -> dict[int, dict[int, tuple[float, float]]]:
        """Return the box of each leaf: column -> (above, at most), merged along its path."""
        found: dict[int, dict[int, tuple[float, float]]] = {}
        waiting: list[tuple[int, dict[int, tuple[float, float]]]] = [(0, {})]
        while waiting:
            node, box = waiting.pop()
            column = int(self.feature[node])
            if column == _LEAF:
                found[node] = box
                continue
            low, high = box.get(column, (-math.inf, math.inf))
            bound = float(self.threshold[node])
            waiting.append((int(self.right[node]), {**box, column: (max(low, bound), high)}))
            waiting.append((int(self.left[node]), {**box, column: (low, min(high, bound))}))
        return found


def grow_tree(
    raw: Floats,
    classes: Ints,
    n_classes: int,
    *,
    n_leaves: int,
    usable: Sequence[int] | None = None,
) -> Tree:
    """Grow a tree best split first, round its thresholds and merge equal leaves.

    Parameters
    ----------
    raw : float64 array, shape (n, n_columns)
        Finite.
    classes : int64 array, shape (n,)
        From 0 to `n_classes` - 1.
    usable : sequence of int, optional
        Columns that may be split on; all if None.
    """
    columns = np.arange(raw.shape[1]) if usable is None else np.asarray(usable)
    grown = grow(raw[:, columns], classes, max(n_leaves, 2), _fewest(raw))
    return _rounded(grown, columns, raw, classes, n_classes)


def choose_leaves(
    raw: Floats, classes: Ints, sizes: Sequence[int], *, seed: int, usable: Sequence[int]
) -> tuple[int, float]:
    """Return the smallest size within two points of the best fidelity, and its fidelity.

    Each size is grown on two thirds of the rows and measured on the other third, three times:
    a leaf more must earn its place in the text. At most 2,400 rows, drawn by `seed`, take part.
    """
    columns = np.asarray(usable)
    order = np.random.default_rng([seed, 31]).permutation(len(raw))[:_CHECKED]
    raw, classes = raw[order], classes[order]
    fold = np.arange(len(raw)) % _FOLDS
    hits = dict.fromkeys(sizes, 0)
    for held in range(_FOLDS):
        train, test = fold != held, fold == held
        if not train.any() or not test.any():
            continue
        tree = grow(raw[train][:, columns], classes[train], max(sizes), _fewest(raw[train]))
        for size, answer in tree.answers(raw[test][:, columns], set(sizes)):
            hits[size] += int((answer == classes[test]).sum())
    best = max(hits.values())
    for size in sizes:
        if hits[size] >= best - _WORTH * len(raw):
            return size, hits[size] / len(raw)
    return sizes[-1], best / len(raw)


def _fewest(raw: Floats) -> int:
    """Return how many rows a leaf must have."""
    return max(1, round(0.005 * len(raw)))


class _Nodes:
    """Nodes under construction, in the order of their numbers."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, float, bool]] = []
        self.children: list[tuple[int, int]] = []
        self.counts: list[Ints] = []

    def add(self, counts: Ints) -> int:
        self.rows.append((_LEAF, 0.0, True))
        self.children.append((_LEAF, _LEAF))
        self.counts.append(counts)
        return len(self.rows) - 1

    def tree(self) -> Tree:
        feature, threshold, missing_left = zip(*self.rows, strict=True)
        left, right = zip(*self.children, strict=True)
        return Tree(
            np.array(feature, dtype=np.int64),
            np.array(threshold, dtype=np.float64),
            np.array(left, dtype=np.int64),
            np.array(right, dtype=np.int64),
            np.array(missing_left, dtype=bool),
            np.array(self.counts, dtype=np.int64),
        )


def _rounded(grown: Growth, columns: Ints, raw: Floats, classes: Ints, n_classes: int) -> Tree:
    """Rebuild a fitted tree from the top with rounded thresholds, and the rows that follow."""
    nodes = _Nodes()
    middle = np.median(raw, axis=0) if len(raw) else np.zeros(raw.shape[1])

    def build(number: int, rows: Ints) -> int:
        counts = np.bincount(classes[rows], minlength=n_classes)
        here = nodes.add(counts)
        if grown.left[number] == _LEAF or (counts > 0).sum() < 2:
            return here
        column = int(columns[grown.feature[number]])
        values = raw[rows, column]
        bound = round_threshold(float(grown.threshold[number]), values)
        goes_left = values <= bound
        if goes_left.all() or not goes_left.any():
            return here
        left = build(int(grown.left[number]), rows[goes_left])
        right = build(int(grown.left[number]) + 1, rows[~goes_left])
        if _same_leaf(nodes, left, right):
            del nodes.rows[left:], nodes.children[left:], nodes.counts[left:]
            return here
        nodes.rows[here] = (column, bound, bool(middle[column] <= bound))
        nodes.children[here] = (left, right)
        return here

    build(0, np.arange(len(raw)))
    return nodes.tree()


def _same_leaf(nodes: _Nodes, left: int, right: int) -> bool:
    """Say whether two nodes are leaves that give the same answer."""
    both = nodes.rows[left][0] == _LEAF and nodes.rows[right][0] == _LEAF
    return both and int(nodes.counts[left].argmax()) == int(nodes.counts[right].argmax())


def round_threshold(bound: float, values: Floats) -> float:
    """Return the roundest number near `bound` that hardly any value tells from it.

    Multiples of 10, 5 and 1 of each power of ten are tried, the coarsest first. Of `values`,
    at most the share `MOVED` may change sides, and neither side may become empty.

    Examples
    --------
    >>> round_threshold(69.5, np.array([38.0, 54.0, 69.0, 70.0, 78.0]))
    69.0
    >>> round_threshold(69.5, np.array([38.0, 54.0, 60.0, 78.0, 99.0]))
    70.0
    """
    if bound == 0.0 or not math.isfinite(bound):
        return bound
    goes_left = values <= bound
    allowed = int(MOVED * len(values))
    reach = min(max(abs(bound), float(np.ptp(values))), 1e300)
    top = math.floor(math.log10(reach)) + 1
    for power in range(top, top - 13, -1):
        for factor in (1.0, 0.5):
            step = factor * 10.0**power
            if not math.isfinite(bound / step):
                continue
            for steps in (round(bound / step), math.floor(bound / step)):
                tried = float(f"{steps * step:.12g}")
                side = values <= tried
                moved = int((side != goes_left).sum())
                if moved <= allowed and side.any() and not side.all():
                    return tried
    return bound
