"""Order lines -> the same lines, each with one fate: bought, sent back, or set aside and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw

from coterie.prepare.derived import day_number
from coterie.prepare.transactions import OrderColumns
from coterie.schema import ROW
from coterie.schema.looking import one_row

FATE = "__fate__"
PURCHASE, CANCELLED, RETURNED = "purchase", "cancelled", "returned"

SET_ASIDE = (
    "duplicate", "guest", "undated", "future", "later", "test", "bookkeeping", "free", "unpriced",
)  # fmt: skip
"""Why a line is neither a purchase nor a return, in the order in which it is asked."""

EPOCH = date(1970, 1, 1)

_GUESTS = (
    "", "-", "0", "-1", "guest", "guests", "guest user", "guest checkout", "anonymous", "anonym",
    "unknown", "none", "null", "nan", "n/a", "na", "not set", "(not set)", "gast", "invitado",
)  # fmt: skip
_TEST = r"(?i)^(test|dummy|beispiel)([ _.-]?[0-9]+|[ _-].*)?$"
_SERVICE = (
    r"(?i)^(post(age)?|dotcom postage|p&p|carriage|freight|shipping|delivery|versand|porto|fracht"
    r"|manual|discount|samples?|bank ?charges?|amazon ?fee|fees?|gift ?wrap(ping)?|tip|tax|vat)$"
)
_BOOKKEEPING = r"(?i)^(adjust(ment)?s?|adjust bad debt|bad debt|write ?off)$"
# Short codes that mean this only where order numbers are marked by letters too; elsewhere an M may
# well be a size.
_SHORT_SERVICE, _SHORT_BOOKKEEPING = r"(?i)^(dot|c2|m|d|s|cruk)$", r"(?i)^b$"
_NUMBERED = r"^[0-9]+(\.0)?$"
_CANCELLED_NUMBER, _ADJUSTED_NUMBER = r"^[Cc]-?[0-9]+$", r"^[Aa]-?[0-9]+$"
_CANCELLED_STATUS = r"(?i)cancel|storn|void|abandon|unavailable|failed|declined|annul"
_RETURNED_STATUS = r"(?i)return|refund|retour|rueck|rück|credit ?note|charge ?back"


@dataclass(frozen=True)
class Reading:
    """How the lines of one table are read.

    Attributes
    ----------
    columns : OrderColumns
    as_of : date or None
        Lines after this day are left aside; None where no line is dated.
    today : date
        Lines after this day cannot be.
    prefixed : bool
        Whether an order number that begins with C is a cancellation, one with A an adjustment,
        and a product code of one letter no product: so where most order numbers are plain numbers.
    whole_ids : bool
        Whether ids that came as floats, such as 17850.0, are all whole numbers.
    """

    columns: OrderColumns
    as_of: date | None
    today: date
    prefixed: bool = False
    whole_ids: bool = True


def newest_day(frame: nw.LazyFrame[Any], column: str, today: date) -> date | None:
    """Return the newest day of a column that is not in the future; None if there is none."""
    day = day_number(nw.col(column))
    return as_day(one_row(frame, [nw.when(day <= _number(today)).then(day).max()])[0])


def oldest_day(frame: nw.LazyFrame[Any], column: str) -> date | None:
    """Return the oldest day of a column; None if there is none."""
    return as_day(one_row(frame, [day_number(nw.col(column)).min()])[0])


def as_day(number: float | None) -> date | None:
    """Return days since 1970-01-01 as a date; None stays None."""
    return None if number is None else date.fromordinal(EPOCH.toordinal() + int(number))


def are_prefixed(frame: nw.LazyFrame[Any], columns: OrderColumns) -> bool:
    """Return whether most order numbers are plain numbers, so that a letter in front says more."""
    if columns.order is None or frame.collect_schema()[columns.order] != nw.String:
        return False
    plain = nw.col(columns.order).str.strip_chars().str.contains(_NUMBERED).cast(nw.Float64)
    share = one_row(frame, [plain.mean()])[0]
    return share is not None and float(share) > 0.5


def tell_fates(frame: nw.LazyFrame[Any], reading: Reading) -> nw.LazyFrame[Any]:
    """Give every line its fate, and the plain values that orders are made of.

    Lazy frame of a table's columns and ROW -> lazy frame of the same rows with ``customer``
    (Int64 or String), ``moment`` (Date or Datetime), ``order`` and ``product`` (String),
    ``quantity`` and ``amount`` (Float64; an amount of money as it was written, so below zero for
    most returns), ``goods`` (1 for goods, 0 for postage, fees and manual entries), ``channel``
    (String), ``visits`` (Float64, or String for ids); FATE; and a flag ``is_...`` for what a line
    is, whatever its fate: ``is_duplicate``, ``is_guest`` and so on, 0 or 1.
    What the table has no column for is left out.
    """
    columns = reading.columns
    types = frame.collect_schema()
    names = [name for name in types.names() if not name.startswith("__")]
    values = {
        "customer": customer_id(columns.customer, types[columns.customer]),
        "moment": nw.col(columns.date),
        **_texts(columns),
        **_numbers(reading),
    }
    flags = _flags(reading, names)
    seen = frame.select(
        ROW,
        *(value.alias(name) for name, value in values.items()),
        *(flag.fill_null(False).alias(f"is_{name}") for name, flag in flags.items()),
    )
    seen = _as_written(seen, types[columns.customer], reading.whole_ids)
    seen = seen.with_columns(nw.col("customer").is_null().alias("is_guest"))
    return seen.with_columns(
        _fate([*flags, "guest"]),
        *(nw.col(f"is_{name}").cast(nw.Int64) for name in (*flags, "guest")),
    )


def count_fates(lines: nw.LazyFrame[Any]) -> dict[str, int]:
    """Return fate -> lines; they add up to the lines of the table."""
    found = lines.group_by(FATE).agg(nw.len().alias("__n__")).collect("polars")
    counts = {row[FATE]: int(row["__n__"]) for row in found.iter_rows(named=True)}
    return {fate: counts.get(fate, 0) for fate in (PURCHASE, CANCELLED, RETURNED, *SET_ASIDE)}


def count_flags(lines: nw.LazyFrame[Any]) -> dict[str, int]:
    """Return what lines are -> how many of all lines are so, whatever becomes of them."""
    names = [name for name in lines.collect_schema().names() if name.startswith("is_")]
    sums = one_row(lines, [nw.col(name).sum() for name in names])
    return {name[3:]: int(value or 0) for name, value in zip(names, sums, strict=True)}


def _number(day: date) -> int:
    """Return a day as days since 1970-01-01."""
    return (day - EPOCH).days


def customer_id(name: str, kind: Any) -> nw.Expr:
    """Return the customer's id; missing for guests."""
    if kind.is_integer():
        return nw.when(nw.col(name) >= 0).then(nw.col(name))
    if kind.is_float():
        # Ids such as 17850.0 are whole numbers in a column that has gaps.
        return nw.when(nw.col(name) >= 0).then(nw.col(name))
    text = nw.col(name).cast(nw.String).str.strip_chars()
    return nw.when(~text.str.to_lowercase().is_in(_GUESTS)).then(text)


