"""Columns computed from those that are known by sight: age, tenure, totals, shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import narwhals as nw

from coterie.prepare.choosing import FeatureChoice, choose_features
from coterie.prepare.derived import YES, Derived, day_number, day_of
from coterie.schema import Column, Schema
from coterie.schema.known import names_the_future
from coterie.schema.looking import one_group, one_row
from coterie.schema.spelling import plain_name

__all__ = ["Derived", "FeatureChoice", "choose_features", "derive", "newest_date"]

SPENDS = ("spend_wines", "spend_fruits", "spend_meat", "spend_fish", "spend_sweets", "spend_gold")
CHANNELS = {
    "web_purchases": ("web_share", "Share of purchases on the web"),
    "catalog_purchases": ("catalog_share", "Share of purchases by catalogue"),
    "store_purchases": ("store_share", "Share of purchases in stores"),
}

LAST_DAY = date(2100, 1, 1)
"""Dates from here on are placeholders ("9999-12-31"), not days on which something happened."""

FAR_AHEAD = 30 * 365


def newest_date(frame: nw.LazyFrame[Any], schema: Schema) -> date | None:
    """Return the newest date in the table, or None if it has none.

    Dates of birth, columns that may lie in the future (renewals, expiry) and placeholders from
    the year 2100 on do not count, nor do slips of the pen: dates more than 30 years after the
    middle one of their column.
    """
    types = frame.collect_schema()
    names = [
        c.name
        for c in schema
        if c.kind == "date"
        and c.name in types
        and types[c.name] in (nw.Date, nw.Datetime)
        and c.meaning != "birth_date"
        and not names_the_future(c.name)
    ]
    if not names:
        return None
    days = [nw.col(name).cast(nw.Date) for name in names]
    real = [nw.when(day < nw.lit(LAST_DAY)).then(day) for day in days]
    medians = one_group(frame, [day_number(day).quantile(0.5, "linear") for day in real])
    newest = []
    for day, median in zip(real, medians, strict=True):
        if median is not None:
            limit = date(1970, 1, 1) + timedelta(days=int(median) + FAR_AHEAD)
            newest.append(nw.when(day <= nw.lit(limit)).then(day).max())
    found = [day_of(value) for value in one_row(frame, newest) if value is not None]
    return max(found) if found else None


def derive(schema: Schema, as_of: date | None) -> tuple[Derived, ...]:
    """Return the columns that can be computed from those a schema knows by sight.

    Parameters
    ----------
    schema : Schema
        Of the table. Ignored columns are not used, save for dates of birth.
    as_of : date or None
        The day ages and tenures are counted to. Without it nothing that needs it is derived.

    Returns
    -------
    tuple of Derived
        None of a meaning that the table has itself, and none of a name that it has.
    """
    by_meaning: dict[str, list[Column]] = {}
    for column in schema:
        if column.meaning and (column.role != "ignore" or column.meaning == "birth_date"):
            by_meaning.setdefault(column.meaning, []).append(column)
    found = _times(by_meaning, as_of)
    for maker in (_children, _spend, _purchases, _campaigns):
        found += maker(by_meaning)
    found += [_answered_yes(c, yes) for c in schema if (yes := _says_yes(c))]
    taken = {plain_name(name) for name in schema.names}
    return tuple(_renamed(d, taken) for d in found)


def _renamed(derived: Derived, taken: set[str]) -> Derived:
    """Give a computed column another name where the table has that name already."""
    name = derived.column.name
    if plain_name(name) not in taken:
        return derived
    number = next(i for i in range(2, 10**6) if plain_name(f"{name}_{i}") not in taken)
    return replace(derived, column=replace(derived.column, name=f"{name}_{number}"))


Known = Mapping[str, list[Column]]


def _times(known: Known, as_of: date | None) -> list[Derived]:
    """Derive age, tenure and recency as of a day."""
    if as_of is None:
        return []
    found, day = [], {"date": as_of.isoformat()}
    told = f"as of {as_of.isoformat()}"
    if "age" not in known:
        age = Column("age", "number", "feature", "age", "Age", "years")
        if "birth_date" in known and known["birth_date"][0].kind == "date":
            column = known["birth_date"][0]
            found.append(Derived(replace(age, why=f"From {column.name}, {told}."), "age_of_date",
                                 (column.name,), day))  # fmt: skip
        elif "birth_year" in known:
            column = known["birth_year"][0]
            found.append(Derived(replace(age, why=f"From {column.name}, {told}."), "age",
                                 (column.name,), {"year": as_of.year}))  # fmt: skip
    if "tenure" not in known and "join_date" in known:
        column = known["join_date"][0]
        tenure = Column("tenure_days", "number", "feature", "tenure", "Time as a customer", "days")
        found.append(Derived(replace(tenure, why=f"From {column.name}, {told}."), "days_since",
                             (column.name,), day))  # fmt: skip
    if "recency" not in known and "last_purchase_date" in known:
        column = known["last_purchase_date"][0]
        recency = Column(
            "recency_days", "number", "feature", "recency", "Days since last purchase", "days"
        )
        found.append(Derived(replace(recency, why=f"From {column.name}, {told}."), "days_since",
                             (column.name,), day))  # fmt: skip
    return found


def _children(known: Known) -> list[Derived]:
    """Derive the number of children at home from small ones and teenagers."""
    parts = [c for meaning in ("kids", "teens") for c in known.get(meaning, ())[:1]]
    if "children" in known or len(parts) < 2:
        return []
    column = Column("children", "number", "feature", "children", "Children at home", "children")
    return [_sum_of(column, parts)]


def _spend(known: Known) -> list[Derived]:
    """Derive the total of what was spent on each kind of product."""
    parts = [c for meaning in SPENDS for c in known.get(meaning, ())[:1]]
    if {"total_spend", "monetary"} & set(known) or len(parts) < 2:
        return []
    units = {c.unit for c in parts}
    unit = units.pop() if len(units) == 1 else ""
    column = Column("total_spend", "number", "feature", "total_spend", "Total spend", unit)
    return [_sum_of(column, parts)]


def _purchases(known: Known) -> list[Derived]:
    """Derive the total of purchases over the channels, each one's share, and spend a purchase."""
    parts = [c for meaning in CHANNELS for c in known.get(meaning, ())[:1]]
    if len(parts) < 2:
        return []
    names = tuple(c.name for c in parts)
    found = []
    if not {"total_purchases", "frequency"} & set(known):
        column = Column(
            "total_purchases", "number", "feature", "total_purchases",
            "Number of purchases", "purchases",
        )  # fmt: skip
        found.append(_sum_of(column, parts))
    told = f"Of the purchases in {', '.join(names)}."
    for part in parts:
        name, label = CHANNELS[part.meaning]
        column = Column(name, "number", "feature", name, label, "%", why=told)
        found.append(Derived(column, "share", names, {"part": part.name, "of": list(names)}))
    for part in known.get("deals_purchases", ())[:1]:
        column = Column(
            "deal_share", "number", "feature", "deal_share", "Share of purchases with a discount",
            "%", why=told,
        )  # fmt: skip
        inputs = (part.name, *names)
        found.append(Derived(column, "share", inputs, {"part": part.name, "of": list(names)}))
    return found + _spend_a_purchase(known, names)


