"""From a source to typed rows with a schema: what exploring and training begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import narwhals as nw

from coterie.prepare.features import Derived, derive, newest_date
from coterie.schema import ROW, DateOrder, Schema
from coterie.schema.infer import infer_schema
from coterie.schema.notes import Note
from coterie.scoring import ANSWER
from coterie.tables import open_table


@dataclass(frozen=True, eq=False)
class Opened:
    """A table, typed and described.

    Attributes
    ----------
    frame : nw.LazyFrame
        The table's columns, typed, and ROW.
    schema : Schema
        Of the table's own columns.
    derived : tuple of Derived
    rows : int
    name, kind, fingerprint : str
    as_of : date or None
    notes : tuple of Note
    """

    frame: nw.LazyFrame[Any]
    schema: Schema
    derived: tuple[Derived, ...]
    rows: int
    name: str
    kind: str
    fingerprint: str
    as_of: date | None
    notes: tuple[Note, ...]


def open_source(
    source: Any,
    *,
    schema: Schema | None,
    dates: DateOrder | None,
    as_of: date | None,
    asked: tuple[str, ...] = (),
) -> Opened:
    """Open a table and describe it; see `explore` for the parameters."""
    orders: dict[str, DateOrder] = {}
    if schema is not None:
        orders = {c.source or c.name: c.date_order for c in schema if c.date_order is not None}
    table = open_table(source, dates=dates, orders=orders or None)
    frame, earlier, renaming = _set_earlier_answers_aside(table.frame, asked)
    if schema is None:
        schema, notes = infer_schema(frame, orders=table.orders, units=table.units, asked=asked)
        for name in earlier:
            schema = schema.changed(name, role="ignore", why="It is an answer of an earlier run.")
    else:
        from coterie.schema.toml import apply_schema

        frame, notes = apply_schema(schema, frame)
    if as_of is None:
        newest = newest_date(frame, schema)
        as_of = newest + timedelta(days=1) if newest is not None else None
    rows = int(frame.select(nw.col(ROW).count()).collect().item())
    return Opened(
        frame=frame,
        schema=schema,
        derived=derive(schema, as_of),
        rows=rows,
        name=table.name,
        kind=table.kind,
        fingerprint=table.fingerprint,
        as_of=as_of,
        notes=(*table.notes, *renaming, *notes),
    )


def _set_earlier_answers_aside(
    frame: nw.LazyFrame[Any], asked: tuple[str, ...]
) -> tuple[nw.LazyFrame[Any], list[str], tuple[Note, ...]]:
    """Rename columns that a run would write itself: kept, but not to be found groups in."""
    names = frame.collect_schema().names()
    new = {
        name: next(
            f"{name}_before{i}" for i in ["", *range(2, 99)] if f"{name}_before{i}" not in names
        )
        for name in names
        if name in (*ANSWER, "imputed") and name not in asked
    }
    if not new:
        return frame, [], ()
    said = ", ".join(f"{old} (now {name})" for old, name in new.items())
    text = f"Columns that look like the answer of an earlier run are kept under new names: {said}."
    return frame.rename(new), list(new.values()), (Note("header", text, count=len(new)),)


def told_once(*notes: Note) -> tuple[Note, ...]:
    """Keep of the notes on missing values of one column only the last, which knows most."""
    last = {(note.topic, note.column): note for note in notes if note.topic == "missing"}
    return tuple(n for n in notes if n.topic != "missing" or last[n.topic, n.column] is n)


def with_derived(
    frame: nw.LazyFrame[Any], derived: tuple[Derived, ...]
) -> tuple[nw.LazyFrame[Any], int]:
    """Add the derived columns and hold the result in memory: lazy frame -> (lazy frame, rows)."""
    added = frame.with_columns(*(d.expression() for d in derived)) if derived else frame
    held = added.sort(ROW).collect("polars")
    return held.lazy(), len(held)
