"""Frames of pandas, Polars, Arrow, DuckDB and others -> one Polars frame of plain types."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw
import numpy as np

from coterie.errors import UnreadableTableError
from coterie.schema.notes import Note
from coterie.tables.headers import clean_names

if TYPE_CHECKING:
    import polars as pl


def frame_kind(source: object) -> str | None:
    """Return ``"pandas"``, ``"polars"``, ``"polars-lazy"``, ``"arrow"`` ..., or None."""
    import polars as pl

    if isinstance(source, pl.DataFrame | pl.Series):
        return "polars"
    if isinstance(source, pl.LazyFrame):
        return "polars-lazy"
    package = type(source).__module__.split(".", 1)[0].lstrip("_")
    kinds = {"pandas": "pandas", "pyarrow": "arrow", "duckdb": "duckdb"}
    if package in kinds:
        return kinds[package]
    try:
        return str(nw.get_native_namespace(nw.from_native(source)).__name__)
    except TypeError:
        return None


def to_polars(source: Any, kind: str) -> pl.DataFrame:
    """Return a frame's content as Polars.

    Raises
    ------
    UnreadableTableError
        If it cannot be read (a lazy query that fails, for example).
    """
    import polars as pl

    try:
        if isinstance(source, pl.Series):
            return source.to_frame()
        if kind == "polars":
            return cast("pl.DataFrame", source)
        if kind == "polars-lazy":
            return cast("pl.DataFrame", source.collect())
        if kind == "pandas":
            return _from_pandas(source)
        if kind in ("arrow", "duckdb") or hasattr(source, "__arrow_c_stream__"):
            return pl.DataFrame(source)
        frame = nw.from_native(source)
        if isinstance(frame, nw.LazyFrame):
            return cast("pl.DataFrame", frame.collect("polars").to_native())
        return cast("pl.DataFrame", frame.to_polars())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = str(error).split("\n", 1)[0][:160]
        raise UnreadableTableError(
            f"The {kind} frame cannot be read ({reason}). Hand in the data itself."
        ) from None


def _from_pandas(source: Any) -> pl.DataFrame:
    """Convert column by column, so that neither pyarrow nor clean columns are needed."""
    import polars as pl

    if getattr(source, "ndim", 2) == 1:
        source = source.to_frame()
    if any(name is not None for name in source.index.names):
        names = [name if name is not None else "" for name in source.index.names]
        source = source.reset_index(names=_free(names, list(source.columns)))
    columns = [
        _pandas_column(source.iloc[:, place]).alias(f"c{place}") for place in range(source.shape[1])
    ]
    frame = pl.DataFrame(columns)
    return _with_names(frame, [_name_of(name) for name in source.columns])


def _free(names: Sequence[object], taken: Sequence[object]) -> list[object]:
    """Return names for the index that no column has."""
    return [f"{name or 'index'}_index" if name in taken or name == "" else name for name in names]


def _name_of(name: object) -> str:
    """Return a column's name as text; the parts of a name of several levels are joined."""
    if isinstance(name, tuple):
        return "_".join(str(part) for part in name if str(part))
    return str(name)


