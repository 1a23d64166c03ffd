"""Infer what each column of a customer table is, and say why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import narwhals as nw

from coterie.schema.columns import Column, DateOrder, Schema
from coterie.schema.known import (
    Meaning,
    names_a_code,
    names_a_postal_code,
    names_an_id,
    names_the_future,
    recognise,
)
from coterie.schema.known_orders import made_labels
from coterie.schema.looking import LARGEST_CHOICES, Look, look_at
from coterie.schema.notes import Note
from coterie.schema.spelling import currency_in, find_name, humanise, unit_of

MOSTLY_MISSING = 0.6
"""A column with a larger share of missing values says more of who was asked than of customers."""

MANY_OUTSIDE = 0.05
"""If a larger share of values breaks the bounds of a meaning, it means something else."""

OLDEST = 110
"""Nobody in a customer file is older; the oldest person known reached 122."""

_YES_NO = (
    {"yes", "no"}, {"y", "n"}, {"true", "false"}, {"t", "f"}, {"ja", "nein"}, {"si", "no"},
    {"oui", "non"}, {"sim", "nao"}, {"1", "0"}, {"on", "off"},
)  # fmt: skip
_MIN_RUN = 10
LONGEST_ID = 24.0
"""Texts that are longer on average are prose, not codes."""

_FEW_CODES = 50


def infer_schema(
    frame: nw.LazyFrame[Any],
    *,
    orders: Mapping[str, DateOrder] | None = None,
    units: Mapping[str, str] | None = None,
    asked: Sequence[str] = (),
) -> tuple[Schema, tuple[Note, ...]]:
    """Say what each column of a table is: lazy frame -> schema and what was noticed.

    Parameters
    ----------
    frame : nw.LazyFrame
        Typed columns (Int64, Float64, Boolean, Date, Datetime, String), and ROW.
    orders : mapping of str to {"dmy", "mdy", "ymd"}, optional
        How the dates of a column were read.
    units : mapping of str to str, optional
        The currency that a column's cells bear: its unit, where its name says none.
    asked : sequence of str
        Columns that the user wants as features: what would be set aside by its look alone
        (a run of whole numbers, a code, a column that is mostly missing) stays a number.

    Returns
    -------
    Schema
        In the table's order.
    tuple of Note
    """
    names = [name for name in frame.collect_schema().names() if not name.startswith("__")]
    known = {name: recognise(name) for name in names}
    looks = look_at(frame, known)
    wanted = {found for name in asked if (found := find_name(name, names)) is not None}
    columns = []
    for name in names:
        column = _judge(looks[name], known[name], name in wanted)
        order = (orders or {}).get(name)
        unit = (units or {}).get(name, "") if column.kind == "number" else ""
        column = replace(column, unit=column.unit or unit)
        columns.append(replace(column, date_order=order) if order else column)
    columns = _bound_birth_years(columns, looks)
    made = made_labels(names)
    columns = [
        replace(c, label=made[c.name][0], unit=made[c.name][1]) if c.name in made else c
        for c in columns
    ]
    notes = (*_notes(columns, looks), *_currency_notes(columns, units or {}))
    return Schema(tuple(columns)), notes


def _currency_notes(columns: Sequence[Column], units: Mapping[str, str]) -> list[Note]:
    """Say where the name of a column and its cells speak of different currencies."""
    notes = []
    for column in columns:
        named, borne = currency_in(column.unit), currency_in(units.get(column.name, ""))
        if named and borne and named != borne:
            text = (
                f"{column.name}: its name says {named}, its cells say {borne}; the name was "
                "believed. Correct the unit in the schema if the cells are right."
            )
            notes.append(Note("currencies", text, column.name, level="warning"))
    return notes


def _judge(look: Look, meaning: Meaning | None, wanted: bool) -> Column:
    """Decide on one column; the first rule that fits wins."""
    if not look.count:
        kind = {"number": "number", "flag": "flag", "date": "date"}.get(look.sort, "text")
        return _column(look, kind, "ignore", "It has no value at all.", None)
    personal = _personal(look, meaning)
    if personal is not None:
        return personal
    column = {"number": _judge_number, "flag": _judge_flag, "date": _judge_date}.get(
        look.sort, _judge_text
    )(look, meaning, wanted)
    if column.role not in ("feature", "response", "date"):
        return column
    if look.constant:
        return replace(column, role="ignore", why="All its values are equal.")
    if look.missing > MOSTLY_MISSING and not wanted:
        share = f"{100 * look.missing:.0f} %"
        return replace(column, role="ignore", why=f"{share} of its values are missing.")
    return column


def _personal(look: Look, meaning: Meaning | None) -> Column | None:
    """Return the column if its name or its content is personal data, else None."""
    named_id = names_an_id(look.name) or (meaning is not None and meaning.kind == "id")
    if look.sort == "text" and (look.unique or 0) > 2 and not named_id:
        if look.emails > look.count / 2:
            return _private(look, "email", "Its values are e-mail addresses.")
        if look.cards > look.count / 2 and _pass_luhn(look.first):
            return _private(look, "card", "Its values are card numbers.")
        if look.phones > look.count / 2:
            return _private(look, "phone", "Its values are phone numbers.")
    if look.sort == "number" and not named_id and _pass_luhn(look.first):
        return _private(look, "card", "Its values are card numbers.")
    if meaning is None or not meaning.personal or meaning.kind == "date":
        return None
    long_number = look.sort == "number" and look.whole and (look.high or 0) >= 1e6
    if meaning.meaning in ("phone", "card", "identity") and long_number:
        return _private(look, meaning.meaning, "Its name says that it is personal data.")
    coded = names_an_id(look.name) and look.codes > look.count / 2
    if look.sort == "text" and not coded and not _is_yes_no(look):
        return _private(look, meaning.meaning, "Its name says that it is personal data.")
    return None


def _private(look: Look, meaning: str, why: str) -> Column:
    """Return a column of personal data: never a feature, never described."""
    return Column(look.name, "text", "ignore", meaning, humanise(look.name), personal=True, why=why)


def _pass_luhn(values: Sequence[str]) -> bool:
    """Return whether most texts are card numbers by their check digit (ISO/IEC 7812-1)."""
    checked = [sum(map(_luhn_digit, enumerate(reversed(digits)))) % 10 == 0 for digits in (
        [int(sign) for sign in value if sign.isdecimal()] for value in values
    ) if 13 <= len(digits) <= 19]  # fmt: skip
    return len(checked) > 0 and sum(checked) > 0.5 * len(checked)


def _luhn_digit(placed: tuple[int, int]) -> int:
    """Return what a digit adds to Luhn's sum, by its place from the right."""
    place, digit = placed
    return sum(divmod(2 * digit, 10)) if place % 2 else digit


