"""Request bodies: what they say they are, how large they may be, and JSON read strictly."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any, NoReturn

from starlette.types import Receive, Scope

from coterie.faces.api.problems import Problem

JSON = "application/json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
ARROW_STREAM = "application/vnd.apache.arrow.stream"
ARROW_FILE = "application/vnd.apache.arrow.file"


def header(scope: Scope, name: bytes) -> str:
    """Return a header's value; empty if it did not come."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""


def media_type(scope: Scope, known: tuple[str, ...]) -> str:
    """Return the media type of the body, which must be one of `known`; raises Problem 415."""
    given = header(scope, b"content-type")
    found = given if given in known else given.split(";", 1)[0].strip().lower()
    if found not in known or _foreign_letters(given):
        raise Problem(
            415,
            "media-type",
            f"Send the body as {' or '.join(known)}, in UTF-8, and say so in Content-Type.",
            headers={"Accept": ", ".join(known)},
        )
    if header(scope, b"content-encoding").lower() not in ("", "identity"):
        raise Problem(
            415, "content-encoding", "Send the body unpacked, without a Content-Encoding."
        )
    return found


def _foreign_letters(given: str) -> bool:
    """Return whether a Content-Type names letters other than UTF-8."""
    parameters = given.lower().replace(" ", "").replace('"', "").split(";")[1:]
    named = [one[8:] for one in parameters if one.startswith("charset=")]
    return any(name not in ("utf-8", "utf8", "us-ascii") for name in named)


async def pieces(scope: Scope, receive: Receive, largest: int) -> AsyncGenerator[bytes, None]:
    """Yield the body as it comes; raises Problem 413 as soon as it is larger than `largest`."""
    declared = header(scope, b"content-length")
    if declared.isdigit() and int(declared) > largest:
        raise too_large(largest)
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(400, "incomplete", "The connection ended before the body did.")
        piece = message.get("body", b"")
        size += len(piece)
        if size > largest:
            raise too_large(largest)
        more = message.get("more_body", False)
        if piece:
            yield piece


async def whole(scope: Scope, receive: Receive, largest: int) -> bytes:
    """Return the body; raises Problem 413 if it is larger than `largest` bytes."""
    message = await receive()
    if not message.get("more_body", False) and message["type"] == "http.request":
        body: bytes = message.get("body", b"")
        if len(body) > largest:
            raise too_large(largest)
        return body
    first = message

    async def again() -> Any:
        nonlocal first
        given, first = first, None  # type: ignore[assignment]
        return given if given is not None else await receive()

    return b"".join([piece async for piece in pieces(scope, again, largest)])


def too_large(largest: int) -> Problem:
    """Return the problem of a body of more than `largest` bytes."""
    shown = f"{largest / 1e6:g} MB" if largest >= 1_000_000 else f"{largest / 1e3:g} kB"
    return Problem(413, "too-large", f"The body may have at most {shown} here.")


def read_json(body: bytes | str) -> Any:
    """Return the value of a JSON text (RFC 8259).

    Raises
    ------
    Problem
        400 if it is no JSON in UTF-8, holds NaN or Infinity, a name twice in an object, an
        integer of thousands of digits, or is nested too deeply.
    """
    try:
        return _DECODER.decode(body if isinstance(body, str) else body.decode())
    except _RefusedError as fault:
        raise _no_json(str(fault)) from None
    except RecursionError:
        raise _no_json("It is nested too deeply.") from None
    except json.JSONDecodeError as fault:
        raise _no_json(f"It breaks off or goes wrong at character {fault.pos}.") from None
    except UnicodeDecodeError:
        raise _no_json("It is not UTF-8.") from None
    except ValueError:
        raise _no_json("A number in it has too many digits.") from None


class _RefusedError(Exception):
    """JSON of a kind that readers disagree on."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object, in which no name may come twice."""
    built = dict(pairs)
    if len(built) != len(pairs):
        raise _RefusedError("An object in it has the same name twice.")
    return built


def _constant(_: str) -> NoReturn:
    """Refuse what JSON does not have."""
    raise _RefusedError("NaN and Infinity are not JSON; send null for a missing value.")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_constant)


def _no_json(why: str) -> Problem:
    return Problem(400, "json", f"The body cannot be read as JSON. {why}")
