"""Placing one customer quickly: what a Segmentation knows, laid out once for plain arithmetic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from coterie.cluster.base import CentreClustering, Clustering
from coterie.insight.wording import join_words
from coterie.placement import NOWHERE, Placement, Segment
from coterie.prepare.mixing import told_features
from coterie.prepare.scaled import LARGEST, ScaledFeature, Scaling
from coterie.records import RecordReader

if TYPE_CHECKING:
    from coterie.insight.rules import Rules
    from coterie.segmentation import Segmentation

UNLIKE_FACTOR = 1.5
_MISSING = math.nan


class Placer:
    """Places one customer at a time by the same steps that `assign_rows` takes over a table.

    One customer is too little work for arrays: starting a NumPy operation costs more than the
    sums of a whole Placement, so everything here is plain numbers in tuples. Distances are added
    up from differences, left to right, as `assign_rows` does.

    Parameters
    ----------
    model : Segmentation
        Must not be changed afterwards.
    """

    def __init__(self, model: Segmentation) -> None:
        self._reader = RecordReader(model.schema, model.inputs, model.derived)
        self._segments = model.segments
        needed = {*model.features, *model.rules.columns, *model.ranges}
        self._derived = tuple((d.column.name, d) for d in model.derived if d.column.name in needed)
        self._bounds = tuple(
            (b.column, _or(b.lower, -math.inf), _or(b.upper, math.inf))
            for b in model.cleaning.bounds
        )
        self._ranges = tuple((name, low, high) for name, (low, high) in model.ranges.items())
        self._labels = {column.name: column.label for column in model.described}
        self._space = _Space(model.scaling)
        self._flags = tuple(d for d in model.derived if d.op == "is")
        self._clusters: _Centres | _Clusters = (
            _Centres(model.clustering.centres.tolist())
            if isinstance(model.clustering, CentreClustering)
            else _Clusters(model.clustering)
        )
        self._temperature = float(model.temperature)
        self._model = model
        self._told = told_features(model.features, self._flags)
        self._tree = _Tree(model.rules, model.features)

    def place(self, record: Mapping[str, object]) -> Placement:
        """Place one customer; see `Segmentation.place`."""
        values, impossible = self._completed(record)
        raw = self._space.raw(values)
        filled = self._space.filled(raw)
        point, free = self._space.points(filled)
        squares = self._clusters.costs(point)
        best = squares.index(min(squares))
        reached = best < len(self._segments)
        nearest = best if reached else squares.index(min(squares[:-1]))
        segment = self._segments[best] if reached else NOWHERE
        distance = self._clusters.distance(free, nearest)
        usual = self._segments[nearest].distances
        imputed = tuple(
            name for name, value in zip(self._space.names, raw, strict=True) if value != value
        )
        if imputed:
            shares = self._allowing(raw)
            sure, gaps = shares[best], self._gaps(shares, best, imputed)
            imputed = told_features(imputed, self._flags) if self._flags else imputed
        else:
            sure, gaps = self._confidence(squares, squares[best]), ()
        by_rule, rule = self._tree.follow(values, filled) if reached else (NOWHERE.id, NOWHERE.rule)
        outside = self._outside(values)
        unlike = not reached or distance > UNLIKE_FACTOR * max(usual[2], 1e-12)
        return Placement(
            segment_id=segment.id,
            segment=segment.name,
            confidence=sure,
            runner_up=self._runner_up(squares, best),
            rule=rule,
            rule_agrees=by_rule == segment.id,
            distance=distance,
            typical_distance=usual[0],
            unlike=unlike,
            outside_range=outside,
            imputed=imputed,
            notes=self._notes(values, impossible, imputed, outside, _unlike(unlike, reached), gaps)
            if impossible or imputed or outside or unlike
            else (),
        )

    def likelihoods(self, record: Mapping[str, object]) -> tuple[list[float], list[int]]:
        """Return the likelihood of each answer, and their order by nearness, ties as in `place`."""
        values, _impossible = self._completed(record)
        raw = self._space.raw(values)
        squares = self._clusters.costs(self._space.points(self._space.filled(raw))[0])
        order = sorted(range(len(squares)), key=squares.__getitem__)
        if any(value != value for value in raw):
            return self._allowing(raw), order
        # The others' by the nearest one's: a cost far above it is likely by nothing at all.
        nearest = squares[order[0]]
        sure = self._confidence(squares, nearest)
        return [sure * math.exp((nearest - each) / self._temperature) for each in squares], order

    def _allowing(self, raw: Sequence[float]) -> list[float]:
        """Return the likelihood of each answer given only what is known of a customer."""
        scaled = self._model.scaling.alone(np.array([raw]))
        found: list[float] = self._model.known_spreads.memberships(scaled)[0].tolist()
        return found

    def _gaps(
        self, shares: Sequence[float], best: int, imputed: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Say how little is known, and whom that speaks for if it is not the answer."""
        told = []
        missing = told_features(imputed, self._flags) if self._flags else imputed
        known = len(self._told) - len(missing)
        if 2 * known <= len(self._told):
            verb = "is" if known == 1 else "are"
            told.append(f"Only {known} of {len(self._told)} features {verb} known.")
        likelier = max(range(len(self._segments)), key=shares.__getitem__)
        if likelier != best and shares[likelier] > shares[best]:
            told.append(
                f"What is known speaks rather for {self._segments[likelier].name} "
                f"({100 * shares[likelier]:.0f} %)."
            )
        return tuple(told)

    def values(self, record: Mapping[str, object]) -> dict[str, float]:
        """Return the features as `place` reads them; see `Segmentation.values`."""
        values, _impossible = self._completed(record)
        filled = self._space.filled(self._space.raw(values))
        return dict(zip(self._space.names, filled, strict=True))

    def _completed(
        self, record: Mapping[str, object]
    ) -> tuple[dict[str, object], dict[str, object]]:
        """Return typed values with the derived ones, and what was impossible in them."""
        values = self._reader.read(record)
        impossible = self._blank_impossible(values)
        for name, definition in self._derived:
            values[name] = definition.value(values)
        return values, impossible

    def _blank_impossible(self, values: dict[str, object]) -> dict[str, object]:
        """Set impossible numbers to None, and return them by column."""
        impossible: dict[str, object] = {}
        for name, low, high in self._bounds:
            value = values.get(name)
            if type(value) is float and not low <= value <= high:
                impossible[name] = value
        for name in impossible:
            values[name] = None
        return impossible

    def _confidence(self, squares: Sequence[float], nearest: float) -> float:
        """Return the nearest segment's share of membership; see `cluster.confidence`."""
        total = 0.0
        for square in squares:
            total += math.exp((nearest - square) / self._temperature)
        return 1.0 / total

    def _runner_up(self, squares: Sequence[float], best: int) -> str | None:
        """Return the name of the second nearest segment, the first of several; None if alone."""
        second: Segment | None = None
        smallest = math.inf
        for index, square in enumerate(squares[: len(self._segments)]):
            if index != best and (second is None or square < smallest):
                second, smallest = self._segments[index], square
        return second.name if second else None

    def _outside(self, values: Mapping[str, object]) -> tuple[str, ...]:
        """Return the columns whose value lies outside what training saw."""
        outside = []
        for name, low, high in self._ranges:
            value = values.get(name)
            if type(value) is float and (value < low or value > high):
                outside.append(name)
        return tuple(outside)

    def _notes(
        self,
        values: Mapping[str, object],
        impossible: Mapping[str, object],
        imputed: tuple[str, ...],
        outside: tuple[str, ...],
        unlike: str,
        gaps: tuple[str, ...],
    ) -> tuple[str, ...]:
        """Say in sentences what the reader of a Placement should know."""
        labels = self._labels
        notes = [
            f"{labels[name]} cannot be {_said(value)}; it was treated as missing."
            for name, value in impossible.items()
        ]
        missing = [labels[name] for name in imputed if name not in impossible]
        if missing:
            verb = "was missing and" if len(missing) == 1 else "were missing and each"
            notes.append(
                f"{join_words(missing)} {verb} filled with the typical value; the confidence "
                "allows for any other."
            )
        notes.extend(gaps)
        for name, low, high in self._ranges:
            if name in outside:
                notes.append(
                    f"{labels[name]} is {_said(values.get(name))}; the customers seen in "
                    f"training lie between {_said(low)} and {_said(high)}."
                )
        if unlike:
            notes.append(unlike)
        return tuple(notes)


