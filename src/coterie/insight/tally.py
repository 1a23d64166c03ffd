"""The counting behind profiles: one grouped pass over the table, on any engine."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

if TYPE_CHECKING:
    from coterie.schema import Column, Schema

LARGEST_CHOICES = 40
"""Choices of a category that are counted one by one; rarer ones are counted as "other"."""

OTHER = "other"

MOST_COLUMNS = 200
"""Columns described beside the features of the fit; of a wider table, the first in its order."""

_QUANTILES = (("q10", 0.10), ("median", 0.50), ("q90", 0.90))
_YES = ("1", "yes", "y", "true", "t")
_GROUP = "__group__"

Tally = Mapping[Any, Any]


@dataclass(frozen=True)
class Plan:
    """What is counted: the columns by how they are described.

    Attributes
    ----------
    numbers, rates : tuple of str
    choices : dict of str to tuple of str
        Category to its choices, most frequent first.
    yes : dict of str to str
        For flags written as text: the value that means yes.
    """

    numbers: tuple[str, ...]
    rates: tuple[str, ...]
    choices: dict[str, tuple[str, ...]]
    yes: dict[str, str]


def plan_tally(frame: nw.LazyFrame[Any], schema: Schema, features: tuple[str, ...]) -> Plan:
    """Decide how each column is described.

    Raises
    ------
    ValueError
        If a feature is no column of the frame, or a number is not one there.
    """
    types = frame.collect_schema()
    if absent := [name for name in features if name not in types]:
        raise ValueError(f"The frame has no column {', '.join(absent)}, which the fit used.")
    numbers, rates, unknown = [], [], []
    choices: dict[str, tuple[str, ...]] = {}
    yes: dict[str, str] = {}
    beside = 0
    for column in schema:
        if column.name not in types or not _described(column, features):
            continue
        beside += column.name not in features
        if beside > MOST_COLUMNS and column.name not in features:
            continue
        countable = types[column.name].is_numeric() or types[column.name] == nw.Boolean
        if column.kind == "number":
            if not countable:
                raise ValueError(f"{column.name} is a number in the schema, text in the frame.")
            numbers.append(column.name)
        elif column.kind == "flag" and (countable or _yes_of(column)):
            rates.append(column.name)
            if not countable:
                yes[column.name] = _yes_of(column)
        elif column.choices:
            choices[column.name] = column.choices[:LARGEST_CHOICES]
        else:
            unknown.append(column.name)
    choices |= _look_up_choices(frame, unknown)
    return Plan(tuple(numbers), tuple(rates), choices, yes)


def run_tally(frame: nw.LazyFrame[Any], plan: Plan, label: str) -> tuple[dict[int, Tally], Tally]:
    """Count each group, and all rows; NaN and infinite values count as missing.

    Returns
    -------
    dict of int to figures, and the same figures of all rows
        Keys are ``"n"`` and pairs such as ``("mean", column)``. Group 0 holds the rows without
        a segment, if there are any.
    """
    keys, expressions = _expressions(plan)
    group = nw.col(label).fill_null(0).cast(nw.Int64)
    mended = _finite(frame, plan)
    clean = frame.with_columns(*mended) if mended else frame
    grouped = clean.with_columns(group.alias(_GROUP)).group_by(_GROUP).agg(*expressions)
    # A group of everything is several times faster on Polars than quantiles in a select.
    whole = clean.with_columns((group * 0).alias(_GROUP)).group_by(_GROUP).agg(*expressions)
    groups = {int(row[_GROUP]): _read(row, keys, plan) for row in _rows(grouped)}
    everything = [_read(row, keys, plan) for row in _rows(whole)]
    if not everything:
        raise ValueError("There is no row to describe.")
    return groups, everything[0]


def _described(column: Column, features: tuple[str, ...]) -> bool:
    if column.name in features:
        return column.kind in ("number", "flag", "category")
    useful = column.kind in ("number", "flag", "category") and not column.personal
    return useful and column.role in ("feature", "response")


def _yes_of(column: Column) -> str:
    """Return the choice of a text flag that means yes; empty if none does."""
    return next((choice for choice in column.choices if choice.lower() in _YES), "")


def _look_up_choices(frame: nw.LazyFrame[Any], names: list[str]) -> dict[str, tuple[str, ...]]:
    """Count the choices of categories whose schema does not list them."""
    if not names:
        return {}
    found: dict[str, list[tuple[int, str]]] = {name: [] for name in names}
    for name, choice, n in tally_choices(frame, names):
        found[name].append((-n, choice))
    return {
        name: tuple(choice for _, choice in sorted(pairs)[:LARGEST_CHOICES])
        for name, pairs in found.items()
    }


def tally_choices(frame: nw.LazyFrame[Any], names: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Yield column, value and count of every value of text columns, in one query.

    Not by `unpivot`: Narwhals 2.28 runs that on DuckDB's default connection only.
    """
    parts = [
        frame.select(nw.lit(index).alias("index"), nw.col(name).cast(nw.String).alias("choice"))
        .group_by("index", "choice")
        .agg(nw.len().alias("n"))
        for index, name in enumerate(names)
    ]
    for row in _rows(nw.concat(parts)):
        if row["choice"] is not None:
            yield names[int(row["index"])], row["choice"], int(row["n"])


