"""Sentences that speak of the command line, said for a page."""

from __future__ import annotations

import re

_SAID = {
    "Say which with --dates dmy, --dates mdy or --dates ymd.": "Say which below.",
    "Write them all one way, or say with --dates dmy, --dates mdy or --dates ymd which to keep; "
    "the others become missing.": "Write them all one way.",
    "Name others with --features if you know which of them matter.": "Name others on the Segment "
    "page if you know which of them matter.",
    "Give a day with --as-of to use the age.": "Give a day on the Segment page to use the age.",
    "or describe it in the schema file.": "or mend the table of columns.",
    " They look like order lines: make the customers with 'coterie customers FILE -o "
    "customers.parquet'.": " Its rows may be orders: say so above.",
    "If that is wrong, say which is what with --columns.": "",
    " Say which column is what: --columns customer=...,date=...,amount=...": " Choose below which "
    "column is what.",
    "Find its groups with coterie segment; or, if a row is an order after all, say which column is "
    "what: --columns customer=...,date=...,amount=...": "Each row is a customer already: say so "
    "below, and find its groups; or, if a row is an order after all, choose below which column is "
    "what.",
    "Find its groups with coterie segment.": "Each row is a customer already: say so below, and "
    "find its groups.",
    "or name another column with --columns date=...": "or choose another column below.",
    "Check which column is which with --columns.": "Check below which column is which.",
    "name the column with --columns amount=...": "choose the column of the amount below",
}
_PATTERNS = {
    r" Name another column with --columns \w+=\.\.\., or none with --columns \w+=": " Choose "
    "another column below, or none.",
}


def for_page(text: str) -> str:
    """Return a sentence as it is said on a page.

    Examples
    --------
    >>> for_page("No date is known. Give a day with --as-of to use the age.")
    'No date is known. Give a day on the Segment page to use the age.'
    """
    for old, new in _SAID.items():
        text = text.replace(old, new)
    for pattern, new in _PATTERNS.items():
        text = re.sub(pattern, new, text)
    return text
