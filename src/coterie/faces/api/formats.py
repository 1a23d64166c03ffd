"""Answers to many records, written as JSON, lines of JSON, CSV or Arrow."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from coterie.faces.api.bodies import ARROW_FILE, ARROW_STREAM, CSV, JSON, NDJSON
from coterie.faces.api.problems import Problem
from coterie.tables.writing import harmless

if TYPE_CHECKING:
    import polars as pl

FORMATS = (JSON, NDJSON, CSV, ARROW_STREAM, ARROW_FILE)
ROWS_AT_ONCE = 10_000
BYTES_AT_ONCE = 1 << 20
_GROUPS = {"application/*": JSON, "text/*": CSV}

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def wanted(accept: str, given: str) -> str:
    """Return the format to answer in: what Accept likes best, `given` where it does not care.

    Raises
    ------
    Problem
        406 where it wants none of those there are.

    Examples
    --------
    >>> wanted("text/csv;q=0.5, application/x-ndjson", "application/json")
    'application/x-ndjson'
    >>> wanted("*/*", "text/csv")
    'text/csv'
    """
    best, most = "", 0.0
    for one in (accept or "*/*").split(","):
        name, _, rest = one.strip().lower().partition(";")
        weight = _weight(rest)
        name = name.strip()
        found = given if name == "*/*" or _same_group(name, given) else _GROUPS.get(name, name)
        if found in FORMATS and weight > most:
            best, most = found, weight
    if not best:
        raise Problem(406, "not-acceptable", f"The answer can be written as {', '.join(FORMATS)}.")
    return best


def _same_group(name: str, given: str) -> bool:
    return name.endswith("/*") and given.startswith(name[:-1])


def _weight(parameters: str) -> float:
    """Return the weight that Accept gives to one type; 1 where it says none that can be read."""
    for one in parameters.split(";"):
        key, _, value = one.strip().partition("=")
        if key == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 1.0
    return 1.0


def write_placements(
    placements: list[dict[str, Any]], kind: str, head: dict[str, Any]
) -> Iterator[bytes]:
    """Yield placements as JSON (with `head` around them) or lines, piece by piece."""
    if kind == JSON:
        yield from _document(map(_encode, placements), "placements", head)
    else:
        yield from _in_pieces(f"{_encode(one)}\n" for one in placements)


def write_table(frame: pl.DataFrame, kind: str, head: dict[str, Any]) -> Iterator[bytes]:
    """Yield a table in any of the formats, piece by piece."""
    if kind == CSV:
        safe = harmless(frame)
        for begin in range(0, max(len(safe), 1), ROWS_AT_ONCE):
            part = safe.slice(begin, ROWS_AT_ONCE)
            text = part.write_csv(include_header=begin == 0, datetime_format="%Y-%m-%d %H:%M:%S")
            yield text.encode()
    elif kind in (JSON, NDJSON):
        lines = _lines(frame)
        yield from (
            _document(lines, "rows", head) if kind == JSON else _in_pieces(f"{x}\n" for x in lines)
        )
    else:
        buffer = io.BytesIO()
        if kind == ARROW_STREAM:
            frame.write_ipc_stream(buffer, compat_level=_oldest())
        else:
            frame.write_ipc(buffer, compat_level=_oldest())
        whole = buffer.getbuffer()
        for begin in range(0, len(whole), BYTES_AT_ONCE):
            yield bytes(whole[begin : begin + BYTES_AT_ONCE])


def _oldest() -> Any:
    """Return the level that every Arrow reader understands: no views."""
    import polars as pl

    return pl.CompatLevel.oldest()


def _lines(frame: pl.DataFrame) -> Iterator[str]:
    """Yield a JSON object a row."""
    for begin in range(0, len(frame), ROWS_AT_ONCE):
        yield from frame.slice(begin, ROWS_AT_ONCE).write_ndjson().splitlines()


def _document(items: Iterable[str], name: str, head: dict[str, Any]) -> Iterator[bytes]:
    """Yield one JSON object: the head, then the items as an array."""

    def texts() -> Iterator[str]:
        yield f"{_encode(head)[:-1]},{_encode(name)}:["
        for index, item in enumerate(items):
            yield f",{item}" if index else item
        yield "]}"

    yield from _in_pieces(texts())


def _in_pieces(texts: Iterable[str]) -> Iterator[bytes]:
    """Join small texts to pieces worth sending."""
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text)
        if size >= BYTES_AT_ONCE:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()