def _spend_a_purchase(known: Known, purchases: tuple[str, ...]) -> list[Derived]:
    """Derive what a customer spends at one purchase."""
    spends = known.get("total_spend", known.get("monetary", []))[:1] or [
        c for meaning in SPENDS for c in known.get(meaning, ())[:1]
    ]
    if not spends or "average_order" in known:
        return []
    over = tuple(c.name for c in spends)
    column = Column(
        "spend_per_purchase", "number", "feature", "average_order", "Spend per purchase",
        spends[0].unit, why="Total spend by number of purchases.",
    )  # fmt: skip
    return [Derived(column, "ratio", over + purchases, {"over": list(over)})]


def _campaigns(known: Known) -> list[Derived]:
    """Derive how many campaigns a customer accepted."""
    parts = [c for c in known.get("response", ()) if c.kind == "flag"]
    if len(parts) < 2 or "campaigns_accepted" in known:
        return []
    names = tuple(c.name for c in parts)
    column = Column(
        "campaigns_accepted", "number", "response", "campaigns_accepted", "Campaigns accepted",
        "campaigns", why=f"How many of {', '.join(names)} are yes.",
    )  # fmt: skip
    yes = {c.name: _yes_choice(c) for c in parts if _yes_choice(c)}
    return [Derived(column, "count_yes", names, {"yes": yes} if yes else {})]


def _says_yes(column: Column) -> str:
    """Return the text that means yes in a column that may be a feature; empty for all others."""
    able = column.kind == "flag" and column.role == "feature" and not column.personal
    return _yes_choice(column) if able else ""


def _answered_yes(column: Column, yes: str) -> Derived:
    """Return 1 where a flag written as text says yes, 0 where it does not."""
    flag = Column(
        f"{column.name}_yes", "flag", "feature", "", column.label, choices=("0", "1"),
        why=f"1 where {column.name} is {yes}.",
    )  # fmt: skip
    return Derived(flag, "count_yes", (column.name,), {"yes": {column.name: yes}})


def _yes_choice(column: Column) -> str:
    """Return the text that means yes in a flag written as text; empty if it holds numbers."""
    if set(column.choices) <= {"0", "1"}:
        return ""
    return next((choice for choice in column.choices if choice.strip().casefold() in YES), "")


def _sum_of(column: Column, parts: Sequence[Column]) -> Derived:
    """Return the sum of some columns as a computed column."""
    names = tuple(c.name for c in parts)
    return Derived(replace(column, why=f"The sum of {', '.join(names)}."), "sum", names)
