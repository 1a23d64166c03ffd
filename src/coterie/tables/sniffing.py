"""How a text file is laid out: its separator, where its header stands."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coterie.errors import EmptyTableError, UnknownSeparatorError
from coterie.tables.parsing import MISSING, parse_number, shape_of, tidy

_LARGEST_CELL = 1 << 28
WHITESPACE = " "
ONE_COLUMN = "\x1f"
"""Stands for a separator where there is none: a sign that no one types."""

SEPARATORS = ("\t", "|", ";", ",")
WORDS = {"\t": "tab", "|": "|", ";": "semicolon", ",": "comma", WHITESPACE: "blanks"}


@dataclass(frozen=True)
class Head:
    """The beginning of a file.

    Attributes
    ----------
    text : str
        Whole lines.
    cut : bool
        Whether the file goes on behind them, perhaps in the middle of a cell.
    """

    text: str
    cut: bool

    @property
    def lines(self) -> list[str]:
        """Lines, blank ones too."""
        return self.text.split("\n")


def first_rows(head: Head, separator: str, *, quoted: bool = True) -> list[list[str]]:
    """Return the cells of up to 1,000 rows, blank lines left out.

    Raises
    ------
    csv.Error
        As `rows_of` does.
    """
    rows: list[list[str]] = []
    feed = rows_of(head.lines, separator, quoted=quoted)
    try:
        rows += (row for _, row in itertools.islice(feed, 1_000))
    except csv.Error:
        if not (head.cut and rows):
            raise
    return rows


def rows_of(
    lines: Sequence[str], separator: str, *, quoted: bool = True
) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number from 1, cells) of each row; blank lines are left out.

    Raises
    ------
    csv.Error
        If quotation marks do not match, or a cell is longer than 256 MiB.
    """
    if separator == WHITESPACE and not quoted:
        yield from ((at, cells) for at, line in enumerate(lines, 1) if (cells := line.split()))
        return
    if max(map(len, lines), default=0) > csv.field_size_limit():
        # The library's limit of 128 KiB a cell holds for the whole process: raise it, once.
        csv.field_size_limit(_LARGEST_CELL)
    if separator == WHITESPACE:
        lines = [line.strip().replace("\t", " ") for line in lines]
    reader = csv.reader(
        (line + "\n" for line in lines),
        delimiter=separator,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        # A blank before a quotation mark is not meant; a cell of blanks is, and is counted.
        skipinitialspace=separator == WHITESPACE or _blank_before_mark(lines, separator),
        strict=True,
    )
    before = 0
    for row in reader:
        start, before = before + 1, reader.line_num
        if row and not (len(row) == 1 and not row[0].strip()):
            yield start, row


def _blank_before_mark(lines: Sequence[str], separator: str) -> bool:
    """Return whether quotation marks stand behind a blank: ``1, "a"``."""
    return any(f'{separator} "' in line for line in lines[:100])


@dataclass(frozen=True)
class Separation:
    """How lines are parted into cells.

    Attributes
    ----------
    separator : str
        One of tab, ``|``, ``;``, ``,``, a blank (for runs of blanks); empty for one column.
    quoted : bool
        Whether quotation marks enclose cells.
    """

    separator: str
    quoted: bool


def find_separation(head: Head, name: str) -> Separation:
    """Choose the separator that parts the first lines most evenly.

    Raises
    ------
    UnknownSeparatorError
        If none does.
    """
    best: tuple[float, Separation] | None = None
    for separator in (*SEPARATORS, WHITESPACE):
        for quoted in (True, False):
            try:
                rows = first_rows(head, separator, quoted=quoted)
            except csv.Error:
                continue
            score = _evenness(rows, separator)
            if score and (best is None or score > best[0] + 0.05):
                best = (score, Separation(separator, quoted))
            break
    lines = [line for line in head.lines if tidy(line)]
    if not lines:
        raise EmptyTableError(f"{name} is empty. Coterie needs a header and at least one row.")
    if best and not (best[1].separator == "," and _decimal_commas_only(lines)):
        return best[1]
    if _one_column(lines):
        return Separation("", _marks_match(head))
    raise UnknownSeparatorError(
        f"No separator splits {name} into columns. Its first line is '{tidy(lines[0])[:80]}'. "
        "Coterie reads columns parted by commas, semicolons, tabs, | or blanks."
    )


def _marks_match(head: Head) -> bool:
    """Return whether quotation marks in a single column enclose its cells."""
    try:
        first_rows(head, ONE_COLUMN)
    except csv.Error:
        return False
    return True


