"""Rows and ids that occur more than once: which of them are copies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import narwhals as nw

from coterie.prepare.cleansing import REASON, SAME_ID, SAME_ROW, Cleaning
from coterie.prepare.coincidence import could_be_chance
from coterie.schema import Schema
from coterie.schema.known_orders import seem_orders
from coterie.schema.looking import group_sizes, one_row
from coterie.schema.notes import Note

MANY_REPEAT = 0.5
"""If a larger share of the ids is repeated, a row is not a customer but, say, an order."""


def plan_duplicates(
    plan: Cleaning, frame: nw.LazyFrame[Any], schema: Schema
) -> tuple[Cleaning, list[Note]]:
    """Find rows and ids that occur more than once.

    Rows of the same id are one customer. Equal rows without an id are copies only if they cannot
    be a coincidence; see `could_be_chance`.
    """
    names = [n for n in frame.collect_schema().names() if not n.startswith("__")]
    key = _id_of(schema, names)
    if key is None:
        plan, notes = _plan_nameless(plan, frame, names)
        return plan, notes + _duplicate_notes(plan, frame)
    rows, count, unique = map(
        int, one_row(frame, [nw.len(), nw.col(key).count(), nw.col(key).n_unique()])
    )
    unique -= int(count < rows)
    if unique < MANY_REPEAT * count:
        return plan, [_orders_note(key, unique, count, names)]
    notes = []
    if unique < count:
        named = frame.filter(~nw.col(key).is_null())
        compared = tuple(names) if _extra_rows(named, names) else ()
        plan = replace(plan, id_column=key, compared=compared, nameless=False)
    if count < rows:
        nameless = frame.filter(nw.col(key).is_null())
        found, notes = _plan_nameless(Cleaning(), nameless, names)
        if found.compared:
            plan = replace(plan, compared=found.compared, nameless=True)
    return plan, notes + _duplicate_notes(plan, frame)


def _plan_nameless(
    plan: Cleaning, frame: nw.LazyFrame[Any], names: Sequence[str]
) -> tuple[Cleaning, list[Note]]:
    """Decide on equal rows that no id tells apart."""
    extra = _extra_rows(frame, names) if _may_repeat(frame, names) else 0
    if not extra:
        return plan, []
    if not could_be_chance(frame, names, extra):
        return replace(plan, compared=tuple(names)), []
    noun = "row is equal to another one" if extra == 1 else "rows are equal to another one"
    text = (
        f"{extra:,} {noun}. Where values are few, different customers can have the same, so "
        f"{'it is' if extra == 1 else 'they are'} kept; with a column of ids copies are told apart."
    )
    return plan, [Note("duplicate", text, None, extra)]


def _orders_note(key: str, unique: int, count: int, names: Sequence[str]) -> Note:
    """Warn that a row is not a customer."""
    how = (
        " They look like order lines: make the customers with "
        "'coterie customers FILE -o customers.parquet'."
        if seem_orders(names)
        else ""
    )
    text = (
        f"{key} has {unique:,} different values in {count:,} rows, so a row does not seem to be a "
        f"customer. Nothing is set aside; give one row for each customer.{how}"
    )
    return Note("duplicate", text, key, count - unique, "warning")


def _id_of(schema: Schema, names: Sequence[str]) -> str | None:
    """Return the column whose values tell customers apart, or None."""
    ids = [c for c in schema if c.kind == "id" and c.role == "id" and c.name in names]
    known = [c for c in ids if c.meaning == "customer_id"]
    return next((c.name for c in known or ids), None)


def _may_repeat(frame: nw.LazyFrame[Any], names: Sequence[str]) -> bool:
    """Return whether two rows could be equal, by one number made of all numbers of a row.

    Equal rows give equal numbers, so as many different numbers as rows rule repetition out.
    """
    types = frame.collect_schema()
    numeric = [n for n in names if types[n].is_numeric()][:64]
    if not numeric:
        return True
    total: nw.Expr = nw.lit(0.0)
    for j, name in enumerate(numeric):
        weight = math.sqrt(j + 2.0) % 1 + 0.5
        total = total + nw.col(name).cast(nw.Float64).fill_null(-0.123456789) * weight
    rows, unique = one_row(frame.with_columns(total.alias("__sum__")),
                           [nw.len(), nw.col("__sum__").n_unique()])  # fmt: skip
    return int(unique) < int(rows)


def _extra_rows(frame: nw.LazyFrame[Any], names: Sequence[str]) -> int:
    """Count the rows that are equal to one before them."""
    extra = one_row(group_sizes(frame, names), [(nw.col("__n__") - 1).sum()])[0]
    return int(extra or 0)


def _duplicate_notes(plan: Cleaning, frame: nw.LazyFrame[Any]) -> list[Note]:
    """Count the rows that go for being duplicates."""
    if not (plan.compared or plan.id_column):
        return []
    only = replace(plan, usable=(), required=(), bounds=(), latest={})
    gone = only.quarantined(frame).group_by(REASON).agg(nw.len().alias("__n__")).collect()
    counts = {row[REASON]: int(row["__n__"]) for row in gone.iter_rows(named=True)}
    notes = []
    if count := counts.get(SAME_ROW):
        noun = "row repeats one" if count == 1 else "rows repeat one"
        verb = "is" if count == 1 else "are"
        text = f"{count:,} {noun} before, value for value, and {verb} set aside."
        notes.append(Note("duplicate", text, None, count))
    if count := counts.get(SAME_ID):
        noun = "row has" if count == 1 else "rows have"
        text = (
            f"{count:,} {noun} a {plan.id_column} that occurs before, with other values, and "
            f"{'is' if count == 1 else 'are'} set aside; the first row of each is kept."
        )
        notes.append(Note("duplicate", text, plan.id_column, count))
    return notes
