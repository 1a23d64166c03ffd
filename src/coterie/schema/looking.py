"""What can be seen of a table's columns in a few passes over all rows, on any engine."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from coterie.schema.columns import ROW
from coterie.schema.known import Meaning, names_a_code, names_an_id

Sort = Literal["number", "flag", "date", "text", "other"]

COLUMNS_AT_ONCE = 250
"""Columns asked of the engine in one query: SQL engines choke on queries of megabytes."""

FEW_VALUES = 200
"""A whole-numbered column with a wider range than this is not looked at as a code."""

LARGEST_CHOICES = 200
"""More values than this are not listed."""

MOST_LISTED = 500
"""Columns whose values are listed, those with fewest values first; each is a query of its own."""

FIRST_ROWS = 1_000
"""Rows whose text is read as text, for what patterns of an engine cannot tell."""

PATTERNS = {
    "emails": r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$",
    "phones": (
        r"^(\+|00)[0-9][0-9() ./-]{5,18}$|^\(?0[0-9]{2,5}[ ()/-]+[0-9][0-9 /-]{3,14}$"
        r"|^\(?[0-9]{3}\)?[-. ][0-9]{3}[-. ][0-9]{4}$"
    ),
    "cards": r"^[0-9]{13,19}$|^[0-9]{4}([ -][0-9]{4}){3}$|^[0-9]{4}[ -][0-9]{6}[ -][0-9]{5}$",
    "codes": r"^[^ ]*[0-9][^ ]*$",
}
"""What personal data, and codes, look like; Python, Rust and C++ read these patterns alike."""


@dataclass
class Look:
    """What was seen of one column.

    Attributes
    ----------
    name : str
    sort : {"number", "flag", "date", "text", "other"}
        By its type; a flag here is a Boolean.
    rows, count : int
        Rows of the table, and how many of them have a value here.
    low, high : float, str or None
        Smallest and largest value of a number; ISO dates of a date.
    whole : bool
        All numbers are whole.
    unique : int or None
        How many different values; None where it was not counted because it decides nothing.
    outside : int
        Values outside the bounds that its meaning has.
    median : float or None
    length : float
        Mean number of characters of a text.
    emails, phones, cards, codes : int
        Values of a text that look like one; a code is one word with a digit in it.
    first : tuple of str
        Some values of a text, or of a number of many digits.
    choices : dict of str to int
        Values and how often they occur, most frequent first; empty where there are many.
    """

    name: str
    sort: Sort
    rows: int = 0
    count: int = 0
    low: Any = None
    high: Any = None
    whole: bool = False
    unique: int | None = None
    outside: int = 0
    median: float | None = None
    length: float = 0.0
    emails: int = 0
    phones: int = 0
    cards: int = 0
    codes: int = 0
    first: tuple[str, ...] = ()
    choices: dict[str, int] = field(default_factory=dict)

    @property
    def missing(self) -> float:
        """Share of rows without a value, 0 to 1."""
        return 1.0 - self.count / self.rows if self.rows else 1.0

    @property
    def constant(self) -> bool:
        """True if all values there are equal."""
        if self.unique is not None:
            return self.unique <= 1
        return bool(self.low == self.high)


def look_at(frame: nw.LazyFrame[Any], known: Mapping[str, Meaning | None]) -> dict[str, Look]:
    """Look at every column of a table: lazy frame -> what was seen, by name.

    Parameters
    ----------
    frame : nw.LazyFrame
        Typed columns, and ROW.
    known : mapping of str to Meaning or None
        What the columns' names say.
    """
    types = frame.collect_schema()
    looks = {n: Look(n, _sort_of(t)) for n, t in types.items() if not n.startswith("__")}
    for names in _batches([n for n, look in looks.items() if look.sort != "other"]):
        _look_once(frame, [looks[n] for n in names], known)
    for names in _batches([n for n, look in looks.items() if look.count]):
        _look_twice(frame, [looks[n] for n in names])
    listed = sorted((look for look in looks.values() if _listable(look)), key=_variety)
    for names in _batches([look.name for look in listed[:MOST_LISTED]]):
        _list_choices(frame, [looks[n] for n in names])
    texts = [look for look in looks.values() if look.sort == "text" and look.count]
    for look in texts:
        if look.choices:
            _match_choices(look)
    for names in _batches([look.name for look in texts if _variety(look) > LARGEST_CHOICES]):
        _match_texts(frame, [looks[n] for n in names])
    long = [k for k in looks.values() if _has_many_digits(k)]
    _read_first(frame, [k for k in texts if k.cards and not k.choices] + long)
    return looks


def one_row(frame: nw.LazyFrame[Any], wanted: Sequence[nw.Expr]) -> list[Any]:
    """Evaluate aggregates over a table: one value for each of `wanted`, in their order."""
    if not wanted:
        return []
    named = [expression.alias(f"a{i}") for i, expression in enumerate(wanted)]
    row = next(iter(frame.select(*named).collect().iter_rows(named=True)))
    return [row[f"a{i}"] for i in range(len(wanted))]


def one_group(frame: nw.LazyFrame[Any], wanted: Sequence[nw.Expr]) -> list[Any]:
    """Evaluate aggregates as `one_row` does; several times faster on Polars for quantiles."""
    if not wanted:
        return []
    named = [expression.alias(f"a{i}") for i, expression in enumerate(wanted)]
    whole = frame.with_columns((nw.col(ROW) * 0).alias("__all__"))
    rows = list(whole.group_by("__all__").agg(*named).collect().iter_rows(named=True))
    return [rows[0][f"a{i}"] for i in range(len(wanted))] if rows else [None] * len(wanted)


def group_sizes(frame: nw.LazyFrame[Any], names: Sequence[str]) -> nw.LazyFrame[Any]:
    """Count rows by the values of some columns: columns ``__k0__``, ``__k1__`` ..., ``__n__``.

    The keys get plain names, because some engines do not quote them.
    """
    keys = [f"__k{i}__" for i in range(len(names))]
    plain = frame.select(*(nw.col(n).alias(key) for n, key in zip(names, keys, strict=True)))
    return plain.group_by(*keys).agg(nw.len().cast(nw.Int64).alias("__n__"))


def finite(value: Any) -> float | None:
    """Return an aggregate as a finite float, or None."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def floats(table: nw.DataFrame[Any], name: str) -> NDArray[np.float64]:
    """Return a column of numbers as an array, NaN where a value is missing."""
    return table.get_column(name).cast(nw.Float64).to_numpy().astype(np.float64, copy=False)


