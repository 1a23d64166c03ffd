"""Which column of a table of order lines is what: by sight, as told, or by what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import narwhals as nw

from coterie.errors import ConfigError, InputError
from coterie.schema.known_orders import ROLES, of_customers, recognise_roles
from coterie.schema.looking import one_row
from coterie.schema.notes import Note
from coterie.schema.spelling import close_names, find_name

NUMBERS = ("quantity", "price", "amount")
FEWEST_ROWS = 20
"""Below so many rows it means nothing that no customer occurs twice."""

EXAMPLE = "--columns customer=...,date=...,amount=..."


@dataclass(frozen=True)
class OrderColumns:
    """Which column of a table of order lines is what.

    Attributes
    ----------
    customer, date : str
        Who bought, and when.
    order : str or None
        The number that the lines of one order share; without it, what a customer bought at one
        moment (on one day, where no time is given) is one order.
    product : str or None
    quantity : str or None
        Pieces; below zero for a return.
    price : str or None
        Of one piece.
    amount : str or None
        Of the line or order as a whole; without it, quantity times price.
    status : str or None
        Text that says of an order that it was cancelled or returned.
    channel : str or None
        Where it was bought: web, store ...
    visits : str or None
        Visits to the site (numbers), or the visit's id (text).
    """

    customer: str
    date: str
    order: str | None = None
    product: str | None = None
    quantity: str | None = None
    price: str | None = None
    amount: str | None = None
    status: str | None = None
    channel: str | None = None
    visits: str | None = None

    @property
    def has_money(self) -> bool:
        """True if the lines say what was paid."""
        return self.amount is not None or self.price is not None

    def to_dict(self) -> dict[str, str]:
        """Return role -> column, without what is not there."""
        pairs = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {role: name for role, name in pairs if name is not None}


def find_order_columns(
    frame: nw.LazyFrame[Any], given: Mapping[str, str] | None = None, name: str = "The table"
) -> tuple[OrderColumns, tuple[Note, ...]]:
    """Find out which column is what: what is `given` holds, the others are known by sight.

    Parameters
    ----------
    frame : nw.LazyFrame
        A table as it was opened, with its columns typed.
    given : mapping of str to str, optional
        Role -> column, in any usual spelling; an empty column says that there is none.
    name : str
        What the table is called in messages.

    Returns
    -------
    OrderColumns
    tuple of Note
        Which column was taken for what.

    Raises
    ------
    ConfigError
        If `given` names a role or a column that there is not, or one of the wrong kind.
    InputError
        If no column is the customer or the date, or if the table is one of customers.
    """
    types = {n: t for n, t in frame.collect_schema().items() if not n.startswith("__")}
    names = list(types)
    told = _as_given(given or {}, names)
    taken = set(told.values())
    known = {r: n for r, n in recognise_roles(names).items() if n not in taken and r not in told}
    known = {r: n for r, n in known.items() if not unfit(r, n, types[n]) or r in ("date",)}
    roles = {**known, **{role: column for role, column in told.items() if column}}
    guessed: dict[str, str] = {}
    if not {"customer", "date"} & set(roles) and not given:
        guessed = by_content(frame, types)
        roles = guessed or roles
    if not {"customer", "date"} <= set(roles):
        raise InputError(_missing(frame, names, roles, name))
    faults = [
        fault for role, column in roles.items() if (fault := unfit(role, column, types[column]))
    ]
    if faults:
        raise ConfigError(faults)
    columns = OrderColumns(**roles)
    _refuse_customers(frame, columns, names, name)
    return columns, (_taken_note(roles, guessed), *_lacking_notes(columns, types))


def _as_given(given: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """Find the columns that the user named; every fault at once."""
    faults: list[str] = []
    told: dict[str, str] = {}
    for role, wanted in given.items():
        if role not in ROLES:
            faults.append(f"--columns knows {', '.join(ROLES)}; it was given {role}.")
            continue
        column = find_name(wanted.strip(), names) if wanted.strip() else ""
        if column is None:
            near = close_names(wanted, names)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            faults.append(
                f"There is no column {wanted} for {role}.{hint} It has: {', '.join(names[:30])}."
            )
        elif column and column in told.values():
            faults.append(f"--columns gives the column {column} twice.")
        else:
            told[role] = column
    if faults:
        raise ConfigError(faults)
    return told


def unfit(role: str, column: str, kind: Any) -> str:
    """Say why a column cannot be what it is taken for; empty if it can."""
    if role == "date" and kind not in (nw.Date, nw.Datetime):
        return (
            f"The values of {column} cannot be read as dates. Write them all one way, such as "
            "2024-05-31, or name another column with --columns date=..."
        )
    if role in NUMBERS and not kind.is_numeric():
        return (
            f"{column} is taken for the {role} and does not hold numbers. "
            f"Name another column with --columns {role}=..., or none with --columns {role}="
        )
    return ""


def by_content(frame: nw.LazyFrame[Any], types: Mapping[str, Any]) -> dict[str, str]:
    """Guess the columns of a file without a header; nothing where there are two readings.

    The one column of dates is the date. Before it stands the customer: the nearest column of
    codes whose values come again (others count where they say the same as this one). Behind it,
    the one column of fractions is the amount and the one of whole numbers the quantity.
    """
    names = list(types)
    dates = [name for name in names if types[name] in (nw.Date, nw.Datetime)]
    if len(dates) != 1:
        return {}
    place = names.index(dates[0])
    codes = [n for n in names[:place] if types[n] == nw.String or types[n].is_integer()]
    wholes = [name for name in names[place + 1 :] if types[name].is_integer()]
    parts = [name for name in names[place + 1 :] if types[name].is_float()]
    if not codes or len(wholes) > 1 or len(parts) != 1:
        return {}
    counts = one_row(frame, [nw.len(), *(nw.col(name).n_unique() for name in codes)])
    rows, unique = int(counts[0]), dict(zip(codes, map(int, counts[1:]), strict=True))
    again = [name for name in codes if 1 < unique[name] < rows]
    if not again:
        return {}
    customer = again[-1]
    for other in again[:-1]:
        pairs = frame.select(customer, other).unique().select(nw.len()).collect().item()
        if int(pairs) != unique[customer] or int(pairs) != unique[other]:
            return {}
    found = {"customer": customer, "date": dates[0], "amount": parts[0]}
    return {**found, "quantity": wholes[0]} if wholes else found


def _missing(
    frame: nw.LazyFrame[Any], names: Sequence[str], roles: Mapping[str, str], name: str
) -> str:
    """Say which column is not there, and what the table looks like."""
    lacking = " and ".join(f"the {role}" for role in ("customer", "date") if role not in roles)
    traits = of_customers(names)
    if len(traits) >= 2:
        return (
            f"{name} looks like a table of customers, not of orders: it has {', '.join(traits[:4])}"
            f" and no column for {lacking} of an order. Find its groups with coterie segment; or, "
            f"if a row is an order after all, say which column is what: {EXAMPLE}"
        )
    first = frame.select(*names[:12]).head(1).collect().rows()
    shown = ", ".join(
        f"{column} ({str(value)[:24]})"
        for column, value in zip(names[:12], first[0] if first else [], strict=False)
    )
    return (
        f"No column of {name} is known to be {lacking} of an order. It has, with the first row's "
        f"values: {shown}. Say which column is what: {EXAMPLE}"
    )


def _refuse_customers(
    frame: nw.LazyFrame[Any], columns: OrderColumns, names: Sequence[str], name: str
) -> None:
    """Raise if no customer occurs twice and the columns tell of customers."""
    traits = of_customers([n for n in names if n not in columns.to_dict().values()])
    if len(traits) < 2 or columns.order or columns.product or columns.quantity:
        return
    rows, unique = one_row(frame, [nw.col(columns.customer).count(),
                                   nw.col(columns.customer).n_unique()])  # fmt: skip
    if int(rows) >= FEWEST_ROWS and int(unique) >= int(rows):
        raise InputError(
            f"{name} looks like a table of customers, not of orders: each {columns.customer} has "
            f"one row, and it has {', '.join(traits[:4])}. Find its groups with coterie segment."
        )


def _taken_note(roles: Mapping[str, str], guessed: Mapping[str, str]) -> Note:
    """Say which column was taken for what."""
    said = ", ".join(f"{column} for the {role}" for role, column in roles.items())
    if guessed:
        text = (
            f"By what they hold, these columns were taken: {said}. "
            "If that is wrong, say which is what with --columns."
        )
        return Note("columns", text, level="warning")
    return Note("columns", f"Columns taken: {said}.")


def _lacking_notes(columns: OrderColumns, types: Mapping[str, Any]) -> list[Note]:
    """Say what cannot be told because a column is not there."""
    notes = []
    if not columns.has_money:
        text = "No column says what was paid, so there is no spending among the results."
        notes.append(Note("columns", text, level="warning"))
    elif columns.amount is None and columns.quantity is None:
        text = f"No column holds a quantity; each line counts as one piece at {columns.price}."
        notes.append(Note("columns", text, columns.price, level="warning"))
    if columns.order is None:
        span = "on one day" if types[columns.date] == nw.Date else "at one moment"
        text = (
            f"No column holds an order number: what a customer bought {span} is one order, and "
            "equal lines may be two purchases, so none is taken for a copy."
        )
        notes.append(Note("columns", text))
    return notes