def are_whole(frame: nw.LazyFrame[Any], columns: OrderColumns) -> bool:
    """Return whether ids that came as floats are all whole numbers."""
    kind = frame.collect_schema()[columns.customer]
    if not kind.is_float():
        return True
    column = customer_id(columns.customer, kind)
    rest = one_row(frame, [(column - column.cast(nw.Int64).cast(nw.Float64)).abs().max()])[0]
    return rest is None or float(rest) == 0


def _as_written(seen: nw.LazyFrame[Any], kind: Any, whole: bool) -> nw.LazyFrame[Any]:
    """Turn ids that came as floats into whole numbers, if all of them are whole; else to text."""
    if not kind.is_float():
        return seen
    return seen.with_columns(nw.col("customer").cast(nw.Int64 if whole else nw.String))


def _texts(columns: OrderColumns) -> dict[str, nw.Expr]:
    """Return the columns of text that the table has."""
    found = {
        "order": columns.order, "product": columns.product, "channel": columns.channel
    }  # fmt: skip
    texts = {
        role: nw.col(name).cast(nw.String).str.strip_chars()
        for role, name in found.items()
        if name is not None
    }
    return {role: nw.when(text != "").then(text) for role, text in texts.items()}


def _numbers(reading: Reading) -> dict[str, nw.Expr]:
    """Return quantity, amount, visits and whether a line is goods."""
    columns = reading.columns
    found: dict[str, nw.Expr] = {}
    if columns.quantity is not None:
        found["quantity"] = nw.col(columns.quantity).cast(nw.Float64)
    if columns.amount is not None:
        found["amount"] = nw.col(columns.amount).cast(nw.Float64)
    elif columns.price is not None:
        price = nw.col(columns.price).cast(nw.Float64)
        pieces = found.get("quantity")
        found["amount"] = price if pieces is None else price * pieces
    found["goods"] = 1 - _is_service(reading).cast(nw.Int64)
    if columns.visits is not None:
        found["visits"] = nw.col(columns.visits)
    return found