def _sort_of(dtype: Any) -> Sort:
    """Say what a type is good for."""
    if dtype.is_numeric():
        return "number"
    if dtype == nw.Boolean:
        return "flag"
    if dtype in (nw.Date, nw.Datetime):
        return "date"
    return "text" if dtype in (nw.String, nw.Categorical, nw.Enum) else "other"


def _batches(names: list[str]) -> Iterator[list[str]]:
    """Cut a list of columns into pieces that one query can carry."""
    for begin in range(0, len(names), COLUMNS_AT_ONCE):
        yield names[begin : begin + COLUMNS_AT_ONCE]


def _look_once(
    frame: nw.LazyFrame[Any], looks: list[Look], known: Mapping[str, Meaning | None]
) -> None:
    """Fill in what one cheap pass tells: counts, extremes, whole numbers, patterns."""
    wanted: list[nw.Expr] = [nw.len()]
    keys: list[tuple[Look, str]] = []
    for look in looks:
        for key, expression in _first_questions(look, known.get(look.name)).items():
            keys.append((look, key))
            wanted.append(expression)
    rows, *answers = one_row(frame, wanted)
    for look in looks:
        look.rows = int(rows)
    for (look, key), answer in zip(keys, answers, strict=True):
        if key in ("low", "high"):
            known_sort = look.sort == "date"
            setattr(look, key, _iso(answer) if known_sort else finite(answer))
        elif key == "length":
            look.length = float(answer or 0.0)
        elif key == "fractions":
            look.whole = not int(answer or 0)
        else:
            setattr(look, key, int(answer or 0))


def _first_questions(look: Look, meaning: Meaning | None) -> dict[str, nw.Expr]:
    """Return what is asked of a column in the first pass."""
    column = nw.col(look.name)
    asked = {"count": column.count()}
    if look.sort == "number":
        asked |= {"low": column.min(), "high": column.max()}
        asked["fractions"] = _how_many((column % 1) != 0)
        if meaning is not None and (meaning.lower is not None or meaning.upper is not None):
            asked["outside"] = _how_many(_beyond(column, meaning.lower, meaning.upper))
    elif look.sort == "date":
        asked |= {"low": column.min(), "high": column.max()}
    elif look.sort == "flag":
        whole = column.cast(nw.Int64)
        asked |= {"low": whole.min(), "high": whole.max()}
    elif look.sort == "text":
        text = column.cast(nw.String)
        asked["unique"] = text.n_unique()
        asked["length"] = text.str.len_chars().mean()
    return asked


