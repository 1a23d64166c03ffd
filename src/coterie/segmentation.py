"""The fitted whole: places one customer, or scores a table, by the same steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from coterie.cluster.base import CentreClustering
from coterie.cluster.confidence import memberships, squared_distances
from coterie.config import RunConfig
from coterie.errors import ConfigError
from coterie.insight.rules import Rules
from coterie.insight.wording import join_words
from coterie.prepare.cleaning import Cleaning
from coterie.prepare.features import Derived
from coterie.prepare.scaling import Scaling
from coterie.records import read_record
from coterie.schema import Column, DateOrder, Schema
from coterie.scoring import ANSWER, score_source

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_SEGMENT = "none"
UNLIKE_FACTOR = 1.5


@dataclass(frozen=True)
class Segment:
    """What people see of one group.

    Attributes
    ----------
    id : int
        From 1, in the canonical order.
    name, description, advice : str
    archetype : str
        The well-known name of such a group, or an empty string.
    size : int
        Customers of the training data in it.
    share : float
        Of all customers, 0 to 1.
    stability : float or None
        Mean Jaccard agreement over bootstrap refits (Hennig 2007); 0.75 and more is stable.
    facts : tuple of str
        What sets it apart, strongest first, in the customers' own units.
    rule : str
    rule_precision, rule_coverage : float or None
        On rows that the rule did not see.
    profile : mapping of str to float
        Mean of each feature in its own unit.
    distances : tuple of float
        Median, 90 % and 99 % quantile of its customers' distance to its centre (scaled units).
    """

    id: int
    name: str
    description: str
    advice: str
    archetype: str
    size: int
    share: float
    stability: float | None
    facts: tuple[str, ...]
    rule: str
    rule_precision: float | None
    rule_coverage: float | None
    profile: Mapping[str, float]
    distances: tuple[float, float, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain = {key: getattr(self, key) for key in self.__dataclass_fields__}
        return {
            **plain,
            "facts": list(self.facts),
            "profile": dict(self.profile),
            "distances": list(self.distances),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Segment:
        """Build from `to_dict`'s result."""
        return cls(
            **{
                **plain,
                "facts": tuple(plain["facts"]),
                "distances": tuple(plain["distances"]),
            }
        )


