"""Look at a table and decide what cleaning it needs; only cleaning drops rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

import narwhals as nw

from coterie.prepare.cleansing import REASON, Bound, Cleaning, all_of
from coterie.prepare.derived import Derived
from coterie.prepare.duplicates import plan_duplicates
from coterie.prepare.fences import reach_of
from coterie.schema import ROW, Column, Schema
from coterie.schema.infer import OLDEST
from coterie.schema.known import names_the_future
from coterie.schema.looking import finite, one_group, one_row
from coterie.schema.notes import Note

__all__ = ["REASON", "Bound", "Cleaning", "plan_cleaning"]

LARGEST = 1e100
"""Numbers beyond cannot be computed with: their squares would overflow."""

EXAMPLES = 5

FURTHER = 3.0
"""So many times as far out a value is hardly true: the reader should decide on it."""

FEW = 0.01
"""A larger share of values far out is a tail or a group, not a few outliers."""

T = TypeVar("T")


def plan_cleaning(
    frame: nw.LazyFrame[Any],
    schema: Schema,
    *,
    as_of: date | None = None,
    impute: bool = True,
    features: Sequence[str] = (),
    derived: Sequence[Derived] = (),
) -> Cleaning:
    """Look at a table and decide what cleaning it needs.

    Parameters
    ----------
    frame : nw.LazyFrame
        As opened: typed columns and ROW.
    schema : Schema
    as_of : date or None
        Dates behind it, and years of birth that would make someone older than 120 or not yet
        born, are impossible.
    impute : bool
        False drops rows in which one of `features` is missing.
    features, derived :
        What the fit uses; needed only where `impute` is False, and can be given later by
        `Cleaning.requiring`.

    Returns
    -------
    Cleaning
        With notes on everything that was found, with counts and examples.
    """
    present = set(frame.collect_schema().names())
    columns = [c for c in schema if c.name in present]
    numbers = _numbers(frame, columns)
    plan = Cleaning(usable=_usable(columns))
    plan, notes = _plan_bounds(plan, frame, numbers, as_of)
    plan, more = _plan_dates(plan, frame, columns, as_of)
    notes += more
    plan, more = plan_duplicates(plan, frame, schema)
    notes += more
    plan, more = _plan_missing(plan, frame, columns)
    notes += more
    notes += _outliers(plan, frame, [c for c in numbers if c.role == "feature"])
    plan = replace(plan, notes=tuple(notes))
    return plan if impute or not features else plan.requiring(features, derived)


def _numbers(frame: nw.LazyFrame[Any], columns: Sequence[Column]) -> list[Column]:
    """Return the columns of numbers that are used at all."""
    types = frame.collect_schema()
    return [
        c
        for c in columns
        if c.kind in ("number", "flag") and c.role != "ignore" and types[c.name].is_numeric()
    ]


def _usable(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the columns of which a row needs at least one value."""
    numbers = [c.name for c in columns if c.kind in ("number", "flag") and c.role == "feature"]
    dates = [c.name for c in columns if c.kind == "date" and c.role != "ignore" and c.meaning]
    return tuple(numbers + dates)


def _plan_bounds(
    plan: Cleaning, frame: nw.LazyFrame[Any], numbers: Sequence[Column], as_of: date | None
) -> tuple[Cleaning, list[Note]]:
    """Find values that cannot be: outside a column's bounds, or too large to compute with."""
    extremes = _chunked(
        frame,
        numbers,
        lambda c: [nw.col(c.name).min(), nw.col(c.name).max()],
    )
    types = frame.collect_schema()
    bounds, notes, found = [], [], []
    for column, (low, high) in zip(numbers, extremes, strict=True):
        # A known column may be an input of computed ones, in which large numbers would overflow.
        summed = types[column.name].is_float() and bool(column.meaning)
        bound = _bound_of(column, as_of, summed or max(_size(low), _size(high)) > LARGEST)
        if bound is None:
            continue
        bounds.append(bound)
        if low is not None and (bound.forbids(float(low)) or bound.forbids(float(high))):
            found.append((column, bound))
    for column, bound in found:
        count = int(one_row(frame, [bound.impossible().cast(nw.Int64).sum()])[0] or 0)
        notes.append(
            _impossible_note(column, count, _examples(frame, bound.impossible(), column.name))
        )
    return replace(plan, bounds=tuple(bounds)), notes


