"""How numbers are said: rounded as a person would say them, with their unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.schema import Column

CURRENCIES = ("$", "€", "£", "¥", "₹")
UNKNOWN = "unknown"
CALENDAR_YEAR = "calendar year"
"""Said without a unit and without a comma: 1985."""

_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_SINGULAR = {"children": "child", "people": "person"}
_LEADING_ON = ("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "per", "the",
               "to", "with")  # fmt: skip
_FINEST = 4


def say(value: float | None, unit: str = "", *, finer: int = 0) -> str:
    """Return `value` as a person would say it, with its unit.

    Parameters
    ----------
    value : float or None
        In `unit`. A share (unit ``"%"``) lies between 0 and 1.
    unit : str
        ``"k$"``, ``"$"``, ``"%"``, ``"years"``, ``"purchases"`` ...; empty for none.
    finer : int
        How many digits more than usual; for telling close numbers apart.

    Examples
    --------
    >>> say(86.54, "k$"), say(61234, "$"), say(41.7, "years"), say(0.312, "%")
    ('87 k$', '$61,000', '42 years', '31 %')
    >>> say(2.349, "purchases"), say(1.0, "purchases"), say(3_400_000, "$")
    ('2.3 purchases', '1 purchase', '$3.4 million')
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if unit == "%":
        return say_share(value, finer=finer)
    if unit == CALENDAR_YEAR:
        return f"{value:.{finer}f}"
    sign = "-" if value < 0 else ""
    if unit in CURRENCIES:
        text = _say_number(abs(value), finer, cents=True)
        return f"{'' if _is_zero(text) else sign}{unit}{text}"
    text = _say_number(abs(value), finer)
    text = text if _is_zero(text) else sign + text
    return f"{text} {_singular(unit) if text == '1' else unit}" if unit else text


def say_share(share: float, *, finer: int = 0) -> str:
    """Return a share between 0 and 1 in per cent; neither 0 % nor 100 % unless it is exact.

    Examples
    --------
    >>> say_share(0.621), say_share(0.004), say_share(0.0001), say_share(0.999), say_share(1.0)
    ('62 %', '0.4 %', 'under 0.1 %', 'over 99 %', '100 %')
    """
    if abs(share) >= 1e6:
        return f"{share:.1e} x 100 %"
    percent = 100.0 * share
    if 0 < percent < 0.1 and not finer:
        return "under 0.1 %"
    if 99 < percent < 100 and not finer:
        return "over 99 %"
    decimals = finer + (1 if 0 < abs(percent) < 1 else 0)
    return f"{percent:,.{min(decimals, _FINEST)}f} %"


def say_pair(first: float | None, second: float | None, unit: str = "") -> tuple[str, str]:
    """Say two numbers, with just as many digits as it takes to tell them apart.

    Examples
    --------
    >>> say_pair(61234, 61340, "$")
    ('$61,200', '$61,300')
    """
    texts = say(first, unit), say(second, unit)
    for finer in range(1, _FINEST + 1):
        if texts[0] != texts[1] or first == second:
            break
        texts = say(first, unit, finer=finer), say(second, unit, finer=finer)
    return texts


def say_times(ratio: float) -> str:
    """Say how many times the average something is.

    Examples
    --------
    >>> say_times(3.14), say_times(2.0), say_times(0.5), say_times(0.11)
    ('3.1 times', 'twice', 'half', 'a tenth of')
    """
    if ratio >= 10:
        return f"{ratio:,.0f} times"
    if round(ratio, 1) == 2.0:
        return "twice"
    if ratio >= 0.75:
        return f"{ratio:.1f} times"
    parts = ((0.45, "half"), (0.29, "a third of"), (0.225, "a quarter of"), (0.15, "a fifth of"))
    for least, words in parts:
        if ratio >= least:
            return words
    return "a tenth of" if ratio >= 0.08 else "hardly any of"


def own_unit(column: Column) -> str:
    """Return the unit that is said with the column's values: none if the label makes it plain.

    Examples
    --------
    >>> from coterie.schema import Column
    >>> own_unit(Column("kids", "number", "feature", label="Children at home", unit="children"))
    ''
    """
    unit = column.unit
    if column.meaning == "birth_year":
        return CALENDAR_YEAR
    if unit == "points":
        return ""
    return "" if len(unit) > 2 and unit.lower() in column.label.lower() else unit


def counts_things(unit: str) -> bool:
    """Return whether a unit is things that one has more or fewer of, such as purchases.

    Examples
    --------
    >>> counts_things("purchases"), counts_things("years"), counts_things("k$")
    (True, False, False)
    """
    measures = ("years", "months", "weeks", "days", "hours", "minutes", "points", CALENDAR_YEAR)
    plural = unit.endswith("s") or unit in _SINGULAR
    return unit.isalpha() and len(unit) > 2 and plural and unit not in measures


def plain_label(column: Column, *, longest: int = 60) -> str:
    """Return the label as it stands in the middle of a sentence.

    Examples
    --------
    >>> from coterie.schema import Column
    >>> plain_label(Column("x", "number", "feature", label="Annual income (k$)"))
    'annual income'
    >>> plain_label(Column("x", "number", "feature", label="RFM total"))
    'RFM total'
    """
    label = column.label.split(" (")[0].strip() or column.label
    label = label.replace("_", " ")
    if len(label) > longest:
        label = _cut(label, longest)
    return label[0].lower() + label[1:] if label[1:2].islower() or len(label) == 1 else label


def _cut(label: str, longest: int) -> str:
    """Cut a label between words, and not behind a word that leads on to the next."""
    words = label[: longest + 1].rsplit(" ", 1)[0].split(" ")
    while len(words) > 1 and words[-1].lower() in _LEADING_ON:
        words.pop()
    return " ".join(words).rstrip(" ,;:-")[:longest] or label[:longest]


def capital(text: str) -> str:
    """Return `text` with its first letter capital."""
    return text[:1].upper() + text[1:]


def join_words(words: list[str] | tuple[str, ...], last: str = "and") -> str:
    """Join as in a sentence.

    Examples
    --------
    >>> join_words(["a", "b", "c"])
    'a, b and c'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def _say_number(size: float, finer: int, *, cents: bool = False) -> str:
    """Say a number that is not negative."""
    for scale, word in _LARGE:
        if size >= scale * 0.9995:
            if size / scale >= 1e6:
                return f"{size:.{1 + finer}e}"
            return f"{_trimmed(size / scale, 1 + finer if size / scale < 100 else finer)} {word}"
    if size >= 1_000:
        step = 10.0 ** max(math.floor(math.log10(size)) - 1 - finer, -_FINEST)
        return f"{round(size / step) * step:,.{max(0, -round(math.log10(step)))}f}"
    if size >= 10 or size == 0:
        return _trimmed(size, finer)
    if cents and size >= 0.01:
        return f"{size:.{max(2, finer)}f}".removesuffix(".00")
    if size >= 1:
        return _trimmed(size, 1 + finer)
    digits = 1 + finer - math.floor(math.log10(size))
    return _trimmed(size, digits) if digits <= 6 else f"{size:.{1 + finer}g}"


def _trimmed(size: float, decimals: int) -> str:
    """Format with thousands separators and without zeros behind the point."""
    text = f"{size:,.{max(decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_zero(text: str) -> bool:
    return text.strip("0.,") == ""


def _singular(unit: str) -> str:
    if unit in _SINGULAR:
        return _SINGULAR[unit]
    return unit[:-1] if unit.endswith("s") and len(unit) > 2 else unit
