"""The passes behind an exploration, as expressions that any engine runs."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, NamedTuple

import narwhals as nw

from coterie.insight.tally import LARGEST_CHOICES, OTHER, tally_choices
from coterie.schema import ROW

Lazy = nw.LazyFrame[Any]

LARGEST_MATRIX = 80
"""Columns that are correlated with each other, or whose far values are listed; of a wider table,
the first."""
LARGEST_DRAWN = 200
"""Columns whose histogram and missing map are counted; of a wider table, the first."""
_AT_ONCE = 250
"""Columns measured in one query; the plan of a wider one takes longer than the work."""


@dataclass(frozen=True)
class Figures:
    """What one pass tells of a numeric column; None where it has no value."""

    count: int
    mean: float | None
    std: float | None
    min: float | None
    q25: float | None
    median: float | None
    q75: float | None
    max: float | None
    whole: bool

    def fences(self, reach: float) -> tuple[float, float]:
        """Return Tukey's fences, `reach` interquartile ranges outside the quartiles."""
        if self.q25 is None or self.q75 is None:
            raise ValueError("A column without values has no fences.")
        away = reach * (self.q75 - self.q25)
        largest = sys.float_info.max
        return max(self.q25 - away, -largest), min(self.q75 + away, largest)


class Shape(NamedTuple):
    """What a second pass tells: skew, and how many values lie outside the fences."""

    skew: float | None
    mild: int
    extreme: int


@dataclass(frozen=True)
class Measured:
    """The first pass: rows, figures of numeric columns, missing values of all columns."""

    rows: int
    last_row: int
    figures: dict[str, Figures]
    missing: dict[str, int]


def finite(frame: Lazy, names: Sequence[str]) -> Lazy:
    """Return `frame` with the columns as Float64, null for what is not finite."""
    types = frame.collect_schema()
    clean = []
    for name in names:
        column = nw.col(name)
        if types[name].is_float():
            column = nw.when(column.is_finite()).then(column)
        elif types[name] == nw.Boolean:
            column = column.cast(nw.Int64)
        clean.append(column.cast(nw.Float64).alias(name))
    return frame.with_columns(*clean) if clean else frame


def measure(frame: Lazy, numeric: Sequence[str], every: Sequence[str]) -> Measured:
    """Count, average and rank each numeric column, and count what is missing in all."""
    parts = [_measure(frame, numeric[i : i + _AT_ONCE], ()) for i in _steps(numeric)]
    others = [name for name in every if name not in set(numeric)]
    parts += [_measure(frame, (), others[i : i + _AT_ONCE]) for i in _steps(others)]
    if not parts:
        return _measure(frame, (), ())
    return Measured(
        parts[0].rows,
        parts[0].last_row,
        {name: known for part in parts for name, known in part.figures.items()},
        {name: lost for part in parts for name, lost in part.missing.items()},
    )


def _steps(names: Sequence[str]) -> range:
    """Return where each query's columns begin."""
    return range(0, len(names), _AT_ONCE)


def _measure(frame: Lazy, numeric: Sequence[str], every: Sequence[str]) -> Measured:
    """Measure a few columns in one query."""
    others = [name for name in every if name not in numeric]
    wanted: list[tuple[Any, nw.Expr]] = [("rows", nw.len())]
    if ROW in frame.collect_schema():
        wanted.append(("last", nw.col(ROW).max()))
    wanted += [(("missing", name), nw.col(name).is_null().cast(nw.Int64).sum()) for name in others]
    for name in numeric:
        column = nw.col(name)
        wanted += [
            (("count", name), column.count()),
            (("mean", name), column.mean()),
            (("std", name), column.std(ddof=1)),
            (("min", name), column.min()),
            (("max", name), column.max()),
            (("parts", name), (column != column.round(0)).cast(nw.Int64).sum()),
        ]
        for key, share in (("q25", 0.25), ("median", 0.5), ("q75", 0.75)):
            wanted.append(((key, name), column.quantile(share, interpolation="linear")))
    found = _one_row(finite(frame, numeric), wanted, grouped=True)
    rows = int(found["rows"])
    figures = {
        name: Figures(
            count=int(found["count", name] or 0),
            mean=_known(found["mean", name]),
            std=_known(found["std", name]),
            min=_known(found["min", name]),
            q25=_known(found["q25", name]),
            median=_known(found["median", name]),
            q75=_known(found["q75", name]),
            max=_known(found["max", name]),
            whole=not found["parts", name],
        )
        for name in numeric
    }
    missing = {name: int(found["missing", name] or 0) for name in others}
    missing |= {name: rows - figures[name].count for name in numeric}
    return Measured(rows, int(found.get("last") or rows - 1), figures, missing)


