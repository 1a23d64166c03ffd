"""Files -> tables: what a file is, its first bytes say and not its name."""

from __future__ import annotations

import hashlib
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from coterie.errors import EmptyTableError, MissingFileError, UnreadableTableError
from coterie.tables.delimited import TextTable, read_delimited
from coterie.tables.encodings import refuse_foreign
from coterie.tables.excel import LARGEST, LARGEST_RATIO, check_unpacked, read_excel

if TYPE_CHECKING:
    import polars as pl

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_STREAM = b"\xff\xff\xff\xff"


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    MissingFileError
        If there is none.
    UnreadableTableError
        If it is a folder, or may not be read.
    EmptyTableError
        If it has no bytes.
    """
    try:
        if path.is_dir():
            raise UnreadableTableError(
                f"{path} is a folder. Give the path of one file in it, such as a CSV."
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise MissingFileError(
            f"There is no file {path}. Check the path; it is looked for in {Path.cwd()}."
        ) from None
    except ValueError:
        raise MissingFileError(f"{str(path)[:200]!r} is no path that a file can have.") from None
    except OSError as error:
        raise UnreadableTableError(
            f"{path!s:.200} cannot be read ({error.strerror}). Check its permissions."
        ) from None
    if not data:
        raise EmptyTableError(f"{path.name} is empty. Coterie needs a header and at least one row.")
    return data


def fingerprint(data: bytes) -> str:
    """Return the SHA-256 of a file's bytes.

    >>> fingerprint(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data).hexdigest()


def read_file(data: bytes, name: str, sheet: str | int | None) -> tuple[TextTable, str]:
    """Read a table of any kind; return it and its kind.

    Raises
    ------
    TableError
        If the bytes are no table, or a damaged or empty one.
    """
    if data[:2] == b"\x1f\x8b":
        data = _gunzip(data, name)
        if not data:
            raise EmptyTableError(f"{name} is empty once unpacked.")
    if data[:4] == b"PK\x03\x04":
        return _zipped(data, name, sheet)
    if data[:4] == _OLD_OFFICE:
        return read_excel(data, name, sheet), "xls"
    if data[:4] == b"PAR1":
        return TextTable(_columnar(data, name, "parquet"), ()), "parquet"
    if data[:6] == b"ARROW1" or data[:4] == _STREAM:
        return TextTable(_columnar(data, name, "arrow"), ()), "arrow"
    refuse_foreign(data, name)
    return read_delimited(data, name), "csv"


def _gunzip(data: bytes, name: str) -> bytes:
    """Unpack gzip, never beyond what is sensible."""
    parts, size, rest = [], 0, data
    try:
        while rest[:2] == b"\x1f\x8b":
            unpacker = zlib.decompressobj(wbits=31)
            while not unpacker.eof:
                part = unpacker.decompress(rest, 1 << 24)
                rest = unpacker.unconsumed_tail
                size += len(part)
                parts.append(part)
                if size > LARGEST or (size > 1 << 26 and size > LARGEST_RATIO * len(data)):
                    raise UnreadableTableError(
                        f"{name} becomes more than {size / 1e6:,.0f} MB when unpacked and was not "
                        "opened. Unpack it yourself, or save the table as Parquet."
                    )
                if not part and not rest and not unpacker.eof:
                    raise zlib.error("truncated")
            rest = unpacker.unused_data
    except zlib.error:
        raise UnreadableTableError(
            f"{name} is packed with gzip and damaged. Save or download it again."
        ) from None
    return b"".join(parts)


def _zipped(data: bytes, name: str, sheet: str | int | None) -> tuple[TextTable, str]:
    """Read a workbook; refuse other zip files."""
    members = check_unpacked(data, name)
    if not any(member.lower().startswith("xl/workbook") for member in members):
        raise UnreadableTableError(
            f"{name} is a zip file and not an Excel workbook. Unpack it and give one table of it."
        )
    return read_excel(data, name, sheet), "xlsx"


def _columnar(data: bytes, name: str, kind: str) -> pl.DataFrame:
    """Read a Parquet or Arrow file."""
    import polars as pl

    word = {"parquet": "Parquet", "arrow": "Arrow"}[kind]
    try:
        if kind == "parquet":
            frame = pl.read_parquet(io.BytesIO(data))
        elif data[:4] == _STREAM:
            frame = pl.read_ipc_stream(io.BytesIO(data))
        else:
            frame = pl.read_ipc(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException) as error:
        reason = str(error).split("\n", 1)[0][:120]
        raise UnreadableTableError(
            f"{name} is damaged, or no {word} file that can be read ({reason}). Write it again."
        ) from None
    return frame
