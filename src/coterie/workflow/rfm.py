"""The RFM grid as a way to segment: its columns, its breaks, and its cells as clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from coterie.cluster.grid import GridClustering
from coterie.cluster.grid_choice import choose_grid, refit_grid
from coterie.cluster.sweep import Progress
from coterie.cluster.threads import one_thread
from coterie.config import RunConfig
from coterie.errors import ConfigError
from coterie.insight.naming import SegmentText
from coterie.insight.rfm import COLUMNS, MEASURES, RfmBreaks, fit_breaks
from coterie.insight.rfm_grid import RfmCell, RfmGrid, classic_cells
from coterie.insight.rfm_rules import grid_rules, grid_voices, score_words
from coterie.insight.ruleset import Rules
from coterie.placement import Segment
from coterie.prepare.features import FeatureChoice
from coterie.prepare.scaling import Scaling
from coterie.schema import Schema
from coterie.schema.notes import Note
from coterie.schema.spelling import find_name
from coterie.workflow.grouping import Found

Points = NDArray[np.float64]

NEAREST_ROWS = 5_000

_MEANINGS = {
    "recency": ("recency",),
    "frequency": ("frequency", "total_purchases"),
    "monetary": ("monetary", "total_spend"),
}
_TOLD = {
    "recency": "days since the last purchase",
    "frequency": "the number of purchases",
    "monetary": "what was spent",
}


@dataclass(frozen=True, eq=False)
class Cells:
    """A grid over a table of customers, and the same as clusters of scaled points.

    Attributes
    ----------
    grid : RfmGrid
        With breaks in the customers' own units.
    columns : tuple of str
        Of recency, frequency and monetary value.
    order : tuple of int
        Number of the cell (from 0, in the order of the grid) of each segment: those that hold
        customers first.
    held : int
        How many cells hold customers.
    clustering : GridClustering
    moves : bool
        Whether the breaks were put at quantiles of these customers; else they were given.
    """

    grid: RfmGrid
    columns: tuple[str, ...]
    order: tuple[int, ...]
    held: int
    clustering: GridClustering
    moves: bool

    @property
    def cells(self) -> tuple[RfmCell, ...]:
        """The cells in the order of the segments."""
        return tuple(self.grid.cells[cell] for cell in self.order)

    def names(self) -> dict[int, str]:
        """Return segment id -> name of its cell, for those that hold customers."""
        return {j: cell.name for j, cell in enumerate(self.cells[: self.held], 1)}

    def look(self, points: Points, config: RunConfig, progress: Progress | None = None) -> Found:
        """Return the figures of the cells among customers, as `grouping.find_groups` does."""
        with one_thread():
            quality = choose_grid(
                points,
                self.clustering,
                moves=self.moves,
                seed=config.seed,
                max_sample=config.sample,
                progress=progress,
            )
        return Found(quality, partial(self._refit, seed=config.seed))

    def _refit(self, points: Points, clustering: Any, *, seed: int) -> Any:
        return refit_grid(points, clustering, moves=self.moves, seed=seed)

    def rules(self, schema: Schema, raw: Points) -> Rules:
        """Return the grid's own rules; `raw` are customers without gaps, shape (n, 3)."""
        return grid_rules(self.grid, self.order, self.columns, schema, raw)

    def told(self, texts: Sequence[SegmentText]) -> tuple[SegmentText, ...]:
        """Return the words on each segment with the advice of its cell."""
        cells = self.cells
        return tuple(
            replace(text, advice=cells[text.id - 1].advice, archetype="", given=False)
            for text in texts
        )

    def empty(self, rules: Rules, segments: Sequence[Segment]) -> tuple[Segment, ...]:
        """Return the segments of the cells that nobody is in yet."""
        usual = max((segment.distances for segment in segments), key=lambda far: far[2])
        return tuple(
            Segment(
                id=number,
                name=cell.name,
                description="Nobody was in this cell when the grid was made.",
                advice=cell.advice,
                archetype="",
                size=0,
                share=0.0,
                stability=None,
                facts=(),
                rule=rules[number].text,
                rule_precision=None,
                rule_coverage=None,
                profile={},
                distances=usual,
            )
            for number, cell in enumerate(self.cells, 1)
            if number > self.held
        )

    def notes(self, schema: Schema, raw: Points) -> tuple[Note, ...]:
        """Say which values have which score, and which cells nobody is in."""
        voices = grid_voices(self.columns, schema, raw)
        notes = [Note("segment", text) for text in score_words(self.grid, voices)]
        empty = [cell.name for cell in self.cells[self.held :]]
        if empty:
            who = ", ".join(empty)
            text = f"Nobody is in the cell {who}: customers who come later may be."
            if len(empty) > 1:
                text = f"Nobody is in the cells {who}: customers who come later may be."
            notes.append(Note("segment", text, count=len(empty)))
        return tuple(notes)