def _look_twice(frame: nw.LazyFrame[Any], looks: list[Look]) -> None:
    """Fill in medians, and how many different values where that can decide something."""
    for look in looks:
        if look.sort == "text" and look.unique is not None and look.count < look.rows:
            look.unique -= 1  # a missing value was counted as a value of its own
    numbers = [look for look in looks if look.sort == "number" and look.low is not None]
    medians = [nw.col(n.name).quantile(0.5, interpolation="linear") for n in numbers]
    for look, median in zip(numbers, one_group(frame, medians), strict=True):
        look.median = finite(median)
    counted = [look for look in numbers if _worth_counting(look)]
    uniques = one_row(frame, [nw.col(look.name).n_unique() for look in counted])
    for look, unique in zip(counted, uniques, strict=True):
        look.unique = int(unique) - int(look.count < look.rows)


def _worth_counting(look: Look) -> bool:
    """Return whether the number of different values can decide what a number is."""
    if not look.whole or look.high is None or look.low is None:
        return False
    span = look.high - look.low
    return bool(
        span <= FEW_VALUES
        or span == look.count - 1
        or look.low >= 1e12
        or names_an_id(look.name)
        or names_a_code(look.name)
    )


def _listable(look: Look) -> bool:
    """Return whether the values of a column are few enough to list."""
    if not look.count or look.unique is None:
        return False
    if look.sort == "text":
        return look.unique <= LARGEST_CHOICES
    return look.sort == "number" and (
        look.unique <= 2 or (look.unique <= LARGEST_CHOICES and names_a_code(look.name))
    )


def _list_choices(frame: nw.LazyFrame[Any], looks: list[Look]) -> None:
    """Count the values of columns that have few, in one pass."""
    pieces = []
    for i, look in enumerate(looks):
        counted = group_sizes(frame, [look.name])
        choice = nw.col("__k0__").cast(nw.String).alias("__choice__")
        place = nw.lit(i).cast(nw.Int64).alias("__place__")
        pieces.append(counted.select(place, choice, "__n__"))
    # Not unpivot: on DuckDB it reads only relations of the default connection.
    table = nw.concat(pieces, how="vertical").collect()
    found: list[list[tuple[int, str]]] = [[] for _ in looks]
    for row in table.iter_rows(named=True):
        if row["__choice__"] is not None:
            found[row["__place__"]].append((-int(row["__n__"]), row["__choice__"]))
    for look, pairs in zip(looks, found, strict=True):
        look.choices = {choice: -count for count, choice in sorted(pairs)}


def _variety(look: Look) -> int:
    """Return how many different values a column has."""
    return look.unique or 0


def _has_many_digits(look: Look) -> bool:
    """Return whether numbers are as long as those of cards, and fit an int64."""
    if look.sort != "number" or not look.whole or look.low is None or look.high is None:
        return False
    return bool(look.low >= 1e12 and look.high < 9e18)


def _match_choices(look: Look) -> None:
    """Count the values that look like personal data, where all values are listed."""
    look.first = tuple(look.choices)
    for key, pattern in PATTERNS.items():
        matched = [n for choice, n in look.choices.items() if re.search(pattern, choice)]
        setattr(look, key, sum(matched))


def _match_texts(frame: nw.LazyFrame[Any], looks: list[Look]) -> None:
    """Count the values that look like personal data, on the engine."""
    wanted = [
        _how_many(nw.col(look.name).cast(nw.String).str.contains(pattern))
        for look in looks
        for pattern in PATTERNS.values()
    ]
    answers = iter(one_row(frame, wanted))
    for look in looks:
        for key in PATTERNS:
            setattr(look, key, int(next(answers) or 0))


def _read_first(frame: nw.LazyFrame[Any], looks: list[Look]) -> None:
    """Fetch some values of the columns that look like card numbers."""
    looks = looks[:COLUMNS_AT_ONCE]
    if not looks:
        return
    some = frame.filter(nw.col(ROW) < FIRST_ROWS).sort(ROW)
    columns = [
        nw.col(k.name).cast(nw.Int64) if k.sort == "number" else nw.col(k.name) for k in looks
    ]
    table = some.select(
        *(c.cast(nw.String).alias(f"v{i}") for i, c in enumerate(columns))
    ).collect()
    for i, look in enumerate(looks):
        look.first = tuple(v for v in table.get_column(f"v{i}").to_list() if v is not None)


def _how_many(condition: nw.Expr) -> nw.Expr:
    """Count the rows for which a condition holds; missing values do not."""
    return condition.cast(nw.Int64).sum()


def _beyond(column: nw.Expr, lower: float | None, upper: float | None) -> nw.Expr:
    """Return whether a value lies outside its bounds."""
    if lower is None:
        return column > upper
    return column < lower if upper is None else (column < lower) | (column > upper)


def _iso(value: Any) -> str | None:
    """Return a date or a time as the ISO form of its day."""
    return None if value is None else str(value)[:10]