def measure_shape(frame: Lazy, basis: Measured, inner: float, outer: float) -> dict[str, Shape]:
    """Measure skew by centred moments, and count the values outside both fences."""
    names = list(basis.figures)
    found: dict[str, Shape] = {}
    for i in _steps(names):
        known = {name: basis.figures[name] for name in names[i : i + _AT_ONCE]}
        found |= _measure_shape(frame, replace(basis, figures=known), inner, outer)
    return found


def _measure_shape(frame: Lazy, basis: Measured, inner: float, outer: float) -> dict[str, Shape]:
    """Measure the shape of a few columns in one query."""
    wanted: list[tuple[Any, nw.Expr]] = [("rows", nw.len())]
    for name, known in basis.figures.items():
        column = nw.col(name)
        if known.q25 is not None:
            for key, reach in (("mild", inner), ("extreme", outer)):
                low, high = known.fences(reach)
                beyond = (column < low) | (column > high)
                wanted.append(((key, name), beyond.cast(nw.Int64).sum()))
        if known.mean is not None and known.std:
            # Scaled before it is cubed, so that large units cannot overflow.
            z = (column - known.mean) / known.std
            wanted.append((("third", name), (z * z * z).mean()))
    found = _one_row(finite(frame, list(basis.figures)), wanted)
    return {
        name: Shape(
            _sample_skew(_known(found.get(("third", name))), known.count),
            int(found.get(("mild", name)) or 0),
            int(found.get(("extreme", name)) or 0),
        )
        for name, known in basis.figures.items()
    }


def _sample_skew(third: float | None, n: int) -> float | None:
    """Return G1 from the mean cube of (x - mean) / std, std with n - 1."""
    if third is None or n < 3:
        return None
    return third * n * n / ((n - 1) * (n - 2))


def correlate(
    frame: Lazy, basis: Measured
) -> tuple[tuple[str, ...], tuple[tuple[float | None, ...], ...]]:
    """Correlate each two columns that vary, over the rows that have both.

    Columns are standardised first, so nothing cancels; sums over the rows of a pair are only
    taken apart where one of the two lacks values.
    """
    names = tuple(name for name, known in basis.figures.items() if known.std)[:LARGEST_MATRIX]
    standard = finite(frame, names)
    scaled = {
        name: (nw.col(name) - basis.figures[name].mean) / basis.figures[name].std for name in names
    }
    wanted: list[tuple[Any, nw.Expr]] = [("rows", nw.len())]
    for first, second in combinations(names, 2):
        x, y = scaled[first], scaled[second]
        wanted.append((("xy", first, second), (x * y).sum()))
        if basis.missing[first] or basis.missing[second]:
            # What is null on either side is null in these sums, and so left out.
            both = x * 0.0 + y * 0.0
            wanted += [
                (("n", first, second), both.count()),
                (("x", first, second), (x + both).sum()),
                (("y", first, second), (y + both).sum()),
                (("xx", first, second), (x * x + both).sum()),
                (("yy", first, second), (y * y + both).sum()),
            ]
    found = _one_row(standard, wanted) if len(names) > 1 else {}
    table: dict[tuple[str, str], float | None] = {(name, name): 1.0 for name in names}
    for first, second in combinations(names, 2):
        value = _pearson(found, first, second, basis.rows)
        table[first, second] = table[second, first] = value
    return names, tuple(tuple(table[row, column] for column in names) for row in names)


