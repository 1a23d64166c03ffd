"""Parts of order lines -> one row a customer: a part at a time, so that memory stays bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from coterie.prepare.orders import (
    count_channels,
    describe_customers,
    group_orders,
    name_channels,
)
from coterie.prepare.orders_repeats import Unit, summarise_repeats
from coterie.prepare.transactions_lines import Reading, count_fates, count_flags, tell_fates
from coterie.schema.looking import one_row

if TYPE_CHECKING:
    import polars as pl

Lines = nw.LazyFrame[Any]


@dataclass(frozen=True)
class Wanted:
    """What customers are described by.

    Attributes
    ----------
    day : date
        That recency and tenure are counted to.
    observed_to : date
        The last day whose orders count.
    unit : {"day", "week", "calendar-week"}
    holidays : sequence of (str, str)
    """

    day: date
    observed_to: date
    unit: Unit
    holidays: Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Gathered:
    """What the lines came to.

    Attributes
    ----------
    frame : polars.DataFrame
        One row for each customer who bought, by ``customer``.
    fates, flags : dict of str to int
        Lines of each fate, and of each kind.
    named : int
        Different customers of any line.
    """

    frame: pl.DataFrame
    fates: dict[str, int]
    flags: dict[str, int]
    named: int


def gather(
    parts: Sequence[Lines], reading: Reading, wanted: Wanted, tell: Callable[[float], None]
) -> Gathered:
    """Describe the customers of parts that share none: lazy frames of lines -> customers.

    Parameters
    ----------
    parts : sequence of nw.LazyFrame
        From `prepare.transactions_parts.in_parts`.
    reading : Reading
    wanted : Wanted
    tell : callable
        Called with the share that is done.
    """
    import polars as pl

    fates: Counter[str] = Counter()
    flags: Counter[str] = Counter()
    frames: list[pl.DataFrame] = []
    named = 0
    channels = _channels(parts, reading)
    for done, held in enumerate(_held(parts, reading)):
        tell(done / len(parts))
        fates.update(count_fates(held))
        flags.update(count_flags(held))
        lines = _plain(held)
        known = lines.filter(~nw.col("customer").is_null())
        named += int(one_row(known, [nw.col("customer").n_unique()])[0])
        orders = group_orders(lines).collect("polars").lazy()
        described = describe_customers(
            lines, orders, wanted.day, channels=channels, holidays=wanted.holidays
        )
        repeats = summarise_repeats(orders, wanted.observed_to, wanted.unit)
        whole = described.join(repeats, on="customer", how="left")
        frames.append(whole.collect("polars").to_native())
    return Gathered(pl.concat(frames).sort("customer"), dict(fates), dict(flags), named)


def _held(parts: Sequence[Lines], reading: Reading) -> Iterator[Lines]:
    """Return the lines of each part with their fates, worked out once."""
    for part in parts:
        yield tell_fates(part, reading).collect("polars").lazy()


def _plain(held: Lines) -> Lines:
    """Return lines without their flags, which are counted."""
    return held.select(*(n for n in held.collect_schema().names() if not n.startswith("is_")))


def _channels(parts: Sequence[Lines], reading: Reading) -> dict[str, list[str]]:
    """Name a column for each channel; which are the commonest, only all parts together tell."""
    if reading.columns.channel is None:
        return {}
    counts: Counter[str] = Counter()
    for held in _held(parts, reading):
        counts.update(count_channels(group_orders(_plain(held))))
    return name_channels(counts)
