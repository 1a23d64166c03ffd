"""A grid of cells between fixed breaks: which cell a point is in follows from the point alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coterie.cluster.base import Assignment, Floats, Labels, assign_by_cost

Ints = NDArray[np.int64]

MEASURES = 3
"""Recency, of which less is better, then frequency and monetary value, of which more is."""

# Scaled values that are nearer than this are equal: a value that is a break itself must lie on the
# same side whichever engine took its logarithm.
_EQUAL = 1e-10
# What the nearest other cell costs at least, so that one's own is always the cheapest.
_APART = 1e-12


@dataclass(frozen=True, eq=False)
class GridClustering:
    """Cells of a grid over three scores: a point's cell is the one that its scores lie in.

    A score says how many breaks a value is above; recency counts backwards. A cell is a range of
    recency scores and a range of a second score: that of frequency, or the mean of frequency's
    and monetary value's, a half rounded up. The cost of a cell is the squared distance to its
    nearest edge; one's own costs nothing.

    Parameters
    ----------
    breaks : float64 array, shape (3, n_scores - 1)
        Of recency, frequency and monetary value, ascending, in the units of the points. A value
        that equals a break is not above it.
    edges : float64 array, shape (3, n_scores - 1)
        Where distances to a break are measured from: half way between the values either side.
    cells : int64 array, shape (n_clusters, 4)
        Lowest and highest recency score, lowest and highest second score, from 1.
    centres : float64 array, shape (n_clusters, 3)
        The middle of each cell's points. It places nobody.
    both : bool
        Whether the second score is the mean of two, or frequency's alone.
    method : str

    Raises
    ------
    ValueError
        If shapes do not fit, a number is not finite, breaks do not ascend, or the cells leave out
        a pair of scores that can come up, or hold one twice.

    Examples
    --------
    >>> breaks = [[30.0], [1.0], [50.0]]
    >>> cells, centres = [[2, 2, 1, 2], [1, 1, 1, 2]], [[9.0, 2.0, 60.0], [50.0, 1.0, 20.0]]
    >>> found = GridClustering(breaks, breaks, cells, centres)
    >>> found.assign([[30.0, 5.0, 80.0], [31.0, 5.0, 80.0]]).labels.tolist()
    [0, 1]
    """

    breaks: Floats
    edges: Floats
    cells: Ints
    centres: Floats
    both: bool = True
    method: str = "rfm"

    def __post_init__(self) -> None:
        breaks, edges, centres = (
            np.array(part, dtype=np.float64, order="C")
            for part in (self.breaks, self.edges, self.centres)
        )
        cells = np.array(self.cells, dtype=np.int64)
        if breaks.ndim != 2 or breaks.shape[0] != MEASURES or not breaks.shape[1]:
            raise ValueError(f"breaks must have shape (3, n_scores - 1); got {breaks.shape}.")
        if edges.shape != breaks.shape or cells.shape != (len(cells), 4):
            raise ValueError(
                f"edges of shape {edges.shape} and cells of {cells.shape} do not fit breaks of "
                f"{breaks.shape}."
            )
        if not len(cells) or centres.shape != (len(cells), MEASURES):
            raise ValueError(f"{len(cells)} cells do not fit centres of shape {centres.shape}.")
        if not all(np.isfinite(part).all() for part in (breaks, edges, centres)):
            raise ValueError("breaks, edges and centres must be finite numbers.")
        if (np.diff(breaks) < 0).any():
            raise ValueError("The breaks of each measure must ascend.")
        parts = (("breaks", breaks), ("edges", edges), ("cells", cells), ("centres", centres))
        for name, part in parts:
            part.setflags(write=False)
            object.__setattr__(self, name, part)
        object.__setattr__(self, "both", bool(self.both))
        if any(self._table[scores] < 0 for scores in self._possible):
            raise ValueError("The cells leave out scores that can come up.")

    @property
    def n_clusters(self) -> int:
        """How many cells there are."""
        return int(self.cells.shape[0])

    @property
    def n_features(self) -> int:
        """Three: recency, frequency and monetary value."""
        return MEASURES

    @property
    def n_scores(self) -> int:
        """The highest score; the lowest is 1."""
        return int(self.breaks.shape[1]) + 1

    @property
    def leaves_out(self) -> bool:
        """False: every point has scores, and every scores a cell."""
        return False

    @cached_property
    def _possible(self) -> list[tuple[int, ...]]:
        """How many breaks a point can be above, measure by measure."""
        return list(product(*(np.flatnonzero(open_) for open_ in self._open)))

    @property
    def _open(self) -> NDArray[np.bool_]:
        """Whether a value can be above just so many breaks: not between two that are equal."""
        inner = np.diff(self.breaks) > _EQUAL
        ends = np.ones((MEASURES, 1), dtype=bool)
        return np.hstack([ends, inner, ends])

    def second(self, frequency: int, monetary: int) -> int:
        """Return the score that stands beside recency's."""
        return (frequency + monetary + 1) // 2 if self.both else frequency

    @cached_property
    def _table(self) -> Ints:
        """Breaks below, for each measure -> the cell; -1 where there is none."""
        n = self.n_scores
        table = np.full((n, n, n), -1, dtype=np.int64)
        for r, f, m in product(range(n), repeat=3):
            recency, second = n - r, self.second(f + 1, m + 1)
            low, high = self.cells[:, 0] <= recency, recency <= self.cells[:, 1]
            beside = (self.cells[:, 2] <= second) & (second <= self.cells[:, 3])
            held = np.flatnonzero(low & high & beside)
            if len(held) > 1:
                raise ValueError(f"The cells hold scores {recency} and {second} twice.")
            if len(held):
                table[r, f, m] = held[0]
        return table

    def above(self, points: ArrayLike) -> Ints:
        """Return how many breaks each value is above, shape (n, 3)."""
        table = np.asarray(points, dtype=np.float64)
        counts: Ints = np.stack(
            [
                np.searchsorted(cuts + _EQUAL, column, side="left")
                for cuts, column in zip(self.breaks, table.T, strict=True)
            ],
            axis=1,
        )
        return counts

    def cell_of(self, points: ArrayLike) -> Labels:
        """Return the cell of each point, shape (n,): exact, whatever distances say."""
        r, f, m = self.above(points).T
        cells: Labels = self._table[r, f, m].astype(np.int32)
        return cells

    def costs(self, points: ArrayLike) -> Floats:
        """Return squared distances to the nearest edge of each cell, shape (n, n_clusters)."""
        table = np.asarray(points, dtype=np.float64)
        recency, frequency, monetary = (self._to_bands(table, j) for j in range(MEASURES))
        n = self.n_scores
        second = np.full((len(table), n), np.inf)
        for f, m in product(range(n), repeat=2):
            at = self.second(f + 1, m + 1) - 1
            np.minimum(second[:, at], frequency[:, f] + monetary[:, m], out=second[:, at])
        costs = np.empty((len(table), self.n_clusters))
        for index, (r_low, r_high, s_low, s_high) in enumerate(self.cells):
            near = recency[:, n - r_high : n - r_low + 1].min(axis=1)
            costs[:, index] = near + second[:, s_low - 1 : s_high].min(axis=1)
        np.maximum(costs, _APART, out=costs)
        costs[np.arange(len(table)), self.cell_of(table)] = 0.0
        return costs

    def _to_bands(self, table: Floats, measure: int) -> Floats:
        """Return the squared distance of each value to each band between breaks."""
        edges, column = self.edges[measure], table[:, measure]
        low = np.concatenate([[-np.inf], edges])
        high = np.concatenate([edges, [np.inf]])
        beyond = np.maximum(low - column[:, None], column[:, None] - high)
        away: Floats = np.maximum(beyond, 0.0) ** 2
        away[:, ~self._open[measure]] = np.inf
        return away

    def distances(self, points: ArrayLike) -> Floats:
        """Return Euclidean distances to the middle of each cell, shape (n, n_clusters)."""
        table = np.asarray(points, dtype=np.float64)
        return np.stack([np.linalg.norm(table - centre, axis=1) for centre in self.centres], axis=1)

    def assign(self, points: ArrayLike) -> Assignment:
        """Place each point in its cell; the runner-up is the cell whose edge is nearest."""
        return assign_by_cost(self, points)

    def reordered(self, order: Sequence[int]) -> GridClustering:
        """Return the same cells in another order."""
        index = list(order)
        return replace(self, cells=self.cells[index], centres=self.centres[index])
