"""The schema as a table that can be edited, and back; what is wrong is said in place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from coterie.errors import SchemaError
from coterie.schema import Column, Schema
from coterie.schema.columns import Kind, Role
from coterie.schema.toml import schema_from_toml, schema_to_toml

KIND_WORDS: dict[Kind, str] = {
    "number": "number",
    "category": "category",
    "flag": "yes or no",
    "date": "date",
    "id": "identifier",
    "text": "text",
}

ROLE_WORDS: dict[Role, str] = {
    "feature": "find groups by it",
    "response": "answer to a campaign",
    "id": "identifier",
    "date": "date",
    "ignore": "leave out",
}

_KINDS = {words: kind for kind, words in KIND_WORDS.items()}
_ROLES = {words: role for role, words in ROLE_WORDS.items()}
_FITTING: dict[Kind, Role] = {"id": "id", "date": "date", "text": "ignore"}

Row = Mapping[str, Any]


def schema_rows(schema: Schema) -> list[dict[str, Any]]:
    """Return a row a column, in the words of the table on the page.

    Examples
    --------
    >>> schema_rows(Schema((Column("age", "number", "feature", unit="years", lower=0),)))[0]["role"]
    'find groups by it'
    """
    return [
        {
            "column": column.name,
            "label": column.label,
            "kind": KIND_WORDS[column.kind],
            "role": ROLE_WORDS[column.role],
            "unit": column.unit,
            "lower": column.lower,
            "upper": column.upper,
            "why": column.why,
        }
        for column in schema
    ]


def edited_schema(schema: Schema, rows: Sequence[Row]) -> Schema:
    """Return the schema with what the table says now.

    Parameters
    ----------
    schema : Schema
        The table began with.
    rows : sequence of mapping
        As `schema_rows` gives them, in the same order.

    Returns
    -------
    Schema

    Raises
    ------
    SchemaError
        With every fault found, each with its column; the same that a schema file is held to.
    """
    changed = tuple(_column(column, row) for column, row in zip(schema, rows, strict=True))
    faults = [fault for column in changed for fault in _faults(column)]
    if faults:
        raise SchemaError(" ".join(faults))
    return schema_from_toml(schema_to_toml(Schema(changed)))


def same(one: Schema, other: Schema) -> bool:
    """Tell whether two schemas say the same of every column."""
    return one.to_dict() == other.to_dict()


def changes(before: Schema, after: Schema) -> list[str]:
    """Say what was changed, a sentence a column.

    Examples
    --------
    >>> old = Schema((Column("zip", "number", "feature"),))
    >>> changes(old, old.changed("zip", kind="category", role="ignore"))
    ['zip: now category, leave out.']
    """
    said = []
    for old, new in zip(before, after, strict=True):
        parts = []
        if new.kind != old.kind:
            parts.append(KIND_WORDS[new.kind])
        if new.role != old.role:
            parts.append(ROLE_WORDS[new.role])
        if new.unit != old.unit:
            parts.append(f"in {new.unit}" if new.unit else "without a unit")
        if new.label != old.label:
            parts.append(f"called {new.label}")
        if (new.lower, new.upper) != (old.lower, old.upper):
            parts.append(_bounds(new))
        if parts:
            said.append(f"{new.name}: now {', '.join(parts)}.")
    return said


def _bounds(column: Column) -> str:
    """Say between what values a column's must lie."""
    if column.lower is not None and column.upper is not None:
        return f"possible from {column.lower:g} to {column.upper:g}"
    if column.lower is not None:
        return f"possible from {column.lower:g}"
    return f"possible up to {column.upper:g}" if column.upper is not None else "without bounds"


def _column(column: Column, row: Row) -> Column:
    """Return a column with what its row says."""
    kind = _KINDS.get(row["kind"], column.kind)
    role = _ROLES.get(row["role"], column.role)
    if kind != column.kind and role == column.role:
        role = _fitting(kind, role)
    why = column.why if (kind, role) == (column.kind, column.role) else "You said so."
    typical = column.typical if kind == column.kind else None
    personal = column.personal and role == "ignore"
    return replace(
        column,
        kind=kind,
        role=role,
        label=str(row["label"] or "").strip() or column.name,
        unit=str(row["unit"] or "").strip(),
        lower=_number(row["lower"]),
        upper=_number(row["upper"]),
        typical=typical,
        personal=personal,
        meaning=column.meaning if kind == column.kind else "",
        why=why,
    )


def _fitting(kind: Kind, role: Role) -> Role:
    """Return the role that follows where only the kind was changed."""
    if kind in _FITTING:
        return _FITTING[kind]
    return "feature" if role in ("id", "date") else role


def _number(value: Any) -> float | None:
    """Return a bound, None where the cell is empty."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    return float(value)


def _faults(column: Column) -> list[str]:
    """Say what contradicts itself in one row, in the words of the page."""
    found = []
    name = column.name
    if column.lower is not None and column.upper is not None and column.lower >= column.upper:
        found.append(
            f"{name}: the smallest possible value ({column.lower:g}) must lie below the largest "
            f"({column.upper:g})."
        )
    if column.role in ("feature", "response") and column.kind in ("id", "text"):
        found.append(
            f"{name}: groups cannot be found by {KIND_WORDS[column.kind]}. Call it a number or a "
            "category, or leave it out."
        )
    if column.role == "date" and column.kind != "date":
        found.append(f"{name}: it has the role of a date, but is {KIND_WORDS[column.kind]}.")
    return found