def _with_names(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Name the columns for now: unique, in order; `plain_types` cleans them."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        # A tail that no person types keeps equal names apart until they are cleaned.
        unique.append(name if seen[name] == 1 else f"{name}\x00{seen[name]}")
    frame.columns = unique
    return frame


def _pandas_column(column: Any) -> pl.Series:
    """Convert one pandas Series."""
    import polars as pl

    kind = column.dtype
    if isinstance(kind, np.dtype) and kind.kind in "biuf":
        values = column.to_numpy()
        if kind.kind == "f":
            values = values.astype(np.float64)
            return pl.Series(values, nan_to_null=True)
        return pl.Series(values)
    if isinstance(kind, np.dtype) and kind.kind == "M":
        return pl.Series(column.to_numpy().astype("datetime64[us]"))
    blank = column.isna().to_numpy()
    values = column.astype(object).to_numpy()
    return from_values([None if gone else v for v, gone in zip(values, blank, strict=True)])


def from_values(values: list[Any]) -> pl.Series:
    """Convert Python values of any types: of one kind, to that; mixed, to text."""
    import polars as pl

    kinds = {type(value) for value in values if value is not None}
    numbers = all(issubclass(kind, int | float | np.number) for kind in kinds)
    if not kinds or kinds <= {str}:
        return pl.Series(values, dtype=pl.String)
    if kinds <= {bool, np.bool_}:
        return pl.Series([None if v is None else bool(v) for v in values], dtype=pl.Boolean)
    try:
        if numbers and all(issubclass(kind, int | np.integer) for kind in kinds):
            return pl.Series([None if v is None else int(v) for v in values], dtype=pl.Int64)
        if numbers:
            return pl.Series([None if v is None else float(v) for v in values], dtype=pl.Float64)
    except (OverflowError, TypeError):  # a whole number beyond 64 bits
        values = [None if v is None else _float(v) for v in values]
        return pl.Series(values, dtype=pl.Float64)
    if all(issubclass(kind, date) for kind in kinds):
        moments = [None if v is None else _naive(v) for v in values]
        return pl.Series(moments, dtype=pl.Datetime("us"))
    return pl.Series([None if v is None else _text(v) for v in values], dtype=pl.String)


def _float(value: Any) -> float:
    """Return a number as a float; infinity beyond what one can hold."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _naive(value: date) -> datetime:
    """Return a datetime without time zone (UTC)."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    offset = value.utcoffset()
    plain = value.replace(tzinfo=None) - offset if offset else value.replace(tzinfo=None)
    return datetime(plain.year, plain.month, plain.day, plain.hour, plain.minute, plain.second)


def _text(value: object) -> str:
    """Return any Python value as text that UTF-8 can hold."""
    try:
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    except Exception:  # a stranger's __str__ may raise anything
        text = f"<{type(value).__name__}>"
    return text.encode("utf-8", "replace").decode("utf-8")


def plain_types(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Note, ...]]:
    """Clean the names, and bring every column to a plain type.

    Columns in -> the same columns as Int64, Float64, Boolean, Date, Datetime or String.
    """
    import polars as pl

    raw = [name.split("\x00", 1)[0] for name in frame.columns]
    names, notes = clean_names(raw)
    columns = [_plain(frame.to_series(place)).alias(name) for place, name in enumerate(names)]
    return pl.DataFrame(columns), notes


def _plain(column: pl.Series) -> pl.Series:
    """Bring one column to a plain type."""
    import polars as pl

    kind = column.dtype
    if kind in (pl.String, pl.Boolean, pl.Date, pl.Int64, pl.Float64):
        return column
    if kind.is_integer():
        whole = column.cast(pl.Int64, strict=False)
        same = whole.null_count() == column.null_count()
        return whole if same else column.cast(pl.Float64)
    if kind.is_float() or kind.is_decimal():
        return column.cast(pl.Float64)
    if isinstance(kind, pl.Datetime):
        zoned = (
            column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            if kind.time_zone
            else column
        )
        return zoned.cast(pl.Datetime("us"))
    if kind == pl.Duration:
        return (column.dt.total_milliseconds() / 86_400_000).cast(pl.Float64)
    if kind in (pl.Categorical, pl.Enum, pl.Time):
        return column.cast(pl.String)
    if kind == pl.Null:
        return column.cast(pl.String)
    return from_values(column.to_list())


def content_fingerprint(frame: pl.DataFrame) -> str:
    """Return the SHA-256 of a frame's names, types and values, however it is kept in memory."""
    import polars as pl

    digest = hashlib.sha256()
    for column in frame.get_columns():
        digest.update(f"{column.name}\x00{column.dtype}\x00{column.len()}\x00".encode())
        digest.update(np.packbits(column.is_null().to_numpy()).tobytes())
        if column.dtype == pl.String:
            text = column.fill_null("")
            digest.update(text.str.len_bytes().to_numpy().tobytes())
            digest.update("".join(text.to_list()).encode("utf-8", "surrogatepass"))
        else:
            plain = column.to_physical().cast(
                pl.Float64 if column.dtype == pl.Float64 else pl.Int64
            )
            digest.update(np.ascontiguousarray(plain.fill_null(0).to_numpy()).tobytes())
    return digest.hexdigest()