def _judge_number(look: Look, meaning: Meaning | None, wanted: bool) -> Column:
    """Decide on a column of numbers."""
    id_column = _number_id(look, meaning, wanted)
    if id_column is not None:
        return id_column
    two = look.unique == 2 and (look.low, look.high) == (0.0, 1.0)
    if meaning is not None and meaning.meaning in ("response", "complain"):
        return _judge_answer(look, meaning, two)
    if meaning is not None and meaning.kind == "number" and _agrees(look, meaning):
        return _known_number(look, meaning)
    few = look.unique is not None and look.unique <= _FEW_CODES
    if meaning is not None and meaning.kind == "category" and look.whole and few:
        return _column(look, "category", "feature", _known(meaning), meaning)
    if two:
        return _column(look, "flag", "feature", "It is 0 or 1.", None)
    if names_a_code(look.name) and look.whole and not wanted:
        if few:
            return _column(look, "category", "feature", "Its numbers are codes.", None)
        if names_a_postal_code(look.name) or look.unique == look.count:
            return _column(look, "text", "ignore", "Its numbers are codes, not amounts.", None)
    if look.unique == 2 and (look.low, look.high) == (1.0, 2.0) and not wanted:
        why = "It is 1 or 2, which is a code."
        return _column(look, "category", "feature", why, None)
    return _column(look, "number", "feature", "It is a number.", None)