def _pearson(found: Mapping[Any, Any], first: str, second: str, rows: int) -> float | None:
    """Return the correlation of a pair from its sums; None where one side does not vary."""
    product = _known(found["xy", first, second])
    if product is None:
        return None
    if ("n", first, second) not in found:
        return max(-1.0, min(1.0, product / (rows - 1)))
    n = int(found["n", first, second])
    sums = [_known(found[key, first, second]) for key in ("x", "y", "xx", "yy")]
    if n < 2 or any(value is None for value in sums):
        return None
    x, y, xx, yy = (float(value or 0.0) for value in sums)
    spread = (xx - x * x / n) * (yy - y * y / n)
    if spread <= 1e-24:
        return None
    return max(-1.0, min(1.0, (product - x * y / n) / math.sqrt(spread)))


def bin_edges(known: Figures, bins: int) -> tuple[float, ...]:
    """Return the edges of a histogram; whole values get bars of whole width.

    Examples
    --------
    >>> bin_edges(Figures(4, 1.0, 1.0, 0.0, 0.0, 1.0, 2.0, 2.0, whole=True), 30)
    (-0.5, 0.5, 1.5, 2.5)
    """
    low, high = known.min, known.max
    if low is None or high is None or not math.isfinite(high - low):
        return ()
    if known.whole and max(abs(low), abs(high)) < 2**53:
        width = max(1, math.ceil((high - low + 1) / bins))
        n = math.ceil((high - low + 1) / width)
        return tuple(low - 0.5 + width * i for i in range(n + 1))
    if low == high:
        return (low - 0.5, high + 0.5)
    return (*(low + (high - low) * i / bins for i in range(bins)), high)


def drawn_range(known: Figures, extreme: int) -> Figures:
    """Return figures whose smallest and largest are those that a histogram shows.

    A few far values (at most two in a hundred) that would press all others into a third of the
    picture or less are left out: it ends at Tukey's outer fences then.
    """
    if known.q25 is None or known.min is None or known.max is None or known.q25 == known.q75:
        return known
    low, high = known.fences(3.0)
    low, high = max(low, known.min), min(high, known.max)
    stretched = known.max - known.min > 3.0 * (high - low)
    if not stretched or extreme > 0.02 * known.count:
        return known
    if known.whole:
        low, high = math.ceil(low), math.floor(high)
    return replace(known, min=float(low), max=float(high))


def count_bins(
    frame: Lazy, basis: Measured, shapes: Mapping[str, Shape], bins: int
) -> dict[str, tuple[tuple[float, ...], tuple[int, ...]]]:
    """Count every histogram in one query: all columns' bars, numbered through, under each other."""
    shown = {
        name: drawn_range(known, shapes[name].extreme) for name, known in basis.figures.items()
    }
    edges = {name: bin_edges(known, bins) for name, known in shown.items()}
    edges = dict([pair for pair in edges.items() if pair[1]][:LARGEST_DRAWN])
    if not edges:
        return {}
    numbered = []
    start, starts = 0, {}
    for name, each in edges.items():
        n = len(each) - 1
        width = (each[-1] - each[0]) / n
        inside = (nw.col(name) >= each[0]) & (nw.col(name) <= each[-1])
        bar = ((nw.col(name) - each[0]) / width).floor().clip(0, n - 1) + start
        numbered.append(nw.when(inside).then(bar.cast(nw.Int64)).alias(name))
        starts[name] = start
        start += n
    clean = finite(frame, list(edges))
    parts = [
        clean.select(bar.alias("bar")).group_by("bar").agg(nw.len().alias("n")) for bar in numbered
    ]
    counts = {
        row["bar"]: int(row["n"]) for row in _rows(nw.concat(parts)) if row["bar"] is not None
    }
    return {
        name: (each, tuple(counts.get(starts[name] + i, 0) for i in range(len(each) - 1)))
        for name, each in edges.items()
    }


