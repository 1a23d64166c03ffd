"""The fitted whole: places one customer, or scores a table, by the same steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from coterie.cluster.base import CentreClustering, Clustering
from coterie.cluster.confidence import memberships, telling_costs
from coterie.cluster.partial import Spreads
from coterie.config import RunConfig
from coterie.errors import ConfigError
from coterie.insight.rules import Rules
from coterie.placement import NO_SEGMENT, NOWHERE, Placement, Segment
from coterie.placing import Placer
from coterie.prepare.cleaning import Cleaning
from coterie.prepare.features import Derived
from coterie.prepare.scaling import Scaling
from coterie.schema import Column, DateOrder, Schema
from coterie.scoring import ANSWER, score_source

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "NOWHERE", "NO_SEGMENT", "Placement", "Segment", "Segmentation", "assign_rows",
    "name_expression", "place_rows",
]  # fmt: skip

CHUNK_ROWS = 32_768


@dataclass(frozen=True)
class Segmentation:
    """Everything needed to place a customer: plain data and arrays, no library object.

    Attributes
    ----------
    schema : Schema
        Of the training table.
    cleaning : Cleaning
    derived : tuple of Derived
        Columns computed from the table's own.
    scaling : Scaling
        Features, how they are filled, transformed, capped and scaled.
    clustering : Clustering
        Clusters in the order of the segments: number i belongs to id i + 1.
    temperature : float
        Turns the costs of placing into confidence; see `cluster.confidence`.
    segments : tuple of Segment
    rules : Rules
    ranges : mapping of str to (float, float)
        Smallest and largest value that training saw of each feature and each column behind it.
    k_reason : str
    verdict : mapping
        kind, sentence and meaning.
    provenance : mapping
        Fingerprint of the data, settings, versions.
    spreads : Spreads or None
        How each segment's customers lie in each feature: what placing a customer of whom not
        everything is known goes by. None in bundles of old; see `known_spreads`.
    """

    schema: Schema
    cleaning: Cleaning
    derived: tuple[Derived, ...]
    scaling: Scaling
    clustering: Clustering
    temperature: float
    segments: tuple[Segment, ...]
    rules: Rules
    ranges: Mapping[str, tuple[float, float]]
    k_reason: str
    verdict: Mapping[str, Any]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    spreads: Spreads | None = None

    @property
    def features(self) -> tuple[str, ...]:
        """Columns that the groups were looked for in, original or derived."""
        return self.scaling.features

    @property
    def described(self) -> Schema:
        """The table's columns and the derived ones."""
        return self.schema.extended(tuple(d.column for d in self.derived))

    def segment(self, segment_id: int) -> Segment:
        """Return a segment by id; for 0 (or less) what stands for having none.

        Raises
        ------
        KeyError
            If there is no such segment.
        """
        if segment_id <= 0:
            return NOWHERE
        if segment_id > len(self.segments):
            raise KeyError(segment_id)
        return self.segments[segment_id - 1]

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The table's own columns that placing needs, in the table's order."""
        behind = {d.column.name: d.inputs for d in self.derived}
        needed = {
            name
            for feature in (*self.features, *self.rules.columns)
            for name in behind.get(feature, (feature,))
        }
        return tuple(column for column in self.schema if column.name in needed)

    def place(self, record: Mapping[str, object]) -> Placement:
        """Place one customer.

        Parameters
        ----------
        record : mapping of str to object
            Values by column name, as numbers, dates or text as it stands in a file. Missing
            columns are filled as missing cells of a file are; other columns are ignored if the
            training table had them.

        Returns
        -------
        Placement

        Raises
        ------
        RecordError
            If a column is unknown, a value cannot be read, or nothing usable is given.
        """
        return self._placer.place(record)

    @cached_property
    def _placer(self) -> Placer:
        """All that does not change from one customer to the next, worked out once."""
        return Placer(self)

    def values(self, record: Mapping[str, object]) -> dict[str, float]:
        """Return what `place` reads from a record: each feature in its own unit, gaps filled.

        Raises
        ------
        RecordError
            As `place`.
        """
        return self._placer.values(record)

    def likelihoods(self, record: Mapping[str, object]) -> dict[int, float]:
        """Return how likely each segment is for a customer, the nearest first; they sum to 1.

        The first is the answer of `place`, with its confidence; 0 stands for none.

        Raises
        ------
        RecordError
            As `place`.
        """
        shares, order = self._placer.likelihoods(record)
        ids = [segment.id for segment in self.segments] + [NOWHERE.id]
        return {ids[index]: shares[index] for index in order}

    @cached_property
    def known_spreads(self) -> Spreads:
        """How each segment's customers lie in each feature; guessed where an old bundle says not.

        The guess: as far about the centre in each direction as a segment's customers usually are
        from it.
        """
        if self.spreads is not None:
            return self.spreads
        centres = self.clustering.centres
        if self.scaling.components is not None and self.scaling.mean is not None:
            centres = centres @ self.scaling.components + self.scaling.mean
        shares = np.array([segment.share for segment in self.segments])
        typical = np.array([segment.distances[0] for segment in self.segments])
        if not isinstance(self.clustering, CentreClustering):
            typical = np.zeros(len(shares))  # Measured in units of the method's own.
        if self.clustering.leaves_out:
            centres = np.vstack([centres, centres.mean(axis=0)])
            shares, typical = np.append(shares, max(1.0 - shares.sum(), 0.0)), np.append(typical, 0)
        return Spreads.around(centres, shares, typical)

    def with_spreads(self, raw: NDArray[np.float64], ids: NDArray[np.int64]) -> Segmentation:
        """Return the same Segmentation, which knows how its segments' customers lie.

        Parameters
        ----------
        raw : ndarray of float, shape (n, n_features)
            In the customers' own units; NaN is missing.
        ids : ndarray of int, shape (n,)
            Their segments; 0 or less for none.
        """
        answers = len(self.segments) + self.clustering.leaves_out
        labels = np.where(ids > 0, ids - 1, len(self.segments))
        spreads = Spreads.fit(self.scaling.alone(raw), labels, answers)
        shares = [segment.share for segment in self.segments]
        if self.clustering.leaves_out:
            shares.append(max(1.0 - sum(shares), 0.0))
        return replace(self, spreads=replace(spreads, shares=np.array(shares)))

    def score(self, source: Any, *, dates: DateOrder | None = None) -> Any:
        """Add the answer to every row of a table: the same rows, in the same order.

        Whom no segment reaches has the id 0 and the name "None".

        Parameters
        ----------
        source : path, or pandas, Polars or Arrow frame
            With the columns of `inputs`, under their own or a like spelling.
        dates : {"dmy", "mdy", "ymd"}, optional
            Order of dates, where the training table did not decide it.

        Returns
        -------
        frame
            Of the kind that came in (a Polars frame for a path), with ``segment_id`` (int),
            ``segment`` (str) and ``confidence`` (float, 0 to 1) behind.

        Raises
        ------
        TableError, MissingColumnsError, SchemaError
            If the table cannot be read, or lacks a column or its kind of values.
        """
        return score_source(self, source, dates)

    def assigned_rows(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Typed columns and ROW -> the same, and the answer."""
        own = [name for name in frame.collect_schema().names() if name not in ANSWER]
        placed = place_rows(self.prepared(frame), self.scaling, self.clustering, self.temperature)
        assigned = self.doubted(placed)
        named = assigned.with_columns(name_expression({s.id: s.name for s in self.segments}))
        return named.select(*own, *ANSWER)

    def doubted(self, placed: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Placed rows -> the same, with a confidence that allows for what is not known of them.

        Placing fills a missing value with the typical one; here it may be anything that the
        segment's customers have. Complete rows stay as they are. The table is read; what comes
        back is a Polars frame.
        """
        held = placed.collect("polars")
        columns = [held.get_column(name) for name in self.features]
        gaps = np.zeros(len(held), dtype=bool)
        for column in columns:
            if column.null_count():
                gaps |= column.is_null().to_numpy()
        if not gaps.any():
            return held.lazy()
        raw = np.column_stack([c.filter(gaps).cast(nw.Float64).to_numpy() for c in columns])
        shares = self.known_spreads.memberships(self.scaling.alone(raw))
        ids = held.get_column("segment_id").to_numpy()[gaps]
        sure = held.get_column("confidence").to_numpy().copy()
        sure[gaps] = shares[np.arange(len(ids)), np.where(ids > 0, ids - 1, -1)]
        series = nw.new_series("confidence", sure, nw.Float64, backend=held.implementation)
        return held.with_columns(series).lazy()

    def renamed(self, names: Mapping[int, str]) -> Segmentation:
        """Return the same Segmentation with other names for some segments.

        Raises
        ------
        ConfigError
            If there is no such segment, or two would have the same name.
        """
        unknown = sorted(set(names) - {segment.id for segment in self.segments})
        if unknown:
            raise ConfigError(
                [
                    f"There is no segment {number}; the ids are 1 to {len(self.segments)}."
                    for number in unknown
                ]
            )
        renamed = tuple(replace(s, name=names.get(s.id, s.name)) for s in self.segments)
        RunConfig(names={segment.id: segment.name for segment in renamed})
        return replace(self, segments=renamed)

    def prepared(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Table as opened -> with impossible values blanked and derived columns added."""
        names = set(frame.collect_schema().names())
        cleaned = self.cleaning.for_scoring(frame)
        usable = [d for d in self.derived if set(d.inputs) <= names]
        return cleaned.with_columns(*(d.expression() for d in usable)) if usable else cleaned


def place_rows(
    frame: nw.LazyFrame[Any], scaling: Scaling, clustering: Clustering, temperature: float
) -> nw.LazyFrame[Any]:
    """Raw feature columns -> with ``segment_id`` (from 1; 0 for none) and ``confidence`` added.

    By the nearest centre it is `assign_rows`, on any engine. Else the scaled columns are read,
    placed chunk by chunk, and what comes back is a Polars frame.
    """
    if isinstance(clustering, CentreClustering):
        return assign_rows(frame, scaling, clustering.centres, temperature)
    own = [n for n in frame.collect_schema().names() if n not in ("segment_id", "confidence")]
    held = frame.with_columns(*scaling.expressions()).collect("polars")
    ids, sure = np.empty(len(held), dtype=np.int64), np.empty(len(held))
    for begin in range(0, len(held), CHUNK_ROWS):
        rows = held[begin : begin + CHUNK_ROWS]
        points = np.column_stack([rows.get_column(name).to_numpy() for name in scaling.names])
        costs = telling_costs(points, clustering, temperature)
        best = costs.argmin(axis=1)
        ids[begin : begin + len(rows)] = np.where(best < clustering.n_clusters, best + 1, 0)
        sure[begin : begin + len(rows)] = memberships(costs, temperature).max(axis=1)
    answers = (
        nw.new_series("segment_id", ids, nw.Int64, backend=held.implementation),
        nw.new_series("confidence", sure, nw.Float64, backend=held.implementation),
    )
    return held.select(*own).with_columns(*answers).lazy()


def assign_rows(
    frame: nw.LazyFrame[Any],
    scaling: Scaling,
    centres: NDArray[np.float64],
    temperature: float,
) -> nw.LazyFrame[Any]:
    """Raw feature columns -> with ``segment_id`` (from 1) and ``confidence`` added.

    Written with arithmetic, min, when and exp only, so that every engine runs it. Ties go to
    the segment that comes first, as in `CentreClustering.assign`.
    """
    own = frame.collect_schema().names()
    scaled = frame.with_columns(*scaling.expressions())
    names = scaling.names
    squares = [f"__d{j}" for j in range(len(centres))]
    distances = scaled.with_columns(
        *(
            _sum(
                [(nw.col(name) - float(c)) ** 2 for name, c in zip(names, centre, strict=True)]
            ).alias(square)
            for square, centre in zip(squares, centres, strict=True)
        )
    ).with_columns(nw.min_horizontal(*squares).alias("__dmin"))
    label: nw.Expr = nw.lit(len(centres))
    for j in range(len(centres) - 1, 0, -1):
        label = nw.when(nw.col(squares[j - 1]) == nw.col("__dmin")).then(nw.lit(j)).otherwise(label)
    shares = _sum([((nw.col("__dmin") - nw.col(s)) / temperature).exp() for s in squares])
    answered = distances.with_columns(
        label.cast(nw.Int64).alias("segment_id"), (1.0 / shares).alias("confidence")
    )
    return answered.select(
        *(n for n in own if n not in ("segment_id", "confidence")), "segment_id", "confidence"
    )


def name_expression(names: Mapping[int, str]) -> nw.Expr:
    """``segment_id`` -> ``segment``, by the names of the segments."""
    expression: nw.Expr = nw.lit(NO_SEGMENT)
    for number, name in names.items():
        named = nw.when(nw.col("segment_id") == number).then(nw.lit(name))
        expression = named.otherwise(expression)
    return expression.alias("segment")


def _sum(expressions: list[nw.Expr]) -> nw.Expr:
    """Add expressions up, left to right."""
    total = expressions[0]
    for expression in expressions[1:]:
        total = total + expression
    return total