def _number_id(look: Look, meaning: Meaning | None, wanted: bool) -> Column | None:
    """Return the column if its numbers are ids, by name or because they count the rows."""
    named = meaning is not None and meaning.kind == "id"
    if named and look.whole:
        return _column(look, "id", "id", "Its name says that it is an id.", meaning)
    varied = look.unique is not None and look.unique > max(_FEW_CODES, look.count / 2)
    small = look.unique == look.count
    if names_an_id(look.name) and look.whole and (varied or small):
        return _column(look, "id", "id", "Its name says that it is an id.", None)
    if names_an_id(look.name) and look.whole and not wanted:
        if look.unique is not None and look.unique <= _FEW_CODES:
            return _column(look, "category", "feature", "Its numbers are codes.", None)
        return _column(look, "id", "id", "Its name says that it is an id.", None)
    run = look.unique == look.count == look.rows >= _MIN_RUN
    steps = (
        look.low is not None and look.high is not None and look.high - look.low == look.count - 1
    )
    if run and steps and look.whole and meaning is None and not wanted:
        return _column(look, "id", "id", "Its numbers count the rows one by one.", None)
    return None


def _judge_answer(look: Look, meaning: Meaning, two: bool) -> Column:
    """Decide on a column whose name says that it is an answer to a campaign, or a complaint."""
    zero_or_one = look.whole and look.low in (0.0, 1.0) and look.high in (0.0, 1.0)
    if two or zero_or_one:
        return _column(look, "flag", meaning.role, _known(meaning), meaning)
    return _column(look, "number", "feature", "It is a number.", None)


def _agrees(look: Look, meaning: Meaning) -> bool:
    """Return whether the values of a number can mean what its name says."""
    if meaning.meaning == "birth_year":
        return look.whole and look.median is not None and 1900 <= look.median <= 2100
    if meaning.unit in ("purchases", "visits", "children", "teenagers") and not look.whole:
        return False
    return not (meaning.meaning == "age" and look.outside > 4 * MANY_OUTSIDE * look.count)


def _known_number(look: Look, meaning: Meaning) -> Column:
    """Return a number known by sight, with its bounds where the data agrees."""
    allowed = max(1.0, MANY_OUTSIDE * look.count)
    if meaning.meaning == "age":
        allowed = look.count
    if look.outside > allowed:
        unit = unit_of(look.name) if meaning.meaning == "spending_score" else meaning.unit
        meaning = replace(meaning, lower=None, upper=None, unit=unit)
    return _column(look, "number", meaning.role, _known(meaning), meaning)


def _judge_flag(look: Look, meaning: Meaning | None, _: bool) -> Column:
    """Decide on a Boolean column."""
    known = meaning if meaning is not None and meaning.kind == "flag" else None
    role = known.role if known else "feature"
    why = _known(known) if known else "It is true or false."
    return _column(look, "flag", role, why, known)


def _judge_date(look: Look, meaning: Meaning | None, _: bool) -> Column:
    """Decide on a column of dates."""
    known = meaning if meaning is not None and meaning.kind == "date" else None
    if known is not None and names_the_future(look.name):
        known = None
    why = _known(known) if known else "Its values are dates."
    return _column(look, "date", "date", why, known)


