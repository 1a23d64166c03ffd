"""Text files parted by separators -> columns of text, every row in its place."""

from __future__ import annotations

import contextlib
import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coterie.errors import EmptyTableError, UnreadableTableError
from coterie.schema.notes import Note
from coterie.tables.encodings import LOOKED_AT, decode, normalise
from coterie.tables.even import read_even
from coterie.tables.headers import clean_names
from coterie.tables.sniffing import (
    ONE_COLUMN,
    WHITESPACE,
    WORDS,
    Head,
    Separation,
    find_header,
    find_separation,
    first_rows,
    rows_of,
)
from coterie.tables.wording import counted

if TYPE_CHECKING:
    import polars as pl


_FEW_LINES = 20
"""So many lines are looked at, however long they are."""


@dataclass(frozen=True)
class TextTable:
    """A table as it was written.

    Attributes
    ----------
    frame : polars.DataFrame
        Columns of String; Int64 and Float64 where a file of plain numbers was read at once.
    notes : tuple of Note
    semicolons : bool
        Whether semicolons part the columns.
    """

    frame: pl.DataFrame
    notes: tuple[Note, ...]
    semicolons: bool = False


@dataclass(frozen=True)
class _Layout:
    """Where what stands in a file."""

    separation: Separation
    names: list[str]
    top: int
    has_header: bool
    width: int
    row_names: bool


def read_delimited(data: bytes, name: str) -> TextTable:
    """Read a text file; its encoding, separator and header are found out.

    Raises
    ------
    EmptyTableError
        If there is no text, or no row under the header.
    UnknownSeparatorError
        If no separator parts the lines into columns.
    UnreadableTableError
        If the file is no text, or a row has more cells than the header.
    """
    text, encoding = decode(data, name)
    holes = text.count(b"\x00") if b"\x00" in text else 0
    text = normalise(text)
    if not text or text.isspace():
        raise EmptyTableError(f"{name} is empty. Coterie needs a header and at least one row.")
    notes = [Note("encoding", f"The file is written in {encoding}.")]
    if holes:
        notes.append(Note("encoding", f"{counted(holes, 'NUL character')} taken out.", None, holes))
    separation, text, declared = _separation(text, name)
    layout = _layout(text, separation, name)
    word = WORDS.get(separation.separator, "nothing: there is one column")
    notes.append(Note("separator", f"Cells are parted by: {word}{declared}."))
    more: tuple[Note, ...] = ()
    frame = None
    if separation.separator not in ("", WHITESPACE) and not layout.row_names:
        frame = read_even(text, layout.top + layout.has_header, layout.width, separation)
    if frame is None:
        frame, more = _careful(text, layout, name)
    if not frame.height:
        raise EmptyTableError(f"{name} has a header and no rows. Add at least one customer.")
    frame, raw, dropped = drop_empty(frame, layout.names)
    names, renamed = clean_names(raw)
    notes += [*_header_notes(layout), *(renamed if layout.has_header else ()), *dropped, *more]
    frame = frame.rename(dict(zip(frame.columns, names, strict=True)))
    return TextTable(frame, tuple(notes), separation.separator == ";")


def _separation(text: bytes, name: str) -> tuple[Separation, bytes, str]:
    """Find the separator, also where Excel's first line ``sep=;`` declares it."""
    declared = re.match(rb'^"?sep=([,;|\t])"?\n', text, re.IGNORECASE)
    if declared:
        body = text[declared.end() :]
        return Separation(declared[1].decode(), True), body, " (the file says so)"
    return find_separation(_head(text), name), text, ""


def _head(text: bytes) -> Head:
    """Return the whole lines at the beginning of the text."""
    size = LOOKED_AT
    while size < len(text) and text.count(b"\n", 0, size) < _FEW_LINES:
        size *= 4
    head, cut = text[:size], len(text) > size
    if cut and b"\n" in head:
        head = head[: head.rindex(b"\n")]
    return Head(head.decode("utf-8", errors="ignore"), cut)


def _layout(text: bytes, separation: Separation, name: str) -> _Layout:
    """Find the header and the number of columns."""
    separator = separation.separator or ONE_COLUMN
    rows = first_rows(_head(text), separator, quoted=separation.quoted)
    if not rows:
        raise EmptyTableError(f"{name} has no rows. Coterie needs a header and at least one row.")
    usual = _usual_width(rows)
    top, has_header = find_header(rows, usual)
    first, below = rows[top], rows[top + 1 :]
    if has_header and not below:
        raise EmptyTableError(f"{name} has a header and no rows. Add at least one customer.")
    if not has_header:
        return _Layout(separation, [""] * usual, top, False, usual, False)
    row_names = (
        bool(below)
        and len(first) == usual - 1
        and all(len(row) == usual for row in below)
        and any(row[-1].strip() for row in below)
        and len(below) > 1
    )
    names = ["", *first] if row_names else list(first)
    return _Layout(separation, names, top, True, len(names), row_names)


def ordinals(width: int) -> str:
    """Return what the columns of a table without a header are called.

    >>> ordinals(1), ordinals(5)
    ('c1', 'c1 to c5')
    """
    return "c1" if width == 1 else f"c1 to c{width}"


def _usual_width(rows: list[list[str]]) -> int:
    """Return the commonest number of cells in a row."""
    lengths = Counter(map(len, rows))
    return max(lengths, key=lambda length: (lengths[length], length))


