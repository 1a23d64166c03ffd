"""Bytes of a text file -> UTF-8, whatever they are written in; what is no text is refused."""

from __future__ import annotations

import codecs
import re

from coterie.errors import UnreadableTableError

LOOKED_AT = 1 << 18
"""Bytes at the beginning of a file from which its make-up is guessed."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_FOREIGN = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls) or another Office file",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"SQLite format 3": "an SQLite database",
    b"\x7fELF": "a program",
}


_MARKUP = (
    (re.compile(rb'\s*(?:\[\s*)?\{\s*"'), "JSON"),
    (re.compile(rb"\s*<(?:\?xml|!doctype|html|table|svg)", re.IGNORECASE), "a web page or XML"),
)


def refuse_foreign(head: bytes, name: str) -> None:
    """Raise UnreadableTableError if the first bytes are of a kind of file that is no table."""
    kinds = [what for magic, what in _FOREIGN.items() if head.startswith(magic)]
    for what in kinds + [what for pattern, what in _MARKUP if pattern.match(head)]:
        raise UnreadableTableError(
            f"{name} is {what}, which Coterie does not read. Save it as CSV, .xlsx or Parquet."
        )


def decode(data: bytes, name: str) -> tuple[bytes, str]:
    """Return a file's text as UTF-8 bytes, and what it was written in.

    Raises
    ------
    UnreadableTableError
        If the bytes are no text.
    """
    for bom, codec, word in _BOMS:
        if data.startswith(bom):
            try:
                return data[len(bom) :].decode(codec).encode(), word
            except UnicodeError:
                if codec == "utf-8":
                    return decode(data[len(bom) :], name)
                raise UnreadableTableError(
                    f"{name} begins as {word} text, but is damaged. Save it again as UTF-8."
                ) from None
    wide = _wide_without_mark(data[:LOOKED_AT])
    if wide:
        try:
            return data.decode(wide).encode(), "UTF-16 without a byte order mark"
        except UnicodeError:
            pass
    _refuse_binary(data[:LOOKED_AT], name)
    if data.isascii():
        return data, "UTF-8"
    try:
        data.decode("utf-8")
        return data, "UTF-8"
    except UnicodeDecodeError:
        return _western(data)


def _western(data: bytes) -> tuple[bytes, str]:
    """Return text that is not UTF-8, or not all of it, as UTF-8."""
    mixed = data.decode("utf-8", errors="surrogateescape")
    strays = re.findall("[\udc80-\udcff]", mixed)
    proper = len(re.findall(r"[^\x00-\x7f]", mixed)) - len(strays)
    if proper and proper >= len(strays) / 4:
        table = {ord(sign): _western_sign(ord(sign) - 0xDC00) for sign in set(strays)}
        return mixed.translate(
            table
        ).encode(), f"UTF-8 with {len(strays):,} stray signs of Windows-1252 (Latin-1)"
    try:
        return data.decode("cp1252").encode(), "Windows-1252 (Latin-1)"
    except UnicodeDecodeError:
        return data.decode("latin-1").encode(), "Latin-1"


def _western_sign(byte: int) -> str:
    """Return what a byte means in Windows-1252; five of them mean something in Latin-1 only."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _wide_without_mark(head: bytes) -> str | None:
    """Return the codec of UTF-16 text that lacks its mark: every other byte is 0."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half and odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if half and even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27}) + b"\x7f"


def _refuse_binary(head: bytes, name: str) -> None:
    """Raise UnreadableTableError if too many bytes are no text."""
    control = len(head) - len(head.translate(None, _CONTROL))
    # One byte in ten of random ones is a control character; of proper text, hardly any is.
    if control > (0.3 if _is_utf8(head) else 0.1) * len(head):
        raise UnreadableTableError(
            f"{name} is not a table of text: {control:,} of its first {len(head):,} bytes are "
            "control characters. Coterie reads CSV, TSV, .xlsx, Parquet and Arrow files."
        )


def _is_utf8(head: bytes) -> bool:
    """Return whether bytes are UTF-8, but for a sign that is cut at their end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def normalise(text: bytes) -> bytes:
    """Return the text with line feeds as line ends and without NUL."""
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\x00" in text:
        text = text.replace(b"\x00", b"")
    return text
