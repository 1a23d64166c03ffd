"""Derived: a computed column as plain data, for a whole table on any engine or for one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import narwhals as nw

from coterie.schema import Column

YES = frozenset({"1", "1.0", "yes", "y", "true", "t", "ja", "si", "sí", "oui", "sim", "on"})


@dataclass(frozen=True)
class Derived:
    """One computed column: what it is, and how it comes from the table's own.

    Attributes
    ----------
    column : Column
    op : {"age", "age_of_date", "days_since", "sum", "share", "ratio", "count_yes", "is"}
    inputs : tuple of str
        The table's own columns that it needs; the value is missing where one of them is.
    params : mapping of str to plain JSON values
        By `op`: ``year`` (age), ``date`` (age_of_date, days_since), ``part`` and ``of``
        (share: a part in per cent of the sum of others, from 0 to 100), ``over`` (ratio: the
        inputs above the line; the others are below it), ``yes`` (count_yes: the text that means
        yes, for flags written as text), ``choice`` (is: 1 where a category has this value).
    """

    column: Column
    op: str
    inputs: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the computed column."""
        return self.column.name

    def expression(self) -> nw.Expr:
        """Return the column as an expression over the inputs, float64."""
        return _EXPRESSIONS[self.op](self).cast(nw.Float64).alias(self.column.name)

    def value(self, record: Mapping[str, object]) -> float | None:
        """Return the value for one record; None where an input is missing.

        Parameters
        ----------
        record : mapping of str to object
            Numbers, bools, dates, or text for yes/no answers.
        """
        values = []
        for name in self.inputs:
            value = record.get(name)
            if value is None or value != value:
                return None
            values.append(value)
        return _VALUES[self.op](self, values)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "column": self.column.to_dict(),
            "op": self.op,
            "inputs": list(self.inputs),
            "params": dict(self.params),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Derived:
        """Build from `to_dict`'s result.

        Raises
        ------
        ValueError
            If the operation is not known.
        """
        if plain["op"] not in _EXPRESSIONS:
            raise ValueError(f"There is no operation {plain['op']} for a computed column.")
        return cls(
            Column.from_dict(plain["column"]),
            plain["op"],
            tuple(plain["inputs"]),
            dict(plain["params"]),
        )


