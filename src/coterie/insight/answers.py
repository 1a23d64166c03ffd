"""What customers answered, counted segment by segment in one pass over the table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from coterie.errors import InputError, MissingColumnsError
from coterie.schema import Column, Schema
from coterie.schema.notes import Note

YES = ("1", "1.0", "yes", "y", "true", "t", "ja", "si", "sí", "oui", "sim", "on", "accepted")
NO = ("0", "0.0", "no", "n", "false", "f", "nein", "non", "não", "nao", "off", "declined")
HELD_OUT = ("control", "holdout", "hold out", "hold-out", "held out", "held_out", "control group")
SEGMENT = "segment_id"
ANY = "any campaign"
"""Name of the answer that is yes where a customer said yes to at least one campaign."""

_CONTROL_NAME = re.compile(r"control|hold_?-?out|held_?-?out", re.IGNORECASE)
_SENT_NAME = re.compile(r"treat|contacted|mailed|sent|exposed|targeted", re.IGNORECASE)


@dataclass(frozen=True)
class Control:
    """Which customers were left out on purpose, by chance.

    Attributes
    ----------
    column : str
    value : str
        What the column says of those left out, in lower case; empty for a flag whose yes (or,
        if `sent`, whose no) means left out.
    sent : bool
    """

    column: str
    value: str = ""
    sent: bool = False


@dataclass(frozen=True)
class Tally:
    """Yes and asked of one campaign, by segment id; 0 holds those without a segment.

    The control group is apart: `held_yes` of `held_asked`.
    """

    column: Column
    yes: dict[int, int]
    asked: dict[int, int]
    held_yes: dict[int, int] = field(default_factory=dict)
    held_asked: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Sums:
    """Count, sum and sum of squares of a numeric column, and how many are above 0, by segment."""

    column: Column
    count: dict[int, int]
    total: dict[int, float]
    squares: dict[int, float]
    above: dict[int, int]


def find_responses(
    schema: Schema, asked: Sequence[str] = ()
) -> tuple[tuple[Column, ...], tuple[Note, ...]]:
    """Return the answers to campaigns that a table holds, campaign 2 before campaign 10.

    Parameters
    ----------
    schema : Schema
    asked : sequence of str
        Columns to take, whatever their role; by default all yes-or-no columns with the role of
        a response.

    Raises
    ------
    MissingColumnsError
        If a column asked for is not there.
    """
    missing = [name for name in asked if name not in schema]
    if missing:
        raise MissingColumnsError(missing, schema.names)
    if asked:
        return tuple(schema[name] for name in asked), ()
    told = schema.with_role("response")
    kept = sorted((c for c in told if c.kind == "flag"), key=lambda c: _natural(c.label))
    notes = tuple(
        Note(
            "response",
            f"{column.label} is left out: an answer to a campaign is yes or no (1 or 0), and this "
            f"column holds {'numbers' if column.kind == 'number' else 'other values'}.",
            column.name,
            0,
            "warning",
        )
        for column in told
        if column.kind != "flag" and column.meaning != "campaigns_accepted"
    )
    return tuple(kept), notes


def read_control(text: str, schema: Schema) -> Control:
    """Say which customers a control column holds out: ``group=control``, or a flag's name.

    Raises
    ------
    MissingColumnsError
        If there is no such column.
    InputError
        If it is unclear which of its values means left out.
    """
    name, value = _column_and_value(text, schema)
    column = schema[name]
    if value:
        return Control(name, value.strip().casefold())
    known = [choice for choice in column.choices if choice.strip().casefold() in HELD_OUT]
    if len(known) == 1:
        return Control(name, known[0].strip().casefold())
    words = {choice.strip().casefold() for choice in column.choices}
    if column.kind == "flag" or (words and words <= {*YES, *NO}):
        if _CONTROL_NAME.search(name):
            return Control(name)
        if _SENT_NAME.search(name):
            return Control(name, sent=True)
    shown = ", ".join(column.choices[:5]) or "other values"
    raise InputError(
        f"It is unclear which value of {name} means that a customer was left out (it holds "
        f"{shown}). Say it as {name}=VALUE."
    )


def _column_and_value(text: str, schema: Schema) -> tuple[str, str]:
    """Split ``column=value``; a column may have an equals sign in its name."""
    if text in schema:
        return text, ""
    name, equals, value = text.rpartition("=")
    if equals and name in schema:
        return name, value
    raise MissingColumnsError([name or text], schema.names)


def count_answers(
    frame: nw.LazyFrame[Any],
    columns: Sequence[Column],
    *,
    control: Control | None = None,
    numbers: Sequence[Column] = (),
) -> tuple[tuple[Tally, ...], tuple[Sums, ...], dict[int, int]]:
    """Count answers, and add numbers up, by segment: one pass over the table.

    Parameters
    ----------
    frame : LazyFrame
        With ``segment_id`` and `columns`. An empty cell means that nothing is known.
    columns : sequence of Column
        Answers. With two and more, whether a customer said yes to any of them is added first.
    control : Control, optional
    numbers : sequence of Column
        Of which sums are wanted.

    Returns
    -------
    (tuple of Tally, tuple of Sums, dict)
        And the customers by segment id.

    Raises
    ------
    MissingColumnsError
        If the frame lacks a column.
    InputError
        If an answer is neither yes nor no, or the control column says nothing usable.
    """
    types = frame.collect_schema()
    needed = [SEGMENT, *(c.name for c in (*columns, *numbers))]
    needed += [control.column] if control else []
    missing = [name for name in needed if name not in types.names()]
    if missing:
        raise MissingColumnsError(missing, [n for n in types.names() if not n.startswith("__")])
    parts = [nw.col(SEGMENT).fill_null(0).cast(nw.Int64).alias("__segment")]
    parts += [answered_yes(c.name, types[c.name]).alias(f"__y{i}") for i, c in enumerate(columns)]
    parts += [_odd(c.name, types[c.name]).alias(f"__o{i}") for i, c in enumerate(columns)]
    parts += [nw.col(c.name).cast(nw.Float64).alias(f"__n{i}") for i, c in enumerate(numbers)]
    parts.append(held_out(control, types).alias("__held"))
    plan = frame.select(*parts)
    every = list(columns)
    if len(columns) > 1:
        answers = [f"__y{i}" for i in range(len(columns))]
        plan = plan.with_columns(nw.max_horizontal(*answers).alias(f"__y{len(columns)}"))
        every.append(Column(ANY, "flag", "response", label="Any campaign"))
    grouped = plan.group_by("__segment", "__held").agg(*_sums_of(every, columns, numbers))
    rows = grouped.collect("polars").to_dict(as_series=False)
    table = [dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]
    _check_answers(table, columns)
    _check_control(table, control)
    tallies = [_tally(column, i, table, control) for i, column in enumerate(every)]
    tallies = tallies[-1:] + tallies[:-1] if len(columns) > 1 else tallies
    sizes = _by_segment(table, "__rows", held=None)
    return tuple(tallies), tuple(_sums(c, i, table) for i, c in enumerate(numbers)), sizes


def _sums_of(
    every: Sequence[Column], columns: Sequence[Column], numbers: Sequence[Column]
) -> list[nw.Expr]:
    """Return all that is counted."""
    found = [nw.col("__segment").count().alias("__rows")]
    for i in range(len(every)):
        answer = nw.col(f"__y{i}")
        found += [answer.sum().alias(f"__yes{i}"), answer.count().alias(f"__asked{i}")]
    found += [nw.col(f"__o{i}").sum().alias(f"__odd{i}") for i in range(len(columns))]
    for i in range(len(numbers)):
        value = nw.col(f"__n{i}")
        found += [
            value.count().alias(f"__count{i}"),
            value.sum().alias(f"__sum{i}"),
            (value * value).sum().alias(f"__squares{i}"),
            (value > 0).cast(nw.Int64).sum().alias(f"__above{i}"),
        ]
    return found


def answered_yes(name: str, dtype: Any) -> nw.Expr:
    """Return 1 for yes, 0 for no, nothing where nothing (or no answer) is known."""
    value = nw.col(name)
    if dtype == nw.Boolean:
        return value.cast(nw.Int64)
    if dtype.is_numeric():
        return _chosen(value == 1, value == 0)
    text = value.cast(nw.String).str.strip_chars().str.to_lowercase()
    return _chosen(text.is_in(list(YES)), text.is_in(list(NO)))


def _chosen(yes: nw.Expr, no: nw.Expr) -> nw.Expr:
    """Return 1, 0 or nothing."""
    rest = nw.when(no).then(nw.lit(0)).otherwise(nw.lit(None, dtype=nw.Int64))
    return nw.when(yes).then(nw.lit(1)).otherwise(rest)


def _odd(name: str, dtype: Any) -> nw.Expr:
    """Return 1 where there is a value that is neither yes nor no."""
    told = ~nw.col(name).is_null()
    return (told & answered_yes(name, dtype).is_null()).cast(nw.Int64)


def held_out(control: Control | None, types: Mapping[str, Any]) -> nw.Expr:
    """Return 1 for customers left out on purpose, 0 for others, -1 where it is not known."""
    if control is None:
        return nw.lit(0)
    if control.value:
        text = nw.col(control.column).cast(nw.String).str.strip_chars().str.to_lowercase()
        told = [control.value]
        if re.fullmatch(r"-?\d+", control.value):
            told.append(f"{control.value}.0")
        held = text.is_in(told).cast(nw.Int64)
    else:
        held = answered_yes(control.column, types[control.column])
        held = 1 - held if control.sent else held
    return held.fill_null(-1)


def _check_answers(table: list[dict[str, Any]], columns: Sequence[Column]) -> None:
    """Raise if an answer is neither yes nor no."""
    for i, column in enumerate(columns):
        odd = sum(int(row[f"__odd{i}"] or 0) for row in table)
        if odd:
            told = "cell is" if odd == 1 else "cells are"
            raise InputError(
                f"{odd:,} {told} neither yes nor no in {column.name}. An answer to a campaign is "
                "1 or 0 (or yes and no); an empty cell means that the customer was not asked. "
                "Mend the column, or leave it out."
            )


def _check_control(table: list[dict[str, Any]], control: Control | None) -> None:
    """Raise if nobody is held out, or nobody was contacted."""
    if control is None:
        return
    held, sent = (
        sum(int(row["__rows"]) for row in table if row["__held"] == which) for which in (1, 0)
    )
    if not held or not sent:
        found = "no customer" if not held else "every customer"
        value = f" (value {control.value})" if control.value else ""
        raise InputError(
            f"By {control.column}{value}, {found} was left out, so nothing can be compared. "
            "Say which value means left out, as COLUMN=VALUE."
        )


def _by_segment(table: list[dict[str, Any]], key: str, *, held: int | None) -> dict[int, int]:
    """Add a count up by segment; of the control group or the others, or (None) of all."""
    found: dict[int, int] = {}
    for row in table:
        if held is None or row["__held"] == held:
            found[row["__segment"]] = found.get(row["__segment"], 0) + int(row[key] or 0)
    return found


def _tally(column: Column, i: int, table: list[dict[str, Any]], control: Control | None) -> Tally:
    """Put one campaign's counts together."""
    yes, asked = (_by_segment(table, f"__{word}{i}", held=0) for word in ("yes", "asked"))
    if control is None:
        return Tally(column, yes, asked)
    held = [_by_segment(table, f"__{word}{i}", held=1) for word in ("yes", "asked")]
    return Tally(column, yes, asked, *held)


def _sums(column: Column, i: int, table: list[dict[str, Any]]) -> Sums:
    """Put one number's sums together."""
    count = _by_segment(table, f"__count{i}", held=None)
    above = _by_segment(table, f"__above{i}", held=None)
    totals: dict[str, dict[int, float]] = {"sum": {}, "squares": {}}
    for word, held in totals.items():
        for row in table:
            key = row["__segment"]
            held[key] = held.get(key, 0.0) + float(row[f"__{word}{i}"] or 0.0)
    return Sums(column, count, totals["sum"], totals["squares"], above)


def _natural(label: str) -> list[tuple[int, str]]:
    """Return a key by which campaign 2 comes before campaign 10."""
    parts = re.split(r"(\d+)", label.casefold())
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
