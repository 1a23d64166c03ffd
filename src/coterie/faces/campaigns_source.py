"""Where campaigns are read from: what 'segment' wrote, a bundle with a table, or a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.errors import InputError, MissingColumnsError, MissingFileError
from coterie.schema import DateOrder

if TYPE_CHECKING:
    from coterie.segmentation import Segmentation
    from coterie.workflow.campaigns import Labelled

BUNDLE = "segmentation.zip"
CUSTOMERS = ("customers.parquet", "customers.csv")


def open_labelled(
    source: Path, *, customers: Path | None = None, dates: DateOrder | None = None
) -> Labelled:
    """Open customers with their segments.

    Parameters
    ----------
    source : Path
        The folder that 'segment' wrote, the bundle in it, or a table with a column
        ``segment_id`` (or ``segment``).
    customers : Path, optional
        A table to place by the bundle first; by default the labelled customers beside it.
    dates : {"dmy", "mdy", "ymd"}, optional

    Raises
    ------
    CoterieError
        If there is no such file, or it has no segments.
    """
    if source.is_dir() or source.suffix.lower() == ".zip":
        return _beside(source, customers, dates)
    if customers is not None:
        raise InputError(f"--customers goes with a bundle; {source.name} is a table itself.")
    return _table_with_segments(source, dates)


def _beside(source: Path, customers: Path | None, dates: DateOrder | None) -> Labelled:
    """Open a bundle and the customers that belong to it."""
    from coterie.stores.bundle import load_bundle

    bundle = source / BUNDLE if source.is_dir() else source
    if not bundle.exists():
        raise MissingFileError(
            f"There is no {bundle}. Give the folder that 'coterie segment' wrote, or a table of "
            "customers with a column segment_id."
        )
    segmentation = load_bundle(bundle)
    if customers is not None:
        return _labelled(segmentation.score(customers, dates=dates), segmentation)
    folder = bundle.parent
    found = next((folder / name for name in CUSTOMERS if (folder / name).exists()), None)
    if found is None:
        raise MissingFileError(
            f"Beside {bundle.name} there is no {' or '.join(CUSTOMERS)}. Name the table of "
            "customers with --customers."
        )
    from coterie.tables import open_table

    table = open_table(found, dates=dates)
    return _labelled(table.frame, segmentation)


def _labelled(frame: Any, segmentation: Segmentation) -> Labelled:
    """Put customers and the segmentation that placed them together."""
    import narwhals as nw

    from coterie.schema import Schema
    from coterie.workflow.campaigns import Labelled

    lazy = nw.from_native(frame, pass_through=True).lazy()
    there = set(lazy.collect_schema().names())
    if "segment_id" not in there:
        raise MissingColumnsError(["segment_id"], there)
    schema = Schema(tuple(c for c in segmentation.described if c.name in there))
    return Labelled(
        frame=lazy,
        schema=schema,
        names={segment.id: segment.name for segment in segmentation.segments},
        features=segmentation.features,
        behind={each.column.name: each.inputs for each in segmentation.derived},
    )


def _table_with_segments(source: Path, dates: DateOrder | None) -> Labelled:
    """Open a table that has the segments in a column."""
    import narwhals as nw
    import polars as pl

    from coterie.schema import Schema
    from coterie.schema.infer import infer_schema
    from coterie.tables import open_table
    from coterie.workflow.campaigns import Labelled

    table = open_table(source, dates=dates)
    frame: pl.DataFrame = table.frame.collect("polars").to_native()
    if not {"segment_id", "segment"} & set(frame.columns):
        raise InputError(
            f"{table.name} has no column segment_id or segment, so there are no segments to "
            f"compare. Find the groups first (coterie segment {source.name} -o out), then give "
            "the folder that it writes."
        )
    names = _names(frame)
    if "segment_id" not in frame.columns:
        numbers = {name: number for number, name in names.items()}
        told = pl.col("segment").cast(pl.String).replace_strict(numbers, default=None)
        frame = frame.with_columns(told.cast(pl.Int64).alias("segment_id"))
    elif not frame.schema["segment_id"].is_integer():
        raise InputError(
            f"The column segment_id of {table.name} must hold whole numbers from 1; it holds "
            f"{frame.get_column('segment_id').drop_nulls().head(1).to_list()}."
        )
    if not names:
        raise InputError(f"No customer of {table.name} has a segment.")
    plain = frame.drop("segment_id", "segment", "confidence", strict=False)
    schema, _notes = infer_schema(nw.from_native(plain.lazy()), orders=table.orders)
    return Labelled(nw.from_native(frame.lazy()), Schema(tuple(schema)), names)


def _names(frame: Any) -> dict[int, str]:
    """Return the segments that a table names, by id."""
    if "segment_id" not in frame.columns:
        told = frame.get_column("segment").drop_nulls().unique().sort().to_list()
        return {number: str(name) for number, name in enumerate(told, start=1) if name != "none"}
    keys = sorted(k for k in frame.get_column("segment_id").drop_nulls().unique() if k > 0)
    if "segment" not in frame.columns:
        return {int(key): f"Segment {key}" for key in keys}
    pairs = frame.select("segment_id", "segment").drop_nulls().unique("segment_id").rows()
    named = dict(pairs)
    return {int(key): str(named.get(key, f"Segment {key}")) for key in keys}