def _judge_text(look: Look, meaning: Meaning | None, _: bool) -> Column:
    """Decide on a column of text."""
    unique = look.unique or 0
    if look.sort == "other":
        return _column(look, "text", "ignore", "Its values are neither numbers nor text.", None)
    if meaning is not None and meaning.kind == "id":
        return _column(look, "id", "id", "Its name says that it is an id.", meaning)
    if _is_yes_no(look):
        known = meaning if meaning is not None and meaning.kind == "flag" else None
        why = _known(known) if known else "It is yes or no."
        return _column(look, "flag", known.role if known else "feature", why, known)
    few = unique <= _FEW_CODES and (unique <= look.count / 2 or unique <= 5)
    some = unique <= LARGEST_CHOICES and unique <= 0.1 * look.count
    if few or some:
        known = meaning if meaning is not None and meaning.kind == "category" else None
        why = _known(known) if known else f"Its text takes {unique} different values."
        return _column(look, "category", "feature", why, known)
    own = unique == look.count >= _MIN_RUN and look.length <= LONGEST_ID
    if own or names_an_id(look.name):
        why = "Each row has a code of its own." if own else "Its name says that it is an id."
        return _column(look, "id", "id", why, None)
    return _column(look, "text", "ignore", "It is free text.", None)


def _is_yes_no(look: Look) -> bool:
    """Return whether a text says yes and no, in a few languages."""
    values = {choice.strip().casefold().replace("í", "i").replace("ã", "a").replace("sì", "si")
              for choice in look.choices}  # fmt: skip
    return len(values) in (1, 2) and any(values <= pair for pair in _YES_NO)


def _known(meaning: Meaning) -> str:
    """Say that a column is known by its name."""
    return f"Known by its name: {meaning.label.lower()}."


def _column(look: Look, kind: Any, role: Any, why: str, meaning: Meaning | None) -> Column:
    """Put a column together from what was seen and what is known."""
    choices = tuple(look.choices) if kind in ("category", "flag") else ()
    if kind == "flag" and not choices and look.low is not None:
        choices = ("0", "1")
    typical: float | str | None = None
    if kind == "number":
        typical = look.median
    elif kind == "flag" and look.sort in ("number", "flag"):
        typical = round(look.median) if look.median is not None else None
        typical = None if typical is None else float(typical)
    elif choices and kind in ("category", "flag"):
        typical = choices[0] or None
    return Column(
        name=look.name,
        kind=kind,
        role=role,
        meaning=meaning.meaning if meaning else "",
        label=meaning.label if meaning else humanise(look.name),
        unit=(meaning.unit if meaning else unit_of(look.name)) if kind == "number" else "",
        lower=meaning.lower if meaning and kind == "number" else None,
        upper=meaning.upper if meaning and kind == "number" else None,
        choices=choices,
        typical=typical,
        personal=bool(meaning and meaning.personal),
        why=why,
    )


def _bound_birth_years(columns: list[Column], looks: Mapping[str, Look]) -> list[Column]:
    """Give birth years the bounds that the newest date, or the youngest customer, allows."""
    newest = [
        int(look.high[:4])
        for look in looks.values()
        if look.sort == "date"
        and look.high
        and look.high < "2100"
        and not names_the_future(look.name)
    ]
    bounded = []
    for column in columns:
        high = looks[column.name].high
        if column.meaning != "birth_year" or high is None:
            bounded.append(column)
        elif newest:
            year = max(newest)
            bounded.append(replace(column, lower=float(year - OLDEST), upper=float(year)))
        else:
            year = min(int(high), 2100)
            bounded.append(replace(column, lower=float(max(1900, year - OLDEST)), upper=2100.0))
    return bounded


def _notes(columns: Sequence[Column], looks: Mapping[str, Look]) -> list[Note]:
    """Say which columns are set aside, and why."""
    notes = []
    for column in columns:
        look = looks[column.name]
        if column.role != "ignore":
            continue
        if column.personal:
            text = f"{column.name} is left aside as personal data. {column.why}"
            notes.append(Note("personal", text, column.name, look.count))
        elif not look.count:
            notes.append(
                Note("missing", f"{column.name} has no value at all.", column.name, look.rows)
            )
        elif look.constant:
            text = f"{column.name} has the same value in every row and is left aside."
            notes.append(Note("constant", text, column.name, look.count))
        elif look.missing > MOSTLY_MISSING:
            text = f"{column.name} is left aside. {column.why}"
            notes.append(Note("missing", text, column.name, look.rows - look.count))
    return notes
