"""A sample of the rows that is the same on every engine: by arithmetic on the row number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw

from coterie.schema import ROW

PRIME = 2_147_483_647
"""2^31 - 1, so that a product of two residues stays below 2^63."""

_FIRST, _SECOND = 48_271, 1_583_458_089


def draw_sample(
    frame: nw.LazyFrame[Any],
    n_rows: int,
    size: int,
    seed: int = 0,
    columns: Sequence[str] | None = None,
) -> nw.LazyFrame[Any]:
    """Draw rows without replacement: lazy frame -> lazy frame of at most `size` rows, by ROW.

    Each row gets a pseudo-random number from its row number and the seed by multiplication
    modulo a prime [1]_, with a square in between so that no regular step survives; the rows with
    the smallest numbers are drawn. The same rows come out of every engine.

    Parameters
    ----------
    frame : nw.LazyFrame
        With ROW.
    n_rows : int
        Rows of `frame`.
    size : int
        Rows to draw; all are kept where there are no more.
    seed : int
    columns : sequence of str, optional
        Columns to keep beside ROW; all if None.

    References
    ----------
    .. [1] D. H. Lehmer, "Mathematical methods in large-scale computing units", 1951; multiplier of
       S. K. Park and K. W. Miller, 1993.

    Examples
    --------
    >>> import polars as pl
    >>> rows = nw.from_native(pl.LazyFrame({ROW: range(100)}))
    >>> len(draw_sample(rows, 100, 10, seed=1).collect())
    10
    """
    kept = list(frame.collect_schema().names() if columns is None else [ROW, *columns])
    if n_rows <= size:
        return frame.select(*dict.fromkeys(kept)).sort(ROW)
    # So few numbers below this limit that fewer than `size` rows are left: ten sd away.
    limit = int(PRIME * min(1.0, (size + 10 * size**0.5 + 50) / n_rows))
    numbered = frame.select(*dict.fromkeys(kept), _shuffled(seed).alias("__draw__"))
    drawn = numbered.filter(nw.col("__draw__") <= limit).sort("__draw__", ROW).head(size)
    return drawn.drop("__draw__").sort(ROW)


def _shuffled(seed: int) -> nw.Expr:
    """ROW -> a whole number from 0 to PRIME - 1 that looks random."""
    offset = (seed * 1_000_003 + 12_345) % PRIME
    first = ((nw.col(ROW) % PRIME) * _FIRST + offset) % PRIME
    square = (first * first + offset) % PRIME
    return (square * _SECOND + first) % PRIME