def count_choices(frame: Lazy, names: Sequence[str]) -> dict[str, tuple[tuple[str, int], ...]]:
    """Count the values of each category in one query, commonest first."""
    if not names:
        return {}
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    for name, choice, n in tally_choices(frame, names):
        found[name].append((choice, n))
    result = {}
    for name, pairs in found.items():
        ranked = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
        rest = sum(n for _, n in ranked[LARGEST_CHOICES:])
        result[name] = (*ranked[:LARGEST_CHOICES], *(((OTHER, rest),) if rest else ()))
    return result


def find_extremes(
    frame: Lazy, basis: Measured, names: Sequence[str], reach: float, most: int
) -> dict[str, tuple[float, ...]]:
    """Return the values furthest outside the fences, at most `most` from each end."""
    if not names:
        return {}
    clean = finite(frame, names)
    parts = []
    for index, name in enumerate(names):
        low, high = basis.figures[name].fences(reach)
        value = nw.col(name).alias("value")
        tag = nw.lit(index).alias("index")
        for beyond, descending in ((nw.col(name) < low, False), (nw.col(name) > high, True)):
            part = clean.filter(beyond).select(tag, value)
            parts.append(part.sort("value", descending=descending).head(most))
    found: dict[str, list[float]] = {name: [] for name in names}
    for row in _rows(nw.concat(parts)):
        found[names[int(row["index"])]].append(float(row["value"]))
    return {name: tuple(sorted(values)) for name, values in found.items()}


def map_missing(
    frame: Lazy, basis: Measured, names: Sequence[str], blocks: int
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[tuple[float, ...], ...]]:
    """Return columns, first rows of blocks, and the share missing in each block."""
    if not names or ROW not in frame.collect_schema():
        return (), (), ()
    size = max(1, math.ceil((basis.last_row + 1) / blocks))
    numeric = [name for name in names if name in basis.figures]
    grouped = (
        finite(frame, numeric)
        .with_columns((nw.col(ROW) // size).alias("__block__"))
        .group_by("__block__")
        .agg(
            nw.len().alias("n"),
            *[
                nw.col(name).is_null().cast(nw.Int64).sum().alias(f"m{index}")
                for index, name in enumerate(names)
            ],
        )
    )
    found = sorted(_rows(grouped), key=lambda row: row["__block__"])
    shares = tuple(
        tuple(int(row[f"m{index}"]) / int(row["n"]) for row in found) for index in range(len(names))
    )
    return tuple(names), tuple(int(row["__block__"]) * size for row in found), shares


def _one_row(
    frame: Lazy, wanted: Sequence[tuple[Any, nw.Expr]], *, grouped: bool = False
) -> dict[Any, Any]:
    """Collect expressions that each give one value, under their keys.

    With quantiles among them they are `grouped`, as one group of all rows: in a plain select
    Polars takes many times longer over those.
    """
    named = [expression.alias(f"f{index}") for index, (_, expression) in enumerate(wanted)]
    if grouped:
        everything = frame.with_columns(nw.lit(0).alias("__all__")).group_by("__all__")
        found = _rows(everything.agg(*named))
    else:
        found = _rows(frame.select(*named))
    if not found:
        return {key: 0 if key == "rows" else None for key, _ in wanted}
    return {key: found[0][f"f{index}"] for index, (key, _) in enumerate(wanted)}


def _rows(lazy: Lazy) -> list[dict[str, Any]]:
    """Collect a small result as plain rows."""
    return list(lazy.collect().iter_rows(named=True))


def _known(value: Any) -> float | None:
    """Return a finite float, or None."""
    return float(value) if value is not None and math.isfinite(value) else None
