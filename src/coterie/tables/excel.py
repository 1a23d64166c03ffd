"""Excel workbooks -> columns of text, by calamine, after a look at their unpacked size."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from coterie.errors import EmptyTableError, UnreadableTableError
from coterie.schema.notes import Note
from coterie.tables.delimited import TextTable, drop_empty, ordinals
from coterie.tables.headers import clean_names
from coterie.tables.sniffing import find_header
from coterie.tables.wording import counted

if TYPE_CHECKING:
    import polars as pl

LARGEST = 1 << 30
"""Bytes that a packed file may become when it is unpacked."""

LARGEST_RATIO = 200
"""How many times its own size a packed file may become."""


def check_unpacked(data: bytes, name: str) -> list[str]:
    """Return the names of a zip's members, having seen that they are not too large unpacked.

    Raises
    ------
    UnreadableTableError
        If the zip is damaged, or would become more than 1 GiB or 200 times its size.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, UnicodeError):
        raise UnreadableTableError(
            f"{name} is damaged: its list of contents cannot be read. Save or download it again."
        ) from None
    size = sum(member.file_size for member in members)
    ratio = size / max(len(data), 1)
    if size > LARGEST or ratio > LARGEST_RATIO:
        raise UnreadableTableError(
            f"{name} would become {size / 1e6:,.0f} MB when unpacked, {ratio:,.0f} times its "
            "size, and was not opened. Save the table as CSV or Parquet."
        )
    return [member.filename for member in members]


def read_excel(data: bytes, name: str, sheet: str | int | None) -> TextTable:
    """Read one sheet of a workbook.

    Parameters
    ----------
    data : bytes
    name : str
        For messages.
    sheet : str, int or None
        Its name, or its number from 0; None for the first that is not empty.

    Raises
    ------
    EmptyTableError
        If the sheet has no rows under its header.
    UnreadableTableError
        If the workbook is damaged, or has no such sheet.
    """
    import fastexcel

    try:
        book = fastexcel.read_excel(data)
        names = book.sheet_names
        if sheet is not None:
            _check_sheet(sheet, names, name)
        chosen, cells = None, None
        for each in names if sheet is None else [sheet]:
            cells = _cells(book, each)
            chosen = each
            if cells.height:
                break
    except fastexcel.FastExcelError as error:
        raise _damaged(name, error) from None
    except UnreadableTableError:
        raise
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(name, error) from None
    if cells is None or not cells.height:
        raise EmptyTableError(f"{name} has no sheet with cells in it. Fill one, and save again.")
    chosen = chosen if isinstance(chosen, str) else names[chosen or 0]
    note = Note("sheet", f"Sheet read: {chosen}, of {len(names)} ({', '.join(names[:8])}).")
    return _lay_out(cells, name, note)


def _damaged(name: str, error: BaseException) -> UnreadableTableError:
    """Say that a workbook cannot be opened."""
    reason = str(error).split("\n", 1)[0][:120]
    return UnreadableTableError(
        f"{name} cannot be opened as an Excel workbook ({reason}). Save it again as .xlsx or CSV."
    )


def _check_sheet(sheet: str | int, names: list[str], name: str) -> None:
    """Raise UnreadableTableError if the workbook has no such sheet."""
    found = sheet in names if isinstance(sheet, str) else 0 <= sheet < len(names)
    if not found:
        raise UnreadableTableError(
            f"{name} has no sheet {sheet}. It has: {', '.join(names)}. Name one of them."
        )


def _cells(book: Any, sheet: str | int) -> pl.DataFrame:
    """Return all cells of a sheet as text, without the empty rows at its end."""
    import polars as pl

    loaded = book.load_sheet(sheet, header_row=None, dtypes="string", skip_rows=0)
    cells: pl.DataFrame = loaded.to_polars().with_columns(pl.all().cast(pl.String))
    if not cells.width or not cells.height:
        return pl.DataFrame()
    filled = cells.select(pl.any_horizontal(pl.all().str.strip_chars() != "")).to_series()
    places = filled.fill_null(False).arg_true()
    return cells.head(int(places[-1]) + 1) if places.len() else pl.DataFrame()


def _lay_out(cells: pl.DataFrame, name: str, note: Note) -> TextTable:
    """Take the header off the cells."""
    import polars as pl

    head = [[cell or "" for cell in row] for row in cells.head(200).rows()]
    blank = next(i for i, row in enumerate(head) if any(cell.strip() for cell in row))
    head = head[blank:]
    top, has_header = find_header(head, cells.width)
    raw = head[top] if has_header else [""] * cells.width
    body = cells.slice(blank + top + has_header)
    if not body.height:
        raise EmptyTableError(f"{name} has a header and no rows. Add at least one customer.")
    body, raw, dropped = drop_empty(body, raw)
    names, renamed = clean_names(raw)
    body = body.rename(dict(zip(body.columns, names, strict=True)))
    body = body.with_columns(pl.all().str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$", "$1"))
    notes = [note]
    if blank + top:
        text = f"{counted(blank + top, 'row')} left out above the header, being titles or empty."
        notes.append(Note("header", text, None, blank + top))
    if not has_header:
        text = f"The sheet has no header; its columns are called {ordinals(cells.width)}."
        notes.append(Note("header", text, level="warning"))
    return TextTable(body, (*notes, *(renamed if has_header else ()), *dropped))
