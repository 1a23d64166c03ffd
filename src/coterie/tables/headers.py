"""Names of columns: cleaned, made unique, and said where that changed them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coterie.schema.notes import Note
from coterie.tables.parsing import STRIP


def clean_names(raw: Sequence[str | None]) -> tuple[list[str], tuple[Note, ...]]:
    """Return a name for each column, and what was changed.

    Blanks at the ends, no-break spaces and quotation marks go; an empty name becomes ``c3`` (the
    third column); the second of two equal names gets ``_2``; no name begins with two underscores,
    for such names are Coterie's own.

    Examples
    --------
    >>> clean_names([" Age ", "", "Age"])[0]
    ['Age', 'c2', 'Age_2']
    """
    cleaned = [_clean(name or "", place) for place, name in enumerate(raw, 1)]
    names: list[str] = []
    taken: set[str] = set()
    wanted = set(cleaned)
    for name in cleaned:
        unique, number = name, 2
        while unique in taken or (unique != name and unique in wanted):
            unique, number = f"{name}_{number}", number + 1
        taken.add(unique)
        names.append(unique)
    return names, tuple(_name_notes(raw, cleaned, names))


def _clean(name: str, place: int) -> str:
    """Return one name without what surrounds it."""
    tidy = re.sub(r"[\s\u00a0\u200b\ufeff]+", " ", name.strip(STRIP)).strip()
    if len(tidy) > 1 and tidy[0] == tidy[-1] and tidy[0] in "\"'":
        tidy = tidy[1:-1].strip(STRIP)
    tidy = "".join(sign for sign in tidy if sign.isprintable() or ord(sign) > 0xFFFF)
    if tidy.startswith("__"):
        tidy = tidy.lstrip("_").strip(STRIP)
    if tidy == "*" or (tidy.startswith("^") and tidy.endswith("$")):
        tidy = tidy.strip("*^$").strip(STRIP)  # Polars would take it for a pattern of names.
    return tidy or f"c{place}"


def _name_notes(
    raw: Sequence[str | None], cleaned: Sequence[str], names: Sequence[str]
) -> list[Note]:
    """Say which names were changed, and why."""
    notes = []
    reserved = [r for r in raw if r and r.strip(STRIP).startswith("__")]
    stripped = [
        c
        for r, c in zip(raw, cleaned, strict=True)
        if r and r.strip(STRIP) and c != r and r not in reserved
    ]
    empty = [n for r, n in zip(raw, names, strict=True) if not (r or "").strip(STRIP)]
    doubled = [n for c, n in zip(cleaned, names, strict=True) if c != n]
    for found, said, level in (
        (stripped, "Blanks or signs around names were taken off", "info"),
        (reserved, "Names that begin with two underscores are Coterie's own; renamed", "warning"),
        (empty, "Columns without a name were called", "info"),
        (doubled, "Names that stood twice were made unique", "warning"),
    ):
        if found:
            shown = ", ".join(found[:5]) + (" ..." if len(found) > 5 else "")
            notes.append(Note("header", f"{said}: {shown}.", None, len(found), level))
    return notes