class _Space:
    """The features of one customer: raw, with gaps filled, and as points among the centres."""

    def __init__(self, scaling: Scaling) -> None:
        self.names = scaling.features
        self._parts = scaling.parts
        self._imputed = tuple(float(part.impute) for part in scaling.parts)
        self._mean: tuple[float, ...] = ()
        self._components: tuple[tuple[float, ...], ...] = ()
        if scaling.components is not None and scaling.mean is not None:
            self._mean = tuple(scaling.mean.tolist())
            self._components = tuple(tuple(row) for row in scaling.components.tolist())

    def raw(self, values: Mapping[str, object]) -> list[float]:
        """Return the features in customers' units, NaN where there is no number."""
        return [
            value if type(value := values.get(name)) is float else _MISSING for name in self.names
        ]

    def filled(self, raw: Sequence[float]) -> list[float]:
        """Return the features with missing ones set to the typical value."""
        return [
            value if value == value else typical
            for value, typical in zip(raw, self._imputed, strict=True)
        ]

    def points(self, filled: Sequence[float]) -> tuple[list[float], list[float]]:
        """Return the point as placing sees it, and the one with extremes left where they are."""
        point, free, same = [], [], True
        for part, value in zip(self._parts, filled, strict=True):
            at = _transformed(part, value)
            low, high = part.low, part.high
            if low <= at <= high:
                scaled = (at - part.centre) / part.scale
                point.append(scaled)
                free.append(scaled)
            else:
                same = False
                point.append(((low if at < low else high) - part.centre) / part.scale)
                free.append(_limited((_limited(at) - part.centre) / part.scale))
        if not self._components:
            return point, free
        mixed = self._mixed(point)
        return mixed, mixed if same else self._mixed(free)

    def _mixed(self, scaled: Sequence[float]) -> list[float]:
        """Return the components of a scaled point."""
        away = [value - mean for value, mean in zip(scaled, self._mean, strict=True)]
        mixed = []
        for weights in self._components:
            total = 0.0
            for value, weight in zip(away, weights, strict=True):
                total += value * weight
            mixed.append(total)
        return mixed


