"""What a column is about, in the few words that names and advice are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.schema import Column, Schema

# Checked in this order: each theme with the sets of words of which one must be there whole.
_THEMES: tuple[tuple[str, tuple[frozenset[str], ...]], ...] = tuple(
    (theme, tuple(frozenset(words.split("+")) for words in alternatives.split()))
    for theme, alternatives in (
        ("birth", "birth"),
        ("accepted", "accepted acceptance response responses"),
        ("deals", "deals deal discount discounts coupon coupons promotion promotions"),
        ("score", "spending+score spend+score"),
        ("income", "income salary earnings"),
        ("savings", "savings saving"),
        ("recency", "recency since+last days+since"),
        ("visits", "web+visits visits visit"),
        ("web", "web online"),
        ("catalog", "catalog catalogue"),
        ("store", "store stores shop"),
        ("basket", "basket average+order order+value average+spend average+purchase"),
        (
            "spend",
            "total+spend total+spent total+spending monetary revenue spend+total "
            "amount+spent lifetime+value",
        ),
        ("frequency", "frequency orders total+purchases n+purchases purchases+total"),
        ("children", "children kids child teens kid teen teenagers kidhome teenhome dependents"),
        ("tenure", "tenure membership loyalty+years days+customer customer+days"),
        ("age", "age"),
    )
)

# Words that decide only where nothing else is said: a credit score is not a spending score.
_PARTS = ("kids", "teens")
_ALONE = (
    ("spend", frozenset({"spend", "spent", "amount", "spending"})),
    ("score", frozenset({"score"})),
    ("frequency", frozenset({"purchases", "transactions", "orders"})),
)


def theme_of(column: Column) -> str:
    """Return what a numeric column is about; empty where it is not known.

    Examples
    --------
    >>> from coterie.schema import Column
    >>> theme_of(Column("MntTotal", "number", "feature", meaning="total_spend"))
    'spend'
    >>> theme_of(Column("AnnualIncome", "number", "feature"))
    'income'
    """
    words = _words(column.meaning or column.name)
    for theme, alone in _ALONE:
        if words and words <= alone:
            return theme
    for theme, alternatives in _THEMES:
        if any(needed <= words for needed in alternatives):
            return theme
    return ""


def columns_by_theme(
    schema: Schema, present: Iterable[str], features: tuple[str, ...]
) -> dict[str, str]:
    """Return the one column that speaks for each theme.

    A feature of the fit comes before other columns, a share before a count, then the order of
    the schema decides.

    Returns
    -------
    dict of str to str
        Theme to column name.
    """
    found: dict[str, tuple[tuple[int, int, int], str]] = {}
    for position, name in enumerate(present):
        if name not in schema:
            continue
        theme = theme_of(schema[name])
        column = schema[name]
        part = int(column.unit != "%") + int(column.meaning in _PARTS)
        rank = (int(name not in features), part, position)
        if theme and (theme not in found or rank < found[theme][0]):
            found[theme] = (rank, name)
    return {theme: name for theme, (_, name) in sorted(found.items())}


def _words(name: str) -> frozenset[str]:
    """Split a name or a meaning into its lower-case words."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return frozenset(re.split(r"[^a-z0-9]+", apart.lower())) - {""}
