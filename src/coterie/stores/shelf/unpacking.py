"""Is a file safe to open: how large it is once unpacked, found without unpacking it to memory."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import IO

from coterie.errors import EmptyTableError, UnreadableTableError
from coterie.tables.encodings import LOOKED_AT, refuse_foreign
from coterie.tables.excel import LARGEST, LARGEST_RATIO

STEP = 1 << 20
SMALL = 1 << 26
"""Up to so many bytes (64 MiB) no ratio is too high: small files pack well."""

MOST_CELLS = 500_000_000
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
"""Name of the part in which Office puts a workbook that has a password."""

_ARROW_STREAM = b"\xff\xff\xff\xff"


def check_upload(path: Path, name: str) -> None:
    """Refuse a file that is no table or becomes too large when it is unpacked.

    Raises
    ------
    EmptyTableError
    UnreadableTableError
    """
    with path.open("rb") as file:
        head = file.read(LOOKED_AT)
    if not head:
        raise EmptyTableError(
            f"{name} is empty. Coterie needs a header and at least one row. Choose another file."
        )
    if head[:2] == b"\x1f\x8b":
        _check_gzip(path, name)
    elif head[:4] == b"PK\x03\x04":
        _check_zip(path, name)
    elif head[:4] == b"PAR1":
        _check_columnar(path, name, "parquet")
    elif head[:6] == b"ARROW1":
        _check_columnar(path, name, "arrow")
    elif head[:4] == _OLD_OFFICE:
        _check_old_office(path, name)
    elif head[:4] != _ARROW_STREAM:
        refuse_foreign(head, name)


def _check_old_office(path: Path, name: str) -> None:
    """Refuse a workbook with a password; it has the form of an old one."""
    before = b""
    with path.open("rb") as file:
        while piece := file.read(STEP):
            if _LOCKED in before + piece:
                raise UnreadableTableError(
                    f"{name} is protected by a password. Save it without one, or as CSV."
                )
            before = piece[-len(_LOCKED) :]


def _check_gzip(path: Path, name: str) -> None:
    """Unpack to nowhere, counting, and stop when it is too much."""
    packed = path.stat().st_size
    size = 0
    with path.open("rb") as file:
        unpacker = zlib.decompressobj(wbits=31)
        rest = file.read(STEP)
        try:
            while rest:
                size += len(unpacker.decompress(rest, STEP))
                _check_size(size, packed, name)
                if unpacker.eof:
                    rest = unpacker.unused_data or file.read(STEP)
                    unpacker = zlib.decompressobj(wbits=31)
                else:
                    rest = unpacker.unconsumed_tail or file.read(STEP)
        except zlib.error:
            raise UnreadableTableError(
                f"{name} is packed with gzip and damaged. Save or download it again."
            ) from None


def _check_zip(path: Path, name: str) -> None:
    """Add up what a zip says of itself, then see that it does not lie."""
    packed = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        raise UnreadableTableError(
            f"{name} is damaged: its list of contents cannot be read. Save or download it again."
        ) from None
    total = sum(member.file_size for member in members)
    _check_size(total, packed, name, ratio_from=0)
    if not any(member.filename.lower().startswith("xl/workbook") for member in members):
        raise UnreadableTableError(
            f"{name} is a zip file and not an Excel workbook. Unpack it and give one table of it."
        )
    with path.open("rb") as file:
        for member in members:
            _check_member(file, member, name)


def _check_member(file: IO[bytes], member: zipfile.ZipInfo, name: str) -> None:
    """Unpack one member to nowhere: readers trust what it says of its size."""
    if member.compress_type != zipfile.ZIP_DEFLATED:
        return
    file.seek(member.header_offset)
    header = file.read(30)
    begin = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    file.seek(member.header_offset + 30 + begin)
    left, size = member.compress_size, 0
    unpacker = zlib.decompressobj(wbits=-15)
    rest = file.read(min(STEP, left))
    try:
        while rest and not unpacker.eof:
            left -= 0 if unpacker.unconsumed_tail else len(rest)
            size += len(unpacker.decompress(rest, STEP))
            if size > member.file_size:
                raise zlib.error("larger than it says")
            rest = unpacker.unconsumed_tail or file.read(min(STEP, max(left, 0)))
    except zlib.error:
        raise UnreadableTableError(
            f"{name} is damaged: a part of it is not what it says. Save it again as .xlsx or CSV."
        ) from None


def _check_size(size: int, packed: int, name: str, *, ratio_from: int = SMALL) -> None:
    """Refuse what becomes more than 1 GiB, or far more than it was."""
    if size <= LARGEST and (size <= ratio_from or size <= LARGEST_RATIO * max(packed, 1)):
        return
    raise UnreadableTableError(
        f"{name} becomes more than {size / 1e6:,.0f} MB when it is unpacked, from "
        f"{packed / 1e6:,.1f} MB, and was not opened. Save the table as CSV or Parquet."
    )


def _check_columnar(path: Path, name: str, kind: str) -> None:
    """Refuse a Parquet or Arrow file of more cells than memory holds; only its end is read."""
    import polars as pl

    scan = pl.scan_parquet(path) if kind == "parquet" else pl.scan_ipc(path)
    try:
        rows = int(scan.select(pl.len()).collect().item())
        width = len(scan.collect_schema())
    except (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException):
        word = {"parquet": "Parquet", "arrow": "Arrow"}[kind]
        raise UnreadableTableError(
            f"{name} is damaged, or no {word} file that can be read. Write it again."
        ) from None
    if rows * max(width, 1) > MOST_CELLS:
        raise UnreadableTableError(
            f"{name} has {rows:,} rows of {width:,} columns, more than this server opens "
            f"({MOST_CELLS:,} cells). Leave out columns, or use 'coterie segment' on a larger "
            "machine."
        )