class _Centres:
    """Segments that are known by their centres: sums in plain numbers."""

    def __init__(self, rows: Sequence[Sequence[float]]) -> None:
        self._rows = tuple(tuple(row) for row in rows)

    def costs(self, point: Sequence[float]) -> list[float]:
        """Return the squared distance of a point to each centre."""
        return [_squared(point, row) for row in self._rows]

    def distance(self, point: Sequence[float], index: int) -> float:
        """Return the distance of a point to one centre."""
        return math.sqrt(_squared(point, self._rows[index]))


class _Clusters:
    """Segments of any other kind: arrays do the work."""

    def __init__(self, clustering: Clustering) -> None:
        self._clustering = clustering

    def costs(self, point: Sequence[float]) -> list[float]:
        """Return the cost of each segment, and of none last if that may be."""
        found: list[float] = self._clustering.costs(np.array([point]))[0].tolist()
        return found

    def distance(self, point: Sequence[float], index: int) -> float:
        """Return how far a point is from one segment."""
        return float(self._clustering.distances(np.array([point]))[0, index])


class _Tree:
    """The rules, followed for one customer; each leaf's words are put together once."""

    def __init__(self, rules: Rules, features: Sequence[str]) -> None:
        place = {name: index for index, name in enumerate(features)}
        self._rules = rules
        self._sources = tuple((name, place.get(name)) for name in rules.columns)
        self._said: dict[int, tuple[int, str]] = {}

    def follow(self, values: Mapping[str, object], filled: Sequence[float]) -> tuple[int, str]:
        """Return the tree's segment, and the rule that held, in words."""
        rules = self._rules
        node = 0
        while (column := rules.feature[node]) >= 0:
            value = self._value(column, values, filled)
            left = value <= rules.threshold[node] if value == value else rules.missing_left[node]
            node = rules.left[node] if left else rules.right[node]
        if node not in self._said:
            row = [self._value(c, values, filled) for c in range(len(self._sources))]
            self._said[node] = rules.follow(row)
        return self._said[node]

    def _value(self, column: int, values: Mapping[str, object], filled: Sequence[float]) -> float:
        """Return what the tree sees in a column: a feature filled, another as it is."""
        name, feature = self._sources[column]
        if feature is not None:
            return filled[feature]
        value = values.get(name)
        return value if type(value) is float else _MISSING


def _unlike(unlike: bool, reached: bool) -> str:
    """Say how far a customer is from everyone; empty if he is not."""
    if not reached:
        return (
            "No segment reaches this customer: nobody among the customers that make up a segment "
            "is near enough."
        )
    if not unlike:
        return ""
    return (
        "This customer is unlike anyone seen in training; read the segment as the nearest, not as "
        "a fit."
    )


def _or(bound: float | None, otherwise: float) -> float:
    """Return a bound, or what stands for none."""
    return otherwise if bound is None else bound


def _transformed(part: ScaledFeature, value: float) -> float:
    """Return a value on the scale that its feature is measured on."""
    if part.transform != "log1p":
        return value
    return math.log(min(max(value, 0.0), LARGEST) + 1.0)


def _limited(value: float) -> float:
    """Return a number whose square can be added up."""
    return min(max(value, -LARGEST), LARGEST)


def _squared(point: Sequence[float], centre: Sequence[float]) -> float:
    """Return the squared distance, added up left to right."""
    total = 0.0
    for here, there in zip(point, centre, strict=True):
        away = here - there
        total += away * away
    return total


def _said(value: object) -> str:
    """Return a value as a person would write it."""
    if not isinstance(value, float | int):
        return str(value)
    return f"{value:,.10g}" if abs(value) >= 10_000 else f"{value:.10g}"  # years without a comma