def _bound_of(column: Column, as_of: date | None, huge: bool) -> Bound | None:
    """Return what a column cannot be, or None where it can be anything."""
    lower, upper = column.lower, column.upper
    if column.meaning == "birth_year" and as_of is not None:
        oldest = float(as_of.year - OLDEST)
        lower = oldest if lower is None else max(lower, float(as_of.year - 120))
        upper = float(as_of.year) if upper is None else min(upper, float(as_of.year))
    if huge:
        lower = -LARGEST if lower is None else lower
        upper = LARGEST if upper is None else min(upper, LARGEST)
    if lower is None and upper is None:
        return None
    return Bound(column.name, lower, upper)


def _impossible_note(column: Column, count: int, examples: Sequence[str]) -> Note:
    """Report impossible values, with up to five of them."""
    told = ", ".join(examples) + (", ..." if count > len(examples) else "")
    noun = "value is" if count == 1 else "values are"
    text = f"{column.name}: {count:,} {noun} impossible ({told}) and treated as missing."
    return Note("impossible", text, column.name, count)


def _plan_dates(
    plan: Cleaning, frame: nw.LazyFrame[Any], columns: Sequence[Column], as_of: date | None
) -> tuple[Cleaning, list[Note]]:
    """Find dates behind the day that everything is counted to."""
    types = frame.collect_schema()
    dates = [
        c
        for c in columns
        if c.kind == "date" and types[c.name] in (nw.Date, nw.Datetime) and c.role != "ignore"
        and not names_the_future(c.name)
    ]  # fmt: skip
    if as_of is None or not dates:
        return plan, []
    late = [nw.col(c.name).cast(nw.Date) > nw.lit(as_of) for c in dates]
    counts = one_row(frame, [condition.cast(nw.Int64).sum() for condition in late])
    notes, latest = [], {}
    for column, condition, count in zip(dates, late, counts, strict=True):
        if count:
            latest[column.name] = as_of.isoformat()
            examples = _examples(frame, condition, column.name)
            told = ", ".join(e[:10] for e in examples) + (", ..." if count > len(examples) else "")
            noun = "date lies" if count == 1 else "dates lie"
            text = (
                f"{column.name}: {int(count):,} {noun} after {as_of.isoformat()} ({told}) and "
                f"{'is' if count == 1 else 'are'} treated as missing."
            )
            notes.append(Note("impossible", text, column.name, int(count)))
    return replace(plan, latest=latest), notes


def _plan_missing(
    plan: Cleaning, frame: nw.LazyFrame[Any], columns: Sequence[Column]
) -> tuple[Cleaning, list[Note]]:
    """Count what is missing, once impossible values are blanked, and rows without any value."""
    blanked = plan.blanked(frame)
    rows = int(one_row(frame, [nw.len()])[0])
    told = [c for c in columns if c.role != "ignore"]
    counts = [rows - int(c[0]) for c in _chunked(blanked, told, lambda c: [nw.col(c.name).count()])]
    missing = {c.name: count for c, count in zip(told, counts, strict=True) if count}
    empty_cells = [
        rows - int(c[0]) for c in _chunked(frame, told, lambda c: [nw.col(c.name).count()])
    ]
    notes = [_missing_note(c, n, rows) for c, n in zip(told, empty_cells, strict=True) if n]
    if any(name not in missing for name in plan.usable):
        return replace(plan, usable=(), missing=missing), notes
    if plan.usable:
        nothing = all_of([nw.col(n).is_null() for n in plan.usable])
        empty = int(one_row(blanked, [nothing.cast(nw.Int64).sum()])[0] or 0)
        if empty:
            noun = "row has" if empty == 1 else "rows have"
            text = f"{empty:,} {noun} no value to find groups by and are set aside."
            text = text.replace("are set", "is set") if empty == 1 else text
            notes.append(Note("missing", text, None, empty))
        else:
            plan = replace(plan, usable=())
    return replace(plan, missing=missing), notes


def _missing_note(column: Column, count: int, rows: int) -> Note:
    """Report missing values."""
    noun = "value is" if count == 1 else "values are"
    text = f"{column.name}: {count:,} {noun} missing ({_percent(count / rows)})."
    return Note("missing", text, column.name, count)


