"""Purchases and returns -> one row a customer: what they bought, when, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import narwhals as nw

from coterie.prepare.derived import day_number
from coterie.prepare.transactions_lines import CANCELLED, EPOCH, FATE, PURCHASE, RETURNED
from coterie.schema.spelling import words_of

HOLIDAYS = (("11-24", "12-31"),)
"""From the last week of November to New Year's Eve: first and last day, as month-day."""

MOST_CHANNELS = 8
MONEY_DIGITS = 4
SUM_DIGITS = 6
"""Sums are rounded to so many digits: in whatever order they are added up, they are the same."""

_CHANNELS = {
    "web": "web", "online": "web", "internet": "web", "website": "web", "ecommerce": "web",
    "onlineshop": "web", "webshop": "web", "store": "store", "shop": "store", "instore": "store",
    "retail": "store", "offline": "store", "catalog": "catalog", "catalogue": "catalog",
    "katalog": "catalog",
}  # fmt: skip
_TAKEN = ("return", "weekend", "holiday", "q1", "q2", "q3", "q4", "other")


def group_orders(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Put the lines of an order together: lazy frame of lines -> lazy frame of orders.

    Lines with a fate, as `tell_fates` gives them -> ``customer``; ``moment`` (its first line's);
    ``day`` (days since 1970-01-01, Int64); and, as far as the lines have them, ``amount``,
    ``items``, ``channel`` and ``visits``.
    """
    bought = lines.filter(nw.col(FATE) == PURCHASE)
    names = bought.collect_schema().names()
    found = [nw.col("moment").min().alias("first_moment")]
    if "amount" in names:
        found.append(nw.col("amount").sum().round(SUM_DIGITS))
    if "quantity" in names:
        found.append((nw.col("quantity") * nw.col("goods")).sum().alias("items"))
    if "channel" in names:
        found.append(nw.col("channel").min())
    if "visits" in names and bought.collect_schema()["visits"].is_numeric():
        found.append(nw.col("visits").max().cast(nw.Float64))
    key = "order" if "order" in names else "moment"
    if key == "order":
        # Lines without an order number are told apart by their moment.
        number = nw.when(nw.col("order").is_null()).then(nw.col("moment"))
        bought = bought.with_columns(number.alias("unnumbered"))
        orders = bought.group_by("customer", "order", "unnumbered").agg(*found)
    else:
        orders = bought.group_by("customer", "moment").agg(*found)
    orders = orders.with_columns(day_number(nw.col("first_moment")).alias("day"))
    kept = [name for name in orders.collect_schema().names()
            if name not in ("order", "unnumbered", "moment")]  # fmt: skip
    return orders.select(*kept).rename({"first_moment": "moment"})


def describe_customers(
    lines: nw.LazyFrame[Any],
    orders: nw.LazyFrame[Any],
    as_of: date,
    *,
    channels: Mapping[str, Sequence[str]] | None = None,
    holidays: Sequence[tuple[str, str]] = HOLIDAYS,
) -> nw.LazyFrame[Any]:
    """Say what each customer did: lazy frames of lines and orders -> lazy frame of customers.

    Columns out, one row for each customer who bought: ``customer``; ``recency_days`` and
    ``tenure_days`` (days from the last and the first order to `as_of`); ``frequency`` (orders);
    ``monetary`` (paid in all), ``average_basket`` (paid for an order), ``items`` (pieces of
    goods), ``distinct_products``; ``days_between_orders`` (mean; missing after one order);
    ``returned_amount`` and ``return_share`` (of what the goods cost); the season in shares of
    orders: ``q1_share`` ... ``q4_share``, ``weekend_share``, ``holiday_share``, and
    ``hour_of_day`` (median); ``..._share`` for each channel; ``visits``. Shares are in per cent.
    What the table has no column for is left out.

    Parameters
    ----------
    lines, orders : nw.LazyFrame
        From `tell_fates` and `group_orders`.
    as_of : date
    channels : mapping of str to sequence of str, optional
        Name of a column -> the values of ``channel`` it counts; see `name_channels`.
    holidays : sequence of (str, str)
        Seasons by their first and last day, as ``"11-24"``; one over New Year needs two.
    """
    today = (as_of - EPOCH).days
    names = orders.collect_schema()
    placed = orders.with_columns(
        *_season(names["moment"], holidays),
        *(
            _share_of(nw.col("channel").is_in(list(values))).alias(name)
            for name, values in (channels or {}).items()
        ),
    )
    seasonal = [n for n in placed.collect_schema().names() if n.endswith("_share")]
    customers = placed.group_by("customer").agg(
        nw.col("day").min().alias("first"),
        nw.col("day").max().alias("last"),
        nw.len().cast(nw.Int64).alias("frequency"),
        *(nw.col(name).sum().round(SUM_DIGITS) for name in ("amount", "items", "visits")
          if name in names),
        *(nw.col(name).mean() for name in seasonal),
        *([nw.col("hour_of_day").median()] if names["moment"] != nw.Date else []),
    )  # fmt: skip
    customers = _with_lines(customers, lines)
    return _plain(customers, today, seasonal)


def _season(kind: Any, holidays: Sequence[tuple[str, str]]) -> list[nw.Expr]:
    """Return when in the year, week and day an order was placed."""
    month = nw.col("moment").dt.month().cast(nw.Int64)
    monthday = month * 100 + nw.col("moment").dt.day().cast(nw.Int64)
    # 1970-01-01 was a Thursday; the large number keeps remainders positive on every engine.
    weekday = (nw.col("day") + 3 + 7_000_000) % 7
    quarter = (month - 1) // 3 + 1
    found = [_share_of(quarter == q).alias(f"q{q}_share") for q in (1, 2, 3, 4)]
    found.append(_share_of(weekday >= 5).alias("weekend_share"))
    if holidays:
        inside = [(monthday >= _monthday(a)) & (monthday <= _monthday(b)) for a, b in holidays]
        within = inside[0]
        for other in inside[1:]:
            within = within | other
        found.append(_share_of(within).alias("holiday_share"))
    if kind != nw.Date:
        hour = nw.col("moment").dt.hour().cast(nw.Float64)
        minute = nw.col("moment").dt.minute().cast(nw.Float64)
        found.append((hour + minute / 60.0).alias("hour_of_day"))
    return found


def _monthday(text: str) -> int:
    """Return ``"11-24"`` as 1124.

    Raises
    ------
    ValueError
        If it is no day of the year.
    """
    day = date.fromisoformat(f"2000-{text}")
    return day.month * 100 + day.day


def _share_of(condition: nw.Expr) -> nw.Expr:
    """Return 100 where a condition holds and 0 where not, so that the mean is a share in %."""
    return condition.fill_null(False).cast(nw.Float64) * 100.0


def _with_lines(customers: nw.LazyFrame[Any], lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add what only single lines tell: distinct products, and what was sent back."""
    names = lines.collect_schema().names()
    goods = lines.filter((nw.col("goods") == 1) & ~nw.col("customer").is_null())
    if "product" in names:
        products = (
            goods.filter((nw.col(FATE) == PURCHASE) & ~nw.col("product").is_null())
            .group_by("customer")
            .agg(nw.col("product").n_unique().cast(nw.Int64).alias("distinct_products"))
        )
        customers = customers.join(products, on="customer", how="left").with_columns(
            nw.col("distinct_products").fill_null(0)
        )
    if "visits" in names and not lines.collect_schema()["visits"].is_numeric():
        visits = (
            lines.filter((nw.col(FATE) == PURCHASE) & ~nw.col("visits").is_null())
            .group_by("customer")
            .agg(nw.col("visits").n_unique().cast(nw.Float64))
        )
        customers = customers.join(visits, on="customer", how="left")
    size = nw.col("amount").abs().fill_null(0.0) if "amount" in names else nw.lit(1.0)
    back = (
        goods.filter(nw.col(FATE).is_in([CANCELLED, RETURNED]))
        .with_columns(size.alias("sent_back"))
        .group_by("customer")
        .agg(nw.col("sent_back").sum().round(SUM_DIGITS))
    )
    bought = (
        goods.filter(nw.col(FATE) == PURCHASE)
        .with_columns(size.alias("kept"))
        .group_by("customer")
        .agg(nw.col("kept").sum().round(SUM_DIGITS))
    )
    return (
        customers.join(back, on="customer", how="left")
        .join(bought, on="customer", how="left")
        .with_columns(nw.col("sent_back").fill_null(0.0), nw.col("kept").fill_null(0.0))
    )


def _plain(customers: nw.LazyFrame[Any], today: int, seasonal: Sequence[str]) -> nw.LazyFrame[Any]:
    """Put the columns together under their plain names, in the order people read them."""
    names = customers.collect_schema().names()
    orders = nw.col("frequency")
    paid: list[nw.Expr] = []
    back, bought = nw.col("sent_back"), nw.col("kept")
    if "amount" in names:
        paid = [
            nw.col("amount").round(MONEY_DIGITS).alias("monetary"),
            (nw.col("amount") / orders).alias("average_basket"),
            back.round(MONEY_DIGITS).alias("returned_amount"),
        ]
    gaps = (nw.col("last") - nw.col("first")).cast(nw.Float64) / (orders - 1).cast(nw.Float64)
    share = nw.when(bought > 0).then((back * 100.0 / bought).clip(upper_bound=100.0))
    return customers.select(
        "customer",
        (today - nw.col("last")).alias("recency_days"),
        orders,
        *paid[:1],
        (today - nw.col("first")).alias("tenure_days"),
        *paid[1:2],
        *(name for name in ("items", "distinct_products") if name in names),
        nw.when(orders > 1).then(gaps).alias("days_between_orders"),
        *paid[2:],
        share.fill_null(0.0).alias("return_share"),
        *(name for name in (*seasonal, "hour_of_day", "visits") if name in names),
    )


def count_channels(orders: nw.LazyFrame[Any]) -> Counter[str]:
    """Count the orders by channel: lazy frame of orders -> value of ``channel`` -> orders."""
    counted = (
        orders.filter(~nw.col("channel").is_null() & (nw.col("channel") != ""))
        .group_by("channel")
        .agg(nw.len().alias("__n__"))
        .collect("polars")
    )
    return Counter({r["channel"]: int(r["__n__"]) for r in counted.iter_rows(named=True)})


def name_channels(counts: Mapping[str, int]) -> dict[str, list[str]]:
    """Name a column for each channel: value of ``channel`` -> orders; column -> values.

    The `MOST_CHANNELS` commonest channels have a column each; the others share
    ``other_channel_share``.
    """
    found: dict[str, list[str]] = {}
    for channel, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        name = _channel_name(channel)
        if name not in found and len(found) >= MOST_CHANNELS:
            name = "other_channel_share"
        found.setdefault(name, []).append(channel)
    return found


def _channel_name(value: str) -> str:
    """Return what the column of a channel is called.

    >>> _channel_name("Online"), _channel_name("Mobile App"), _channel_name("Q1")
    ('web_share', 'mobile_app_share', 'channel_q1_share')
    """
    words = words_of(value)
    slug = _CHANNELS.get("".join(words)) or "_".join(words) or "unnamed"
    return f"channel_{slug}_share" if slug in _TAKEN else f"{slug}_share"
