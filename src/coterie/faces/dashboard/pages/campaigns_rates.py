"""Who answered which campaign: yes, asked and Wilson's interval, segment by segment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coterie.insight.effects import wilson_interval
from coterie.schema import Column, Schema

if TYPE_CHECKING:
    import polars as pl

FEWEST = 30
"""Of fewer customers a rate says little: one answer more moves it by several per cent."""

YES = ("yes", "y", "true", "1", "ja", "oui", "si", "sí")


@dataclass(frozen=True)
class Answer:
    """What one segment answered to one campaign.

    Attributes
    ----------
    segment_id : int
        0 for all customers.
    asked, yes : int
        Customers of whom the answer is known, and those who said yes.
    rate : float or None
        0 to 1; None where nobody's answer is known.
    low, high : float
        Wilson's 95 % interval.
    """

    segment_id: int
    asked: int
    yes: int
    rate: float | None
    low: float
    high: float

    @property
    def small(self) -> bool:
        """Whether there are too few customers to read the rate."""
        return self.asked < FEWEST


@dataclass(frozen=True)
class Campaign:
    """One campaign's answers: of all customers, then of each segment in its order."""

    name: str
    label: str
    overall: Answer
    segments: tuple[Answer, ...]

    @property
    def apart(self) -> bool:
        """Whether two segments answered so differently that their intervals do not meet."""
        known = [a for a in self.segments if a.rate is not None and not a.small]
        return any(one.low > other.high for one in known for other in known)


def responses(schema: Schema) -> tuple[Column, ...]:
    """Return the yes-or-no answers that a table holds."""
    return tuple(column for column in schema.with_role("response") if column.kind == "flag")


def count_answers(
    labelled: pl.LazyFrame, columns: Sequence[Column], ids: Sequence[int]
) -> tuple[Campaign, ...]:
    """Count who said yes, in one pass over the labelled customers.

    Parameters
    ----------
    labelled : polars.LazyFrame
        Every customer: the response columns and ``segment_id``.
    columns : sequence of Column
        Flags, as `responses` gives them; those that the frame lacks are left out.
    ids : sequence of int
        Segments, in their order.

    Returns
    -------
    tuple of Campaign
    """
    import polars as pl

    types = labelled.collect_schema()
    there = [column for column in columns if column.name in types]
    counted = (
        labelled.group_by("segment_id")
        .agg(
            *(pl.col(c.name).count().alias(f"asked {c.name}") for c in there),
            *(_yes(c, types[c.name]).sum().alias(f"yes {c.name}") for c in there),
        )
        .collect()
    )
    rows = {int(row["segment_id"] or 0): row for row in counted.iter_rows(named=True)}
    there.sort(key=lambda column: _natural(column.label))
    return tuple(_campaign(column, rows, ids) for column in there)


def _natural(label: str) -> list[tuple[int, str]]:
    """Return a key by which campaign 2 comes before campaign 10."""
    parts = re.split(r"(\d+)", label.casefold())
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _yes(column: Column, dtype: pl.DataType) -> pl.Expr:
    """Return whether a customer said yes: true, 1, or the word for it."""
    import polars as pl

    value = pl.col(column.name)
    if dtype == pl.String:
        return value.str.strip_chars().str.to_lowercase().is_in(list(YES))
    return value.cast(pl.Float64) > 0


def _campaign(column: Column, rows: dict[int, dict[str, Any]], ids: Sequence[int]) -> Campaign:
    """Put one column's counts together."""

    def told(key: int, chosen: Sequence[dict[str, Any]]) -> Answer:
        asked = sum(int(row[f"asked {column.name}"] or 0) for row in chosen)
        yes = sum(int(row[f"yes {column.name}"] or 0) for row in chosen)
        low, high = wilson_interval(yes, asked)
        return Answer(key, asked, yes, yes / asked if asked else None, low, high)

    overall = told(0, list(rows.values()))
    parts = tuple(told(key, [rows[key]] if key in rows else []) for key in ids)
    return Campaign(column.name, column.label, overall, parts)


def best_sentence(campaign: Campaign, names: dict[int, str]) -> str:
    """Say who answered most, and whether that is more than chance could make it.

    Segments with too few customers to read a rate are left out of the comparison.
    """
    from coterie.figures.words import say_share

    known = [a for a in campaign.segments if a.rate is not None and not a.small]
    if not known:
        return f"{campaign.label}: every segment is too small to read a rate."
    top = max(known, key=lambda a: (a.rate or 0.0, a.asked))
    said = (
        f"{names[top.segment_id]} said yes most often: {say_share(top.rate)} "
        f"({top.yes:,} of {top.asked:,}), against {say_share(campaign.overall.rate)} of all."
    )
    if len(known) > 1 and not campaign.apart:
        return f"{said} The ranges of the segments overlap: this may be chance."
    return said


def keenest(campaigns: Sequence[Campaign], names: dict[int, str]) -> str:
    """Say in a sentence which segment answers most, over all campaigns that can be read."""
    wins: Counter[int] = Counter()
    read = 0
    for campaign in campaigns:
        known = [a for a in campaign.segments if a.rate is not None and not a.small]
        if len(known) > 1 and max(a.rate or 0.0 for a in known) > 0:
            read += 1
            wins[max(known, key=lambda a: (a.rate or 0.0, a.asked)).segment_id] += 1
    if not read:
        return "The segments are too small to say who answers most."
    (first, times), *_ = wins.most_common(1)
    if read == 1:
        return f"{names[first]} said yes most often."
    every = f"all {read}" if times == read else f"{times} of {read}"
    return f"{names[first]} said yes most often in {every} campaigns."