def _careful(text: bytes, layout: _Layout, name: str) -> tuple[pl.DataFrame, tuple[Note, ...]]:
    """Read row by row; mend rows of another length where that is safe, and say so."""
    import polars as pl

    numbered, notes = _rows(text.decode("utf-8", errors="replace"), layout)
    skipped = layout.top + layout.has_header
    rows, mended = _mend(numbered[skipped:], layout.width, name)
    columns = list(zip(*rows, strict=True)) if rows else [()] * layout.width
    frame = pl.DataFrame(
        {f"c{place}": cells for place, cells in enumerate(columns, 1)},
        schema={f"c{place}": pl.String for place in range(1, layout.width + 1)},
    )
    return frame, (*notes, *mended)


def _rows(text: str, layout: _Layout) -> tuple[list[tuple[int, list[str]]], list[Note]]:
    """Return the numbered rows, reading quotation marks as plain signs where they do not match."""
    lines = text.removesuffix("\n").split("\n")
    separator = layout.separation.separator or ONE_COLUMN
    loose = Note(
        "quotes", "Quotation marks do not match; they were read as plain signs.", level="warning"
    )
    rows, notes = None, [loose]
    if layout.separation.quoted:
        with contextlib.suppress(csv.Error):
            rows, notes = list(rows_of(lines, separator)), []
    if rows is not None and '"' in text:
        filled = sum(bool(line.strip()) for line in lines)
        if len(rows) < filled:
            plain = _unquoted(lines, separator)
            # Cells with line breaks, or stray quotation marks that swallow rows?
            if all(len(row) == layout.width for _, row in plain):
                return plain, [loose]
    if rows is None:
        rows = _unquoted(lines, separator)
    return rows, notes if '"' in text else []


def _unquoted(lines: list[str], separator: str) -> list[tuple[int, list[str]]]:
    """Return the rows with quotation marks as plain signs, taken off the ends of cells."""
    try:
        rows = list(rows_of(lines, separator, quoted=False))
    except csv.Error as error:
        raise UnreadableTableError(
            f"The file cannot be parted into cells ({error}). Save it again as CSV."
        ) from None
    return [(number, [_without_marks(cell.strip()) for cell in row]) for number, row in rows]


def _without_marks(cell: str) -> str:
    """Take a pair of quotation marks off a cell."""
    paired = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1] if paired else cell


def _mend(
    numbered: list[tuple[int, list[str]]], width: int, name: str
) -> tuple[list[list[str | None]], tuple[Note, ...]]:
    """Bring every row to `width` cells, or say which line cannot be."""
    rows: list[list[str | None]] = []
    short, long = [], []
    for number, cells in numbered:
        if len(cells) > width:
            if any(cell.strip() for cell in cells[width:]):
                raise UnreadableTableError(
                    f"Line {number} of {name} has {len(cells)} cells where the header has "
                    f"{width}: '{' | '.join(cells)[:120]}'. Perhaps a cell holds the separator "
                    "and is not in quotation marks. Mend the line, or save the file again."
                )
            long.append(number)
        elif len(cells) < width:
            short.append(number)
        rows.append([*cells[:width], *[None] * (width - len(cells))])
    notes = []
    for lines, said, level in (
        (short, "had too few cells; the last ones count as missing", "warning"),
        (long, "had empty cells behind the last column, which were dropped", "info"),
    ):
        if lines:
            shown = ", ".join(map(str, lines[:5])) + (" ..." if len(lines) > 5 else "")
            text = f"{counted(len(lines), 'row')} {said} (line {shown})."
            notes.append(Note("ragged rows", text, None, len(lines), level))
    return rows, tuple(notes)


def _header_notes(layout: _Layout) -> list[Note]:
    """Say where the header was found, or that there is none."""
    notes = []
    if layout.top:
        lines = counted(layout.top, "line") + (" was" if layout.top == 1 else " were")
        text = f"{lines} left out above the header, being titles or comments."
        notes.append(Note("header", text, None, layout.top))
    if not layout.has_header:
        text = f"The file has no header; its columns are called {ordinals(layout.width)}."
        notes.append(Note("header", text, level="warning"))
    if layout.row_names:
        text = "The header has one name less than there are columns; the first has none."
        notes.append(Note("header", text))
    return notes


def drop_empty(
    frame: pl.DataFrame, names: list[str]
) -> tuple[pl.DataFrame, list[str], tuple[Note, ...]]:
    """Drop the columns that have neither a name nor a value; return the names left, and say so."""
    import polars as pl

    from coterie.tables.parsing import STRIP

    named = dict(zip(frame.columns, names, strict=True))
    nameless = [
        column
        for column, name in named.items()
        if not name.strip(STRIP) and frame.schema[column] == pl.String
    ]
    if not nameless:
        return frame, names, ()
    filled = frame.select((pl.col(nameless).str.strip_chars(STRIP).fill_null("") != "").any()).row(
        0, named=True
    )
    empty = [column for column in nameless if not filled[column]]
    if not empty or len(empty) == frame.width:
        return frame, names, ()
    verb = "was" if len(empty) == 1 else "were"
    text = f"{counted(len(empty), 'column')} without a name and without a value {verb} dropped."
    left = frame.drop(empty)
    return left, [named[c] for c in left.columns], (Note("empty columns", text, None, len(empty)),)
