"""Counts in words, for notes: 1 row, 2,240 rows."""

from __future__ import annotations


def counted(count: int, thing: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "row"), counted(2240, "row")
    ('1 row', '2,240 rows')
    """
    return f"{count:,} {thing}" + ("" if count == 1 else "s")
