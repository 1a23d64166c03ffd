"""Exploration: what a table looks like before any group is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from coterie.insight.measuring import (
    LARGEST_DRAWN,
    LARGEST_MATRIX,
    Measured,
    correlate,
    count_bins,
    count_choices,
    find_extremes,
    map_missing,
    measure,
    measure_shape,
)

if TYPE_CHECKING:
    from coterie.schema import Schema

BLOCKS = 50
EXTREMES = 5
_INNER, _OUTER = 1.5, 3.0


@dataclass(frozen=True)
class Statistic:
    """One numeric column in figures; None where there are too few values to tell.

    `std` and `skew` are those of a sample, as pandas and spreadsheets give them: n - 1, and the
    adjusted third moment (Joanes and Gill, "Comparing Measures of Sample Skewness and
    Kurtosis", The Statistician 47:183, 1998, G1). Quantiles are interpolated linearly.
    """

    column: str
    label: str
    unit: str
    count: int
    missing: int
    mean: float | None
    std: float | None
    min: float | None
    q25: float | None
    median: float | None
    q75: float | None
    max: float | None
    skew: float | None


class Histogram(NamedTuple):
    """Counts between edges; a value on an edge counts to the right, the largest to the left."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Correlations:
    """Pearson's correlation of each two columns over the rows that have both.

    None in the matrix where a column does not vary, or fewer than two rows have both.
    """

    names: tuple[str, ...]
    matrix: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class Outliers:
    """Values far from the middle half of a column (Tukey's fences).

    Attributes
    ----------
    column : str
    mild : int
        Values more than 1.5 interquartile ranges outside the quartiles, extreme ones included.
    extreme : int
        Values more than 3 interquartile ranges outside.
    lower, upper : float
        The 1.5 fences.
    values : tuple of float
        The most extreme of them, at most five from each end, ascending.
    """

    column: str
    mild: int
    extreme: int
    lower: float
    upper: float
    values: tuple[float, ...]


@dataclass(frozen=True)
class MissingMap:
    """Where in the table values are missing.

    Attributes
    ----------
    columns : tuple of str
    first_rows : tuple of int
        Row number at which each block begins.
    shares : tuple of tuple of float, shape (n_columns, n_blocks)
        Share of each block's rows that lack the column.
    """

    columns: tuple[str, ...]
    first_rows: tuple[int, ...]
    shares: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Exploration:
    """A table before any group is looked for.

    Attributes
    ----------
    rows : int
    statistics : tuple of Statistic
        One for each number and flag.
    correlations : Correlations
        Of the columns that vary; of a very wide table, the first eighty.
    histograms : dict of column to Histogram
        Of a very wide table, of the first two hundred columns; so is the missing map.
    beyond : dict of column to int
        Values left out of the histogram, where a few far ones would press all others into a
        bar or two; they are counted in `outliers`.
    categories : dict of column to tuple of (value, count)
        Commonest first; beyond forty values, the rest together as "other".
    outliers : tuple of Outliers
        For each number (not flag), in the order of the schema.
    missing : dict of column to float
        Share of rows without a value, for every column of the schema.
    missing_map : MissingMap
        Of the columns that lack any value.
    """

    rows: int
    statistics: tuple[Statistic, ...]
    correlations: Correlations
    histograms: dict[str, Histogram]
    beyond: dict[str, int]
    categories: dict[str, tuple[tuple[str, int], ...]]
    outliers: tuple[Outliers, ...]
    missing: dict[str, float]
    missing_map: MissingMap

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self) | {
            "histograms": {
                name: {"edges": list(h.edges), "counts": list(h.counts)}
                for name, h in self.histograms.items()
            }
        }


def summarise(frame: nw.LazyFrame[Any], schema: Schema, *, bins: int = 30) -> Exploration:
    """Describe a table in six passes or fewer, whatever its size, on any engine.

    Parameters
    ----------
    frame : nw.LazyFrame
        The columns of `schema`, and `ROW`. NaN and infinite values count as missing.
    schema : Schema
        Its numbers and flags are measured, its categories counted; ids, dates, free text and
        personal data only take part in what is missing.
    bins : int
        Bars of a histogram; fewer where a column has fewer whole values.

    Returns
    -------
    Exploration

    Raises
    ------
    ValueError
        If `bins` is less than 1.
    """
    if bins < 1:
        raise ValueError(f"bins must be 1 or more; got {bins}.")
    types = frame.collect_schema()
    present = [column for column in schema if column.name in types and not column.personal]
    numeric = [
        c.name
        for c in present
        if c.numeric and (types[c.name].is_numeric() or types[c.name] == nw.Boolean)
    ]
    choices = [c.name for c in present if c.kind in ("category", "flag") and c.name not in numeric]
    every = [column.name for column in schema if column.name in types]
    basis = measure(frame, numeric, every)
    shapes = measure_shape(frame, basis, _INNER, _OUTER)
    numbers = [name for name in numeric if schema[name].kind == "number"]
    wide = [name for name in numbers if shapes[name].mild]
    extremes = find_extremes(frame, basis, wide[:LARGEST_MATRIX], _INNER, EXTREMES)
    varying, matrix = correlate(frame, basis)
    bars = count_bins(frame, basis, shapes, bins)
    lacking = [name for name in every if basis.missing[name]]
    return Exploration(
        rows=basis.rows,
        statistics=tuple(_statistic(schema, name, basis, shapes[name].skew) for name in numeric),
        correlations=Correlations(varying, matrix),
        histograms={name: Histogram(*found) for name, found in bars.items()},
        beyond={
            name: basis.figures[name].count - sum(counts)
            for name, (_, counts) in bars.items()
            if sum(counts) < basis.figures[name].count
        },
        categories=count_choices(frame, choices),
        outliers=tuple(
            _outliers(name, basis, shapes[name].mild, shapes[name].extreme, extremes)
            for name in numbers
            if basis.figures[name].q25 is not None
        ),
        missing={name: basis.missing[name] / basis.rows if basis.rows else 0.0 for name in every},
        missing_map=MissingMap(*map_missing(frame, basis, lacking[:LARGEST_DRAWN], BLOCKS)),
    )


def statistics_rows(exploration: Exploration) -> list[dict[str, Any]]:
    """Return the statistics as rows, as for ``statistics.csv``."""
    return [asdict(row) for row in exploration.statistics]


def _statistic(schema: Schema, name: str, basis: Measured, skew: float | None) -> Statistic:
    figures = basis.figures[name]
    return Statistic(
        column=name,
        label=schema[name].label,
        unit=schema[name].unit,
        count=figures.count,
        missing=basis.rows - figures.count,
        mean=figures.mean,
        std=figures.std,
        min=figures.min,
        q25=figures.q25,
        median=figures.median,
        q75=figures.q75,
        max=figures.max,
        skew=skew,
    )


def _outliers(
    name: str,
    basis: Measured,
    mild: int,
    extreme: int,
    extremes: Mapping[str, tuple[float, ...]],
) -> Outliers:
    lower, upper = basis.figures[name].fences(_INNER)
    return Outliers(name, mild, extreme, lower, upper, extremes.get(name, ()))
