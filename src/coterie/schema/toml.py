"""A schema as TOML: to be read, edited and used again."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import narwhals as nw

from coterie.errors import MissingColumnsError, SchemaError
from coterie.schema.columns import KINDS, ROLES, Column, Schema
from coterie.schema.notes import Note
from coterie.schema.spelling import close_names, find_name

HEADER = """\
# What each column of the table is. Edit what is wrong, then use it with --schema.
#
# name     the column as Coterie calls it
# source   the header it has in your file, if that is another one
# kind     number, category, date, flag (0/1, yes/no), id or text
# role     feature (may be used to find groups), response (an answer to a campaign: segments are
#          compared by it), id, date or ignore
# meaning  what it is known as: age, birth_year, income, spending_score, savings, total_spend,
#          recency, tenure, children, join_date, web_purchases ...; leave it out if it is none
# label, unit   how people read it
# lower, upper  values outside are impossible and are treated as missing
# choices       values of a category, most frequent first
# typical       what a form begins with
# date_order    dmy, mdy or ymd
# personal      true for personal data, which is never used
# why           for you only

"""

_TEXTS = ("name", "source", "kind", "role", "meaning", "label", "unit", "date_order", "why")
_NUMBERS = ("lower", "upper")
_KEYS = (*_TEXTS, *_NUMBERS, "typical", "choices", "personal")


def schema_to_toml(schema: Schema) -> str:
    """Return a schema as TOML with a comment on top that explains every key.

    Examples
    --------
    >>> text = schema_to_toml(Schema((Column("Age", "number", "feature", unit="years"),)))
    >>> print(text[text.index("[["):])
    [[columns]]
    name = "Age"
    kind = "number"
    role = "feature"
    label = "Age"
    unit = "years"
    <BLANKLINE>
    """
    import tomli_w

    tables = []
    for column in schema:
        plain = column.to_dict()
        ordered = {key: plain[key] for key in _KEYS if key in plain}
        tables.append("[[columns]]\n" + tomli_w.dumps(ordered))
    return HEADER + "\n".join(tables)


def schema_from_toml(text: str) -> Schema:
    """Read a schema from TOML.

    Parameters
    ----------
    text : str
        As `schema_to_toml` writes it. Only `name` is needed of each column; without `kind` it is
        a number, without `role` it is what fits the kind.

    Returns
    -------
    Schema

    Raises
    ------
    SchemaError
        With every fault found, each with its column.
    """
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise SchemaError(
            f"The schema is not TOML: {fault}. Write it anew with 'coterie schema FILE', then edit."
        ) from fault
    entries = plain.get("columns")
    if (
        not isinstance(entries, list)
        or not entries
        or not all(isinstance(e, dict) for e in entries)
    ):
        raise SchemaError(
            "The schema has no columns. Each begins with [[columns]] and has at least a name; "
            "'coterie schema FILE' writes one to begin with."
        )
    faults = [f"There is no key {key} in a schema; it has [[columns]] only."
              for key in plain if key != "columns"]  # fmt: skip
    columns = []
    for number, entry in enumerate(entries, 1):
        found = _faults(entry, number)
        faults += found
        if not found:
            columns.append(_column(entry))
    faults += _repeated([c.name for c in columns], "name")
    faults += _repeated([c.source for c in columns if c.source], "source")
    if faults:
        raise SchemaError(" ".join(faults))
    return Schema(tuple(columns))


def _column(entry: Mapping[str, Any]) -> Column:
    """Build a column from an entry that is well formed."""
    kind = entry.get("kind", "number")
    natural = {"id": "id", "date": "date", "text": "ignore"}.get(kind, "feature")
    values = {key: entry[key] for key in _KEYS if key in entry}
    for key in _NUMBERS:
        if key in values:
            values[key] = float(values[key])
    if isinstance(values.get("typical"), int):
        values["typical"] = float(values["typical"])
    values["choices"] = tuple(str(choice) for choice in entry.get("choices", ()))
    return Column(**{**values, "kind": kind, "role": entry.get("role", natural)})


def _faults(entry: Mapping[str, Any], number: int) -> list[str]:
    """Say everything that is wrong with one entry."""
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        return [f'Column number {number} has no name. Give it name = "...".']
    if name.startswith("__"):
        return [f"{name}: names that begin with two underscores are kept for Coterie."]
    found = []
    for key, value in entry.items():
        check = _CHECKS.get(key)
        if check is None:
            near = close_names(key, _KEYS, 1)
            hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(_KEYS)}."
            found.append(f"{name}: there is no key {key}.{hint}")
        elif fault := check(value):
            found.append(f"{name}: {key} {fault}; it is {str(value)[:60]!r}.")
    return found or _contradictions(entry, name)


def _contradictions(entry: Mapping[str, Any], name: str) -> list[str]:
    """Say what contradicts itself in an entry whose values are well formed one by one."""
    found = []
    lower, upper = entry.get("lower"), entry.get("upper")
    if lower is not None and upper is not None and not lower < upper:
        found.append(f"{name}: lower must be below upper; they are {lower} and {upper}.")
    kind, role = entry.get("kind", "number"), entry.get("role", "feature")
    if role == "feature" and kind in ("id", "text") and "role" in entry:
        found.append(
            f"{name}: {'an id' if kind == 'id' else 'text'} cannot be a feature. Change the kind "
            "to number or category, or the role to ignore."
        )
    if entry.get("personal") and entry.get("role", "ignore") in ("feature", "response"):
        found.append(
            f'{name}: personal data cannot be a {role}. Set personal = false or role = "ignore".'
        )
    if role == "date" and kind != "date":
        found.append(f"{name}: role date needs kind date; the kind is {kind}.")
    return found


def _repeated(names: Iterable[str], what: str) -> list[str]:
    """Say which names occur twice."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for name in names:
        if name in seen:
            twice[name] = None
        seen.add(name)
    return [f"{name}: two columns have this {what}." for name in twice]


