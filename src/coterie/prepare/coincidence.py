"""Whether equal rows of a table without ids could be different customers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import narwhals as nw

from coterie.schema.looking import group_sizes, one_row

DEPENDENCE = 3.0
"""How much likelier columns that go together agree than independent ones would, a column."""

NEARNESS = 5.0
"""The same for the one column by which nearly equal rows differ."""

IMPROBABLE = 1e-3


def could_be_chance(frame: nw.LazyFrame[Any], names: Sequence[str], extra: int) -> bool:
    """Return whether so many equal rows are to be expected of different customers.

    Two estimates of the expected number of equal pairs; rows are copies if either makes the
    observed number improbable (Poisson tail below 1 in 1,000):

    1. all pairs times the chance that two rows agree in every column, were the columns independent
       (the sum of squared shares of their values), times `DEPENDENCE` for each further column;
    2. the pairs that agree in all columns but the one with most values, times the chance that
       they agree there too, times `NEARNESS`. In a table of few values nearly equal rows are
       many; where rows were copied they are not.

    Parameters
    ----------
    frame : nw.LazyFrame
    names : sequence of str
        The columns that are equal.
    extra : int
        Rows that are equal to one before them.
    """
    rows = int(one_row(frame, [nw.len()])[0])
    pairs = rows * (rows - 1) / 2
    agree = {name: _agreement(frame, [name], rows) for name in names}
    logs = sum(math.log(max(share, 1e-300)) for share in agree.values())
    slack = (len(names) - 1) * math.log(DEPENDENCE)
    independent = math.exp(min(700.0, math.log(max(pairs, 1.0)) + logs + slack))
    expected = min(independent, _by_neighbours(frame, names, agree, rows))
    return poisson_tail(extra, expected) >= IMPROBABLE


def _by_neighbours(
    frame: nw.LazyFrame[Any], names: Sequence[str], agree: dict[str, float], rows: int
) -> float:
    """Expect equal pairs from the pairs that differ only in the column with most values."""
    varied = min(names, key=lambda name: agree[name])
    others = [name for name in names if name != varied]
    if not others:
        return math.inf
    pairs = rows * (rows - 1) / 2
    nearly = _agreement(frame, others, rows) * pairs
    equal = _agreement(frame, list(names), rows) * pairs
    share = min(agree[varied], 0.999)
    return max(nearly - equal, 0.5) * share / (1.0 - share) * NEARNESS


def _agreement(frame: nw.LazyFrame[Any], names: Sequence[str], rows: int) -> float:
    """Return the share of the pairs of rows that agree in all of some columns."""
    if rows < 2:
        return 0.0
    size = nw.col("__n__").cast(nw.Float64)
    pairs = one_row(group_sizes(frame, names), [(size * (size - 1.0)).sum()])[0]
    return float(pairs or 0.0) / (rows * (rows - 1.0))


def poisson_tail(count: int, mean: float) -> float:
    """Return the chance that a Poisson number with this mean is `count` or more.

    Examples
    --------
    >>> round(poisson_tail(1, 0.5), 4)
    0.3935
    """
    if count <= 0 or mean >= count:
        return 1.0
    if mean <= 0:
        return 0.0
    term = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
    total, step = 0.0, count
    while term > 0 and term > 1e-17 * total:
        total += term
        step += 1
        term *= mean / step
    return min(1.0, total)
