"""A record as people or programs give it -> typed values by column name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches

from coterie.errors import RecordError
from coterie.prepare.features import Derived
from coterie.schema import Column, Schema
from coterie.schema.spelling import plain_name
from coterie.tables.parsing import parse_date, parse_number

MISSING_WORDS = frozenset({"", "na", "n/a", "nan", "none", "null", "unknown", "-", "?", "#n/a"})


def read_record(
    record: Mapping[str, object],
    schema: Schema,
    inputs: tuple[Column, ...],
    derived: tuple[Derived, ...],
) -> dict[str, object]:
    """Return typed values of the columns that placing needs; None where a value is missing.

    Parameters
    ----------
    record : mapping of str to object
    schema : Schema
        Of the training table: any of its columns may be given.
    inputs : tuple of Column
        The columns that placing needs.
    derived : tuple of Derived
        What is computed, and so cannot be given.

    Raises
    ------
    RecordError
        If a column is unknown, a value cannot be read, or nothing usable is given.
    """
    spelt = {plain_name(column.name): column.name for column in schema}
    for column in schema:
        for other in (column.source, column.meaning):
            if other:
                spelt.setdefault(plain_name(other), column.name)
    values: dict[str, object] = {column.name: None for column in inputs}
    faults = []
    for key, value in record.items():
        name = key if key in schema else spelt.get(plain_name(str(key)))
        if name is None:
            faults.append(_unknown(str(key), inputs, derived))
        elif name in values:
            try:
                values[name] = read_value(schema[name], value)
            except ValueError as fault:
                faults.append(str(fault))
    if faults:
        raise RecordError(" ".join(faults))
    if all(value is None for value in values.values()):
        needed = ", ".join(column.name for column in inputs)
        raise RecordError(
            f"The record has no value to place a customer by. It needs at least one of: {needed}."
        )
    return values


def _unknown(key: str, inputs: tuple[Column, ...], derived: tuple[Derived, ...]) -> str:
    """Say what to give instead of a column that is not known."""
    behind = {plain_name(d.column.name): d.inputs for d in derived}
    if own := behind.get(plain_name(key)):
        instead = "that" if len(own) == 1 else "those"
        return f"{key} is computed from {', '.join(own)}: give {instead} instead."
    needed = [column.name for column in inputs]
    close = get_close_matches(key, needed, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"There is no column {key}.{hint} Placing uses: {', '.join(needed)}."


def read_value(column: Column, value: object) -> object:
    """Return one value typed as its column asks: float, date, str or None.

    Raises
    ------
    ValueError
        With a sentence for people, if the value cannot be read.
    """
    if value is None or (isinstance(value, str) and value.strip().casefold() in MISSING_WORDS):
        return None
    if isinstance(value, float) and value != value:
        return None
    if column.kind == "date":
        return _read_date(column, value)
    if column.numeric:
        return _read_number(column, value)
    return str(value).strip()


def _read_date(column: Column, value: object) -> date:
    """Read a date in the order of its column."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    read = parse_date(str(value), column.date_order or "ymd")
    if read is None:
        raise ValueError(
            f"{column.label} must be a date such as 2024-05-31; it is {str(value)[:40]!r}."
        )
    return read


def _read_number(column: Column, value: object) -> float:
    """Read a number, or a yes/no answer as 1 or 0."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool | int | float):
        try:
            number = float(value)
        except OverflowError:
            number = float("inf")
    else:
        text = str(value).strip()
        answer = _flag(column, text)
        found = parse_number(text) if answer is None else answer
        if found is None:
            raise ValueError(f"{column.label} must be a number; it is {text[:40]!r}.")
        number = found
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{column.label} must be a finite number; it is {str(value)[:40]}.")
    return number


def _flag(column: Column, text: str) -> float | None:
    """Return 1 or 0 for a yes/no answer of a flag; None for anything else."""
    if column.kind != "flag":
        return None
    if text.casefold() in ("yes", "y", "true", "t"):
        return 1.0
    return 0.0 if text.casefold() in ("no", "n", "false", "f") else None
