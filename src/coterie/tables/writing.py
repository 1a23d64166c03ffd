"""Writing files whole or not at all: a temporary name, fsync, rename."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from coterie.errors import OutputError

if TYPE_CHECKING:
    import polars as pl

_PART = ".part"
_STALE_SECONDS = 3_600
_OF_THE_SYSTEM = re.compile(r"\(os error \d+\).*", re.DOTALL)
_FORMULA = r"^[=+\-@\t\r]"


def write_whole(path: str | Path, write: Callable[[Path], None]) -> Path:
    """Write a file so that its name always holds the old content or the new, never a part.

    Parameters
    ----------
    path : str or Path
        Its folder must exist.
    write : callable
        Is given a temporary path in the same folder, with the same ending, and writes there.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    OutputError
        If the folder is missing or may not be written to, `path` is a folder, or the disk is
        full. The temporary file is gone then, as it is after any other exception.
    """
    path = Path(path)
    _check_target(path)
    _sweep(path)
    temporary = path.with_name(f".{path.stem[:80]}.{secrets.token_hex(8)}{_PART}{path.suffix}")
    try:
        try:
            # Made by hand, not by tempfile, so that the user's umask decides who may read it.
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            write(temporary)
            _sync(temporary)
            temporary.replace(path)
            _sync(path.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unwritten(path, error.strerror or str(error)) from error
    except Exception as error:
        # Polars has an exception of its own for what the system said.
        if not _OF_THE_SYSTEM.search(str(error)):
            raise
        raise _unwritten(path, _OF_THE_SYSTEM.sub("", str(error)).strip(" :")) from error
    return path


def _unwritten(path: Path, why: str) -> OutputError:
    return OutputError(
        f"{path} cannot be written ({why}). Check the folder's permissions and the free space, or "
        "write elsewhere."
    )


def _check_target(path: Path) -> None:
    """Raise OutputError where no file can be written."""
    try:
        if "\0" in str(path):
            raise ValueError
        if path.is_dir():
            raise OutputError(f"{path} is a folder. Give the name of a file to write.")
        if not path.parent.is_dir():
            raise OutputError(
                f"There is no folder {path.parent} to write {path.name} into. Make it first."
            )
    except (OSError, ValueError):
        raise OutputError(
            f"{str(path)[:200]!r} is no name that a file can have. Choose another."
        ) from None


def _sync(path: Path) -> None:
    """Have the disk keep what was written; not every system can do so for a folder."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(path: Path) -> None:
    """Remove temporary files that a killed process left an hour ago or earlier."""
    start, end = f".{path.stem[:80]}.", f"{_PART}{path.suffix}"
    for other in path.parent.iterdir():
        name = other.name
        middle = name[len(start) : -len(end)]
        if not (name.startswith(start) and name.endswith(end) and len(middle) == 16):
            continue
        try:
            if time.time() - other.stat().st_mtime > _STALE_SECONDS:
                other.unlink(missing_ok=True)
        except OSError:
            continue


def write_frame(frame: Any, path: str | Path) -> Path:
    """Write a frame as CSV or Parquet, by the ending of `path`, whole or not at all.

    In CSV, text cells and names that a spreadsheet would take for a formula (they begin with
    ``=``, ``+``, ``-``, ``@``, a tab or a carriage return) get a leading ``'``; numbers stay
    numbers.

    Parameters
    ----------
    frame : polars.DataFrame, polars.LazyFrame, narwhals.DataFrame or narwhals.LazyFrame
    path : str or Path
        Ends in ``.csv``, ``.tsv``, ``.parquet`` or ``.pq``.

    Raises
    ------
    OutputError
        If the ending is another one, or the file cannot be written.
    """
    path = Path(path)
    check_ending(path)
    whole = _as_polars(frame)
    if path.suffix.lower() in (".parquet", ".pq"):
        return write_whole(path, lambda temporary: whole.write_parquet(temporary))
    safe = harmless(whole)
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    return write_whole(
        path,
        lambda temporary: safe.write_csv(
            temporary, separator=separator, datetime_format="%Y-%m-%d %H:%M:%S"
        ),
    )


def check_ending(path: Path) -> None:
    """Raise OutputError unless the ending says CSV, TSV or Parquet."""
    if path.suffix.lower() not in (".csv", ".tsv", ".parquet", ".pq"):
        raise OutputError(
            f"{path.name} ends in '{path.suffix}'. Tables are written as .csv, .tsv or .parquet; "
            "give the file one of these endings."
        )


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with a ``'`` before text that a spreadsheet would run as a formula."""
    import polars as pl
    import polars.selectors as cs

    text = cs.string() | cs.categorical() | cs.enum()
    cells = text.cast(pl.String)
    guarded = pl.when(cells.str.contains(_FORMULA)).then(pl.lit("'") + cells).otherwise(cells)
    safe = frame.with_columns(guarded.name.keep()) if frame.select(text).width else frame
    return safe.rename(
        {name: f"'{name}" for name in frame.columns if name[:1] in ("=", "+", "-", "@", "\t", "\r")}
    )


def _as_polars(frame: Any) -> pl.DataFrame:
    """Return any frame that Coterie hands around as an eager Polars one."""
    import polars as pl

    native = nw.to_native(frame, pass_through=True)
    if isinstance(native, pl.LazyFrame):
        return native.collect()
    if isinstance(native, pl.DataFrame):
        return native
    given = nw.from_native(native)
    if isinstance(given, nw.LazyFrame):
        collected: pl.DataFrame = given.collect("polars").to_native()
        return collected
    eager: pl.DataFrame = given.to_polars()
    return eager


def write_content(content: bytes, path: Path) -> None:
    """Write bytes to a file, whole or not at all.

    Raises
    ------
    OutputError
        As `write_whole`.
    """

    def fill(temporary: Path) -> None:
        temporary.write_bytes(content)

    write_whole(path, fill)
