"""Text files with nothing odd about them, read by Polars with all cores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coterie.tables.encodings import LOOKED_AT
from coterie.tables.quoting import stands_even
from coterie.tables.sniffing import Separation
from coterie.tables.typed import LONG, PLAIN, PLAIN_WHOLE

if TYPE_CHECKING:
    import polars as pl

_LINE, _QUOTE = ord("\n"), ord('"')
_STEP = 1 << 18


def read_even(text: bytes, above: int, width: int, separation: Separation) -> pl.DataFrame | None:
    """Read lines that all have the same number of cells.

    Parameters
    ----------
    text : bytes
        UTF-8, lines ended by line feeds.
    above : int
        Lines above the first row (header, titles), blank ones not counted.
    width : int
        Number of columns.
    separation : Separation

    Returns
    -------
    polars.DataFrame or None
        Columns c1, c2 ...: Int64 or Float64 where each cell is a plain number, else String. None
        if a row has another number of cells or a line break in one, or if quotation marks do not
        match: then the careful way finds out what is odd.
    """
    quoted = b'"' in text
    start = _skip_lines(text, above)
    if quoted and (not separation.quoted or text.count(b'"', 0, start) % 2):
        return None
    signs, rows = _measured(text, start, width, separation.separator, quoted)
    if signs is None and not quoted and b"\n\n" in text:
        text, start = text[start:].lstrip(b"\n"), 0
        while b"\n\n" in text:
            text = text.replace(b"\n\n", b"\n")
        signs, rows = _measured(text, start, width, separation.separator, quoted)
    if signs is None:
        return None
    columns = [f"c{place}" for place in range(1, width + 1)]
    skip = text.count(b"\n", 0, start)
    kinds = _plain_kinds(text, start, signs, columns, separation.separator, quoted)
    frame = _read(text, skip, kinds, separation.separator, quoted) if kinds else None
    if frame is None or frame.height != rows or not _is_plain(frame):
        frame = _read(text, skip, _all_text(columns), separation.separator, quoted)
    return frame if frame is not None and frame.height == rows else None


def _measured(
    text: bytes, start: int, width: int, separator: str, quoted: bool
) -> tuple[NDArray[np.uint8] | None, int]:
    """Return the bytes from `start` and their number of rows; None if these are not all even."""
    signs = np.frombuffer(text, np.uint8)[start:]
    rows = text.count(b"\n", start) + (not text.endswith(b"\n"))
    if quoted:
        even = stands_even(signs, separator, rows, width)
    else:
        even = text.count(separator.encode(), start) == rows * (width - 1)
    return (signs if even and len(signs) else None), rows


def _all_text(columns: list[str]) -> dict[str, type[pl.DataType]]:
    import polars as pl

    return dict.fromkeys(columns, pl.String)


def _read(
    text: bytes, skip: int, kinds: dict[str, type[pl.DataType]], separator: str, quoted: bool
) -> pl.DataFrame | None:
    """Read with given types; None if a cell does not fit them."""
    import polars as pl

    try:
        return pl.read_csv(
            text,
            skip_lines=skip,
            has_header=False,
            separator=separator,
            quote_char='"' if quoted else None,
            schema=kinds,
            infer_schema=False,
            extra_columns="raise",
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None


def _skip_lines(text: bytes, filled: int) -> int:
    """Return where the text goes on behind the first `filled` lines that are not blank."""
    place = 0
    while filled:
        end = text.find(b"\n", place)
        if end < 0:
            return len(text)
        filled -= bool(text[place:end].strip())
        place = end + 1
    return place


def _plain_kinds(
    text: bytes,
    start: int,
    signs: NDArray[np.uint8],
    columns: list[str],
    separator: str,
    quoted: bool,
) -> dict[str, type[pl.DataType]] | None:
    """Return a type for each column, numbers where the first rows are plain; None if none are."""
    import polars as pl

    if len(signs) < LOOKED_AT or _zero_led(signs, separator, quoted):
        return None
    end = text.rfind(b"\n", start, start + LOOKED_AT) + 1
    sample = _read(text[start:end], 0, _all_text(columns), separator, quoted)
    if sample is None or not sample.height:
        return None
    plain = sample.select(pl.all().str.contains(PLAIN).all()).row(0)
    whole = sample.select(pl.all().str.contains(PLAIN_WHOLE).all()).row(0)
    empty = sample.select(pl.all().is_null().all()).row(0)
    kinds: dict[str, type[pl.DataType]] = {}
    for place, column in enumerate(columns):
        if plain[place] and not empty[place]:
            kinds[column] = pl.Int64 if whole[place] else pl.Float64
        else:
            kinds[column] = pl.String
    return kinds if any(plain) else None


def _zero_led(signs: NDArray[np.uint8], separator: str, quoted: bool) -> bool:
    """Return whether a cell begins with 0 and one more digit, as codes do."""
    for start in range(0, len(signs), _STEP):
        part = signs[start : start + _STEP + 2]
        hit = part[1:-1] == ord("0")
        hit &= (part[2:] - np.uint8(ord("0"))) < 10
        before = (part[:-2] == ord(separator)) | (part[:-2] == _LINE)
        hit &= (before | (part[:-2] == _QUOTE)) if quoted else before
        if hit.any():
            return True
    head = bytes(signs[:2])
    return head[:1] == b"0" and head[1:].isdigit()


def _is_plain(frame: pl.DataFrame) -> bool:
    """Return whether numbers read at once hold nothing that wants a closer look."""
    import polars as pl
    import polars.selectors as cs

    numbers = frame.select(cs.numeric())
    if not numbers.width:
        return True
    largest = numbers.select(pl.all().abs().max()).row(0)
    if any(isinstance(value, int) and value >= LONG for value in largest):
        return False
    floats = numbers.select(cs.float())
    if not floats.width:
        return True
    if not all(value is not False for value in floats.select(pl.all().is_finite().all()).row(0)):
        return False
    big = [name for name, value in floats.max().row(0, named=True).items() if (value or 0) >= LONG]
    return not big or not any(floats.select((pl.col(big) == pl.col(big).floor()).all()).row(0))
