"""Whether a table holds order lines, not customers, and which column would be what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw

from coterie.prepare.transactions import by_content, unfit
from coterie.prepare.transactions_lines import newest_day, oldest_day
from coterie.schema.known_orders import of_customers, recognise_roles, seem_orders
from coterie.schema.looking import one_row

OFTEN = 1.1
"""So many lines a customer, on average, are more than a few rows entered twice."""

SAYS_A_PURCHASE = ("order", "product", "quantity", "price", "amount")


@dataclass(frozen=True)
class OrdersSeen:
    """A table that may hold order lines.

    Attributes
    ----------
    columns : dict of str to str
        Role -> column, as far as they are known by name or by what they hold; with customer
        and date in it.
    customers : int
        Different ones.
    nameless : int
        Lines without a customer.
    oldest, newest : date or None
        First and last day, today at the latest.
    sure : bool
        Whether hardly anything else can be meant.
    """

    columns: dict[str, str]
    customers: int
    nameless: int
    oldest: date | None
    newest: date | None
    sure: bool

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "columns": dict(self.columns),
            "customers": self.customers,
            "nameless": self.nameless,
            "oldest": self.oldest.isoformat() if self.oldest else None,
            "newest": self.newest.isoformat() if self.newest else None,
            "sure": self.sure,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> OrdersSeen:
        """Build from `to_dict`'s result."""
        days = {
            key: date.fromisoformat(plain[key]) if plain[key] else None
            for key in ("oldest", "newest")
        }
        return cls(**{**plain, **days})


def see_orders(frame: nw.LazyFrame[Any], today: date) -> OrdersSeen | None:
    """Return what a table would be as order lines; None where no customer or no date is known.

    Parameters
    ----------
    frame : nw.LazyFrame
        A table as it was opened, with its columns typed.
    today : date
        Days after it cannot be.

    Examples
    --------
    >>> import polars as pl
    >>> lines = pl.LazyFrame({"CustomerID": [1, 1, 2], "InvoiceNo": [7, 8, 9],
    ...     "InvoiceDate": [date(2024, 5, day) for day in (1, 2, 3)], "UnitPrice": [2.5, 1.0, 4.0]})
    >>> seen = see_orders(nw.from_native(lines), date(2024, 6, 1))
    >>> seen.customers, seen.newest, seen.sure
    (2, datetime.date(2024, 5, 3), True)
    """
    types = {n: t for n, t in frame.collect_schema().items() if not n.startswith("__")}
    names = list(types)
    roles = {r: n for r, n in recognise_roles(names).items() if not unfit(r, n, types[n])}
    guessed = not {"customer", "date"} & set(roles)
    if guessed:
        roles = by_content(frame, types)
    if not {"customer", "date"} <= set(roles):
        return None
    customer = roles["customer"]
    lines, named = map(int, one_row(frame, [nw.len(), nw.col(customer).count()]))
    customers = _different(frame, customer)
    told = guessed or bool(set(roles) & set(SAYS_A_PURCHASE))
    known = seem_orders(names) or (told and named >= OFTEN * customers)
    return OrdersSeen(
        columns=roles,
        customers=customers,
        nameless=lines - named,
        oldest=oldest_day(frame, roles["date"]),
        newest=newest_day(frame, roles["date"], today),
        sure=known and len(of_customers(names)) < 2,
    )


def _different(frame: nw.LazyFrame[Any], customer: str) -> int:
    """Count the customers; a missing number is none."""
    named = frame.filter(~nw.col(customer).is_null())
    return int(one_row(named, [nw.col(customer).n_unique()])[0])