def _finite(frame: nw.LazyFrame[Any], plan: Plan) -> list[nw.Expr]:
    """Return the columns to be counted, as numbers, with null for what is not finite."""
    types = frame.collect_schema()
    clean: list[nw.Expr] = []
    for name in (*plan.numbers, *plan.rates):
        column = nw.col(name)
        if types[name].is_float():
            clean.append(nw.when(column.is_finite()).then(column).alias(name))
        elif types[name] == nw.Boolean:
            clean.append(column.cast(nw.Int64))
        elif name in plan.yes:
            clean.append((column == plan.yes[name]).cast(nw.Int64).alias(name))
    return clean


def _expressions(plan: Plan) -> tuple[list[Any], list[nw.Expr]]:
    """Return what is counted, as keys, and how, under the names ``f0``, ``f1`` ..."""
    wanted: list[tuple[Any, nw.Expr]] = [("n", nw.len())]
    for name in plan.numbers:
        column = nw.col(name)
        wanted += [
            (("count", name), column.count()),
            (("mean", name), column.mean()),
            (("std", name), column.std(ddof=1)),
            (("min", name), column.min()),
            (("max", name), column.max()),
        ]
        for figure, share in _QUANTILES:
            wanted.append(((figure, name), column.quantile(share, interpolation="linear")))
    for name in plan.rates:
        wanted.append((("count", name), nw.col(name).count()))
        wanted.append((("yes", name), (nw.col(name) > 0).cast(nw.Int64).sum()))
    for name, choices in plan.choices.items():
        wanted.append((("count", name), nw.col(name).count()))
        text = nw.col(name).cast(nw.String)
        for choice in choices:
            wanted.append((("choice", name, choice), (text == choice).cast(nw.Int64).sum()))
    keys = [key for key, _ in wanted]
    return keys, [expression.alias(f"f{index}") for index, (_, expression) in enumerate(wanted)]


def _read(row: Mapping[str, Any], keys: list[Any], plan: Plan) -> Tally:
    """Turn one row of ``f0``, ``f1`` ... into figures: whole counts, finite numbers or None."""
    figures: dict[Any, Any] = {}
    for index, key in enumerate(keys):
        value = row[f"f{index}"]
        if key == "n" or key[0] in ("count", "yes", "choice"):
            figures[key] = int(value or 0)
        else:
            known = value is not None and math.isfinite(value)
            figures[key] = float(value) if known else None
    for name, choices in plan.choices.items():
        counts = {choice: figures["choice", name, choice] for choice in choices}
        rest = figures["count", name] - sum(counts.values())
        if rest > 0:
            counts[OTHER] = counts.get(OTHER, 0) + rest
        figures["choices", name] = counts
    return figures


def _rows(lazy: nw.LazyFrame[Any]) -> list[dict[str, Any]]:
    """Collect a small result as plain rows."""
    return list(lazy.collect().iter_rows(named=True))
