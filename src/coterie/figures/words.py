"""Numbers as a person would say them: rounded, in the customer's own unit."""

from __future__ import annotations

import math
from typing import Protocol

NOTHING = "–"
"""What stands where there is no number."""

NARROW_SPACE = "\N{NO-BREAK SPACE}"


class Described(Protocol):
    """What a figure needs to know of a column; `schema.Column` is one."""

    @property
    def name(self) -> str:
        """As in the table."""

    @property
    def kind(self) -> str:
        """``"flag"`` for 0/1 columns, whose mean is said as a share."""

    @property
    def label(self) -> str:
        """As a person reads it."""

    @property
    def unit(self) -> str:
        """Such as ``"k$"``; empty if none."""


def say_number(value: float | None) -> str:
    """Round to what a person would say: two digits that matter, three from a hundred on.

    Examples
    --------
    >>> [say_number(value) for value in (0.5547, 3.14, 72.4, 1243.0, 52247.0, 2_345_678.0)]
    ['0.55', '3.1', '72', '1,240', '52,200', '2.35 million']
    >>> say_number(None)
    '–'
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    size = abs(value)
    if size == 0:
        return "0"
    for limit, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if size >= 0.9995 * limit:
            scaled = value / limit
            return f"{scaled:.3g}{word}" if abs(scaled) < 1e6 else f"{value:.2e}"
    if size >= 99.5:
        digits = max(0, math.floor(math.log10(size)) - 2)
        return _minus(f"{round(value, -digits):,.0f}")
    if size >= 9.95:
        return _minus(f"{value:.0f}")
    if size >= 0.995:
        return _minus(f"{value:.1f}".removesuffix(".0"))
    if size >= 0.0001:
        places = 1 - math.floor(math.log10(size))
        return _minus(f"{value:.{places}f}".rstrip("0"))
    return _minus(f"{value:.1e}")


def say(value: float | None, unit: str = "") -> str:
    """Say a value with its unit.

    Examples
    --------
    >>> say(71.6, "k$").replace(NARROW_SPACE, " ")
    '72 k$'
    """
    text = say_number(value)
    return f"{text}{NARROW_SPACE}{unit}" if unit and text != NOTHING else text


def say_share(share: float | None) -> str:
    """Say a share between 0 and 1 in per cent.

    Examples
    --------
    >>> [say_share(s).replace(NARROW_SPACE, " ") for s in (0.31, 0.004, 0.0001, 1.0)]
    ['31 %', '0.4 %', 'under 0.1 %', '100 %']
    """
    if share is None or not math.isfinite(share):
        return NOTHING
    per_cent = 100 * share
    if 0 < per_cent < 0.1:
        return f"under 0.1{NARROW_SPACE}%"
    digits = 1 if 0 < per_cent < 1 or 99 < per_cent < 100 else 0
    return f"{per_cent:.{digits}f}{NARROW_SPACE}%"


def say_value(column: Described, value: float | None) -> str:
    """Say a mean or a value of a column: shares for flags, whole years, else number and unit."""
    if is_share(column):
        return say_share(value)
    if is_year(column) and value is not None and math.isfinite(value):
        return f"{value:.0f}"
    return say(value, column.unit)


def is_year(column: Described) -> bool:
    """Tell whether values are years of the calendar, which nobody rounds or separates."""
    known = getattr(column, "meaning", "") == "birth_year" or column.label == "Year of birth"
    return known or column.unit == "year"


def mid_sentence(label: str) -> str:
    """Write a label as it stands within a sentence: abbreviations keep their capitals.

    Examples
    --------
    >>> [mid_sentence(label) for label in ("Total spend", "RFM score", "k")]
    ['total spend', 'RFM score', 'k']
    """
    head = label.split(" ", 1)[0]
    return label if any(c.isupper() for c in head[1:]) else label[:1].lower() + label[1:]


def is_share(column: Described) -> bool:
    """Tell whether a mean of the column is best said in per cent of customers."""
    return column.kind == "flag" or column.unit == "share"


def with_unit(column: Described) -> str:
    """Label of an axis.

    Examples
    --------
    >>> from coterie.schema import Column
    >>> with_unit(Column("income", "number", "feature", label="Annual income", unit="k$"))
    'Annual income (k$)'
    """
    unit = "share of customers" if column.kind == "flag" else column.unit
    label = column.label.casefold()
    written = f"({unit.casefold()})" in label or unit.casefold() in label.split()
    return f"{column.label} ({unit})" if unit and not written else column.label


def wrapped(text: str, width: int, *, lines: int = 2) -> str:
    r"""Break a name over lines of at most `width` characters; what is left over is cut with a mark.

    Examples
    --------
    >>> wrapped("High earners who hardly spend anything", 16)
    'High earners who\nhardly spend...'
    """
    import textwrap

    parts = textwrap.wrap(text, width, break_long_words=True) or [""]
    if len(parts) > lines:
        last = " ".join(parts[lines - 1 :])
        shortened = textwrap.shorten(last, width, placeholder="...")
        parts = [
            *parts[: lines - 1],
            shortened if shortened != "..." else last[: width - 3] + "...",
        ]
    return "\n".join(parts)


def _minus(text: str) -> str:
    """Write a true minus sign; minus nothing is nothing."""
    if text.startswith("-"):
        return "0" if not text.strip("-0.,") else "\N{MINUS SIGN}" + text[1:]
    return text
