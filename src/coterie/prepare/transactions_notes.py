"""What became of which order lines, with counts, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import narwhals as nw

from coterie.prepare.derived import day_number
from coterie.prepare.transactions_lines import (
    CANCELLED,
    EPOCH,
    PURCHASE,
    RETURNED,
    SET_ASIDE,
    as_day,
)
from coterie.schema.notes import Note

# What such a line is, and what is done with it; in the order in which a line's fate is decided.
_TREATMENTS = {
    "duplicate": (
        "Copies of a line before, value for value",
        "The first of each is kept, the copies are set aside.",
    ),
    "guest": (
        "Lines without a customer, as of guests",
        "Set aside: they describe nobody.",
    ),
    "undated": ("Lines without a date that can be read", "Set aside."),
    "future": ("Lines dated in the future", "Set aside; mend the dates if they are wrong."),
    "later": ("Lines after the day that was asked for", "Left aside, as you asked."),
    "test": ("Test entries, by their code", "Set aside."),
    "bookkeeping": (
        "Adjustments of the books, such as bad debts",
        "Set aside: nobody bought anything.",
    ),
    "cancelled": (
        "Lines of cancelled orders",
        "No purchases; they count in returned_amount and return_share.",
    ),
    "returned": (
        "Other returns: a quantity or amount below zero, or said to be one",
        "No purchases; they count in returned_amount and return_share.",
    ),
    "free": (
        "Lines with a price or quantity of zero or less: gifts, samples, corrections",
        "Set aside: no purchases.",
    ),
    "unpriced": ("Lines that do not say what was paid", "Set aside."),
    "unpaid": (
        "Lines with nothing to pay, as with a voucher",
        "They count as orders and add nothing to the spending.",
    ),
    "service": (
        "Postage, fees, discounts and manual entries, by their code",
        "What was paid for them is spending; as goods (items, products, returns) they do not "
        "count.",
    ),
}
_WARNED = ("undated", "future", "unpriced")

FAR_DAYS = 730
FEW_LINES = 0.001
"""Share of the lines that may lie so far before the others before that is how old the shop is."""


@dataclass(frozen=True)
class Treatment:
    """What is done with one kind of order lines.

    Attributes
    ----------
    name : str
        ``"guest"``, ``"cancelled"``, ``"duplicate"`` ...
    what : str
        What such lines are.
    lines : int
        How many of all lines are so.
    decided : int
        For how many of them this decided what became of them: a line has one fate, and the
        treatments stand in the order in which it is decided.
    treatment : str
        What is done, a sentence.
    """

    name: str
    what: str
    lines: int
    decided: int
    treatment: str

    @property
    def sentence(self) -> str:
        """The whole in words."""
        said = f"{self.what}: {self.lines:,}. {self.treatment}"
        if 0 < self.decided < self.lines:
            earlier = self.lines - self.decided
            said += f" (What became of {earlier:,} of them was decided by a treatment before this.)"
        return said

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "what": self.what,
            "lines": self.lines,
            "decided": self.decided,
            "treatment": self.treatment,
        }


def tell_treatments(fates: Mapping[str, int], flags: Mapping[str, int]) -> tuple[Treatment, ...]:
    """Return every treatment with its counts, those that met no line too.

    Parameters
    ----------
    fates, flags : mapping of str to int
        From `count_fates` and `count_flags`.
    """
    return tuple(
        Treatment(name, what, flags.get(name, 0), fates.get(name, 0), treatment)
        for name, (what, treatment) in _TREATMENTS.items()
    )


def treatment_notes(fates: Mapping[str, int], flags: Mapping[str, int]) -> tuple[Note, ...]:
    """Say what became of the lines: all together, then each treatment that met any."""
    back = fates[CANCELLED] + fates[RETURNED]
    aside = sum(fates[name] for name in SET_ASIDE)
    total = fates[PURCHASE] + back + aside
    text = (
        f"{total:,} lines: {fates[PURCHASE]:,} purchases, {back:,} cancelled or returned, "
        f"{aside:,} set aside."
    )
    notes = [Note("lines", text, None, total)]
    notes += [
        Note(each.name, each.sentence, None, each.lines,
             "warning" if each.name in _WARNED else "info")
        for each in tell_treatments(fates, flags)
        if each.lines
    ]  # fmt: skip
    return tuple(notes)


def oldest_notes(frame: nw.LazyFrame[Any], column: str, newest: date) -> tuple[Note, ...]:
    """Say that a few lines are years older than all others, as where a date was mistyped.

    Parameters
    ----------
    frame : nw.LazyFrame
        A table as it was opened.
    column : str
        Of the dates.
    newest : date
        Lines after it do not count.
    """
    day = day_number(nw.col(column))
    days = frame.select(day.alias("day")).filter(~nw.col("day").is_null())
    days = days.filter(nw.col("day") <= (newest - EPOCH).days)
    found = days.group_by("day").agg(nw.len().alias("lines")).sort("day").collect("polars")
    counted = [(int(row["day"]), int(row["lines"])) for row in found.iter_rows(named=True)]
    few = max(1.0, FEW_LINES * sum(lines for _, lines in counted))
    so_far, early, after = 0, 0, None
    for (here, lines), (there, _) in pairwise(counted):
        so_far += lines
        if so_far > few:
            break
        if there - here >= FAR_DAYS:
            early, after = so_far, (here, there)
    if after is None:
        return ()
    oldest, begin = (as_day(number) for number in after)
    years = (after[1] - after[0]) // 365
    said = "1 line is" if early == 1 else f"{early:,} lines are"
    text = (
        f"{said} dated {oldest} or earlier, {years:,} years before all others, which begin on "
        f"{begin}. {'It counts' if early == 1 else 'They count'} as the first purchase, and so "
        "the tenure is long; mend the date if it is wrong."
    )
    return (Note("early", text, column, early, "warning"),)