def day_of(value: object) -> date:
    """Return the day of a date or a time."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10])


def _number(value: object) -> float:
    """Return a number, or a yes/no answer as 1 or 0."""
    if isinstance(value, str):
        return float(value.strip().casefold() in YES)
    return float(value)  # type: ignore[arg-type]


def _total(names: Sequence[str]) -> nw.Expr:
    """Add columns up, left to right, as floats."""
    total = nw.col(names[0]).cast(nw.Float64)
    for name in names[1:]:
        total = total + nw.col(name).cast(nw.Float64)
    return total


def _sum_values(values: Sequence[object]) -> float:
    """Add values up, left to right."""
    total = _number(values[0])
    for value in values[1:]:
        total += value if type(value) is float else _number(value)
    return total


def day_number(column: nw.Expr) -> nw.Expr:
    """Date -> days since 1970-01-01, by whole-number arithmetic that every engine has.

    Source: H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
    """
    month = column.dt.month().cast(nw.Int64)
    late = (month > 2).cast(nw.Int64)
    year = column.dt.year().cast(nw.Int64) - (1 - late)
    shifted = month + 9 - 12 * late
    day_of_year = (153 * shifted + 2) // 5 + column.dt.day().cast(nw.Int64) - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + day_of_year - 719_468


def _age_expression(derived: Derived) -> nw.Expr:
    return nw.lit(float(derived.params["year"])) - nw.col(derived.inputs[0]).cast(nw.Float64)


def _age_value(derived: Derived, values: Sequence[Any]) -> float:
    return float(derived.params["year"] - _number(values[0]))


def _age_of_date_expression(derived: Derived) -> nw.Expr:
    column, day = nw.col(derived.inputs[0]), date.fromisoformat(derived.params["date"])
    birthday = column.dt.month().cast(nw.Int64) * 100 + column.dt.day().cast(nw.Int64)
    ahead = (birthday > day.month * 100 + day.day).cast(nw.Int64)
    return day.year - column.dt.year().cast(nw.Int64) - ahead


def _age_of_date_value(derived: Derived, values: Sequence[Any]) -> float:
    born, day = day_of(values[0]), date.fromisoformat(derived.params["date"])
    return float(day.year - born.year - ((born.month, born.day) > (day.month, day.day)))


def _days_since_expression(derived: Derived) -> nw.Expr:
    today = (date.fromisoformat(derived.params["date"]) - date(1970, 1, 1)).days
    return (today - day_number(nw.col(derived.inputs[0]))).clip(lower_bound=0)


def _days_since_value(derived: Derived, values: Sequence[Any]) -> float:
    return float(max(0, (date.fromisoformat(derived.params["date"]) - day_of(values[0])).days))


def _sum_expression(derived: Derived) -> nw.Expr:
    return _total(derived.inputs)


def _sum_value(_: Derived, values: Sequence[Any]) -> float:
    return _sum_values(values)


def _share_expression(derived: Derived) -> nw.Expr:
    total = _total(derived.params["of"])
    part = nw.col(derived.params["part"]).cast(nw.Float64)
    share = (part * 100.0 / total).clip(lower_bound=0.0, upper_bound=100.0)
    return nw.when(total > 0).then(share)


def _share_value(derived: Derived, values: Sequence[Any]) -> float | None:
    given = dict(zip(derived.inputs, values, strict=True))
    total = _sum_values([given[name] for name in derived.params["of"]])
    if not total > 0:
        return None
    return min(100.0, max(0.0, _number(given[derived.params["part"]]) * 100.0 / total))


def _ratio_expression(derived: Derived) -> nw.Expr:
    over = list(derived.params["over"])
    under = _total(derived.inputs[len(over) :])
    return nw.when(under > 0).then(_total(over) / under)


def _ratio_value(derived: Derived, values: Sequence[Any]) -> float | None:
    over = len(derived.params["over"])
    under = _sum_values(values[over:])
    return _sum_values(values[:over]) / under if under > 0 else None


def _yes(name: str, value: object) -> nw.Expr:
    """Return 1 where a flag says yes; `value` is the text that means yes, or None for numbers."""
    column = nw.col(name)
    if value is None:
        return (column.cast(nw.Float64) > 0).cast(nw.Int64)
    return (column == value).cast(nw.Int64)


def _count_yes_expression(derived: Derived) -> nw.Expr:
    yes = derived.params.get("yes", {})
    total = _yes(derived.inputs[0], yes.get(derived.inputs[0]))
    for name in derived.inputs[1:]:
        total = total + _yes(name, yes.get(name))
    return total


def _count_yes_value(_: Derived, values: Sequence[Any]) -> float:
    return float(sum(_number(value) > 0 for value in values))


def _is_expression(derived: Derived) -> nw.Expr:
    chosen = str(derived.params["choice"])
    return (nw.col(derived.inputs[0]).cast(nw.String) == nw.lit(chosen)).cast(nw.Int64)


def _is_value(derived: Derived, values: Sequence[Any]) -> float:
    return float(str(values[0]) == str(derived.params["choice"]))


_EXPRESSIONS: dict[str, Callable[[Derived], nw.Expr]] = {
    "age": _age_expression,
    "age_of_date": _age_of_date_expression,
    "days_since": _days_since_expression,
    "sum": _sum_expression,
    "share": _share_expression,
    "ratio": _ratio_expression,
    "count_yes": _count_yes_expression,
    "is": _is_expression,
}
_VALUES: dict[str, Callable[[Derived, Sequence[Any]], float | None]] = {
    "age": _age_value,
    "age_of_date": _age_of_date_value,
    "days_since": _days_since_value,
    "sum": _sum_value,
    "share": _share_value,
    "ratio": _ratio_value,
    "count_yes": _count_yes_value,
    "is": _is_value,
}
