"""Orders -> what buy-till-you-die models read: repeat purchases, age at the last one, age."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, get_args

import narwhals as nw

from coterie.prepare.orders import SUM_DIGITS
from coterie.prepare.transactions_lines import EPOCH

Unit = Literal["day", "week", "calendar-week"]
UNITS: tuple[str, ...] = get_args(Unit)

DAYS_IN = {"day": 1.0, "week": 7.0, "calendar-week": 7.0}


def summarise_repeats(
    orders: nw.LazyFrame[Any], end: date, unit: Unit = "day"
) -> nw.LazyFrame[Any]:
    """Count repeat purchases: lazy frame of orders -> lazy frame of customers.

    Columns out: ``customer``; ``x``, the repeat purchases: days (calendar weeks) with an order
    after the first of them; ``t_x``, the customer's age at the last of these; ``T``, the age at
    `end`; and ``m_x``, what a repeat purchase was worth on average, missing where there was none
    [1]_. The same as ``lifetimes.utils.summary_data_from_transaction_data`` with ``freq="D"``
    (day), with ``freq_multiplier=7`` too (week), and with ``freq="W"`` (calendar-week).

    Parameters
    ----------
    orders : nw.LazyFrame
        From `group_orders`.
    end : date
        The last day that was observed; no order is later.
    unit : {"day", "week", "calendar-week"}
        What time is told in. ``"week"`` counts days with an order and divides times by 7;
        ``"calendar-week"`` counts weeks with an order, from Monday to Sunday.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee, "'Counting Your Customers' the Easy Way: An
       Alternative to the Pareto/NBD Model", Marketing Science 24:275, 2005.
    """
    last_day = (end - EPOCH).days
    day, step = nw.col("day"), 1.0
    if unit == "calendar-week":
        # 1970-01-01 was a Thursday; the large number keeps the division exact on every engine.
        day, last_day = (day + 3 + 7_000_000) // 7, (last_day + 3 + 7_000_000) // 7
    elif unit == "week":
        step = 7.0
    money = "amount" in orders.collect_schema().names()
    sums = [nw.col("amount" if money else "day").sum()]
    periods = orders.with_columns(day.alias("period")).group_by("customer", "period").agg(*sums)
    begun = nw.col("period").min().over("customer")
    # The first period's worth, and nothing for the others, so that one sum gives it.
    firsts = (
        [nw.when(nw.col("period") == begun).then(nw.col("amount")).otherwise(0.0).alias("opening")]
        if money
        else []
    )
    customers = (
        periods.with_columns(*firsts)
        .group_by("customer")
        .agg(
            (nw.len().cast(nw.Int64) - 1).alias("x"),
            nw.col("period").min().alias("first"),
            nw.col("period").max().alias("last"),
            *([nw.col("amount").sum(), nw.col("opening").sum()] if money else []),
        )
    )
    ages = [
        ((nw.col("last") - nw.col("first")).cast(nw.Float64) / step).alias("t_x"),
        ((last_day - nw.col("first")).cast(nw.Float64) / step).alias("T"),
    ]
    if money:
        again = (nw.col("amount") - nw.col("opening")).round(SUM_DIGITS)
        worth = again / nw.col("x").cast(nw.Float64)
        ages.append(nw.when(nw.col("x") > 0).then(worth).alias("m_x"))
    return customers.select("customer", "x", *ages)
