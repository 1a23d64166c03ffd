"""How column names are spelt: their words, a form to compare by, a label, a unit in brackets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APART = re.compile(r"[^0-9a-z]+")
_RANGE = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*(?:-|–|to|\.\.)\s*(-?\d+(?:\.\d+)?)\s*$")
LONGEST_ACRONYM = 4
_SPELT_UNITS = {
    "years": "years", "year": "years", "yrs": "years", "yr": "years", "y": "years",
    "months": "months", "month": "months", "days": "days", "day": "days", "d": "days",
    "hours": "hours", "hour": "hours", "hrs": "hours", "h": "h", "minutes": "minutes",
    "min": "minutes", "percent": "%", "pct": "%", "usd": "$", "dollars": "$", "us$": "$",
    "eur": "€", "euro": "€", "euros": "€", "gbp": "£", "pounds": "£", "k": "k", "thousands": "k",
    "pts": "points",
}  # fmt: skip


def words_of(name: str) -> tuple[str, ...]:
    """Split a column name into lower-case words, without what stands in brackets.

    Examples
    --------
    >>> words_of("Annual Income (k$)"), words_of("NumWebPurchases"), words_of("CustomerID")
    (('annual', 'income'), ('num', 'web', 'purchases'), ('customer', 'id'))
    """
    bare = _CAMEL.sub(" ", _ascii(_BRACKETS.sub(" ", name)))
    return tuple(word for word in _APART.split(bare.lower()) if word)


def plain_name(name: str) -> str:
    """Return a column name without case, spaces, underscores, punctuation and brackets.

    A name that has no letter or digit at all is only stripped.

    Examples
    --------
    >>> plain_name(" annual_income "), plain_name("AnnualIncome"), plain_name("Annual Income (k$)")
    ('annualincome', 'annualincome', 'annualincome')
    """
    bare = _BRACKETS.sub(" ", name) if _BRACKETS.sub("", name).strip() else name
    return "".join(sign for sign in _ascii(bare).casefold() if sign.isalnum()) or name.strip()


def humanise(name: str) -> str:
    """Return a column name as a person writes it: sentence case, without its unit.

    Examples
    --------
    >>> humanise("num_web_purchases"), humanise("CREDIT_LIMIT ($)"), humanise("x0")
    ('Num web purchases', 'Credit limit', 'x0')
    """
    bare = _BRACKETS.sub(" ", name)
    if len(bare.strip()) <= 3:
        return bare.strip() or name.strip() or name
    spread = _CAMEL.sub(" ", re.sub(r"[_\s]+", " ", bare)).strip(" -:.")
    shouted = spread.isupper() and len(spread) > LONGEST_ACRONYM
    words = [w if w.isupper() and len(w) > 1 and not shouted else w.lower() for w in spread.split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:] if text else name.strip() or name


def unit_of(name: str) -> str:
    """Return the unit that stands in brackets in a header; empty if there is none.

    Examples
    --------
    >>> unit_of("Annual Income (k$)"), unit_of("Spending Score (1-100)"), unit_of("Height [cm]")
    ('k$', '', 'cm')
    """
    for round_, square in _BRACKETS.findall(name):
        inside = (round_ or square).strip()
        inside = re.sub(r"^in\s+", "", inside, flags=re.IGNORECASE)
        if inside.casefold() in _SPELT_UNITS:
            return _SPELT_UNITS[inside.casefold()]
        if inside and len(inside) <= 8 and not _RANGE.match(inside) and not inside.isdigit():
            return inside
    return ""


def currency_in(unit: str) -> str:
    """Return the currency of a unit, without the k of thousands; empty if it is none.

    Examples
    --------
    >>> currency_in("k$"), currency_in("CHF"), currency_in("years"), currency_in("")
    ('$', 'CHF', '', '')
    """
    bare = unit.removeprefix("k")
    sign = bool(bare) and unicodedata.category(bare[-1]) == "Sc"
    return bare if sign or (len(bare) == 3 and bare.isascii() and bare.isupper()) else ""


def range_of(name: str) -> tuple[float, float] | None:
    """Return the range of values that stands in brackets in a header, or None.

    Examples
    --------
    >>> range_of("Spending Score (1-100)"), range_of("Annual Income (k$)")
    ((1.0, 100.0), None)
    """
    for round_, square in _BRACKETS.findall(name):
        found = _RANGE.match(round_ or square)
        if found and float(found[1]) < float(found[2]):
            return float(found[1]), float(found[2])
    return None


def find_name(wanted: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` that is `wanted`, spelt exactly or nearly so; else None.

    Case, blanks, underscores, punctuation and a unit in brackets make no difference, as long
    as only one of the names fits.
    """
    known = list(names)
    if wanted in known:
        return wanted
    same = [name for name in known if plain_name(name) == plain_name(wanted)]
    return same[0] if len(same) == 1 else None


def close_names(wanted: str, names: Iterable[str], count: int = 3) -> list[str]:
    """Return up to `count` of `names` that `wanted` may have been meant for, nearest first."""
    by_plain = {plain_name(name): name for name in names}
    near = get_close_matches(plain_name(wanted), list(by_plain), n=count, cutoff=0.6)
    return [by_plain[plain] for plain in near]


def _ascii(text: str) -> str:
    """Return text with accents taken off Latin letters; other scripts stay as they are."""
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