@dataclass(frozen=True)
class Placement:
    """One customer's answer.

    Attributes
    ----------
    segment_id : int
    segment : str
    confidence : float
        How likely a model fitted to other customers would place this one the same, 0 to 1.
    runner_up : str or None
        Name of the next nearest segment; None if there is one segment only.
    rule : str
        The rule that held for this customer.
    rule_agrees : bool
        Whether that rule leads to the same segment as the centres do.
    distance, typical_distance : float
        To the segment's centre, and the median of that segment's own customers.
    unlike : bool
        True if hardly any customer seen in training is as far from its segment as this one.
    outside_range : tuple of str
        Columns whose value lies outside what training saw.
    imputed : tuple of str
        Features whose value was missing or impossible and was filled with the typical one.
    notes : tuple of str
        Sentences on the above.
    """

    segment_id: int
    segment: str
    confidence: float
    runner_up: str | None
    rule: str
    rule_agrees: bool
    distance: float
    typical_distance: float
    unlike: bool
    outside_range: tuple[str, ...]
    imputed: tuple[str, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            key: list(value) if isinstance(value := getattr(self, key), tuple) else value
            for key in self.__dataclass_fields__
        }


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
    clustering : CentreClustering
        Centres in the order of the segments: row i belongs to id i + 1.
    temperature : float
        Turns squared distances into confidence; see `cluster.confidence`.
    segments : tuple of Segment
    rules : Rules
    ranges : mapping of str to (float, float)
        Smallest and largest value that training saw of each feature and each column behind it.
    k_reason : str
    verdict : mapping
        kind, sentence and meaning.
    provenance : mapping
        Fingerprint of the data, settings, versions.
    """

    schema: Schema
    cleaning: Cleaning
    derived: tuple[Derived, ...]
    scaling: Scaling
    clustering: CentreClustering
    temperature: float
    segments: tuple[Segment, ...]
    rules: Rules
    ranges: Mapping[str, tuple[float, float]]
    k_reason: str
    verdict: Mapping[str, Any]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def features(self) -> tuple[str, ...]:
        """Columns that the groups were looked for in, original or derived."""
        return self.scaling.features

    @property
    def described(self) -> Schema:
        """The table's columns and the derived ones."""
        return self.schema.extended(tuple(d.column for d in self.derived))

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
        values = read_record(record, self.schema, self.inputs, self.derived)
        return _place_values(self, values)

    def score(self, source: Any, *, dates: DateOrder | None = None) -> Any:
        """Add the answer to every row of a table: the same rows, in the same order.

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
        """Typed columns and ROW -> the same, and the answer: a lazy plan on any engine."""
        own = [name for name in frame.collect_schema().names() if name not in ANSWER]
        assigned = assign_rows(
            self.prepared(frame), self.scaling, self.clustering.centres, self.temperature
        )
        named = assigned.with_columns(name_expression({s.id: s.name for s in self.segments}))
        return named.select(*own, *ANSWER)

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


def _place_values(model: Segmentation, values: Mapping[str, object]) -> Placement:
    """Place a record whose values are read and typed; missing ones are None."""
    possible, impossible = model.cleaning.clean_record(values)
    full: dict[str, object] = dict(possible)
    for definition in model.derived:
        full[definition.column.name] = definition.value(full)
    raw = np.array([[_number(full.get(name)) for name in model.features]])
    point = model.scaling.matrix(raw)
    squares = squared_distances(point, model.clustering.centres)
    order = np.argsort(squares[0], kind="stable")
    best = int(order[0])
    segment = model.segments[best]
    free = model.scaling.matrix(raw, capped=False)
    distance = float(np.sqrt(squared_distances(free, model.clustering.centres)[0, best]))
    imputed = tuple(n for n, v in zip(model.features, raw[0], strict=True) if np.isnan(v))
    filled = model.scaling.filled(raw)[0]
    ruled = {**full, **dict(zip(model.features, filled.tolist(), strict=True))}
    by_rule, rule = model.rules.follow(ruled)
    outside = _outside(model.ranges, full)
    unlike = distance > UNLIKE_FACTOR * max(segment.distances[2], 1e-12)
    return Placement(
        segment_id=segment.id,
        segment=segment.name,
        confidence=float(memberships(squares, model.temperature)[0, best]),
        runner_up=model.segments[int(order[1])].name if len(order) > 1 else None,
        rule=rule,
        rule_agrees=by_rule == segment.id,
        distance=distance,
        typical_distance=segment.distances[0],
        unlike=unlike,
        outside_range=outside,
        imputed=imputed,
        notes=_placement_notes(model, full, impossible, imputed, outside, unlike),
    )


def _number(value: object) -> float:
    """Return a typed value as float; NaN for None and for what is no number."""
    if isinstance(value, bool | int | float):
        return float(value)
    return float("nan")


def _outside(
    ranges: Mapping[str, tuple[float, float]], values: Mapping[str, object]
) -> tuple[str, ...]:
    """Return the columns whose value lies outside what training saw."""
    outside = []
    for name, (low, high) in ranges.items():
        number = _number(values.get(name))
        if number < low or number > high:
            outside.append(name)
    return tuple(outside)


def _said(value: object) -> str:
    """Return a value as a person would write it."""
    if not isinstance(value, float | int):
        return str(value)
    return f"{value:,.10g}" if abs(value) >= 10_000 else f"{value:.10g}"  # years without a comma


def _placement_notes(
    model: Segmentation,
    values: Mapping[str, object],
    impossible: Mapping[str, object],
    imputed: tuple[str, ...],
    outside: tuple[str, ...],
    unlike: bool,
) -> tuple[str, ...]:
    """Say in sentences what the reader of a Placement should know."""
    described = model.described
    notes = [
        f"{described[name].label} cannot be {_said(value)}; it was treated as missing."
        for name, value in impossible.items()
    ]
    missing = [described[name].label for name in imputed if name not in impossible]
    if missing:
        verb = "was missing and" if len(missing) == 1 else "were missing and each"
        notes.append(
            f"{join_words(missing)} {verb} filled with the typical value, which the confidence "
            "takes as known."
        )
    for name in outside:
        low, high = model.ranges[name]
        notes.append(
            f"{described[name].label} is {_said(values.get(name))}; "
            f"the customers seen in training lie between {_said(low)} and {_said(high)}."
        )
    if unlike:
        notes.append(
            "This customer is unlike anyone seen in training; read the segment as the nearest, "
            "not as a fit."
        )
    return tuple(notes)
