"""A record as people or programs give it -> typed values by column name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches

from coterie.errors import RecordError
from coterie.prepare.features import Derived
from coterie.schema import Column, Schema
from coterie.schema.spelling import currency_in, plain_name
from coterie.tables.parsing import currency_of, parse_date, parse_number

MISSING_WORDS = frozenset({"", "na", "n/a", "nan", "none", "null", "unknown", "-", "?", "#n/a"})


class RecordReader:
    """Reads the records of one model: what its columns are called is worked out once.

    Parameters
    ----------
    schema : Schema
        Of the training table: any of its columns may be given.
    inputs : tuple of Column
        The columns that placing needs.
    derived : tuple of Derived
        What is computed, and so cannot be given.
    """

    def __init__(
        self, schema: Schema, inputs: tuple[Column, ...], derived: tuple[Derived, ...]
    ) -> None:
        self._schema = schema
        self._inputs = inputs
        self._derived = derived
        self._missing: dict[str, object] = dict.fromkeys((c.name for c in inputs), None)
        self._numbers = frozenset(c.name for c in inputs if c.numeric and schema[c.name].numeric)
        self._spelt = {plain_name(column.name): column.name for column in schema}
        for column in schema:
            for other in (column.source, column.meaning):
                if other:
                    self._spelt.setdefault(plain_name(other), column.name)

    def read(self, record: Mapping[str, object]) -> dict[str, object]:
        """Return typed values of the columns that placing needs; None where a value is missing.

        Parameters
        ----------
        record : mapping of str to object

        Returns
        -------
        dict of str to float, date, str or None
            New, in the order of the table; every number is a finite float.

        Raises
        ------
        RecordError
            If a column is unknown, a value cannot be read, or nothing usable is given.
        """
        values = self._missing.copy()
        faults: list[str] = []
        for key, value in record.items():
            if (type(value) is float or type(value) is int) and key in self._numbers:
                try:
                    number = float(value)
                except OverflowError:
                    number = math.inf
                if number - number == 0.0:  # neither NaN nor infinite
                    values[key] = number
                    continue
            self._read_one(key, value, values, faults)
        if faults:
            raise RecordError(" ".join(faults))
        for value in values.values():
            if value is not None:
                return values
        needed = ", ".join(self._missing)
        raise RecordError(
            f"The record has no value to place a customer by. It needs at least one of: {needed}."
        )

    def find(self, key: str) -> str | None:
        """Return the table's column that a record's key means, by the usual spellings."""
        return key if key in self._schema else self._spelt.get(plain_name(str(key)))

    def _read_one(
        self, key: str, value: object, values: dict[str, object], faults: list[str]
    ) -> None:
        """Read one value into `values`, or add a fault."""
        name = self.find(key)
        if name is None:
            faults.append(_unknown(str(key), self._inputs, self._derived))
        elif name in values:
            try:
                values[name] = read_value(self._schema[name], value)
            except ValueError as fault:
                faults.append(str(fault))


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
        own, given = currency_in(column.unit), currency_of(text)
        if own and given and own != given:
            raise ValueError(f"{column.label} is in {own}; it is {text[:40]!r}. Convert it first.")
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
