"""Order lines by customer, in parts that fit into memory: all lines of one customer are in one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from coterie.prepare.transactions import OrderColumns
from coterie.prepare.transactions_lines import customer_id
from coterie.schema import ROW

if TYPE_CHECKING:
    import polars as pl

PART_ROWS = 400_000
"""Lines that are looked at together."""

STEP_ROWS = 200_000

_WHO = "__who__"


def in_parts(
    frame: nw.LazyFrame[Any],
    columns: OrderColumns,
    rows: int,
    folder: Path,
    part_rows: int = PART_ROWS,
) -> list[nw.LazyFrame[Any]]:
    """Part order lines by customer: lazy frame of lines -> lazy frames of the same columns.

    Equal lines are in the same part, and lines stand in their order. A table that is small enough
    is its one part; the parts of others lie in a folder.

    Parameters
    ----------
    frame : nw.LazyFrame
        A table as it was opened, on Polars.
    columns : OrderColumns
    rows : int
        Lines of the table.
    folder : Path
        Exists and is empty; stays for as long as the parts are used.
    part_rows : int
        Lines of a part, about.
    """
    import polars as pl

    many = math.ceil(rows / part_rows)
    if many <= 1:
        return [frame]
    written: list[list[Path]] = [[] for _ in range(many)]
    for step, lines in enumerate(_slices(frame, rows)):
        who = customer_id(columns.customer, nw.from_native(lines).schema[columns.customer])
        named = nw.from_native(lines).with_columns(who.alias(_WHO)).to_native()
        for part, some in _apart(named, columns.date, many):
            path = folder / f"part-{part:04d}-{step:06d}.parquet"
            some.write_parquet(path, compression="lz4")
            written[part].append(path)
    return [nw.from_native(pl.scan_parquet(paths)) for paths in written if paths]


def _apart(lines: pl.DataFrame, date: str, many: int) -> Iterator[tuple[int, pl.DataFrame]]:
    """Return the lines of each part."""
    import polars as pl

    # Lines without a customer are many: their day parts them, and equal ones stay together.
    nameless = pl.col(_WHO).is_null()
    place = pl.when(nameless).then(pl.col(date).hash(1)).otherwise(pl.col(_WHO).hash(1)) % many
    placed = lines.with_columns(place.alias(_WHO))
    parts = placed.partition_by(_WHO, as_dict=True, include_key=False, maintain_order=True)
    for (part,), some in parts.items():
        yield int(part), some


def _slices(frame: nw.LazyFrame[Any], rows: int) -> Iterator[pl.DataFrame]:
    """Return the lines, so many at a time, in their order."""
    import polars as pl

    native: Any = frame.to_native()
    if not isinstance(native, pl.LazyFrame):
        native = frame.collect("polars").to_native().lazy()
    for start in range(0, rows, STEP_ROWS):
        yield native.slice(start, STEP_ROWS).collect()


def count_lines(frame: nw.LazyFrame[Any]) -> int:
    """Return how many lines a table has."""
    return int(frame.select(nw.col(ROW).len()).collect().item())