def _one_of(allowed: Iterable[str]) -> Callable[[Any], str]:
    """Return a check that a value is one of some words."""
    words = tuple(allowed)
    return lambda value: "" if value in words else f"must be one of {', '.join(words)}"


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else "must be text"


def _number(value: Any) -> str:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return "" if good else "must be a number"


def _typical(value: Any) -> str:
    return "" if isinstance(value, str) or not _number(value) else "must be a number or text"


def _choices(value: Any) -> str:
    good = isinstance(value, list) and all(isinstance(v, str | int | float) for v in value)
    return "" if good else "must be a list of texts"


def _yes_no(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


_CHECKS: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(_NUMBERS, _number),
    "kind": _one_of(KINDS),
    "role": _one_of(ROLES),
    "date_order": _one_of(("dmy", "mdy", "ymd")),
    "typical": _typical,
    "choices": _choices,
    "personal": _yes_no,
}


def apply_schema(
    schema: Schema,
    frame: nw.LazyFrame[Any],
    needed: Iterable[str] | None = None,
) -> tuple[nw.LazyFrame[Any], tuple[Note, ...]]:
    """Give the columns of a table the names of a schema: lazy frame -> lazy frame, notes.

    A column is found by its `source`, else by its name; case, blanks, underscores, punctuation
    and a unit in brackets make no difference. Columns that the schema does not know are kept as
    they are.

    Parameters
    ----------
    schema : Schema
    frame : nw.LazyFrame
        As opened.
    needed : iterable of str, optional
        Columns of the schema that must be there; by default all that are not ignored.

    Returns
    -------
    nw.LazyFrame
    tuple of Note
        On columns found under another spelling, absent ones, and ones unknown to the schema.

    Raises
    ------
    MissingColumnsError
        If needed columns are not in the table.
    SchemaError
        If a column cannot be what the schema says.
    """
    types = frame.collect_schema()
    present = [name for name in types.names() if not name.startswith("__")]
    found = _match(schema, present)
    wanted = set(needed) if needed is not None else {c.name for c in schema if c.role != "ignore"}
    missing = [c.source or c.name for c in schema if c.name in wanted and c.name not in found]
    if missing:
        raise MissingColumnsError(missing, present)
    faults = [
        fault
        for name, spelt in found.items()
        if name in wanted and (fault := _mismatch(schema[name], spelt, types[spelt]))
    ]
    if faults:
        raise SchemaError(" ".join(faults))
    renamed = {spelt: name for name, spelt in found.items() if spelt != name}
    notes = [
        Note("header", f"{spelt} is taken for {name}.", name) for spelt, name in renamed.items()
    ]
    unknown = [name for name in present if name not in set(found.values())]
    clashing = {name: f"{name}_in_file" for name in unknown if name in renamed.values()}
    if unknown:
        shown = ", ".join(unknown[:10]) + (", ..." if len(unknown) > 10 else "")
        notes.append(
            Note("schema", f"Not in the schema, and not used: {shown}.", None, len(unknown))
        )
    absent = [c.name for c in schema if c.name not in found]
    if absent:
        shown = ", ".join(absent[:10]) + (", ..." if len(absent) > 10 else "")
        notes.append(
            Note("schema", f"In the schema, but not in the table: {shown}.", None, len(absent))
        )
    if not renamed:
        return frame, tuple(notes)
    new_names = [clashing.get(name, renamed.get(name, name)) for name in types.names()]
    columns = [nw.col(old).alias(new) for old, new in zip(types.names(), new_names, strict=True)]
    return frame.select(*columns), tuple(notes)


def _match(schema: Schema, present: list[str]) -> dict[str, str]:
    """Return for each column of a schema the name it has in a table, where it is there."""
    found: dict[str, str] = {}
    free = dict.fromkeys(present)
    for column in schema:
        exact = column.source or column.name
        if exact in free:
            found[column.name] = exact
            del free[exact]
    for column in schema:
        if column.name in found:
            continue
        for spelling in filter(None, (column.source, column.name)):
            near = find_name(spelling, free)
            if near is not None:
                found[column.name] = near
                del free[near]
                break
    return found


def _mismatch(column: Column, spelt: str, dtype: Any) -> str:
    """Say how a column of a table cannot be what the schema says; empty if it can."""
    if dtype == nw.Unknown:
        return ""
    numeric = dtype.is_numeric() or dtype == nw.Boolean
    dated = dtype in (nw.Date, nw.Datetime)
    holds = "numbers" if numeric else "dates" if dated else "text"
    if column.kind == "number" and not numeric:
        return (
            f"{spelt} is a number by the schema, but the table holds {holds}. Mend its values, or "
            "change its kind."
        )
    if column.kind == "date" and not dated:
        return (
            f"{spelt} is a date by the schema, but the table holds {holds}. Mend its values, or "
            "change its kind."
        )
    if column.kind == "flag" and dated:
        return f"{spelt} is a flag by the schema, but the table holds dates. Change its kind."
    return ""
