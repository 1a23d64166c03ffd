"""The cookies of the server: their names, and the attributes that they are set with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.responses import Response

SESSION = "coterie_session"
FORM = "coterie_form"


@dataclass(frozen=True)
class Jar:
    """Sets and reads cookies, each under the strictest name that the connection allows.

    Attributes
    ----------
    secure : bool
        The server is reached over TLS: cookies are `Secure` and carry the `__Host-` prefix, so
        that no neighbour under the same domain can set them.
    """

    secure: bool

    def name(self, plain: str) -> str:
        """Return the name a cookie goes by on this server."""
        return f"__Host-{plain}" if self.secure else plain

    def put(self, answer: Response, plain: str, value: str, *, seconds: int | None = None) -> None:
        """Set a cookie that scripts cannot read; without `seconds` it ends with the browser."""
        answer.set_cookie(
            self.name(plain),
            value,
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, answer: Response, plain: str) -> None:
        """Take a cookie away."""
        answer.delete_cookie(
            self.name(plain), path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def read(self, header: str, plain: str) -> str | None:
        """Return the value of a cookie from a `Cookie` header, None where it is not there."""
        wanted = self.name(plain)
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            if name == wanted:
                return value or None
        return None
