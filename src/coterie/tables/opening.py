"""open_table: the only door; whatever comes in leaves as a Table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from coterie.errors import ConfigError, EmptyTableError, NoNumbersError
from coterie.schema import ROW, DateOrder
from coterie.tables.base import Table
from coterie.tables.files import fingerprint, read_bytes, read_file
from coterie.tables.frames import content_fingerprint, frame_kind, plain_types, to_polars
from coterie.tables.typed import Asked, type_columns

if TYPE_CHECKING:
    import polars as pl


def open_table(
    source: Any,
    *,
    dates: DateOrder | None = None,
    sheet: str | int | None = None,
    orders: Mapping[str, DateOrder] | None = None,
) -> Table:
    """Open a customer table, wherever it is and however it is written.

    Parameters
    ----------
    source : str, path or frame
        A file (CSV, TSV, other separated text, these packed with gzip, Excel, Parquet, Arrow), or
        a frame of pandas, Polars (eager or lazy), PyArrow, DuckDB or anything Narwhals takes.
    dates : {"dmy", "mdy", "ymd"} or None
        How dates are read where no value of a column decides.
    sheet : str, int or None
        Sheet of a workbook, by name or by number from 0; None for the first that has cells.
    orders : mapping of str to {"dmy", "mdy", "ymd"} or None
        Column -> order that is known already; it is not questioned.

    Returns
    -------
    Table

    Raises
    ------
    MissingFileError, EmptyTableError, UnreadableTableError, UnknownSeparatorError, NoNumbersError
        If there is no table to be had from `source`; the message says why.
    DateOrderError
        If no value of a date column decides its order, and neither `dates` nor `orders` does.
    ConfigError
        If `dates` or `orders` says what is no order.
    TypeError
        If `source` is neither a path nor a frame.

    Examples
    --------
    >>> import polars as pl
    >>> table = open_table(pl.DataFrame({"age": ["31", "n/a"], "joined": ["4-Sep-12", None]}))
    >>> table.frame.collect().to_native().schema["age"], table.orders
    (Int64, {'joined': 'dmy'})
    """
    _check_orders(dates, orders or {})
    if isinstance(source, str | Path):
        path = Path(source)
        data = read_bytes(path)
        read, kind = read_file(data, path.name, sheet)
        frame, notes, semicolons = read.frame, read.notes, read.semicolons
        print_, name = fingerprint(data), path.name
        if kind in ("parquet", "arrow"):
            frame, notes = plain_types(frame)
    else:
        source = nw.to_native(source, pass_through=True)
        found = frame_kind(source)
        if found is None:
            raise TypeError(
                f"open_table takes a path or a frame; it was given {type(source).__name__}."
            )
        kind, name, semicolons = found, f"{found} frame", False
        frame, notes = plain_types(to_polars(source, kind))
        print_ = content_fingerprint(frame)
    if not frame.width or not frame.height:
        raise EmptyTableError(
            f"{name} has no rows or no columns. Coterie needs at least one of each."
        )
    typed, more, found_orders = type_columns(frame, Asked(dates, orders or {}, semicolons))
    _need_numbers(typed, name)
    return Table(_numbered(typed), name, (*notes, *more), found_orders, kind, print_)


def _check_orders(dates: DateOrder | None, orders: Mapping[str, DateOrder]) -> None:
    """Raise ConfigError for what is no order of dates."""
    wrong = [
        order for order in (dates, *orders.values()) if order not in (None, "dmy", "mdy", "ymd")
    ]
    if wrong:
        raise ConfigError([f"The order of dates is dmy, mdy or ymd; it is {wrong[0]}."])


def _need_numbers(frame: pl.DataFrame, name: str) -> None:
    """Raise NoNumbersError if no column has a number in it."""
    import polars as pl

    for column in frame.get_columns():
        number = column.dtype.is_numeric() or column.dtype == pl.Boolean
        if number and column.null_count() < column.len():
            return
    shown = ", ".join(frame.columns[:12]) + (", ..." if frame.width > 12 else "")
    raise NoNumbersError(
        f"{name} has no column of numbers to find groups in. It has: {shown}. "
        "Add a column such as age, income or spend."
    )


def _numbered(frame: pl.DataFrame) -> nw.LazyFrame[Any]:
    """Put the row number in front, and make the frame lazy."""
    import polars as pl

    numbered = frame.select(pl.int_range(pl.len(), dtype=pl.Int64).alias(ROW), pl.all())
    return nw.from_native(numbered.lazy())