def rfm_columns(schema: Schema, asked: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the columns of recency, frequency and monetary value.

    Parameters
    ----------
    schema : Schema
        With the derived columns.
    asked : sequence of str
        Three columns; those not known by sight stand for what is left, in the order recency,
        frequency, monetary. Empty: all are to be known by sight.

    Raises
    ------
    ConfigError
        If one is missing, or another number of columns is asked for.
    """
    if asked and len(asked) != len(MEASURES):
        raise ConfigError(
            [f"The RFM grid takes three columns: {', '.join(_TOLD.values())}; "
             f"{len(asked)} were asked for: {', '.join(asked)}."]
        )  # fmt: skip
    if asked:
        return _told_apart(schema, asked)
    found = {measure: _known(schema, measure) for measure in MEASURES}
    missing = [measure for measure, name in found.items() if name is None]
    if missing:
        wanted = "; ".join(f"{_TOLD[m]} ({COLUMNS[m]})" for m in missing)
        raise ConfigError(
            [f"The RFM grid needs a column that this table is not known to have: {wanted}. Make "
             "one row a customer from order lines with 'coterie customers', or name the three "
             "columns with --features recency,frequency,monetary, in this order."]
        )  # fmt: skip
    return tuple(name for name in found.values() if name is not None)


def _known(schema: Schema, measure: str, among: Sequence[str] | None = None) -> str | None:
    """Return the column that is known by sight to be a measure."""
    usable = [c for c in schema if c.numeric and (among is None or c.name in among)]
    names = {c.name for c in usable}
    if COLUMNS[measure] in names:
        return COLUMNS[measure]
    for meaning in _MEANINGS[measure]:
        known = [c.name for c in usable if c.meaning == meaning]
        if known:
            return known[0]
    return None


def _told_apart(schema: Schema, asked: Sequence[str]) -> tuple[str, ...]:
    """Say which of three columns is which."""
    # One that is not there stays as it was asked for: choosing features says what there is.
    names = [find_name(each.strip(), schema.names) or each.strip() for each in asked]
    if len(set(names)) < len(MEASURES):
        raise ConfigError([f"A feature is named twice in {', '.join(asked)}."])
    found: dict[str, str] = {}
    for measure in MEASURES:
        left = [name for name in names if name not in found.values()]
        known = _known(schema, measure, left)
        if known is not None:
            found[measure] = known
    rest = [name for name in names if name not in found.values()]
    for measure in MEASURES:
        if measure not in found:
            found[measure] = rest.pop(0)
    return tuple(found[measure] for measure in MEASURES)


def known_by_sight(choice: FeatureChoice) -> FeatureChoice:
    """Return the choice of three columns that nobody asked for by name, with why it was made."""
    why = "The RFM grid goes by these three columns. No other column takes part."
    left_out = dict.fromkeys(choice.left_out, "The RFM grid does not go by it.")
    return replace(choice, why=why, left_out=left_out)


def make_cells(
    frame: nw.LazyFrame[Any], columns: tuple[str, ...], scaling: Scaling, config: RunConfig
) -> tuple[Cells, Scaling]:
    """Put a grid over customers.

    Parameters
    ----------
    frame : nw.LazyFrame
        Every customer, in their own units.
    columns : tuple of str
        Of recency, frequency and monetary value.
    scaling : Scaling
        Of just these columns, in this order.
    config : RunConfig

    Returns
    -------
    Cells
    Scaling
        The same, its caps wide enough to tell the values either side of each break apart.

    Raises
    ------
    ConfigError
        If the grid of the settings is not one.
    """
    named = dict(zip(MEASURES, columns, strict=True))
    grid = _grid(frame, named, config)
    raw = [list(getattr(grid.breaks, measure)) for measure in MEASURES]
    scaling = _spanning(scaling, raw)
    held = frame.select(*(nw.col(name).cast(nw.Float64) for name in columns)).collect("polars")
    values = np.column_stack([held.get_column(name).to_numpy() for name in columns])
    points = scaling.matrix(values)
    breaks, edges = _scaled_breaks(scaling, raw, values)
    spans = np.array([[*cell.recency, *cell.second] for cell in grid.cells])
    clustering = GridClustering(
        breaks, edges, spans, np.zeros((len(spans), 3)), both=grid.by != "frequency"
    )
    labels = clustering.cell_of(points)
    counts = np.bincount(labels, minlength=len(spans))
    order = sorted(range(len(spans)), key=lambda cell: (counts[cell] == 0, cell))
    clustering = replace(clustering, centres=_middles(clustering, points)).reordered(order)
    cells = Cells(
        grid, columns, tuple(order), int((counts > 0).sum()), clustering, config.rfm_grid is None
    )
    return cells, scaling


def _middles(clustering: GridClustering, points: Points) -> Points:
    """Return the mean of each cell's customers; of an empty one, the customer nearest to it."""
    labels = clustering.cell_of(points)
    counts = np.bincount(labels, minlength=clustering.n_clusters)
    some = points[:: max(len(points) // NEAREST_ROWS, 1)]
    nearest = some[clustering.costs(some).argmin(axis=0)]
    return np.stack(
        [points[labels == j].mean(axis=0) if n else nearest[j] for j, n in enumerate(counts)]
    )


def _grid(frame: nw.LazyFrame[Any], columns: Mapping[str, str], config: RunConfig) -> RfmGrid:
    """Return the grid of the settings, or one with breaks at quantiles."""
    given = config.rfm_grid
    if given is None:
        breaks = fit_breaks(frame, columns=columns, scores=config.rfm_scores)
        return RfmGrid(breaks, classic_cells(config.rfm_scores))
    if set(given) == set(MEASURES):
        breaks = RfmBreaks.from_dict(given)
        return RfmGrid(breaks, classic_cells(breaks.highest))
    return RfmGrid.from_dict(given)


def _spanning(scaling: Scaling, raw: Sequence[Sequence[float]]) -> Scaling:
    """Widen caps that would make the values either side of a break equal.

    A break below zero needs a column as it is: logarithms begin at zero.
    """
    parts = []
    for part, breaks in zip(scaling.parts, raw, strict=True):
        if part.transform == "log1p" and min(breaks) < 0:
            low = float(np.expm1(part.centre - part.scale))
            high = float(np.expm1(part.centre + part.scale))
            part = replace(
                part, transform="none", low=min(breaks), high=float(np.expm1(part.high)),
                centre=(low + high) / 2, scale=(high - low) / 2,
            )  # fmt: skip
        at = np.log1p(breaks) if part.transform == "log1p" else np.asarray(breaks)
        low, high = float(at.min()) - part.scale, float(at.max()) + part.scale
        parts.append(replace(part, low=min(part.low, low), high=max(part.high, high)))
    return replace(scaling, parts=tuple(parts))


def _scaled_breaks(
    scaling: Scaling, raw: Sequence[Sequence[float]], values: Points
) -> tuple[Points, Points]:
    """Return the breaks as points, and the edges: half way between the values either side."""
    breaks, edges = [], []
    for j, (part, own) in enumerate(zip(scaling.parts, raw, strict=True)):
        known = np.unique(values[~np.isnan(values[:, j]), j])
        at = np.searchsorted(known, own, side="right")
        below = [known[i - 1] if i else own[n] for n, i in enumerate(at)]
        above = [known[i] if i < len(known) else own[n] for n, i in enumerate(at)]
        breaks.append(part.scaled(np.array(own)))
        edges.append((part.scaled(np.array(below)) + part.scaled(np.array(above))) / 2)
    return np.stack(breaks), np.stack(edges)
