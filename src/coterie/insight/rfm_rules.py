"""The rules of an RFM grid: its own breaks, as a tree in the customers' units and in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coterie.insight.rfm import MEASURES
from coterie.insight.rfm_grid import RfmCell, RfmGrid
from coterie.insight.rule_words import EVERYONE, Voice, say_box, voice_of
from coterie.insight.ruleset import Rule, Rules

if TYPE_CHECKING:
    from coterie.schema import Schema

Floats = NDArray[np.float64]
Span = tuple[int, int]
"""How many breaks a value may be above: the fewest and the most."""

EXACT = "The rules are the grid itself: they place every customer as the model does."


def grid_rules(
    grid: RfmGrid, order: Sequence[int], columns: Sequence[str], schema: Schema, raw: Floats
) -> Rules:
    """Write a grid as a tree over its three columns, which agrees with it on every customer.

    Parameters
    ----------
    grid : RfmGrid
    order : sequence of int
        Number of the cell (from 0, as in `grid.cells`) of each segment, from segment 1.
    columns : sequence of str
        Of recency, frequency and monetary value.
    schema : Schema
    raw : float64 array, shape (n, 3)
        Customers in their own units, nothing missing: counted at every node.

    Returns
    -------
    Rules
        With one rule a segment, precise and complete by construction.
    """
    segment_of = {cell: j for j, cell in enumerate(order)}
    cells = {
        above: segment_of[_cell_at(grid, above)]
        for above in product(range(grid.breaks.highest), repeat=3)
    }
    tree = _Growing(grid, cells, len(order))
    everything = (0, grid.breaks.highest - 1)
    tree.grow((everything,) * 3)
    counts = tree.counted(raw)
    voices = grid_voices(columns, schema, raw)
    labels = counts[[n for n, leaf in enumerate(tree.feature) if leaf < 0]]
    sizes, leaves = labels.sum(axis=0), np.bincount(tree.winners, minlength=len(order))
    return Rules(
        columns=tuple(columns),
        voices=voices,
        segments=tuple(range(1, len(order) + 1)),
        feature=tuple(tree.feature),
        threshold=tuple(tree.threshold),
        left=tuple(tree.left),
        right=tuple(tree.right),
        missing_left=tuple(
            bool(np.median(raw[:, c]) <= t) if c >= 0 else True
            for c, t in zip(tree.feature, tree.threshold, strict=True)
        ),
        counts=tuple(tuple(int(each) for each in node) for node in counts),
        rules=tuple(
            Rule(
                segment=j + 1,
                text=cell_words(grid, grid.cells[cell], voices),
                precision=1.0,
                coverage=1.0,
                count=int(sizes[j]),
                leaves=int(leaves[j]),
                shown=int(leaves[j]),
            )
            for j, cell in enumerate(order)
        ),
        fidelity=1.0,
        price=None,
        unseen=len(raw),
        reason=EXACT,
    )


def grid_voices(columns: Sequence[str], schema: Schema, raw: Floats) -> tuple[Voice, ...]:
    """Return how bounds on each of the three columns are said."""
    return tuple(
        voice_of(
            schema[name],
            whole=bool((raw[:, j] == np.floor(raw[:, j])).all()),
            largest=float(raw[:, j].max()),
        )
        for j, name in enumerate(columns)
    )


def cell_words(grid: RfmGrid, cell: RfmCell, voices: Sequence[Voice]) -> str:
    """Say which customers a cell holds: exactly, in their own units and in scores.

    Examples
    --------
    >>> from coterie.insight.rfm import RfmBreaks
    >>> grid = RfmGrid(RfmBreaks((10, 30, 90, 180), (1, 2, 4, 8), (50, 100, 250, 900)))
    >>> voices = [Voice("recency", "days", whole=True), Voice("orders", "", whole=True),
    ...           Voice("total spend", "$")]
    >>> cell_words(grid, grid.cells[0], voices)
    'recency up to 10 days, and orders and total spend scoring 7 or more together'
    """
    highest = grid.breaks.highest
    parts = []
    recency = _bounds(grid.breaks.recency, (highest - cell.recency[1], highest - cell.recency[0]))
    said = say_box({0: recency}, voices)
    if said != EVERYONE:
        parts.append(said)
    low, high = cell.second
    if grid.by == "frequency":
        said = say_box({1: _bounds(grid.breaks.frequency, (low - 1, high - 1))}, voices)
        parts += [said] if said != EVERYONE else []
    elif (low, high) != (1, highest):
        sums = f"{2 * low - 1} to {2 * high}"
        if high == highest:
            sums = f"{2 * low - 1} or more"
        elif low == 1:
            sums = f"{2 * high} or less"
        parts.append(f"{voices[1].label} and {voices[2].label} scoring {sums} together")
    return ", and ".join(parts) or EVERYONE


def score_words(grid: RfmGrid, voices: Sequence[Voice]) -> tuple[str, ...]:
    """Say which values have which score, a sentence for each measure.

    Examples
    --------
    >>> from coterie.insight.rfm import RfmBreaks
    >>> grid = RfmGrid(RfmBreaks((10, 30, 90, 180), (1, 1, 4, 8), (50, 100, 250, 900)))
    >>> voices = [Voice("recency", "days", whole=True), Voice("orders", "", whole=True),
    ...           Voice("total spend", "$")]
    >>> score_words(grid, voices)[1]
    'Scores of orders: 1 for at most 1, 3 for 2 to 4, 4 for 5 to 8, 5 for at least 9.'
    """
    sentences = []
    for j, (name, voice) in enumerate(zip(MEASURES, voices, strict=True)):
        breaks, bands = getattr(grid.breaks, name), []
        for above in range(grid.breaks.highest):
            low, high = _bounds(breaks, (above, above))
            if low >= high:
                continue
            score = grid.breaks.highest - above if name == "recency" else above + 1
            said = say_box({j: (low, high)}, voices).removeprefix(voice.label).strip()
            bands.append(f"{score} for {said}")
        sentences.append(f"Scores of {voice.label}: {', '.join(bands)}.")
    return tuple(sentences)


def _bounds(breaks: Sequence[float], span: Span) -> tuple[float, float]:
    """Return the values that are above so many breaks: above the first, at most the second."""
    low = breaks[span[0] - 1] if span[0] else -math.inf
    high = breaks[span[1]] if span[1] < len(breaks) else math.inf
    return low, high


def _cell_at(grid: RfmGrid, above: tuple[int, ...]) -> int:
    """Return the cell of a customer whose values are above so many breaks."""
    recency, second = grid.breaks.highest - above[0], grid.second(above[1] + 1, above[2] + 1)
    return next(j for j, cell in enumerate(grid.cells) if cell.holds(recency, second))


@dataclass
class _Growing:
    """A tree that splits at breaks until every leaf lies within one cell."""

    grid: RfmGrid
    cells: dict[tuple[int, ...], int]
    n_segments: int
    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    winners: list[int] = field(default_factory=list)

    def grow(self, spans: tuple[Span, ...]) -> int:
        """Add the node that holds these spans, and all below it; return its number."""
        here = len(self.feature)
        for part, empty in ((self.feature, -1), (self.left, -1), (self.right, -1)):
            part.append(empty)
        self.threshold.append(0.0)
        held = self._held(spans)
        if len(set(held)) == 1:
            self.winners.append(held[0])
            return here
        column, at = self._best_split(spans)
        low, high = spans[column]
        self.feature[here] = column
        self.threshold[here] = float(getattr(self.grid.breaks, MEASURES[column])[at])
        for side, span in ((self.left, (low, at)), (self.right, (at + 1, high))):
            side[here] = self.grow((*spans[:column], span, *spans[column + 1 :]))
        return here

    def counted(self, raw: Floats) -> NDArray[np.int64]:
        """Return the customers of each segment at every node, shape (n_nodes, n_segments).

        A leaf without any counts one, so that it answers with its cell.
        """
        counts = np.zeros((len(self.feature), self.n_segments), dtype=np.int64)
        leaves = [n for n, column in enumerate(self.feature) if column < 0]
        for leaf, winner in zip(leaves, self.winners, strict=True):
            counts[leaf, winner] = 1
        rows = {0: np.arange(len(raw))}
        for node, column in enumerate(self.feature):
            own = rows.pop(node)
            if column < 0:
                counts[node] *= max(len(own), 1)
                continue
            goes_left = raw[own, column] <= self.threshold[node]
            rows[self.left[node]], rows[self.right[node]] = own[goes_left], own[~goes_left]
        for node in range(len(self.feature) - 1, -1, -1):
            if self.feature[node] >= 0:
                counts[node] = counts[self.left[node]] + counts[self.right[node]]
        return counts

    def _held(self, spans: tuple[Span, ...]) -> list[int]:
        """Return the segment of every combination of scores in the spans that can come up."""
        open_ = [
            [at for at in range(low, high + 1) if _can_be(getattr(self.grid.breaks, name), at)]
            for name, (low, high) in zip(MEASURES, spans, strict=True)
        ]
        return [self.cells[above] for above in product(*open_)]

    def _best_split(self, spans: tuple[Span, ...]) -> tuple[int, int]:
        """Return the column and the break that leave the least mixed sides."""
        best: tuple[float, int, int] | None = None
        for column, (low, high) in enumerate(spans):
            for at in range(low, high):
                sides = [
                    np.bincount(self._held((*spans[:column], span, *spans[column + 1 :])))
                    for span in ((low, at), (at + 1, high))
                ]
                if not all(len(held) for held in sides):
                    continue
                mixed = sum(float(held.sum() - (held**2).sum() / held.sum()) for held in sides)
                if best is None or mixed < best[0] - 1e-9:
                    best = (mixed, column, at)
        if best is None:  # pragma: no cover - one combination is one cell
            raise ValueError("A cell cannot be split any further.")
        return best[1], best[2]


def _can_be(breaks: Sequence[float], above: int) -> bool:
    """Say whether a value can be above just so many breaks: not between two that are equal."""
    return not 0 < above < len(breaks) or breaks[above - 1] < breaks[above]
