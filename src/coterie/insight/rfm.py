"""Scores for recency, frequency and monetary value, by breaks that are kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import narwhals as nw

from coterie.errors import ConfigError, RecordError
from coterie.schema.looking import one_row
from coterie.schema.spelling import find_name

MEASURES = ("recency", "frequency", "monetary")
COLUMNS = {"recency": "recency_days", "frequency": "frequency", "monetary": "monetary"}
"""Measure -> the column it is in, where nothing else is said."""

SCORES = 5
"""Scores run from 1 to 5 in the classic grid."""


@dataclass(frozen=True)
class RfmBreaks:
    """Where one score ends and the next begins: plain numbers, kept with a model.

    A customer's scores follow from these and from the customer alone, so that nobody's score
    moves because others did.

    Attributes
    ----------
    recency : tuple of float
        In days, ascending. A customer at most as many days away as the first gets the highest
        score.
    frequency, monetary : tuple of float
        In orders and money, ascending. A customer above the last gets the highest score. Equal
        breaks pass a score over: so it is where many customers have the same value, who always
        get the same score.

    Raises
    ------
    ConfigError
        If there is no break, or breaks are missing, descending or no numbers.
    """

    recency: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]

    def __post_init__(self) -> None:
        faults = [fault for name in MEASURES if (fault := _break_fault(name, getattr(self, name)))]
        if not faults and len({len(getattr(self, name)) for name in MEASURES}) > 1:
            faults = ["Recency, frequency and monetary need as many breaks as each other."]
        if faults:
            raise ConfigError(faults)

    @property
    def highest(self) -> int:
        """The highest score; the lowest is 1."""
        return len(self.recency) + 1

    def expressions(self, columns: Mapping[str, str] = COLUMNS) -> list[nw.Expr]:
        """Return ``r_score``, ``f_score`` and ``m_score`` of a table: whole numbers from 1.

        Missing where the customer's value is.
        """
        return [self._score(name, columns[name]).alias(f"{name[0]}_score") for name in MEASURES]

    def score(self, record: Mapping[str, Any]) -> tuple[int, int, int]:
        """Return the scores (recency, frequency, monetary) of one customer.

        Parameters
        ----------
        record : mapping of str to float
            With ``recency_days``, ``frequency`` and ``monetary``, in any usual spelling.

        Raises
        ------
        RecordError
            If one of them is missing or no number.
        """
        values = _values_of(record)
        found = []
        for name, value in zip(MEASURES, values, strict=True):
            above = sum(value > each for each in getattr(self, name))
            found.append(self.highest - above if name == "recency" else 1 + above)
        return found[0], found[1], found[2]

    def _score(self, name: str, column: str) -> nw.Expr:
        """Return one score as an expression."""
        value = nw.col(column).cast(nw.Float64)
        above = nw.lit(0)
        for each in getattr(self, name):
            above = above + (value > each).cast(nw.Int64)
        score = self.highest - above if name == "recency" else above + 1
        return nw.when(~value.is_null()).then(score).cast(nw.Int64)

    def to_dict(self) -> dict[str, list[float]]:
        """Return plain JSON values."""
        return {name: list(getattr(self, name)) for name in MEASURES}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> RfmBreaks:
        """Build from `to_dict`'s result.

        Raises
        ------
        ConfigError
            If it is not that.
        """
        if not isinstance(plain, Mapping) or set(plain) != set(MEASURES):
            raise ConfigError([f"Breaks are lists of numbers for {', '.join(MEASURES)}."])
        lists = [plain[name] for name in MEASURES]
        if not all(isinstance(each, list | tuple) for each in lists):
            raise ConfigError([f"Breaks are lists of numbers for {', '.join(MEASURES)}."])
        return cls(*(tuple(each) for each in lists))


def _break_fault(name: str, breaks: Sequence[Any]) -> str:
    """Say what is wrong with the breaks of one measure; empty if nothing is."""
    numbers = all(
        isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each)
        for each in breaks
    )
    said = ", ".join(f"{each:g}" if numbers else str(each) for each in breaks) or "none"
    if not breaks or not numbers:
        return f"The breaks of {name} must be one number or more; they are {said}."
    if any(later < earlier for earlier, later in pairwise(breaks)):
        return f"The breaks of {name} must ascend; they are {said}."
    return ""


def _values_of(record: Mapping[str, Any]) -> list[float]:
    """Return recency, frequency and monetary value of a record."""
    found = []
    for column in COLUMNS.values():
        name = find_name(column, record)
        value = record.get(name) if name is not None else None
        try:
            number = float(value) if value is not None else math.nan
        except (TypeError, ValueError):
            number = math.nan
        if math.isnan(number):
            raise RecordError(
                f"{column} must be a number to score a customer by; it is "
                f"{'missing' if value is None else repr(value)[:40]}."
            )
        found.append(number)
    return found


def fit_breaks(
    frame: nw.LazyFrame[Any], *, columns: Mapping[str, str] = COLUMNS, scores: int = SCORES
) -> RfmBreaks:
    """Put breaks where each score gets as nearly an equal share of customers as ties allow.

    Parameters
    ----------
    frame : nw.LazyFrame
        One row a customer.
    columns : mapping of str to str
        Measure -> column.
    scores : int
        2 or more.

    Returns
    -------
    RfmBreaks

    Raises
    ------
    ConfigError
        If a column is missing or has no number.

    Examples
    --------
    >>> import polars as pl
    >>> customers = pl.LazyFrame({"recency_days": range(1, 12), "frequency": range(11),
    ...                           "monetary": [5.0] * 11})
    >>> fit_breaks(nw.from_native(customers)).recency
    (3.0, 5.0, 7.0, 9.0)
    """
    if scores < 2:
        raise ValueError(f"scores={scores} should be >= 2")
    types = frame.collect_schema()
    faults = [
        f"There is no column {columns[name]} of numbers to score {name} by. "
        "'coterie customers' makes it from order lines."
        for name in MEASURES
        if columns[name] not in types or not types[columns[name]].is_numeric()
    ]
    if faults:
        raise ConfigError(faults)
    cuts = [step / scores for step in range(1, scores)]
    found = one_row(
        frame,
        [
            nw.col(columns[name]).cast(nw.Float64).quantile(cut, "linear")
            for name in MEASURES
            for cut in cuts
        ],
    )
    if any(value is None for value in found):
        raise ConfigError(["A column to score customers by has no value at all."])
    whole = one_row(
        frame,
        [
            (nw.col(columns[name]) == nw.col(columns[name]).cast(nw.Int64)).cast(nw.Int64).min()
            for name in MEASURES
        ],
    )
    size = len(cuts)
    # Engines differ in the last digits of a quantile, and a break is to be read by people: between
    # whole numbers the lower one parts the same customers.
    numbers = [float(f"{float(value):.12g}") for value in found]
    numbers = [math.floor(n) * 1.0 if whole[j // size] else n for j, n in enumerate(numbers)]
    return RfmBreaks(*(tuple(numbers[size * j : size * (j + 1)]) for j in range(3)))
