"""Errors as problem documents (RFC 9457): what is wrong, and what to do, and nobody's data."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 20

log = logging.getLogger("coterie.api")


class Problem(Exception):  # noqa: N818 - the RFC's own word
    """A request that is answered with a problem document.

    Parameters
    ----------
    status : int
        The HTTP status.
    kind : str
        A short name that programs can tell problems apart by; the `type` ends with it.
    detail : str
        A sentence for people. Never a value that was sent.
    faults : sequence of (pointer, detail)
        Where in the body something is wrong, as JSON pointers.
    headers : mapping
        To be sent along, such as ``Retry-After``.
    more : mapping
        Further members of the document.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        faults: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def to_dict(self) -> dict[str, Any]:
        """Return the document."""
        document: dict[str, Any] = {
            "type": f"urn:coterie:problem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }
        if self.faults:
            document["errors"] = [
                {"pointer": pointer, "detail": detail}
                for pointer, detail in self.faults[:MOST_FAULTS]
            ]
        return document

    def response(self) -> Response:
        """Return the answer."""
        # ASCII only: what people call their columns may hold half a character.
        return Response(
            json.dumps(self.to_dict()),
            self.status,
            {"Cache-Control": "no-store", **self.headers},
            media_type=MEDIA_TYPE,
        )


def broken(fault: Exception) -> Problem:
    """Log a fault of our own under an id, and return what its victim is told."""
    number = secrets.token_hex(6)
    log.error("request failed, id %s", number, exc_info=fault)
    return Problem(
        500,
        "internal",
        "Something went wrong in the server; what you sent is not to blame. The administrator "
        f"finds it in the log under {number}.",
        more={"id": number},
    )


def pointer(*parts: object) -> str:
    """Return a JSON pointer (RFC 6901) as a fragment.

    >>> pointer("records", 3, "a/b")
    '#/records/3/a~1b'
    """
    escaped = (str(part)[:80].replace("~", "~0").replace("/", "~1") for part in parts)
    return "#" + "".join(f"/{part}" for part in escaped)
