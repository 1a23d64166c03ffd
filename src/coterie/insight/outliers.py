"""The customers least like any segment, and in what: features as far out, in their own units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coterie.insight.wording import capital, own_unit, plain_label, say

if TYPE_CHECKING:
    from coterie.schema import Column

MOST_REASONS = 3
# Nine in ten of a segment's customers lie within what is called usual.
_USUAL = (0.05, 0.95)
_FEWEST = 20
# A feature that makes up less of the distance than this is no reason.
_LEAST_PART = 0.1


@dataclass(frozen=True)
class Reason:
    """One feature in which a customer is unlike the nearest segment.

    Attributes
    ----------
    column : str
    value, low, high : float
        The customer's, and between what nine in ten of the segment's customers lie, in the
        column's unit.
    part : float
        Share of the squared distance that it makes up, 0 to 1.
    sentence : str
    """

    column: str
    value: float
    low: float
    high: float
    part: float
    sentence: str


@dataclass(frozen=True)
class Outlier:
    """One customer who is like no segment, or hardly like one.

    Attributes
    ----------
    row : int
        Row of the table, from 1.
    customer : str
        The id in the table; empty where it has no column of ids.
    segment_id : int
        Where he is placed; 0 for none.
    nearest : str
        Name of the nearest segment.
    farness : float
        Distance to it, in parts of what 99 in 100 of its customers in training keep within (of
        dense groups: in parts of their reach). Above 1 is unusual.
    reasons : tuple of Reason
        The feature that counts most first.
    """

    row: int
    customer: str
    segment_id: int
    nearest: str
    farness: float
    reasons: tuple[Reason, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain = {key: getattr(self, key) for key in self.__dataclass_fields__}
        return {**plain, "reasons": [vars(reason) for reason in self.reasons]}


@dataclass(frozen=True, eq=False)
class Usual:
    """What is usual in each segment: arrays of shape (n_segments, n_features).

    Attributes
    ----------
    low, high : ndarray
        Between these nine in ten lie, in raw units.
    middle : ndarray
        Median in scaled units.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    middle: NDArray[np.float64]


def usual_values(
    raw: NDArray[np.float64], scaled: NDArray[np.float64], nearest: NDArray[np.int64], k: int
) -> Usual:
    """Learn from a table what is usual; of a segment with few customers, from all of them.

    Parameters
    ----------
    raw, scaled : ndarray of float, shape (n, n_features)
        Without gaps.
    nearest : ndarray of int, shape (n,)
        Index of the nearest segment.
    k : int
    """
    shape = (k, raw.shape[1])
    low, high, middle = np.empty(shape), np.empty(shape), np.empty(shape)
    for index in range(k):
        own = nearest == index
        rows = own if own.sum() >= _FEWEST else np.ones(len(raw), dtype=bool)
        low[index], high[index] = np.quantile(raw[rows], _USUAL, axis=0)
        middle[index] = np.median(scaled[rows], axis=0)
    return Usual(low, high, middle)


def explain_distance(
    raw: NDArray[np.float64],
    scaled: NDArray[np.float64],
    usual: Usual,
    nearest: int,
    columns: Sequence[Column],
    name: str,
) -> tuple[Reason, ...]:
    """Say in which features one customer is unlike a segment, most unlike first.

    Parameters
    ----------
    raw, scaled : ndarray of float, shape (n_features,)
        Of the customer, not capped.
    usual : Usual
    nearest : int
        Index of the segment.
    columns : sequence of Column
    name : str
        Of the segment.
    """
    away = scaled - usual.middle[nearest]
    parts = away**2 / max(float(away @ away), 1e-300)
    reasons: list[Reason] = []
    for j in np.argsort(-parts, kind="stable")[:MOST_REASONS]:
        if parts[j] < _LEAST_PART and reasons:
            break
        value, low, high = (
            float(x) for x in (raw[j], usual.low[nearest, j], usual.high[nearest, j])
        )
        reasons.append(
            Reason(
                columns[j].name,
                value,
                low,
                high,
                float(parts[j]),
                _sentence(columns[j], value, low, high, name),
            )
        )
    return tuple(reasons)


def _sentence(column: Column, value: float, low: float, high: float, name: str) -> str:
    """Say how far out a value is."""
    label = capital(plain_label(column))
    if column.kind == "flag":
        return f"{label}: {'yes' if value > 0 else 'no'}, unlike most of {name}"
    unit = own_unit(column)
    # Shares come as 0 to 1 or as 0 to 100, and are said as the former.
    times = 0.01 if unit == "%" and max(value, high) > 1.0 else 1.0
    mine, least, most = (say(times * x, unit) for x in (value, low, high))
    if low <= value <= high:
        return f"{label} {mine}, at the edge of what is usual in {name} ({least} to {most})"
    side = "above" if value > high else "below"
    return f"{label} {mine}, {side} what is usual in {name} ({least} to {most})"
