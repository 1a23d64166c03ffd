"""What the gate reads of a request before anyone else does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Scope

_ONCE = (b"host", b"origin", b"authorization", b"content-length", b"sec-fetch-site")
OWN_HEADERS = b"x-coterie-"
"""Headers with this beginning are the gate's word to the faces; a client's are taken off."""

_OPEN_SECTIONS = frozenset(
    {"health", "login", "signup", "first", "invite", "reset", "oidc", "metrics"}
)
_OPEN_FOLDER = "/static/auth/"


@dataclass(frozen=True)
class Asked:
    """One request or WebSocket, as far as the gate needs it.

    Attributes
    ----------
    method : str
        `GET` for a WebSocket.
    path : str
        Decoded.
    section : str
        The first part of the path.
    target : str
        Path and query as they were sent, to come back to.
    scheme : str
        http, https, ws or wss.
    headers : dict of bytes to bytes
        Names in lower case; several cookies are joined.
    doubled : bool
        A header that must come once came twice: two readers could understand it differently.
    address : str
        The other end of the connection. What a proxy says of it is not believed.
    """

    method: str
    path: str
    section: str
    target: str
    scheme: str
    headers: dict[bytes, bytes]
    doubled: bool
    address: str

    @classmethod
    def read(cls, scope: Scope) -> Asked:
        """Read the scope of a request."""
        headers: dict[bytes, bytes] = {}
        doubled = False
        for name, value in scope["headers"]:
            if name == b"cookie" and name in headers:
                headers[name] += b"; " + value
                continue
            doubled = doubled or (name in headers and name in _ONCE)
            headers[name] = value
        client, path = scope.get("client"), scope["path"]
        return cls(
            method=scope.get("method", "GET"),
            path=path,
            section=path.split("/", 2)[1] if path.startswith("/") else "",
            target=_target(scope),
            scheme=scope.get("scheme", "http"),
            headers=headers,
            doubled=doubled,
            address=client[0] if client else "",
        )

    def header(self, name: str) -> str | None:
        """Return a header as text, None where it was not sent."""
        value = self.headers.get(name.encode())
        return None if value is None else value.decode("latin-1")

    @property
    def host(self) -> str | None:
        """The `Host` header."""
        return self.header("host")

    @property
    def is_open(self) -> bool:
        """Whether this is a page that needs no session."""
        return self.section in _OPEN_SECTIONS or self.path.startswith(_OPEN_FOLDER)

    @property
    def needs_nobody(self) -> bool:
        """Whether it does not matter who asks, so that nobody is looked up."""
        return self.path == "/health" or self.path.startswith(_OPEN_FOLDER)

    @property
    def is_api(self) -> bool:
        """Whether a program asks, by the HTTP API."""
        return self.section == "api"

    @property
    def is_page(self) -> bool:
        """Whether a person's browser asks for a page to be shown."""
        mode = self.headers.get(b"sec-fetch-mode")
        if mode is not None:
            return mode == b"navigate"
        if self.is_api or self.method not in ("GET", "HEAD"):
            return False
        return b"text/html" in self.headers.get(b"accept", b"")

    @property
    def bearer(self) -> str | None:
        """The secret of an `Authorization: Bearer` header."""
        kind, _, secret = (self.header("authorization") or "").partition(" ")
        return secret.strip() if kind.lower() == "bearer" and secret.strip() else None


def _target(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return (raw + (b"?" + query if query else b"")).decode("latin-1")