def _evenness(rows: list[list[str]], separator: str) -> float:
    """Return how well a separator parts rows (0 to 2): even lengths, and cells that read."""
    lengths = Counter(len(row) for row in rows)
    wide = {length: n for length, n in lengths.items() if length > 1}
    if not wide:
        return 0.0
    usual = max(wide, key=lambda length: (wide[length], length))
    top = next((i for i, row in enumerate(rows) if len(row) > 1), 0)
    body = rows[top:]
    even = sum(len(row) == usual for row in body) / len(body)
    strict = 0.9 if separator == WHITESPACE else 0.8 if top else 0.5
    if top > 15 or even < strict:
        return 0.0
    # The header must be parted too, else the separator stands in the values only.
    if len(body) > 1 and abs(len(body[0]) - usual) > 1 and even < 1 and len(body) > 3:
        even -= 0.3
    cells = [cell for row in body[1:200] or body for cell in row][:_CELLS]
    reads = sum(_reads(cell) for cell in cells) / max(len(cells), 1)
    if separator == WHITESPACE and reads < 0.5:
        return 0.0
    lead = 0.3 if top == 0 else 0.0
    return max(even, 0.01) + 0.5 * reads + lead


def _reads(cell: str) -> bool:
    """Return whether a cell says a number, a date or that there is no value."""
    text = tidy(cell)
    return (
        not text
        or text.lower() in MISSING
        or parse_number(text) is not None
        or bool(shape_of(text))
    )


def _decimal_commas_only(lines: list[str]) -> bool:
    """Return whether a name stands over numbers with a decimal comma, in one column."""
    return (
        len(lines) > 1
        and "," not in lines[0]
        and not _reads_at_all(lines[0])
        and all(re.match(r"^-?[0-9]+(,[0-9]+)?$", line.strip()) for line in lines[1:])
    )


def _one_column(lines: list[str]) -> bool:
    """Return whether the lines are one column of numbers, perhaps under a header."""
    cells = [line.strip().strip('"') for line in lines]
    body = cells[1:] or cells
    return bool(body) and sum(_reads(cell) for cell in body) >= 0.8 * len(body)


def find_header(rows: list[list[str]], width: int) -> tuple[int, bool]:
    """Return how many rows stand above the table, and whether its first row is a header.

    Parameters
    ----------
    rows : list of list of str
        The first rows, blank ones left out.
    width : int
        Number of columns.
    """
    comments = next((i for i, row in enumerate(rows) if not _is_comment(row)), 0)
    if comments and any(_reads_at_all(cell) for cell in rows[comments]):
        comments -= 1  # the last of them names the columns
    top = comments
    for top, row in enumerate(rows[comments:], comments):
        alone = sum(bool(tidy(c)) for c in row) <= 1 and not any(map(_reads_at_all, row))
        cut = len(row) == width - 1 > 1 and _names_below(rows[top + 1 :], width)
        title = cut or (width > 2 and alone) or len(row) < min(width, max(2, width // 2))
        if not (title and top < len(rows) - 1 and top < 15):
            break
    if _is_header(rows[top], rows[top + 1 : top + 200]):
        return top, True
    # Without a header nothing says where titles end: no row that may be data is left out.
    return next((i for i in range(comments, top) if len(rows[i]) == width), top), False


def _names_below(rows: list[list[str]], width: int) -> bool:
    """Return whether the next row of full width looks like names over numbers."""
    full = [row for row in rows if len(row) == width][:2]
    if len(full) < 2:
        return False
    return not any(map(_reads_at_all, full[0])) and any(map(_reads_at_all, full[1]))


def _is_comment(row: list[str]) -> bool:
    """Return whether a row above the table begins as comments do."""
    return bool(row) and tidy(row[0]).startswith("#")


def _reads_at_all(cell: str) -> bool:
    """Return whether a cell says a number or a date."""
    text = tidy(cell)
    return bool(text) and text.lower() not in MISSING and _reads(cell)


_CELLS = 4_000
_YEAR = re.compile(r"^(?:19|20)[0-9]{2}$")


def _is_header(first: list[str], below: list[list[str]]) -> bool:
    """Return whether the first row names columns rather than being one more row."""
    cells = [tidy(cell) for cell in first]
    if not any(cells):
        return True
    numbers = [bool(cell) and _reads(cell) and cell.lower() not in MISSING for cell in cells]
    if not any(numbers):
        return True
    if all(n for n, cell in zip(numbers, cells, strict=True) if cell):
        years = all(_YEAR.match(cell) for cell in cells if cell) and len(cells) > 1
        return years and not _years_below(below)
    for place, (number, cell) in enumerate(zip(numbers, cells, strict=True)):
        column = [tidy(row[place]) for row in below if place < len(row) and tidy(row[place])]
        if cell and not number and column and sum(map(_reads, column)) > 0.8 * len(column):
            return True
    years = all(_YEAR.match(c) for n, c in zip(numbers, cells, strict=True) if n)
    return years and not _years_below(below)


def _years_below(below: list[list[str]]) -> bool:
    """Return whether the numbers under the first row are years as well."""
    cells = [tidy(cell) for row in below for cell in row if parse_number(cell) is not None]
    return bool(cells) and sum(bool(_YEAR.match(cell)) for cell in cells) > 0.5 * len(cells)
