"""Reading one number or one date from text; the rules that columns are read by, in plain Python."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from typing import Literal

from coterie.schema import DateOrder

Decimal = Literal[".", ","]

STRIP = "".join(map(chr, (*range(33), *range(0x7F, 0xA1), *range(0x2000, 0x200C)))) + (
    "\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
"""What is cut off both ends of a cell: blanks of every width, no-break and zero-width ones too."""

MISSING = frozenset(
    [
        "-",
        "--",
        "---",
        ".",
        "?",
        "??",
        "na",
        "n/a",
        "n.a.",
        "n.a",
        "<na>",
        "#n/a",
        "#na",
        "nan",
        "-nan",
        "null",
        "none",
        "nil",
        "nul",
        "missing",
        "unknown",
        "undefined",
        "inf",
        "+inf",
        "-inf",
        "infinity",
        "+infinity",
        "-infinity",
        "#div/0!",
        "#value!",
        "#ref!",
        "#num!",
        "#name?",
        "#null!",
        "(null)",
        "(blank)",
        "(empty)",
        "nat",
    ]
) | {"not available", "not known", "not applicable", "#n/a n/a", "no data"}
"""Words, in lower case, that say in a column of numbers or dates that there is no value."""

BLANKS = " \u00a0\u2009\u202f"
_CURRENCY = (
    r"(?:(?:us|au|ca|nz|hk|sg|mx|a|c|r|s)?\$|[€£¥₹₽₺₩₪₫₴₦฿₱₡₲₵₸₼₾]|usd|eur|euros?|gbp|jpy|cny|rmb|inr"
    r"|chf|sek|nok|dkk|isk|pln|czk|huf|ron|bgn|try|rub|uah|brl|mxn|aud|cad|nzd|zar|sgd|hkd|krw|thb|ils|aed"
    r"|sar|egp|ngn|kes|php|idr|myr|vnd|clp|cop|ars|pen|kr\.?|kč|zł|rs\.?|fr\.?|ft|lei"
    r"|dollars?|pounds?)"
)
NUMBER = (
    r"(?i)^(?P<open>\()?(?P<sign>[+-])?[ \u00a0]?(?:(?P<front>"
    + _CURRENCY
    + r")[ \u00a0]?)?(?P<inner>[+-])?"
    rf"(?P<body>[.,]?[0-9](?:[0-9.,'’{BLANKS}]*[0-9.,])?)(?P<exponent>e[+-]?[0-9]{{1,4}})?"
    r"[ \u00a0]?(?P<kilo>k)?[ \u00a0]?(?P<unit>%|" + _CURRENCY + r")?(?P<close>\))?(?P<behind>-)?$"
)
"""A number with all that may stand around it. Python and Rust read this pattern alike."""


_SIGNS = {
    "us$": "$", "usd": "$", "dollar": "$", "dollars": "$", "eur": "€", "euro": "€", "euros": "€",
    "gbp": "£", "pound": "£", "pounds": "£", "inr": "₹", "rs": "₹", "rmb": "CNY", "jpy": "¥",
    "kr": "kr", "kč": "Kč", "czk": "Kč", "zł": "zł", "pln": "zł", "ft": "Ft", "huf": "Ft",
    "fr": "CHF", "lei": "RON", "krw": "₩", "ils": "₪", "try": "₺", "rub": "₽", "uah": "₴",
    "vnd": "₫", "thb": "฿", "ngn": "₦", "php": "₱",
}  # fmt: skip


def plain_currency(sign: str) -> str:
    """Return a currency by one sign, however it was written.

    Examples
    --------
    >>> [plain_currency(sign) for sign in ("USD", "$", "Euro", "chf", "Kr.", "A$")]
    ['$', '$', '€', 'CHF', 'kr', 'A$']
    """
    plain = sign.strip().casefold().rstrip(".")
    return _SIGNS.get(plain, plain.upper())


def body_pattern(decimal: Decimal) -> str:
    """Return the pattern of digits with `decimal` as decimal sign, thousands signs in place."""
    point, other = (r"\.", ",") if decimal == "." else (",", r"\.")
    part = rf"(?:{point}[0-9]*)?"
    return (
        rf"^(?:[0-9]+{part}|{point}[0-9]+"
        rf"|[1-9][0-9]{{0,2}}(?:(?:{other}[0-9]{{3}})+|(?:['’][0-9]{{3}})+|(?:[{BLANKS}][0-9]{{3}})+){part}"
        rf"|[1-9][0-9]?(?:{other}[0-9]{{2}})+{other}[0-9]{{3}}{part})$"
    )


_NUMBER = re.compile(NUMBER)
_BODY = {".": re.compile(body_pattern(".")), ",": re.compile(body_pattern(","))}


def tidy(text: str) -> str:
    """Return `text` without blanks at its ends and with the typographic minus made plain."""
    return text.strip(STRIP).replace("\u2212", "-")


def parse_number(
    text: str, decimal: Decimal | None = None, *, kilo: float = 1000.0
) -> float | None:
    """Return the number that `text` says, or None.

    Parameters
    ----------
    text : str
        Such as ``"1,234.50"``, ``"1.234,50"``, ``"$ 12"``, ``"(3.20)"``, ``"15 k$"``, ``"12 %"``.
    decimal : {".", ","} or None
        The decimal sign; None reads it from the number itself, and a lone group of three digits
        behind a comma (``"1,234"``) as thousands.
    kilo : float
        What a ``k`` behind the number is worth; 1 where the column already counts in thousands.

    Returns
    -------
    float or None
        Finite. None for text, for words that say there is no value, for infinity and NaN.

    Examples
    --------
    >>> parse_number("1.234,50"), parse_number("(1,200)"), parse_number("n/a")
    (1234.5, -1200.0, None)
    """
    found = _NUMBER.match(tidy(text))
    if not found:
        return None
    negative = _negative(found)
    body = found["body"]
    if decimal is None:
        decimal = "." if _BODY["."].match(body) else ","
    if negative is None or not _BODY[decimal].match(body):
        return None
    other = "," if decimal == "." else "."
    digits = re.sub(rf"[{other}'’{BLANKS}]", "", body).replace(",", ".")
    value = float(digits + (found["exponent"] or ""))
    value = value * kilo if found["kilo"] else value
    return (-value if negative else value) if math.isfinite(value) else None


def currency_of(text: str) -> str:
    """Return the currency that stands around a number, as `plain_currency` writes it, or nothing.

    Examples
    --------
    >>> currency_of("1,200 EUR"), currency_of("$5"), currency_of("12 %"), currency_of("7")
    ('€', '$', '', '')
    """
    found = _NUMBER.match(tidy(text))
    sign = (found["front"] or found["unit"] or "") if found else ""
    return plain_currency(sign) if sign not in ("", "%") else ""


def _negative(found: re.Match[str]) -> bool | None:
    """Return whether the number is below zero; None where its signs contradict each other."""
    signs = [found["sign"], found["inner"], found["open"], found["behind"]]
    if bool(found["open"]) != bool(found["close"]) or sum(map(bool, signs)) > 1:
        return None
    return bool(found["open"] or found["behind"] or "-" in (found["sign"], found["inner"]))


_MONTHS = {
    1: "jan january januar janvier enero gennaio janeiro januari janv ene gen jänner",
    2: "feb february februar février febrero febbraio fevereiro februari févr fév fev fevrier",
    3: "mar march märz mars marzo março maart mär mrz maerz marco mrt",
    4: "apr april avril abril aprile avr abr",
    5: "may mai mayo maggio maio mei mag",
    6: "jun june juni juin junio giugno junho giu",
    7: "jul july juli juillet julio luglio julho juil lug",
    8: "aug august août agosto augustus aout ago",
    9: "sep sept september septembre septiembre settembre setembro set",
    10: "oct october oktober octobre octubre ottobre outubro okt ott out",
    11: "nov november novembre noviembre novembro",
    12: "dec december dezember décembre diciembre dicembre dezembro dez déc dic decembre",
}
MONTHS = {word: month for month, words in _MONTHS.items() for word in words.split()}
"""Names of months in lower case, in seven languages -> 1 to 12."""

_CLOCK = (
    r"(?:(?:[T ]|, ?| +at +)(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})"
    r"(?::(?P<S>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"[ ]?(?P<half>[ap]\.?m\.?)?[ ]?(?P<zone>z|utc|gmt|[+-][0-9]{2}:?[0-9]{2})?)?$"
)
_WEEKDAY = r"^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +)?"
_WORD = r"(?P<word>[^\W\d_]{3,10})\.?"
_SHAPES = tuple(
    re.compile(pattern + _CLOCK, re.IGNORECASE)
    for pattern in (
        r"^(?P<y>[0-9]{4})(?P<sep>[-/. ])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})",
        r"^(?P<a>[0-9]{1,2})(?P<sep>[-/ ]|\. ?)(?P<b>[0-9]{1,2})(?P=sep)(?P<c>[0-9]{4}|[0-9]{2})",
        _WEEKDAY
        + r"(?P<d>[0-9]{1,2})(?:st|nd|rd|th|\.)?[-/. ]*(?:of )?"
        + _WORD
        + r"[-/., ]*(?P<y>[0-9]{4}|'?[0-9]{2})",
        _WEEKDAY
        + _WORD
        + r"[-/. ]*(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?[-/., ]+(?P<y>[0-9]{4}|'?[0-9]{2})",
        r"^(?P<y>[0-9]{4})[-/. ]+" + _WORD + r"[-/. ]+(?P<d>[0-9]{1,2})",
        r"^(?P<y>(?:18|19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
    )
)


def shape_of(text: str) -> re.Match[str] | None:
    """Return the parts of a text that looks like a date, or None; the date need not exist."""
    if not 6 <= len(text) <= 60 or not any(sign.isdigit() for sign in text):
        return None
    return next((found for shape in _SHAPES if (found := shape.match(text))), None)


def parse_date(text: str, order: DateOrder | None = None, *, birth: bool = False) -> date | None:
    """Return the day that `text` says, or None.

    Parameters
    ----------
    text : str
        Such as ``"2012-09-04"``, ``"4/9/2012"``, ``"4-Sep-12"``, ``"September 4, 2012"``,
        ``"20120904"``; a time of day is read and dropped.
    order : {"dmy", "mdy", "ymd"} or None
        How three numbers are read. None reads only what cannot be read two ways.
    birth : bool
        True for birthdays: a year of two digits then lies between 1916 and 2015, else
        between 1969 and 2068.

    Examples
    --------
    >>> parse_date("4/9/2012", "dmy").isoformat(), parse_date("4/9/2012")
    ('2012-09-04', None)
    """
    moment = parse_moment(text, order, birth=birth)
    return moment.date() if moment else None


def parse_moment(
    text: str, order: DateOrder | None = None, *, birth: bool = False
) -> datetime | None:
    """Return day and time that `text` says (see `parse_date`); an offset is turned into UTC."""
    found = shape_of(tidy(text))
    if not found:
        return None
    parts = found.groupdict()
    if parts.get("a"):
        days = {
            day
            for each in ((order,) if order else ("dmy", "mdy", "ymd"))
            if (day := _three_numbers(parts["a"], parts["b"], parts["c"], each, birth))
        }
        day = days.pop() if len(days) == 1 else None
    else:
        word = parts.get("word")
        month = MONTHS.get(word.lower(), 0) if word else int(parts["m"])
        day = _day(_year(parts["y"].lstrip("'"), birth), month, int(parts["d"]))
    return _with_clock(day, parts) if day else None


def _three_numbers(a: str, b: str, c: str, order: DateOrder, birth: bool) -> date | None:
    """Read three numbers of one or two digits (the last perhaps of four) in the given order."""
    if order == "ymd":
        return _day(_year(a, birth), int(b), int(c)) if len(a) == len(c) == 2 else None
    day, month = (a, b) if order == "dmy" else (b, a)
    return _day(_year(c, birth), int(month), int(day))


def _year(text: str, birth: bool) -> int:
    """Return a year of four digits; see `parse_date` for years of two."""
    year = int(text)
    if len(text) > 2:
        return year
    newest = 15 if birth else 68
    return year + (2000 if year <= newest else 1900)


def _day(year: int, month: int, day: int) -> date | None:
    """Return the day, or None if the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _with_clock(day: date, parts: dict[str, str | None]) -> datetime | None:
    """Add the time of day, or midnight; None for a time that no clock shows."""
    hour, minute, second = (int(parts[key] or 0) for key in ("H", "M", "S"))
    half = (parts["half"] or "")[:1].lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    moment = datetime(day.year, day.month, day.day, hour, minute, second)
    zone = parts["zone"] or ""
    if zone[:1] in ("+", "-"):
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        try:
            return moment - offset if zone[0] == "+" else moment + offset
        except OverflowError:
            return None
    return moment


SERIAL_RANGE = (20_000, 60_000)
"""Excel serial numbers that are read as days: October 1954 to April 2064."""


def from_serial(number: float) -> date:
    """Return the day of an Excel serial number (days since 30 December 1899).

    >>> from_serial(41156).isoformat()
    '2012-09-04'
    """
    return date(1899, 12, 30) + timedelta(days=int(number))
