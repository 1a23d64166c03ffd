"""Large separated text -> a table that lies on the disk, read so many lines at a time.

Each batch is read and typed by the same rules as a whole file. Where the batches do not agree on
what a column is, or something is odd about the lines, only the whole file can decide: then
`open_in_batches` gives None, and nothing but time was lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any

import narwhals as nw

from coterie.errors import DateOrderError, TableError
from coterie.schema import ROW, DateOrder
from coterie.schema.notes import Note
from coterie.tables.base import Table
from coterie.tables.delimited import TextTable, read_delimited
from coterie.tables.encodings import refuse_foreign
from coterie.tables.typed import Asked, missing_notes, type_columns

if TYPE_CHECKING:
    import polars as pl

LARGE = 32_000_000
"""Bytes from which on a file is read in batches."""

BATCH = 16_000_000
"""Bytes of a batch."""

LONGEST_ROW = 4
"""Batches that a row may be long before its quotation marks are taken for odd ones."""

_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"ARROW1", b"\xff\xff\xff\xff",
           b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")  # fmt: skip
_ODD = ("ragged rows", "quotes", "empty columns", "infinite")
_PLAIN = "UTF-8"


class _UndecidedError(Exception):
    """Only the whole file can decide."""


@dataclass
class _Known:
    """What the batches before told."""

    dates: DateOrder | None
    names: list[str] = field(default_factory=list)
    top: tuple[Note, ...] = ()
    encodings: set[str] = field(default_factory=set)
    signs: bool = False
    orders: dict[str, DateOrder] = field(default_factory=dict)
    kinds: dict[str, set[pl.DataType]] = field(default_factory=dict)
    mixed: dict[str, bool] = field(default_factory=dict)
    nulls: dict[str, int] = field(default_factory=dict)
    notes: dict[tuple[str, str | None, str], list[Note]] = field(default_factory=dict)
    rows: int = 0


@contextmanager
def open_in_batches(
    path: str | Path,
    *,
    dates: DateOrder | None = None,
    folder: Path | None = None,
    batch: int = BATCH,
) -> Iterator[Table | None]:
    """Open a large text file as a table on the disk, for as long as the context lasts.

    Parameters
    ----------
    path : str or path
    dates : {"dmy", "mdy", "ymd"} or None
        As in `open_table`.
    folder : path, optional
        Where the table lies, in a folder of its own; by default among temporary files.
    batch : int
        Bytes that are read at a time.

    Yields
    ------
    Table or None
        The same as `open_table` gives, but that its frame is a scan of files. None where the file
        has to be read as a whole.
    """
    path = Path(path)
    with TemporaryDirectory(prefix="coterie-", dir=folder) as room:
        try:
            table = _spill(path, Path(room), dates, batch)
        except (_UndecidedError, DateOrderError, TableError, OSError):
            # What is wrong, if anything is, the whole file says best.
            table = None
        yield table


def is_large(source: Any) -> bool:
    """Return whether a source is a file of text that is better read in batches."""
    if not isinstance(source, str | Path):
        return False
    try:
        path = Path(source)
        if not path.is_file() or path.stat().st_size < LARGE:
            return False
        with path.open("rb") as file:
            return not file.read(8).startswith(_PACKED)
    except (OSError, ValueError):
        return False


def _spill(path: Path, folder: Path, dates: DateOrder | None, batch: int) -> Table:
    """Read, type and write a file batch by batch; return the table of what was written."""
    import polars as pl

    digest = hashlib.sha256()
    known = _Known(dates)
    head = b""
    files: list[Path] = []
    with path.open("rb") as source:
        for text in _pieces(source, batch, digest):
            if not files:
                refuse_foreign(text, path.name)
            read = read_delimited(head + text, path.name)
            if not files:
                head = _header(text, read)
            typed = _typed(read, text, known)
            first = pl.int_range(known.rows, known.rows + pl.len(), dtype=pl.Int64).alias(ROW)
            files.append(folder / f"{len(files):06d}.parquet")
            typed.select(first, pl.all()).write_parquet(files[-1], compression="lz4")
            known.rows += typed.height
    kinds = _agreed(known)
    notes = (*_top_notes(known), *_merged(known), *missing_notes(known.nulls, known.rows))
    frame = _scanned(files, kinds)
    return Table(nw.from_native(frame), path.name, notes, known.orders, "csv", digest.hexdigest())


def _pieces(source: IO[bytes], size: int, digest: Any) -> Iterator[bytes]:
    """Cut a file into pieces of whole rows: at line ends outside of quotation marks."""
    left = b""
    while block := source.read(size):
        digest.update(block)
        text = left + block
        end = _last_row(text)
        if end:
            yield text[:end]
        elif len(text) > LONGEST_ROW * size:
            raise _UndecidedError
        left = text[end:]
    if left.strip():
        yield left


def _last_row(text: bytes) -> int:
    """Return where the last whole row ends; 0 if none does."""
    end = text.rfind(b"\n") + 1
    marks = text.count(b'"', 0, end)
    while end and marks % 2:
        before = text.rfind(b"\n", 0, end - 1) + 1
        marks -= text.count(b'"', before, end)
        end = before
    return end


def _header(text: bytes, read: TextTable) -> bytes:
    """Return the line of names that each batch is given; empty where the file has none."""
    header = [note for note in read.notes if note.topic == "header"]
    if any("no header" in note.text for note in header):
        return b""
    if any(note.count and "left out above" in note.text for note in header) or any(
        "has no name" in note.text or "the first has none" in note.text for note in header
    ):
        raise _UndecidedError
    end = text.find(b"\n") + 1
    if text.count(b'"', 0, end) % 2 or not text[:end].strip():
        raise _UndecidedError
    return text[:end]


def _typed(read: TextTable, text: bytes, known: _Known) -> pl.DataFrame:
    """Type a batch, and add what it tells to what is known."""
    _compare(read, text, known)
    asked = Asked(known.dates, known.orders, read.semicolons)
    typed, notes, orders = type_columns(read.frame, asked)
    nulls = typed.null_count().row(0, named=True)
    own = set(missing_notes(nulls, typed.height))
    for note in notes:
        if note.topic in _ODD or _may_be_read_otherwise(note, known.orders):
            raise _UndecidedError
        if note not in own:
            known.notes.setdefault((note.topic, note.column, note.level), []).append(note)
    known.orders |= orders
    for name, count in nulls.items():
        known.nulls[name] = known.nulls.get(name, 0) + count
        kinds = known.kinds.setdefault(name, set())
        if count < typed.height:
            kinds.add(typed.schema[name])
            coded = any(note.column == name and "make it a code" in note.text for note in notes)
            as_text = coded or _is_as_written(typed[name], read.frame[name])
            known.mixed[name] = known.mixed.get(name, True) and as_text
    return typed


def _is_as_written(typed: pl.Series, raw: pl.Series) -> bool:
    """Return whether whole numbers become the text that they were when they are made text again."""
    import polars as pl

    if typed.dtype != pl.Int64:
        return False
    return raw.dtype == pl.Int64 or bool((typed.cast(pl.String) == raw).all())


def _may_be_read_otherwise(note: Note, orders: Mapping[str, DateOrder]) -> bool:
    """Return whether dates do not read in the order that the batches before had decided."""
    return note.topic == "unreadable dates" and orders.get(note.column or "", "ymd") != "ymd"


def _compare(read: TextTable, text: bytes, known: _Known) -> None:
    """Raise unless a batch is written as those before it."""
    encodings = {note.text for note in read.notes if note.topic == "encoding"}
    top = tuple(note for note in read.notes if note.topic != "encoding")
    if any(note.topic in _ODD for note in top):
        raise _UndecidedError
    if not known.names:
        known.names, known.top = list(read.frame.columns), top
    elif known.names != list(read.frame.columns) or known.top != top:
        raise _UndecidedError
    # Batches of plain ASCII say nothing about how the others are written.
    if not text.isascii():
        known.signs = True
        known.encodings |= encodings
    elif len(encodings) > 1:
        raise _UndecidedError


def _top_notes(known: _Known) -> tuple[Note, ...]:
    """Say how the file is written."""
    encodings = known.encodings or {f"The file is written in {_PLAIN}."}
    if len(encodings) > 1 or any("stray" in said for said in encodings):
        raise _UndecidedError
    return (Note("encoding", next(iter(encodings))), *known.top)


def _agreed(known: _Known) -> dict[str, pl.DataType]:
    """Return the type of each column that all batches can be read as."""
    import polars as pl

    agreed: dict[str, pl.DataType] = {}
    for name, kinds in known.kinds.items():
        if len(kinds) <= 1:
            agreed[name] = next(iter(kinds), pl.String())
        elif kinds == {pl.Int64(), pl.Float64()}:
            agreed[name] = pl.Float64()
        elif kinds == {pl.Int64(), pl.String()} and known.mixed[name]:
            # Some batches have plain numbers only, the others say that these are codes.
            agreed[name] = pl.String()
        elif kinds == {pl.Date(), pl.Datetime("us")}:
            agreed[name] = pl.Datetime("us")
        else:
            raise _UndecidedError
    if not any(kind.is_numeric() or kind == pl.Boolean for kind in agreed.values()):
        raise _UndecidedError
    return agreed


def _merged(known: _Known) -> Iterator[Note]:
    """Tell once what several batches told, with their counts added up."""
    for notes in known.notes.values():
        total = sum(note.count for note in notes)
        most = max(notes, key=lambda note: note.count)
        if not total or len(notes) == 1:
            yield notes[0]
        elif most.count == 1 or f"{most.count:,}" not in most.text:
            raise _UndecidedError
        else:
            told = most.text.replace(f"{most.count:,}", f"{total:,}", 1)
            yield replace(most, text=told, count=total)


def _scanned(files: list[Path], kinds: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    """Return the batches as one lazy frame, in the types that were agreed on."""
    import polars as pl

    schemas = [pl.read_parquet_schema(file) for file in files]
    if all(one == other for one, other in pairwise(schemas)):
        return pl.scan_parquet(files)
    casts = [pl.col(name).cast(kind) for name, kind in kinds.items()]
    return pl.concat([pl.scan_parquet(file).with_columns(casts) for file in files])