def _matches(name: str, pattern: str) -> nw.Expr:
    """Return whether a column's text matches a pattern; missing where there is no text."""
    return nw.col(name).cast(nw.String).str.strip_chars().str.contains(pattern)


def _is_service(reading: Reading) -> nw.Expr:
    """Return whether a line is postage, a fee or a manual entry, which is paid for but no goods."""
    name = reading.columns.product
    if name is None:
        return nw.lit(False)
    short = [_matches(name, _SHORT_SERVICE)] if reading.prefixed else []
    return _any([_matches(name, _SERVICE), *short])


def _flags(reading: Reading, names: list[str]) -> dict[str, nw.Expr]:
    """Return what a line can be -> whether it is; missing counts as no."""
    columns = reading.columns
    day = day_number(nw.col(columns.date))
    flags = {
        "undated": nw.col(columns.date).is_null(),
        "future": day > _number(reading.today),
    }
    if reading.as_of is not None:
        flags["later"] = day > _number(min(reading.as_of, reading.today))
    if columns.order is not None:
        # Without an order number two equal lines may be two purchases.
        flags["duplicate"] = nw.col(ROW) > nw.col(ROW).min().over(*names)
    codes = [name for name in (columns.product, columns.order) if name is not None]
    if codes:
        flags["test"] = _any([_matches(name, _TEST) for name in codes])
    flags |= _sendings_back(reading)
    if columns.product is not None:
        flags["service"] = _is_service(reading)
    return {**flags, **_bookings(reading), **_free_of_charge(columns)}


def _sendings_back(reading: Reading) -> dict[str, nw.Expr]:
    """Return whether a line cancels an order, or is a return."""
    columns = reading.columns
    cancelled, returned = [], []
    if columns.order is not None and reading.prefixed:
        cancelled.append(_matches(columns.order, _CANCELLED_NUMBER))
    if columns.status is not None:
        cancelled.append(_matches(columns.status, _CANCELLED_STATUS))
        returned.append(_matches(columns.status, _RETURNED_STATUS))
    if columns.quantity is not None:
        returned.append(nw.col(columns.quantity) < 0)
    if columns.amount is not None:
        returned.append(nw.col(columns.amount) < 0)
    found = {}
    if cancelled:
        found["cancelled"] = _any(cancelled)
    if returned:
        gone = _any(returned)
        found["returned"] = gone & ~_any(cancelled) if cancelled else gone
    return found


def _bookings(reading: Reading) -> dict[str, nw.Expr]:
    """Return whether a line only adjusts the books."""
    columns, found = reading.columns, []
    if columns.product is not None:
        found.append(_matches(columns.product, _BOOKKEEPING))
        if reading.prefixed:
            found.append(_matches(columns.product, _SHORT_BOOKKEEPING))
    if columns.order is not None and reading.prefixed:
        found.append(_matches(columns.order, _ADJUSTED_NUMBER))
    return {"bookkeeping": _any(found)} if found else {}


def _free_of_charge(columns: OrderColumns) -> dict[str, nw.Expr]:
    """Return whether a line was free, or its price is not known."""
    if not columns.has_money:
        return {"free": nw.col(columns.quantity) == 0} if columns.quantity is not None else {}
    paid = (columns.amount,) if columns.amount else (columns.price, columns.quantity)
    found = {"unpriced": _any([nw.col(name).is_null() for name in paid if name is not None])}
    free = [nw.col(columns.price) <= 0] if columns.price is not None else []
    if columns.quantity is not None:
        free.append(nw.col(columns.quantity) == 0)
    if free:
        found["free"] = _any(free)
    if columns.price is None:
        # No price was written, so nothing says that this was a gift: an order all the same.
        found["unpaid"] = nw.col(paid[0] or "") == 0
    return found


def _any(conditions: list[nw.Expr]) -> nw.Expr:
    """Return whether one of some conditions holds; a missing one does not."""
    found = conditions[0].fill_null(False)
    for condition in conditions[1:]:
        found = found | condition.fill_null(False)
    return found


def _fate(known: list[str]) -> nw.Expr:
    """Return the fate of a line by its flags: the first that holds."""
    order = [*SET_ASIDE[:7], CANCELLED, RETURNED, *SET_ASIDE[7:]]
    asked = [name for name in order if name in known]
    fate = nw.lit(PURCHASE)
    for name in reversed(asked):
        fate = nw.when(nw.col(f"is_{name}")).then(nw.lit(name)).otherwise(fate)
    return fate.alias(FATE)