def _outliers(plan: Cleaning, frame: nw.LazyFrame[Any], numbers: Sequence[Column]) -> list[Note]:
    """Report values far from all others, on the plain scale and on the log scale too."""
    numbers = [c for c in numbers if c.kind == "number"]
    blanked = plan.blanked(frame)
    quartiles = _chunked(
        blanked,
        numbers,
        lambda c: [nw.col(c.name).quantile(q, interpolation="linear") for q in (0.25, 0.75)],
        one_group,
    )
    rows = int(one_row(blanked, [nw.len()])[0])
    reach = reach_of(rows)
    suspects = []
    for column, (low, high) in zip(numbers, quartiles, strict=True):
        fences = _outer_fences(finite(low), finite(high), reach)
        if fences is not None:
            further = _outer_fences(finite(low), finite(high), FURTHER * reach) or fences
            suspects.append((column, _outside(column, fences), _outside(column, further)))
    counts = _chunked(blanked, suspects, lambda s: [far.cast(nw.Int64).sum() for far in s[1:]])
    return [
        _outlier_note(column, int(count), _examples(blanked, far, column.name), bool(extreme))
        for (column, far, _), (count, extreme) in zip(suspects, counts, strict=True)
        if count and count <= max(3, FEW * rows)
    ]


def _outside(column: Column, fences: tuple[float, float]) -> nw.Expr:
    """Return whether a value lies outside of two fences."""
    value = nw.col(column.name)
    return (value < fences[0]) | (value > fences[1])


def _outlier_note(column: Column, count: int, examples: Sequence[str], extreme: bool) -> Note:
    """Report values far from all others, with up to five of them."""
    told = ", ".join(examples) + (", ..." if count > len(examples) else "")
    noun = "value lies" if count == 1 else "values lie"
    kept = "It stays as it is" if count == 1 else "They stay as they are"
    text = f"{column.name}: {count:,} {noun} far from all others ({told}). {kept}; a fit caps "
    text += "it." if count == 1 else "them."
    return Note("outlier", text, column.name, count, "warning" if extreme else "info")


def _outer_fences(
    low: float | None, high: float | None, reach: float
) -> tuple[float, float] | None:
    """Return where values are far out on both scales, `reach` interquartile ranges away."""
    if low is None or high is None or not high > low:
        return None
    below, above = low - reach * (high - low), high + reach * (high - low)
    if low > 0:
        ratio = reach * (math.log1p(high) - math.log1p(low))
        above = max(above, math.expm1(min(700.0, math.log1p(high) + ratio)))
        below = min(below, math.expm1(math.log1p(low) - ratio))
    return below, above


def _chunked(
    frame: nw.LazyFrame[Any],
    columns: Sequence[T],
    questions: Callable[[T], list[nw.Expr]],
    ask: Callable[[nw.LazyFrame[Any], Sequence[nw.Expr]], list[Any]] = one_row,
) -> list[list[Any]]:
    """Ask the same of many columns, some hundred at once."""
    answers: list[list[Any]] = []
    for begin in range(0, len(columns), 250):
        part = columns[begin : begin + 250]
        each = [questions(column) for column in part]
        flat = ask(frame, [question for one in each for question in one])
        step = len(each[0])
        answers += [flat[j * step : (j + 1) * step] for j in range(len(part))]
    return answers


def _examples(frame: nw.LazyFrame[Any], condition: nw.Expr, name: str) -> list[str]:
    """Return the first few values for which a condition holds, each once."""
    rows = frame.filter(condition).select(ROW, nw.col(name)).sort(ROW).head(50)
    values = dict.fromkeys(_said(v) for v in rows.collect().get_column(name).to_list())
    return list(values)[:EXAMPLES]


def _said(value: Any) -> str:
    """Return a value as a person would write it."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    number = float(value)
    if number == int(number) and abs(number) < 1e15:
        return f"{int(number)}" if 1000 < number < 3000 else f"{int(number):,}"
    return f"{number:,.6g}" if abs(number) < 1e6 else f"{number:.3g}"


def _size(value: Any) -> float:
    """Return the size of a number; 0 for a missing one."""
    return abs(float(value)) if value is not None else 0.0


def _percent(share: float) -> str:
    """Return a share as a person would say it."""
    return "less than 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")
