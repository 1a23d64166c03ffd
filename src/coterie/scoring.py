"""Score a table of any kind: every row placed, in order, and the same kind given back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from coterie.errors import MissingColumnsError, SchemaError
from coterie.schema import ROW, Column, DateOrder
from coterie.schema.spelling import currency_in, plain_name
from coterie.tables import open_table

if TYPE_CHECKING:
    import polars as pl

    from coterie.segmentation import Segmentation

ANSWER = ("segment_id", "segment", "confidence")


def score_source(model: Segmentation, source: Any, dates: DateOrder | None = None) -> Any:
    """Place every row of a path or frame; see `Segmentation.score`."""
    orders = {
        name: c.date_order
        for c in model.schema
        if c.date_order is not None
        for name in (c.name, c.source)
        if name
    }
    table = open_table(source, dates=dates, orders=orders or None)
    frame, added = matched(table.frame, model.inputs)
    _check_currencies(table.units, model.inputs)
    scored: pl.DataFrame = model.assigned_rows(frame).collect("polars").to_native()
    scored = scored.sort(ROW).drop(added)
    if table.kind == "polars-lazy":
        return scored.drop(ROW).lazy()
    native = nw.from_native(source, pass_through=True, eager_only=True)
    if not isinstance(native, nw.DataFrame):
        return scored.drop(ROW)
    return _with_answer(native, scored)


def _check_currencies(units: Mapping[str, str], inputs: tuple[Column, ...]) -> None:
    """Raise SchemaError where a column bears another currency than in training."""
    spelt = {plain_name(name): currency_in(unit) for name, unit in units.items()}
    for column in inputs:
        own, given = currency_in(column.unit), spelt.get(plain_name(column.name), "")
        if own and given and own != given:
            raise SchemaError(
                f"{column.name} is in {given}; in training it was in {own}. Convert the column "
                "first, or train again on such data."
            )


def matched(
    frame: nw.LazyFrame[Any], inputs: tuple[Column, ...]
) -> tuple[nw.LazyFrame[Any], list[str]]:
    """Find the columns that placing needs, under the usual spellings of their names.

    Returns
    -------
    frame : nw.LazyFrame
        With a copy under the training table's name where the spelling differs.
    added : list of str
        Those copies.

    Raises
    ------
    MissingColumnsError
        If a column is not there under any spelling.
    SchemaError
        If a column of numbers holds text, or one of dates no dates.
    """
    types = frame.collect_schema()
    spelt = {plain_name(name): name for name in types.names() if name != ROW}
    found = {c.name: _own_name(c, types.names(), spelt) for c in inputs}
    missing = [name for name, own in found.items() if own is None]
    if missing:
        raise MissingColumnsError(missing, [name for name in types.names() if name != ROW])
    added = [name for name, own in found.items() if own != name]
    if added:
        frame = frame.with_columns(*(nw.col(str(found[name])).alias(name) for name in added))
    casts = [_typed(frame, column, frame.collect_schema()[column.name]) for column in inputs]
    needed = [cast for cast in casts if cast is not None]
    return (frame.with_columns(*needed) if needed else frame), added


def _own_name(column: Column, names: list[str], spelt: dict[str, str]) -> str | None:
    """Return how a table spells a column: as in training, as in the source, or alike."""
    for name in (column.name, column.source):
        if name and name in names:
            return name
    alike = [plain_name(column.name), *([plain_name(column.source)] if column.source else [])]
    return next((spelt[name] for name in alike if name in spelt), None)


def _typed(frame: nw.LazyFrame[Any], column: Column, found: Any) -> nw.Expr | None:
    """Return what turns a column without a value into its kind; refuse one of another kind."""
    name = nw.col(column.name)
    numbers = column.kind == "number" or (column.kind == "flag" and column.numeric)
    dates = column.kind == "date"
    right = (not numbers or found.is_numeric() or found == nw.Boolean) and (
        not dates or found in (nw.Date, nw.Datetime)
    )
    if right or column.kind == "flag":
        return None
    filled = frame.select(name).filter(~name.is_null()).head(1)
    values = filled.collect("polars").get_column(column.name)
    if len(values):
        raise SchemaError(
            f"{column.name} must hold {'dates' if dates else 'numbers'}, as in training; it holds "
            f"{str(values[0])[:40]!r}. Correct the column, or train again on such data."
        )
    return nw.lit(None).cast(nw.Date if dates else nw.Float64).alias(column.name)


def _with_answer(native: nw.DataFrame[Any], scored: pl.DataFrame) -> Any:
    """Add the answer to the user's own frame, which stays as it is otherwise."""
    types: dict[str, Any] = {"segment_id": nw.Int64, "segment": nw.String, "confidence": nw.Float64}
    series = [
        nw.new_series(
            name, scored.get_column(name).to_list(), types[name], backend=native.implementation
        )
        for name in ANSWER
    ]
    kept = native.select(*(n for n in native.columns if n not in ANSWER))
    index = nw.maybe_get_index(kept)
    if index is not None:
        series = [nw.maybe_set_index(one, index=index) for one in series]
    return kept.with_columns(*series).to_native()
